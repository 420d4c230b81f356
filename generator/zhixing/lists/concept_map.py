"""The concept map: a canvas of notes with a band for each folder and arrows from prerequisites to dependents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from zhixing.lists.canvas import CanvasBox, CanvasEdge, CanvasNode, Side, canvas_text
from zhixing.lists.layout import Arrow, Grid, lay_out, transitive_reduction, without_cycles
from zhixing.markdown.blocks import Kind
from zhixing.markdown.generated import SEAL
from zhixing.vault.graph import edges, requirements
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault
from zhixing.wording.model import Wording

# In pixels. A card holds a heading and a definition of about a hundred characters; Obsidian writes its name above it.
WIDTH, HEIGHT = 400, 240
ACROSS, DOWN = 580, 310
MARGIN, GAP = 40, 100
HEAD = 60
LEGEND = CanvasBox(-MARGIN, -520, 1040, 300)
COLORS = ("5", "4", "6", "2", "1", "3")
# With more lines than this a map of links is unreadable.
MOST_LINKS = 1000
_SILENT = frozenset({Kind.FRONTMATTER, Kind.BLANK, Kind.COMMENT})
_SPECIAL = frozenset("#^|[]<>%")


@dataclass(frozen=True, slots=True)
class Relations:
    """The pairs of notes that are joined, by their numbers: by `requires` if `required`, else by links.

    `left_out` is the number of links beyond the limit.
    """

    arrows: tuple[Arrow, ...]
    required: bool
    left_out: int = 0


def concept_map(vault: Vault, notes: Sequence[Note]) -> str:
    """Return a canvas of notes, with room for its checksum."""
    return canvas_text(*draw_map(vault, notes))


def draw_map(vault: Vault, notes: Sequence[Note]) -> tuple[list[CanvasNode], list[CanvasEdge]]:
    """Return the nodes of a map of notes (legend, bands, column heads, cards), and its edges.

    Columns are the steps of the reading order by `requires`; arrows implied by others are left out. Where no note
    requires another, notes are laid out side by side and joined by their links.
    """
    found = relations(vault, notes)
    words = vault.wording
    folders = sorted({folder(note, words) for note in notes})
    groups = tuple(folders.index(folder(note, words)) for note in notes)
    placed = lay_out(groups, found.arrows if found.required else ())
    tops = _tops(placed)
    cards = [
        _card(note, _box(placed, tops[group], number), _color(group))
        for number, (note, group) in enumerate(zip(notes, groups, strict=True))
    ]
    joined = [
        CanvasEdge(one.id, other.id, *_sides(one, other), color=one.color, pointed=found.required)
        for one, other in ((cards[start], cards[end]) for start, end in found.arrows)
    ]
    heads = _steps(placed, found, words)
    return [_legend(found, words), *_bands(placed, tops, folders), *heads, *cards], joined


def folder(note: Note, words: Wording) -> str:
    """Return the theme of a note: its topmost folder."""
    return note.path.parts[0] if len(note.path.parts) > 1 else words.root_folder


def relations(vault: Vault, notes: Sequence[Note]) -> Relations:
    """Return the relations between notes: reduced arrows from prerequisites, else lines for links."""
    number = {note.path: at for at, note in enumerate(notes)}
    arrows = [
        (number[need], number[path])
        for path, needs in requirements(vault).items()
        for need in needs
        if path in number and need in number
    ]
    if arrows:
        return Relations(tuple(transitive_reduction(len(notes), without_cycles(len(notes), arrows))), required=True)
    return _relate_by_links(vault, number)


def _relate_by_links(vault: Vault, number: dict[PurePosixPath, int]) -> Relations:
    """Join notes by their links, each pair once, mutual links first."""
    both: dict[Arrow, set[int]] = {}
    for edge in edges(vault):
        target = edge.resolution.note
        if target is not None and edge.source.path in number and target.path in number and target is not edge.source:
            start, end = number[edge.source.path], number[target.path]
            both.setdefault((min(start, end), max(start, end)), set()).add(start)
    kept = sorted(both, key=lambda pair: (-len(both[pair]), pair))[:MOST_LINKS]
    return Relations(tuple(sorted(kept)), required=False, left_out=len(both) - len(kept))


def _tops(placed: Grid) -> dict[int, int]:
    """Return the top of each group's band."""
    tops, top = {}, 0
    for group in placed.bands:
        tops[group] = top
        top += placed.heights[group] * DOWN + 2 * MARGIN + GAP
    return tops


def _box(placed: Grid, top: int, number: int) -> CanvasBox:
    y = top + MARGIN + placed.row[number] * DOWN + (DOWN - HEIGHT) // 2
    return CanvasBox(placed.column[number] * ACROSS, y, WIDTH, HEIGHT)


def _color(group: int) -> str:
    return COLORS[group % len(COLORS)]


def _card(note: Note, box: CanvasBox, color: str) -> CanvasNode:
    """Return a note's card. If the note begins with a heading, the card begins there, below the properties."""
    first = next((region.kind for region in note.regions if region.kind not in _SILENT), None)
    heading = note.headings[0].raw.strip() if note.headings and first is Kind.HEADING else ""
    place = f"#{heading}" if heading and not _SPECIAL & set(heading) else ""
    return CanvasNode("file", str(note.path), box, color, place)


def _sides(one: CanvasNode, other: CanvasNode) -> tuple[Side, Side]:
    """Return the sides at which two cards are joined: those that face each other."""
    if one.box.x < other.box.x:
        return "right", "left"
    if one.box.x > other.box.x:
        return "left", "right"
    return ("bottom", "top") if one.box.y < other.box.y else ("top", "bottom")


def _bands(placed: Grid, tops: dict[int, int], folders: Sequence[str]) -> Iterator[CanvasNode]:
    wide = (placed.columns - 1) * ACROSS + WIDTH + 2 * MARGIN
    for group in placed.bands:
        box = CanvasBox(-MARGIN, tops[group], wide, placed.heights[group] * DOWN + 2 * MARGIN)
        yield CanvasNode("group", folders[group], box, _color(group))


def _steps(placed: Grid, found: Relations, words: Wording) -> Iterator[CanvasNode]:
    for number, start in enumerate(placed.starts if found.required else (), 1):
        yield CanvasNode("text", f"## {words.map_step.format(number=number)}", _head_box(start))


def _head_box(start: int) -> CanvasBox:
    return CanvasBox(start * ACROSS, -HEAD - GAP, WIDTH, HEAD)


def _legend(found: Relations, words: Wording) -> CanvasNode:
    left = words.map_links_left_out.format(most=MOST_LINKS, count=found.left_out) if found.left_out else ""
    what = words.map_of_steps if found.required else f"{words.map_of_links}{left}"
    lines = [f"# {words.map_title}", what, words.map_card, words.map_generated, f"<!-- {SEAL} -->"]
    return CanvasNode("text", "\n\n".join(lines), LEGEND)

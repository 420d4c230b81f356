"""The notes around a note: what to read before and after it and what it is linked with, as a list and as a picture.

Both are bounded, so that a page takes the same time however many notes a vault has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath

from zhixing.page.titles import title
from zhixing.show.svg import LABEL, fit
from zhixing.vault.graph import edges, levels, requirements
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault
from zhixing.wording.model import Wording

Path = PurePosixPath
# A column of the picture has so many notes; there are four columns, the note itself, and a row of linked notes: 37.
MOST = 8
LINKED = 4
_XLINK = "http://www.w3.org/1999/xlink"
WIDTH, HEIGHT, ACROSS, DOWN = 132, 26, 158, 36


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The notes of a site by what joins them: what each requires, what requires it, what it is linked with.

    `order` is the learning order; notes that require nothing and that nothing requires are not in it.
    """

    notes: Mapping[Path, Note]
    before: Mapping[Path, Sequence[Path]]
    after: Mapping[Path, Sequence[Path]]
    linked: Mapping[Path, Sequence[Path]]
    order: Sequence[Path]
    place: Mapping[Path, int]

    def beside(self, path: Path) -> tuple[Path | None, Path | None]:
        """Return what stands before and behind a note in the learning order."""
        at = self.place.get(path)
        if at is None:
            return None, None
        return (self.order[at - 1] if at else None), (self.order[at + 1] if at + 1 < len(self.order) else None)


def find_surroundings(vault: Vault, is_on_site: Callable[[Note], bool]) -> Surroundings:
    """Return how the notes that everybody may see are joined."""
    notes = {path: note for path, note in vault.notes.items() if is_on_site(note)}
    before: dict[Path, list[Path]] = {}
    after: dict[Path, list[Path]] = {}
    for path, needs in requirements(vault).items():
        for need in dict.fromkeys(needs):
            if path in notes and need in notes and path != need:
                before.setdefault(path, []).append(need)
                after.setdefault(need, []).append(path)
    joined = [note for path, note in notes.items() if path in before or path in after]
    order = [note.path for step in levels(vault, joined) for note in step]
    place = {path: number for number, path in enumerate(order)}
    return Surroundings(notes, before, after, _links(vault, notes, before, after), order, place)


def _links(
    vault: Vault,
    notes: Mapping[Path, Note],
    before: Mapping[Path, Sequence[Path]],
    after: Mapping[Path, Sequence[Path]],
) -> dict[Path, list[Path]]:
    """Return the notes that each is linked with most often, either way, without those to read before or after it."""
    count: dict[Path, dict[Path, int]] = {path: {} for path in notes}
    for edge in edges(vault):
        source, target = edge.source, edge.resolution.note
        if target is None or source is target or edge.link.field or source.generated.covers(edge.link.span.start):
            continue
        here, there = count.get(source.path), count.get(target.path)
        if here is not None and there is not None:
            here[target.path] = here.get(target.path, 0) + 2
            there[source.path] = there.get(source.path, 0) + 1
    found = {}
    for path, others in count.items():
        known = {*before.get(path, ()), *after.get(path, ())}
        often = sorted(others, key=others.__getitem__, reverse=True)
        found[path] = [other for other in often if other not in known][:LINKED]
    return found


def draw_nearby(around: Surroundings, note: Note, address: Callable[[Note], str], words: Wording) -> str:
    """Return what stands around a note as HTML; "" where nothing does."""
    path = note.path
    groups = [
        (words.requires, around.before.get(path, ())),
        (words.read_next, around.after.get(path, ())),
        (words.linked, around.linked.get(path, ())),
    ]
    listed = "".join(_listed(name, paths[:MOST], around, address) for name, paths in groups if paths)
    if not listed:
        return ""
    name = escape(words.nearby)
    return (
        f'<nav class="zx-nearby" aria-label="{name}"><h2>{name}</h2>\n'
        f"{_picture(around, note, address, words)}\n<dl>{listed}</dl></nav>"
    )


def _listed(name: str, paths: Iterable[Path], around: Surroundings, address: Callable[[Note], str]) -> str:
    items = "".join(
        f'<li><a href="{escape(address(around.notes[path]))}">{escape(title(around.notes[path]))}</a></li>'
        for path in paths
    )
    return f"<div><dt>{escape(name)}</dt><dd><ul>{items}</ul></dd></div>"


# The picture: columns of what to read first on the left, of what to read next on the right, links below.


def _picture(around: Surroundings, note: Note, address: Callable[[Note], str], words: Wording) -> str:
    columns = _columns(around, note.path)
    tallest = max(len(column) for column in columns)
    spots = {
        path: (number * ACROSS, round((tallest - len(column)) * DOWN / 2 + row * DOWN))
        for number, column in enumerate(columns)
        for row, path in enumerate(column)
    }
    linked = [path for path in around.linked.get(note.path, ()) if path not in spots]
    top = tallest * DOWN + 14
    spots |= {path: (number * ACROSS, top) for number, path in enumerate(linked)}
    width = max(x for x, _ in spots.values()) + WIDTH + 2
    height = max(y for _, y in spots.values()) + HEIGHT + 2
    lines = "".join(_lines(around, spots, note.path, linked))
    cards = "".join(_card(around.notes[path], place, address, here=path == note.path) for path, place in spots.items())
    return (
        f'<svg xmlns:xlink="{_XLINK}" viewBox="-1 -1 {width} {height}" width="{width}" height="{height}" role="group" '
        f'aria-label="{escape(words.nearby)}">{lines}{cards}</svg>'
    )


def _columns(around: Surroundings, path: Path) -> list[list[Path]]:
    """Return the columns that have a note: two steps before it, one, the note, one step after it, two."""
    seen = {path}

    def step(joined: Mapping[Path, Sequence[Path]], column: Sequence[Path]) -> list[Path]:
        found: list[Path] = []
        for one in column:
            for other in joined.get(one, ())[:MOST]:
                if other not in seen and len(found) < MOST:
                    seen.add(other)
                    found.append(other)
        return found

    first, next_ = step(around.before, [path]), step(around.after, [path])
    columns = [step(around.before, first), first, [path], next_, step(around.after, next_)]
    return [column for column in columns if column]


def _lines(
    around: Surroundings, spots: Mapping[Path, tuple[int, int]], here: Path, linked: Sequence[Path]
) -> Iterator[str]:
    for path, (x, y) in spots.items():
        for need in around.before.get(path, ())[: 2 * MOST]:
            if need in spots and path not in linked and need not in linked and spots[need][0] + ACROSS == x:
                left, up = spots[need][0] + WIDTH, spots[need][1] + HEIGHT // 2
                bend = (left + x) // 2
                down = y + HEIGHT // 2
                yield f'<path d="M{left} {up}C{bend} {up} {bend} {down} {x} {down}"/>'
    left, up = spots[here][0] + WIDTH // 2, spots[here][1] + HEIGHT
    for path in linked:
        x, y = spots[path][0] + WIDTH // 2, spots[path][1]
        yield f'<path class="zx-linked" d="M{left} {up}C{left} {y - 12} {x} {up + 12} {x} {y}"/>'


def _card(note: Note, place: tuple[int, int], address: Callable[[Note], str], *, here: bool) -> str:
    x, y = place
    name = title(note)
    text = escape(fit(name, LABEL, WIDTH - 10), quote=False)
    card = (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="4"/>'
        f'<text x="{x + WIDTH // 2}" y="{y + HEIGHT // 2 + 4}">{text}</text>'
    )
    if here:
        return f'<g class="zx-here">{card}</g>'
    # Not `href`: where Material replaces pages without loading them, it sets that of every link, which SVG forbids.
    link = f'xlink:href="{escape(address(note))}" aria-label="{escape(name)}"'
    return f"<a {link}><title>{escape(name)}</title>{card}</a>"

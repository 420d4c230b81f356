"""Pages of the canvases and bases that a site shows, beside the files themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from itertools import count
from pathlib import PurePosixPath

from zhixing.markdown.blocks import Kind
from zhixing.page import Document
from zhixing.page.base import SUFFIX as BASE
from zhixing.page.base import Bases
from zhixing.page.canvas import SUFFIX as CANVAS
from zhixing.page.canvas import Canvases
from zhixing.page.context import ShowBase
from zhixing.page.plugins import BASE as BLOCK
from zhixing.page.tags import Tags
from zhixing.page.tree import CodeBlock, walk
from zhixing.site.shown import Shown
from zhixing.vault.load import read_inside
from zhixing.vault.note import Note
from zhixing.vault.vault import same_file

# Every fenced block of a base begins so; not all that begins so is one.
_MAY_BE_BASE = re.compile(rf"(?:```|~~~)\s*{BLOCK}(?!\S)")


@dataclass(frozen=True, slots=True)
class Sheets:
    """The pages by their own place, the place of each file's page, and what bases in notes show.

    `texts` are those of the files, `sharing` says how many bases share what they may cost.
    """

    pages: Mapping[str, Document] = field(default_factory=dict)
    places: Mapping[PurePosixPath, PurePosixPath] = field(default_factory=dict)
    show_base: ShowBase | None = None
    texts: Mapping[PurePosixPath, str] = field(default_factory=dict)
    sharing: int = 0

    def name(self, page: str) -> str:
        """Return what a page is called."""
        return self.pages[page].path.stem

    def is_canvas(self, page: str) -> bool:
        """Return whether a page is that of a canvas."""
        return self.pages[page].path.suffix.lower() == CANVAS

    @property
    def has_mermaid(self) -> bool:
        """Whether a card holds a diagram."""
        blocks = (node for page in self.pages.values() for node in walk(page.blocks))
        return any(isinstance(node, CodeBlock) and node.language == "mermaid" for node in blocks)


def find_sheets(
    shown: Shown,
    tags: Tags,
    paths: Iterable[str],
    in_use: Iterable[str] = (),
    maps: Set[PurePosixPath] = frozenset(),
    known: Sheets | None = None,
) -> Sheets:
    """Return the pages of the canvases and bases among the files that a site shows, at places that are not in use.

    The canvases of maps have none: the note that shows the map is their place. The sheets of a site that has the same
    files and tags, and whose vault has the same outline, may be `known`. Their places are not chosen again, and the
    pages of bases are the same: bases ask notes for nothing but what belongs to the outline.
    """
    paths = list(paths)
    on_site = set(paths)
    sheets = [PurePosixPath(path) for path in paths if path.lower().endswith((CANVAS, BASE))]
    found = [path for path in sheets if path not in maps]
    used = map(PurePosixPath, (*paths, *in_use) if found and known is None else ())
    taken = {same_file(str(one)) for path in used for one in (path, *path.parents)}
    texts = {path: _read(shown, path) for path in found}
    notes = () if shown.rows else shown.vault.notes.values()
    asked = sum(count_bases(note) + count_embeds(note) for note in notes)
    asked += sum(text.lower().count(BASE) for text in texts.values())
    sharing = len(found) + asked
    bases = Bases(shown.vault, shown.private, tags, sharing, lambda note: str(note.path) in on_site)
    canvases = Canvases(shown.vault, shown.results, shown.private, len(found), bases)
    pages: dict[str, Document] = {}
    places: dict[PurePosixPath, PurePosixPath] = {}
    for path, text in texts.items():
        places[path] = _place(path, taken) if known is None else known.places[path]
        taken |= {same_file(str(places[path]))}
        if path.suffix.lower() != BASE:
            page = canvases.page(path, text, tags)
        elif known and (known.sharing, known.texts[path]) == (sharing, text):
            page = known.pages[str(places[path])]
        else:
            page = bases.page(path, text)
        pages[str(places[path])] = page
    return Sheets(pages, places, bases, texts, sharing)


def _read(shown: Shown, path: PurePosixPath) -> str:
    """Return the text of a canvas or base: as it is drawn now where it is generated, else as it is on disk."""
    drawn = shown.figures.get(path)
    return (read_inside(shown.vault.root, path) or "") if drawn is None else drawn


def count_bases(note: Note) -> int:
    """Return how many bases stand in a note."""
    if not _MAY_BE_BASE.search(note.source.text):
        return 0
    return sum(one.kind is Kind.FENCE and one.info.split()[:1] == [BLOCK] for one in note.regions)


def count_embeds(note: Note) -> int:
    """Return how many bases a note embeds."""
    if BASE not in note.source.text:
        return 0
    return sum(link.embed and link.path.lower().endswith(BASE) for link in note.links)


def _place(path: PurePosixPath, taken: Set[str]) -> PurePosixPath:
    """Return the first of `name-canvas.md`, `name-canvas-2.md`, … whose place nothing has."""
    name = f"{path.stem}-{path.suffix[1:].lower()}"
    names = (f"{name}-{number}" if number > 1 else name for number in count(1))
    folders = (path.with_name(one) for one in names)
    folder = next(one for one in folders if not {same_file(str(one)), same_file(f"{one}.md")} & taken)
    return folder.with_name(f"{folder.name}.md")

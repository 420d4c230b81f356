"""Repair of links: those whose meaning is certain are written as Obsidian follows them; the rest is the author's."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from zhixing.checks.edits import Edit, edited
from zhixing.checks.meant import Meant, Reader
from zhixing.checks.relink import relink, tables
from zhixing.source import Span
from zhixing.vault.graph import Edge, edges
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault
from zhixing.weave.markers import generated


class Mender:
    """Works out how links of a vault are mended; what it has to know of a note it works out once."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._reader = Reader(vault)
        self._tables: dict[PurePosixPath, list[Span]] = {}
        self._left: dict[PurePosixPath, list[Span]] = {}

    def edit(self, edge: Edge) -> Edit | None:
        """Return the edit that mends a link, None where that is not certain or would change what a reader sees.

        Headings and what a tool generated are left alone.
        """
        note, at = edge.source, edge.link.span.start
        wanted = self.meant(edge)
        if wanted == Meant() or _inside(self._left_in(note), at):
            return None
        return relink(note, edge.link, wanted, in_table=_inside(self._tables_in(note), at))

    def meant(self, edge: Edge) -> Meant:
        """Return what a link certainly means, whether or not it may be written so by itself."""
        return self._reader.meant(edge) or Meant()

    def _tables_in(self, note: Note) -> list[Span]:
        if note.path not in self._tables:
            self._tables[note.path] = list(tables(note))
        return self._tables[note.path]

    def _left_in(self, note: Note) -> list[Span]:
        """Return what is left alone: headings, since links name them as written, and what a tool generated."""
        if note.path not in self._left:
            found, problems = generated(note.source, note.regions)
            # Where markers do not pair nobody knows what is generated, so nothing may be written.
            whole = Span(0, len(note.source.text))
            spans = [*(one.span for one in found), *(heading.span for heading in note.headings)]
            self._left[note.path] = [whole] if problems else sorted(spans)
        return self._left[note.path]


def mended(vault: Vault, notes: Collection[PurePosixPath]) -> Iterator[tuple[Note, str]]:
    """Yield the notes among `notes` that hold links to be mended, each with its new text."""
    mender = Mender(vault)
    edits: dict[PurePosixPath, list[Edit]] = {}
    for edge in edges(vault):
        if edge.source.path in notes and (edit := mender.edit(edge)) is not None:
            edits.setdefault(edge.source.path, []).append(edit)
    for path, found in edits.items():
        note = vault.notes[path]
        yield note, edited(note.source.text, found)


def _inside(spans: list[Span], offset: int) -> bool:
    place = bisect_right(spans, offset, key=lambda span: span.start) - 1
    return place >= 0 and offset in spans[place]

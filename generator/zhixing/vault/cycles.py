"""Circles of embeds: notes, sections and blocks that would show themselves without end."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import PurePosixPath

from zhixing.source import Span
from zhixing.vault.edges import Edge, edges
from zhixing.vault.vault import Vault

# Each circle is found with its way round; a vault of nothing but circles shows this many of them.
MOST = 100
_Part = tuple[PurePosixPath, Span]


def embed_cycles(vault: Vault) -> tuple[tuple[Edge, ...], ...]:
    """Return the circles in which notes embed one another, each as its embeds in order, at most 100.

    What counts is the part that is embedded: a note may embed a section of a note that embeds another section of it.
    """
    return _Search(vault).run()


class _Search:
    """Depth-first search over embedded parts, with a stack of its own, so that no depth exhausts Python's."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.embeds: dict[PurePosixPath, list[Edge]] = {}
        for edge in edges(vault):
            if edge.link.embed and edge.resolution.note is not None:
                self.embeds.setdefault(edge.source.path, []).append(edge)
        self.done: set[_Part] = set()
        self.way: list[tuple[Edge, _Part]] = []
        self.found: list[tuple[Edge, ...]] = []

    def run(self) -> tuple[tuple[Edge, ...], ...]:
        for path in self.embeds:
            for edge in self.embeds[path]:
                if (part := _part(self.vault, edge)) not in self.done:
                    self._search(edge, part)
        return tuple(self.found)

    def _search(self, edge: Edge, part: _Part) -> None:
        self.way = [(edge, part)]
        places = {part: 0}
        open_ = [self._inside(part)]
        while open_ and len(self.found) < MOST:
            following = next(open_[-1], None)
            if following is None:
                open_.pop()
                _, left = self.way.pop()
                del places[left]
                self.done.add(left)
                continue
            target = _part(self.vault, following)
            if target in places:
                inside = self.way[places[target] + 1 :]
                self.found.append((*(one for one, _ in inside), following))
            elif target not in self.done:
                places[target] = len(self.way)
                self.way.append((following, target))
                open_.append(self._inside(target))

    def _inside(self, part: _Part) -> Iterator[Edge]:
        path, span = part
        embeds = self.embeds.get(path, [])
        starts = [edge.link.span.start for edge in embeds]
        return iter(embeds[bisect_left(starts, span.start) : bisect_left(starts, span.end)])


def _part(vault: Vault, edge: Edge) -> _Part:
    """Return what an embed shows: a note and the span of it."""
    found = edge.resolution
    note = found.note
    if note is None:
        raise ValueError("the edge embeds no note")
    if found.block is not None:
        return note.path, found.block.span
    if found.heading is not None:
        return note.path, vault.places(note).section(found.heading)
    return note.path, Span(0, len(note.source.text))

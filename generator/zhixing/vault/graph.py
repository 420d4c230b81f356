"""The link graph: who links to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath
from weakref import WeakKeyDictionary

from zhixing.source import Span, Spans
from zhixing.vault.note import Link, Note, is_attachment
from zhixing.vault.resolve import Found, Resolution, resolve
from zhixing.vault.vault import Vault, fold

# Every link of a vault, resolved.


@dataclass(frozen=True, slots=True)
class Edge:
    """A link of a note and where it points."""

    source: Note
    link: Link
    resolution: Resolution

    @property
    def span(self) -> Span:
        """Where the link stands in its note."""
        return self.link.span


_EDGES: WeakKeyDictionary[Vault, tuple[Edge, ...]] = WeakKeyDictionary()


def edges(vault: Vault) -> tuple[Edge, ...]:
    """Return every link of every note, resolved, in the order of notes and places. Worked out once for a vault."""
    if vault not in _EDGES:
        notes = vault.notes.values()
        _EDGES[vault] = tuple(Edge(note, link, resolve(vault, note, link)) for note in notes for link in note.links)
    return _EDGES[vault]


# Circles of embeds: notes, sections and blocks that would show themselves without end.

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
        found: dict[PurePosixPath, list[Edge]] = {}
        for edge in edges(vault):
            if edge.link.embed and edge.resolution.note is not None:
                found.setdefault(edge.source.path, []).append(edge)
        self.embeds = {path: Spans(embeds) for path, embeds in found.items()}
        self.done: set[_Part] = set()
        self.way: list[tuple[Edge, _Part]] = []
        self.found: list[tuple[Edge, ...]] = []

    def run(self) -> tuple[tuple[Edge, ...], ...]:
        for path in self.embeds:
            for edge in self.embeds[path].items:
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
        embeds = self.embeds.get(path)
        return iter(embeds.within(span) if embeds else ())


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


# What to read before what: the order that `requires` gives.


def requirements(vault: Vault) -> dict[PurePosixPath, list[PurePosixPath]]:
    """Return for each note the notes that it requires, unknown ones left out."""
    return {
        path: [found.path for link in note.requires if (found := resolve(vault, note, link).note) is not None]
        for path, note in vault.notes.items()
    }


def levels(vault: Vault, notes: Sequence[Note]) -> list[list[Note]]:
    """Return notes in steps: each note in the first step after all it requires. Notes of a circle are left out."""
    chosen = {note.path: note for note in notes}
    place = {path: number for number, path in enumerate(vault.notes)}
    sorter = TopologicalSorter(
        {
            path: [need for need in needs if need in chosen]
            for path, needs in requirements(vault).items()
            if path in chosen
        }
    )
    with suppress(CycleError):  # what no circle holds back is sorted all the same
        sorter.prepare()
    steps: list[list[Note]] = []
    while ready := sorter.get_ready():
        steps.append([chosen[path] for path in sorted(ready, key=place.__getitem__)])
        sorter.done(*ready)
    return steps


def circles(vault: Vault) -> Iterator[list[Note]]:
    """Yield each circle of notes that require one another, once."""
    needs = requirements(vault)
    state: dict[PurePosixPath, int] = {}
    for start in needs:
        stack = [(start, iter(needs[start]))] if start not in state else []
        state.setdefault(start, 1)
        while stack:
            path, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[path] = 2
                stack.pop()
            elif state.get(following) == 1:
                trail = [one for one, _ in stack]
                yield [vault.notes[one] for one in trail[trail.index(following) :]]
            elif following not in state:
                state[following] = 1
                stack.append((following, iter(needs[following])))


__all__ = ["Edge", "backlinks", "edges", "embed_cycles", "orphans", "stubs"]


def backlinks(vault: Vault) -> Mapping[PurePosixPath, tuple[Edge, ...]]:
    """Return for each note the links that point to it from other notes, those of the frontmatter included."""
    found: dict[PurePosixPath, list[Edge]] = {path: [] for path in vault.notes}
    for edge in edges(vault):
        target = edge.resolution.note
        if target is not None and target is not edge.source:
            found[target.path].append(edge)
    return {path: tuple(pointing) for path, pointing in found.items()}


def orphans(vault: Vault) -> tuple[Note, ...]:
    """Return the notes that no other note links to."""
    pointed = backlinks(vault)
    return tuple(note for path, note in vault.notes.items() if not pointed[path])


def stubs(vault: Vault) -> Mapping[str, tuple[Edge, ...]]:
    """Return the names that wikilinks use and no note has, each with the links that use it; names of files left out."""
    found: dict[str, list[Edge]] = {}
    for edge in edges(vault):
        link = edge.link
        if edge.resolution.kind is Found.MISSING and link.wiki and link.path and not is_attachment(link.path):
            found.setdefault(fold(link.path).removesuffix(".md"), []).append(edge)
    return {users[0].link.path.removesuffix(".md"): tuple(users) for users in found.values()}

"""The link graph: who links to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath
from typing import NamedTuple
from weakref import WeakKeyDictionary

from zhixing.source import Span
from zhixing.vault.circles import find_circles
from zhixing.vault.note import Link, Note, is_attachment
from zhixing.vault.pages import tag_names, told_tag
from zhixing.vault.resolve import Found, Resolution, resolve
from zhixing.vault.vault import Vault, fold

# Every link of a vault, resolved.


class Edge(NamedTuple):
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
        _EDGES[vault] = tuple(edge for note in vault.notes.values() for edge in edges_of(vault, note))
    return _EDGES[vault]


def edges_of(vault: Vault, note: Note) -> Iterator[Edge]:
    """Return the links of one note, resolved, in the order of their places."""
    return (Edge(note, link, resolve(vault, note, link)) for link in note.links)


def take_edges(vault: Vault, earlier: Vault) -> None:
    """Take the links of an earlier vault that point where they did, so that only the others are resolved again."""
    if earlier not in _EDGES or not vault.take_names(earlier):
        return
    known: dict[PurePosixPath, list[Edge]] = {}
    for edge in _EDGES[earlier]:
        known.setdefault(edge.source.path, []).append(edge)
    _EDGES[vault] = tuple(
        edge
        for path, note in vault.notes.items()
        for edge in (_renew(vault, known.get(path, ())) if earlier.notes[path] is note else edges_of(vault, note))
    )


def _renew(vault: Vault, known: Sequence[Edge]) -> Iterator[Edge]:
    """Yield the links of a note that has not changed, those to notes that have resolved again."""
    for edge in known:
        target = edge.resolution.note
        same = target is None or vault.notes[target.path] is target
        yield edge if same else Edge(edge.source, edge.link, resolve(vault, edge.source, edge.link))


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
    for circle in find_circles(needs, lambda path: ((path, need) for need in needs[path])):
        yield [vault.notes[path] for path in circle]


def backlinks(vault: Vault) -> Mapping[PurePosixPath, tuple[Edge, ...]]:
    """Return for each note the links that point to it from other notes, those of the frontmatter included."""
    found: dict[PurePosixPath, list[Edge]] = {path: [] for path in vault.notes}
    for edge in edges(vault):
        target = edge.resolution.note
        if target is not None and target is not edge.source:
            found[target.path].append(edge)
    return {path: tuple(pointing) for path, pointing in found.items()}


def orphans(vault: Vault) -> tuple[Note, ...]:
    """Return the notes that no other note links to, without those about a tag that some note has."""
    leading = ((edge.source, edge.resolution.note) for edge in edges(vault))
    reached = {target.path for source, target in leading if target is not None and target is not source}
    alone = [note for path, note in vault.notes.items() if path not in reached]
    if not any(told_tag(str(note.path)) for note in alone):
        return tuple(alone)
    tags = {name for note in vault.notes.values() for tag in note.tags for name in tag_names(tag)}
    return tuple(note for note in alone if told_tag(str(note.path)) not in tags)


def stubs(vault: Vault) -> Mapping[str, tuple[Edge, ...]]:
    """Return the names that wikilinks use and no note has, each with the links that use it; names of files left out."""
    found: dict[str, list[Edge]] = {}
    for edge in edges(vault):
        link = edge.link
        if edge.resolution.kind is Found.MISSING and link.wiki and link.path and not is_attachment(link.path):
            found.setdefault(fold(link.path).removesuffix(".md"), []).append(edge)
    return {users[0].link.path.removesuffix(".md"): tuple(users) for users in found.values()}

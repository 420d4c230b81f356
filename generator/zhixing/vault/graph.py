"""The link graph: who links to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import PurePosixPath
from typing import NamedTuple
from weakref import WeakKeyDictionary

from zhixing.markdown.blocks import find_frontmatter
from zhixing.source import Span
from zhixing.vault.circles import find_circles
from zhixing.vault.note import Link, Note, is_attachment
from zhixing.vault.pages import tag_names, told_tag
from zhixing.vault.resolve import Found, Resolution, resolve
from zhixing.vault.vault import Vault, fold, once_for_outline

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


_Links = Mapping[PurePosixPath, tuple[Edge, ...]]

_LEAVING: WeakKeyDictionary[Vault, _Links] = WeakKeyDictionary()
_EDGES: WeakKeyDictionary[Vault, tuple[Edge, ...]] = WeakKeyDictionary()
_BACKLINKS: WeakKeyDictionary[Vault, _Links] = WeakKeyDictionary()


def edges(vault: Vault) -> tuple[Edge, ...]:
    """Return every link of every note, resolved, in the order of notes and places. Worked out once for a vault."""
    if vault not in _EDGES:
        _EDGES[vault] = tuple(chain.from_iterable(links_by_note(vault).values()))
    return _EDGES[vault]


def links_by_note(vault: Vault) -> _Links:
    """Return the links of each note, resolved, in the order of their places. Worked out once for a vault."""
    if vault not in _LEAVING:
        _LEAVING[vault] = {path: tuple(edges_of(vault, note)) for path, note in vault.notes.items()}
    return _LEAVING[vault]


def edges_of(vault: Vault, note: Note) -> Iterator[Edge]:
    """Return the links of one note, resolved, in the order of their places."""
    return (Edge(note, link, resolve(vault, note, link)) for link in note.links)


def take_edges(vault: Vault, earlier: Vault) -> None:
    """Take the links of an earlier vault that point where they did, so that only the others are resolved again.

    Links of a note that are the same objects as before say the same of it and of all that they lead to.
    """
    if earlier not in _LEAVING or not vault.take_names(earlier):
        return
    known, pointing = _LEAVING[earlier], backlinks(earlier)
    changed = [path for path, note in vault.notes.items() if earlier.notes[path] is not note]
    leaving = {**known, **{path: tuple(edges_of(vault, vault.notes[path])) for path in changed}}
    for path in dict.fromkeys(edge.source.path for target in changed for edge in pointing[target]):
        if leaving[path] is known[path]:
            leaving[path] = tuple(_renew(vault, known[path]))
    _LEAVING[vault] = leaving
    led = [edge.resolution.note for path in changed for edge in (*known[path], *leaving[path])]
    _BACKLINKS[vault] = _renew_backlinks(vault, pointing, {*changed, *(note.path for note in led if note)}, changed)
    if (
        vault.settings == earlier.settings
        and vault.wording is earlier.wording
        and all(read_outline(vault.notes[path]) == read_outline(earlier.notes[path]) for path in changed)
    ):
        vault.take_outline(earlier)


def _renew(vault: Vault, known: Sequence[Edge]) -> Iterator[Edge]:
    """Yield the links of a note that has not changed, those to notes that have resolved again."""
    for edge in known:
        target = edge.resolution.note
        same = target is None or vault.notes[target.path] is target
        yield edge if same else Edge(edge.source, edge.link, resolve(vault, edge.source, edge.link))


def read_outline(note: Note) -> tuple[object, ...]:
    """Return all of a note that other notes, their pages and their problems ask of it, but the sentences around links.

    That is what it is called, what links may name of it, and what its own links name, in their order. It is the same
    from one process to the next.
    """
    head, written = find_frontmatter(note.text), note.generated
    properties = head[0].of(note.text) if head else ""
    headings = [(one.level, one.text, one.slug, one.raw) for one in note.headings]
    blocks, results = [one.id for one in note.blocks], [one.id for one in written.items]
    places = sorted(note.html_ids), sorted(note.made_anchors)
    links = [
        (one.path, one.headings, one.block, one.embed, one.wiki, one.url, written.covers(one.span.start))
        for one in note.links
    ]
    return properties, note.tags, headings, blocks, results, bool(note.generated_problems), places, links


# What to read before what: the order that `requires` gives.


@once_for_outline
def requirements(vault: Vault) -> Mapping[PurePosixPath, Sequence[PurePosixPath]]:
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
    return ([vault.notes[path] for path in circle] for circle in _find_circles(vault))


@once_for_outline
def _find_circles(vault: Vault) -> Sequence[Sequence[PurePosixPath]]:
    needs = requirements(vault)
    return tuple(find_circles(needs, lambda path: ((path, need) for need in needs[path])))


def backlinks(vault: Vault) -> _Links:
    """Return for each note the links that point to it from other notes, those of the frontmatter included.

    Worked out once for a vault.
    """
    if vault not in _BACKLINKS:
        found: dict[PurePosixPath, list[Edge]] = {path: [] for path in vault.notes}
        for edge in edges(vault):
            target = edge.resolution.note
            if target is not None and target is not edge.source:
                found[target.path].append(edge)
        _BACKLINKS[vault] = {path: tuple(pointing) for path, pointing in found.items()}
    return _BACKLINKS[vault]


def _renew_backlinks(
    vault: Vault, known: _Links, targets: Iterable[PurePosixPath], changed: Iterable[PurePosixPath]
) -> _Links:
    """Return the backlinks of a vault, of which only those of some notes differ; those that `changed` may be new."""
    leaving, sources = links_by_note(vault), set(changed)
    place = {path: number for number, path in enumerate(vault.notes)}
    found = dict(known)
    for path in targets:
        target = vault.notes[path]
        linking = sources.union(edge.source.path for edge in known[path]) - {path}
        found[path] = tuple(
            edge
            for source in sorted(linking, key=place.__getitem__)
            for edge in leaving[source]
            if edge.resolution.note is target
        )
    return found


def orphans(vault: Vault) -> tuple[Note, ...]:
    """Return the notes that no other note links to, without those about a tag that some note has."""
    return tuple(vault.notes[path] for path in _find_orphans(vault))


@once_for_outline
def _find_orphans(vault: Vault) -> Sequence[PurePosixPath]:
    # To tell notes apart as objects is quicker than by their paths, and a vault has a hundred thousand links.
    leading = ((edge.source, edge.resolution.note) for edge in edges(vault))
    reached = {id(target) for source, target in leading if target is not None and target is not source}
    alone = [path for path, note in vault.notes.items() if id(note) not in reached]
    if not any(told_tag(str(path)) for path in alone):
        return alone
    tags = {name for note in vault.notes.values() for tag in note.tags for name in tag_names(tag)}
    return [path for path in alone if told_tag(str(path)) not in tags]


def stubs(vault: Vault) -> Mapping[str, tuple[Edge, ...]]:
    """Return the names that wikilinks use and no note has, each with the links that use it; names of files left out."""
    found: dict[str, list[Edge]] = {}
    for edge in edges(vault):
        link = edge.link
        if edge.resolution.kind is Found.MISSING and link.wiki and link.path and not is_attachment(link.path):
            found.setdefault(fold(link.path).removesuffix(".md"), []).append(edge)
    return {users[0].link.path.removesuffix(".md"): tuple(users) for users in found.values()}

"""Dependents of an example: notes with a claim on it, with an example that uses it, or that embed its note."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import PurePosixPath

from zhixing.claims.backing import Backing
from zhixing.claims.refer import full_claim
from zhixing.language.book import Book, example_of
from zhixing.language.errors import ExampleError
from zhixing.vault.graph import edges
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault


def dependents(vault: Vault, book: Book) -> Mapping[str, frozenset[PurePosixPath]]:
    """Return for each example the notes that depend on it, without its own note."""
    home = {one.example.id: one.note.path for one in book.declared if one.example}
    resting: dict[str, set[PurePosixPath]] = defaultdict(set)
    backing = Backing.of(book)
    for note in vault.notes.values():
        for name in _claimed(note, backing):
            resting[name].add(note.path)
    for name, users in _users(book, home).items():
        resting[name] |= users
    embedding = _embedding(vault)
    for name, path in home.items():
        resting[name] |= embedding.get(path, set())
    return {name: frozenset(paths - {home[name]}) for name, paths in resting.items() if name in home}


def _claimed(note: Note, backing: Backing) -> Iterator[str]:
    """Yield the examples that the claims of a note name."""
    for claim in note.claims:
        with suppress(ExampleError):
            yield example_of(full_claim(claim, note, backing).reference)


def _users(book: Book, home: Mapping[str, PurePosixPath]) -> dict[str, set[PurePosixPath]]:
    """Return for each example the notes of those that use it, directly or through others."""
    uses = {
        one.example.id: {reference.partition(".")[0] for reference in one.example.uses.values()}
        for one in book.declared
        if one.example
    }
    users: dict[str, set[PurePosixPath]] = defaultdict(set)
    for name, own in uses.items():
        waiting, seen = list(own), set[str]()
        while waiting:
            used = waiting.pop()
            if used not in seen:
                seen.add(used)
                users[used].add(home[name])
                waiting += uses.get(used, ())
    return users


def _embedding(vault: Vault) -> dict[PurePosixPath, set[PurePosixPath]]:
    found: dict[PurePosixPath, set[PurePosixPath]] = defaultdict(set)
    for edge in edges(vault):
        if edge.link.embed and edge.resolution.note:
            found[edge.resolution.note.path].add(edge.source.path)
    return found


def resting_on(names: Iterable[str], found: Mapping[str, frozenset[PurePosixPath]]) -> dict[str, list[str]]:
    """Return the notes that depend on some examples, sorted; examples without dependents are left out."""
    return {name: sorted(map(str, found[name])) for name in names if found.get(name)}

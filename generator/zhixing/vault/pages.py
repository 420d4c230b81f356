"""Which tags and aliases get pages of their own on a site or in an export.

A tag of five characters becomes a page of twenty kilobytes. So there are no more such pages than a fixed number and a
few for each note; further tags and aliases are read as ever, and lead nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TypeVar

from zhixing.markdown.inline import TokenKind, tokens
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault, fold, once_for_outline

ROOM = 1_000
ROOM_BY_NOTE = 3
"""So many pages there are for tags, and as many for aliases, and more for each note that is published."""
MAX_LEVELS = 16
"""A tag of more levels counts as its first ones: no page is for a path that a file system refuses."""


@dataclass(frozen=True, slots=True)
class NamePages:
    """The tags that have pages, each level of its own, by their folded names; and the aliases that have, by their note.

    `tags_beyond` and `aliases_beyond` hold, of each note with tags or aliases that have none, the first of them.
    """

    tags: frozenset[str]
    aliases: frozenset[tuple[PurePosixPath, str]]
    tags_beyond: tuple[tuple[Note, str], ...]
    aliases_beyond: tuple[tuple[Note, str], ...]


def name_pages(vault: Vault) -> NamePages:
    """Return which tags and aliases of the published notes have pages, the first ones."""
    found = _find_pages(vault)
    if not (found.tags_beyond or found.aliases_beyond):
        return found
    tags, aliases = (
        tuple((vault.notes[note.path], name) for note, name in beyond)
        for beyond in (found.tags_beyond, found.aliases_beyond)
    )
    return replace(found, tags_beyond=tags, aliases_beyond=aliases)


@once_for_outline
def _find_pages(vault: Vault) -> NamePages:
    """Return the same, with the notes of the first vault of this outline."""
    notes = [note for note in vault.notes.values() if note.published]
    room = ROOM + ROOM_BY_NOTE * len(notes)
    tags, tags_beyond = _first(notes, _tags, room)
    aliases, aliases_beyond = _first(notes, _aliases, room)
    return NamePages(tags, aliases, tags_beyond, aliases_beyond)


_Name = TypeVar("_Name")


def _first(
    notes: Iterable[Note], names: Callable[[Note], Iterator[tuple[_Name, str]]], room: int
) -> tuple[frozenset[_Name], tuple[tuple[Note, str], ...]]:
    """Return as many names of notes as there is room for, and of each note the first name for which there is none."""
    kept: set[_Name] = set()
    beyond: dict[PurePosixPath, tuple[Note, str]] = {}
    for note in notes:
        for name, written in names(note):
            if len(kept) < room:
                kept.add(name)
            elif name not in kept:
                beyond.setdefault(note.path, (note, written))
    return frozenset(kept), tuple(beyond.values())


def _tags(note: Note) -> Iterator[tuple[str, str]]:
    return ((name, tag) for tag in note.tags for name in tag_names(tag))


def tag_names(tag: str) -> Iterator[str]:
    """Yield the folded names of a tag and of the tags above it."""
    parts = [fold(part) for part in levels(tag)]
    return ("/".join(parts[: depth + 1]) for depth in range(len(parts)))


def told_tag(path: str) -> str:
    """Return the folded tag that a note at a path is about, as in Quartz and Hugo: `a` for `tags/a.md`, else ""."""
    return fold(path[5:].removesuffix(".md")) if path[:5].lower() == "tags/" else ""


def _aliases(note: Note) -> Iterator[tuple[tuple[PurePosixPath, str], str]]:
    return (((note.path, alias), alias) for alias in note.aliases)


@lru_cache(maxsize=10_000)
def levels(name: str) -> tuple[str, ...]:
    """Return the levels of a tag, () where Obsidian does not accept it: `1984`, or one with a space or punctuation."""
    read = tokens(f"#{name}")
    if len(read) != 1 or read[0].kind is not TokenKind.TAG or read[0].span.end != len(name) + 1:
        return ()
    parts = tuple(part for part in name.split("/") if part)
    return () if len(parts) == 1 and parts[0].isdigit() else parts[:MAX_LEVELS]

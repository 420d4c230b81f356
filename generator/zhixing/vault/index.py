"""Names in a vault: which files a link path can mean. Built once, so that every look-up costs the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from zhixing.vault.note import Note

Paths = dict[str, list[PurePosixPath]]


def fold(name: str) -> str:
    """Return the form in which Obsidian compares names and paths: NFC, lower case."""
    return unicodedata.normalize("NFC", name).lower()


@dataclass(frozen=True, slots=True)
class Index:
    """Files by every end of their path (`c.md`, `b/c.md`, `a/b/c.md`), folded; shortest path first.

    `full` holds file names as they are, `bare` notes without `.md`, `aliases` notes by their aliases.
    """

    full: Paths = field(default_factory=dict)
    bare: Paths = field(default_factory=dict)
    aliases: Paths = field(default_factory=dict)

    def candidates(self, key: str) -> list[PurePosixPath]:
        """Return the files that a folded path can mean: a name with its extension goes before a note of that name."""
        return self.full.get(key) or self.bare.get(key) or []


def build_index(notes: Mapping[PurePosixPath, Note], files: Iterable[PurePosixPath]) -> Index:
    """Return the index of a vault's notes and other files."""
    index = Index()
    for path in sorted([*notes, *files], key=lambda one: (len(one.parts), len(str(one)), str(one))):
        parts = fold(str(path)).split("/")
        for first in range(len(parts)):
            key = "/".join(parts[first:])
            index.full.setdefault(key, []).append(path)
            if path in notes:
                index.bare.setdefault(key.removesuffix(".md"), []).append(path)
    for path, note in notes.items():
        for alias in note.aliases:
            index.aliases.setdefault(fold(alias), []).append(path)
    return index

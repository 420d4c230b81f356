"""Names in a vault: which files a link path can mean. Built once, so that every look-up costs the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from zhixing.vault.media import is_attachment
from zhixing.vault.note import Note

Paths = dict[str, list[PurePosixPath]]


def fold(name: str) -> str:
    """Return the form in which Obsidian compares names and paths: NFC, lower case."""
    return unicodedata.normalize("NFC", name).lower()


def same_file(name: str) -> str:
    """Return the form in which the most forgiving file system compares names and paths."""
    return unicodedata.normalize("NFC", name.casefold())


@dataclass(frozen=True, slots=True)
class Index:
    """Files by every end of their path (`c.md`, `b/c.md`, `a/b/c.md`), folded; shortest path first.

    `full` holds file names as they are, `bare` notes without `.md`, `aliases` notes by their aliases. Of the names that
    several files have, `below` holds the shortest path in or below each folder.
    """

    full: Paths = field(default_factory=dict)
    bare: Paths = field(default_factory=dict)
    aliases: Paths = field(default_factory=dict)
    paths: Paths = field(default_factory=dict)
    below: dict[tuple[PurePosixPath, str], PurePosixPath] = field(default_factory=dict)

    def candidates(self, key: str) -> list[PurePosixPath]:
        """Return the files that a folded path can mean: a note of that name, or the file where it has an extension."""
        first, second = (self.full, self.bare) if is_attachment(key) else (self.bare, self.full)
        return first.get(key) or second.get(key) or []

    def whole(self, key: str) -> list[PurePosixPath]:
        """Return the files of that whole folded path, with or without `.md`: several where only their case differs."""
        keys = (key, f"{key}.md") if is_attachment(key) else (f"{key}.md", key)
        return self.paths.get(keys[0]) or self.paths.get(keys[1]) or []


def build_index(notes: Mapping[PurePosixPath, Note], files: Iterable[PurePosixPath]) -> Index:
    """Return the index of a vault's notes and other files."""
    index = Index()
    for path in sorted([*notes, *files], key=lambda one: (len(one.parts), len(str(one)), str(one))):
        whole = fold(str(path))
        index.paths.setdefault(whole, []).append(path)
        parts = whole.split("/")
        for first in range(len(parts)):
            key = "/".join(parts[first:])
            index.full.setdefault(key, []).append(path)
            if path.suffix.lower() == ".md":
                index.bare.setdefault(key.removesuffix(".md"), []).append(path)
    for path, note in notes.items():
        for alias in note.aliases:
            index.aliases.setdefault(fold(alias), []).append(path)
    for key, paths in (*index.full.items(), *index.bare.items()):
        for path in paths if len(paths) > 1 else ():
            for folder in path.parents:
                index.below.setdefault((folder, key), path)
    return index

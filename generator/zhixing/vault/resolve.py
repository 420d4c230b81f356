"""The one resolver: where a link points, by Obsidian's rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from zhixing.vault.note import Block, Heading, Link, Note
from zhixing.vault.vault import Vault


class Found(StrEnum):
    """What a link's path names."""

    NOTE = "note"
    FILE = "file"
    EXTERNAL = "external"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a link points, and what is to be said about how it says so.

    - `note` for NOTE, `file` for FILE, both None for EXTERNAL and MISSING.
    - `heading`, `block`: the place in the note. `heading_missing`, `block_missing`: it is named and does not exist.
    - `alias`: the alias by which the note was found, which Obsidian would not follow, else "".
    - `other_case`: found, but written in another case (or another Unicode form) than the file's name.
    - `candidates`: all files of that name where there are several, Obsidian's choice first. `ambiguous` says so.
    """

    kind: Found
    note: Note | None = None
    file: PurePosixPath | None = None
    heading: Heading | None = None
    block: Block | None = None
    heading_missing: bool = False
    block_missing: bool = False
    alias: str = ""
    other_case: bool = False
    candidates: tuple[PurePosixPath, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Whether the name alone does not decide."""
        return len(self.candidates) > 1


def resolve(vault: Vault, note: Note, link: Link) -> Resolution:
    """Return where a link in a note points."""
    raise NotImplementedError


def resolve_path(vault: Vault, path: str, base: PurePosixPath) -> Resolution:
    """Return what a link path names, seen from the note at `base`; "" is that note itself."""
    raise NotImplementedError


def near_names(vault: Vault, link: Link, resolution: Resolution) -> tuple[str, ...]:
    """Return up to three names near the one not found: of notes and files, or of the note's headings or blocks."""
    raise NotImplementedError

"""The link graph: who links to whom. Built once for a vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from zhixing.vault.note import Link, Note
from zhixing.vault.resolve import Resolution
from zhixing.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Edge:
    """A link of a note and where it points."""

    source: Note
    link: Link
    resolution: Resolution


def edges(vault: Vault) -> tuple[Edge, ...]:
    """Return every link of every note, resolved, in the order of notes and places."""
    raise NotImplementedError


def backlinks(vault: Vault) -> Mapping[PurePosixPath, tuple[Edge, ...]]:
    """Return for each note the links that point to it from other notes."""
    raise NotImplementedError


def orphans(vault: Vault) -> tuple[Note, ...]:
    """Return the notes that no other note links to."""
    raise NotImplementedError


def embed_cycles(vault: Vault) -> tuple[tuple[Edge, ...], ...]:
    """Return each circle of notes that embed one another, as the edges that close it."""
    raise NotImplementedError


def stubs(vault: Vault) -> Mapping[str, tuple[Edge, ...]]:
    """Return the names that wikilinks use and no note has, each with the links that use it."""
    raise NotImplementedError

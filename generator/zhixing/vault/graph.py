"""The link graph: who links to whom."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from zhixing.vault.cycles import embed_cycles
from zhixing.vault.edges import Edge, edges
from zhixing.vault.index import fold
from zhixing.vault.media import is_attachment
from zhixing.vault.note import Note
from zhixing.vault.resolve import Found
from zhixing.vault.vault import Vault

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

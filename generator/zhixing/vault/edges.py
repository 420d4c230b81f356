"""Every link of a vault, resolved."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from zhixing.vault.note import Link, Note
from zhixing.vault.resolve import Resolution, resolve
from zhixing.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Edge:
    """A link of a note and where it points."""

    source: Note
    link: Link
    resolution: Resolution


_EDGES: WeakKeyDictionary[Vault, tuple[Edge, ...]] = WeakKeyDictionary()


def edges(vault: Vault) -> tuple[Edge, ...]:
    """Return every link of every note, resolved, in the order of notes and places. Worked out once for a vault."""
    if vault not in _EDGES:
        notes = vault.notes.values()
        _EDGES[vault] = tuple(Edge(note, link, resolve(vault, note, link)) for note in notes for link in note.links)
    return _EDGES[vault]

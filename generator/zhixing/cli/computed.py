"""What is computed in a vault, as it is kept for the check after the next edit: what rests on which example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NamedTuple

from zhixing.vault.graph import edges_of
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault


class Row(NamedTuple):
    """What is computed in a note.

    - `names`: the ids of its examples and lists, in order.
    - `keys`: the key of the run of each example, as hexadecimal digits.
    - `needs`: the examples that each of its examples uses or varies.
    - `said`: those of its examples that hold statements of sources, which lists repeat.
    - `rests`: the examples that its claims are about, and those that its links name a result of.
    - `lists`: whether it has a list.
    """

    names: list[str]
    keys: dict[str, str]
    needs: dict[str, list[str]]
    said: list[str]
    rests: list[str]
    lists: bool


NOTHING = Row([], {}, {}, [], [], lists=False)
"""What is computed in a note in which nothing is."""


class Spent(NamedTuple):
    """What a vault has taken of what all its examples and claims share, or somewhat more; see `language.budget`."""

    running: int
    showing: int
    claiming: int
    numbers: int
    used: int

    def add(self, other: Spent) -> Spent:
        """Return both together."""
        return Spent(*(one + two for one, two in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class Computed:
    """What is computed in a vault in which every example runs and every claim names a quantity.

    `rows` has the notes with anything computed, `listed` a digest of what lists may say of each note, where there are
    lists; `linked` tells whether links are in that. Paths are relative to the vault. `least_length` is how many
    characters the notes must have together so that nothing of this is refused.
    """

    rows: Mapping[str, Row]
    listed: Mapping[str, str]
    spent: Spent
    least_length: int
    linked: bool = False

    def encode(self) -> list[Any]:
        """Return this as JSON has it."""
        return [self.rows, self.listed, self.spent, self.least_length, self.linked]

    @classmethod
    def decode(cls, data: list[Any]) -> Computed:
        """Return what `encode` wrote. Raises TypeError or ValueError for anything else."""
        rows, listed, spent, least_length, linked = data
        rows = {path: Row(*row) for path, row in rows.items()}
        return cls(rows, listed, Spent(*spent), int(least_length), bool(linked))


def digest_beginning(note: Note) -> str:
    """Return a digest of a note's beginning, of which lists say something: its properties and its opening."""
    return _digest([note.text[: note.opening.content.end if note.opening else len(note.text)]])


def digest_listed(vault: Vault, note: Note, beginning: str, row: Row | None, *, linked: bool) -> str:
    """Return a digest of what lists may say of a note: its beginning, examples about statements, links if `linked`."""
    found = [edge.resolution.note for edge in edges_of(vault, note)] if linked else []
    links = sorted(str(one.path) for one in found if one)
    return _digest([beginning, *links, *((row or NOTHING).keys[name] for name in (row or NOTHING).said)])


def _digest(parts: Iterable[str]) -> str:
    return blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=8).hexdigest()

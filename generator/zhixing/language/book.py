"""The examples of a vault as data: where each is declared, what came of it, and how text names it.

A vault without examples has a book too, so nothing here reads or runs an example.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from zhixing.language.errors import ExampleError
from zhixing.language.names import ascii_twin, normal_name
from zhixing.markdown.blocks import Region
from zhixing.problems import Problem
from zhixing.vault.note import Note

if TYPE_CHECKING:
    from zhixing.language.model import Example, Run

_ID = re.compile(r"^id:[ \t]+([^\r\n]*)", re.MULTILINE)


@lru_cache(maxsize=20_000)
def example_of(reference: str) -> str:
    """Return the id of the example that a reference names."""
    return normal_name(ascii_twin(reference).partition(".")[0].strip())


@dataclass(frozen=True, slots=True)
class Declared:
    """An example as it stands in a note; `example` is None where it cannot be read."""

    note: Note
    fence: Region
    example: Example | None

    @property
    def name(self) -> str:
        """The example's id; where the block cannot be read, the one it seems to give itself."""
        return self.example.id if self.example else id_written(self.note, self.fence)

    def contains(self, problem: Problem) -> bool:
        """Return whether a problem lies in the block."""
        source = self.note.source
        first, last = (source.position(at)[0] for at in (self.fence.span.start, self.fence.span.end - 1))
        return problem.path == source.path and first <= problem.line <= last


@dataclass(frozen=True, slots=True)
class Book:
    """The examples of a vault in the order of notes and places, their runs by id, and what went wrong."""

    declared: tuple[Declared, ...]
    runs: Mapping[str, Run]
    problems: tuple[Problem, ...]


def id_written(note: Note, fence: Region) -> str:
    """Return the id that a block gives itself, without reading the block; "" where no line says a possible one."""
    found = _ID.search(fence.content.of(note.source.text))
    try:
        return normal_name(found[1].strip().strip("'\"")) if found else ""
    except ExampleError:
        return ""

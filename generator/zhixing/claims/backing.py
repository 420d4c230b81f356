"""What may back claims: the examples of a vault that ran, and those that failed."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from zhixing.language.book import Book, Declared
from zhixing.problems import Code, Severity

if TYPE_CHECKING:
    from zhixing.language.model import Run

_OUTCOMES = frozenset({Code.EXPECT_FAILED, Code.HOLDS_FAILED})


@dataclass(frozen=True, slots=True)
class Backing:
    """What may back claims: the runs, the examples of each note by its path, and those that failed, by id.

    `names` has for each note the names of its examples' quantities, each with the examples that have it.
    """

    runs: Mapping[str, Run]
    own: Mapping[PurePosixPath, tuple[str, ...]]
    names: Mapping[PurePosixPath, Mapping[str, tuple[str, ...]]]
    failed: Mapping[str, Declared]

    @classmethod
    def of(cls, book: Book) -> Backing:
        """Return what the examples of a vault back."""
        own: dict[PurePosixPath, list[str]] = defaultdict(list)
        for one in book.declared:
            if one.name:
                own[one.note.path].append(one.name)
        unique = {path: tuple(dict.fromkeys(names)) for path, names in own.items()}
        return cls(book.runs, unique, {path: _names(ids, book.runs) for path, ids in unique.items()}, _failed(book))

    def knows(self, example: str) -> bool:
        """Return whether some note declares the example."""
        return example in self.runs or example in self.failed


def _names(examples: tuple[str, ...], runs: Mapping[str, Run]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        # A claim on a variation names it: its quantities have the names of those that it varies.
        if example in runs and not runs[example].example.variation:
            for name in dict.fromkeys(name.partition(".")[0] for name in runs[example].quantities):
                found[name].append(example)
    return {name: tuple(ids) for name, ids in found.items()}


def _failed(book: Book) -> dict[str, Declared]:
    """Return the examples that could not be read or run to their end, by id."""
    lines: dict[str, list[int]] = defaultdict(list)
    for problem in sorted(book.problems, key=lambda one: one.line):
        if problem.code.severity is Severity.ERROR and problem.code not in _OUTCOMES:
            lines[problem.path].append(problem.line)
    failed = {}
    for one in book.declared:
        source = one.note.source
        first, last = (source.position(at)[0] for at in (one.fence.span.start, one.fence.span.end - 1))
        wrong = lines.get(source.path, [])
        at = bisect_left(wrong, first)
        if one.name and at < len(wrong) and wrong[at] <= last:
            failed[one.name] = one
    return failed

"""What does not hold in the notes of a vault, and what of it belongs to an example."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from pathlib import PurePosixPath

from zhixing.page.tree import Notice
from zhixing.problems import STALE, Code, Problem, Severity
from zhixing.source import Span
from zhixing.vault.note import Note

# What stands beside an example at most; the others are on the terminal.
_MOST = 8
_EDITED = frozenset({Code.REGION_EDITED, Code.FIGURE_EDITED})
# These are seen at the numbers themselves.
_CLAIMS = frozenset({Code.CLAIM_WRONG, Code.CLAIM_ROUNDED, Code.CLAIM_FLIPPED, Code.CLAIM_UNKNOWN, Code.CLAIM_UNBOUND})


@dataclass(frozen=True)
class Faults:
    """The problems of a vault's notes, by the note's path.

    `to_author` shows what concerns only whoever writes the vault, as results in a note that are not up to date.
    """

    problems: Mapping[PurePosixPath, tuple[Problem, ...]]
    to_author: bool = True

    @classmethod
    def of(cls, problems: Iterable[Problem], *, to_author: bool) -> Faults:
        """Return problems by note, those that are mere information left out."""
        found: dict[PurePosixPath, list[Problem]] = {}
        for problem in sorted(set(problems), key=lambda one: one.order):
            if problem.severity is not Severity.INFO:
                found.setdefault(PurePosixPath(problem.path), []).append(problem)
        return cls({path: tuple(inside) for path, inside in found.items()}, to_author)

    def count(self, note: Note) -> int:
        """Return how many problems a note has."""
        return len(self.problems.get(note.path, ()))

    def notices(self, note: Note, spans: Iterable[Span], *, failed: bool) -> tuple[Notice, ...]:
        """Return what is wrong in the parts of a note that an example and its results take up.

        `failed` says that it has no results: then nothing is said of those on disk.
        """
        found = [one for span in spans for one in self._within(note, span) if one.code not in _CLAIMS]
        notices = [_notice(one) for one in found if not (failed and one.code in STALE | _EDITED)]
        if not self.to_author:
            # A message may name what is hidden, as the name nearest to a wrong one.
            notices = [replace(one, message="") for one in notices if one.kind == "failed"]
        return tuple(notices[:_MOST])

    def _within(self, note: Note, span: Span) -> Iterator[Problem]:
        problems = self.problems.get(note.path, ())
        first, last = note.source.position(span.start)[0], note.source.position(max(span.start, span.end - 1))[0]
        after = bisect_left(problems, first, key=lambda one: one.line)
        return takewhile(lambda one: one.line <= last, islice(problems, after, None))


def _notice(problem: Problem) -> Notice:
    kind = "stale" if problem.code in STALE else "edited" if problem.code in _EDITED else "failed"
    return Notice(kind, problem.code, problem.line, problem.column, problem.sentences)

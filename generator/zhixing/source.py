"""A note's text and places in it.

Everything inside speaks in character offsets; a line and a column are worked out only for a message.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from zhixing.problems import Code, Problem


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of character offsets into a text: `text[start:end]`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the part of `text` that this span covers."""
        return text[self.start : self.end]

    def __contains__(self, offset: object) -> bool:
        """Tell whether an offset lies inside."""
        return isinstance(offset, int) and self.start <= offset < self.end


@dataclass(frozen=True)
class Source:
    """A text and the path shown for it.

    `text` is the file's text as it is: line ends (`\\r\\n` too) and a byte order mark (`\\ufeff`) are kept,
    so offsets are true and what is written back differs only where it was changed.
    """

    path: str
    text: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(i + 1 for i, character in enumerate(self.text) if character == "\n")]

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset, both counted from 1, columns in characters."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def problem(self, code: Code, at: Span | int, what: str, fix: str = "") -> Problem:
        """Return a problem at a place of this text."""
        line, column = self.position(at.start if isinstance(at, Span) else at)
        return Problem(self.path, line, column, code, what, fix)

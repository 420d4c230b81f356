"""A note's text and places in it.

Places are character offsets everywhere; a line and a column are computed only for a message.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate
from typing import Generic, NamedTuple, Protocol, TypeVar

from zhixing.problems import Code, Problem


class Span(NamedTuple):
    """A half-open range of character offsets into a text: `text[start:end]`.

    A note has hundreds; a tuple is made and compared in a third of the time of a dataclass.
    """

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the part of `text` that this span covers."""
        return text[self.start : self.end]

    def __contains__(self, offset: object) -> bool:
        """Return whether an offset lies inside."""
        return isinstance(offset, int) and self.start <= offset < self.end

    @property
    def span(self) -> Span:
        """The span itself, so that `Spans` can hold spans as well as what has one."""
        return self


make_span: Callable[[tuple[int, int]], Span] = partial(tuple.__new__, Span)
"""Return the span of a pair; made of C functions alone, in half of the time of a call."""


class Spanned(Protocol):
    """Anything with a place in a text."""

    @property
    def span(self) -> Span:
        """Its place."""


_Item = TypeVar("_Item", bound=Spanned)


class Spans(Generic[_Item]):
    """Items sorted by their places, an outer one before those inside it, to be found by offset or by span.

    Each search takes logarithmic time; `at` takes one step more for each item that it has to leave.
    """

    def __init__(self, items: Iterable[_Item]) -> None:
        self.items = tuple(sorted(items, key=lambda item: (item.span.start, -item.span.end)))
        spans = [item.span for item in self.items]
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    @cached_property
    def _around(self) -> list[int]:
        """For each item the index of the last one before it that is still open where it begins, -1 for none."""
        around: list[int] = []
        open_: list[int] = []
        for index, start in enumerate(self._starts):
            while open_ and self._ends[open_[-1]] <= start:
                open_.pop()
            around.append(open_[-1] if open_ else -1)
            open_.append(index)
        return around

    @cached_property
    def _reach(self) -> list[int]:
        """For each item the furthest end of it and all before it."""
        return list(accumulate(self._ends, max))

    def index(self, offset: int) -> int:
        """Return the index of the last item that begins at or before an offset, -1 where none does."""
        return bisect_right(self._starts, offset) - 1

    def at(self, offset: int) -> _Item | None:
        """Return the innermost item around an offset, None where no item covers it."""
        index = self.index(offset)
        while index >= 0 and self._ends[index] <= offset:
            index = self._around[index]
        return self.items[index] if index >= 0 else None

    def covers(self, offset: int) -> bool:
        """Return whether an offset lies in any item."""
        index = self.index(offset)
        return index >= 0 and offset < self._reach[index]

    def within(self, span: Span) -> tuple[_Item, ...]:
        """Return the items that begin inside a span, in order."""
        return self.items[bisect_left(self._starts, span.start) : bisect_left(self._starts, span.end)]


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

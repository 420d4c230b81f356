"""What can go wrong while an example is read or run, as an exception that knows its place."""

from __future__ import annotations

from typing import Protocol

from zhixing.problems import Code, ZhixingError
from zhixing.source import Span


class Placed(Protocol):
    """What stands somewhere in a note."""

    @property
    def span(self) -> Span:
        """The place."""


class ExampleError(ZhixingError):
    """An example cannot be read or run here.

    `span` is the place in the note that is at fault, where it is known. Whoever knows the note turns the exception into
    a problem.
    """

    def __init__(self, code: Code, what: str, fix: str = "", at: Placed | Span | None = None) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.fix = fix
        self.span = at if at is None or isinstance(at, Span) else at.span

    def at_span(self, span: Span) -> ExampleError:
        """Name the place at fault, unless a narrower one is named already."""
        self.span = self.span or span
        return self


class NotComputedError(ZhixingError):
    """A name is missing because its own line went wrong; that line's problem says why, this one says nothing."""

"""What can go wrong while an example is read or run, as an exception that knows its place."""

from __future__ import annotations

import ast

from zhixing.problems import Code, ZhixingError
from zhixing.source import Span


class ExampleError(ZhixingError):
    """An example cannot be read or run here.

    `node` is the part of the expression that is at fault, or `index` the character of its text, where one is; `span`
    the place in the note, where it is known. Whoever knows where the text stands turns the exception into a problem.
    """

    def __init__(
        self, code: Code, what: str, mend: str = "", node: ast.AST | None = None, *, index: int | None = None
    ) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.mend = mend
        self.node = node
        self.index = index
        self.span: Span | None = None

    def at_span(self, span: Span) -> ExampleError:
        """Name the place in the note at fault, unless a narrower one is named already."""
        self.span = self.span or span
        return self

    def at(self, node: ast.AST) -> ExampleError:
        """Name the node at fault, unless a deeper one is named already."""
        self.node = self.node or node
        return self


class NotComputedError(ZhixingError):
    """A name is missing because its own line went wrong; that line's problem says why, this one says nothing."""

"""A reading of an example under way: the problems found so far, and the moves that every section makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from zhixing.examples.errors import ExampleError, NotComputedError
from zhixing.examples.expression import parse_expression
from zhixing.examples.model import Axis, Expression, Name
from zhixing.examples.nodes import Mapping, Node, Scalar, Sequence
from zhixing.examples.yaml_errors import WIDE
from zhixing.problems import Code, Problem, did_you_mean
from zhixing.source import Source, Span

_T = TypeVar("_T")
LIST = "Write a line beginning with “- ” for each"


@dataclass
class Reading:
    """One reading of an example; a problem in one place does not stop the next.

    `broken` are axes whose own declaration went wrong: what rests on them is not reported again. `uses` tells whether
    quantities of other examples come in, whose axes nobody knows before the run.
    """

    source: Source
    problems: list[Problem] = field(default_factory=list)
    axes: dict[str, Axis] = field(default_factory=dict)
    names: dict[str, Name] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    uses: bool = False

    def report(self, at: Span | int, code: Code, what: str, mend: str) -> None:
        """Add a problem."""
        self.problems.append(self.source.problem(code, at, what, mend))

    def attempt(self, at: Scalar | Span, action: Callable[[], _T]) -> _T | None:
        """Do something that may fail, and report the failure at the narrowest place known."""
        try:
            return action()
        except NotComputedError:
            return None
        except ExampleError as error:
            place: Span | int = at.span if isinstance(at, Scalar) else at
            if isinstance(at, Scalar) and error.index is not None:
                place = at.offset(error.index)
            self.report(error.span or place, error.code, error.what, error.mend)
            return None

    def wanted(self, node: Node, what: str, mend: str) -> None:
        """Report a value that is no mapping or list; a full-width colon may be why."""
        wide = node.text.find("：") if isinstance(node, Scalar) and not node.quoted else -1
        if isinstance(node, Scalar) and wide >= 0:
            self.report(node.offset(wide), Code.EXAMPLE_YAML, *WIDE)
        else:
            self.report(node.span, Code.EXAMPLE_VALUE, what, mend)

    def pairs(self, node: Node | None, what: str) -> Iterator[tuple[Scalar, Node]]:
        """Yield the pairs of a section that is a mapping; an empty section is one too."""
        if isinstance(node, Mapping):
            yield from node.items
        elif node is not None and not _empty(node):
            self.wanted(node, f"{what} is no mapping", "Write `name: value` lines below it")

    def items(self, node: Node | None, what: str, mend: str = LIST) -> Iterator[Node]:
        """Yield the items of a section that is a list; an empty section is one too."""
        if isinstance(node, Sequence):
            yield from node.items
        elif node is not None and not _empty(node):
            self.wanted(node, f"{what} is no list", mend)

    def keys(self, node: Mapping, known: Iterable[str], what: str) -> None:
        """Report keys that are not known."""
        known = list(known)
        for key, _ in node.items:
            if key.text not in known:
                mend = did_you_mean(key.text, known) or f"Known: {', '.join(known)}"
                self.report(key.span, Code.EXAMPLE_KEY, f"{what} has no key {key.text!r}", mend)

    def expression(self, node: Node) -> Expression | None:
        """Read an expression, or report why there is none."""
        if not isinstance(node, Scalar):
            mend = "Write one expression, in quotes where it begins with [ or {"
            what = "A list or mapping stands where an expression is needed"
            self.report(node.span, Code.EXPRESSION_SYNTAX, what, mend)
            return None
        cut = not node.quoted and (node.flow or self._before_comment(node))
        return self.attempt(node, partial(parse_expression, node.text, node.inner, flow=cut, places=node.places))

    def _before_comment(self, node: Scalar) -> bool:
        at = node.span.end
        while self.source.text[at : at + 1] == " ":
            at += 1
        return self.source.text[at : at + 1] == "#"

    def new(self, name: Name) -> bool:
        """Take a name into use; report one that is taken already."""
        if name.name in self.names:
            line, _ = self.source.position(self.names[name.name].span.start)
            what = f"{name.name!r} is declared already, in line {line}"
            self.report(name.span, Code.EXAMPLE_NAME, what, "Choose another name")
            return False
        self.names[name.name] = name
        return True

    def axis(self, name: str, *, computed: bool = False) -> str:
        """Return the name of a declared axis; what is `computed` may run along one that `uses:` brings.

        Raises:
            ExampleError: there is none of that name.
            NotComputedError: its declaration went wrong and is reported there.
        """
        if name in self.broken:
            raise NotComputedError(name)
        if name not in self.axes and not (computed and self.uses):
            raise no_axis(name, self.axes)
        return name


def no_axis(name: str, axes: Iterable[str]) -> ExampleError:
    """Return the error for an axis that is not declared."""
    mend = did_you_mean(name, axes) or "Declare it under `axes:`"
    return ExampleError(Code.EXAMPLE_NAME, f"There is no axis {name!r}", mend)


def _empty(node: Node) -> bool:
    return isinstance(node, Scalar) and not node.text and not node.quoted

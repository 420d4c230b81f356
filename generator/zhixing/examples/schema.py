"""Reading an example: from the YAML of its block to typed declarations, with every problem and its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from zhixing.examples.declarations import check_name, read_axis, read_name
from zhixing.examples.errors import ExampleError
from zhixing.examples.expected import read_expectations
from zhixing.examples.expression import ascii_twin, normal_name, offset_of, parse_expression
from zhixing.examples.model import Axis, Example, Expectation, Expression, Given, Name, Says, Show, Step
from zhixing.examples.shown import read_show
from zhixing.examples.values import read_given, read_start
from zhixing.examples.yaml_tree import Mapping, Node, Scalar, Sequence, read_yaml
from zhixing.problems import Code, Problem, did_you_mean
from zhixing.source import Source, Span

KEYS = ("id", "axes", "uses", "given", "start", "compute", "symbols", "expect", "show", "says")
MAX_STEPS = 200
MAX_ID = 60
_T = TypeVar("_T")


def read_example(source: Source, content: Span) -> tuple[Example | None, list[Problem]]:
    """Read the example declared in a block. Where anything in it is wrong, the example is None."""
    node, problems = read_yaml(source, content)
    if node is None or problems:
        return None, problems
    if not isinstance(node, Mapping):
        what = "The block is not a mapping of keys to values"
        return None, [source.problem(Code.EXAMPLE_YAML, node.span, what, "Begin with `id: NAME`")]
    reader = _Schema(source, node)
    example = reader.read()
    return (None if reader.problems else example), reader.problems


@dataclass
class _Schema:
    """One reading of an example, section by section; a problem in one does not stop the next."""

    source: Source
    node: Mapping
    problems: list[Problem] = field(default_factory=list)
    axes: dict[str, Axis] = field(default_factory=dict)
    names: dict[str, Name] = field(default_factory=dict)

    def attempt(self, at: Span, action: Callable[[], _T], expression: Expression | None = None) -> _T | None:
        """Do something that may fail, and report the failure at the narrowest place known."""
        try:
            return action()
        except ExampleError as error:
            place: Span | int = error.span or at
            if error.node is not None and expression is not None:
                place = offset_of(expression, error.node)
            self.problems.append(self.source.problem(error.code, place, error.what, error.mend))
            return None

    def report(self, at: Span, code: Code, what: str, mend: str) -> None:
        self.problems.append(self.source.problem(code, at, what, mend))

    def read(self) -> Example:
        """Read every section."""
        self._check_keys()
        identifier = self._id()
        self._axes()
        uses, uses_spans = self._uses()
        given = tuple(self._given())
        steps = tuple(self._steps())
        start = tuple(self._start(steps))
        expectations, holds = self._expect(self.node.get("expect"))
        return Example(
            identifier, self.axes, uses, given, start, steps, dict(self._symbols()), expectations, holds,
            tuple(self._says()), tuple(self._show()), self.node.span, uses_spans,
        )  # fmt: skip

    def _check_keys(self) -> None:
        for key, _ in self.node.items:
            if key.text not in KEYS:
                mend = did_you_mean(key.text, KEYS) or f"Known: {', '.join(KEYS)}"
                self.report(key.span, Code.EXAMPLE_KEY, f"An example has no key {key.text!r}", mend)

    def _id(self) -> str:
        node = self.node.get("id")
        if not isinstance(node, Scalar) or not node.text.strip():
            self.report(self.node.span, Code.EXAMPLE_KEY, "The example has no id", "Begin with `id: NAME`")
            return ""
        name = node.text.strip()
        if len(name) > MAX_ID or not re.fullmatch(r"[^\W_][\w\-]*", name):
            mend = f"Use letters, Chinese characters, digits, - and _, at most {MAX_ID}"
            self.report(node.span, Code.EXAMPLE_NAME, f"{name!r} cannot be an id", mend)
        return normal_name(name)

    def _items(self, key: str) -> Iterator[tuple[Scalar, Node]]:
        """Yield the pairs of a section that is a mapping."""
        node = self.node.get(key)
        if isinstance(node, Mapping):
            yield from node.items
        elif node is not None and not (isinstance(node, Scalar) and not node.text):
            self.report(node.span, Code.EXAMPLE_VALUE, f"`{key}:` is no mapping", "Write `name: value` lines below it")

    def _axes(self) -> None:
        node = self.node.get("axes")
        for key, value in self._items("axes"):
            axis = self.attempt(value.span, lambda k=key, v=value: read_axis(check_name(k.text), v, node))  # type: ignore[misc, arg-type]  # node is the mapping that _items walks
            if axis:
                self.axes[axis.name] = axis

    def _uses(self) -> tuple[dict[str, str], dict[str, Span]]:
        uses: dict[str, str] = {}
        spans: dict[str, Span] = {}
        for key, value in self._items("uses"):
            name = self.attempt(key.span, partial(read_name, key.text, key.span, self.axes))
            reference = normal_name(ascii_twin(value.text)) if isinstance(value, Scalar) else ""
            if not re.fullmatch(r"[^.]+\.[\w.]+", reference):
                mend = "Name a quantity of another example: `w: 指代.weights`"
                self.report(value.span, Code.EXAMPLE_VALUE, "This names no quantity of an example", mend)
            elif name and self._new(name):
                uses[name.name], spans[name.name] = reference, value.span
        return uses, spans

    def _new(self, name: Name) -> bool:
        if name.name in self.names:
            line, _ = self.source.position(self.names[name.name].span.start)
            what = f"{name.name!r} is declared already, in line {line}"
            self.report(name.span, Code.EXAMPLE_NAME, what, "Choose another name")
            return False
        self.names[name.name] = name
        return True

    def _given(self) -> Iterator[Given]:
        for key, value in self._items("given"):
            name = self.attempt(key.span, partial(read_name, key.text, key.span, self.axes))
            if name and self._new(name):
                given = self.attempt(value.span, partial(read_given, name, value, self.axes))
                if given:
                    yield given

    def _steps(self) -> Iterator[Step]:
        count = 0
        for key, value in self._items("compute"):
            each = re.fullmatch(r"each\s+(\S+)", key.text.strip())
            for step in self._each(each[1], key, value) if each else self._step(key, value, ""):
                count += 1
                yield step
        if count > MAX_STEPS:
            what = f"The example has {count} steps; {MAX_STEPS} are allowed"
            self.report(self.node.span, Code.EXAMPLE_COST, what, "Split it into several examples")

    def _each(self, axis: str, key: Scalar, value: Node) -> Iterator[Step]:
        axis = normal_name(axis)
        if axis not in self.axes:
            mend = did_you_mean(axis, self.axes) or "Declare it under `axes:`"
            self.report(key.span, Code.EXAMPLE_NAME, f"There is no axis {axis!r}", mend)
        elif not isinstance(value, Mapping):
            self.report(value.span, Code.EXAMPLE_VALUE, f"`each {axis}:` is no mapping", "Write its steps below it")
        else:
            for inner, expression in value.items:
                yield from self._step(inner, expression, axis)

    def _step(self, key: Scalar, value: Node, each: str) -> Iterator[Step]:
        name = self.attempt(key.span, partial(read_name, key.text, key.span, self.axes))
        expression = self.expression(value)
        if name and each in name.axes and each:
            what = f"{name.name} is repeated along {each} and comes under it by itself"
            self.report(key.span, Code.EXAMPLE_AXES, what, f"Leave {each} out of its axes")
        elif name and self._new(name) and expression:
            yield Step(name, expression, each)

    def expression(self, node: Node, *, flow: bool = False) -> Expression | None:
        """Read an expression, or report why there is none."""
        if not isinstance(node, Scalar):
            mend = "Write it as a block list, a line beginning with “- ” for each" if flow else "Write one expression"
            self.report(
                node.span, Code.EXPRESSION_SYNTAX, "A list or mapping stands where an expression is needed", mend
            )
            return None
        span = node.span if not node.quoted else Span(node.span.start + 1, node.span.end - 1)
        shell = Expression(node.text, None, span)  # type: ignore[arg-type]  # only its text and place are asked for
        return self.attempt(node.span, partial(parse_expression, node.text, span, flow=flow), shell)

    def _start(self, steps: tuple[Step, ...]) -> Iterator[Given]:
        repeated = {step.name.name for step in steps if step.each}
        for key, value in self._items("start"):
            name = normal_name(key.text.strip())
            if name not in repeated:
                mend = did_you_mean(name, repeated) or "Name a step under `each AXIS:`"
                self.report(key.span, Code.EXAMPLE_NAME, f"No repeated step is named {name!r}", mend)
                continue
            given = self.attempt(value.span, partial(read_start, name, value, key.span))
            if given:
                yield given

    def _symbols(self) -> Iterator[tuple[str, str]]:
        for key, value in self._items("symbols"):
            name = normal_name(key.text.strip())
            if name not in {*self.names, *self.axes}:
                mend = did_you_mean(name, [*self.names, *self.axes]) or "Give symbols to names of this example"
                self.report(key.span, Code.EXAMPLE_NAME, f"Nothing is named {name!r}", mend)
            elif isinstance(value, Scalar):
                yield name, value.text

    def _expect(self, node: Node | None) -> tuple[tuple[Expectation, ...], tuple[Expression, ...]]:
        if node is None:
            return (), ()
        if not isinstance(node, Mapping):
            self.report(node.span, Code.EXAMPLE_VALUE, "Expectations are no mapping", "Write `name: value` lines")
            return (), ()
        expectations: list[Expectation] = []
        holds: list[Expression] = []
        for key, value in node.items:
            if key.text == "holds":
                holds += self._holds(value)
            elif target := self.expression(key):
                found = self.attempt(value.span, partial(read_expectations, target, value, key.span))
                expectations += found or []
        return tuple(expectations), tuple(holds)

    def _holds(self, node: Node) -> list[Expression]:
        if not isinstance(node, Sequence):
            self.report(
                node.span, Code.EXAMPLE_VALUE, "`holds:` is no list", "Write a line beginning with “- ” for each"
            )
            return []
        return [read for item in node.items if (read := self.expression(item, flow=node.flow))]

    def _show(self) -> Iterator[Show]:
        node = self.node.get("show")
        items = node.items if isinstance(node, Sequence) else ()
        if node is not None and not isinstance(node, Sequence):
            self.report(node.span, Code.EXAMPLE_VALUE, "`show:` is no list", "Write lines like `- table: [a, b]`")
        for item in items:
            shown = self.attempt(item.span, partial(read_show, item, self.expression))
            if shown:
                yield shown

    def _says(self) -> Iterator[Says]:
        node = self.node.get("says")
        items = node.items if isinstance(node, Sequence) else ()
        if node is not None and not isinstance(node, Sequence):
            self.report(node.span, Code.EXAMPLE_VALUE, "`says:` is no list", "Begin each statement with “- document: ”")
        for item in items:
            if isinstance(item, Mapping):
                yield self._saying(item)
            else:
                self.report(
                    item.span, Code.EXAMPLE_VALUE, "A statement is no mapping", "Write document, text and claims"
                )

    def _saying(self, node: Mapping) -> Says:
        texts = {key.text: value.text.strip() for key, value in node.items if isinstance(value, Scalar)}
        for key, _ in node.items:
            if key.text not in ("document", "text", "claims", "cites"):
                mend = did_you_mean(key.text, ("document", "text", "claims", "cites")) or "Remove it"
                self.report(key.span, Code.EXAMPLE_KEY, f"`says:` has no key {key.text!r}", mend)
        if not texts.get("document") or not texts.get("text") or not ("cites" in texts or node.get("claims")):
            what = "A statement needs document, text, and claims or cites"
            self.report(node.span, Code.EXAMPLE_KEY, what, "Say who states what, and in which figures")
        expectations, holds = self._expect(node.get("claims"))
        document, text = texts.get("document", ""), texts.get("text", "")
        return Says(document, text, expectations, holds, texts.get("cites", ""), node.span)

"""Reading the sections that declare names: uses, given, compute, start, symbols."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from zhixing.examples.budget import Budget
from zhixing.examples.constants import read_number
from zhixing.examples.declarations import read_name
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Given, Name, Step
from zhixing.examples.nodes import Node, Scalar
from zhixing.examples.quantity import scalar
from zhixing.examples.reading import Reading
from zhixing.examples.twins import ascii_twin, normal_name
from zhixing.examples.values import read_given
from zhixing.problems import Code, did_you_mean
from zhixing.source import Span

MAX_STEPS = 200
_EACH = re.compile(r"each\s+(\S+)")
_REFERENCE = re.compile(r"[^.\s]+\.\w+(?:\.\w+)?")


@dataclass
class Sections:
    """The declarations of an example, read into a reading. `budget` bounds all given arrays together."""

    reading: Reading
    budget: Budget = field(default_factory=Budget)

    def _name(self, key: Scalar, *, computed: bool = False) -> Name | None:
        return self.reading.attempt(key, partial(read_name, key, self.reading, computed=computed))

    def uses(self, node: Node | None) -> tuple[dict[str, str], dict[str, Span]]:
        """Read `uses:`; return the references by name, and where they stand."""
        uses: dict[str, str] = {}
        spans: dict[str, Span] = {}
        for key, value in self.reading.pairs(node, "`uses:`"):
            name = self._name(key)
            reference = self.reading.attempt(value.span, partial(_reference, value))
            if name and name.axes:
                what, mend = f"{name.name} brings its own axes", f"Write `{name.name}: ...`"
                self.reading.report(key.span, Code.EXAMPLE_AXES, what, mend)
            elif name and reference and self.reading.new(name):
                uses[name.name], spans[name.name] = reference, value.span
        self.reading.uses = bool(uses)
        return uses, spans

    def given(self, node: Node | None) -> Iterator[Given]:
        """Read `given:`."""
        for key, value in self.reading.pairs(node, "`given:`"):
            name = self._name(key)
            if name and self.reading.new(name):
                given = self._read_given(name, value)
                if given:
                    yield given

    def _read_given(self, name: Name, node: Node) -> Given | None:
        action = partial(read_given, name, node, self.reading.axes, self.budget)
        return self.reading.attempt(node.span, action)

    def steps(self, node: Node | None) -> Iterator[Step]:
        """Read `compute:`, with the steps of each `each AXIS:` in their place."""
        count = 0
        for key, value in self.reading.pairs(node, "`compute:`"):
            each = _EACH.fullmatch(key.text.strip())
            for step in self._each(each[1], key, value) if each else self._step(key, value, ""):
                count += 1
                if count == MAX_STEPS + 1:
                    what = f"The example has more than {MAX_STEPS} steps"
                    self.reading.report(key.span, Code.EXAMPLE_COST, what, "Split it into several examples")
                yield step

    def _each(self, axis: str, key: Scalar, value: Node) -> Iterator[Step]:
        found = self.reading.attempt(key.span, lambda: self.reading.axis(normal_name(axis), computed=True))
        for inner, expression in self.reading.pairs(value, f"`{key.text}:`") if found else ():
            if _EACH.fullmatch(inner.text.strip()):
                what, mend = "A repetition stands inside another", "Give its steps the inner axis instead"
                self.reading.report(inner.span, Code.EXAMPLE_KEY, what, mend)
            else:
                yield from self._step(inner, expression, found or "")

    def _step(self, key: Scalar, value: Node, each: str) -> Iterator[Step]:
        name = self._name(key, computed=True)
        expression = self.reading.expression(value)
        if name and each in name.axes:
            what = f"{name.name} is repeated along {each} and comes under it by itself"
            self.reading.report(key.span, Code.EXAMPLE_AXES, what, f"Leave {each} out of its axes")
        elif name and self.reading.new(name) and expression:
            yield Step(name, expression, each)

    def start(self, node: Node | None, steps: tuple[Step, ...]) -> Iterator[Given]:
        """Read `start:`; a value has the axes of the step that it begins."""
        repeated = {step.name.name: step.name for step in steps if step.each}
        for key, value in self.reading.pairs(node, "`start:`"):
            name = self.reading.attempt(key.span, lambda key=key: normal_name(key.text.strip()))  # type: ignore[misc]  # mypy: lambda defaults
            base, _, part = (name or "").partition(".")
            if name and base not in repeated:
                mend = did_you_mean(base, repeated) or "Name a step under `each AXIS:`"
                self.reading.report(key.span, Code.EXAMPLE_NAME, f"No repeated step is named {name!r}", mend)
            elif name and part:
                yield from self._part(Name(name, (), key.span), value)
            elif name and self._own_axes(repeated[name], key):
                given = self._read_given(Name(name, repeated[name].axes, key.span), value)
                yield from [given] if given else []

    def _own_axes(self, name: Name, key: Scalar) -> bool:
        """Tell whether all axes of a step are declared here, so that its start can be read."""
        return all(self.reading.attempt(key.span, partial(self.reading.axis, axis)) for axis in name.axes)

    def _part(self, name: Name, node: Node) -> Iterator[Given]:
        """Read the start of one result of several, `cell.h: 0`: its axes are not known, so it is one number for all."""
        number = self.reading.attempt(node.span, lambda: read_number(_single(node)))
        if number:
            yield Given(name, scalar(number[0]), ((0, number[1]),))

    def symbols(self, node: Node | None) -> Iterator[tuple[str, str]]:
        """Read `symbols:`."""
        known = [*self.reading.names, *self.reading.axes]
        for key, value in self.reading.pairs(node, "`symbols:`"):
            name = self.reading.attempt(key.span, lambda key=key: normal_name(key.text.strip()))  # type: ignore[misc]  # mypy: lambda defaults
            if name and name.partition(".")[0] not in known:
                mend = did_you_mean(name, known) or "Give symbols to names of this example"
                self.reading.report(key.span, Code.EXAMPLE_NAME, f"Nothing is named {name!r}", mend)
            elif not isinstance(value, Scalar) or not value.text.strip():
                what, mend = "A symbol is LaTeX text", "Write it in quotes: “needed: 'T^*'”"
                self.reading.report(value.span, Code.EXAMPLE_VALUE, what, mend)
            elif name:
                yield name, value.text


def _reference(node: Node) -> str:
    reference = normal_name(ascii_twin(node.text.strip())) if isinstance(node, Scalar) else ""
    if not _REFERENCE.fullmatch(reference):
        mend = "Name a quantity of another example: `w: 指代.weights`"
        raise ExampleError(Code.EXAMPLE_VALUE, "This names no quantity of an example", mend)
    return reference


def _single(node: Node) -> Scalar:
    if not isinstance(node, Scalar):
        raise ExampleError(Code.EXAMPLE_VALUE, "One number is needed", "Write 0, for all its entries")
    return node

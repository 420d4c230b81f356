"""One run of an example: its givens, its steps in order, and what it expects held against them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby

import numpy as np

from zhixing.examples.algebra import describe
from zhixing.examples.conform import conform
from zhixing.examples.errors import ExampleError, NotComputedError
from zhixing.examples.evaluate import Evaluator
from zhixing.examples.expect import held, said
from zhixing.examples.expression import offset_of
from zhixing.examples.model import Axis, Dimension, Example, Expression, Given, Outcome, Quantity, Run, Step
from zhixing.examples.scope import Loop, Scope
from zhixing.examples.signature import Record
from zhixing.problems import Code, Problem, did_you_mean
from zhixing.source import Source


def evaluate(run: Run, tree: ast.expr) -> Quantity:
    """Return what an expression gives with the quantities of a run.

    Raises:
        ExampleError: it cannot be computed from them.
    """
    scope = Scope(run.example.axes, dict(run.quantities))
    try:
        return Evaluator(scope).quantity(tree)
    except NotComputedError as error:
        raise ExampleError(Code.EXAMPLE_NAME, f"{error} was not computed", "Mend its own step first") from None


def run_example(example: Example, source: Source, others: Mapping[str, Run]) -> tuple[Run, list[Problem]]:
    """Run an example; `others` holds the runs of the examples that it uses.

    A step that fails is reported once; what rests on it is left out, and the rest runs.
    """
    runner = _Runner(example, source, others)
    runner.take_uses()
    runner.take_givens()
    for _, steps in groupby(example.steps, key=lambda step: step.each):
        runner.take_steps(list(steps))
    example = replace(example, axes=runner.scope.axes)
    evaluator = Evaluator(runner.scope, statement=True)
    outcomes = held(example.expectations, example.holds, evaluator)
    sayings = tuple(said(says, evaluator) for says in example.says)
    problems = [*runner.problems, *_unmet(outcomes, source)]
    return Run(example, runner.scope.quantities, outcomes, sayings), problems


def _unmet(outcomes: Sequence[Outcome], source: Source) -> Iterator[Problem]:
    for outcome in outcomes:
        if not outcome.holds:
            statement = isinstance(outcome.claim, Expression)
            code = Code.HOLDS_FAILED if statement else Code.EXPECT_FAILED
            mend = "Mend the example, or what it expects"
            yield source.problem(outcome.code or code, outcome.claim.span, outcome.what, outcome.mend or mend)


@dataclass
class _Runner:
    """A run under way."""

    example: Example
    source: Source
    others: Mapping[str, Run]
    problems: list[Problem] = field(default_factory=list)
    axes: dict[str, Axis] = field(init=False)
    scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.axes = dict(self.example.axes)
        self.scope = Scope(self.axes)

    def attempt(self, name: str, at: Expression | int, action: Callable[[], None]) -> None:
        """Do something that may fail; report the failure and remember which name is missing for it."""
        try:
            action()
        except NotComputedError:
            self.scope.failed.add(name)
        except ExampleError as error:
            self.scope.failed.add(name)
            offset = offset_of(at, error.node) if isinstance(at, Expression) else at
            self.problems.append(self.source.problem(error.code, offset, error.what, error.mend))

    def store(self, name: str, quantity: Quantity) -> None:
        self.scope.budget.store(quantity.values.size)
        self.scope.quantities[name] = quantity

    def take_uses(self) -> None:
        for name, reference in self.example.uses.items():
            at = self.example.uses_spans[name].start
            self.attempt(name, at, partial(self._use, name, reference))

    def _use(self, name: str, reference: str) -> None:
        other, _, quantity = reference.partition(".")
        if other not in self.others:
            mend = did_you_mean(other, self.others) or "Name an example by its id: `w: 指代.weights`"
            raise ExampleError(Code.EXAMPLE_NAME, f"There is no example {other!r}", mend)
        run = self.others[other]
        if quantity not in run.quantities:
            mend = did_you_mean(quantity, run.quantities) or f"It has {', '.join(run.quantities)}"
            raise ExampleError(Code.EXAMPLE_NAME, f"{other} computes no {quantity!r}", mend)
        value = run.quantities[quantity]
        for dimension in (*value.dimensions, *value.on):
            self._bring_axis(dimension.axis, run)
        self.store(name, value)

    def _bring_axis(self, name: str, run: Run) -> None:
        axis = run.example.axes.get(name)
        if axis is None:
            return
        if axis.root != axis.name:
            self._bring_axis(axis.root, run)
        own = self.axes.setdefault(name, axis)
        if (own.size, own.labels) != (axis.size, axis.labels):
            what = f"The axis {name} is another one in {run.example.id}"
            raise ExampleError(Code.EXAMPLE_AXES, what, "Declare it alike in both, or rename one")

    def take_givens(self) -> None:
        for given in self.example.given:
            at = given.name.span.start
            self.attempt(given.name.name, at, partial(self.store, given.name.name, given.quantity))

    def take_steps(self, steps: list[Step]) -> None:
        if steps[0].each:
            self._repeat(steps, self.scope.axes[steps[0].each])
            return
        for step in steps:
            self.attempt(step.name.name, step.expression, partial(self._step, step))

    def _step(self, step: Step) -> None:
        for name, quantity in self._computed(step).items():
            self.store(name, quantity)

    def _computed(self, step: Step) -> dict[str, Quantity]:
        value = Evaluator(self.scope).value(step.expression.tree)
        if isinstance(value, Record):
            return {f"{step.name.name}.{name}": quantity for name, quantity in value.fields.items()}
        return {step.name.name: conform(value, step.name, self.scope.axes)}

    def _repeat(self, steps: list[Step], axis: Axis) -> None:
        names = {step.name.name: step for step in steps}
        starts = {
            given.name.name: self._start(given, names) for given in self.example.start if given.name.name in names
        }
        loop = Loop(axis, starts, history={name: [] for name in names})
        self.scope.loop = loop
        for position in range(axis.size):
            loop.position, loop.now = position, {}
            for step in steps:
                if step.name.name not in self.scope.failed:
                    self.attempt(step.name.name, step.expression, partial(self._iterate, step, loop))
            for name, quantity in loop.now.items():
                loop.history.setdefault(name, []).append(quantity)
        self.scope.loop = None
        for name, quantities in loop.history.items():
            if name.partition(".")[0] not in self.scope.failed and quantities:
                at = names[name.partition(".")[0]].name.span.start
                self.attempt(name, at, partial(self._store_stack, name, quantities, axis))

    def _store_stack(self, name: str, quantities: Sequence[Quantity], axis: Axis) -> None:
        self.store(name, _stacked(quantities, axis))

    def _iterate(self, step: Step, loop: Loop) -> None:
        computed = self._computed(step)
        self.scope.budget.store(sum(quantity.values.size for quantity in computed.values()))
        loop.now.update(computed)

    def _start(self, given: Given, names: Mapping[str, Step]) -> Quantity:
        step = names[given.name.name]
        dimensions = tuple(Dimension(axis) for axis in step.name.axes)
        shape = tuple(self.scope.axes[axis].size for axis in step.name.axes)
        values = given.quantity.values
        return Quantity(np.broadcast_to(values, shape) if values.shape in ((), shape) else values, dimensions)


def _stacked(quantities: Sequence[Quantity], axis: Axis) -> Quantity:
    """Put the results of a loop under its axis."""
    first = quantities[0]
    if len({quantity.values.shape for quantity in quantities}) > 1:
        shapes = " and ".join(sorted({describe(quantity) for quantity in quantities})[:2])
        what = f"Along {axis.name} the step has different sizes: {shapes}"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Let every step have the same axes")
    stacked = np.stack([quantity.values for quantity in quantities])
    return Quantity(stacked, (Dimension(axis.name), *first.dimensions), first.on)

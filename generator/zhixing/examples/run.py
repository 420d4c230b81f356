"""One run of an example: its givens, its steps in order, and what it expects held against them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby

from zhixing.examples.conform import conform
from zhixing.examples.errors import ExampleError, NotComputedError
from zhixing.examples.evaluate import Evaluator
from zhixing.examples.expect import held, said
from zhixing.examples.expression import offset_of
from zhixing.examples.loops import loop_of, remember, size_of, stacked
from zhixing.examples.model import Axis, Example, Expression, Outcome, Quantity, Run, Step
from zhixing.examples.reading import no_axis
from zhixing.examples.scope import Loop, Names, Scope
from zhixing.examples.signature import Record
from zhixing.examples.uses import bring_axes, used
from zhixing.problems import Code, Problem
from zhixing.source import Source


def evaluate(run: Run, tree: ast.expr) -> Quantity:
    """Return what an expression gives with the quantities of a run.

    Raises:
        ExampleError: it cannot be computed from them.
    """
    names = frozenset(name.partition(".")[0] for name in run.quantities)
    try:
        return Evaluator(Scope(run.example.axes, Names(run.quantities), names)).quantity(tree)
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
    evaluator = Evaluator(runner.scope, statement=True)
    outcomes = held(example.expectations, example.holds, evaluator)
    sayings = tuple(said(says, evaluator) for says in example.says)
    problems = [*runner.problems, *_unmet(outcomes, source)]
    return Run(replace(example, axes=runner.axes), runner.scope.names.quantities, outcomes, sayings), problems


def _unmet(outcomes: Sequence[Outcome], source: Source) -> Iterator[Problem]:
    for outcome in outcomes:
        if not outcome.holds:
            statement = isinstance(outcome.claim, Expression)
            code = outcome.code or (Code.HOLDS_FAILED if statement else Code.EXPECT_FAILED)
            at = outcome.claim.span.start if outcome.at is None else outcome.at
            yield source.problem(code, at, outcome.what, outcome.mend or "Mend the example, or what it expects")


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
        given = (given.name.name for given in self.example.given)
        declared = frozenset((*self.example.uses, *given, *(step.name.name for step in self.example.steps)))
        self.scope = Scope(self.axes, declared=declared)

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
        self.scope.names.put(name, quantity)

    def take_uses(self) -> None:
        for name, reference in self.example.uses.items():
            self.attempt(name, self.example.uses_spans[name].start, partial(self._use, name, reference))

    def _use(self, name: str, reference: str) -> None:
        run, quantity = used(reference, self.others)
        bring_axes(quantity, run, self.axes, self.scope.declared)
        self.store(name, quantity)

    def take_givens(self) -> None:
        for given in self.example.given:
            self.attempt(given.name.name, given.name.span.start, partial(self.store, given.name.name, given.quantity))

    def take_steps(self, steps: list[Step]) -> None:
        each = steps[0].each
        if each in self.axes:
            self._repeat(steps, self.axes[each])
            return
        if each:
            self.problems.append(self._no_axis(each, steps))
            self.scope.failed.update(step.name.name for step in steps)
            return
        for step in steps:
            self.attempt(step.name.name, step.expression, partial(self._step, step))

    def _no_axis(self, each: str, steps: Sequence[Step]) -> Problem:
        error = no_axis(each, self.axes)
        return self.source.problem(error.code, steps[0].name.span.start, error.what, error.mend)

    def _step(self, step: Step) -> None:
        for name, quantity in self._computed(step).items():
            self.store(name, quantity)

    def _computed(self, step: Step) -> dict[str, Quantity]:
        value = Evaluator(self.scope).value(step.expression.tree)
        if isinstance(value, Record):
            if step.name.axes:
                what = f"{step.name.name} has several results, each with its own axes"
                raise ExampleError(Code.EXAMPLE_AXES, what, f"Declare it as {step.name.name}")
            return {f"{step.name.name}.{name}": quantity for name, quantity in value.fields.items()}
        return {step.name.name: conform(value, step.name, self.axes)}

    def _repeat(self, steps: list[Step], axis: Axis) -> None:
        loop = self.scope.loop = loop_of(steps, axis, self.example)
        for position in range(axis.size):
            loop.position, loop.now = position, Names()
            going = [step for step in steps if step.name.name not in self.scope.failed]
            for step in going:
                self.attempt(step.name.name, step.expression, partial(self._iterate, step, loop))
            if not going:
                break
            remember(loop)
        self.scope.loop = None
        for step in steps:
            self.attempt(step.name.name, step.name.span.start, partial(self._stack, step.name.name, loop))

    def _iterate(self, step: Step, loop: Loop) -> None:
        computed = self._computed(step)
        self.scope.budget.store(size_of(computed))
        for name, quantity in computed.items():
            loop.now.put(name, quantity)

    def _stack(self, own: str, loop: Loop) -> None:
        """Store what a step of a loop gave, under the loop's axis, and forget its history."""
        self.scope.require(own)
        for name in [name for name in loop.history if name.partition(".")[0] == own]:
            quantities = loop.history.pop(name)
            self.scope.budget.release(sum(quantity.values.size for quantity in quantities))
            self.store(name, stacked(quantities, loop.axis))

"""One run of an example: its givens, its steps in order, and what it expects held against them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from math import prod

import numpy as np

from zhixing.language.arrays import Axes, describe, root
from zhixing.language.budget import LOOKING, Budget
from zhixing.language.errors import ExampleError, NotComputedError
from zhixing.language.evaluate import Evaluator
from zhixing.language.expect import judge_claims, judge_says
from zhixing.language.gradients import find_gradient, is_gradient
from zhixing.language.model import (
    Axis,
    Declaration,
    Dimension,
    Example,
    Expression,
    Form,
    Given,
    Outcome,
    Quantity,
    Record,
    RecordForm,
    Run,
    Start,
    Step,
    Variation,
)
from zhixing.language.nodes import Name, Node, walk
from zhixing.language.read import no_axis
from zhixing.language.scope import Loop, Names, Scope
from zhixing.language.undefined import find_undefined
from zhixing.language.words import CONSTANTS
from zhixing.problems import Code, Problem, did_you_mean
from zhixing.source import Source, Span
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

# `uses:`: a quantity of another example, with the axes that it runs along.


def find_used(reference: str, others: Mapping[str, Run]) -> tuple[Run, Quantity]:
    """Return the quantity that `指代.weights` names, and its run.

    Raises:
        ExampleError: there is no such example, or it computes no such quantity.
        NotComputedError: its own step failed.
    """
    other, _, name = reference.partition(".")
    if other not in others:
        fix = did_you_mean(other, others) or advise_name(others)
        raise ExampleError(Code.EXAMPLE_NAME, f"There is no example {other!r}", fix)
    run = others[other]
    if name in run.quantities:
        return run, run.quantities[name]
    if name.partition(".")[0] in {step.name.name for step in run.example.steps} - _base_names(run):
        raise NotComputedError(reference)
    fields = [known for known in run.quantities if known.startswith(f"{name}.")]
    fix = did_you_mean(name, run.quantities) or f"It has {', '.join(fields or run.quantities)}"
    raise ExampleError(Code.EXAMPLE_NAME, f"{other} computes no {name!r}", fix)


def advise_name(runs: Mapping[str, Run]) -> str:
    """Return how a quantity of an example is named, by one that there is."""
    known = next((f"{name}.{list(run.quantities)[-1]}" for name, run in runs.items() if run.quantities), "")
    return f"Name an example by its id, then a quantity{f': {known}' if known else ''}"


def _base_names(run: Run) -> set[str]:
    return {name.partition(".")[0] for name in run.quantities}


def bring_axes(quantity: Quantity, run: Run, axes: dict[str, Axis], declared: frozenset[str]) -> None:
    """Add the axes of a quantity of another run to one's own, unless they are there.

    Raises:
        ExampleError: an axis of that name is another one here, or a quantity has the name.
    """
    for dimension in (*quantity.dimensions, *quantity.on):
        if dimension.axis in run.example.axes:
            axis = run.example.axes[dimension.axis]
            for one in dict.fromkeys((run.example.axes.get(axis.root, axis), axis)):
                _bring(one, run, axes, declared)


def _bring(axis: Axis, run: Run, axes: dict[str, Axis], declared: frozenset[str]) -> None:
    own = axes.get(axis.name)
    if own is None and axis.name in declared:
        what = f"{axis.name} is an axis of {run.example.id}, but a quantity here"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Rename the quantity")
    if own is not None and (own.size, own.labels) != (axis.size, axis.labels):
        what = f"The axis {axis.name} is another one in {run.example.id}"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Declare it alike in both, or rename one")
    axes.setdefault(axis.name, axis)


# Holding what was computed against the axes that a name declares.


def conform(quantity: Quantity, name: Declaration, axes: Axes) -> Quantity:
    """Return a quantity with the declared axes, in the declared order.

    Axes that both have are put in the declared order; the others are matched in turn. An axis may take another name
    where both share their labels (`键: 词`), where neither has labels, or where the computed dimension has no name.

    Raises:
        ExampleError: the axes or their sizes differ, or an axis is neither declared nor brought by `uses:`.
    """
    unknown = next((axis for axis in name.axes if axis not in axes), None)
    if unknown is not None:
        raise no_axis(unknown, axes)
    if len(quantity.dimensions) != len(name.axes):
        raise _mismatch(quantity, name, axes)
    order = find_order(quantity.axes, name.axes)
    values = quantity.values.transpose(order)
    pairs = zip(order, values.shape, name.axes, strict=True)
    if not all(_fits(quantity.axes[place], size, axis, axes) for place, size, axis in pairs):
        raise _mismatch(quantity, name, axes)
    return Quantity(values, tuple(Dimension(axis) for axis in name.axes), quantity.on)


def find_order(own: tuple[str, ...], declared: tuple[str, ...]) -> list[int]:
    """Return which dimension goes with each declared axis."""
    if len(set(own) - {""}) + own.count("") < len(own) or len(set(declared)) < len(declared):
        return list(range(len(own)))  # a name that stands twice says nothing about places
    others = iter(place for place, axis in enumerate(own) if axis not in declared)
    return [own.index(axis) if axis in own else next(others) for axis in declared]


def _fits(own: str, size: int, declared: str, axes: Axes) -> bool:
    if size != axes[declared].size:
        return False
    if not own or own == declared or root(axes, own) == root(axes, declared):
        return True
    return own in axes and not axes[own].labels and not axes[declared].labels


def _mismatch(quantity: Quantity, name: Declaration, axes: Axes) -> ExampleError:
    declared = f"[{', '.join(name.axes)}]" if name.axes else "a single number"
    what = f"{name.name} is declared as {declared}, but {describe(quantity)} was computed"
    if quantity.axes == name.axes:
        return ExampleError(Code.EXAMPLE_AXES, what, "Declare an axis of that size, or fix the expression")
    second = _find_second_name(quantity, name, axes)
    own = ", ".join(axis or "AXIS" for axis in quantity.axes)
    fix = f"Declare it as {name.name}[{own}], or fix the expression" if own else f"Declare it as {name.name}"
    if second:
        fix = f"{second[0]} is a second name of {second[1]}: index what runs along it with [{second[1]}]. Or d{fix[1:]}"
    return ExampleError(Code.EXAMPLE_AXES, what, fix)


def _find_second_name(quantity: Quantity, name: Declaration, axes: Axes) -> tuple[str, str] | None:
    """Return an axis that was computed and not declared, and the declared one that it shares labels with."""
    extra = [axis for axis in quantity.axes if axis in axes and axis not in name.axes]
    pairs = ((other, axis) for other in extra for axis in name.axes if root(axes, other) == root(axes, axis))
    return next(pairs, None)


# `each AXIS:`: steps repeated along an axis, whose results stack under it.


def start_quantity(start: Start, axes: Axes, compute: Callable[[Node], Quantity]) -> Quantity:
    """Return what a quantity is before its first step; `compute` evaluates the expression of one that is computed.

    Raises:
        ExampleError: it cannot be computed, or has other axes than the step.
    """
    if isinstance(start.value, Given):
        return start.value.quantity
    quantity = compute(start.value.tree)
    if "." in start.name.name:  # the axes of one result of several are not declared
        return quantity
    return conform(fill(quantity, start.name, axes), start.name, axes)


def _is_constant(tree: Node) -> bool:
    """Return whether an expression uses no quantity and no axis, so that it is one number for all entries."""
    return all(part.name in CONSTANTS for part in walk(tree) if isinstance(part, Name))


def fill(quantity: Quantity, name: Declaration, axes: Axes) -> Quantity:
    """Return a single number as the value of every entry of what a name declares; any other quantity as it is."""
    if quantity.dimensions or not name.axes or not all(axis in axes for axis in name.axes):
        return quantity
    shape = tuple(axes[axis].size for axis in name.axes)
    return Quantity(np.broadcast_to(quantity.values, shape), tuple(map(Dimension, name.axes)), quantity.on)


def remember(loop: Loop) -> None:
    """Add this position's results to the history."""
    for name, quantity in loop.now.quantities.items():
        loop.history.setdefault(name, []).append(quantity)


def stack(quantities: Sequence[Quantity], axis: Axis) -> Quantity:
    """Put the results of a loop under its axis.

    Raises:
        ExampleError: they differ in their axes or sizes.
    """
    first = quantities[0]
    if len({quantity.values.shape for quantity in quantities}) > 1:
        shapes = " and ".join(sorted({describe(quantity) for quantity in quantities})[:2])
        what = f"Along {axis.name} the step has different sizes: {shapes}"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Let every step have the same axes")
    values = np.stack([quantity.values for quantity in quantities])
    return Quantity(values, (Dimension(axis.name), *first.dimensions), first.on)


def count_numbers(quantities: Mapping[str, Quantity]) -> int:
    """Return how many numbers some quantities have."""
    return sum(quantity.values.size for quantity in quantities.values())


Evaluate = Callable[[Run, Node], Quantity]
"""What evaluates an expression with the quantities of a run."""


def evaluate(run: Run, tree: Node, budget: Budget | None = None) -> Quantity:
    """Return what an expression gives with the quantities of a run. `budget` is what it may cost.

    Raises:
        ExampleError: it cannot be computed from them.
    """
    try:
        return _evaluator(run, budget or Budget()).quantity(tree)
    except NotComputedError as error:
        raise ExampleError(Code.EXAMPLE_NAME, f"{error} was not computed", "Fix its own step first") from None


def _evaluator(run: Run, budget: Budget, forms: dict[Node, Form | RecordForm] | None = None) -> Evaluator:
    names = frozenset(name.partition(".")[0] for name in run.quantities)
    return Evaluator(Scope(run.example.axes, Names(run.quantities), names, budget=budget), forms=forms)


def find_forms(run: Run, trees: Iterable[Node]) -> Mapping[Node, Form | RecordForm]:
    """Return the forms of the parts of expressions over a run's quantities, and those of the run itself.

    Raises:
        ExampleError: one of them cannot be computed.
    """
    forms = dict(run.forms)
    evaluator = _evaluator(run, Budget(), forms)
    for tree in trees:
        try:
            evaluator.quantity(tree)
        except NotComputedError as error:
            raise ExampleError(Code.EXAMPLE_NAME, f"{error} was not computed", "Fix its own step first") from None
    return forms


def find_axes(run: Run, tree: Node) -> Mapping[Node, tuple[str, ...]]:
    """Return the axes of the parts of an expression over a run's quantities, as far as they can be computed."""
    if tree in run.axes:
        return run.axes
    evaluator = _evaluator(run, Budget(most=LOOKING))
    with suppress(ExampleError, NotComputedError):
        evaluator.value(tree)
    return evaluator.axes


def run_example(
    example: Example,
    source: Source,
    others: Mapping[str, Run],
    limit: int | None = None,
    wording: Wording = CHINESE,
) -> tuple[Run, list[Problem]]:
    """Run an example; `others` holds the runs of the examples that it uses, `limit` the operations it may take.

    A step that fails is reported once; what rests on it is left out, and the rest runs.
    """
    budget = Budget(limit)
    runner = _Runner(example, source, others, budget)
    runner.take_uses()
    runner.take_givens()
    for _, steps in groupby(example.steps, key=lambda step: step.each):
        runner.take_steps(list(steps))
    evaluator = Evaluator(runner.scope, statement=True, axes=runner.node_axes)
    outcomes = judge_claims(example.expectations, example.holds, evaluator)
    sayings = tuple(judge_says(says, evaluator) for says in example.says)
    expecting = _with_base_expectations(replace(example, axes=runner.axes))
    undefined = find_undefined(expecting, runner.scope.names.quantities, source, runner.scope.masked)
    if example.variation:
        undefined = (_at_changes(problem, example.variation) for problem in undefined)
    problems = [*runner.problems, *undefined, *_unmet(outcomes, source)]
    run = Run(
        replace(example, axes=runner.axes), dict(runner.scope.names.quantities), outcomes, sayings, runner.node_axes,
        budget.used, budget.cut, wording, runner.forms,
    )  # fmt: skip
    return run, problems


def _with_base_expectations(example: Example) -> Example:
    """Return a variation with what the example that it varies expects too: what that has on purpose, this may have."""
    if example.variation is None:
        return example
    expectations = (*example.variation.expectations, *example.expectations)
    return replace(example, expectations=expectations, holds=(*example.variation.holds, *example.holds))


def _at_changes(problem: Problem, variation: Variation) -> Problem:
    """Return a problem of a run of a variation at what it changes: the step at fault is one of another block."""
    what = f"With this change of {variation.of}: {problem.what}"
    return variation.source.problem(problem.code, variation.span, what, problem.fix)


def _unmet(outcomes: Sequence[Outcome], source: Source) -> Iterator[Problem]:
    for outcome in outcomes:
        if not outcome.holds:
            statement = isinstance(outcome.claim, Expression)
            code = outcome.code or (Code.HOLDS_FAILED if statement else Code.EXPECT_FAILED)
            at = outcome.claim.span.start if outcome.at is None else outcome.at
            yield source.problem(code, at, outcome.what, outcome.fix or "Fix the example, or what it expects")


@dataclass
class _Runner:
    """A run under way."""

    example: Example
    source: Source
    others: Mapping[str, Run]
    budget: Budget
    problems: list[Problem] = field(default_factory=list)
    node_axes: dict[Node, tuple[str, ...]] = field(default_factory=dict)
    forms: dict[Node, Form | RecordForm] = field(default_factory=dict)
    axes: dict[str, Axis] = field(init=False)
    scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.axes = dict(self.example.axes)
        given = (given.name.name for given in self.example.given)
        declared = frozenset((*self.example.uses, *given, *(step.name.name for step in self.example.steps)))
        self.scope = Scope(self.axes, declared=declared, budget=self.budget)

    def attempt(self, name: str, at: Span, action: Callable[[], None]) -> None:
        """Do something that may fail; report the failure and remember which name is missing for it."""
        try:
            action()
        except NotComputedError:
            self.scope.failed.add(name)
        except ExampleError as error:
            self.scope.failed.add(name)
            self.problems.append(self._problem(name, error, at))

    def _problem(self, name: str, error: ExampleError, at: Span) -> Problem:
        """Return the problem of a name at its place; in a variation at the changes, unless the name is one of them."""
        varied = self.example.variation
        if varied is None or any(change.target.text == name for change in varied.changes):
            return self.source.problem(error.code, error.span or at, error.what, error.fix)
        there = varied.home.problem(error.code, error.span or at, "", error.fix)
        return _at_changes(replace(there, what=f"{error.what} ({there.path}:{there.line})"), varied)

    def store(self, name: str, quantity: Quantity) -> None:
        self.scope.budget.store(quantity.values.size)
        self.scope.names.put(name, quantity)

    def take_uses(self) -> None:
        for name, reference in self.example.uses.items():
            self.attempt(name, self.example.uses_spans[name], partial(self._use, name, reference))

    def _use(self, name: str, reference: str) -> None:
        run, quantity = find_used(reference, self.others)
        bring_axes(quantity, run, self.axes, self.scope.declared)
        self.store(name, quantity)

    def take_givens(self) -> None:
        for given in self.example.given:
            self.attempt(given.name.name, given.name.span, partial(self._give, given))

    def _give(self, given: Given) -> None:
        self.scope.budget.work(given.work)
        try:
            quantity = given.quantity
        except MemoryError:
            what = "There is not enough memory for this"
            raise ExampleError(Code.EXAMPLE_COST, what, "Use smaller axes") from None
        self.store(given.name.name, quantity)

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
            self.attempt(step.name.name, step.expression.span, partial(self._step, step))

    def _no_axis(self, each: str, steps: Sequence[Step]) -> Problem:
        return self._problem(steps[0].name.name, no_axis(each, self.axes), steps[0].name.span)

    def _step(self, step: Step) -> None:
        for name, quantity in self._compute(step).items():
            self.store(name, quantity)

    def _compute(self, step: Step) -> dict[str, Quantity]:
        tree = step.expression.tree
        if is_gradient(tree) and not self.scope.has(tree.name):
            own = {step.name.name: step for step in self.example.steps}
            starts = {start.name.name.partition(".")[0]: start.value for start in self.example.start}
            quantity = find_gradient(tree, self.scope, own, starts, partial(conform, axes=self.axes))
            self.node_axes[tree] = quantity.axes
            return {step.name.name: conform(quantity, step.name, self.axes)}
        value = Evaluator(self.scope, axes=self.node_axes, forms=self.forms).value(tree)
        if isinstance(value, Record):
            if step.name.axes:
                what = f"{step.name.name} has several results, each with its own axes"
                raise ExampleError(Code.EXAMPLE_AXES, what, f"Declare it as {step.name.name}")
            return {f"{step.name.name}.{name}": quantity for name, quantity in value.fields.items()}
        if _is_constant(tree):
            self.scope.budget.hold(prod(self.axes[axis].size for axis in step.name.axes if axis in self.axes))
            value = fill(value, step.name, self.axes)
        return {step.name.name: conform(value, step.name, self.axes)}

    def _begin(self, steps: Sequence[Step], axis: Axis) -> Loop:
        """Return a loop that has not begun, with the values that its steps start from."""
        loop = Loop(axis, frozenset(step.name.name for step in steps))
        for start in self.example.start:
            own = start.name.name.partition(".")[0]
            if own in loop.steps:
                self.attempt(own, start.name.span, partial(self._start, start, loop))
        return loop

    def _start(self, start: Start, loop: Loop) -> None:
        compute = Evaluator(self.scope, axes=self.node_axes, forms=self.forms).quantity
        self.scope.budget.work(start.value.work if isinstance(start.value, Given) else 0)
        loop.before[start.name.name, -start.back] = start_quantity(start, self.axes, compute)

    def _repeat(self, steps: list[Step], axis: Axis) -> None:
        loop = self.scope.loop = self._begin(steps, axis)
        for position in range(axis.size):
            loop.position, loop.now = position, Names()
            going = [step for step in steps if step.name.name not in self.scope.failed]
            for step in going:
                self.attempt(step.name.name, step.expression.span, partial(self._iterate, step, loop))
            if not going:
                break
            remember(loop)
        self.scope.loop = None
        for step in steps:
            self.attempt(step.name.name, step.name.span, partial(self._stack, step.name.name, loop))

    def _iterate(self, step: Step, loop: Loop) -> None:
        computed = self._compute(step)
        self.scope.budget.store(count_numbers(computed))
        for name, quantity in computed.items():
            loop.now.put(name, quantity)

    def _stack(self, own: str, loop: Loop) -> None:
        """Store what a step of a loop gave, under the loop's axis, and forget its history."""
        self.scope.require(own)
        for name in [name for name in loop.history if name.partition(".")[0] == own]:
            quantities = loop.history.pop(name)
            self.scope.budget.release(sum(quantity.values.size for quantity in quantities))
            self.store(name, stack(quantities, loop.axis))

"""Gradients: how a single number changes with each entry of a quantity, by reverse mode over the nodes of the steps.

`g[a, b]: grad(loss, W)` goes back from `loss` through every step that depends on W. What an earlier position of a loop
computed is taken as it is. Comparisons, indices and sizes change in jumps, and add nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import TypeGuard

import numpy as np

from zhixing.core import CoreError
from zhixing.core.trace import scale_adjoint
from zhixing.language import reductions
from zhixing.language.arrays import align_batch, broadcast, describe, find_batch
from zhixing.language.budget import NODE_WORK
from zhixing.language.calls import axis_names, gather, number_places, read_call, trace_call
from zhixing.language.errors import ExampleError
from zhixing.language.evaluate import Evaluator, Value
from zhixing.language.model import Array, Declaration, Expression, Given, Quantity, Record, Step
from zhixing.language.nodes import (
    Binary,
    Call,
    Field,
    Index,
    ListLiteral,
    Name,
    Node,
    Transpose,
    Unary,
    children,
    is_condition,
    mentions,
    quantity_name,
    text_of,
    walk,
)
from zhixing.language.noise import clear_sum, remove_noise
from zhixing.language.scope import Scope
from zhixing.language.words import FUNCTIONS
from zhixing.language.words.word import (
    AlongAxis,
    Best,
    Entrywise,
    Gradient,
    Mechanism,
    Merge,
    Ordering,
    Reduction,
    Size,
    Word,
)
from zhixing.problems import Code

Conform = Callable[[Quantity, Declaration], Quantity]
SCATTER_WORK = 30
"""The work of adding up an entry of an adjoint where entries were matched by name."""


def is_gradient(tree: Node) -> TypeGuard[Call]:
    """Return whether an expression is `grad(...)`."""
    return isinstance(tree, Call) and tree.name in FUNCTIONS and isinstance(FUNCTIONS[tree.name].function, Gradient)


def find_gradient(
    call: Call, scope: Scope, steps: Mapping[str, Step], starts: Mapping[str, Given | Expression], conform: Conform
) -> Quantity:
    """Return the gradient that a call asks for, with the axes of the quantity that it is taken with respect to.

    Args:
        call: `grad(loss, W)`; in a loop along t, W may also be `W[t - 1]`.
        scope: What names mean at this point of the run.
        steps: Every step of the example by name.
        starts: What the steps of loops start from, by name.
        conform: What puts a computed quantity into the declared order of axes.

    Raises:
        ExampleError: the loss is no single number, does not depend on W, or depends on it through what has no gradient.
        NotComputedError: it needs a step that failed.
    """
    target, wanted = _read_arguments(call, scope)
    sources = _Sources(scope, steps, starts, wanted)
    path = sources.find_path(target)
    values: dict[Node, Value] = {}
    stored = scope.budget.stored
    evaluator = Evaluator(scope, values=values)
    try:
        base = evaluator.quantity(wanted)
        for step in path:
            evaluator.value(step.expression.tree)
        _check_loss(evaluator.quantity(target), target, wanted, depends=sources.depends(target))
        with np.errstate(all="ignore"):
            found = _Backward(sources, evaluator, values, conform, np.zeros(base.values.shape)).run(target, path)
    finally:
        scope.budget.release(scope.budget.stored - stored)
    return Quantity(found, base.dimensions)


def _read_arguments(call: Call, scope: Scope) -> tuple[Node, Node]:
    if len(call.arguments) != 2 or call.keywords:
        what = f"{call.name} takes a single number and the quantity that it is differentiated by"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write grad(loss, W)", call)
    target, wanted = call.arguments
    if isinstance(wanted, Name) and wanted.name in scope.axes:
        what = f"{wanted.name} is an axis, which nothing is differentiated by"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Name a quantity", wanted)
    past = isinstance(wanted, Index) and _looks_back(wanted, scope) and len(wanted.items) == 1
    if not quantity_name(wanted) and not past:
        back = f", or {scope.loop.axis.name} - 1 of one: W[{scope.loop.axis.name} - 1]" if scope.loop else ""
        what = f"{text_of(wanted)} is no name of a quantity"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Name one as the second argument{back}", wanted)
    return target, wanted


def _check_loss(loss: Quantity, target: Node, wanted: Node, *, depends: bool) -> None:
    if loss.dimensions:
        what = f"A gradient is taken of a single number; {text_of(target)} is {describe(loss)}"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Sum it up, or take its mean", target)
    if not depends:
        what = f"{text_of(target)} does not depend on {text_of(wanted)}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Name what it is computed from", wanted)


def _looks_back(node: Node, scope: Scope) -> bool:
    """Return whether a node is `h[t - 1]`, a step of the loop under way at an earlier position."""
    match node:
        case Index(base, (first, *_)) if scope.loop:
            return _base_name(base) in scope.loop.steps and mentions(first, scope.loop.axis.name)
    return False


def _base_name(node: Node) -> str:
    """Return the name of the step that a quantity is, or is a result of; "" for any other expression."""
    return quantity_name(node).partition(".")[0]


# Which steps lie between the loss and what it is differentiated by.


@dataclass
class _Sources:
    """What the quantities are computed from, and which parts of expressions depend on the wanted quantity."""

    scope: Scope
    steps: Mapping[str, Step]
    starts: Mapping[str, Given | Expression]
    wanted: Node
    known: dict[Node, bool] = field(default_factory=dict)
    names: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wanted_text = text_of(self.wanted)

    def find_path(self, target: Node) -> list[Step]:
        """Return the steps that depend on the wanted quantity and that the target needs, in the order of the example.

        Raises:
            ExampleError: the way goes through a loop, or through an earlier position of one.
        """
        needed = self._find_needed(target)
        for name, step in self.steps.items():
            if name in needed:
                self.names[name] = self.depends(step.expression.tree)
        return [self.steps[name] for name, found in self.names.items() if found]

    def _find_needed(self, target: Node) -> set[str]:
        """Return the steps that an expression is computed from at this position."""
        found: set[str] = set()
        waiting = [target]
        while waiting:
            node = waiting.pop()
            if self.is_wanted(node) or _looks_back(node, self.scope):
                continue
            waiting += children(node)
            if isinstance(node, Name) and node.name not in found and self._expands(node.name):
                found.add(node.name)
                waiting.append(self.steps[node.name].expression.tree)
        return found

    def _expands(self, name: str) -> bool:
        """Return whether a name is a step outside loops, or of the loop under way."""
        loop = self.scope.loop
        return name in self.steps and (not self.steps[name].each or (loop is not None and name in loop.steps))

    def is_wanted(self, node: Node) -> bool:
        """Return whether a node is the wanted quantity."""
        return isinstance(node, Name | Index | Field) and text_of(node) == self.wanted_text

    def split(self, node: Index) -> tuple[Node, Sequence[Node]]:
        """Return what is indexed and the indices; of `W[t - 1, 0]`, where `W[t - 1]` is wanted, that and the rest."""
        first = Index(node.base, node.items[:1], span=node.span)
        if isinstance(self.wanted, Index) and len(node.items) > 1 and self.is_wanted(first):
            return self.wanted, node.items[1:]
        return node.base, node.items

    def depends(self, node: Node) -> bool:
        """Return whether an expression changes smoothly with the wanted quantity."""
        if node not in self.known:
            self.known[node] = self._depends(node)
        return self.known[node]

    def _depends(self, node: Node) -> bool:
        if self.is_wanted(node):
            return True
        if is_condition(node) or (isinstance(node, Call) and isinstance(FUNCTIONS[node.name].function, Size | Best)):
            return False
        if isinstance(node, Name):
            return self._name_depends(node)
        if isinstance(node, Index):
            base, _ = self.split(node)
            past = base is node.base and _looks_back(node, self.scope)
            return self._past_depends(node) if past else self.depends(base)
        found = [self.depends(child) for child in children(node)]
        if is_gradient(node) and any(found):
            what = "A gradient is not differentiated again"
            raise ExampleError(Code.EXAMPLE_RUN, what, "Write it out as a formula", node)
        return any(found)

    def _name_depends(self, node: Name) -> bool:
        step = self.steps.get(node.name)
        if step is not None and not self._expands(node.name):
            self._refuse_way(node, f"{node.name}, which is repeated along {step.each}")
        return self.names.get(node.name, False)

    def _past_depends(self, node: Index) -> bool:
        """Refuse an earlier position that depends on a quantity from outside the loop; else it is taken as it is."""
        loop = self.scope.loop
        wanted = _base_name(self.wanted)
        if wanted and loop is not None and wanted not in loop.steps:
            self._refuse_way(node.base, f"{text_of(node)}, an earlier position")
        return False

    def _refuse_way(self, name: Node, through: str) -> None:
        if self._reaches(_base_name(name)):
            what = f"This depends on {self.wanted_text} through {through}, where no gradient goes"
            fix = "Differentiate by a quantity of the same position of the loop"
            raise ExampleError(Code.EXAMPLE_RUN, what, fix, name)

    def _reaches(self, name: str) -> bool:
        """Return whether a quantity is computed from the wanted one in any way, loops and starts included."""
        goal = _base_name(self.wanted)
        seen, waiting = {name}, [name]
        while waiting:
            own = waiting.pop()
            trees = [self.steps[own].expression.tree] if own in self.steps else []
            start = self.starts.get(own)
            trees += [start.tree] if isinstance(start, Expression) else []
            names = {part.name for tree in trees for part in walk(tree) if isinstance(part, Name)} - seen
            waiting += names
            seen |= names
        return goal in seen


# Going back, node by node. An adjoint is how the loss changes with each entry of a node's value.


def _number_places(quantity: Quantity) -> Quantity:
    """Return a quantity whose entries are their own positions in C order, to follow where entries go."""
    return Quantity(number_places(quantity.values), quantity.dimensions, quantity.on)


def _add(a: Array, b: Array) -> Array:
    return clear_sum(a + b, np.abs(a) + np.abs(b))


def _multiply(a: Array, b: Array) -> Array:
    return clear_sum(a @ b, np.abs(a) @ np.abs(b))


@dataclass
class _Backward:
    """One way back. `found` collects the gradient, `adjoints` those of the steps between."""

    sources: _Sources
    evaluator: Evaluator
    values: Mapping[Node, Value]
    conform: Conform
    found: Array
    adjoints: dict[str, Array] = field(default_factory=dict)

    def run(self, target: Node, path: Sequence[Step]) -> Array:
        """Return the gradient of a single number."""
        self.push(target, np.ones(()))
        for step in reversed(path):
            tree, name = step.expression.tree, step.name.name
            if isinstance(record := self.values[tree], Record):
                reached = [part for part in record.fields if f"{name}.{part}" in self.adjoints]
                self.push_record(tree, {part: self.adjoints[f"{name}.{part}"] for part in reached})
            elif name in self.adjoints:
                declared = self.conform(_number_places(self.value(tree)), step.name)
                self.push(tree, self.gather(declared.values, self.adjoints[name], self.value(tree)))
        return self.found

    def value(self, node: Node) -> Quantity:
        """Return the value of a node.

        Raises:
            ExampleError: it has several results.
        """
        value = self.values[node]
        if not isinstance(value, Quantity):
            raise self.refuse(node)
        return value

    def gather(self, places: Array, adjoint: Array, of: Quantity) -> Array:
        """Return the adjoint of a quantity, from that of something whose entries are those at `places` of it."""
        self.evaluator.scope.budget.work(SCATTER_WORK * adjoint.size)
        return gather(places, adjoint, of.values.shape)

    def refuse(self, node: Node) -> ExampleError:
        """Return the error for what has no gradient."""
        name = node.name if isinstance(node, Call) else text_of(node)
        if isinstance(node, Binary):
            name = f"`{node.operator}`"
        reason = FUNCTIONS[node.name].no_gradient if isinstance(node, Call) else ""
        what = f"{name} has no gradient{': ' * bool(reason)}{reason}"
        fix = "Write it with operations that have one, such as + * / ** @, exp, sum, mean and softmax"
        return ExampleError(Code.EXAMPLE_RUN, what, fix, node)

    def push(self, node: Node, adjoint: Array) -> None:  # noqa: C901, PLR0912 - a case for each kind of node
        """Add what a node's adjoint says to the adjoints of what it was computed from."""
        if not self.sources.depends(node):
            return
        self.evaluator.scope.budget.node()
        self.evaluator.scope.budget.work(4 * adjoint.size)
        if self.sources.is_wanted(node):
            self.found = _add(self.found, adjoint)
            return
        match node:
            case Name(name):
                self.collect(name, adjoint)
            case Field(record, name):
                self.push_record(record, {name: adjoint})
            case Unary(operator, operand):
                self.push(operand, -adjoint if operator == "-" else adjoint)
            case Binary("@", left, right):
                self.push_product(left, right, adjoint)
            case Binary():
                self.push_binary(node, adjoint)
            case Transpose(operand):
                self.push(operand, np.swapaxes(adjoint, -1, -2) if adjoint.ndim > 1 else adjoint)
            case Index():
                base, items = self.sources.split(node)
                picked = self.evaluator.pick(_number_places(self.value(base)), items)
                self.push(base, self.gather(picked.values, adjoint, self.value(base)))
            case ListLiteral(items):
                for place, item in enumerate(items):
                    self.push(item, adjoint[place])
            case Call():
                self.push_call(node, adjoint)
            case _:
                raise self.refuse(node)

    def collect(self, name: str, adjoint: Array) -> None:
        """Add to the adjoint of a step, or of one of its results."""
        self.adjoints[name] = _add(self.adjoints.get(name, np.zeros(())), adjoint)

    def push_record(self, node: Node, adjoints: Mapping[str, Array]) -> None:
        """Go back from several results, by their names."""
        if isinstance(node, Name):
            for part, adjoint in adjoints.items():
                self.collect(f"{node.name}.{part}", adjoint)
        elif isinstance(node, Call) and adjoints:
            self.push_mechanism(node, adjoints)

    def push_mechanism(self, node: Call, adjoints: Mapping[str, Array]) -> None:
        """Go back through a function of the core, which is run again and followed."""
        word, scope = FUNCTIONS[node.name], self.evaluator.scope
        function = word.function
        if word.no_gradient or not isinstance(function, Mechanism) or isinstance(word.gradient, tuple):
            raise self.refuse(node)
        run = word.gradient or function.compute
        read = read_call(function, node, self.value)
        operands = [*read.arguments, *read.arrays.values()]

        def follow(values: Sequence[Quantity], within: Scope) -> Record:
            above = {name: one.values for name, one in zip(adjoints, values[len(operands) :], strict=True)}
            found = trace_call(function, run, read, values[: len(operands)], above, within)
            return Record({str(place): Quantity(one) for place, one in enumerate(found)})

        known = [*operands, *map(Quantity, adjoints.values())]
        trial = replace(scope, budget=replace(scope.budget))
        try:
            record = follow(known, scope)
        except MemoryError:
            what = "There is not enough memory for this gradient"
            raise ExampleError(Code.EXAMPLE_COST, what, "Use smaller axes", node) from None
        except (CoreError, TypeError, AttributeError, ValueError, ArithmeticError, LookupError):
            # Nothing that a function does with an array that records may end the command.
            raise self.refuse(node) from None
        cleaned = remove_noise(record, known, lambda changed: follow(changed, trial))
        for place, part in enumerate(read.nodes):
            if isinstance(cleaned, Record):
                self.push(part, cleaned.fields[str(place)].values)

    def push_parts(
        self, parts: Sequence[Node], adjoint: Array, partials: Sequence[Callable[..., Array] | None]
    ) -> None:
        """Go back through an operation entry by entry, whose operands were matched by the names of axes."""
        scope = self.evaluator.scope
        operands = [self.value(part) for part in parts]
        views, _ = broadcast(operands, scope.axes, scope.budget)
        places, _ = broadcast([_number_places(operand) for operand in operands], scope.axes, scope.budget)
        for part, operand, own, partial in zip(parts, operands, places, partials, strict=True):
            if partial is not None and self.sources.depends(part):
                self.push(part, self.gather(own, scale_adjoint(adjoint, partial(*views)), operand))

    def push_binary(self, node: Binary, adjoint: Array) -> None:
        """Go back through an arithmetic operation."""
        if node.operator not in _PARTIALS:
            raise self.refuse(node)
        self.push_parts((node.left, node.right), adjoint, _PARTIALS[node.operator])

    def push_product(self, left: Node, right: Node, adjoint: Array) -> None:
        """Go back through a matrix product: dA = G Bᵀ and dB = Aᵀ G, summed over what was repeated."""
        scope = self.evaluator.scope
        a, b = self.value(left), self.value(right)
        row, column = len(a.dimensions) < 2, len(b.dimensions) < 2
        leads = [(a.dimensions[:-2], a.values.shape[:-2]), (b.dimensions[:-2], b.values.shape[:-2])]
        batch, shape = find_batch(leads, scope.axes)
        around = adjoint.reshape(*shape, 1 if row else a.values.shape[-2], 1 if column else b.values.shape[-1])
        inner = a.values.shape[-1]
        scope.budget.hold(prod(shape) * inner * max(around.shape[-2:]))
        scope.budget.work(4 * around.size * inner)

        def align(quantity: Quantity, *, lone: bool, at: int) -> Array:
            values = np.expand_dims(quantity.values, at) if lone else quantity.values
            return align_batch(values, quantity.dimensions[:-2], batch)

        x, y = align(a, lone=row, at=0), align(b, lone=column, at=1)
        if self.sources.depends(left):
            places = align(_number_places(a), lone=row, at=0)
            self.push(left, self.gather(places, _multiply(around, np.swapaxes(y, -1, -2)), a))
        if self.sources.depends(right):
            places = align(_number_places(b), lone=column, at=1)
            self.push(right, self.gather(places, _multiply(np.swapaxes(x, -1, -2), around), b))

    def push_call(self, node: Call, adjoint: Array) -> None:
        """Go back through a word."""
        word = FUNCTIONS[node.name]
        arrays = word.function.forms[0].keywords if isinstance(word.function, Mechanism) else ()
        for keyword in node.keywords:
            if keyword.name not in ("axis", *arrays) and self.sources.depends(keyword.value):
                what = f"{node.name} has no gradient with respect to {keyword.name}="
                raise ExampleError(Code.EXAMPLE_RUN, what, "Write it as a part of the argument", keyword)
        if isinstance(word.function, Merge):
            operand = self.value(node.arguments[0])
            names = axis_names(node.arguments[1], self.evaluator.scope)
            places = reductions.merge_axes(_number_places(operand), names, self.evaluator.scope.axes)
            self.push(node.arguments[0], self.gather(places.values, adjoint, operand))
        elif isinstance(word.function, Entrywise) and isinstance(word.gradient, tuple):
            self.evaluator.scope.budget.work(word.function.weight * 2 * adjoint.size)
            self.push_parts(node.arguments, adjoint, word.gradient)
        elif isinstance(word.function, Reduction | AlongAxis | Ordering) and callable(word.gradient):
            self.push_along(word, word.gradient, node, adjoint)
        elif isinstance(word.function, Mechanism):
            self.push_mechanism(node, {"": adjoint})
        else:
            raise self.refuse(node)

    def push_along(self, word: Word, back: Callable[..., Array], node: Call, adjoint: Array) -> None:
        """Go back through a word that works along axes."""
        scope = self.evaluator.scope
        operand = self.value(node.arguments[0])
        named = node.keyword("axis")
        at = reductions.find_axes(operand, None if named is None else axis_names(named, scope), scope.axes)
        reduces = isinstance(word.function, Reduction)
        at = at if reduces or named is not None else at[-1:]
        turns = operand.values.shape[at[0]] if isinstance(word.function, AlongAxis) and word.function.single else 0
        scope.budget.work(40 * operand.values.size + NODE_WORK * turns)
        options = {k.name: float(self.value(k.value).values) for k in node.keywords if k.name != "axis"}
        values = np.asarray(operand.values, np.float64)
        expanded = np.expand_dims(adjoint, at) if reduces else adjoint
        self.push(node.arguments[0], np.asarray(back(expanded, values, axis=at, **options)))


_PARTIALS: Mapping[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "+": (lambda a, b: np.ones(()), lambda a, b: np.ones(())),  # noqa: ARG005 - all have the same arguments
    "-": (lambda a, b: np.ones(()), lambda a, b: -np.ones(())),  # noqa: ARG005 - as above
    "*": (lambda a, b: b, lambda a, b: a),  # noqa: ARG005 - as above
    "/": (lambda a, b: 1 / b, lambda a, b: -a / (b * b)),  # noqa: ARG005 - as above
    "**": (lambda a, b: b * np.power(a, b - 1), lambda a, b: np.power(a, b) * np.log(a)),
}
"""The partial derivatives of each operator with respect to its left and its right side."""

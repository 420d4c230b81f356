"""Evaluating an expression: a walk over its syntax tree, with one method for each kind of node.

Every number is a float64, unless an expression asks for less with float16(...) or float32(...). Comparisons give 0
and 1. Nothing outside the vocabulary can be reached.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from zhixing.core import CoreError
from zhixing.language.arrays import Item, Label, close, describe, elementwise, index, matmul, position_of, transpose
from zhixing.language.calls import call_function
from zhixing.language.model import Array, Axis, Dimension, ExampleError, Quantity, Record, scalar
from zhixing.language.scope import Loop, Scope
from zhixing.language.words import CONSTANTS
from zhixing.problems import Code, did_you_mean

# Operators of expressions: arithmetic, comparison, and what a comparison in a statement asks for.

_ARITHMETIC: dict[type[ast.operator], tuple[Callable[..., Array], int]] = {
    ast.Add: (np.add, 4),
    ast.Sub: (np.subtract, 4),
    ast.Mult: (np.multiply, 4),
    ast.Div: (np.divide, 4),
    ast.FloorDiv: (np.floor_divide, 30),
    ast.Mod: (np.mod, 30),
    ast.Pow: (np.power, 40),
}
"""Each operator with its work for an entry."""
_COMPARE: dict[type[ast.cmpop], Callable[..., Array]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
_NEAR: dict[type[ast.cmpop], Callable[..., Array]] = {ast.Eq: close, ast.NotEq: lambda a, b: ~close(a, b)}


def _floats(function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda *arrays: np.asarray(function(*arrays), np.float64)


def binary(operator: ast.operator, a: Quantity, b: Quantity, scope: Scope) -> Quantity:
    """Return what an arithmetic operator gives."""
    if isinstance(operator, ast.MatMult):
        return matmul(a, b, scope.axes, scope.budget)
    function, weight = _ARITHMETIC[type(operator)]
    return elementwise(function, (a, b), scope.axes, scope.budget, weight)


def negated(operand: Quantity, scope: Scope) -> Quantity:
    """Return an operand with the other sign."""
    return elementwise(np.negative, (operand,), scope.axes, scope.budget)


def denied(operand: Quantity, scope: Scope) -> Quantity:
    """Return 1 where an operand is 0, else 0."""
    return elementwise(_floats(np.logical_not), (operand,), scope.axes, scope.budget)


def joined(operator: type[ast.boolop], a: Quantity, b: Quantity, scope: Scope) -> Quantity:
    """Return 1 where both operands (`and`), or one of them (`or`), are other than 0."""
    function = np.logical_and if operator is ast.And else np.logical_or
    return elementwise(_floats(function), (a, b), scope.axes, scope.budget)


def compared(
    operator: ast.cmpop, a: Quantity | Label, b: Quantity | Label, scope: Scope, *, statement: bool
) -> Quantity:
    """Return 1 where a comparison holds, else 0.

    In a statement, `==` and `!=` are closeness and want equal axes, and what is compared may not be empty.

    Raises:
        ExampleError: a label is compared with what has none, or a statement would be true of nothing.
    """
    a, b = _unlabelled(a, b, scope), _unlabelled(b, a, scope)
    equality = isinstance(operator, ast.Eq | ast.NotEq)
    if statement and equality:
        _require_same_axes(a, b)
    function = _NEAR[type(operator)] if statement and equality else _COMPARE[type(operator)]
    result = elementwise(_floats(function), (a, b), scope.axes, scope.budget, 30 if statement and equality else 2)
    if statement and not result.values.size:
        what = "Nothing is compared here: a slice has left no entry"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Let the slice keep what the statement is about")
    return result


def _unlabelled(side: Quantity | Label, other: Quantity | Label, scope: Scope) -> Quantity:
    """Return a label as the position it stands at on the axis of what it is compared with."""
    if isinstance(side, Quantity):
        return side
    if isinstance(other, Quantity) and len(other.on) == 1:
        return scalar(position_of(side.text, scope.axes[other.on[0].axis]))
    what = f"{side.text!r} is compared with something that has no labels"
    raise ExampleError(Code.EXAMPLE_VALUE, what, "Compare a label with an axis or with argmax(...)")


def _require_same_axes(a: Quantity, b: Quantity) -> None:
    literal = not all(a.axes) or not all(b.axes)
    if not a.dimensions or not b.dimensions or (literal and a.values.shape == b.values.shape):
        return
    if sorted(a.axes) != sorted(b.axes):
        what = f"{describe(a)} is compared with {describe(b)}; over different axes `==` would say nothing"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Name the step with the other's axes, or index one side")


# Indices inside `each AXIS:`: `h[t - 1]` looks back at a step of the loop, other indices must not wrap around.

Evaluate = Callable[[ast.expr], Quantity]


def mentions(node: ast.AST, name: str) -> bool:
    """Tell whether an expression uses a name."""
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def step_name(node: ast.expr) -> str:
    """Return the name that `h` or the field `cell.h` stands under, "" for any other expression."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def looked_back(base: ast.expr, item: ast.expr, scope: Scope, evaluate: Evaluate) -> Quantity | None:
    """Return `h[t - 1]` inside `each t:`: the value of this loop's own step at an earlier position; else None.

    Raises:
        ExampleError: the index is no `t`, `t - 1` or the like, or there is no such value.
        NotComputedError: the step failed.
    """
    loop = scope.loop
    name = step_name(base)
    if not loop or name.partition(".")[0] not in loop.steps or not mentions(item, loop.axis.name):
        return None
    scope.require(name.partition(".")[0])
    shift = _shift(item, loop, evaluate)
    if shift is None:
        what = f"A step is looked back at as {name}[{loop.axis.name} - 1]"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Index with the loop's axis, less a whole number", item)
    return loop.past(name, loop.position + shift)


def _shift(node: ast.expr, loop: Loop, evaluate: Evaluate) -> int | None:
    """Return how far `t`, `t - 1` or `t + k` is from this position; None for any other expression."""
    if isinstance(node, ast.Name):
        return 0
    axis = loop.axis.name
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub) or mentions(node.right, axis):
        return None
    if not isinstance(node.left, ast.Name):
        return None
    distance = evaluate(node.right)
    value = float(distance.values) if not distance.dimensions else 0.5
    if value != round(value) or abs(value) > loop.axis.size:
        return None
    return int(value) if isinstance(node.op, ast.Add) else -int(value)


def refuse_wrapping(node: ast.expr, value: float, loop: Loop | None) -> None:
    """Refuse an index or a bound that the loop's axis drives below 0: it would silently count from the end.

    Raises:
        ExampleError: it does.
    """
    if loop and value < 0 and mentions(node, loop.axis.name):
        what = f"{ast.unparse(node)} is {value:g} at {loop.axis.name} = {loop.position}, before the first position"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Keep it inside: maximum({ast.unparse(node)}, 0)", node)


Value = Quantity | Record | Label


class Evaluator:
    """Evaluates expressions in a scope. In a statement (`holds:`), `==` is closeness and wants equal axes."""

    def __init__(self, scope: Scope, *, statement: bool = False) -> None:
        self.scope = scope
        self.statement = statement

    def quantity(self, node: ast.expr) -> Quantity:
        """Return the value of an expression.

        Raises:
            ExampleError: it cannot be computed; the error names the node at fault.
            NotComputedError: it needs a step that failed.
        """
        value = self.value(node)
        return value if isinstance(value, Quantity) else self._no_number(value, node)

    def value(self, node: ast.expr) -> Quantity | Record:
        """Return the value of a step, which may have several results."""
        self.scope.budget.live = 0
        with np.errstate(all="ignore"):
            value = self._value(node)
        return self._no_number(value, node) if isinstance(value, Label) else value

    def _quantity(self, node: ast.expr) -> Quantity:
        value = self._value(node)
        return value if isinstance(value, Quantity) else self._no_number(value, node)

    def _no_number(self, value: Record | Label, node: ast.expr) -> Quantity:
        if isinstance(value, Record):
            what, fix = "A record of several results stands here", f"Take one: {', '.join(value.fields)}"
        else:
            what, fix = f"{value.text!r} is text, and stands where a number is needed", "Use a label only as an index"
        raise ExampleError(Code.EXAMPLE_VALUE, what, fix, node)

    def _value(self, node: ast.expr) -> Value:
        method: Callable[[Any], Value] = getattr(self, f"_{type(node).__name__.lower()}")
        budget = self.scope.budget
        live = budget.live
        try:
            budget.node()
            value = method(node)
            budget.live = live  # the operands are done with
            budget.keep(_new_numbers(value, node))
        except ExampleError as error:
            raise error.at(node) from None
        except CoreError as error:
            fix = "See what it takes in the reference of the core"
            raise ExampleError(Code.EXAMPLE_RUN, f"The core says: {error}", fix, node) from None
        except MemoryError:
            what = "There is not enough memory for this"
            raise ExampleError(Code.EXAMPLE_COST, what, "Use smaller axes", node) from None
        except (ValueError, TypeError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise ExampleError(Code.EXAMPLE_RUN, f"NumPy says: {error}", "Check the shapes", node) from None
        return value

    def _constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, str):
            return Label(node.value)
        if not isinstance(node.value, int | float):
            what = "None stands only in an index"
            raise ExampleError(Code.EXPRESSION_FORBIDDEN, what, "Write x[None] for a new axis")
        try:
            return scalar(float(node.value))
        except OverflowError:  # a whole number of more than 308 digits
            return scalar(np.inf)

    def _name(self, node: ast.Name) -> Value:
        found = self.scope.look_up(node.id)
        if isinstance(found, Axis):
            return self._axis(found)
        if found is not None:
            return found
        if node.id in CONSTANTS:
            return scalar(CONSTANTS[node.id])
        raise self.scope.unknown(node.id)

    def _axis(self, axis: Axis) -> Quantity:
        """Return an axis used as a value: a number inside its own loop, else its positions or numeric labels."""
        loop = self.scope.loop
        on = (Dimension(axis.name),) if axis.labels and not axis.numbers else ()
        if loop and loop.axis.name == axis.name:
            return Quantity(np.asarray(axis.value(loop.position)), on=on)
        self.scope.budget.work(axis.size)
        return Quantity(axis.values, (Dimension(axis.name),), on)

    def _binop(self, node: ast.BinOp) -> Value:
        return binary(node.op, self._quantity(node.left), self._quantity(node.right), self.scope)

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        operand = self._quantity(node.operand)
        if isinstance(node.op, ast.Not):
            return denied(operand, self.scope)
        return negated(operand, self.scope) if isinstance(node.op, ast.USub) else operand

    def _boolop(self, node: ast.BoolOp) -> Value:
        result = self._quantity(node.values[0])
        for operand in node.values[1:]:
            result = joined(type(node.op), result, self._quantity(operand), self.scope)
        return result

    def _compare(self, node: ast.Compare) -> Value:
        sides = [self._side(side) for side in (node.left, *node.comparators)]
        pairs = zip(node.ops, sides, sides[1:], strict=False)
        first, *others = (compared(op, a, b, self.scope, statement=self.statement) for op, a, b in pairs)
        for other in others:
            first = joined(ast.And, first, other, self.scope)
        return first

    def _side(self, node: ast.expr) -> Quantity | Label:
        value = self._value(node)
        return self._no_number(value, node) if isinstance(value, Record) else value

    def _list(self, node: ast.List) -> Value:
        items = [self._quantity(item) for item in node.elts]
        shapes = {item.values.shape for item in items}
        if len(shapes) != 1 or any(any(item.axes) for item in items):
            what = "A list needs one or more numbers, or lists of one length"
            raise ExampleError(Code.EXAMPLE_VALUE, what, "Write quantities with axes under `given:`")
        stacked = np.stack([item.values for item in items])
        return Quantity(stacked, tuple(Dimension("") for _ in stacked.shape))

    def _tuple(self, _node: ast.Tuple) -> Value:
        what = "Values parted by commas are no value"
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, what, "Use [ ] for a list")

    def _attribute(self, node: ast.Attribute) -> Value:
        value = self._value(node.value)
        if isinstance(value, Record) and node.attr in value.fields:
            return value.fields[node.attr]
        if isinstance(value, Quantity) and node.attr == "T":
            return transpose(value)
        known = list(value.fields) if isinstance(value, Record) else ["T"]
        fix = did_you_mean(node.attr, known) or f"Known: {', '.join(known)}"
        raise ExampleError(Code.EXAMPLE_NAME, f"There is no .{node.attr} here", fix)

    def _call(self, node: ast.Call) -> Value:
        return call_function(node, self.scope, self._quantity)

    def _subscript(self, node: ast.Subscript) -> Value:
        items = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        past = looked_back(node.value, items[0], self.scope, self._quantity) if items else None
        base = self._quantity(node.value) if past is None else past
        rest = items if past is None else items[1:]
        indices = [
            self._item(item, base, sum(not _is_none(x) for x in rest[:place])) for place, item in enumerate(rest)
        ]
        return index(base, indices, self.scope.axes, self.scope.budget, rest) if indices else base

    def _item(self, node: ast.expr, base: Quantity, place: int) -> Item:
        if _is_none(node):
            return None
        if isinstance(node, ast.Compare | ast.BoolOp) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
        ):
            what = "A condition is 0 or 1 and picks nothing"
            raise ExampleError(Code.EXAMPLE_VALUE, what, "Write where(condition, a, b)", node)
        if isinstance(node, ast.Slice):
            return self._slice(node)
        loop = self.scope.loop
        along = base.axes[place] if place < len(base.axes) else ""
        if loop and isinstance(node, ast.Name) and node.id == loop.axis.name == along:
            return scalar(loop.position)  # not its numeric label
        value = self._side(node)
        if isinstance(value, Quantity) and not value.dimensions:
            refuse_wrapping(node, float(value.values), loop)
        return value

    def _slice(self, node: ast.Slice) -> slice:
        lower, upper, step = (self._bound(part) for part in (node.lower, node.upper, node.step))
        if step == 0:
            what = "A slice cannot go on by 0"
            raise ExampleError(Code.EXAMPLE_VALUE, what, "Write x[::2] for every second entry", node)
        return slice(lower, upper, step)

    def _bound(self, node: ast.expr | None) -> int | None:
        if node is None:
            return None
        bound = self._quantity(node)
        value = np.nan if bound.dimensions else float(bound.values)
        if not np.isfinite(value) or value != round(value):
            raise ExampleError(Code.EXAMPLE_VALUE, "A slice is bounded by whole numbers", "Write x[1:3]", node)
        refuse_wrapping(node, value, self.scope.loop)
        return int(value)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _new_numbers(value: Value, node: ast.expr) -> int:
    """Return how many numbers a value holds that are kept nowhere else."""
    if isinstance(node, ast.Name) or isinstance(value, Label):
        return 0
    fields = value.fields.values() if isinstance(value, Record) else (value,)
    return sum(field.values.size for field in fields)

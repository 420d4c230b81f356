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
from zhixing.examples.algebra import describe, elementwise, matmul, transpose
from zhixing.examples.calls import call_function
from zhixing.examples.errors import ExampleError
from zhixing.examples.indexing import Item, Label, index, position_of
from zhixing.examples.model import Array, Axis, Dimension, Quantity
from zhixing.examples.scope import Scope
from zhixing.examples.signature import Record
from zhixing.examples.vocabulary import CONSTANTS
from zhixing.problems import Code, did_you_mean

Value = Quantity | Record | Label

RELATIVE, ABSOLUTE = 1e-9, 1e-12


def close(a: Array, b: Array) -> Array:
    """Compare as `==` does in statements: within 1e-9 relative or 1e-12 absolute; infinities equal themselves."""
    with np.errstate(invalid="ignore"):
        near = np.abs(a - b) <= np.maximum(RELATIVE * np.maximum(np.abs(a), np.abs(b)), ABSOLUTE)
    return np.asarray(np.where(np.isinf(a) | np.isinf(b), a == b, near))


_ARITHMETIC: dict[type[ast.operator], Callable[..., Array]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
}
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
        with np.errstate(all="ignore"):
            value = self._value(node)
        if isinstance(value, Quantity):
            return value
        if isinstance(value, Record):
            what, mend = "A record of several results stands here", f"Take one: {', '.join(value.fields)}"
        else:
            what, mend = f"{value.text!r} is text, and stands where a number is needed", "Use a label only as an index"
        raise ExampleError(Code.EXAMPLE_VALUE, what, mend, node)

    def value(self, node: ast.expr) -> Quantity | Record:
        """Return the value of a step, which may have several results."""
        with np.errstate(all="ignore"):
            value = self._value(node)
        return value if isinstance(value, Record) else self.quantity(node) if isinstance(value, Label) else value

    def _value(self, node: ast.expr) -> Value:
        method: Callable[[Any], Value] = getattr(self, f"_{type(node).__name__.lower()}")
        try:
            self.scope.budget.node()
            return method(node)
        except ExampleError as error:
            raise error.at(node) from None
        except CoreError as error:
            mend = "See the function's shapes in the reference of the core"
            raise ExampleError(Code.EXAMPLE_RUN, str(error), mend, node) from None
        except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise ExampleError(Code.EXAMPLE_RUN, f"NumPy says: {error}", "Check the shapes", node) from None

    def _constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, str):
            return Label(node.value)
        if node.value is None:
            raise ExampleError(
                Code.EXPRESSION_FORBIDDEN, "None stands only in an index", "Write x[None] for a new axis"
            )
        try:
            return Quantity(np.asarray(float(node.value)))  # type: ignore[arg-type]  # the parser let only numbers pass
        except OverflowError:
            return Quantity(np.asarray(np.inf))

    def _name(self, node: ast.Name) -> Value:
        found = self.scope.look_up(node.id)
        if isinstance(found, Axis):
            return self._axis(found)
        if found is not None:
            return found
        if node.id in CONSTANTS:
            return Quantity(np.asarray(CONSTANTS[node.id]))
        raise self.scope.unknown(node.id)

    def _axis(self, axis: Axis) -> Quantity:
        """Return an axis used as a value: a number inside its own loop, else its positions or numeric labels."""
        loop = self.scope.loop
        on = (Dimension(axis.name),) if axis.labels and not axis.numbers else ()
        if loop and loop.axis.name == axis.name:
            return Quantity(np.asarray(axis.values[loop.position]), on=on)
        self.scope.budget.hold(axis.size)
        return Quantity(axis.values, (Dimension(axis.name),), on)

    def _binop(self, node: ast.BinOp) -> Value:
        a, b = self.quantity(node.left), self.quantity(node.right)
        if isinstance(node.op, ast.MatMult):
            return matmul(a, b, self.scope.axes, self.scope.budget)
        return elementwise(_ARITHMETIC[type(node.op)], (a, b), self.scope.axes, self.scope.budget)

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        operand = self.quantity(node.operand)
        if isinstance(node.op, ast.Not):
            return Quantity(np.asarray(operand.values == 0, np.float64), operand.dimensions)
        return Quantity(np.asarray(-operand.values), operand.dimensions) if isinstance(node.op, ast.USub) else operand

    def _boolop(self, node: ast.BoolOp) -> Value:
        function = _floats(np.logical_and if isinstance(node.op, ast.And) else np.logical_or)
        result = self.quantity(node.values[0])
        for operand in node.values[1:]:
            result = elementwise(function, (result, self.quantity(operand)), self.scope.axes, self.scope.budget)
        return result

    def _compare(self, node: ast.Compare) -> Value:
        sides = [self._side(side) for side in (node.left, *node.comparators)]
        results = [self._one(op, a, b) for op, a, b in zip(node.ops, sides, sides[1:], strict=False)]
        for other in results[1:]:
            both = _floats(np.logical_and)
            results[0] = elementwise(both, (results[0], other), self.scope.axes, self.scope.budget)
        return results[0]

    def _side(self, node: ast.expr) -> Quantity | Label:
        value = self._value(node)
        return value if isinstance(value, Label) else self.quantity(node) if isinstance(value, Record) else value

    def _one(self, op: ast.cmpop, a: Quantity | Label, b: Quantity | Label) -> Quantity:
        a, b = self._unlabelled(a, b), self._unlabelled(b, a)
        equality = isinstance(op, ast.Eq | ast.NotEq)
        if self.statement and equality:
            _require_same_axes(a, b)
        function = _NEAR[type(op)] if self.statement and equality else _COMPARE[type(op)]
        return elementwise(_floats(function), (a, b), self.scope.axes, self.scope.budget)

    def _unlabelled(self, side: Quantity | Label, other: Quantity | Label) -> Quantity:
        """Return a label as the position it stands at on the axis of what it is compared with."""
        if isinstance(side, Quantity):
            return side
        if isinstance(other, Quantity) and len(other.on) == 1:
            axis = self.scope.axes[other.on[0].axis]
            return Quantity(np.asarray(float(position_of(side.text, axis))))
        what = f"{side.text!r} is compared with something that has no labels"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Compare a label with an axis or with argmax(...)")

    def _list(self, node: ast.List) -> Value:
        items = [self.quantity(item) for item in node.elts]
        shapes = {item.values.shape for item in items}
        if len(shapes) != 1 or any(any(item.axes) for item in items):
            what = "A list needs one or more numbers, or lists of one length"
            raise ExampleError(Code.EXAMPLE_VALUE, what, "Write quantities with axes under `given:`")
        stacked = np.stack([item.values for item in items])
        return Quantity(stacked, tuple(Dimension("") for _ in stacked.shape))

    def _tuple(self, node: ast.Tuple) -> Value:
        raise ExampleError(
            Code.EXPRESSION_FORBIDDEN, "Values parted by commas are no value", "Use [ ] for a list", node
        )

    def _attribute(self, node: ast.Attribute) -> Value:
        value = self._value(node.value)
        if isinstance(value, Record) and node.attr in value.fields:
            return value.fields[node.attr]
        if isinstance(value, Quantity) and node.attr == "T":
            return transpose(value)
        known = value.fields if isinstance(value, Record) else ["T"]
        what = f"There is no .{node.attr} here"
        raise ExampleError(
            Code.EXAMPLE_NAME, what, did_you_mean(node.attr, known) or f"Known: {', '.join(known)}", node
        )

    def _call(self, node: ast.Call) -> Value:
        return call_function(node, self.scope, self.quantity)

    def _subscript(self, node: ast.Subscript) -> Value:
        items = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        past = self._past(node.value, items[0]) if items else None
        base = past or self.quantity(node.value)
        rest = items[1:] if past else items
        indices = [self._item(item, base, place) for place, item in enumerate(rest)]
        return index(base, indices, self.scope.axes, self.scope.budget) if indices else base

    def _past(self, base: ast.expr, item: ast.expr) -> Quantity | None:
        """Return `h[t - 1]` inside `each t:`: the value of this loop's own step at an earlier position."""
        loop = self.scope.loop
        if not loop or not isinstance(base, ast.Name) or base.id not in loop.history:
            return None
        if not any(isinstance(part, ast.Name) and part.id == loop.axis.name for part in ast.walk(item)):
            return None
        place = _step(item, loop.axis.name, loop.position)
        if place is None:
            what = f"A step is looked back at as {base.id}[{loop.axis.name} - 1]"
            raise ExampleError(Code.EXAMPLE_VALUE, what, "Index with the loop's axis, less a whole number", item)
        if place == loop.position and base.id in loop.now:
            return loop.now[base.id]
        return loop.past(base.id, place)

    def _item(self, node: ast.expr, base: Quantity, place: int) -> Item:
        if isinstance(node, ast.Constant) and node.value is None:
            return None
        if isinstance(node, ast.Slice):
            return slice(*(self._bound(part) for part in (node.lower, node.upper, node.step)))
        loop = self.scope.loop
        along = base.axes[place] if place < len(base.axes) else ""
        if loop and isinstance(node, ast.Name) and node.id == loop.axis.name == along:
            return Quantity(np.asarray(float(loop.position)))
        value = self._value(node)
        return self.quantity(node) if isinstance(value, Record) else value

    def _bound(self, node: ast.expr | None) -> int | None:
        if node is None:
            return None
        bound = self.quantity(node)
        if bound.dimensions or not np.isfinite(bound.values) or float(bound.values) != round(float(bound.values)):
            raise ExampleError(Code.EXAMPLE_VALUE, "A slice is bounded by whole numbers", "Write x[1:3]", node)
        return int(bound.values)


def _step(node: ast.expr, axis: str, position: int) -> int | None:
    """Return the step that `t`, `t - 1` or `t + 1` means; None for any other expression."""
    if isinstance(node, ast.Name):
        return position if node.id == axis else None
    if not isinstance(node, ast.BinOp) or not isinstance(node.left, ast.Name) or node.left.id != axis:
        return None
    if not isinstance(node.right, ast.Constant) or not isinstance(node.right.value, int):
        return None
    shift = {ast.Sub: -node.right.value, ast.Add: node.right.value}.get(type(node.op))  # type: ignore[call-overload]  # another operator gives None
    return None if shift is None else position + shift


def _require_same_axes(a: Quantity, b: Quantity) -> None:
    literal = not all(a.axes) or not all(b.axes)
    if not a.dimensions or not b.dimensions or (literal and a.values.shape == b.values.shape):
        return
    if sorted(a.axes) != sorted(b.axes):
        what = f"{describe(a)} is compared with {describe(b)}; over different axes `==` would say nothing"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Name the step with the other's axes, or index one side")

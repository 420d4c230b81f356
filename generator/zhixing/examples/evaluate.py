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
from zhixing.examples import operators
from zhixing.examples.algebra import transpose
from zhixing.examples.calls import call_function
from zhixing.examples.errors import ExampleError
from zhixing.examples.indexing import Item, Label, index
from zhixing.examples.looking import looked_back, refuse_wrapping
from zhixing.examples.model import Axis, Dimension, Quantity
from zhixing.examples.quantity import scalar
from zhixing.examples.scope import Scope
from zhixing.examples.signature import Record
from zhixing.examples.vocabulary import CONSTANTS
from zhixing.problems import Code, did_you_mean

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
            what, mend = "A record of several results stands here", f"Take one: {', '.join(value.fields)}"
        else:
            what, mend = f"{value.text!r} is text, and stands where a number is needed", "Use a label only as an index"
        raise ExampleError(Code.EXAMPLE_VALUE, what, mend, node)

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
            mend = "See what it takes in the reference of the core"
            raise ExampleError(Code.EXAMPLE_RUN, f"The core says: {error}", mend, node) from None
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
        return operators.binary(node.op, self._quantity(node.left), self._quantity(node.right), self.scope)

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        operand = self._quantity(node.operand)
        if isinstance(node.op, ast.Not):
            return operators.denied(operand, self.scope)
        return operators.negated(operand, self.scope) if isinstance(node.op, ast.USub) else operand

    def _boolop(self, node: ast.BoolOp) -> Value:
        result = self._quantity(node.values[0])
        for operand in node.values[1:]:
            result = operators.joined(type(node.op), result, self._quantity(operand), self.scope)
        return result

    def _compare(self, node: ast.Compare) -> Value:
        sides = [self._side(side) for side in (node.left, *node.comparators)]
        pairs = zip(node.ops, sides, sides[1:], strict=False)
        first, *others = (operators.compared(op, a, b, self.scope, statement=self.statement) for op, a, b in pairs)
        for other in others:
            first = operators.joined(ast.And, first, other, self.scope)
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
        mend = did_you_mean(node.attr, known) or f"Known: {', '.join(known)}"
        raise ExampleError(Code.EXAMPLE_NAME, f"There is no .{node.attr} here", mend)

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

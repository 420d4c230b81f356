"""Operators of expressions: arithmetic, comparison, and what a comparison in a statement asks for."""

from __future__ import annotations

import ast
from collections.abc import Callable

import numpy as np

from zhixing.examples.algebra import describe, elementwise
from zhixing.examples.compare import close
from zhixing.examples.errors import ExampleError
from zhixing.examples.indexing import Label, position_of
from zhixing.examples.model import Array, Quantity
from zhixing.examples.products import matmul
from zhixing.examples.quantity import scalar
from zhixing.examples.scope import Scope
from zhixing.problems import Code

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

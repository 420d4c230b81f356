"""Indices inside `each AXIS:`: `h[t - 1]` looks back at a step of the loop, other indices must not wrap around."""

from __future__ import annotations

import ast
from collections.abc import Callable

from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Quantity
from zhixing.examples.scope import Loop, Scope
from zhixing.problems import Code

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

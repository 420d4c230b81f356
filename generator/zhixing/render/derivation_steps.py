"""A repeated step at one turn of its loop, as an expression over the finished run: `h[t - 1]` at t = 3 is `h[2]`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np

from zhixing.examples.latex_axes import Declared, declared, indices, looks_back
from zhixing.examples.model import Axis, Dimension, Given, Quantity, Run, Step

Evaluate = Callable[[Run, ast.expr], Quantity]


def unrolled(run: Run, step: Step, position: int, evaluate: Evaluate) -> tuple[Run, ast.expr]:
    """Return a run and an expression that give a step's value at a position of its loop.

    A step outside loops is returned as it is. Where the step before the first is needed, the run returned has it under
    a name of its own.
    """
    if not step.each:
        return run, step.expression.tree
    known = declared(run.example, step)
    before = {f"·before {given.name.name}": _start(run, given) for given in run.example.start}
    run = replace(run, quantities={**run.quantities, **before})
    axis = run.example.axes[step.each]
    return run, _AtPosition(run, known, axis, position, evaluate).visit(deepcopy(step.expression.tree))


def _start(run: Run, given: Given) -> Quantity:
    own = next((step.name.axes for step in run.example.steps if step.name.name == given.name.name), ())
    shape = tuple(run.example.axes[axis].size for axis in own)
    values = given.quantity.values
    filled = np.broadcast_to(values, shape) if values.shape in ((), shape) else values
    return Quantity(filled, tuple(Dimension(axis) for axis in own))


@dataclass
class _AtPosition(ast.NodeTransformer):
    """Puts one position in place of a loop's axis, and this loop's own steps at that position."""

    run: Run
    known: Declared
    axis: Axis
    position: int
    evaluate: Evaluate

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id == self.axis.name:
            return _number(float(self.axis.values[self.position]))
        return _indexed(node, [_number(self.position)]) if node.id in self.known.looped else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        items = indices(node)
        if looks_back(node, self.known) and isinstance(node.value, ast.Name):
            return self._past(node.value, items)
        base = self.visit(node.value)
        axes = self.evaluate(self.run, base).axes
        return _indexed(base, [self._item(item, axes[i] if i < len(axes) else "") for i, item in enumerate(items)])

    def _item(self, item: ast.expr, along: str) -> ast.expr:
        loop = isinstance(item, ast.Name) and item.id == self.axis.name == along
        return _number(self.position) if loop else self.visit(item)

    def _past(self, base: ast.Name, items: list[ast.expr]) -> ast.expr:
        place = self.position + _shift(items[0])
        rest = [self.visit(item) for item in items[1:]]
        if place >= 0:
            return _indexed(base, [_number(place), *rest])
        start = ast.Name(f"·before {base.id}", ast.Load())
        return _indexed(start, rest) if rest else start


def _shift(item: ast.expr) -> int:
    """Return −1 for `t - 1`, 0 for `t`."""
    if isinstance(item, ast.BinOp) and isinstance(item.right, ast.Constant) and isinstance(item.right.value, int):
        return -item.right.value if isinstance(item.op, ast.Sub) else item.right.value
    return 0


def _number(value: float) -> ast.expr:
    whole = int(value) if float(value).is_integer() else value
    constant = ast.Constant(abs(whole))
    return ast.UnaryOp(ast.USub(), constant) if value < 0 else constant


def _indexed(base: ast.expr, items: list[ast.expr]) -> ast.Subscript:
    return ast.Subscript(base, items[0] if len(items) == 1 else ast.Tuple(items, ast.Load()), ast.Load())

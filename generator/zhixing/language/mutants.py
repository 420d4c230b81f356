"""Mutants of an example: the same example with one given number or one step changed.

A number that can change without any expectation or claim noticing is a number that the note does not check.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from zhixing.language.model import Example, Expectation, Expression, Given, Quantity, Step
from zhixing.language.words import FUNCTIONS
from zhixing.source import Span

_SWAPPED: dict[type[Any], type[Any]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed example, what was changed in words, where it stands, and whether it is a given number."""

    example: Example
    what: str
    span: Span
    given: bool


def given_mutants(example: Example) -> Iterator[Mutant]:
    """Yield a mutant for each number that the author gave: +10 %, 0 becomes 0.1, an infinity 0."""
    for place, given in enumerate((*example.given, *example.start)):
        for flat, span in given.pins:
            changed = _changed(given, flat)
            started = place >= len(example.given)
            yield Mutant(
                _with_given(example, given, changed, started=started), _name(given, flat, example), span, given=True
            )


def _name(given: Given, flat: int, example: Example) -> str:
    shape = given.quantity.values.shape
    if len(given.pins) < max(given.quantity.values.size, 1) or not shape:
        return given.name.name
    place = np.unravel_index(flat, shape)
    labels = [example.axes[axis].label(int(p)) for axis, p in zip(given.name.axes, place, strict=False)]
    return f"{given.name.name}[{', '.join(labels)}]"


def _changed(given: Given, flat: int) -> Quantity:
    values = np.array(given.quantity.values, np.float64)
    whole = len(given.pins) < values.size  # one number stands for all entries
    for index in range(values.size) if whole else [flat]:
        old = values.flat[index]
        values.flat[index] = 0.0 if np.isinf(old) else old * 1.1 if old != 0 else 0.1
    return Quantity(values, given.quantity.dimensions, given.quantity.on)


def _with_given(example: Example, old: Given, quantity: Quantity, *, started: bool) -> Example:
    def swap(items: tuple[Given, ...]) -> tuple[Given, ...]:
        return tuple(replace(item, quantity=quantity) if item is old else item for item in items)

    return replace(example, start=swap(example.start)) if started else replace(example, given=swap(example.given))


def step_mutants(example: Example) -> Iterator[Mutant]:
    """Yield mutants of each step: its sign, an operator, a transpose, a scale left out, a neighbouring function."""
    for step in example.steps:
        yield _with_step(example, step, ast.UnaryOp(ast.USub(), step.expression.tree), "its sign")
        for index, node in enumerate(ast.walk(step.expression.tree)):
            for tree, what in _edits(step.expression.tree, index, node):
                yield _with_step(example, step, tree, what)


def _with_step(example: Example, old: Step, tree: ast.expr, what: str) -> Mutant:
    expression = Expression(ast.unparse(tree), tree, old.expression.span)
    steps = tuple(replace(step, expression=expression) if step is old else step for step in example.steps)
    return Mutant(replace(example, steps=steps), f"{old.name.name}: {what}", old.expression.span, given=False)


def _edits(tree: ast.expr, index: int, node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    if isinstance(node, ast.BinOp):
        if type(node.op) in _SWAPPED:
            yield _edited(tree, index, _swap_operator), f"{_sign(node.op)} is another operator"
        if isinstance(node.op, ast.Div):
            yield _edited(tree, index, lambda n: n.left), f"the divisor {ast.unparse(node.right)} is left out"
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield _edited(tree, index, lambda n: n.value), "a transpose is left out"
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPPED:
        yield _edited(tree, index, _swap_comparison), "a comparison is moved"
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
        for other in FUNCTIONS[node.func.id].neighbours:
            yield _edited(tree, index, partial(_swap_function, other)), f"{node.func.id} becomes {other}"


def _edited(tree: ast.expr, index: int, edit: Callable[[Any], Any]) -> ast.expr:
    """Return a copy of a tree in which the node at a place of its walk is another."""
    twin = copy.deepcopy(tree)
    target = next(node for place, node in enumerate(ast.walk(twin)) if place == index)

    class Edit(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return edit(node) if node is target else self.generic_visit(node)

    edited: ast.expr = Edit().visit(twin)
    return edited


def _swap_operator(node: ast.BinOp) -> ast.BinOp:
    node.op = _SWAPPED[type(node.op)]()
    return node


def _swap_comparison(node: ast.Compare) -> ast.Compare:
    node.ops[0] = _SWAPPED[type(node.ops[0])]()
    return node


def _swap_function(other: str, node: ast.Call) -> ast.Call:
    node.func = ast.Name(other, ast.Load())
    return node


def _sign(operator: ast.AST) -> str:
    signs: dict[type[Any], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
    return signs.get(type(operator), type(operator).__name__)


def restates_given(expectation: Expectation, example: Example) -> bool:
    """Tell whether an expectation only repeats a given: it would notice every change and check nothing."""
    names = {given.name.name for given in example.given}
    target = expectation.target.tree
    while isinstance(target, ast.Subscript):
        target = target.value
    return isinstance(target, ast.Name) and target.id in names

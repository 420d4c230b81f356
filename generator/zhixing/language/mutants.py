"""Mutants of an example: the same example with one given number or one step changed.

A number that can change without any expectation or claim noticing is a number that the note does not check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from zhixing.language.model import Example, Expectation, Expression, Given, Quantity, Start, Step
from zhixing.language.nodes import (
    Arithmetic,
    Binary,
    Call,
    Compare,
    Comparison,
    Name,
    Node,
    Transpose,
    Unary,
    indexed_base,
    replace_node,
    text_of,
    walk,
)
from zhixing.language.words import FUNCTIONS
from zhixing.language.words.word import Function, Mechanism
from zhixing.source import Span

_OTHER_OPERATOR: Mapping[Arithmetic, Arithmetic] = {"+": "-", "-": "+", "*": "/"}
_OTHER_COMPARISON: Mapping[Comparison, Comparison] = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
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
    for given in (*example.given, *(start.value for start in example.start if isinstance(start.value, Given))):
        for flat, span in given.pins:
            changed = _with_given(example, given, _changed(given, flat))
            yield Mutant(changed, _name(given, flat, example), span, given=True)


def _name(given: Given, flat: int, example: Example) -> str:
    values = given.quantity.values
    shape = values.shape
    if len(given.pins) < max(values.size, 1) or not shape:
        return given.name.name
    place = np.unravel_index(flat, shape)
    labels = [example.axes[axis].label(int(p)) for axis, p in zip(given.name.axes, place, strict=False)]
    return f"{given.name.name}[{', '.join(labels)}]"


def _changed(given: Given, flat: int) -> Quantity:
    quantity = given.quantity
    values = np.array(quantity.values, np.float64)
    whole = len(given.pins) < values.size and not given.single  # one number stands for all entries
    for index in range(values.size) if whole else [flat]:
        old = values.flat[index]
        values.flat[index] = 0.0 if np.isinf(old) else old * 1.1 if old != 0 else 0.1
    return Quantity(values, quantity.dimensions, quantity.on)


def _with_given(example: Example, old: Given, quantity: Quantity) -> Example:
    changed = replace(old, values=quantity)

    def swap_start(start: Start) -> Start:
        return replace(start, value=changed) if start.value is old else start

    given = tuple(changed if item is old else item for item in example.given)
    return replace(example, given=given, start=tuple(map(swap_start, example.start)))


def step_mutants(example: Example) -> Iterator[Mutant]:
    """Yield mutants of each step: its sign, an operator, a neighbouring function; a transpose or an option left out.

    Of a variation only the steps that it changes: the others are those of the example that it varies.
    """
    changes = example.variation.changes if example.variation else ()
    changed = {change.target.text for change in changes}
    for step in example.steps if not changes else (step for step in example.steps if step.name.name in changed):
        tree = step.expression.tree
        yield _with_step(example, step, Unary("-", tree, span=tree.span), "its sign")
        for node in walk(tree):
            for other, what in _edits(node):
                yield _with_step(example, step, replace_node(tree, node, other), what)


def _with_step(example: Example, old: Step, tree: Node, what: str) -> Mutant:
    expression = Expression(text_of(tree), tree, old.expression.span)
    steps = tuple(replace(step, expression=expression) if step is old else step for step in example.steps)
    return Mutant(replace(example, steps=steps), f"{old.name.name}: {what}", old.expression.span, given=False)


def _edits(node: Node) -> Iterator[tuple[Node, str]]:
    """Yield what may stand in the place of a node, and the change in words."""
    match node:
        case Binary():
            if other := _OTHER_OPERATOR.get(node.operator):
                yield replace(node, operator=other), f"{node.operator} is another operator"
            if node.operator == "/":
                yield node.left, f"the divisor {text_of(node.right)} is left out"
        case Transpose():
            yield node.operand, "a transpose is left out"
        case Compare():
            first, *rest = node.operators
            yield replace(node, operators=(_OTHER_COMPARISON[first], *rest)), "a comparison is moved"
        case Call() if node.name in FUNCTIONS:
            for neighbour in FUNCTIONS[node.name].neighbours:
                yield replace(node, name=neighbour), f"{node.name} becomes {neighbour}"
            for keyword in node.keywords:
                if keyword.name not in _required(FUNCTIONS[node.name].function):
                    kept = tuple(other for other in node.keywords if other is not keyword)
                    yield replace(node, keywords=kept), f"{keyword.name}= is left out"


def _required(function: Function) -> frozenset[str]:
    """Return the names of arguments that a call must keep: its axes, and the options that must be given."""
    return frozenset({"axis", *(function.needed if isinstance(function, Mechanism) else ())})


def restates_given(expectation: Expectation, example: Example) -> bool:
    """Return whether an expectation only repeats a given: it would notice every change and check nothing."""
    names = {given.name.name for given in example.given}
    target = indexed_base(expectation.target.tree)
    return isinstance(target, Name) and target.name in names

"""Reading what an example expects: printed values with the tolerance of their printing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from zhixing.examples.errors import ExampleError
from zhixing.examples.expression import parse_expression
from zhixing.examples.model import Expectation, Expression, Printed
from zhixing.examples.numbers import EXACT, printed_number
from zhixing.examples.values import constant
from zhixing.examples.yaml_tree import Mapping, Node, Scalar, Sequence
from zhixing.problems import Code
from zhixing.source import Span

MAX_VALUES = 10_000


def read_expectations(target: Expression, node: Node, span: Span) -> list[Expectation]:
    """Read the values expected of a quantity: one, nested lists, a mapping by label, or {is: ..., within: ...}.

    Raises:
        ExampleError: a value is neither a number, a constant expression nor text; a tolerance is no percentage.
    """
    if isinstance(node, Mapping) and node.get("is"):
        share = _share(node)
        return [Expectation(target, _printed(node.get("is") or node, share), span)]
    if isinstance(node, Mapping):
        return list(_by_label(target, node))
    return [Expectation(target, _printed(node, None), span)]


def _by_label(target: Expression, node: Mapping) -> Iterator[Expectation]:
    """Expect entries by label; the labels left out are not looked at."""
    for key, value in node.items:
        entry = ast.Subscript(target.tree, ast.Constant(key.text), ast.Load())
        text = f'{target.text}["{key.text}"]'
        yield from read_expectations(Expression(text, entry, target.span), value, key.span)


def _share(node: Mapping) -> float:
    within = node.get("within")
    number = printed_number(within.text) if isinstance(within, Scalar) else None
    if number is None or not 0 < number[0] <= 1:
        raise ExampleError(Code.EXAMPLE_VALUE, "`within:` is no percentage", "Write {is: 4, within: 5%}").at_span(
            node.span
        )
    return number[0]


def _printed(node: Node, share: float | None) -> Printed | tuple[object, ...]:
    if isinstance(node, Scalar):
        return _value(node, share)
    if not isinstance(node, Sequence) or not node.items:
        raise ExampleError(Code.EXAMPLE_VALUE, "Values are numbers, text or lists", "Write [1, 2]").at_span(node.span)
    if len(node.items) > MAX_VALUES:
        raise ExampleError(Code.EXAMPLE_COST, "Too many values are expected", "Use `holds:`").at_span(node.span)
    values = tuple(_printed(item, share) for item in node.items)
    if len({_length(value) for value in values}) > 1:
        raise ExampleError(Code.EXAMPLE_VALUE, "The rows differ in length", "Give each row as many").at_span(node.span)
    return values


def _length(value: object) -> int:
    return len(value) if isinstance(value, tuple) else -1


def _value(node: Scalar, share: float | None) -> Printed:
    if node.quoted:
        return Printed(node.text, node.span, None)
    number = printed_number(node.text) or _expression(node)
    if number is None:
        return Printed(node.text.strip(), node.span, None)
    value, tolerance = number
    return Printed(node.text, node.span, value, tolerance if share is None else abs(value) * share)


def _expression(node: Scalar) -> tuple[float, float] | None:
    """Return the value of a constant expression such as sqrt(8), which is exact; None where the text is a label."""
    if not any(character in node.text for character in "(*/+"):
        return None
    try:
        parse_expression(node.text, node.span)
        value = constant(node.text, node.span, flow=True)
    except ExampleError:
        return None
    return value, EXACT * max(1.0, abs(value) * 1e-6)

"""Reading what an example expects: printed values with the tolerance of their printing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from zhixing.examples.constants import constant
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Expectation, Expression, Printed
from zhixing.examples.nodes import Mapping, Node, Scalar, Sequence
from zhixing.examples.numbers import EXACT, printed_number
from zhixing.problems import Code
from zhixing.source import Span

MAX_VALUES = 10_000
_WITHIN = {"is", "within"}


def read_expectations(target: Expression, node: Node, span: Span) -> list[Expectation]:
    """Read the values expected of a quantity: one, nested lists, a mapping by label, or {is: ..., within: ...}.

    Raises:
        ExampleError: a value is neither a number, a constant expression nor text; a tolerance is no percentage.
    """
    if isinstance(node, Mapping) and node.get("within") and {key.text for key, _ in node.items} <= _WITHIN:
        value = node.get("is")
        if value is None:
            mend = "Write {is: 4, within: 5%}"
            raise ExampleError(Code.EXAMPLE_VALUE, "`within:` needs `is:`", mend).at_span(node.span)
        return [Expectation(target, _printed(value, _share(node)), span)]
    if isinstance(node, Mapping):
        return list(_by_label(target, node))
    return [Expectation(target, _printed(node, None), span)]


def _by_label(target: Expression, node: Mapping) -> Iterator[Expectation]:
    """Expect entries by label; the labels left out are not looked at."""
    if not node.items:
        raise ExampleError(Code.EXAMPLE_VALUE, "Nothing is expected here", "Give a value").at_span(node.span)
    for key, value in node.items:
        entry = ast.Subscript(target.tree, ast.Constant(key.text), ast.Load())
        text = f'{target.text}["{key.text}"]'
        yield from read_expectations(Expression(text, entry, key.span), value, key.span)


def _share(node: Mapping) -> float:
    within = node.get("within")
    number = printed_number(within.text) if isinstance(within, Scalar) else None
    if number is None or not 0 < number[0] <= 1:
        what = "`within:` is no percentage"
        at = within.span if within else node.span
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write {is: 4, within: 5%}").at_span(at)
    return number[0]


def _printed(node: Node, share: float | None) -> Printed | tuple[object, ...]:
    values, _ = _counted(node, share, 0)
    return values


def _counted(node: Node, share: float | None, count: int) -> tuple[Printed | tuple[object, ...], int]:
    """Return the values and how many have been read."""
    if isinstance(node, Scalar):
        return _value(node, share), count + 1
    if not isinstance(node, Sequence) or not node.items:
        raise ExampleError(Code.EXAMPLE_VALUE, "Values are numbers, text or lists", "Write [1, 2]").at_span(node.span)
    values: list[Printed | tuple[object, ...]] = []
    for item in node.items:
        value, count = _counted(item, share, count)
        values.append(value)
        if count > MAX_VALUES:
            what = f"More than {MAX_VALUES:,} values are expected"
            raise ExampleError(Code.EXAMPLE_COST, what, "State what they have in common under `holds:`")
    if len({shape_of(value) for value in values}) > 1:
        raise ExampleError(Code.EXAMPLE_VALUE, "The rows differ in length or depth", "Give each row as many").at_span(
            node.span
        )
    return tuple(values), count


def shape_of(values: object) -> tuple[int, ...]:
    """Return the shape of expected values, whose rows are known to be alike."""
    return (len(values), *shape_of(values[0])) if isinstance(values, tuple) else ()


def _value(node: Scalar, share: float | None) -> Printed:
    if not node.text.strip():
        raise ExampleError(Code.EXAMPLE_VALUE, "A value is missing", "Give one").at_span(node.span)
    if node.quoted:
        return Printed(node.text, node.inner, None)
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
        return constant(node), EXACT
    except ExampleError:
        return None

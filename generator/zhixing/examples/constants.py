"""Numbers in YAML: written as such, or as an expression of numbers alone (`log(0.6)`, `1/3`, `-inf`)."""

from __future__ import annotations

from zhixing.examples.errors import ExampleError
from zhixing.examples.evaluate import Evaluator
from zhixing.examples.expression import index_of, parse_expression
from zhixing.examples.nodes import Scalar
from zhixing.examples.scope import Scope
from zhixing.problems import Code
from zhixing.source import Span


def read_number(node: Scalar) -> tuple[float, Span]:
    """Return a number and where it stands.

    Raises:
        ExampleError: it is no number, or text in quotes.
    """
    if node.quoted:
        what = f"{node.text!r} is text"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write a number without quotes").at_span(node.span)
    if not node.text:
        what = "A number is missing"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Give one").at_span(node.span)
    try:
        return float(node.text.replace("−", "-")), node.span
    except ValueError:
        return constant(node), node.span


def constant(node: Scalar) -> float:
    """Return the value of an expression of numbers alone.

    Raises:
        ExampleError: it is no such expression, or not a single number.
    """
    try:
        tree = parse_expression(node.text, node.inner, flow=node.flow, places=node.places).tree
        quantity = Evaluator(Scope({})).quantity(tree)
    except ExampleError as error:
        index = index_of(node.text, error.node) if error.index is None else error.index
        raise error.at_span(node.part(index, index + 1)) from None
    if quantity.dimensions:
        what = f"{node.text!r} is a list; one number is needed"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write the list without quotes").at_span(node.span)
    return float(quantity.values)

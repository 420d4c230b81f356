"""Reading what is given: numbers, nested lists, mappings by label, grids, seeded arrays and texts."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from zhixing.examples.budget import Budget
from zhixing.examples.errors import ExampleError
from zhixing.examples.evaluate import Evaluator
from zhixing.examples.expression import normal_name, parse_expression
from zhixing.examples.indexing import position_of
from zhixing.examples.model import Array, Axis, Dimension, Given, Name, Quantity
from zhixing.examples.scope import Scope
from zhixing.examples.yaml_tree import Mapping, Node, Scalar, Sequence
from zhixing.problems import Code, did_you_mean
from zhixing.source import Span

_RECIPES = {"normal": {"normal", "seed"}, "text": {"text", "of"}}
Leaf = tuple[float, Span]  # a number and where it stands


def read_given(name: Name, node: Node, axes: dict[str, Axis]) -> Given:
    """Read the values of a quantity into an array of its declared shape.

    Raises:
        ExampleError: the values are of another shape, are no numbers, or are too many.
    """
    shape = tuple(axes[axis].size for axis in name.axes)
    Budget().hold(prod(shape))
    dimensions = tuple(Dimension(axis) for axis in name.axes)
    recipe = _recipe(node)
    if recipe == "normal" and isinstance(node, Mapping):
        return Given(name, Quantity(_normal(node, shape), dimensions))
    if recipe == "text" and isinstance(node, Mapping):
        return _text(name, node, axes)
    if isinstance(node, Scalar) and node.block:
        leaves = _grid(node, shape, name)
    elif isinstance(node, Scalar) and shape:
        value, span = _number(node)
        return Given(name, Quantity(np.broadcast_to(np.float64(value), shape), dimensions), ((0, span),))
    else:
        leaves = list(_leaves(node, [axes[axis] for axis in name.axes], name))
    values = np.array([value for value, _ in leaves], np.float64).reshape(shape)
    pins = tuple((i, span) for i, (_, span) in enumerate(leaves))
    return Given(name, Quantity(values, dimensions), pins)


def read_start(name: str, node: Node, span: Span) -> Given:
    """Read a value under `start:`; its axes are those of the step that it begins."""
    if isinstance(node, Scalar):
        value, _ = _number(node)
        return Given(Name(name, (), span), Quantity(np.asarray(value)))
    values = np.array(_nested(node), np.float64)
    return Given(Name(name, (), span), Quantity(values, tuple(Dimension("") for _ in values.shape)))


def constant(text: str, span: Span, *, flow: bool = False) -> float:
    """Return the value of an expression of numbers alone, such as `log(0.6)`, `1/3` or `-inf`.

    Raises:
        ExampleError: it is no such expression, or not a single number.
    """
    quantity = Evaluator(Scope({})).quantity(parse_expression(text, span, flow=flow).tree)
    if quantity.dimensions:
        raise ExampleError(
            Code.EXAMPLE_VALUE, f"{text!r} is a list; one number is needed", "Write the list without quotes"
        )
    return float(quantity.values)


def _number(node: Scalar) -> Leaf:
    if node.quoted:
        raise ExampleError(Code.EXAMPLE_VALUE, f"{node.text!r} is text", "Write a number without quotes").at_span(
            node.span
        )
    try:
        return float(node.text.replace("−", "-")), node.span
    except ValueError:
        pass
    try:
        return constant(node.text, node.span, flow=True), node.span
    except ExampleError as error:
        raise error.at_span(node.span) from None


def _recipe(node: Node) -> str:
    keys = {key.text for key, _ in node.items} if isinstance(node, Mapping) else set()
    return next((name for name, known in _RECIPES.items() if name in keys and keys <= known), "")


def _leaves(node: Node, axes: list[Axis], name: Name) -> Iterator[Leaf]:
    """Yield the numbers of nested lists and mappings in the order of the axes."""
    if not axes:
        if not isinstance(node, Scalar):
            deeper = f"{name.name} is declared with {len(name.axes)} axes but its values are nested deeper"
            raise ExampleError(Code.EXAMPLE_VALUE, deeper, "Declare the missing axis, or flatten the list").at_span(
                node.span
            )
        yield _number(node)
        return
    axis, *rest = axes
    if isinstance(node, Mapping):
        node = _by_label(node, axis)
    if not isinstance(node, Sequence):
        what = f"{name.name} needs a list or a mapping along {axis.name}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Write {axis.size} values in [ ]").at_span(node.span)
    if len(node.items) != axis.size:
        what = f"{name.name} has {len(node.items)} values along {axis.name}, which has {axis.size} positions"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Give one for each position").at_span(node.span)
    for item in node.items:
        yield from _leaves(item, rest, name)


def _by_label(node: Mapping, axis: Axis) -> Sequence:
    """Put a mapping's values into the order of the axis's labels."""
    places: dict[int, Node] = {}
    for key, value in node.items:
        try:
            places[position_of(key.text, axis)] = value
        except ExampleError as error:
            raise error.at_span(key.span) from None
    missing = [axis.label(place) for place in range(axis.size) if place not in places]
    if missing:
        what = f"The mapping lacks {', '.join(missing[:5])}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Give a value for every label of {axis.name}").at_span(node.span)
    return Sequence(tuple(places[place] for place in range(axis.size)), node.span)


def _nested(node: Node) -> list[object]:
    if not isinstance(node, Sequence):
        raise ExampleError(Code.EXAMPLE_VALUE, "A list of numbers is needed", "Write [0, 0, 1]").at_span(node.span)
    items: list[object] = [_number(item)[0] if isinstance(item, Scalar) else _nested(item) for item in node.items]
    if len({len(item) if isinstance(item, list) else -1 for item in items}) > 1:
        raise ExampleError(Code.EXAMPLE_VALUE, "The rows differ in length", "Give each row as many").at_span(node.span)
    return items


def _grid(node: Scalar, shape: tuple[int, ...], name: Name) -> list[Leaf]:
    """Read a block of numbers, a line for each row."""
    rows = [line.split() for line in node.text.splitlines() if line.strip()]
    found = (len(rows), *sorted({len(row) for row in rows}))
    if len(shape) != 2 or found != shape:
        sizes = "×".join(map(str, shape)) or "a single number"
        what = f"The grid of {name.name} is {'×'.join(map(str, found))}; {sizes} is declared"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write a line for each row, numbers parted by spaces").at_span(
            node.span
        )
    return [_number(Scalar(word, node.span)) for row in rows for word in row]


def _normal(node: Mapping, shape: tuple[int, ...]) -> Array:
    """Draw from a normal distribution by Box and Muller's method.

    The uniform numbers are PCG64's raw output: NumPy promises that stream for ever, its distributions it does not.
    """
    seed = node.get("seed")
    deviation = node.get("normal")
    if not isinstance(seed, Scalar) or not seed.text.isascii() or not seed.text.isdigit() or len(seed.text) > 18:
        what = "A seeded array needs a whole number as seed"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write {normal: 1, seed: 7}").at_span(node.span)
    if not isinstance(deviation, Scalar):
        raise ExampleError(Code.EXAMPLE_VALUE, "`normal:` needs a standard deviation", "Write {normal: 1, seed: 7}")
    count = prod(shape)
    raw = np.random.PCG64(int(seed.text)).random_raw(2 * count).reshape(2, count)
    uniform = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
    radius = np.sqrt(-2.0 * np.log1p(-uniform[0]))
    return np.asarray(_number(deviation)[0] * radius * np.cos(2.0 * np.pi * uniform[1])).reshape(shape)


def _text(name: Name, node: Mapping, axes: dict[str, Axis]) -> Given:
    """Split a text at spaces into labels of an axis, as positions."""
    text, of = node.get("text"), node.get("of")
    if not isinstance(text, Scalar) or not isinstance(of, Scalar) or normal_name(of.text) not in axes:
        mend = did_you_mean(of.text, axes) if isinstance(of, Scalar) else ""
        what = "A text needs an axis whose labels its words are"
        raise ExampleError(Code.EXAMPLE_VALUE, what, mend or "Write {text: ..., of: AXIS}").at_span(node.span)
    axis, words = axes[normal_name(of.text)], text.text.split()
    shape = tuple(axes[one].size for one in name.axes)
    if shape != (len(words),):
        what = f"The text has {len(words)} words; {name.name} is declared with {'×'.join(map(str, shape)) or 'no axes'}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Declare an axis of size {len(words)}").at_span(text.span)
    try:
        values = np.array([position_of(word, axis) for word in words], np.float64)
    except ExampleError as error:
        raise error.at_span(text.span) from None
    return Given(name, Quantity(values, (Dimension(name.axes[0]),), (Dimension(axis.name),)))

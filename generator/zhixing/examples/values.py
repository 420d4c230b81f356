"""Reading what is given: numbers, nested lists, mappings by label, grids, seeded arrays and texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Items
from math import prod

import numpy as np

from zhixing.examples.budget import Budget
from zhixing.examples.constants import read_number
from zhixing.examples.errors import ExampleError
from zhixing.examples.indexing import position_of
from zhixing.examples.model import Axis, Dimension, Given, Name, Quantity
from zhixing.examples.nodes import Mapping, Node, Scalar, Sequence
from zhixing.examples.seeded import read_seeded
from zhixing.examples.twins import normal_name
from zhixing.problems import Code, did_you_mean
from zhixing.source import Span

Axes = dict[str, Axis]
Leaf = tuple[float, Span]  # a number and where it stands


def read_given(name: Name, node: Node, axes: Axes, budget: Budget) -> Given:
    """Read the values of a quantity into an array of its declared shape.

    Raises:
        ExampleError: the values are of another shape, are no numbers, or are too many.
    """
    shape = tuple(axes[axis].size for axis in name.axes)
    budget.hold(prod(shape))
    budget.store(prod(shape))
    dimensions = tuple(Dimension(axis) for axis in name.axes)
    if isinstance(node, Mapping) and (recipe := _recipe(node, axes[name.axes[0]].labels if name.axes else ())):
        return recipe(name, node, axes)
    if isinstance(node, Scalar) and shape and not node.block:
        value, span = read_number(node)
        return Given(name, Quantity(np.full(shape, value), dimensions), ((0, span),))
    if isinstance(node, Scalar) and node.block:
        leaves = _grid(node, shape, name)
    else:
        leaves = list(_leaves(node, [axes[axis] for axis in name.axes], name))
    values = np.array([value for value, _ in leaves], np.float64).reshape(shape)
    return Given(name, Quantity(values, dimensions), tuple((i, span) for i, (_, span) in enumerate(leaves)))


def _recipe(node: Mapping, labels: Items[str]) -> Callable[[Name, Mapping, Axes], Given] | None:
    """Return what makes the values that a mapping describes, None where it holds them by label.

    Raises:
        ExampleError: it describes a seeded array or a text with a key that neither has.
    """
    keys = [key for key, _ in node.items]
    if all(key.text in labels for key in keys):
        return None
    for first, known, recipe in (("normal", ("normal", "seed"), _seeded), ("text", ("text", "of"), _text)):
        if first in (key.text for key in keys):
            wrong = next((key for key in keys if key.text not in known), None)
            if wrong:
                what = f"`{first}:` goes with {known[1]!r}, not {wrong.text!r}"
                mend = did_you_mean(wrong.text, known) or "Remove it"
                raise ExampleError(Code.EXAMPLE_KEY, what, mend).at_span(wrong.span)
            return recipe
    return None


def _seeded(name: Name, node: Mapping, axes: Axes) -> Given:
    shape = tuple(axes[axis].size for axis in name.axes)
    return Given(name, Quantity(read_seeded(node, shape), tuple(Dimension(axis) for axis in name.axes)))


def _leaves(node: Node, axes: Items[Axis], name: Name) -> Iterator[Leaf]:
    """Yield the numbers of nested lists and mappings in the order of the axes."""
    if not axes:
        if not isinstance(node, Scalar):
            count = f"{len(name.axes)} ax{'i' if len(name.axes) == 1 else 'e'}s" if name.axes else "no axes"
            what = f"{name.name} is declared with {count}, but its values are nested deeper"
            mend = "Declare the missing axis, or flatten the list"
            raise ExampleError(Code.EXAMPLE_VALUE, what, mend).at_span(node.span)
        yield read_number(node)
        return
    axis, *rest = axes
    if isinstance(node, Mapping):
        node = _by_label(node, axis)
    if not isinstance(node, Sequence):
        what = f"{name.name} needs a list or a mapping along {axis.name}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Write {axis.size} values in [ ]").at_span(node.span)
    if len(node.items) != axis.size:
        count = f"{len(node.items)} value{'' if len(node.items) == 1 else 's'}"
        what = f"{name.name} has {count} along {axis.name}, which has {axis.size} positions"
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
        what = f"The mapping lacks {', '.join(missing[:5])}{' and more' if len(missing) > 5 else ''}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Give a value for every label of {axis.name}").at_span(node.span)
    return Sequence(tuple(places[place] for place in range(axis.size)), node.span)


def _grid(node: Scalar, shape: tuple[int, ...], name: Name) -> list[Leaf]:
    """Read a block of numbers, a line for each row."""
    rows = [row for row in _words(node.text) if row]
    widths = sorted({len(row) for row in rows})
    if len(shape) != 2 or (len(rows), *widths) != shape:
        sizes = "×".join(map(str, shape)) or "a single number"
        found = f"has {len(rows)} rows of {' and '.join(map(str, widths))} numbers"
        what = f"The grid of {name.name} {found}; {sizes} is declared"
        mend = "Write a line for each row, numbers parted by spaces"
        raise ExampleError(Code.EXAMPLE_VALUE, what, mend).at_span(node.span)
    return [_entry(node, start, end) for row in rows for start, end in row]


def _words(text: str) -> Iterator[list[tuple[int, int]]]:
    """Yield for each line where its words begin and end."""
    start = 0
    for line in text.splitlines(keepends=True):
        at, words = 0, []
        for word in line.split():
            at = line.index(word, at)
            words.append((start + at, start + at + len(word)))
            at += len(word)
        yield words
        start += len(line)


def _entry(node: Scalar, start: int, end: int) -> Leaf:
    """Read one number of a grid, at its own place."""
    places = tuple(node.offset(index) for index in range(start, end))
    return read_number(Scalar(node.text[start:end], node.part(start, end), places=places))


def _text(name: Name, node: Mapping, axes: Axes) -> Given:
    """Split a text at spaces into labels of an axis, as positions."""
    text, of = node.get("text"), node.get("of")
    if not isinstance(text, Scalar) or not isinstance(of, Scalar) or normal_name(of.text) not in axes:
        mend = did_you_mean(of.text, axes) if isinstance(of, Scalar) else ""
        what = "A text needs an axis whose labels its words are"
        raise ExampleError(Code.EXAMPLE_VALUE, what, mend or "Write {text: ..., of: AXIS}").at_span(node.span)
    axis = axes[normal_name(of.text)]
    words = [place for line in _words(text.text) for place in line]
    shape = tuple(axes[one].size for one in name.axes)
    if shape != (len(words),):
        sizes = "×".join(map(str, shape)) or "no axes"
        what = f"The text has {len(words)} words; {name.name} is declared with {sizes}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Declare an axis of size {len(words)}").at_span(text.span)
    values = np.array([_label(text, start, end, axis) for start, end in words], np.float64)
    return Given(name, Quantity(values, (Dimension(name.axes[0]),), (Dimension(axis.name),)))


def _label(text: Scalar, start: int, end: int, axis: Axis) -> int:
    try:
        return position_of(text.text[start:end], axis)
    except ExampleError as error:
        raise error.at_span(text.part(start, end)) from None

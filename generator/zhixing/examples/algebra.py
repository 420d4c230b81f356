"""Arithmetic on quantities: broadcasting goes by the names of axes, never by position.

A 2x2 matrix divided by its own row sums passes every shape check and is wrong by position; by name it cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod

import numpy as np

from zhixing.examples.budget import Budget
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Array, Axis, Dimension, Quantity
from zhixing.problems import Code

Axes = Mapping[str, Axis]


def describe(quantity: Quantity) -> str:
    """Return a quantity's axes and sizes for a message: `[词 3, 特征 2]`."""
    if not quantity.dimensions:
        return "a single number"
    parts = (f"{d.axis or '·'} {n}" for d, n in zip(quantity.dimensions, quantity.values.shape, strict=True))
    return f"[{', '.join(parts)}]"


def root(axes: Axes, name: str) -> str:
    """Return the axis whose labels an axis shares: itself, or the one it is another name for."""
    return axes[name].root if name in axes else name


def same_root(axes: Axes, a: str, b: str) -> bool:
    """Tell whether two dimensions may be taken for one another; a dimension without an axis fits any."""
    return not a or not b or root(axes, a) == root(axes, b)


def broadcast(operands: Sequence[Quantity], axes: Axes, budget: Budget) -> tuple[list[Array], tuple[Dimension, ...]]:
    """Align quantities by axis name; return views that NumPy can combine, and the dimensions of the result.

    The result keeps the order of an operand that has all the axes, else the order in which the axes are declared.

    Raises:
        ExampleError: sizes differ along a name, names cannot be matched, or the result would be too large.
    """
    arrays = [q for q in operands if q.dimensions]
    if not arrays:
        return [q.values for q in operands], ()
    if all(_positional(arrays[0], other) for other in arrays[1:]):
        named = max(arrays, key=lambda q: sum(axis != "" for axis in q.axes))
        budget.hold(arrays[0].values.size)
        return [q.values for q in operands], named.dimensions
    arrays = [_named_like(_told_apart(q, arrays, axes), arrays) for q in arrays]
    target = union([q.dimensions for q in arrays], axes)
    budget.hold(prod(sizes_of([(q.dimensions, q.values.shape) for q in arrays]).values()))
    named_operands = iter(arrays)
    views = [_view(next(named_operands), target) if q.dimensions else q.values for q in operands]
    return views, target


def _positional(a: Quantity, b: Quantity) -> bool:
    """Tell whether two quantities match dimension by dimension: one shape, and the same name wherever both have one."""
    return a.values.shape == b.values.shape and all(
        x == y or not (x and y) for x, y in zip(a.axes, b.axes, strict=True)
    )


def _told_apart(quantity: Quantity, others: Sequence[Quantity], axes: Axes) -> Quantity:
    """Give the second of two dimensions of one name the second name that another operand has for that axis.

    With `键: 词`, the scores `X @ X.T` run along [词, 词]; beside a mask along 词 and 键, in whichever order, the first
    is 词 and the second 键, as `attention(X, X, X, mask=...)` has it.
    """
    dimensions = list(quantity.dimensions)
    for place, dimension in enumerate(dimensions):
        own = [d.axis for d in dimensions]
        if dimension.axis and dimension.axis in own[:place]:
            found = {name for other in others for name in other.axes if name and name not in own}
            second = [name for name in found if root(axes, name) == root(axes, dimension.axis)]
            if len(second) == 1:
                dimensions[place] = Dimension(second[0], dimension.positions)
    return Quantity(quantity.values, tuple(dimensions), quantity.on)


def _named_like(quantity: Quantity, others: Sequence[Quantity]) -> Quantity:
    """Give a list literal the names of the last axes of what it is combined with."""
    if all(quantity.axes):
        if len(set(quantity.axes)) < len(quantity.axes):
            what = f"{describe(quantity)} has an axis twice and cannot be matched by name"
            raise ExampleError(Code.EXAMPLE_AXES, what, "Give one of them a second name under `axes:` (`键: 词`)")
        return quantity
    model = next((q for q in others if all(q.axes) and len(q.axes) >= len(quantity.axes)), None)
    if model is None or any(quantity.axes):
        what = f"{describe(quantity)} has a dimension without a name here"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Name it as a step of its own, with its axes")
    elsewhere = len(model.axes) - len(quantity.axes)
    if any(size in model.values.shape[:elsewhere] for size in quantity.values.shape):
        sizes = "×".join(map(str, quantity.values.shape))
        what = f"A list of {sizes} fits more than one axis of {describe(model)}"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Give it a name and an axis under `given:`")
    return Quantity(quantity.values, model.dimensions[elsewhere:], quantity.on)


def union(operands: Sequence[tuple[Dimension, ...]], axes: Axes) -> tuple[Dimension, ...]:
    """Return the dimensions that operands have together, in the order that a broadcast result has them."""
    dimensions: dict[str, Dimension] = {}
    for dimension in (d for own in operands for d in own):
        dimensions.setdefault(dimension.axis, dimension)
    for own in operands:
        if {d.axis for d in own} == set(dimensions):
            return own
    order = {name: index for index, name in enumerate(axes)}
    return tuple(sorted(dimensions.values(), key=lambda d: order.get(d.axis, len(order))))


def sizes_of(operands: Sequence[tuple[Sequence[Dimension], Sequence[int]]]) -> dict[str, int]:
    """Return the size along each axis name.

    Raises:
        ExampleError: two operands have different sizes along a name.
    """
    sizes: dict[str, int] = {}
    for dimensions, shape in operands:
        for dimension, size in zip(dimensions, shape, strict=True):
            name = dimension.axis
            if sizes.setdefault(name, size) != size:
                what = f"{name or '·'} has {sizes[name]} positions on one side and {size} on the other"
                raise ExampleError(Code.EXAMPLE_AXES, what, "Slice both sides alike")
    return sizes


def _view(quantity: Quantity, target: Sequence[Dimension]) -> Array:
    """Put an operand's dimensions into the target's order, with a dimension of size 1 for each that it lacks."""
    order = [quantity.axes.index(d.axis) for d in target if d.axis in quantity.axes]
    values = quantity.values.transpose(order)
    return values[tuple(slice(None) if d.axis in quantity.axes else None for d in target)]


def elementwise(
    function: Callable[..., Array], operands: Sequence[Quantity], axes: Axes, budget: Budget, weight: int = 2
) -> Quantity:
    """Apply a function entry by entry to quantities aligned by name; `weight` is its work for an entry."""
    views, dimensions = broadcast(operands, axes, budget)
    budget.work(prod(np.broadcast_shapes(*(view.shape for view in views))) * weight)
    return Quantity(np.asarray(function(*views)), dimensions)


def transpose(quantity: Quantity) -> Quantity:
    """Swap the last two dimensions (`.T`); a vector stays as it is."""
    if len(quantity.dimensions) < 2:
        return quantity
    *rest, a, b = quantity.dimensions
    return Quantity(np.swapaxes(quantity.values, -1, -2), (*rest, b, a), quantity.on)

"""Arithmetic on quantities: broadcasting goes by the names of axes, never by position.

A 2x2 matrix divided by its own row sums passes every shape check and is wrong by position; by name it cannot be. `@`
and `.T` are positional, as in the textbook, and check the names that they contract.
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
    if all(_positional(arrays[0], other, axes) for other in arrays[1:]):
        named = max(arrays, key=lambda q: (len({d.axis for d in q.dimensions if d.axis}), -arrays.index(q)))
        budget.hold(arrays[0].values.size)
        return [q.values for q in operands], named.dimensions
    arrays = [_named_like(q, arrays) for q in arrays]
    target = _union(arrays, axes)
    sizes = _sizes(arrays, target)
    budget.hold(prod(sizes.values()))
    named_operands = iter(arrays)
    views = [_view(next(named_operands), target) if q.dimensions else q.values for q in operands]
    return views, target


def _positional(a: Quantity, b: Quantity, axes: Axes) -> bool:
    """Tell whether two quantities match dimension by dimension: same names, or names of one root, or none."""
    if a.values.shape != b.values.shape:
        return False
    if a.axes == b.axes:
        return True
    doubled = len(set(a.axes)) < len(a.axes) or len(set(b.axes)) < len(b.axes) or not all(a.axes) or not all(b.axes)
    return doubled and all(same_root(axes, x, y) for x, y in zip(a.axes, b.axes, strict=True))


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
    last = model.dimensions[len(model.dimensions) - len(quantity.dimensions) :]
    return Quantity(quantity.values, last, quantity.on)


def _union(arrays: Sequence[Quantity], axes: Axes) -> tuple[Dimension, ...]:
    dimensions = {d.axis: d for q in arrays for d in q.dimensions}
    for quantity in arrays:
        if set(quantity.axes) == set(dimensions):
            return quantity.dimensions
    order = {name: index for index, name in enumerate(axes)}
    return tuple(sorted(dimensions.values(), key=lambda d: order.get(d.axis, len(order))))


def _sizes(arrays: Sequence[Quantity], target: Sequence[Dimension]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for quantity in arrays:
        for name, size in zip(quantity.axes, quantity.values.shape, strict=True):
            if sizes.setdefault(name, size) != size:
                what = f"{name} has {sizes[name]} positions on one side and {size} on the other"
                raise ExampleError(Code.EXAMPLE_AXES, what, "Slice both sides alike")
    return {d.axis: sizes[d.axis] for d in target}


def _view(quantity: Quantity, target: Sequence[Dimension]) -> Array:
    """Put an operand's dimensions into the target's order, with a dimension of size 1 for each that it lacks."""
    order = [quantity.axes.index(d.axis) for d in target if d.axis in quantity.axes]
    values = quantity.values.transpose(order)
    return values[tuple(slice(None) if d.axis in quantity.axes else None for d in target)]


def elementwise(
    function: Callable[..., Array], operands: Sequence[Quantity], axes: Axes, budget: Budget, weight: int = 1
) -> Quantity:
    """Apply a function entry by entry to quantities aligned by name."""
    views, dimensions = broadcast(operands, axes, budget)
    result = np.asarray(function(*views))
    budget.work(result.size * weight)
    return Quantity(result, dimensions)


def transpose(quantity: Quantity) -> Quantity:
    """Swap the last two dimensions (`.T`); a vector stays as it is."""
    if len(quantity.dimensions) < 2:
        return quantity
    *rest, a, b = quantity.dimensions
    return Quantity(np.swapaxes(quantity.values, -1, -2), (*rest, b, a), quantity.on)


def matmul(a: Quantity, b: Quantity, axes: Axes, budget: Budget) -> Quantity:
    """Return the matrix product, contracting a's last dimension with b's last but one (a vector's only one).

    Further leading dimensions are matched by name.

    Raises:
        ExampleError: a scalar takes part, or the contracted dimensions differ in axis or size.
    """
    if not a.dimensions or not b.dimensions:
        raise ExampleError(
            Code.EXAMPLE_AXES, "`@` needs a vector or a matrix on both sides", "Multiply a number with *"
        )
    inner_a, inner_b = len(a.dimensions) - 1, max(len(b.dimensions) - 2, 0)
    _check_inner(a, b, inner_a, inner_b, axes)
    left = a.dimensions[-2:-1]
    right = b.dimensions[-1:] if len(b.dimensions) > 1 else ()
    batch = batch_of(a.dimensions[:-2], b.dimensions[:-2], axes)
    x = batched(a.values if left else a.values[None], a.dimensions[:-2], batch)
    y = batched(b.values if right else b.values[:, None], b.dimensions[:-2], batch)
    budget.hold(int(prod(np.broadcast_shapes(x.shape[:-2], y.shape[:-2]))) * x.shape[-2] * y.shape[-1])
    budget.work(int(prod(np.broadcast_shapes(x.shape[:-2], y.shape[:-2]))) * x.shape[-2] * x.shape[-1] * y.shape[-1])
    product = np.matmul(x, y)
    product = product if right else product[..., 0]
    return Quantity(product if left else np.take(product, 0, axis=-2 if right else -1), (*batch, *left, *right))


def _check_inner(a: Quantity, b: Quantity, inner_a: int, inner_b: int, axes: Axes) -> None:
    one, other = a.axes[inner_a], b.axes[inner_b]
    if same_root(axes, one, other) and a.values.shape[inner_a] == b.values.shape[inner_b]:
        return
    what = f"`@` cannot contract {describe(a)} with {describe(b)}: {one or '·'} is not {other or '·'}"
    flipped = len(b.dimensions) > 1 and same_root(axes, one, b.axes[-1])
    mend = "Transpose the right side with .T" if flipped else "Let the last axis left be the last but one right"
    raise ExampleError(Code.EXAMPLE_AXES, what, mend)


def batch_of(a: tuple[Dimension, ...], b: tuple[Dimension, ...], axes: Axes) -> tuple[Dimension, ...]:
    """Return the leading dimensions that two operands have together, matched by name."""
    if not a or not b:
        return a or b
    return _union([Quantity(np.empty((0,) * len(d)), d) for d in (a, b)], axes)


def batched(values: Array, own: tuple[Dimension, ...], batch: tuple[Dimension, ...], inner: int = 2) -> Array:
    """Put an operand's leading dimensions where the batch has them; the last `inner` stay last."""
    names = [d.axis for d in own]
    order = [names.index(d.axis) for d in batch if d.axis in names]
    values = values.transpose([*order, *range(len(own), len(own) + inner)])
    return values[(*(slice(None) if d.axis in names else None for d in batch), ...)]

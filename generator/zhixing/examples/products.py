"""The matrix product: positional, as in the textbook; it checks the names that it contracts."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from zhixing.examples.algebra import Axes, describe, same_root, sizes_of, union
from zhixing.examples.budget import Budget
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Array, Dimension, Quantity
from zhixing.problems import Code

Dimensions = tuple[Dimension, ...]


def matmul(a: Quantity, b: Quantity, axes: Axes, budget: Budget) -> Quantity:
    """Return the matrix product, contracting a's last dimension with b's last but one (a vector's only one).

    Further leading dimensions are matched by name.

    Raises:
        ExampleError: a scalar takes part, or the contracted dimensions differ in axis or size.
    """
    _check_inner(a, b, axes)
    left, right = a.dimensions[-2:-1], b.dimensions[-1:] if len(b.dimensions) > 1 else ()
    leading = [(a.dimensions[:-2], a.values.shape[:-2]), (b.dimensions[:-2], b.values.shape[:-2])]
    batch, shape = batch_of(leading, axes)
    x = batched(a.values if left else a.values[None], a.dimensions[:-2], batch)
    y = batched(b.values if right else b.values[:, None], b.dimensions[:-2], batch)
    budget.hold(prod(shape) * x.shape[-2] * y.shape[-1])
    weight = 1 if x.dtype == y.dtype != np.float16 else 20  # BLAS knows no float16 and no mixture
    budget.work(prod(shape) * x.shape[-2] * x.shape[-1] * y.shape[-1] * weight)
    product = np.matmul(_dense(x), _dense(y))
    product = product if right else product[..., 0]
    return Quantity(product if left else np.take(product, 0, axis=-2 if right else -1), (*batch, *left, *right))


def _dense(values: Array) -> Array:
    """Copy a matrix whose rows and columns both have gaps: BLAS takes no such thing, and without it all is slow."""
    return values if values.itemsize in values.strides[-2:] else np.ascontiguousarray(values)


def _check_inner(a: Quantity, b: Quantity, axes: Axes) -> None:
    if not a.dimensions or not b.dimensions:
        what = "`@` needs a vector or a matrix on both sides"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Multiply a number with *")
    inner_a, inner_b = len(a.dimensions) - 1, max(len(b.dimensions) - 2, 0)
    one, other = a.axes[inner_a], b.axes[inner_b]
    if same_root(axes, one, other) and a.values.shape[inner_a] == b.values.shape[inner_b]:
        return
    what = f"`@` cannot contract {describe(a)} with {describe(b)}: {one or '·'} is not {other or '·'}"
    if same_root(axes, one, other):
        what = f"`@` cannot contract {describe(a)} with {describe(b)}: their sizes differ"
    flipped = len(b.dimensions) > 1 and same_root(axes, one, b.axes[-1])
    mend = "Transpose the right side with .T" if flipped else "Let the last axis left be the last but one right"
    raise ExampleError(Code.EXAMPLE_AXES, what, mend)


def batch_of(leading: Sequence[tuple[Dimensions, tuple[int, ...]]], axes: Axes) -> tuple[Dimensions, tuple[int, ...]]:
    """Return the leading dimensions that operands have together, matched by name, and their sizes.

    Raises:
        ExampleError: one has an axis twice, or they differ in size along one.
    """
    for dimensions, shape in leading:
        if len({d.axis for d in dimensions}) < len(dimensions):
            what = f"The leading axes of {describe(Quantity(np.empty(shape), dimensions))} cannot be matched by name"
            raise ExampleError(Code.EXAMPLE_AXES, what, "Give each of them its own name under `axes:`")
    batch = union([dimensions for dimensions, _ in leading], axes)
    sizes = sizes_of(leading)
    return batch, tuple(sizes[d.axis] for d in batch)


def batched(values: Array, own: Dimensions, batch: Dimensions, inner: int = 2) -> Array:
    """Put an operand's leading dimensions where the batch has them; the last `inner` stay last."""
    names = [d.axis for d in own]
    order = [names.index(d.axis) for d in batch if d.axis in names]
    values = values.transpose([*order, *range(len(own), len(own) + inner)])
    return values[(*(slice(None) if d.axis in names else None for d in batch), ...)]

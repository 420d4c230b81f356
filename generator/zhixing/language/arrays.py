"""Indexing quantities: positions from 0, labels in quotes, slices, and whole arrays of positions."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from zhixing.language.budget import Budget
from zhixing.language.errors import ExampleError
from zhixing.language.model import Array, Axis, Dimension, Quantity
from zhixing.language.nodes import Label, Node
from zhixing.problems import Code, did_you_mean

# When two numbers are the same for a statement, a tie or an expectation.

RELATIVE, ABSOLUTE = 1e-9, 1e-12


def close(a: Array, b: Array) -> Array:
    """Compare as `==` does in statements: within 1e-9 relative or 1e-12 absolute; infinities equal themselves."""
    with np.errstate(invalid="ignore"):
        near = np.abs(a - b) <= np.maximum(RELATIVE * np.maximum(np.abs(a), np.abs(b)), ABSOLUTE)
    return np.asarray(np.where(np.isinf(a) | np.isinf(b), a == b, near))


# Arithmetic on quantities: broadcasting goes by the names of axes, never by position.
# A 2x2 matrix divided by its own row sums passes every shape check and is wrong by position; by name it cannot be.

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
    """Return whether two dimensions may be matched: they share labels, or one of them has no axis."""
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
    if all(_match_by_position(arrays[0], other) for other in arrays[1:]):
        named = max(arrays, key=lambda q: sum(axis != "" for axis in q.axes))
        budget.hold(arrays[0].values.size)
        return [q.values for q in operands], named.dimensions
    arrays = [_name_like(_tell_apart(q, arrays, axes), arrays) for q in arrays]
    target = union([q.dimensions for q in arrays], axes)
    budget.hold(prod(find_sizes([(q.dimensions, q.values.shape) for q in arrays]).values()))
    named_operands = iter(arrays)
    views = [_align(next(named_operands), target) if q.dimensions else q.values for q in operands]
    return views, target


def _match_by_position(a: Quantity, b: Quantity) -> bool:
    """Return whether two quantities match dimension by dimension: one shape, and equal names where both have one."""
    return a.values.shape == b.values.shape and all(
        x == y or not (x and y) for x, y in zip(a.axes, b.axes, strict=True)
    )


def _tell_apart(quantity: Quantity, others: Sequence[Quantity], axes: Axes) -> Quantity:
    """Rename the second of two dimensions of the same name as another operand names that axis.

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


def _name_like(quantity: Quantity, others: Sequence[Quantity]) -> Quantity:
    """Give a list literal the names of the last axes of what it is combined with."""
    if all(quantity.axes):
        if len(set(quantity.axes)) < len(quantity.axes):
            what = f"{describe(quantity)} has an axis twice and cannot be matched by name"
            twice = next(axis for axis in quantity.axes if quantity.axes.count(axis) > 1)
            fix = f"Give one of them a second name under `axes:`, such as `{twice}2: {twice}`"
            raise ExampleError(Code.EXAMPLE_AXES, what, fix)
        return quantity
    model = next((q for q in others if all(q.axes) and len(q.axes) >= len(quantity.axes)), None)
    if model is None or any(quantity.axes):
        what = f"{describe(quantity)} has a dimension without a name here"
        fix = "Leave out None: quantities along different axes meet by name. "
        fix = fix if quantity.values.ndim > quantity.axes.count("") > 0 and 1 in quantity.values.shape else ""
        raise ExampleError(Code.EXAMPLE_AXES, what, f"{fix}Name it as a step of its own, with its axes")
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


def find_sizes(operands: Sequence[tuple[Sequence[Dimension], Sequence[int]]]) -> dict[str, int]:
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


def _align(quantity: Quantity, target: Sequence[Dimension]) -> Array:
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


# The matrix product: positional, as in the textbook; it checks the names that it contracts.

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
    batch, shape = find_batch(leading, axes)
    x = align_batch(a.values if left else a.values[None], a.dimensions[:-2], batch)
    y = align_batch(b.values if right else b.values[:, None], b.dimensions[:-2], batch)
    budget.hold(prod(shape) * x.shape[-2] * y.shape[-1])
    weight = 1 if x.dtype == y.dtype != np.float16 else 20  # BLAS knows no float16 and no mixture
    budget.work(prod(shape) * x.shape[-2] * x.shape[-1] * y.shape[-1] * weight)
    product = np.matmul(_make_dense(x), _make_dense(y))
    product = product if right else product[..., 0]
    return Quantity(product if left else np.take(product, 0, axis=-2 if right else -1), (*batch, *left, *right))


def _make_dense(values: Array) -> Array:
    """Copy a matrix whose rows and columns both have gaps: BLAS cannot read it, and NumPy is slow without BLAS."""
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
    fix = "Transpose the right side with .T" if flipped else "Let the last axis left be the last but one right"
    raise ExampleError(Code.EXAMPLE_AXES, what, fix)


def find_batch(leading: Sequence[tuple[Dimensions, tuple[int, ...]]], axes: Axes) -> tuple[Dimensions, tuple[int, ...]]:
    """Return the leading dimensions that operands have together, matched by name, and their sizes.

    Raises:
        ExampleError: one has an axis twice, or they differ in size along one.
    """
    for dimensions, shape in leading:
        if len({d.axis for d in dimensions}) < len(dimensions):
            what = f"The leading axes of {describe(Quantity(np.empty(shape), dimensions))} cannot be matched by name"
            raise ExampleError(Code.EXAMPLE_AXES, what, "Give each of them its own name under `axes:`")
    batch = union([dimensions for dimensions, _ in leading], axes)
    sizes = find_sizes(leading)
    return batch, tuple(sizes[d.axis] for d in batch)


def align_batch(values: Array, own: Dimensions, batch: Dimensions, inner: int = 2) -> Array:
    """Align an operand's leading dimensions with those of the batch; the last `inner` dimensions stay last."""
    names = [d.axis for d in own]
    order = [names.index(d.axis) for d in batch if d.axis in names]
    values = values.transpose([*order, *range(len(own), len(own) + inner)])
    return values[(*(slice(None) if d.axis in names else None for d in batch), ...)]


Item = Quantity | Label | slice | None
GATHER_WORK = 20
"""The work of picking an entry by an array of positions."""


def position_of(label: str, axis: Axis, positions: Sequence[int] | None = None) -> int:
    """Return where a label stands on an axis (among the positions that a slice kept).

    Raises:
        ExampleError: the axis has no such label here, or has it twice.
    """
    wanted = unicodedata.normalize("NFC", label)
    kept = axis.labels if positions is None or not axis.labels else [axis.labels[position] for position in positions]
    found = [index for index, own in enumerate(kept) if own == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        what = f"{axis.name} has the label {label!r} {len(found)} times"
        raise ExampleError(Code.EXAMPLE_NAME, what, "Go by position")
    fix = did_you_mean(label, kept) or "A label is in quotes, a position is a number from 0"
    raise ExampleError(Code.EXAMPLE_NAME, f"{axis.name} has no label {label!r}", fix)


@dataclass
class _Plan:
    """What NumPy is to select, dimension by dimension.

    `dimensions` are those left, None where arrays gather; `arrays` are the arrays with their places in `selection`.
    """

    axes: Axes
    selection: list[slice | int | None] = field(default_factory=list)
    dimensions: list[Dimension | None] = field(default_factory=list)
    arrays: list[tuple[int, Quantity]] = field(default_factory=list)

    def add(self, item: Item, dimension: Dimension, size: int) -> None:
        if isinstance(item, slice):
            self.selection.append(item)
            self.dimensions.append(_slice_dimension(dimension, item, size))
        elif isinstance(item, Label):
            self.selection.append(_find_label(item, dimension, self.axes))
        elif item is not None and item.dimensions:
            self.dimensions += [None] if not self.arrays else []
            positions = _read_positions(item, dimension, size, self.axes)
            self.arrays.append((len(self.selection), Quantity(positions, item.dimensions)))
            self.selection.append(slice(None))
        elif item is not None:
            self.selection.append(int(_read_positions(item, dimension, size, self.axes)))

    def new_axis(self) -> None:
        self.selection.append(None)
        self.dimensions.append(Dimension(""))


def index(quantity: Quantity, items: Sequence[Item], axes: Axes, budget: Budget, nodes: Sequence[Node]) -> Quantity:
    """Return `quantity[items]`; `nodes` are what the items were written as.

    Arrays of positions are aligned by name with one another; their axes stand where the first of them stood.

    Raises:
        ExampleError: too many items, a label or position that is not there, a position that is no whole number.
    """
    given = sum(item is not None for item in items)
    if given > len(quantity.dimensions):
        axes_had = f"{len(quantity.dimensions) or 'no'} ax{'i' if len(quantity.dimensions) == 1 else 'e'}s"
        what = f"{describe(quantity)} has {axes_had}, but {given} {'index is' if given == 1 else 'indices are'} given"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Give at most one index for each axis")
    plan = _plan_selection(quantity, items, axes, nodes)
    gathered, shared = broadcast([array for _, array in plan.arrays], axes, budget) if plan.arrays else ([], ())
    simple = quantity.values[tuple(plan.selection)]
    values = np.asarray(_gather(simple, plan, gathered, len(shared), budget))
    at = plan.dimensions.index(None) if None in plan.dimensions else 0
    kept = [dimension for dimension in plan.dimensions if dimension is not None]
    return Quantity(values, (*kept[:at], *shared, *kept[at:]), quantity.on)


def _plan_selection(quantity: Quantity, items: Sequence[Item], axes: Axes, nodes: Sequence[Node]) -> _Plan:
    plan = _Plan(axes)
    own = zip(quantity.dimensions, quantity.values.shape, strict=True)
    for item, node in zip(items, nodes, strict=True):
        if item is None:
            plan.new_axis()
            continue
        try:
            plan.add(item, *next(own))
        except ExampleError as error:
            raise error.at_span(node.span) from None
    for dimension, size in own:
        plan.add(slice(None), dimension, size)
    return plan


def _gather(values: Array, plan: _Plan, gathered: Sequence[Array], shared: int, budget: Budget) -> Array:
    """Select by arrays, after slices, single positions and new axes, so that NumPy's own rule for mixing never applies.

    The arrays' dimensions are moved to the front together, and what they gather to where the first of them stood.
    """
    if not plan.arrays:
        return values
    used = [place - sum(isinstance(item, int) for item in plan.selection[:place]) for place, _ in plan.arrays]
    moved = np.moveaxis(values, used, range(len(used)))
    size = prod(np.broadcast_shapes(*(array.shape for array in gathered))) * prod(moved.shape[len(used) :])
    budget.hold(size)
    budget.work(size * GATHER_WORK)
    taken = moved[tuple(array.astype(np.intp) for array in gathered)]
    return np.moveaxis(taken, range(shared), range(used[0], used[0] + shared))


def _slice_dimension(dimension: Dimension, item: slice, size: int) -> Dimension:
    base = range(size) if dimension.positions is None else dimension.positions
    kept = base[item]
    return dimension if kept == base else Dimension(dimension.axis, kept)


def _find_label(item: Label, dimension: Dimension, axes: Axes) -> int:
    if dimension.axis not in axes:
        what = f"{item.text!r} is a label, but this dimension has no axis"
        raise ExampleError(Code.EXAMPLE_NAME, what, "Index it by position")
    return position_of(item.text, axes[dimension.axis], dimension.positions)


def _read_positions(item: Quantity, dimension: Dimension, size: int, axes: Axes) -> Array:
    """Return positions into a dimension as whole numbers, counting from the end where a single one is negative."""
    values = np.asarray(item.values, dtype=np.float64)
    whole = np.rint(values)
    if not np.all(np.isfinite(values)) or np.any(np.abs(values - whole) > 1e-9):
        what = "An index is no whole number"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Round it, or use where(...) to choose")
    if len(item.on) == 1 and dimension.positions is not None and same_root(axes, item.on[0].axis, dimension.axis):
        whole = _find_in_slice(whole, dimension.positions)
    outside = (whole < (0 if item.dimensions else -size)) | (whole >= size)
    if np.any(outside):
        what = (
            f"Position {whole[outside].flat[0]:.15g} is outside {dimension.axis or 'this dimension'}, which has {size}"
        )
        fix = "Positions count from 0; keep them inside with minimum and maximum"
        raise ExampleError(Code.EXAMPLE_VALUE, what, fix)
    return np.asarray(whole, dtype=np.intp)


def _find_in_slice(whole: Array, positions: Sequence[int]) -> Array:
    """Turn positions on the whole axis into positions among those that a slice kept."""
    places = {position: index for index, position in enumerate(positions)}
    try:
        return np.array([places[int(position)] for position in whole.ravel()], dtype=np.float64).reshape(whole.shape)
    except KeyError as missing:
        what = f"Position {missing} was cut off by a slice"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Index the whole quantity") from None

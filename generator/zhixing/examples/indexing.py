"""Indexing quantities: positions from 0, labels in quotes, slices, and whole arrays of positions."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from zhixing.examples.algebra import Axes, broadcast, describe, same_root
from zhixing.examples.budget import Budget
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Array, Axis, Dimension, Quantity
from zhixing.problems import Code, did_you_mean


@dataclass(frozen=True, slots=True)
class Label:
    """A quoted label used as an index, or compared with."""

    text: str


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
    mend = did_you_mean(label, kept) or "A label is in quotes, a position is a number from 0"
    raise ExampleError(Code.EXAMPLE_NAME, f"{axis.name} has no label {label!r}", mend)


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
            self.dimensions.append(_sliced(dimension, item, size))
        elif isinstance(item, Label):
            self.selection.append(_by_label(item, dimension, self.axes))
        elif item is not None and item.dimensions:
            self.dimensions += [None] if not self.arrays else []
            positions = _positions(item, dimension, size, self.axes)
            self.arrays.append((len(self.selection), Quantity(positions, item.dimensions)))
            self.selection.append(slice(None))
        elif item is not None:
            self.selection.append(int(_positions(item, dimension, size, self.axes)))

    def new_axis(self) -> None:
        self.selection.append(None)
        self.dimensions.append(Dimension(""))


def index(quantity: Quantity, items: Sequence[Item], axes: Axes, budget: Budget, nodes: Sequence[ast.expr]) -> Quantity:
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
    plan = _planned(quantity, items, axes, nodes)
    gathered, shared = broadcast([array for _, array in plan.arrays], axes, budget) if plan.arrays else ([], ())
    simple = quantity.values[tuple(plan.selection)]
    values = np.asarray(_gather(simple, plan, gathered, len(shared), budget))
    at = plan.dimensions.index(None) if None in plan.dimensions else 0
    kept = [dimension for dimension in plan.dimensions if dimension is not None]
    return Quantity(values, (*kept[:at], *shared, *kept[at:]), quantity.on)


def _planned(quantity: Quantity, items: Sequence[Item], axes: Axes, nodes: Sequence[ast.expr]) -> _Plan:
    plan = _Plan(axes)
    own = zip(quantity.dimensions, quantity.values.shape, strict=True)
    for item, node in zip(items, nodes, strict=True):
        if item is None:
            plan.new_axis()
            continue
        try:
            plan.add(item, *next(own))
        except ExampleError as error:
            raise error.at(node) from None
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


def _sliced(dimension: Dimension, item: slice, size: int) -> Dimension:
    base = range(size) if dimension.positions is None else dimension.positions
    kept = base[item]
    return dimension if kept == base else Dimension(dimension.axis, kept)


def _by_label(item: Label, dimension: Dimension, axes: Axes) -> int:
    if dimension.axis not in axes:
        what = f"{item.text!r} is a label, but this dimension has no axis"
        raise ExampleError(Code.EXAMPLE_NAME, what, "Index it by position")
    return position_of(item.text, axes[dimension.axis], dimension.positions)


def _positions(item: Quantity, dimension: Dimension, size: int, axes: Axes) -> Array:
    """Return positions into a dimension as whole numbers, counting from the end where a single one is negative."""
    values = np.asarray(item.values, dtype=np.float64)
    whole = np.rint(values)
    if not np.all(np.isfinite(values)) or np.any(np.abs(values - whole) > 1e-9):
        what = "An index is no whole number"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Round it, or use where(...) to choose")
    if len(item.on) == 1 and dimension.positions is not None and same_root(axes, item.on[0].axis, dimension.axis):
        whole = _within_slice(whole, dimension.positions)
    outside = (whole < (0 if item.dimensions else -size)) | (whole >= size)
    if np.any(outside):
        what = (
            f"Position {whole[outside].flat[0]:.15g} is outside {dimension.axis or 'this dimension'}, which has {size}"
        )
        mend = "Positions count from 0; keep them inside with minimum and maximum"
        raise ExampleError(Code.EXAMPLE_VALUE, what, mend)
    return np.asarray(whole, dtype=np.intp)


def _within_slice(whole: Array, positions: Sequence[int]) -> Array:
    """Turn positions on the whole axis into positions among those that a slice kept."""
    places = {position: index for index, position in enumerate(positions)}
    try:
        return np.array([places[int(position)] for position in whole.ravel()], dtype=np.float64).reshape(whole.shape)
    except KeyError as missing:
        what = f"Position {missing} was cut off by a slice"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Index the whole quantity") from None

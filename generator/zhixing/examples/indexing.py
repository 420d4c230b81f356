"""Indexing quantities: positions from 0, labels in quotes, slices, and whole arrays of positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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


def position_of(label: str, axis: Axis, positions: tuple[int, ...] | None = None) -> int:
    """Return where a label stands on an axis (among the positions that a slice kept).

    Raises:
        ExampleError: the axis has no such label here, or has it twice.
    """
    kept = range(axis.size) if positions is None else positions
    found = [index for index, position in enumerate(kept) if axis.labels and axis.labels[position] == label]
    if len(found) == 1:
        return found[0]
    if found:
        what = f"{axis.name} has the label {label!r} {len(found)} times"
        raise ExampleError(Code.EXAMPLE_NAME, what, "Index it by position")
    known = did_you_mean(label, axis.labels) or "A label is in quotes, a position is a number from 0"
    raise ExampleError(Code.EXAMPLE_NAME, f"{axis.name} has no label {label!r}", known)


def index(quantity: Quantity, items: Sequence[Item], axes: Axes, budget: Budget) -> Quantity:
    """Return `quantity[items]`.

    Arrays of positions are aligned by name with one another; their axes stand where the first of them stood.

    Raises:
        ExampleError: too many items, a label or position that is not there, a position that is no whole number.
    """
    if sum(item is not None for item in items) > len(quantity.dimensions):
        what = f"{describe(quantity)} has {len(quantity.dimensions)} axes but {len(items)} indices"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Give at most one index for each axis")
    selection, dimensions, arrays = _plan(quantity, items, axes)
    gathered, shared = broadcast([array for _, array in arrays], axes, budget) if arrays else ([], ())
    for (place, _), values in zip(arrays, gathered, strict=True):
        selection[place] = values.astype(np.intp)
    values = _take(quantity.values, selection, [place for place, _ in arrays], len(shared))
    budget.hold(values.size)
    budget.work(values.size)
    at = next((slot for slot, d in enumerate(dimensions) if d is None), None)
    kept = [d for d in dimensions if d is not None]
    if at is not None:
        kept[at:at] = shared
    return Quantity(values, tuple(kept), quantity.on)


def _plan(
    quantity: Quantity, items: Sequence[Item], axes: Axes
) -> tuple[list[Any], list[Dimension | None], list[tuple[int, Quantity]]]:
    """Return what NumPy is to select, the dimensions left (None where arrays gather), and the arrays."""
    selection: list[Any] = []
    dimensions: list[Dimension | None] = []
    arrays: list[tuple[int, Quantity]] = []
    own = 0
    for item in [*items, *[slice(None)] * (len(quantity.dimensions) - sum(i is not None for i in items))]:
        if item is None:
            selection.append(None)
            dimensions.append(Dimension(""))
            continue
        dimension, size = quantity.dimensions[own], quantity.values.shape[own]
        own += 1
        if isinstance(item, slice):
            selection.append(item)
            dimensions.append(_sliced(dimension, item, size))
        elif isinstance(item, Label):
            selection.append(_by_label(item, dimension, axes, quantity))
        elif item.dimensions:
            dimensions += [None] if not arrays else []
            arrays.append((len(selection), Quantity(_positions(item, dimension, size, axes), item.dimensions)))
            selection.append(None)
        else:
            selection.append(int(_positions(item, dimension, size, axes)))
    return selection, dimensions, arrays


def _take(values: Array, selection: list[Any], places: list[int], gathered: int) -> Array:
    """Select in two moves, so that NumPy's rule for arrays that are not side by side never applies.

    Slices, single positions and new axes first; then the arrays, moved together to where the first stood.
    """
    simple = [slice(None) if place in places else item for place, item in enumerate(selection)]
    values = values[tuple(simple)]
    if not places:
        return np.asarray(values)
    where = [place - sum(isinstance(item, int) for item in simple[:place]) for place in places]
    moved = np.moveaxis(values, where, range(len(where)))
    taken = moved[tuple(selection[place] for place in places)]
    return np.moveaxis(taken, range(gathered), range(where[0], where[0] + gathered))


def _sliced(dimension: Dimension, item: slice, size: int) -> Dimension:
    if item == slice(None):
        return dimension
    base = range(size) if dimension.positions is None else dimension.positions
    return Dimension(dimension.axis, tuple(base[item]))


def _by_label(item: Label, dimension: Dimension, axes: Axes, quantity: Quantity) -> int:
    if dimension.axis not in axes:
        what = f"{item.text!r} is a label, but this dimension of {describe(quantity)} has no axis"
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
    lowest = 0 if item.dimensions else -size
    if np.any(whole < lowest) or np.any(whole >= size):
        worst = whole.min() if np.any(whole < lowest) else whole.max()
        what = f"Position {int(worst)} is outside {dimension.axis or 'this dimension'}, which has {size}"
        raise ExampleError(
            Code.EXAMPLE_VALUE, what, "Positions count from 0; keep them inside with minimum and maximum"
        )
    return np.asarray(whole, dtype=np.intp)


def _within_slice(whole: Array, positions: tuple[int, ...]) -> Array:
    places = {position: index for index, position in enumerate(positions)}
    try:
        return np.array([places[int(position)] for position in whole.ravel()], dtype=np.float64).reshape(whole.shape)
    except KeyError as missing:
        what = f"Position {missing} was cut off by a slice"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Index the whole quantity") from None

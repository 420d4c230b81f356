"""Finding the axes that `axis=` names, using them up, and joining axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

import numpy as np

from zhixing.language.arrays import Axes, close, describe, root
from zhixing.language.errors import ExampleError
from zhixing.language.model import Array, Dimension, Quantity
from zhixing.problems import Code, did_you_mean

Compute = Callable[..., Array]


def find_axes(quantity: Quantity, names: Sequence[str] | None, axes: Axes) -> tuple[int, ...]:
    """Return the dimensions that `axis=` names; all of them where it is left out.

    Raises:
        ExampleError: the quantity has no such axis, or has it twice.
    """
    if names is None:
        return tuple(range(len(quantity.dimensions)))
    at = tuple(_place(quantity, name, axes) for name in names)
    if len(set(at)) < len(at):
        what = f"axis=[{', '.join(names)}] names one of the axes twice"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Name each once")
    return at


def _place(quantity: Quantity, name: str, axes: Axes) -> int:
    exact = [i for i, own in enumerate(quantity.axes) if own == name]
    found = exact or [i for i, own in enumerate(quantity.axes) if own and root(axes, own) == root(axes, name)]
    if len(found) == 1:
        return found[0]
    fix = did_you_mean(name, quantity.axes) or "Name one of its own axes"
    if found:
        fix = f"Give one of them a second name under `axes:`, such as `{name}2: {name}`"
    what = f"axis={name}: {describe(quantity)} has {'that axis twice' if found else 'no such axis'}"
    raise ExampleError(Code.EXAMPLE_AXES, what, fix)


def reduce_axes(compute: Compute, quantity: Quantity, at: tuple[int, ...]) -> Quantity:
    """Use up the dimensions `at`."""
    kept = tuple(d for i, d in enumerate(quantity.dimensions) if i not in at)
    return Quantity(np.asarray(compute(quantity.values, axis=at)), kept)


def map_axes(compute: Compute, quantity: Quantity, at: tuple[int, ...]) -> Quantity:
    """Apply along the dimensions `at` and keep them all."""
    return Quantity(np.asarray(compute(quantity.values, axis=at)), quantity.dimensions)


def find_best(best: Compute, quantity: Quantity, at: tuple[int, ...], axes: Axes) -> Quantity:
    """Return the position of the largest (smallest) entry; it knows its axes and prints as their labels.

    A position over several axes is flat in C order over the whole axes.

    Raises:
        ExampleError: two entries share the place (as `==` has it in statements), or one is not a number.
    """
    kept = [i for i in range(len(quantity.dimensions)) if i not in at]
    shape = [quantity.values.shape[i] for i in at]
    flat = quantity.values.transpose(*kept, *at).reshape(*(quantity.values.shape[i] for i in kept), prod(shape))
    dimensions = [quantity.dimensions[i] for i in at]
    _refuse_ties(flat, best, [quantity.dimensions[i] for i in kept], list(zip(dimensions, shape, strict=True)), axes)
    chosen = np.unravel_index(best(flat, axis=-1), shape)
    whole = [_whole(c, d) for c, d in zip(chosen, dimensions, strict=True)]
    sizes = [axes[d.axis].size if d.axis in axes else n for d, n in zip(dimensions, shape, strict=True)]
    values = np.ravel_multi_index(tuple(whole), sizes)
    # Labels of a position over several axes need them all.
    on = tuple(Dimension(d.axis) for d in dimensions) if all(d.axis in axes for d in dimensions) else ()
    return Quantity(np.asarray(values, np.float64), tuple(quantity.dimensions[i] for i in kept), on)


def order_axis(compute: Compute, quantity: Quantity, at: int) -> Quantity:
    """Return the entries in order along one dimension, which has no axis then."""
    ordered = np.moveaxis(compute(np.moveaxis(quantity.values, at, -1)), -1, at)
    dimensions = tuple(Dimension("") if i == at else d for i, d in enumerate(quantity.dimensions))
    return Quantity(np.asarray(ordered), dimensions, quantity.on)


def find_first(order: Compute, quantity: Quantity, at: int, count: int, axes: Axes) -> Quantity:
    """Return the positions of the first `count` entries in an order along one dimension; they print as labels.

    Raises:
        ExampleError: two of them, or the last of them and the next, share their place, or one is not a number.
    """
    rows = np.moveaxis(quantity.values, at, -1)
    if np.any(np.isnan(rows)):
        raise ExampleError(Code.EXAMPLE_RUN, "An entry is not a number, so none is the best", "Mask it with where(...)")
    places = order(rows)[..., : count + 1]
    values = np.take_along_axis(rows, places, axis=-1)
    dimension = quantity.dimensions[at]
    tied = close(values[..., 1:], values[..., :-1])
    if np.any(tied):
        *row, first = _split(int(np.argmax(tied)), tied.shape)
        pair = (int(places[(*row, first)]), int(places[(*row, first + 1)]))
        kept = [d for i, d in enumerate(quantity.dimensions) if i != at]
        raise _tie(rows[tuple(row)], pair, [(dimension, rows.shape[-1])], _describe_place(row, kept, axes), axes)
    chosen = np.moveaxis(_whole(places[..., :count], dimension), -1, at)
    dimensions = tuple(Dimension("") if i == at else d for i, d in enumerate(quantity.dimensions))
    on = (Dimension(dimension.axis),) if dimension.axis in axes else ()
    return Quantity(np.asarray(chosen, np.float64), dimensions, on)


def _whole(chosen: Array, dimension: Dimension) -> Array:
    """Turn positions within a slice into positions on the whole axis."""
    return chosen if dimension.positions is None else np.asarray(dimension.positions)[chosen]


def _refuse_ties(
    flat: Array, best: Compute, kept: Sequence[Dimension], dimensions: Sequence[tuple[Dimension, int]], axes: Axes
) -> None:
    """Refuse a tie for the best place, named by the labels of the two entries and of the row that they stand in.

    Raises:
        ExampleError: there is one, or an entry is not a number.
    """
    if np.any(np.isnan(flat)):
        raise ExampleError(Code.EXAMPLE_RUN, "An entry is not a number, so none is the best", "Mask it with where(...)")
    top = np.take_along_axis(flat, np.expand_dims(best(flat, axis=-1), -1), axis=-1)
    tied = np.sum(close(flat, top), axis=-1) > 1
    if np.any(tied):
        row = _split(int(np.argmax(tied)), tied.shape)
        first, second, *_ = np.flatnonzero(close(flat[row], top[row]))
        raise _tie(flat[row], (int(first), int(second)), dimensions, _describe_place(row, kept, axes), axes)


def _split(place: int, shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(int(at) for at in np.unravel_index(place, shape))


def _tie(
    values: Array, places: tuple[int, int], dimensions: Sequence[tuple[Dimension, int]], row: str, axes: Axes
) -> ExampleError:
    """Return the error for two entries of a row that share their place; `dimensions` are the row's, with sizes."""
    shape = [size for _, size in dimensions]
    labels = [_describe_place(_split(place, shape), [d for d, _ in dimensions], axes) for place in places]
    value = f"{float(values[places[0]]):.10g}"
    pair = f"{labels[0]} and {labels[1]} tie{f' at {row}' if row else ''}"
    what = f"{pair}, both {value}, so the answer would be an accident"
    return ExampleError(Code.EXAMPLE_RUN, what, "Part their values")


def _describe_place(place: Sequence[int], dimensions: Sequence[Dimension], axes: Axes) -> str:
    """Return a place in words: `[狗, 2]`."""
    labels = [dimension.label(int(at), axes) for dimension, at in zip(dimensions, place, strict=True)]
    return f"[{', '.join(labels)}]" if labels else ""


def merge_axes(quantity: Quantity, names: Sequence[str], axes: Axes) -> Quantity:
    """Join axes into one, the first named varying slowest, at the place of the last; the new axis has no name yet."""
    at = find_axes(quantity, names, axes)
    if len(at) < 2:
        raise ExampleError(Code.EXAMPLE_AXES, "merge needs two or more different axes", "Write merge(x, [a, b])")
    rest = [i for i in range(len(quantity.dimensions)) if i not in at]
    slot = sum(i < at[-1] for i in rest)
    order = [*rest[:slot], *at, *rest[slot:]]
    shape = quantity.values.shape
    sizes = [*(shape[i] for i in rest[:slot]), prod(shape[i] for i in at), *(shape[i] for i in rest[slot:])]
    dimensions = [quantity.dimensions[i] for i in rest]
    dimensions.insert(slot, Dimension(""))
    return Quantity(quantity.values.transpose(order).reshape(sizes), tuple(dimensions))

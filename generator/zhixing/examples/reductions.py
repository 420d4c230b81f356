"""Functions that take `axis=`: those that use an axis up, and those that keep it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

import numpy as np

from zhixing import core
from zhixing.examples.algebra import Axes, describe, root
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Array, Dimension, Quantity
from zhixing.problems import Code, did_you_mean

Reduce = Callable[[Array, tuple[int, ...]], Array]


def places(quantity: Quantity, names: Sequence[str] | None, axes: Axes) -> tuple[int, ...]:
    """Return the dimensions that `axis=` names; all of them where it is left out.

    Raises:
        ExampleError: the quantity has no such axis, or has it twice.
    """
    if names is None:
        return tuple(range(len(quantity.dimensions)))
    return tuple(_place(quantity, name, axes) for name in names)


def _place(quantity: Quantity, name: str, axes: Axes) -> int:
    exact = [i for i, own in enumerate(quantity.axes) if own == name]
    found = exact or [i for i, own in enumerate(quantity.axes) if own and root(axes, own) == root(axes, name)]
    if len(found) == 1:
        return found[0]
    mend = did_you_mean(name, quantity.axes) or "Name one of its own axes"
    if found:
        mend = "Give one of them a second name under `axes:` (`键: 词`)"
    what = f"axis={name}: {describe(quantity)} has that axis {'twice' if found else 'not'}"
    raise ExampleError(Code.EXAMPLE_AXES, what, mend)


def reduce(function: Reduce, quantity: Quantity, at: tuple[int, ...]) -> Quantity:
    """Use up the dimensions `at`."""
    kept = tuple(d for i, d in enumerate(quantity.dimensions) if i not in at)
    return Quantity(np.asarray(function(quantity.values, at)), kept)


def keep(function: Reduce, quantity: Quantity, at: tuple[int, ...]) -> Quantity:
    """Apply along the dimensions `at` and keep them all."""
    return Quantity(np.asarray(function(quantity.values, at)), quantity.dimensions)


def arg(best: Callable[..., Array], quantity: Quantity, at: tuple[int, ...], axes: Axes) -> Quantity:
    """Return the position of the largest (smallest) entry; it knows its axes and prints as their labels.

    A position over several axes is flat in C order over the whole axes.

    Raises:
        ExampleError: two entries share the place (within 1e-9), or one is not a number.
    """
    kept = [i for i in range(len(quantity.dimensions)) if i not in at]
    shape = [quantity.values.shape[i] for i in at]
    flat = quantity.values.transpose(*kept, *at).reshape(*(quantity.values.shape[i] for i in kept), prod(shape))
    _refuse_ties(flat, best)
    chosen = np.unravel_index(best(flat, axis=-1), shape) if shape else (np.zeros(flat.shape[:-1], int),)
    dimensions = [quantity.dimensions[i] for i in at]
    whole = [_whole(c, d) for c, d in zip(chosen, dimensions, strict=False)]
    sizes = [axes[d.axis].size if d.axis in axes else n for d, n in zip(dimensions, shape, strict=True)]
    values = np.ravel_multi_index(tuple(whole), sizes) if whole else np.zeros(flat.shape[:-1], int)
    on = tuple(Dimension(d.axis) for d in dimensions)
    return Quantity(np.asarray(values, np.float64), tuple(quantity.dimensions[i] for i in kept), on)


def _whole(chosen: Array, dimension: Dimension) -> Array:
    """Turn positions within a slice into positions on the whole axis."""
    return chosen if dimension.positions is None else np.asarray(dimension.positions)[chosen]


def _refuse_ties(flat: Array, best: Callable[..., Array]) -> None:
    if flat.shape[-1] == 0 or np.any(np.isnan(flat)):
        raise ExampleError(Code.EXAMPLE_RUN, "An entry is not a number, so none is the best", "Mask it with where(...)")
    top = np.take_along_axis(flat, np.expand_dims(best(flat, axis=-1), -1), axis=-1)
    with np.errstate(invalid="ignore"):
        near = (flat == top) | (np.abs(flat - top) <= 1e-9 * np.maximum(np.abs(flat), np.abs(top)))
    if np.any(near.sum(axis=-1) > 1):
        raise ExampleError(Code.EXAMPLE_RUN, "Two entries tie, so the answer would be an accident", "Part their values")


def merge(quantity: Quantity, names: Sequence[str], axes: Axes) -> Quantity:
    """Join axes into one, the first named varying slowest, at the place of the last; the new axis has no name yet."""
    at = places(quantity, names, axes)
    if len(set(at)) < max(len(at), 2):
        raise ExampleError(Code.EXAMPLE_AXES, "merge needs two or more different axes", "Write merge(x, [头, 维])")
    rest = [i for i in range(len(quantity.dimensions)) if i not in at]
    slot = sum(i < at[-1] for i in rest)
    order = [*rest[:slot], *at, *rest[slot:]]
    shape = quantity.values.shape
    sizes = [*(shape[i] for i in rest[:slot]), prod(shape[i] for i in at), *(shape[i] for i in rest[slot:])]
    dimensions = [quantity.dimensions[i] for i in rest]
    dimensions.insert(slot, Dimension(""))
    return Quantity(quantity.values.transpose(order).reshape(sizes), tuple(dimensions))


def _norm(values: Array, at: tuple[int, ...]) -> Array:
    return np.asarray(np.sqrt(np.sum(np.square(values), axis=at)))


REDUCTIONS: dict[str, Reduce] = {
    "sum": lambda x, at: np.asarray(np.sum(x, axis=at)),
    "mean": lambda x, at: np.asarray(np.mean(x, axis=at)),
    "var": lambda x, at: np.asarray(np.var(x, axis=at)),
    "std": lambda x, at: np.asarray(np.std(x, axis=at)),
    "prod": lambda x, at: np.asarray(np.prod(x, axis=at)),
    "max": lambda x, at: np.asarray(np.max(x, axis=at)),
    "min": lambda x, at: np.asarray(np.min(x, axis=at)),
    "all": lambda x, at: np.asarray(np.all(x, axis=at), np.float64),
    "any": lambda x, at: np.asarray(np.any(x, axis=at), np.float64),
    "norm": _norm,
    "entropy": lambda x, at: np.asarray(core.entropy(x, axis=at)),
}

KEEPERS: dict[str, Reduce] = {
    "softmax": lambda x, at: np.asarray(core.softmax(x, axis=at)),
}

"""Arguments into arrays: which dtypes are taken, which they are computed in, and which axes must agree.

float16, float32 and float64 keep their dtype. Integers, booleans, numbers and lists are float64. float16 is computed in
float32 and rounded once, at the end: its eleven bits lose whole addends in a sum of a few thousand.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhixing.core.errors import CoreError, shown

Array: TypeAlias = NDArray[np.floating]
Mask: TypeAlias = NDArray[np.bool_]
Dtype: TypeAlias = np.dtype[np.floating]
Axes: TypeAlias = int | tuple[int, ...]

FLOATS = (np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64))

quiet = np.errstate(all="ignore")
"""Decorates what is meant to meet infinities: IEEE's answer is the documented one, not a reason to warn."""


def _dtype(name: str, array: ArrayLike) -> Dtype:
    found = np.asarray(array).dtype
    if found in FLOATS:
        return found
    if found.kind in "iub":
        return np.dtype(np.float64)
    raise CoreError(f"{name} has dtype {found}; the core computes in float16, float32 or float64")


def common_dtype(**arrays: ArrayLike | None) -> Dtype:
    """Return the one dtype that the arguments share; raise CoreError where they differ."""
    dtypes = {name: _dtype(name, array) for name, array in arrays.items() if array is not None}
    if len(set(dtypes.values())) > 1:
        listed = ", ".join(f"{name} {dtype}" for name, dtype in dtypes.items())
        raise CoreError(f"arguments have different dtypes: {listed}; convert them to one")
    return next(iter(dtypes.values()))


def working(array: ArrayLike, dtype: Dtype) -> Array:
    """Return an argument in the dtype it is computed in: float32 for float16, else its own."""
    return np.asarray(array, dtype=np.float32 if dtype == np.float16 else dtype)


def handed_out(array: Array, dtype: Dtype) -> Array:
    """Return a result in the dtype of the arguments; what float16 cannot hold becomes infinite."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(array).astype(dtype, copy=False)


def require_axes(name: str, array: Array, least: int, what: str) -> None:
    """Raise CoreError unless an array has at least so many axes; `what` says which they are."""
    if array.ndim < least:
        raise CoreError(f"{name} has shape {shown(array.shape)}; it needs at least {least} axes: {what}")


def require_equal(what: str, **sizes: int) -> None:
    """Raise CoreError unless the sizes, named by where they come from (`K_features`), are equal."""
    if len(set(sizes.values())) > 1:
        listed = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise CoreError(f"{what} must be equal: {listed}")


def require_broadcast(name: str, shape: tuple[int, ...], target: tuple[int, ...], what: str) -> None:
    """Raise CoreError unless a shape broadcasts to the target without enlarging it."""
    try:
        fits = np.broadcast_shapes(shape, target) == target
    except ValueError:
        fits = False
    if not fits:
        raise CoreError(f"{name} has shape {shown(shape)}, which does not broadcast to {what} {shown(target)}")


def leading(**shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the broadcast of the leading (batch and head) axes; raise CoreError where they do not fit."""
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        listed = ", ".join(f"{name} {shown(shape)}" for name, shape in shapes.items())
        raise CoreError(f"leading axes do not broadcast: {listed}") from None


def positive(**numbers: float) -> None:
    """Raise CoreError unless every named number is finite and above 0."""
    for name, number in numbers.items():
        if not (np.isfinite(number) and number > 0):
            raise CoreError(f"{name} is {number}; it must be finite and greater than 0")


def whole(name: str, array: ArrayLike, *, below: int | None = None) -> NDArray[np.intp]:
    """Return positions or counts as integers; raise CoreError for fractions, negatives and what is not `below`."""
    found = np.asarray(array)
    if found.dtype.kind not in "iuf" or not np.all(np.isfinite(found)) or np.any(found != np.floor(found)):
        raise CoreError(f"{name} must be whole numbers, not {found.dtype} {np.array2string(found, threshold=6)}")
    if np.any(found < 0) or (below is not None and np.any(found >= below)):
        limit = "" if below is None else f" and below {below}"
        raise CoreError(f"{name} must be at least 0{limit}; it runs from {found.min()} to {found.max()}")
    return found.astype(np.intp)


def state_of(name: str, state: ArrayLike | None, shape: tuple[int, ...], dtype: Dtype) -> Array:
    """Return a recurrent state of the step before, in its full shape; zeros unless given."""
    found = working(0.0 if state is None else state, dtype)
    require_broadcast(name, found.shape, shape, "the state")
    return np.broadcast_to(found, shape)

"""Arguments and results: which dtypes are taken, which are computed in, and the checks that all functions share.

float16, float32 and float64 keep their dtype; integers, booleans and lists become float64. A plain Python number takes
the dtype of the arrays beside it. float16 is computed in float32 and rounded once, at the end: its eleven bits lose
whole addends in a sum of a few thousand.
"""

from __future__ import annotations

import dataclasses
import inspect
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import cache, wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhixing.core.errors import CoreError, format_shape
from zhixing.core.trace import Traced

Array: TypeAlias = NDArray[np.floating]
Mask: TypeAlias = NDArray[np.bool_]
Dtype: TypeAlias = np.dtype[np.floating]
Axes: TypeAlias = int | tuple[int, ...]
Operand: TypeAlias = Any
"""An argument of a function that `keeps_dtype` decorates: to the caller, anything that NumPy makes an array of; inside
the function, an `Array`. One annotation cannot say both, hence Any."""
Pair: TypeAlias = tuple[Any, Any]
"""Two operands that belong together: past keys and values."""

P = ParamSpec("P")
R = TypeVar("R")
COMPUTED = frozenset({np.dtype(np.float32), np.dtype(np.float64)})
"""The dtypes that are computed in."""
FLOATS = COMPUTED | {np.dtype(np.float16)}

quiet = np.errstate(all="ignore")
"""Decorates functions that may meet infinities: IEEE's answer is the documented one, not a reason to warn."""


def keeps_dtype(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function of arrays: it computes in the working dtype, and its result has the arguments' own.

    Converted by `convert` are the arguments annotated `Operand`, both parts of a `Pair`, and the arrays of a dataclass
    of weights. The result is an array or a dataclass of arrays. No two of them share memory, with each other or with an
    argument, so nobody changes one through another.

    Raises:
        CoreError: an argument is no array of numbers, or two of them differ in dtype.
    """
    annotations = {name: str(one.annotation) for name, one in inspect.signature(function).parameters.items()}
    kinds = {name: annotation.partition(" ")[0] for name, annotation in annotations.items()}
    parameters = tuple(kinds)
    operands = [name for name, kind in kinds.items() if kind == "Operand"]
    composites = [(name, kind == "Pair") for name, kind in kinds.items() if kind in COMPOSITES]

    @wraps(function)
    @quiet
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        passed = {**dict(zip(parameters, args, strict=False)), **kwargs}
        given: dict[str, Any] = {name: passed[name] for name in operands if name in passed}
        parts = {name: unpack(name, passed[name], pair) for name, pair in composites if name in passed}
        for named in parts.values():
            given |= named
        arrays, dtype = convert(**given)
        ready = dict(arrays)
        for name, named in parts.items():
            ready[name] = _repack(passed[name], [arrays[part] for part in named])
        first = [ready.get(name, value) for name, value in zip(parameters, args, strict=False)]
        rest = {name: ready.get(name, value) for name, value in kwargs.items()}
        result = function(*first, *args[len(first) :], **rest)  # type: ignore[arg-type]  # converted, else as they were
        return _hand_out(result, dtype, arrays.values())

    return called


COMPOSITES = frozenset({"Pair", "HeadWeights", "NetworkWeights"})


def unpack(name: str, value: Any, pair: bool) -> dict[str, Any]:
    """Return the arrays of an argument by the names that messages give them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f"{name}.{part}": getattr(value, part) for part in find_fields(type(value))}
    if not pair or value is None:
        return {name: value}
    if not (isinstance(value, tuple) and len(value) == 2):
        raise CoreError(f"{name} is {type(value).__name__} of {np.size(value)}; it must be a pair (keys, values)")
    return {f"{name}_K": value[0], f"{name}_V": value[1]}


@cache
def find_fields(kind: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields, looked up once."""
    return tuple(one.name for one in dataclasses.fields(kind))


def _repack(value: Any, arrays: list[Array | None]) -> Any:
    """Return converted arrays in the form that their argument had."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return type(value)(*arrays)
    return arrays[0] if len(arrays) == 1 else tuple(arrays)


def convert(**arguments: ArrayLike | None) -> tuple[dict[str, Array | None], Dtype]:
    """Return the arguments as arrays of the dtype they are computed in, and the dtype of the result.

    Raises:
        CoreError: an argument is no array of numbers, or two of them differ in dtype.
    """
    found = {name: None if value is None else read_array(name, value) for name, value in arguments.items()}
    present = {array.dtype for array in found.values() if array is not None}
    if len(present) == 1 and present <= COMPUTED:  # nothing to convert, as mostly
        return found, present.pop()
    dtype = _find_common_dtype(arguments, {name: array for name, array in found.items() if array is not None})
    return {name: None if array is None else _working(array, dtype) for name, array in found.items()}, dtype


def _find_common_dtype(arguments: Mapping[str, ArrayLike | None], found: Mapping[str, NDArray[Any]]) -> Dtype:
    """Return the one dtype of the results; plain Python numbers decide it only where there is nothing else."""
    firm = {name: array for name, array in found.items() if type(arguments[name]) not in {bool, int, float}}
    dtypes = {name: _float_of(array.dtype) for name, array in (firm or found).items()}
    if len(set(dtypes.values())) > 1:
        listed = ", ".join(f"{name} {_explain(found[name].dtype)}" for name in dtypes)
        raise CoreError(f"arguments have different dtypes: {listed}; convert them to one")
    if not dtypes:
        raise CoreError(f"{' and '.join(arguments)} must be given: an array of numbers, not None")
    return next(iter(dtypes.values()))


def read_array(name: str, value: ArrayLike) -> NDArray[Any]:
    """Return an argument as an array of numbers; raise CoreError where it is none, or hides some of its entries."""
    if type(value) is np.ndarray and value.dtype in FLOATS:
        return value
    if isinstance(value, Traced):
        return cast("NDArray[Any]", value)
    if isinstance(value, np.ma.MaskedArray):
        raise CoreError(f"{name} is a masked array, whose mask would be lost; pass the data, and the mask as mask=")
    try:
        found = np.asarray(value)
    except ValueError:
        raise CoreError(f"{name} is a nested list whose rows differ in length; it must be an array") from None
    if found.dtype not in FLOATS and found.dtype.newbyteorder("=") not in FLOATS and found.dtype.kind not in "iub":
        what = "None" if value is None else f"has dtype {found.dtype}"
        raise CoreError(f"{name} {what}; the core computes in float16, float32 or float64")
    return found


def _float_of(dtype: np.dtype[Any]) -> Dtype:
    if dtype in FLOATS:
        return dtype
    return dtype.newbyteorder("=") if dtype.kind == "f" else np.dtype(np.float64)


def _explain(dtype: np.dtype[Any]) -> str:
    return str(dtype) if dtype.kind == "f" else f"{dtype} (taken as float64)"


def _working(array: NDArray[Any], dtype: Dtype) -> Array:
    return array.astype(np.float32 if dtype == np.float16 else dtype, copy=False)


def _hand_out(result: Any, dtype: Dtype, taken: Iterable[Array | None]) -> Any:
    """Return an array, or a dataclass of arrays, in the dtype of the arguments and in memory of its own."""
    if isinstance(result, Traced):
        return result
    owners = {id(_find_owner(array)) for array in taken if array is not None}
    if isinstance(result, np.ndarray) or not dataclasses.is_dataclass(result) or isinstance(result, type):
        return _own(to_dtype(np.asarray(result), dtype), owners)
    parts: list[Array] = []
    for name in find_fields(type(result)):
        part = getattr(result, name)
        kept = part.dtype == np.bool_ or isinstance(part, Traced)
        parts.append(part if kept else _own(to_dtype(part, dtype), owners))
        owners.add(id(_find_owner(parts[-1])))
    return type(result)(*parts)


def _own(array: Array, owners: set[int]) -> Array:
    """Return an array, copied where its memory is one of the owners'."""
    return array.copy() if id(_find_owner(array)) in owners else array


def _find_owner(array: Any) -> Any:
    """Return the object whose memory an array is, or is a view of."""
    while (base := getattr(array, "base", None)) is not None:
        array = base
    return array


def to_dtype(array: Array, dtype: Dtype) -> Array:
    """Return a result in the dtype of the arguments; what float16 cannot hold becomes infinite."""
    return array if array.dtype == dtype else array.astype(dtype)


def require_axes(name: str, array: Array, least: int, what: str, *, exactly: bool = False) -> None:
    """Raise CoreError unless an array has at least (or exactly) so many axes; `what` says which they are."""
    if array.ndim < least or (exactly and array.ndim != least):
        count = f"{'exactly' if exactly else 'at least'} {least} {'axis' if least == 1 else 'axes'}"
        raise CoreError(f"{name} has shape {format_shape(array.shape)}; it needs {count}: {what}")


def require_axis(name: str, array: Array, axis: Axes) -> None:
    """Raise CoreError unless `axis` is an axis of the array, or a tuple of different ones."""
    try:
        chosen = [operator.index(one) for one in (axis if isinstance(axis, tuple) else (axis,))]
    except TypeError:
        raise CoreError(f"axis is {axis!r}; it is a whole number or a tuple of them") from None
    for one in chosen:
        if not -array.ndim <= one < array.ndim:
            raise CoreError(f"axis {one} is not an axis of {name}, whose shape is {format_shape(array.shape)}")
    if len({one % array.ndim for one in chosen}) < len(chosen):
        raise CoreError(f"axis is {axis}; it names an axis twice")


def require_equal(what: str, **sizes: int) -> None:
    """Raise CoreError unless the sizes, named by where they come from (`K_features`), are equal."""
    if len(set(sizes.values())) > 1:
        listed = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise CoreError(f"{what} must be equal: {listed}")


def require_broadcast(name: str, shape: tuple[int, ...], target: tuple[int, ...], what: str) -> None:
    """Raise CoreError unless a shape broadcasts to the target without enlarging it."""
    try:
        fits = shape == target or np.broadcast_shapes(shape, target) == target
    except ValueError:
        fits = False
    if not fits:
        raise CoreError(
            f"{name} has shape {format_shape(shape)}, which does not broadcast to {what} {format_shape(target)}"
        )


def broadcast_shapes(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Return np.broadcast_shapes, at once where all shapes are the same, as mostly."""
    return shapes[0] if len(set(shapes)) == 1 else np.broadcast_shapes(*shapes)


def broadcast_to(array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return np.broadcast_to, at once where the array has the shape, as mostly."""
    return array if array.shape == shape else np.broadcast_to(array, shape)


def broadcast_leading(**shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the broadcast of the leading (batch and head) axes; raise CoreError where they do not fit."""
    try:
        return broadcast_shapes(*shapes.values())
    except ValueError:
        listed = ", ".join(f"{name} {format_shape(shape)}" for name, shape in shapes.items())
        raise CoreError(f"leading axes do not broadcast: {listed}") from None


def read_number(name: str, value: float, *, positive: bool = False, least: float = -math.inf) -> float:
    """Return an option as a Python float, whose precision no NumPy scalar lowers.

    Raises:
        CoreError: it is not one finite number, or is out of range.
    """
    try:
        found = float(value) if np.ndim(value) == 0 else math.nan
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found) or found < least or (positive and found <= 0):
        limit = " and greater than 0" if positive else f" and at least {least:g}" if math.isfinite(least) else ""
        raise CoreError(f"{name} is {value}; it must be finite{limit}")
    return found


def read_count(name: str, value: int, *, least: int = 0) -> int:
    """Return an option as a Python integer; raise CoreError unless it is one whole number of at least `least`."""
    try:
        found = operator.index(value)
    except TypeError:
        found = least - 1
    if found < least:
        raise CoreError(f"{name} is {value}; it must be a whole number of at least {least}")
    return found


def read_whole(name: str, array: ArrayLike, *, below: int | None = None, least: int | None = 0) -> NDArray[np.intp]:
    """Return positions or counts as integers; raise CoreError for fractions and what is out of range."""
    found = read_array(name, array)
    if found.dtype.kind not in "iuf" or not np.all(np.isfinite(found)) or np.any(found != np.floor(found)):
        raise CoreError(f"{name} must be whole numbers, not {found.dtype} {np.array2string(found, threshold=6)}")
    if (least is not None and np.any(found < least)) or (below is not None and np.any(found >= below)):
        limit = "" if below is None else f" and below {below}"
        raise CoreError(f"{name} must be at least {least}{limit}; it runs from {found.min()} to {found.max()}")
    return found.astype(np.intp)


def start_state(name: str, state: Array | None, shape: tuple[int, ...], dtype: Dtype) -> Array:
    """Return a recurrent state of the step before, in its full shape; zeros unless given."""
    found = np.zeros((), dtype) if state is None else state
    require_broadcast(name, found.shape, shape, "the state")
    return np.broadcast_to(found, shape)

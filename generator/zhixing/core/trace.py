"""Arrays that record what is computed of them, so that the chain rule can be followed back (reverse mode).

A function of the core, called with arrays from `start_trace`, runs as it is and returns such arrays: NumPy hands every
operation to `Traced`. What has no rule here is refused, and a `Traced` never turns into a plain array by itself, so no
part of a derivative is lost in silence. Comparisons, tests and positions jump, and are plain arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

Array = NDArray[Any]
Back = Callable[[Array], Array]
"""From the adjoint of a result (how the loss changes with each entry of it) to that of what it was computed from."""


class TraceError(TypeError):
    """An operation has no rule, or a traced array stands where only a plain one can."""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A value with the records that it was computed from, and the way back to each."""

    value: Array
    sources: tuple[tuple[Record, Back], ...] = ()


class Traced(NDArrayOperatorsMixin):
    """An array that records what is computed of it. `charge` is told the size of each result."""

    __slots__ = ("charge", "record")

    def __init__(self, record: Record, charge: Callable[[int], None]) -> None:
        self.record = record
        self.charge = charge
        charge(record.value.size)

    @property
    def value(self) -> Array:
        """The array."""
        return self.record.value

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return self.value.shape

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """How many entries it has."""
        return self.value.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its entries."""
        return self.value.dtype

    def __len__(self) -> int:
        return len(self.value)

    def __array__(self, *_args: Any, **_kwargs: Any) -> Array:
        raise TraceError("a traced array is needed as a plain one here")

    def __getitem__(self, item: Any) -> Traced:
        return self._rearrange(lambda array: array[item])

    def __setitem__(self, item: Any, value: Any) -> None:
        changed = self.value.copy()
        changed[item] = _plain(value)
        kept = np.ones(self.shape)
        kept[item] = 0
        sources: list[tuple[Record, Back]] = [(self.record, lambda adjoint: adjoint * kept)]
        if isinstance(value, Traced):
            sources.append((value.record, lambda adjoint: sum_to(adjoint[item], value.shape)))
        self.record = Record(changed, tuple(sources))
        self.charge(2 * changed.size)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Compute an operation and record it; tests and positions give plain arrays."""
        out = kwargs.pop("out", None)
        if method == "__call__" and ufunc in _JUMPS and not kwargs:
            return ufunc(*map(_plain, inputs))
        if method == "__call__" and not kwargs:
            result = self._apply(ufunc, inputs)
        elif method == "reduce" and ufunc in _REDUCTIONS:
            result = _REDUCTIONS[ufunc](inputs[0], **kwargs)
        else:
            raise TraceError(f"{ufunc.__name__}.{method} has no rule")
        if out is None:
            return result
        if not isinstance(out[0], Traced):
            raise TraceError("a plain array cannot hold a traced result")
        out[0].record = result.record
        return out[0]

    def __array_function__(
        self, function: Callable[..., Any], _types: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Compute a function of NumPy and record it."""
        if function in _REARRANGE:
            first, *rest = args
            if any(isinstance(one, Traced) for one in (*rest, *kwargs.values())):
                raise TraceError(f"{function.__name__} has no rule for its options")
            return first._rearrange(lambda array: function(array, *rest, **kwargs))
        if function in _COMPOSED:
            return _COMPOSED[function](*args, **kwargs)
        if function in _PLAIN:
            return function(*map(_plain, args), **kwargs)
        raise TraceError(f"{function.__name__} has no rule")

    def _apply(self, ufunc: np.ufunc, inputs: Sequence[Any]) -> Traced:
        plain = [np.asarray(_plain(one)) for one in inputs]
        if ufunc is np.matmul:
            backs: Sequence[Callable[..., Array]] = (_back_left, _back_right)
            return self.derive(np.matmul(*plain), inputs, [partial(_swap, back, plain) for back in backs])
        if ufunc not in _SLOPES:
            raise TraceError(f"{ufunc.__name__} has no rule")
        value = np.asarray(ufunc(*plain))
        return self.derive(value, inputs, [_entrywise(slope, plain, value) for slope in _SLOPES[ufunc]])

    def derive(self, value: Array, inputs: Sequence[Any], backs: Sequence[Back]) -> Traced:
        """Return a value that was computed of inputs, some of which may be plain, with the way back to each."""
        pairs = zip(inputs, backs, strict=False)
        sources = tuple((one.record, _to_shape(back, one.shape)) for one, back in pairs if isinstance(one, Traced))
        return Traced(Record(np.asarray(value), sources), self.charge)

    def _rearrange(self, move: Callable[[Array], Array]) -> Traced:
        """Return what only moves, repeats or leaves out entries; a place that is filled with 0 has the number 0."""
        places = np.asarray(move(np.arange(1, self.size + 1).reshape(self.shape)))

        def back(adjoint: Array) -> Array:
            found = np.bincount(places.ravel(), weights=adjoint.ravel(), minlength=self.size + 1)
            return found[1:].reshape(self.shape)

        return self.derive(np.asarray(move(self.value)), [self], [back])

    def astype(self, dtype: Any, *, copy: bool = True) -> Any:  # noqa: ARG002 - as NumPy has it
        """Return it as numbers of another type; whole numbers and booleans are plain."""
        return self if np.dtype(dtype).kind == "f" else self.value.astype(dtype)

    def copy(self) -> Traced:
        """Return an array of its own."""
        return Traced(self.record, self.charge)

    def reshape(self, *shape: Any) -> Traced:
        """Return it in another shape."""
        return self._rearrange(lambda array: array.reshape(*shape))

    @property
    def T(self) -> Traced:  # noqa: N802 - as NumPy has it
        """Return it with its axes in the other order."""
        return self._rearrange(np.transpose)

    def max(self, **options: Any) -> Any:
        """Return the largest entry along an axis."""
        return np.maximum.reduce(self, **options)

    def min(self, **options: Any) -> Any:
        """Return the smallest entry along an axis."""
        return np.minimum.reduce(self, **options)


def _plain(one: Any) -> Any:
    return one.value if isinstance(one, Traced) else one


# Operations entry by entry: their slopes, from the operands and the result.

Slope = Callable[..., Any]
_SLOPES: Mapping[np.ufunc, tuple[Slope, ...]] = {
    np.add: (lambda *_: 1.0, lambda *_: 1.0),
    np.subtract: (lambda *_: 1.0, lambda *_: -1.0),
    np.multiply: (lambda _a, b, _y: b, lambda a, _b, _y: a),
    np.divide: (lambda _a, b, _y: 1 / b, lambda a, b, _y: -a / (b * b)),
    np.power: (lambda a, b, _y: b * np.power(a, b - 1.0), lambda a, _b, y: y * np.log(a)),
    np.ldexp: (lambda _a, b, _y: np.ldexp(1.0, b),),
    np.maximum: (lambda a, b, _y: (a > b) + 0.5 * (a == b), lambda a, b, _y: (b > a) + 0.5 * (a == b)),
    np.minimum: (lambda a, b, _y: (a < b) + 0.5 * (a == b), lambda a, b, _y: (b < a) + 0.5 * (a == b)),
    np.logaddexp: (lambda a, _b, y: np.exp(a - y), lambda _a, b, y: np.exp(b - y)),
    np.negative: (lambda *_: -1.0,),
    np.absolute: (lambda a, _y: np.sign(a),),
    np.square: (lambda a, _y: 2 * a,),
    np.sqrt: (lambda _a, y: 0.5 / y,),
    np.exp: (lambda _a, y: y,),
    np.exp2: (lambda _a, y: y * math.log(2),),
    np.log: (lambda a, _y: 1 / a,),
    np.tanh: (lambda _a, y: 1 - y * y,),
    np.sin: (lambda a, _y: np.cos(a),),
    np.cos: (lambda a, _y: -np.sin(a),),
}
_JUMPS = frozenset({
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal, np.isfinite, np.isnan, np.isinf,
    np.floor, np.rint, np.sign, np.signbit, np.frexp, np.logical_not, np.logical_and, np.logical_or,
})  # fmt: skip


def _swap(back: Callable[..., Array], plain: Sequence[Array], adjoint: Array) -> Array:
    return back(adjoint, *plain)


def _entrywise(slope: Slope, plain: Sequence[Array], value: Array) -> Back:
    return lambda adjoint: scale_adjoint(adjoint, slope(*plain, value))


def scale_adjoint(adjoint: Array, by: Any) -> Array:
    """Return a product in which an adjoint of 0 stays 0, whatever it is multiplied with."""
    return np.asarray(np.where(adjoint == 0, 0.0, adjoint * by))


def _to_shape(back: Back, shape: tuple[int, ...]) -> Back:
    return lambda adjoint: sum_to(back(adjoint), shape)


def sum_to(adjoint: Array, shape: tuple[int, ...]) -> Array:
    """Return an adjoint added up over what an operation repeated."""
    if adjoint.shape == shape:
        return adjoint
    adjoint = adjoint.sum(axis=tuple(range(adjoint.ndim - len(shape))))
    repeated = tuple(i for i, size in enumerate(shape) if size == 1 and adjoint.shape[i] != 1)
    return np.asarray(adjoint.sum(axis=repeated, keepdims=True))


def _spread(adjoint: Array, a: Array, b: Array) -> Array:
    """Return the adjoint of a matrix product with the axes of size 1 that vectors lack."""
    if a.ndim == 1:
        adjoint = np.expand_dims(adjoint, -1 if b.ndim == 1 else -2)
    return np.expand_dims(adjoint, -1) if b.ndim == 1 else adjoint


def _back_left(adjoint: Array, a: Array, b: Array) -> Array:
    rows = _spread(adjoint, a, b) @ np.swapaxes(b[:, None] if b.ndim == 1 else b, -1, -2)
    return rows[..., 0, :] if a.ndim == 1 else rows


def _back_right(adjoint: Array, a: Array, b: Array) -> Array:
    columns = np.swapaxes(a[None] if a.ndim == 1 else a, -1, -2) @ _spread(adjoint, a, b)
    return columns[..., 0] if b.ndim == 1 else columns


# Reductions.


def _expand(adjoint: Array, like: Array, axis: Any, keepdims: bool) -> Array:
    chosen = tuple(range(like.ndim)) if axis is None else axis
    return adjoint if keepdims else np.expand_dims(adjoint, chosen)


def _reduce_sum(x: Traced, axis: Any = 0, dtype: Any = None, *, keepdims: bool = False) -> Traced:
    options: dict[str, Any] = {"axis": axis, "dtype": dtype, "keepdims": keepdims}
    value = np.add.reduce(x.value, **options)
    return x.derive(value, [x], [lambda g: np.broadcast_to(_expand(g, x.value, axis, keepdims), x.shape)])


def _reduce_best(ufunc: np.ufunc) -> Callable[..., Traced]:
    def reduce(x: Traced, axis: Any = 0, dtype: Any = None, *, keepdims: bool = False, **initial: Any) -> Traced:
        value = ufunc.reduce(x.value, axis=axis, dtype=dtype, keepdims=keepdims, **initial)
        best = _expand(np.asarray(value), x.value, axis, keepdims)
        hits = x.value == best
        share = hits / np.maximum(hits.sum(axis=axis, keepdims=True), 1)
        return x.derive(value, [x], [lambda g: scale_adjoint(_expand(g, x.value, axis, keepdims), share)])

    return reduce


_REDUCTIONS: Mapping[np.ufunc, Callable[..., Traced]] = {
    np.add: _reduce_sum,
    np.maximum: _reduce_best(np.maximum),
    np.minimum: _reduce_best(np.minimum),
}


# Functions of NumPy: those that rearrange entries, those composed of others, and those whose results are plain.

_REARRANGE = frozenset({
    np.reshape, np.swapaxes, np.moveaxis, np.transpose, np.expand_dims, np.squeeze, np.broadcast_to, np.repeat, np.pad,
    np.flip, np.take_along_axis, np.lib.stride_tricks.sliding_window_view,
})  # fmt: skip
_PLAIN = frozenset({
    np.ndim, np.shape, np.size, np.any, np.all, np.isneginf, np.isposinf, np.argsort, np.argmax, np.argmin,
    np.ones_like, np.full_like,
})  # fmt: skip


def _where(condition: Any, chosen: Any, other: Any) -> Any:
    found = np.asarray(_plain(condition), np.bool_)
    one = next((part for part in (chosen, other) if isinstance(part, Traced)), None)
    value = np.where(found, _plain(chosen), _plain(other))
    if one is None:
        return value
    backs = [lambda g: np.where(found, g, 0.0), lambda g: np.where(found, 0.0, g)]
    return one.derive(value, [chosen, other], backs)


def _sum(x: Traced, axis: Any = None, **options: Any) -> Any:
    return np.add.reduce(x, axis=axis, **options)


def _mean(x: Traced, axis: Any = None) -> Any:
    total = np.add.reduce(x, axis=axis)
    return total / (x.size / max(np.size(_plain(total)), 1))


def _best(ufunc: np.ufunc) -> Callable[..., Any]:
    return lambda x, axis=None, **options: ufunc.reduce(x, axis=axis, **options)


def _concatenate(parts: Sequence[Any], axis: int = 0) -> Traced:
    first = next(part for part in parts if isinstance(part, Traced))
    ends = np.cumsum([part.shape[axis] for part in parts])
    value = np.concatenate([_plain(part) for part in parts], axis=axis)

    def back(start: int, stop: int) -> Back:
        return lambda g: np.take(g, np.arange(start, stop), axis=axis)

    return first.derive(value, parts, [back(start, stop) for start, stop in zip([0, *ends], ends, strict=False)])


def _stack(parts: Sequence[Any], axis: int = 0) -> Any:
    return np.concatenate([np.expand_dims(part, axis) for part in parts], axis=axis)


def _sort(x: Traced, axis: int = -1) -> Any:
    return np.take_along_axis(x, np.argsort(x.value, axis=axis, kind="stable"), axis=axis)


def _cumsum(x: Traced, axis: int) -> Traced:
    value = np.cumsum(x.value, axis=axis)
    return x.derive(value, [x], [lambda g: np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis)])


def _einsum(subscripts: str, *operands: Any) -> Any:
    if subscripts != "...d,...d->...":
        raise TraceError(f"einsum {subscripts} has no rule")
    return np.add.reduce(np.multiply(*operands), axis=-1)


def _tensordot(a: Any, b: Any, axes: tuple[Sequence[int], Sequence[int]]) -> Any:
    left, right = ([int(axis) for axis in one] for one in axes)
    rows = np.moveaxis(a, left, range(-len(left), 0))
    columns = np.moveaxis(b, right, range(len(right)))
    kept, around = rows.shape[: -len(left)], columns.shape[len(right) :]
    inner = math.prod(columns.shape[: len(right)])
    flat = np.reshape(rows, (math.prod(kept), inner)) @ np.reshape(columns, (inner, math.prod(around)))
    return np.reshape(flat, (*kept, *around))


def _pinv(x: Traced) -> Traced:
    """Return the pseudoinverse, differentiated where its rank stays (Golub and Pereyra 1973, eq. 4.12)."""
    p = np.linalg.pinv(x.value)
    rows, columns = np.eye(x.shape[0]) - x.value @ p, np.eye(x.shape[1]) - p @ x.value

    def back(adjoint: Array) -> Array:
        turned = p @ p.T @ adjoint @ rows + columns @ adjoint @ p.T @ p
        return turned.T - p.T @ adjoint @ p.T

    return x.derive(p, [x], [back])


def _empty(like: Traced, shape: Any) -> Traced:
    return Traced(Record(np.zeros(shape)), like.charge)


_COMPOSED: Mapping[Callable[..., Any], Callable[..., Any]] = {
    np.where: _where,
    np.sum: _sum,
    np.mean: _mean,
    np.max: _best(np.maximum),
    np.min: _best(np.minimum),
    np.concatenate: _concatenate,
    np.stack: _stack,
    np.sort: _sort,
    np.cumsum: _cumsum,
    np.einsum: _einsum,
    np.tensordot: _tensordot,
    np.linalg.pinv: _pinv,
    np.zeros_like: lambda x, shape=None: _empty(x, x.shape if shape is None else shape),
    np.empty_like: lambda x, shape=None: _empty(x, x.shape if shape is None else shape),
}


def map_entries(compute: Callable[[Array], Array], slope: Callable[[Array], Array], x: Any) -> Any:
    """Return a function of each entry that is no function of NumPy, and has this slope."""
    if not isinstance(x, Traced):
        return compute(x)
    return x.derive(compute(x.value), [x], [lambda g: scale_adjoint(g, slope(x.value))])


def start_trace(arrays: Sequence[Array], charge: Callable[[int], None]) -> list[Traced]:
    """Return arrays that record what is computed of them; `charge` is told the size of each result."""
    return [Traced(Record(np.asarray(array, np.float64)), charge) for array in arrays]


def find_adjoints(starts: Sequence[Traced], results: Sequence[tuple[Traced, Array]]) -> list[Array]:
    """Return how the loss changes with each entry of the arrays that a trace started with, from adjoints of results."""
    adjoints: dict[Record, Array] = {}
    for result, adjoint in results:
        _add(adjoints, result.record, adjoint)
    for record in _order([result.record for result, _ in results]):
        above = adjoints.get(record)
        if above is not None and above.any():
            for source, back in record.sources:
                _add(adjoints, source, back(above))
    return [adjoints.get(start.record, np.zeros(start.shape)) for start in starts]


def _add(adjoints: dict[Record, Array], record: Record, adjoint: Array) -> None:
    adjoints[record] = adjoints[record] + adjoint if record in adjoints else adjoint


def _order(ends: Sequence[Record]) -> list[Record]:
    """Return the records, each before those that it was computed from."""
    done: dict[Record, None] = {}
    waiting = [(end, False) for end in ends]
    while waiting:
        record, ready = waiting.pop()
        if record in done:
            continue
        if ready:
            done[record] = None
        else:
            waiting.append((record, True))
            waiting += [(source, False) for source, _ in record.sources if source not in done]
    return list(reversed(done))

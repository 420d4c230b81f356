"""Telling a small result from the rounding of its operands.

In float64 `0.1 + 0.2 - 0.3` is 5.6e-17, and another order of summation gives another such number, while `0.1 ** 20` is
1e-20 on every machine. Both are small; the first is noise. A trial tells them apart: the operands are changed by a
millionth of a millionth of themselves, and an entry that changes by more than its own size has no digit that is right.
Such an entry becomes 0 as soon as it is computed, so that everything that rests on it, and everything that is printed,
is the same on every machine.

Whole numbers are not changed: float64 adds and multiplies them exactly below 2^53.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from zhixing.core import CoreError
from zhixing.language.errors import ExampleError, NotComputedError
from zhixing.language.model import Array, Quantity, Record
from zhixing.language.nodes import Label
from zhixing.problems import Code

CHANGE = 1e-12
"""By how much the operands are changed in a trial, as a share of each."""

MOST = 1_000_000
"""Larger arrays are left as they are: a trial would take as much memory and time again."""

STEEP = 1e-9
"""A result that moves by more, as a share of the largest number, is badly conditioned or jumps (`pinv`, a choice).

Of such a result each entry alone is uncertain, and yet all together are right: to clear one would spoil the others.
"""

_SMALL = 16 * CHANGE
_GOLDEN = 0.6180339887498949
_APART = 0.45
"""How far the changes of two operands differ at least, so that no difference of equal numbers hides them."""

Value = Quantity | Record | Label
Compute = Callable[[Sequence[Quantity]], Value]


def refuse_accident(dividend: Array, divisor: Array) -> None:
    """Refuse to round down a quotient that is a whole number but for rounding: `2 / 0.1` is 20, and `2 // 0.1` 19.

    Raises:
        ExampleError: a quotient is so; 0.1 has no float64 of its own, and which side of 20 comes out is an accident.
    """
    with np.errstate(all="ignore"):
        rest = np.abs(np.mod(dividend, divisor))
        apart = np.minimum(rest, np.abs(divisor) - rest)
        whole = (dividend == np.rint(dividend)) & (divisor == np.rint(divisor))
        found = (rest != 0) & (apart <= CHANGE * np.abs(dividend)) & ~whole
    if np.any(found):
        above, below = (float(np.broadcast_to(part, found.shape)[found][0]) for part in (dividend, divisor))
        what = f"{above:.10g} / {below:.10g} is a whole number but for rounding, so // and % would be an accident"
        fix = "Multiply both sides until they are whole numbers, or write round(a / b)"
        raise ExampleError(Code.EXAMPLE_RUN, what, fix)


def clear_sum(total: Array, size: Array) -> Array:
    """Return a sum with 0 where it is nothing but the rounding of its terms; `size` is the sum of their magnitudes."""
    with np.errstate(all="ignore"):
        return np.asarray(np.where((np.abs(total) <= CHANGE * size) & np.isfinite(size), 0.0, total))


def remove_noise(value: Value, operands: Sequence[Quantity], compute: Compute) -> Value:
    """Return a value with 0 for each entry that is nothing but the rounding of its operands.

    `compute` gives the value again, from changed operands. It is called only where an entry is small beside them.
    """
    fields = value.fields if isinstance(value, Record) else {"": value} if isinstance(value, Quantity) else {}
    largest = max((_find_largest(operand.values) for operand in operands), default=0.0)
    suspects = [name for name, field in fields.items() if _has_small(field, largest * _SMALL)]
    if not suspects:
        return value
    changed = _try_compute(compute, [_change(operand, place) for place, operand in enumerate(operands)])
    again = changed.fields if isinstance(changed, Record) else {"": changed}
    cleaned = {name: _clear(fields[name], again.get(name), largest) for name in suspects}
    return Record({**fields, **cleaned}) if isinstance(value, Record) else cleaned[""]


def _find_largest(values: Array) -> float:
    """Return the largest finite magnitude, 0 where there is none."""
    magnitudes = np.abs(values)
    largest = float(magnitudes.max()) if magnitudes.size else 0.0
    return largest if np.isfinite(largest) else float(magnitudes[np.isfinite(magnitudes)].max(initial=0.0))


def _has_small(quantity: Quantity, limit: float) -> bool:
    """Return whether an entry is below the limit and not 0."""
    values = quantity.values
    if values.dtype != np.float64 or not 0 < values.size <= MOST or quantity.on:
        return False
    return bool(np.any((np.abs(values) < limit) & (values != 0)))


def _change(quantity: Quantity, place: int) -> Quantity:
    """Return an operand with each number that is not whole changed a little, each by another share."""
    values = np.asarray(quantity.values, np.float64)
    steps = np.arange(1, values.size + 1).reshape(values.shape)
    shares = 2 * ((steps * _GOLDEN + place * _APART) % 1) - 1
    whole = (values == np.rint(values)) & (np.abs(values) < 2**53)
    with np.errstate(all="ignore"):
        changed = np.where(whole, values, values * (1 + CHANGE * shares))
    return Quantity(changed, quantity.dimensions, quantity.on)


def _try_compute(compute: Compute, operands: Sequence[Quantity]) -> Value | None:
    try:
        return compute(operands)
    except (ExampleError, NotComputedError, CoreError, ValueError, TypeError, ArithmeticError, MemoryError):
        # What changed operands cannot give says nothing about the value, which then stays as it is.
        return None


def _clear(quantity: Quantity, changed: object, largest: float) -> Quantity:
    """Return a quantity with 0 where the changed operands gave a value that differs by more than the entry's size.

    `largest` is the largest operand. A quantity that moves too far is returned as it is.
    """
    if not isinstance(changed, Quantity) or changed.values.shape != quantity.values.shape:
        return quantity
    values = quantity.values
    with np.errstate(all="ignore"):
        moved = np.abs(changed.values - values)
        noise = moved > np.abs(values)
    if _find_largest(moved) > STEEP * max(largest, _find_largest(values)):
        return quantity
    return Quantity(np.where(noise, 0.0, values), quantity.dimensions, quantity.on) if np.any(noise) else quantity

"""Scales with ticks at round numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from zhixing.language.model import Format
from zhixing.show.numbers import PLAIN, number
from zhixing.show.round_steps import step_of

_MOST_OWN = 12
"""Of more values than these, not each has a tick."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Scale:
    """A numeric axis of a plot: its ends, its ticks with their labels, and whether it is logarithmic."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def place(self, value: float) -> float:
        """Return the position of a value, 0 at the low end and 1 at the high one."""
        transform: Callable[[float], float] = math.log10 if self.log else float
        low, high = transform(self.low), transform(self.high)
        return (transform(value) - low) / (high - low)

    def can_place(self, value: float) -> bool:
        """Return whether a value has a position: it is finite, and positive on a logarithmic scale."""
        return math.isfinite(value) and (value > 0 or not self.log)


def linear_scale(values: Sequence[float], *, whole: bool = False, about: int = 5, form: Format = PLAIN) -> Scale:
    """Return a scale over finite values whose ends are ticks. It starts at 0 if the values come close enough to it.

    `whole` allows ticks at whole numbers only; `form` is how the ticks are printed.
    """
    low, high = _towards_zero(min(values), max(values))
    step = step_of((high - low) / about, whole=whole)
    first, last = _steps(low, step, math.floor), _steps(high, step, math.ceil)
    ticks = [float(step * count) for count in range(first, last + 1)]
    return Scale(ticks[0], ticks[-1], tuple((tick, _print(tick, form)) for tick in ticks))


def _print(value: float, form: Format) -> str:
    """Return a tick's label: in a format, but with the decimals that the tick has."""
    return number(value, form=replace(form, digits=None))


def _towards_zero(low: float, high: float) -> tuple[float, float]:
    if 0 <= low <= high / 2:
        low = 0.0
    if low / 2 <= high <= 0:
        high = 0.0
    if low < high:
        return low, high
    room = abs(low) / 2 or 1.0
    return low - room, high + room


def scale_along(
    values: Sequence[float], candidates: Sequence[Scale], fits: Callable[[Scale], bool], form: Format = PLAIN
) -> Scale:
    """Return the scale for a horizontal axis: from the least to the greatest value, with the first ticks that fit.

    A tick at every value is tried first, then the candidates in order; the last is taken whether it fits or not.
    """
    ordered = sorted(set(values))
    log = candidates[0].log
    low, high = ordered[0], ordered[-1]
    if not low < high:
        low, high = (low / 2, high * 2) if log else (low - 1, high + 1)
    own = [(value, _print(value, form)) for value in ordered] if len(ordered) <= _MOST_OWN else []
    cut = [Scale(low, high, tuple(t for t in c.ticks if low <= t[0] <= high), log) for c in candidates]
    tried = [*([Scale(low, high, tuple(own), log)] if own else []), *cut]
    return next((scale for scale in tried if len(scale.ticks) > 1 and fits(scale)), tried[-1])


def logarithmic_scale(values: Sequence[float], about: int = 6, form: Format = PLAIN) -> Scale:
    """Return a logarithmic scale over positive values, its ends at 1, 2 or 5 times a power of ten.

    Ticks are at powers of ten; where these are fewer than three, at 2 and 5 times them too.
    """
    low, high = min(values), max(values)
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
    rounds = [(digit, power, digit * 10.0**power) for power in powers for digit in (1, 2, 5)]
    first = max(value for _, _, value in rounds if value <= low * (1 + 1e-9))
    last = min(value for _, _, value in rounds if value >= high * (1 - 1e-9) and value > first)
    inside = [(digit, power, value) for digit, power, value in rounds if first <= value <= last]
    tens = [(power, value) for digit, power, value in inside if digit == 1]
    if len(tens) < 3:
        shown = ((value, number(value, 3) if form == PLAIN else _print(value, form)) for _, _, value in inside)
        return Scale(first, last, tuple(shown), log=True)
    stride = math.ceil(len(tens) / about)
    plain = form != PLAIN or (tens[0][0] > -4 and tens[-1][0] < 5)
    labels = ((value, _print(value, form) if plain else _power(power)) for power, value in tens[::stride])
    return Scale(first, last, tuple(labels), log=True)


def _steps(value: float, step: Decimal, toward: Callable[[float], int]) -> int:
    """Return how many steps from 0 an end lies, rounded outwards unless it is on a step up to rounding."""
    count = value / float(step)
    return round(count) if math.isclose(count, round(count), rel_tol=1e-9, abs_tol=1e-9) else toward(count)


def _power(power: int) -> str:
    """Return a power of ten as one: 10⁻⁶, and 1 and 10 as they are."""
    return number(10.0**power) if power in {0, 1} else f"10{str(power).translate(_SUPERSCRIPTS)}"

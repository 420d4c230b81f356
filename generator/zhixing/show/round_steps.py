"""Round steps between the ticks of a scale, or between labels."""

from __future__ import annotations

import math
from decimal import Decimal


def round_step(least: float) -> int:
    """Return the least of 1, 2, 5, 10, 20, … that is no less than `least`."""
    return int(step_of(max(least, 1.0), whole=True))


def step_of(least: float, *, whole: bool) -> Decimal:
    """Return the least of 1, 2, 5 times a power of ten that is no less than `least`."""
    power = math.floor(math.log10(least))
    unit = Decimal(1).scaleb(power)
    step = next(unit * digit for digit in (1, 2, 5, 10) if float(unit * digit) >= least * (1 - 1e-9))
    return max(step, Decimal(1)) if whole else step

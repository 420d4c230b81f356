"""Numbers as people type them in an example: a value, and the tolerance that its printing implies."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np

EXACT = 1e-6
_NUMBER = re.compile(
    r"(?P<about>约|≈)?\s*(?P<sign>[+\-−]?)(?P<whole>\d+)(?:\.(?P<decimals>\d*))?(?:[eE](?P<power>[+\-]?\d{1,3}))?(?P<percent>\s*[%％])?"
)
_FRACTION = re.compile(r"([+\-−]?\d+)\s*/\s*(\d+)")
_SPECIAL = {"inf": np.inf, "-inf": -np.inf, "∞": np.inf, "-∞": -np.inf, "−∞": -np.inf, "nan": np.nan}


def printed_number(text: str) -> tuple[float, float] | None:
    """Return the value and the tolerance of a printed number, or None where the text is no number.

    A decimal (and a number with an exponent) accepts half a unit of its last printed digit; a whole number or a
    fraction 1e-6. `%` divides by 100. 约 before a number makes that half a unit of the last digit for whole numbers,
    and a whole unit for decimals.
    """
    text = text.strip()
    if text in _SPECIAL:
        return _SPECIAL[text], 0.0
    if fraction := _FRACTION.fullmatch(text):
        above, below = (int(part.replace("−", "-")) for part in fraction.groups())
        return (float(Fraction(above, below)), EXACT) if below else None
    match = _NUMBER.fullmatch(text)
    if not match:
        return None
    scale = 0.01 if match["percent"] else 1.0
    value = float(text.lstrip("约≈ ").rstrip("%％ ").replace("−", "-"))
    if match["decimals"] is None and match["power"] is None:
        return value * scale, (0.5 * scale if match["about"] else EXACT * scale)
    unit = 10.0 ** (int(match["power"] or 0) - len(match["decimals"] or ""))
    return value * scale, unit * scale * (1.0 if match["about"] else 0.5)


def is_number(text: str) -> bool:
    """Tell whether a scalar is a plain number without a percent sign or 约: such labels make an axis numeric."""
    match = _NUMBER.fullmatch(text.strip())
    return bool(match and not match["percent"] and not match["about"])

"""Numbers as people type them in an example: a value, and the tolerance that its printing implies."""

from __future__ import annotations

import math
import re

from zhixing.text.numerals import last_numeral
from zhixing.text.numerals_read import ABOUT

EXACT = 1e-6
_PLAIN = re.compile(r"[+\-−]?\d{1,30}(?:\.\d{0,30})?(?:[eE][+\-]?\d{1,3})?")
_SPECIAL = {"inf": math.inf, "-inf": -math.inf, "−inf": -math.inf, "nan": math.nan}


def printed_number(text: str) -> tuple[float, float] | None:
    """Return the value and the tolerance of a printed number, or None where the text is no number.

    What a numeral accepts is the same here and in prose, and stands in `zhixing.text.numerals`.
    """
    text = text.strip()
    if text in _SPECIAL:
        return _SPECIAL[text], 0.0
    found = last_numeral(text, len(text))
    if found is None or found.span.end < len(text):
        return None
    before = text[: found.span.start].strip()
    return (found.value, found.tolerance) if not before or ABOUT.fullmatch(before) else None


def plain_number(text: str) -> float | None:
    """Return a number without a percent sign or 约, None for any other text: such labels make an axis numeric."""
    text = text.strip()
    value = float(text.replace("−", "-")) if _PLAIN.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None

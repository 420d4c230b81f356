"""How wide text is, without a font: a generous estimate, since the reader's font is not known."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from zhixing.render.ticks import round_step

_NARROW = frozenset("iljft.,:;'|!()[] ·")
_WIDE = frozenset("mwMW@%—…→↓")


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is at a font size, erring on the wide side."""
    return sum(map(_em, text)) * size


def fit(text: str, size: float, width: float) -> str:
    """Return the text, cut with an ellipsis where it is wider than `width`."""
    if text_width(text, size) <= width:
        return text
    kept = ""
    for character in text:
        if text_width(kept + character + "…", size) > width:
            break
        kept += character
    return kept + "…"


def thinned(labels: Sequence[str], size: float, room: float) -> tuple[int, bool]:
    """Return how many positions share a label where each has `room`, and whether labels are turned.

    Numbers are thinned, words turned.
    """
    widest = max(text_width(label, size) for label in labels)
    if widest <= room - 4:
        return 1, False
    if all(re.fullmatch(r"[-−]?\d+(\.\d+)?", label) for label in labels):
        return round_step((widest + 8) / room), False
    return math.ceil((size + 2) / room), True


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.36
    if character in _WIDE:
        return 0.95
    return 0.7 if character.isupper() else 0.6

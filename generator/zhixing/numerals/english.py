"""English words for numbers: three, forty-two, two thirds, one and a half, nine percent; read and written."""

from __future__ import annotations

import re
from fractions import Fraction

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_VALUES = {word: value for value, word in enumerate(_ONES)} | {word: 10 * i for i, word in enumerate(_TENS, 2)}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_ARTICLES = ("a", "an")

_WHOLE = "|".join(sorted([*_VALUES, "hundred", *_LARGE], key=len, reverse=True))
_PART = "(?:half|halves|thirds?|quarters?|fourths?|fifths?|sixths?|eighths?|tenths?)"
ENGLISH = rf"""(?<![A-Za-z])(?i:(?:an?[ ])?
    (?: (?:{_WHOLE})(?:(?:[ -]|[ ]and[ ])(?:{_WHOLE})){{0,12}}(?:(?:[ -]{_PART})|[ ]and[ ]a[ ]half)? | {_PART} )
    (?:[ ]per[ ]?cent)?)(?![A-Za-z])"""
"""The pattern of what may be a number in words, for a verbose expression."""


def read_english(text: str) -> tuple[Fraction, bool] | None:
    """Return the value of `forty-two`, `two thirds` or `nine percent`, and whether percent is said; None for others."""
    words = re.split(r"[ -]", text.lower())
    percent = words[-1] in ("percent", "cent")
    if percent:
        words = words[:-1] if words[-1] == "percent" else words[:-2]
    value = _read_parts(words)
    return None if value is None or (percent and value.denominator > 1) else (value, percent)


def _read_parts(words: list[str]) -> Fraction | None:
    """Return the value of words of which the last may name a part: third, halves."""
    if words[-3:] == ["and", "a", "half"]:
        whole = _read_whole(words[:-3])
        return None if whole is None else whole + Fraction(1, 2)
    part = _PARTS.get("half" if words[-1] == "halves" else words[-1].removesuffix("s"))
    if part is None:
        whole = _read_whole(words)
        return None if whole is None else Fraction(whole)
    if words[:-1] == [] and part > 2:
        return None  # the third, the tenth
    count = _read_whole(words[:-1]) if words[:-1] and words[0] not in _ARTICLES else 1
    return None if count is None else Fraction(count, part)


def _read_whole(words: list[str]) -> int | None:
    """Return the value of a whole number; each word must have room below the one before it."""
    total = section = 0
    room, above = 1000, 10**12
    for word in (word for word in words if word != "and" and word not in _ARTICLES):
        if word in _LARGE:
            size = _LARGE[word]
            if size >= above:
                return None
            total, section, room, above = total + (section or 1) * size, 0, 1000, size
        elif word == "hundred":
            if not (section < 10 and room in (1000, 1)):
                return None
            section, room = (section or 1) * 100, 100
        else:
            value = _VALUES[word]
            if value >= room or (section and value == 0):
                return None
            section += value
            room = 10 if value >= 20 else 1
    return total + section


def write_english(value: int) -> str | None:
    """Return a whole number from 0 below a million in words, None for any other."""
    if not 0 <= value < 10**6:
        return None
    if value >= 1000:
        above, below = divmod(value, 1000)
        return _joined(f"{write_english(above)} thousand", below)
    if value >= 100:
        return _joined(f"{_ONES[value // 100]} hundred", value % 100)
    if value < 20:
        return _ONES[value]
    return _TENS[value // 10 - 2] + (f"-{_ONES[value % 10]}" if value % 10 else "")


def _joined(head: str, rest: int) -> str:
    return f"{head} {write_english(rest)}" if rest else head

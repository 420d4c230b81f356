r"""Numerals as readers write them: `0.8`, `−0.5`, `615,440`, `40%`, `6.8e-3`, `5.2×10²¹`, `8/3`, `3万`, 八, 六成.

What a numeral accepts, its `tolerance` around its `value`:

- a whole number (`8`, `615,440`, 八, `40%`, `3万`, 六成, 六成五) or a fraction (`8/3`, 三分之一, 一半): itself, within
  1e-6. `8` accepts 8.000001 and refuses 8.00001: a rounded value is written `8.0`;
- a decimal, or a number with a power of ten: half a unit of its last printed digit. `0.8` accepts 0.75 to 0.85,
  `6.8e-3` 0.00675 to 0.00685, `5×10²¹` 4.5 to 5.5 times 10²¹; a bare `10⁶` is whole;
- after 约, about, ≈ and their like, or before 左右: a whole number half a unit of its last digit before the zeros, with
  zeros a fifth of itself at most (约8 accepts 7.5 to 8.5, 约1200 1150 to 1250, 约100 80 to 120, 约六成 0.55 to 0.65); a
  decimal a whole unit (约0.8 accepts 0.7 to 0.9), a fraction a twentieth of itself;
- ∞ and NaN: themselves.

A percent sign divides value and tolerance by 100; 万, 亿 and million multiply them, but for the 1e-6.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from zhixing.numerals.chinese import read_number, read_whole
from zhixing.numerals.english import read_english
from zhixing.source import Span

# Reading one numeral: the patterns of every manner, and what a match of them says.

EXACT = 1e-6
ABOUT_FRACTION = 0.05
ABOUT_ZEROS = 0.2
"""Zeros at the end widen a number after 约 by no more than this share of itself."""

# One character for one, so that offsets stay true. The narrow spaces become the no-break space.
_ASCII = str.maketrans("０１２３４５６７８９．％＋－−–／⁄\u202f\u2009\u2007", "0123456789.%+---//\u00a0\u00a0\u00a0")
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
UNITS = {
    "百": 2, "千": 3, "万": 4, "亿": 8, "万亿": 12,
    "k": 3, "K": 3, "M": 6, "B": 9, "thousand": 3, "million": 6, "billion": 9, "trillion": 12,
}  # fmt: skip
"""The power of ten of each unit that may follow digits."""


class Manner(StrEnum):
    """The manners of writing a number."""

    PLAIN = "plain"
    PERCENT = "percent"
    PERMILLE = "permille"
    POWER = "power"
    UNIT = "unit"
    FRACTION = "fraction"
    CHINESE = "chinese"
    TENTHS = "tenths"
    CHINESE_FRACTION = "chinese-fraction"
    CHINESE_PERCENT = "chinese-percent"
    HALF = "half"
    ENGLISH = "english"
    ENGLISH_FRACTION = "english-fraction"
    ENGLISH_PERCENT = "english-percent"
    INFINITE = "infinite"


@dataclass(frozen=True, slots=True)
class Numeral:
    """A numeral in a text: what it says, how far from it a value may be, and how it is written.

    `span` covers the numeral with its sign, percent sign and power of ten (万, million), not 约 before it. `places` are
    its decimals, None for a whole number. `unit` is one unit of its last digit, 0 where it has none.
    """

    text: str
    span: Span
    value: float
    tolerance: float
    manner: Manner
    places: int | None = None
    about: bool = False
    unit: float = 0.0

    def accepts(self, value: float) -> bool:
        """Return whether a value is what this numeral says, at its printed precision."""
        if not (math.isfinite(value) and math.isfinite(self.value)):
            return value == self.value or (math.isnan(value) and math.isnan(self.value))
        # Half a unit exactly is still inside, whatever the last bit says.
        return abs(value - self.value) <= self.tolerance * (1 + 1e-9) + abs(self.value) * 1e-12

    def as_about(self) -> Numeral:
        """Return the numeral as it is meant with 左右 behind it."""
        if self.about:
            return self
        tolerance = _tolerance(self.value, self.unit, self.manner, self.places, about=True)
        return replace(self, tolerance=tolerance, about=True)


ABOUT = re.compile(
    r"(?:约等于|约为|约是|约有|大约|大概|大致|将近|接近|近似|几乎|差不多|约|(?<![最附接远靠将])近|≈|≃|≒|(?<!-->)(?<![\d%])[~～]"
    r"|\\approx|(?<![A-Za-z])(?i:about|approximately|approx\.?|ca\.?|circa|roughly|nearly|almost|around)(?=[ \u00a0]))"
    r"[\s\u00a0*_=$]{0,4}\Z",
    re.ASCII,
)

Reading = tuple[Decimal, Decimal, Manner, int | None]
"""Value, unit of the last printed digit (0 for what is exact), manner and decimals."""


def to_ascii(text: str) -> str:
    """Return a text of the same length with full-width digits and signs as ASCII."""
    return text.translate(_ASCII)


def numeral(match: re.Match[str], text: str, offset: int = 0) -> Numeral | None:
    """Return the numeral that a match in `to_ascii(text)` says; `text` begins at `offset` of the note."""
    groups = match.groupdict()
    read = next((read for name, read in _READERS.items() if groups.get(name) is not None), None)
    reading = read(match) if read else None
    if reading is None:
        return None
    value, unit, manner, places = reading
    sign = groups.get("sign") or ""
    negative = sign not in ("", "+")
    about = ABOUT.search(text[max(0, match.start() - 20) : match.start()]) is not None
    span = Span(offset + match.start(), offset + match.end())
    number = float(-value if negative else value)
    tolerance = _tolerance(number, float(unit), manner, places, about=about)
    return Numeral(text[match.start() : match.end()], span, number, tolerance, manner, places, about, float(unit))


_FRACTIONS = (Manner.FRACTION, Manner.CHINESE_FRACTION, Manner.ENGLISH_FRACTION, Manner.HALF)
_HUNDREDTHS = {Manner.PERCENT: 0.01, Manner.CHINESE_PERCENT: 0.01, Manner.ENGLISH_PERCENT: 0.01, Manner.PERMILLE: 0.001}


def _tolerance(value: float, unit: float, manner: Manner, places: int | None, *, about: bool) -> float:
    if not math.isfinite(value):
        return 0.0
    if manner in _FRACTIONS:
        return abs(value) * ABOUT_FRACTION if about else EXACT
    if places is None and manner is not Manner.POWER:
        return _widened(abs(value), unit, manner) if about else EXACT * _HUNDREDTHS.get(manner, 1.0)
    return unit if about else 0.5 * unit


def _widened(value: float, unit: float, manner: Manner) -> float:
    """Return half a unit of the last digit before the zeros of a whole number, or less where the zeros are many."""
    digits = str(round(value / unit)) if value and unit else "1"
    zeros = len(digits) - len(digits.rstrip("0"))
    half: float = 0.5 * unit * 10**zeros
    return min(half, ABOUT_ZEROS * value) if zeros or manner is Manner.UNIT else half


def _mantissa(match: re.Match[str], shift: int, manner: Manner) -> Reading:
    """Return digits with an optional decimal part, times ten to the power `shift`."""
    whole = re.sub(r"\D", "", match["whole"]) or "0"
    decimals = match["decimals"] or ""
    value = Decimal(f"{whole}.{decimals or '0'}").scaleb(shift)
    places = None if match["decimals"] is None else len(decimals)
    return value, Decimal(1).scaleb(shift - len(decimals)), manner, places


def _digits(match: re.Match[str]) -> Reading:
    if match["percent"] or match["percent_word"]:
        return _mantissa(match, -2, Manner.PERCENT)
    if match["permille"]:
        return _mantissa(match, -3, Manner.PERMILLE)
    if match["tenths"]:
        return _mantissa(match, -1, Manner.TENTHS)
    if match["unit"]:
        return _mantissa(match, UNITS[match["unit"].strip(" \u00a0")], Manner.UNIT)
    power = match["exponent"] or _power(match["power"], match["raised"])
    return _mantissa(match, int(power), Manner.POWER) if power else _mantissa(match, 0, Manner.PLAIN)


def _power(plain: str | None, raised: str | None) -> str:
    return (plain or "").strip("{}") or (raised or "").translate(_SUPERSCRIPT)


def _power_of_ten(match: re.Match[str]) -> Reading | None:
    try:
        power = int(_power(match["only_power"], match["only_raised"]))
    except ValueError:
        return None
    return Decimal(1).scaleb(power), Decimal(0), Manner.POWER, None


def _fraction(above: str, below: str, manner: Manner, whole: str | None = None) -> Reading | None:
    top, bottom = (int(part) if part.isascii() else read_whole(part) for part in (above, below))
    more = read_whole(whole) if whole else 0
    if not bottom or top is None or more is None:
        return None
    return more + Decimal(top) / Decimal(bottom), Decimal(0), manner, None


def _vulgar(match: re.Match[str]) -> Reading:
    """Read ½ and 3½."""
    part = Fraction(unicodedata.numeric(match["vulgar"])).limit_denominator(10)
    value = Decimal(match["mixed"] or "0") + Decimal(part.numerator) / Decimal(part.denominator)
    return value, Decimal(0), Manner.FRACTION, None


def _english(match: re.Match[str]) -> Reading | None:
    read = read_english(match["english"])
    if read is None:
        return None
    value, percent = read
    if value.denominator > 1:
        return Decimal(value.numerator) / Decimal(value.denominator), Decimal(0), Manner.ENGLISH_FRACTION, None
    shift, manner = (-2, Manner.ENGLISH_PERCENT) if percent else (0, Manner.ENGLISH)
    return Decimal(value.numerator).scaleb(shift), Decimal(1).scaleb(shift), manner, None


def _endless(match: re.Match[str]) -> Reading:
    sign = "-" if match["endless"][0] in "-负" else ""
    return Decimal(f"{sign}Infinity"), Decimal(0), Manner.INFINITE, None


def _chinese(text: str, shift: int, manner: Manner) -> Reading | None:
    value = read_number(text)
    if value is None:
        return None
    decimals = len(text.partition("点")[2])
    return value.scaleb(shift), Decimal(1).scaleb(shift - decimals), manner, decimals or None


def _cn_tenths(match: re.Match[str]) -> Reading:
    """Read 六成, 六成五 and 三成半; a whole number of hundredths is exact."""
    tenths = read_whole(match["cn_tenths"]) or 0
    more = match["cn_hundredths"]
    hundredths = 0 if more is None else 5 if more == "半" else read_whole(more) or 0
    unit = Decimal("0.1") if more is None else Decimal("0.01")
    return Decimal(10 * tenths + hundredths) / 100, unit, Manner.TENTHS, None


_READERS: dict[str, Callable[[re.Match[str]], Reading | None]] = {
    "latex_above": lambda m: _fraction(m["latex_above"], m["latex_below"], Manner.FRACTION),
    "vulgar": _vulgar,
    "above": lambda m: _fraction(m["above"], m["below"], Manner.FRACTION),
    "only_power": _power_of_ten,
    "only_raised": _power_of_ten,
    "whole": _digits,
    "infinity": lambda _: (Decimal("Infinity"), Decimal(0), Manner.INFINITE, None),
    "cn_percent": lambda m: _chinese(m["cn_percent"], -2, Manner.CHINESE_PERCENT),
    "cn_below": lambda m: _fraction(m["cn_above"], m["cn_below"], Manner.CHINESE_FRACTION, m["cn_mixed"]),
    "cn_tenths": _cn_tenths,
    "half": lambda _: (Decimal("0.5"), Decimal(0), Manner.HALF, None),
    "cn": lambda m: _chinese(m["cn"], 0, Manner.CHINESE),
    "endless": _endless,
    "nan": lambda _: (Decimal("NaN"), Decimal(0), Manner.INFINITE, None),
    "english": _english,
}

__all__ = ["Manner", "Numeral", "last_numeral", "numerals"]

_WINDOW = 64

_LIST_NUMBER = re.compile(r"\s{0,40}\d{1,9}[.)、](?=\s|\Z)", re.ASCII)


def last_numeral(text: str, end: int) -> Numeral | None:
    """Return the numeral that ends just before `end`, or None."""
    from zhixing.numerals.patterns import ANY  # noqa: PLC0415

    start = max(0, end - _WINDOW)
    window = text[start:end]
    found = [match for match in ANY.finditer(to_ascii(window)) if match.end() == len(window)]
    return numeral(found[-1], window, start) if found else None


def numerals(text: str, span: Span | None = None) -> list[Numeral]:
    """Return the numerals written with digits in running text, in order.

    Dates, times, versions, list numbers, identifiers (GPT-3, float32, 3D) and references (图 3, [12], 2017 after a
    name, arXiv numbers) are left out.
    """
    from zhixing.numerals.patterns import COUNTED  # noqa: PLC0415

    whole = span or Span(0, len(text))
    running = whole.of(text)
    first = _LIST_NUMBER.match(running) if _at_line_start(text, whole.start) else None
    matches = COUNTED.finditer(to_ascii(running), first.end() if first else 0)
    found = (numeral(match, running, whole.start) for match in matches if match["skipped"] is None)
    return [one for one in found if one]


def _at_line_start(text: str, offset: int) -> bool:
    return offset == 0 or text[offset - 1] == "\n"

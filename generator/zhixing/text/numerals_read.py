"""Reading one numeral: the patterns of every manner, and what a match of them says."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from zhixing.source import Span
from zhixing.text.numerals_chinese import CHARACTERS, DIGITS, read_number, read_whole

EXACT = 1e-6
ABOUT_FRACTION = 0.05

# One character for one, so that offsets stay true.
_ASCII = str.maketrans("０１２３４５６７８９．％＋－−／", "0123456789.%+--/")
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
UNITS = {"百": 2, "千": 3, "万": 4, "亿": 8, "万亿": 12}
"""The power of ten of each unit that may follow digits."""


class Manner(StrEnum):
    """The manners of writing a number."""

    PLAIN = "plain"
    PERCENT = "percent"
    POWER = "power"
    UNIT = "unit"
    FRACTION = "fraction"
    CHINESE = "chinese"
    TENTHS = "tenths"
    CHINESE_FRACTION = "chinese-fraction"
    CHINESE_PERCENT = "chinese-percent"
    HALF = "half"
    INFINITE = "infinite"


@dataclass(frozen=True, slots=True)
class Numeral:
    """A numeral in a text: what it says, how far from it a value may be, and how it is written.

    `span` covers the numeral with its sign, percent sign and unit, not 约 before it. `places` are its decimals, None
    for a whole number.
    """

    text: str
    span: Span
    value: float
    tolerance: float
    manner: Manner
    places: int | None = None
    about: bool = False

    def accepts(self, value: float) -> bool:
        """Tell whether a value is what this numeral says, at its printed precision."""
        if not (math.isfinite(value) and math.isfinite(self.value)):
            return value == self.value
        # Half a unit exactly is still inside, whatever the last bit says.
        return abs(value - self.value) <= self.tolerance * (1 + 1e-9) + abs(self.value) * 1e-12


_MANTISSA = r"(?P<whole>\d{1,3}(?:(?:,|\{,\})\d{3}){1,9}(?!\d)|\d{1,30})(?:\.(?P<decimals>\d{1,30}))?"
_EXPONENT = r"10(?:\^(?P<{0}power>\{{[+-]?\d{{1,3}}\}}|[+-]?\d)|(?P<{0}raised>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,3}}))"
_CN = f"[{CHARACTERS}]{{1,40}}"
_CN_POINT = f"{_CN}(?:点[〇{DIGITS}]{{1,30}})?"

DIGITAL = rf"""
    (?P<sign>(?<![\w)\]}}.%])[+-])?
    (?:
      \\[dt]?frac\{{(?P<latex_above>\d{{1,15}})\}}\{{(?P<latex_below>\d{{1,15}})\}}
    | (?<![\w.])(?<![A-Za-z]-)(?P<above>\d{{1,15}})\s?/\s?(?P<below>\d{{1,15}})(?![\d/.\w])
    | (?<![\w.]){_EXPONENT.format("only_")}
    | (?<![\w.])(?<![A-Za-z]-){_MANTISSA}
        (?: \s?(?:×|\\times|·|\\cdot)\s{{0,2}}{_EXPONENT.format("")}
          | [eE](?P<exponent>[+-]?\d{{1,3}})(?!\w)
          | \s?\\?(?P<percent>%)
          | (?P<tenths>成)(?![为了功本员果长立就熟])
          | (?P<unit>万亿|[百千万亿]|[ ](?:万亿|[万亿])(?![能物事分]))
        )?
    | (?P<infinity>∞|\\infty(?![A-Za-z]))
    )
"""
CHINESE = rf"""
    百分之(?P<cn_percent>{_CN_POINT})
  | (?P<cn_below>{_CN})分之(?P<cn_above>{_CN})
  | (?P<cn_tenths>[一二两三四五六七八九])成(?P<cn_hundredths>[一二三四五六七八九半])?
  | (?P<half>一半)
  | (?P<cn>负?{_CN_POINT})
"""
ABOUT = re.compile(
    r"(?:约等于|约为|约是|约有|大约|大致|将近|接近|近似|约|≈|≃|≒|~|～|\\approx)[\s*_=$]{0,4}\Z", re.ASCII
)

Reading = tuple[Decimal, Decimal, Manner, int | None]
"""Value, unit of the last printed digit (0 for what is exact), manner and decimals."""


def normal(text: str) -> str:
    """Return a text of the same length with full-width digits and signs as ASCII."""
    return text.translate(_ASCII)


def numeral(match: re.Match[str], text: str, offset: int = 0) -> Numeral | None:
    """Return the numeral that a match in `normal(text)` says; `text` begins at `offset` of the note."""
    groups = match.groupdict()
    read = next((read for name, read in _READERS.items() if groups.get(name) is not None), None)
    reading = read(match) if read else None
    if reading is None:
        return None
    value, unit, manner, places = reading
    negative = groups.get("sign") == "-"
    about = ABOUT.search(text[max(0, match.start() - 12) : match.start()]) is not None
    span = Span(offset + match.start(), offset + match.end())
    number = float(-value if negative else value)
    tolerance = _tolerance(number, float(unit), manner, places, about=about)
    return Numeral(text[match.start() : match.end()], span, number, tolerance, manner, places, about)


def _tolerance(value: float, unit: float, manner: Manner, places: int | None, *, about: bool) -> float:
    if math.isinf(value):
        return 0.0
    if manner in (Manner.FRACTION, Manner.CHINESE_FRACTION, Manner.HALF):
        return abs(value) * ABOUT_FRACTION if about else EXACT
    if places is None and manner is not Manner.POWER:
        scale = 0.01 if manner in (Manner.PERCENT, Manner.CHINESE_PERCENT) else 1.0
        return 0.5 * unit if about else EXACT * scale
    return unit if about else 0.5 * unit


def _mantissa(match: re.Match[str], shift: int, manner: Manner) -> Reading:
    """Return digits with an optional decimal part, times ten to the power `shift`."""
    whole = match["whole"].replace("{,}", "").replace(",", "")
    decimals = match["decimals"] or ""
    value = Decimal(f"{whole}.{decimals or '0'}").scaleb(shift)
    places = None if match["decimals"] is None else len(decimals)
    return value, Decimal(1).scaleb(shift - len(decimals)), manner, places


def _digits(match: re.Match[str]) -> Reading:
    if match["percent"]:
        return _mantissa(match, -2, Manner.PERCENT)
    if match["tenths"]:
        return _mantissa(match, -1, Manner.TENTHS)
    if match["unit"]:
        return _mantissa(match, UNITS[match["unit"].strip()], Manner.UNIT)
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


def _fraction(above: str, below: str, manner: Manner) -> Reading | None:
    top, bottom = (int(part) if part.isascii() else read_whole(part) for part in (above, below))
    return (Decimal(top) / Decimal(bottom), Decimal(0), manner, None) if bottom and top is not None else None


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
    "above": lambda m: _fraction(m["above"], m["below"], Manner.FRACTION),
    "only_power": _power_of_ten,
    "only_raised": _power_of_ten,
    "whole": _digits,
    "infinity": lambda _: (Decimal("Infinity"), Decimal(0), Manner.INFINITE, None),
    "cn_percent": lambda m: _chinese(m["cn_percent"], -2, Manner.CHINESE_PERCENT),
    "cn_below": lambda m: _fraction(m["cn_above"], m["cn_below"], Manner.CHINESE_FRACTION),
    "cn_tenths": _cn_tenths,
    "half": lambda _: (Decimal("0.5"), Decimal(0), Manner.HALF, None),
    "cn": lambda m: _chinese(m["cn"], 0, Manner.CHINESE),
}

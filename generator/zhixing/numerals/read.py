r"""Numerals as readers write them: `0.8`, `−0.5`, `615,440`, `40%`, `6.8e-3`, `5.2×10²¹`, `8/3`, `3万`, 八, 六成.

What a numeral accepts, its `tolerance` around its `value`:

- a whole number (`8`, `615,440`, 八, `40%`, `3万`, 六成, 六成五) or a fraction (`8/3`, 三分之一, 一半): itself, within
  1e-6. `8` accepts 8.000001 and refuses 8.00001: a rounded value is written `8.0`;
- a decimal, or a number with a power of ten: half a unit of its last printed digit. `0.8` accepts 0.75 to 0.85,
  `6.8e-3` 0.00675 to 0.00685, `5×10²¹` 4.5 to 5.5 times 10²¹; a bare `10⁶` is whole;
- after 约, 大约, 约为, ≈ or `\approx`: a whole number half a unit (约8 accepts 7.5 to 8.5, 约3万 25,000 to 35,000,
  约六成 0.55 to 0.65), a decimal a whole unit (约0.8 accepts 0.7 to 0.9), a fraction a twentieth of itself;
- ∞: itself.

A percent sign divides value and tolerance by 100; 万 and 亿 multiply them, but for the 1e-6.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from zhixing.numerals.chinese import CHARACTERS, DIGITS, read_number, read_whole
from zhixing.source import Span

# Reading one numeral: the patterns of every manner, and what a match of them says.

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
        """Return whether a value is what this numeral says, at its printed precision."""
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

__all__ = ["Manner", "Numeral", "last_numeral", "last_within", "numerals"]

_ANY = re.compile(f"{DIGITAL}|{CHINESE}", re.VERBOSE | re.ASCII)
_WINDOW = 64
_LAST = frozenset(f"0123456789０１２３４５６７８９%％}}⁰¹²³⁴⁵⁶⁷⁸⁹∞成半y{CHARACTERS}")  # y is the last letter of \\infty

# What holds digits and is no figure: it is passed over before a numeral is looked for.
_SKIPPED = r"""
    (?:arXiv|doi|ISBN|RFC|PEP)[:：\s]{0,2}[\w./-]{1,60}
  | \[\^?\w{1,30}\]                                                     # [12]
  | (?<![\d.])\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)                       # 2024-01-15
  | \d{2,4}\s?[-–—~～]\s?\d{2,4}\s?年 | \d{4}\s?年(?:\s?\d{1,2}\s?月)?(?:\s?\d{1,2}\s?[日号])?
  | (?<!\d)\d{1,2}\s?月\s?\d{1,2}\s?[日号] | (?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)
  | (?<![\d.])\d{1,10}(?:\.\d{1,10}){2,8}                               # 3.11.7
  | [(（](?:19\d\d|20[0-3]\d)[a-z]?[)）]
  | [A-Z][A-Za-z]{1,30}(?:\s?(?:et\s?al\.?|等人?))?,?\s?[(（]?(?:19\d\d|20[0-3]\d)(?:[-–]\d{2,4})?(?!\d)
  | (?:(?<!意)图|(?<!代)表|公式|(?<![方形模])式|(?<!比)例|附录|第|步骤
      |Fig\.|Figure|Table|Eq\.|Section|Sec\.|Chapter|Vol\.|No\.|pp?\.|§|\#)\s?[(（]?\d{1,6}(?:[.–-]\d{1,6}){0,4}
  | [A-Za-z_]\w{0,60}(?:[-.]\w{1,60}){0,8}                              # GPT-3, float32
  | (?<![\w.])\d[\d.]{0,30}(?:-(?=[A-Za-z])|(?![eE][+-]?\d)(?=[A-Za-z_]))\w{1,60}(?:-\w{1,60}){0,8}   # 3D, 2-gram
"""
_COUNTED = re.compile(f"(?P<skipped>{_SKIPPED})|{DIGITAL}", re.VERBOSE | re.ASCII)
_LIST_NUMBER = re.compile(r"\s{0,40}\d{1,9}[.)、](?=\s|\Z)", re.ASCII)


def last_numeral(text: str, end: int) -> Numeral | None:
    """Return the numeral that ends just before `end`, or None."""
    if end <= 0 or text[end - 1] not in _LAST:
        return None
    start = max(0, end - _WINDOW)
    window = text[start:end]
    found = [match for match in _ANY.finditer(to_ascii(window)) if match.end() == len(window)]
    return numeral(found[-1], window, start) if found else None


def last_within(text: str, span: Span) -> Numeral | None:
    """Return the last numeral of a formula."""
    formula = span.of(text)
    found = [read for match in _ANY.finditer(to_ascii(formula)) if (read := numeral(match, formula, span.start))]
    return found[-1] if found else None


def numerals(text: str, span: Span | None = None) -> list[Numeral]:
    """Return the numerals written with digits in running text, in order.

    Dates, times, versions, list numbers, identifiers (GPT-3, float32, 3D) and references (图 3, [12], 2017 after a
    name, arXiv numbers) are left out.
    """
    whole = span or Span(0, len(text))
    running = whole.of(text)
    first = _LIST_NUMBER.match(running) if _at_line_start(text, whole.start) else None
    matches = _COUNTED.finditer(to_ascii(running), first.end() if first else 0)
    found = (numeral(match, running, whole.start) for match in matches if match["skipped"] is None)
    return [one for one in found if one]


def _at_line_start(text: str, offset: int) -> bool:
    return offset == 0 or text[offset - 1] == "\n"

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

import re

from zhixing.source import Span
from zhixing.text.numerals_chinese import CHARACTERS
from zhixing.text.numerals_read import CHINESE, DIGITAL, Manner, Numeral, normal, numeral
from zhixing.text.numerals_write import rewrite

__all__ = ["Manner", "Numeral", "last_numeral", "last_within", "numerals", "rewrite"]

_ANY = re.compile(f"{DIGITAL}|{CHINESE}", re.VERBOSE | re.ASCII)
_WINDOW = 64
_LAST = frozenset(f"0123456789０１２３４５６７８９%％}}⁰¹²³⁴⁵⁶⁷⁸⁹∞成半y{CHARACTERS}")  # y is the last letter of \\infty
_CLOSERS = ("**", "*", "__", "_", "==", "$$", "$")

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
    """Return the numeral that ends just before `end`, or None.

    One closing `$`, `$$`, `**`, `*`, `__`, `_` or `==` may stand between; behind `$` the last numeral of the formula is
    meant, wherever in it that stands.
    """
    closer = next((mark for mark in _CLOSERS if text.endswith(mark, 0, end)), "")
    if closer.startswith("$"):
        opening = text.rfind(closer, max(0, end - 2000), end - len(closer))
        return last_within(text, Span(opening + len(closer), end - len(closer))) if opening >= 0 else None
    end -= len(closer)
    if end <= 0 or text[end - 1] not in _LAST:
        return None
    start = max(0, end - _WINDOW)
    window = text[start:end]
    found = [match for match in _ANY.finditer(normal(window)) if match.end() == len(window)]
    return numeral(found[-1], window, start) if found else None


def last_within(text: str, span: Span) -> Numeral | None:
    """Return the last numeral of a formula."""
    formula = span.of(text)
    found = [read for match in _ANY.finditer(normal(formula)) if (read := numeral(match, formula, span.start))]
    return found[-1] if found else None


def numerals(text: str, span: Span | None = None) -> list[Numeral]:
    """Return the numerals written with digits in running text, in order.

    Dates, times, versions, list numbers, identifiers (GPT-3, float32, 3D) and references (图 3, [12], 2017 after a
    name, arXiv numbers) are left out.
    """
    whole = span or Span(0, len(text))
    running = whole.of(text)
    first = _LIST_NUMBER.match(running) if _at_line_start(text, whole.start) else None
    matches = _COUNTED.finditer(normal(running), first.end() if first else 0)
    found = (numeral(match, running, whole.start) for match in matches if match["skipped"] is None)
    return [one for one in found if one]


def _at_line_start(text: str, offset: int) -> bool:
    return offset == 0 or text[offset - 1] == "\n"

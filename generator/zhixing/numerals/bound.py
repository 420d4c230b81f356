"""The number that stands before a place in a text: read whole, with a unit behind it, or refused with a reason.

`14.2 years`, `2024年`, `(9.2%)` and `1,000 €` end in what is no part of the number. Of `1 234`, `3,5`, `2~3`, `12:05`,
`<5` and `x^5` the tail alone would be another number, so nothing of them is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from zhixing.numerals.read import Numeral, numeral, to_ascii
from zhixing.source import Span

# What may stand between a number and its marker.

_COUNTERS = (
    "摄氏度 百分点 块钱 毫秒 微秒 纳秒 小时 分钟 厘米 毫米 千米 公里 毫克 千克 公斤 毫升 美元 欧元 英镑 日元 世纪 像素 "
    "字节 比特 单位 样本 词元 参数 赫兹 [个只条次倍步层年月日天号分秒米克斤吨升元块角度名人位种类项组对行列维头词字句段"
    "篇页本张份家台件格点轮遍回代岁级阶批路边周季场门座间棵朵匹瓦伏]"
).replace(" ", "|")
_LITTLE_WORDS = (
    "a an and are as at be but by for from if in is it no not of on or so than that the then there these this those to "
    "was were where which who with"
).replace(" ", "|")
_UNIT = rf"""(?:
    个?(?:{_COUNTERS})
  | [€$£¥￥₩₹°′″℃℉]
  | percentage\ points?
  | (?!(?:{_LITTLE_WORDS})(?![A-Za-z]))[A-Za-zµμΩ°Å][A-Za-zµμΩ²³⁻¹/·°-]{{0,19}}
)"""
_SPACE = "[ \u00a0\u202f\u2009]"
_ABOUT_AFTER = "左右|上下"
_BEHIND = re.compile(
    rf"""(?:{_SPACE}?{_UNIT})? (?:{_SPACE}?(?P<about>{_ABOUT_AFTER}))?
        {_SPACE}? [)）\]】.,;:!?。，；：！？、]{{0,3}}""",
    re.VERBOSE,
)
_WIDENED = re.compile(rf"{_SPACE}?(?:{_UNIT})?{_SPACE}?(?:{_ABOUT_AFTER})", re.VERBOSE)
_WINDOW = 96

# What stands before a number and makes it the tail of something else, with advice. Read in `to_ascii`.

_ONE_BY_ONE = "Mark each number for itself, right behind it"
_TAILS: tuple[tuple[str, str, str], ...] = (
    (r"(?<![\d.])\d{1,3}(?:[ ]\d{3})*[ ]\Z", r"\d{3}(?!\d)", "Write it as 1,234 or with no-break spaces"),
    (r"\d[ \u00a0]?\Z", r"\d+\s?/|\\[dt]?frac", "Write a whole number and a fraction as one: 7/2 or 3.5"),
    (r"\d\s?又\s?\Z", "", "Write a whole number and a fraction as one: 7/2 or 3.5"),
    (r"(?<![\d.])\d{1,30},\Z", r"\d", "Write a decimal with a point; in a list put a space behind the comma"),
    (r"\d[%‰年月]?(?:[ \u00a0]?[~～—]+[ \u00a0]?|-)\Z", "", f"It is a range or a date. {_ONE_BY_ONE}"),
    (r"\d[:：]\Z", "", f"It is a time or a ratio. {_ONE_BY_ONE}"),
    (r"\d\s?/\s?\Z", "", "Write a fraction of two whole numbers, and a date without a marker"),
    (r"±\s?\Z", "", f"It is a number and its error. {_ONE_BY_ONE}"),
    (r"(?:(?<![-=<>])[<>＜＞≤≥≦≧]|&[lg]t;)[ \u00a0]?\Z", "", "It is a bound. State the value, and compare in words"),
    (r"\d[ ]?[*x][ ]?\Z", r"10[\^⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹]", "Write 5×10^21 or 5e21"),
    (r"\d[百千万亿]\Z", "", "Write the whole number with digits, or all of it in Chinese"),
    (r"\d\Z", "", "Write the whole number in one manner"),
    (r"\^[ ]?(?:\{[^{}]*|\()?\Z", "", "It is an exponent. Mark the value of the power"),
)
_TAILS_IN_FORMULA: tuple[tuple[str, str, str], ...] = (
    *(_TAILS[index] for index in (0, 1, 6)),
    (r"10\^\Z", r"\d\d", "Write the exponent in braces: 10^{21}"),
    (r"[\^_]\s*(?:\{[^{}]*)?\Z", "", "It is an exponent or an index. End the formula with the number that is meant"),
)
_PART = re.compile(r"[^\s\u00a0，。；、！？（）]{0,40}[ \u00a0]?\Z")


@dataclass(frozen=True, slots=True)
class Fragment:
    """What holds a number that cannot be read whole: the text as far as it belongs together, and what to write."""

    text: str
    span: Span
    fix: str


def read_bound(text: str, before: Span, whole_from: int) -> Numeral | Fragment | None:
    """Return the number at the end of a stretch of running text, None where there is none.

    A unit, 左右, closing brackets and the end of a sentence may follow it. `whole_from` is where the text before the
    number begins that may be part of it: behind the last markup.
    """
    from zhixing.numerals.patterns import ANY  # noqa: PLC0415

    start = max(0, before.end - _WINDOW)  # further back than `before`, since 约 may stand outside of marks
    window = text[start : before.end]
    plain = to_ascii(window)
    for match in reversed(list(ANY.finditer(plain))):
        behind = _BEHIND.fullmatch(window, match.end())
        read = numeral(match, window, start) if behind else None
        if behind and read:
            if match.start() == 0 < start and start > before.start:
                return Fragment(read.text, read.span, "Write a shorter number")
            if read.span.start < before.start:
                return None
            return _whole(text, read, max(start, whole_from), _TAILS) or (read.as_about() if behind["about"] else read)
    return None


def read_in_formula(text: str, formula: Span) -> Numeral | Fragment | None:
    """Return the last number of a formula."""
    from zhixing.numerals.patterns import ANY_IN_FORMULA  # noqa: PLC0415

    inside = formula.of(text)
    found = [
        read for match in ANY_IN_FORMULA.finditer(to_ascii(inside)) if (read := numeral(match, inside, formula.start))
    ]
    return _whole(text, found[-1], formula.start, _TAILS_IN_FORMULA) or found[-1] if found else None


def _whole(text: str, read: Numeral, start: int, tails: tuple[tuple[str, str, str], ...]) -> Fragment | None:
    """Return the fragment that a number is the tail of, None where it is whole."""
    head = to_ascii(text[max(start, read.span.start - _WINDOW) : read.span.start])
    for before, begins, fix in tails:
        if re.search(before, head) and re.match(begins, to_ascii(read.text)):
            part = _PART.search(head)
            braced = part is not None and part[0].count("{") > part[0].count("}")
            end = read.span.end + (braced and text.startswith("}", read.span.end))
            span = Span(read.span.start - (len(part[0]) if part else 0), end)
            return Fragment(span.of(text), span, fix)
    return None


def may_follow(text: str, start: int, end: int) -> bool:
    """Return whether a stretch of text may stand between a number and its marker."""
    return _BEHIND.fullmatch(text, start, end) is not None


def is_widened(text: str, offset: int) -> bool:
    """Return whether 左右 follows at a place, perhaps behind a unit."""
    return _WIDENED.match(text, offset) is not None

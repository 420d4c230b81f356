"""Chinese numerals: 八, 十二, 三百二十, 二〇一七, 三点一四; read and written."""

from __future__ import annotations

from decimal import Decimal

DIGITS = "零一二三四五六七八九"
CHARACTERS = "零〇一二两三四五六七八九十百千万亿"
"""Every character that a whole number is written with."""

_VALUES = {character: value for value, character in enumerate(DIGITS)} | {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_LONGEST = 40


def read_whole(text: str) -> int | None:
    """Return the value of 十二, 三百零五, 一亿二千万 or (digit by digit) 二〇一七; None where it is no number."""
    if not text or len(text) > _LONGEST or any(character not in CHARACTERS for character in text):
        return None
    if all(character in _VALUES for character in text):
        return int("".join(str(_VALUES[character]) for character in text))
    return _read_by_places(text)


def _read_by_places(text: str) -> int | None:
    total = section = digit = largest = 0
    fresh = True  # a digit must follow before the next one: 三五 is no number with places
    for character in text:
        if character in _VALUES:
            if not fresh and digit:
                return None
            digit, fresh = _VALUES[character], False
        elif character in _SMALL:
            section += (digit or (1 if character == "十" else 0)) * _SMALL[character]
            digit, fresh = 0, True
        else:
            size, section = _LARGE[character], section + digit
            # 三万亿 multiplies what stands before it; in 一亿三万 the 万 concerns its own section alone.
            total = (total + section) * size if largest < size else total + section * size
            largest, section, digit, fresh = max(largest, size), 0, 0, True
    # 一万五 means 15000 in speech, but is written only where a tenth is meant; the plain reading is kept.
    return total + section + digit if total + section + digit or "零" in text else None


def read_number(text: str) -> Decimal | None:
    """Return the value of a whole number or of 三点一四, with 负 before it where it is negative."""
    sign = -1 if text.startswith("负") else 1
    whole, point, decimals = text.removeprefix("负").partition("点")
    value = read_whole(whole)
    if value is None or (point and (not decimals or any(c not in _VALUES for c in decimals))):
        return None
    places = "".join(str(_VALUES[character]) for character in decimals) or "0"
    return sign * (value + Decimal(f"0.{places}"))


def write_number(value: Decimal) -> str:
    """Return a number in Chinese, 一十二 at its head as 十二: 十二, 三百零五, 零点八, 负二."""
    sign = "负" if value < 0 else ""
    whole, _, decimals = f"{abs(value):f}".partition(".")
    point = "点" + "".join(DIGITS[int(digit)] for digit in decimals) if decimals else ""
    written = _write_whole(int(whole))
    return f"{sign}{written[1:] if written.startswith('一十') else written}{point}"


def _write_whole(value: int) -> str:
    if value >= 10**16:
        return "".join(DIGITS[int(digit)] for digit in str(value))
    for character, size in (("亿", 10**8), ("万", 10**4)):
        if value >= size:
            above, below = divmod(value, size)
            gap = "零" if 0 < below < size // 10 else ""
            return f"{_write_whole(above)}{character}{gap}{_write_whole(below) if below else ''}"
    return _write_section(value)


def _write_section(value: int) -> str:
    """Write a number below ten thousand."""
    if value < 10:
        return DIGITS[value]
    parts: list[str] = []
    gap = False
    for size, character in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // size % 10
        if digit:
            parts.append(("零" if gap and parts else "") + DIGITS[digit] + character)
        gap = not digit
    return "".join(parts)

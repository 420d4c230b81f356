"""Writing a value in the manner of a numeral: a percent stays a percent, 八 stays Chinese, at the same precision."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from zhixing.numerals.chinese import write_number
from zhixing.numerals.english import write_english
from zhixing.numerals.read import UNITS, Manner, Numeral, numeral, to_ascii

_FULL = str.maketrans("0123456789.%-/", "０１２３４５６７８９．％－／")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_GAP = r"(?:\{,\}|\\,|[,'’\u00a0\u202f\u2009\u2007])"
_DIGITS = re.compile(rf"[+\-−－–]?(?:[0-9０-９]|[.．](?=[0-9０-９]))(?:[0-9０-９.．]|{_GAP}(?=[0-9０-９]{{3}}))*")
_SEPARATOR = re.compile(_GAP)
_MOST_PLACES = 12
_LARGEST_DENOMINATOR = 1000
FINE = 0.05
"""Where a numeral's own precision cannot hold a value, it is written finely enough to be off by this share at most."""


def rewrite(one: Numeral, value: float, *, latex: bool = False) -> str:
    """Return a value in a numeral's own manner and precision, such that it accepts the value.

    More decimals are printed than the numeral has where it could not hold the value otherwise (`8` for 7.9996 becomes
    `8.0`). A value that the manner cannot express (三分之一 for π) is written in plain digits. `latex` says that the
    numeral stands in a formula: in prose nothing is written that only LaTeX means.
    """
    if not math.isfinite(value):
        return one.text if one.accepts(value) else {math.inf: "∞", -math.inf: "-∞"}.get(value, "NaN")
    if one.accepts(value):
        return one.text
    first, *finer = (*_in_manner(one, value, latex=latex), *_plain(value))
    if _holds(first, one, value, latex=latex):
        return first
    for text in finer:
        if _holds(text, one, value, near=FINE, latex=latex):
            return text
    return repr(value)


def _holds(text: str, one: Numeral, value: float, near: float = math.inf, *, latex: bool) -> bool:
    """Return whether a text is one numeral that accepts the value, with 约 where the old one has it, and is near it."""
    from zhixing.numerals.patterns import ANY, ANY_IN_FORMULA  # noqa: PLC0415

    before = "约" if one.about else ""
    whole = before + text
    match = (ANY_IN_FORMULA if latex else ANY).match(to_ascii(whole), len(before))
    read = numeral(match, whole) if match and match.end() == len(whole) else None
    return read is not None and read.accepts(value) and abs(read.value - value) <= near * abs(value)


def _in_manner(one: Numeral, value: float, *, latex: bool) -> list[str]:
    if one.manner is Manner.POWER:
        return _power(one, value, latex=latex)
    write = _WRITERS.get(one.manner)
    return write(one, value) if write else []


def _places(one: Numeral) -> range:
    return range(one.places or 0, _MOST_PLACES + 1)


def _scaled(one: Numeral, value: float, shift: int) -> list[str]:
    """Replace the leading digits by the value times ten to the power `shift`; what follows them stays."""
    scaled = Decimal(repr(value)).scaleb(shift)
    return [_with_digits(one.text, f"{scaled:.{places}f}") for places in _places(one)]


def _with_digits(text: str, digits: str) -> str:
    """Put digits in place of a numeral's own, with its thousands separator, its minus and its width."""
    match = _DIGITS.match(text)
    if match is None:
        return digits
    old = match[0]
    if digits.strip("-0.") == "":
        digits = digits.lstrip("-")  # -0 is 0
    separator = _SEPARATOR.search(old)
    if separator:
        whole, point, decimals = digits.partition(".")
        sign = "-" if whole.startswith("-") else ""
        digits = f"{sign}{abs(int(whole)):,}".replace(",", separator[0]) + point + decimals
    digits = digits.translate(_FULL) if re.search("[０-９]", old) else digits
    digits = digits.replace("-", old[0]) if old[0] in "−–" else digits
    return digits + text[match.end() :]


def _unit(one: Numeral, value: float) -> list[str]:
    match = re.search("万亿|[百千万亿]|(?:thousand|million|billion|trillion|[kKMB])\\Z", one.text)
    return _scaled(one, value, -UNITS[match[0]]) if match else []


def _power(one: Numeral, value: float, *, latex: bool) -> list[str]:
    """Write `6.8e-3`, `5.2×10²¹` or `5.2\\times 10^{21}` with a new mantissa and exponent."""
    times = "\\times " if latex and "^" in one.text else "×"
    texts = []
    for places in _places(one):
        mantissa, exponent = f"{Decimal(repr(value)):.{places}e}".split("e")
        digits = _with_digits(_with_mantissa(one.text, times), mantissa)
        texts.append(_with_exponent(digits, int(exponent), latex=latex))
    return texts


def _with_mantissa(text: str, times: str) -> str:
    """Give a bare power of ten a mantissa."""
    bare = re.match(r"[+\-−]?10(?=[\^⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹])", text)
    return f"1{times}{text[bare.end() - 2 :]}" if bare else text


def _with_exponent(text: str, exponent: int, *, latex: bool) -> str:
    if re.search(r"[eE][+-]?\d+\Z", text):
        return re.sub(r"(?<=[eE])\+?-?\d+\Z", str(exponent), text)
    raised = str(exponent).translate(_RAISED)
    if "^{" in text:
        return re.sub(r"\^\{[+-]?\d+\}", f"^{{{exponent}}}", text)
    if "^" in text:
        # `10^12` is read as 10^1 and a 2: outside a formula such an exponent is raised.
        longer = f"^{{{exponent}}}" if latex else raised
        return re.sub(r"\^[+-]?\d", f"^{exponent}" if 0 <= exponent < 10 else longer, text)
    return re.sub("[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", raised, text)


def _near_fraction(value: float) -> Fraction | None:
    near = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
    return near if abs(float(near) - value) <= 1e-6 else None


def _fraction(one: Numeral, value: float) -> list[str]:
    near = _near_fraction(value)
    if near is None:
        return []
    sign, above, below = "-" if near < 0 else "", abs(near.numerator), near.denominator
    if "frac" in one.text:
        head = one.text[: one.text.index("{")].lstrip("+-−")
        return [f"{sign}{head}{{{above}}}{{{below}}}"]
    slash = re.search(r"\s?[/／]\s?", one.text)
    written = f"{sign}{above}{slash[0] if slash else '/'}{below}"
    return [written.translate(_FULL) if re.search("[０-９]", one.text) else written]


def _chinese_fraction(_one: Numeral, value: float) -> list[str]:
    near = _near_fraction(value)
    if near is None or near <= 0:
        return []
    return [f"{write_number(Decimal(near.denominator))}分之{write_number(Decimal(near.numerator))}"]


def _chinese(one: Numeral, value: float) -> list[str]:
    return [write_number(Decimal(f"{value:.{places}f}")) for places in _places(one)]


def _english(one: Numeral, value: float) -> list[str]:
    written = write_english(round(value)) if value == round(value) else None
    return [] if written is None else [written.capitalize() if one.text[0].isupper() else written]


def _english_percent(one: Numeral, value: float) -> list[str]:
    hundredths = round(float(Decimal(repr(value)).scaleb(2)), 9)
    return [f"{written} percent" for written in _english(one, hundredths)] + [f"{hundredths:.6g} percent"]


def _chinese_percent(one: Numeral, value: float) -> list[str]:
    return [f"百分之{text}" for text in _chinese(one, float(Decimal(repr(value)).scaleb(2)))] if value >= 0 else []


def _tenths(one: Numeral, value: float) -> list[str]:
    """Write 六成 or 六成五, or with digits 6成."""
    if one.text[0] in "0123456789０１２３４５６７８９+-−－":
        return _scaled(one, value, 1)
    tenths, hundredths = divmod(round(value * 100), 10)
    if not 0 < tenths < 10:
        return []
    whole = write_number(Decimal(tenths))
    return [f"{write_number(Decimal(round(value * 10)))}成"] * (round(value * 10) < 10) + (
        [f"{whole}成{write_number(Decimal(hundredths))}"] if hundredths else []
    )


def _plain(value: float) -> list[str]:
    """Write a value in plain digits, to about four significant ones."""
    lead = 0 if value == 0 else max(0, 3 - math.floor(math.log10(abs(value))))
    return [f"{value:.0f}", *(f"{value:.{places}f}" for places in range(min(max(lead, 1), 12), _MOST_PLACES + 1))]


_WRITERS: dict[Manner, Callable[[Numeral, float], list[str]]] = {
    Manner.PLAIN: lambda one, value: _scaled(one, value, 0),
    Manner.PERCENT: lambda one, value: _scaled(one, value, 2),
    Manner.PERMILLE: lambda one, value: _scaled(one, value, 3),
    Manner.ENGLISH: _english,
    Manner.ENGLISH_PERCENT: _english_percent,
    Manner.UNIT: _unit,
    Manner.FRACTION: _fraction,
    Manner.CHINESE: _chinese,
    Manner.TENTHS: _tenths,
    Manner.CHINESE_FRACTION: _chinese_fraction,
    Manner.CHINESE_PERCENT: _chinese_percent,
    Manner.HALF: _chinese_fraction,
}

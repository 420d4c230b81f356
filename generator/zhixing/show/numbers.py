"""How a number is printed. This is the only place that rounds.

Zeros at the end of a decimal say that it was rounded: `0.6` is 0.6 to twelve significant digits, `0.60000` is near it;
`8` is eight, `8.0000` is near eight, and only 0 is `0`. So a printed number, read back at its printed precision, always
accepts its value.
Minus is U+2212 in text, booleans are 1 and 0 (as mask matrices are printed), and thousands are not separated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal

from zhixing.language.latex_tree import label
from zhixing.language.model import Format

SIGNIFICANT = 12
"""Digits kept before anything is printed, so that the last bits, which differ between BLAS libraries, never show."""

LONGEST_WHOLE = 10
"""Whole numbers of more digits are printed with a power of ten."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def rounded(value: float) -> float:
    """Return a value to twelve significant digits, 0 for −0. Infinities and NaN stay."""
    if not math.isfinite(value):
        return value
    near = float(_exact(value))
    return near if math.isfinite(near) else value


def _exact(value: float) -> Decimal:
    return Decimal(f"{value:.{SIGNIFICANT}g}") if value else Decimal(0)


PLAIN = Format()

CURRENCIES = frozenset({"$", "¥", "￥", "€", "£", "₩", "₹", "US$", "HK$"})
"""Units that stand before their number."""


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as it is printed: a mantissa of ASCII digits (or `∞`, `NaN`) and a power of ten, 0 for none.

    Of a format it keeps whether the mantissa is in percent and has commas, and the unit.
    """

    mantissa: str
    exponent: int = 0
    format: Format = PLAIN

    @property
    def text(self) -> str:
        """It as people read it: `5.1847×10²¹`, `−∞`, `1,157.63 元`."""
        power = f"×10{str(self.exponent).translate(_SUPERSCRIPTS)}" if self.exponent else ""
        number = self._digits.replace("-", "−") + power + "%" * self.format.percent
        unit = self.format.unit
        return f"{unit}{number}" if unit in CURRENCIES else f"{number} {unit}" if unit else number

    @property
    def _digits(self) -> str:
        """The mantissa, with commas where the format asks for them."""
        if not self.format.thousands or self.exponent or not self.mantissa[-1].isdigit():
            return self.mantissa
        whole, point, decimals = self.mantissa.partition(".")
        sign = "-" if whole.startswith("-") else ""
        return f"{sign}{int(whole.lstrip('-')):,}{point}{decimals}"

    @property
    def latex(self) -> str:
        r"""It as LaTeX: `5.1847\times 10^{21}`, `-\infty`."""
        power = rf"\times 10^{{{self.exponent}}}" if self.exponent else ""
        digits = self._digits.replace(",", "{,}").replace("∞", r"\infty").replace("NaN", r"\mathrm{NaN}")
        number = digits + power + r"\%" * self.format.percent
        if not self.format.unit:
            return number
        unit = label(self.format.unit).text
        return f"{unit}{number}" if self.format.unit in CURRENCIES else rf"{number}\,{unit}"

    @property
    def value(self) -> float:
        """The value that its digits give."""
        if not self.mantissa[-1].isdigit():
            return _UNWRITTEN[self.mantissa]
        return float(f"{self.mantissa}e{self.exponent - 2 * self.format.percent}")

    @property
    def half_unit(self) -> float:
        """Half a unit of its last decimal; 0 where it is whole, and so exact."""
        decimals = len(self.mantissa.partition(".")[2])
        return 0.5 * 10.0 ** (self.exponent - 2 * self.format.percent - decimals) if decimals else 0.0


_UNWRITTEN = {"∞": math.inf, "-∞": -math.inf, "NaN": math.nan}


def number(value: float, digits: int = 5, form: Format = PLAIN) -> str:
    """Return a value for people to read, to `digits` significant digits: `0.99955`, `2099712`, `5.1847×10²¹`, `−∞`."""
    return print_number(value, digits, form).text


def latex_number(value: float, digits: int = 5, form: Format = PLAIN) -> str:
    r"""Return what `number` returns, as LaTeX: `5.1847\times 10^{21}`, `-\infty`."""
    return print_number(value, digits, form).latex


def fixed(value: float, places: int) -> str:
    """Return a value to at most `places` decimals, as cells of a figure need it: `0.80` was rounded, `0.8` was not.

    What is 10⁷ or more is printed as `number` prints it, to three digits; what these decimals cannot tell from 0 is ≈0.
    """
    if not abs(value) < 1e7:
        return number(value, 3)
    exact = _exact(value)
    shown = round(exact, places)
    if exact and not shown:
        return "≈0"
    return (_plain(shown) if shown == exact else f"{shown:f}").replace("-", "−")


def print_number(value: float, digits: int = 5, form: Format = PLAIN) -> PrintedNumber:
    """Return a value as it is printed: to the format's decimals, else to `digits` significant digits.

    What so many decimals would make 0, and what is 10¹⁵ or more, is printed to significant digits all the same.
    """
    if form != PLAIN and math.isfinite(value):
        shares = value * 100 if form.percent else value
        text = _to_decimals(shares, form.digits)
        return PrintedNumber(text, 0, form) if text else replace(print_number(shares, digits), format=form)
    if not math.isfinite(value):
        return PrintedNumber("NaN" if math.isnan(value) else "∞" if value > 0 else "-∞")
    if abs(value) < 10**LONGEST_WHOLE and value == int(value):
        return PrintedNumber(str(int(value)))
    exact = _exact(value)
    # Whole to twelve digits, and nearer than a whole number that is read back has to be (or than sums can be right).
    near = abs(value - float(exact)) <= max(1e-6, 1e-12 * abs(value))
    if near and exact == exact.to_integral_value() and exact.adjusted() < LONGEST_WHOLE:
        return PrintedNumber(str(int(exact)))
    shown = _significant(exact, digits)
    if -5 < shown.adjusted() < 7:
        return PrintedNumber(_decimal(exact, shown, digits))
    scaled = shown.scaleb(-shown.adjusted())
    return PrintedNumber(_plain(scaled) if shown == exact else f"{scaled:f}", shown.adjusted())


def _to_decimals(value: float, places: int | None) -> str:
    """Return a value to so many decimals, "" where that would be 0 for what is not, or digits that nobody knows."""
    if places is None or abs(value) >= 1e15:
        return ""
    shown = round(Decimal(f"{value:.15g}"), places)
    if value and not shown:
        return ""
    return f"{shown or abs(shown):f}"


def _significant(exact: Decimal, digits: int) -> Decimal:
    """Return a decimal rounded to so many significant digits, with its zeros."""
    shown = round(exact, digits - 1 - exact.adjusted())
    # 9.99996 becomes 10.0000, one digit too long.
    return round(exact, digits - 1 - shown.adjusted())


def _decimal(exact: Decimal, shown: Decimal, digits: int) -> str:
    """Return a decimal without a power of ten; a rounded one keeps at least one place, else it would read as whole."""
    if shown == exact:
        return _plain(shown)
    return f"{round(exact, max(digits - 1 - shown.adjusted(), 1)):f}"


def _plain(exact: Decimal) -> str:
    """Return a decimal without the zeros at its end."""
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

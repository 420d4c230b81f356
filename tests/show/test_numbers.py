"""Numbers are printed for people and read back within what they print."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.language.model import Format
from zhixing.show.numbers import fixed, latex_number, number, print_number, rounded

INFINITY = float("inf")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (8.0, "8"),
        (0.1 + 0.2, "0.3"),
        (0.99955, "0.99955"),
        (0.00045262, "0.00045262"),
        (1 / 3, "0.33333"),
        (7.99999, "8.0000"),
        (0.600004, "0.60000"),
        (9.99996, "10.000"),
        (12345.6, "12345.6"),
        (12345678.5, "1.2346×10⁷"),
        (2099712, "2099712"),
        (2.0**36, "6.8719×10¹⁰"),
        (5.184705528587072e21, "5.1847×10²¹"),
        (4.5e-5, "4.5×10⁻⁵"),
        (-21.5, "−21.5"),
        (-INFINITY, "−∞"),
        (INFINITY, "∞"),
        (float("nan"), "NaN"),
        (-1e-13, "−1×10⁻¹³"),
        (0.1**20, "1×10⁻²⁰"),
        (math.exp(-40), "4.2484×10⁻¹⁸"),
        (5e-324, "4.9407×10⁻³²⁴"),
        (1 - 1e-9, "1.0000"),
        (1 - 2e-16, "1"),
        (-0.0, "0"),
        (True, "1"),
    ],
)
def test_number(value: float, expected: str) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5.184705528587072e21, r"5.1847\times 10^{21}"),
        (-INFINITY, r"-\infty"),
        (float("nan"), r"\mathrm{NaN}"),
        (-0.5, "-0.5"),
    ],
)
def test_latex_number(value: float, expected: str) -> None:
    assert latex_number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.8, "0.8"), (0.799999, "0.80"), (0.0004, "≈0"), (-0.0004, "≈0"), (0, "0"), (1e300, "1×10³⁰⁰"), (20, "20")],
)
def test_fixed_keeps_zeros_only_where_it_rounded(value: float, expected: str) -> None:
    assert fixed(value, 2) == expected


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(2, 8))
def test_what_is_printed_reads_back_within_its_printed_precision(value: float, digits: int) -> None:
    text = number(value, digits).replace("−", "-")
    mantissa, _, power = text.partition("×10")
    assert re.fullmatch(r"-?\d+(\.\d+)?", mantissa)
    scale = Fraction(10) ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or "0")
    whole, _, decimals = mantissa.partition(".")
    tolerance = Fraction(1, 2 * 10 ** len(decimals)) * scale if decimals or power else Fraction(1, 10**6)
    ten_digits = abs(Fraction(rounded(value)) - Fraction(value))
    assert abs(Fraction(mantissa) * scale - Fraction(value)) <= tolerance * (1 + Fraction(1, 10**9)) + ten_digits
    assert whole


@settings(deadline=None, max_examples=500)
@given(st.floats(allow_nan=False), st.integers(2, 10), st.integers(0, 6))
def test_nothing_but_0_is_printed_as_0(value: float, digits: int, places: int) -> None:
    """A printed zero, with or without decimals, is 0; a cell says ≈0."""
    zero = re.compile(r"−?0(\.0*)?")
    assert bool(zero.fullmatch(number(value, digits))) == (value == 0)
    assert bool(zero.fullmatch(fixed(value, places))) == (value == 0)


UNITS = st.sampled_from(["", "元", "$"])
FORMATS = st.builds(Format, st.none() | st.integers(0, 8), st.booleans(), st.booleans(), UNITS)


@settings(deadline=None, max_examples=500)
@given(st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9).map(float), FORMATS)
def test_a_formatted_number_reads_back_within_its_decimals(value: float, form: Format) -> None:
    printed = print_number(value, form=form)
    half = 0.5 * 10.0 ** -(form.digits + 2 * form.percent) if form.digits is not None else 5e-5 * abs(value)
    text = printed.text.removeprefix("$").removesuffix("元").strip().replace(",", "").replace("−", "-")
    read = re.fullmatch(r"(-?\d+(?:\.\d+)?)(?:×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(%?)", text)

    assert read
    assert bool(read[3]) == form.percent
    power = int((read[2] or "").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or "0")
    assert float(f"{read[1]}e{power - 2 * form.percent}") == pytest.approx(printed.value, rel=1e-12)
    assert abs(printed.value - value) <= half * (1 + 1e-6) + 1e-9 * abs(value)
    assert (printed.value == 0) == (value == 0)


@settings(deadline=None)
@given(st.floats())
def test_rounding_is_idempotent_and_never_minus_zero(value: float) -> None:
    once = rounded(value)
    assert math.isnan(value) or rounded(once) == once
    assert math.copysign(1, once) == 1 or once != 0

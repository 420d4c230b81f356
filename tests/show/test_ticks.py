"""Ticks stand at round numbers and reach over the values."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.show.round_steps import round_step
from zhixing.show.ticks import linear_scale, logarithmic_scale


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.03, 0.8], ["0", "0.2", "0.4", "0.6", "0.8"]),
        ([-10, -2.6], ["−10", "−8", "−6", "−4", "−2", "0"]),
        ([2.6, 10], ["0", "2", "4", "6", "8", "10"]),
        ([4, 1024], ["0", "500", "1000", "1500"]),
        ([-1, 1], ["−1", "−0.5", "0", "0.5", "1"]),
        ([5, 5], ["2", "3", "4", "5", "6", "7", "8"]),
        ([0, 0], ["−1", "−0.5", "0", "0.5", "1"]),
        ([99.5, 100], ["99.5", "99.6", "99.7", "99.8", "99.9", "100"]),
    ],
)
def test_linear(values: list[float], expected: list[str]) -> None:
    assert [label for _, label in linear_scale(values).ticks] == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1000], ["1", "10", "100", "1000"]),
        ([20, 70], ["20", "50", "100"]),
        ([1e-6, 1e6], ["10⁻⁶", "10⁻⁴", "10⁻²", "1", "10²", "10⁴", "10⁶"]),
        ([3, 3], ["2", "5"]),
    ],
)
def test_logarithmic(values: list[float], expected: list[str]) -> None:
    assert [label for _, label in logarithmic_scale(values, 8).ticks] == expected


FINITE = st.floats(-1e12, 1e12)


@settings(deadline=None)
@given(st.lists(FINITE, min_size=1, max_size=20))
def test_a_linear_scale_holds_its_values_between_few_ticks(values: list[float]) -> None:
    scale = linear_scale(values)

    assert all(-1e-6 <= scale.place(value) <= 1 + 1e-6 for value in values)
    assert 2 <= len(scale.ticks) <= 12


@settings(deadline=None)
@given(st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=20))
def test_a_logarithmic_scale_holds_its_values_between_few_ticks(values: list[float]) -> None:
    scale = logarithmic_scale(values)

    assert all(-1e-6 <= scale.place(value) <= 1 + 1e-6 for value in values)
    assert 2 <= len(scale.ticks) <= 10


@pytest.mark.parametrize(("least", "expected"), [(0.2, 1), (1, 1), (1.1, 2), (3, 5), (7, 10), (12, 20)])
def test_round_step(least: float, expected: int) -> None:
    assert round_step(least) == expected

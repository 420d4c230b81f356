"""What is only the rounding of its operands is 0 in a run; what is small, however small, is kept."""

from __future__ import annotations

import math
from itertools import permutations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from worked_examples import good_run

GIVEN = """id: 甲
axes: {k: 3}
given:
  x[k]: [0.1, 0.2, -0.3]
  v[k]: [0.7, 0.7, 0.7]
  ones[k]: 1
compute:
"""


def compute(expression: str) -> float:
    return float(good_run(f"{GIVEN}  y: '{expression}'\n").quantities["y"].values)


@pytest.mark.parametrize(
    "expression",
    [
        "0.1 + 0.2 - 0.3",
        "(1 - 0.9 - 0.1) * 1000",
        "sum(x)",
        "x @ v",
        "dot(x, v)",
        "var([0.1, 0.1, 0.1])",
        "mean(v) - 0.7",
        "cos(pi / 2)",
        "sin(pi)",
        "log(0.1 * 3 / 0.3)",
        "1 - sum(softmax(x))",
        "exp(50) - exp(25) ** 2",
        "linear(x, [[0.7], [0.7], [0.7]])[0]",
    ],
)
def test_rounding_is_0(expression: str) -> None:
    assert compute(expression) == 0


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0.1 ** 20", 1e-20),
        ("0.5 ** 60", 0.5**60),
        ("exp(-700)", math.exp(-700)),
        ("sin(1e-20)", 1e-20),
        ("softmax([20, -20])[1]", math.exp(-40)),
        ("1 + 1e-11 - 1", (1 + 1e-11) - 1),
        ("1e15 + 1 - 1e15", 1),
        ("1e-30 - 3e-30", -2e-30),
        ("sum(x * 1e-30 * ones) + 1e-31", 1e-31),
        ("softmax_jacobian(softmax(400 * x))[0, 1]", -math.exp(-40)),
        ("sum([1, 1e-30] * [0, 1])", 1e-30),
        ("float32(0.1) - 0.1", float(np.float32(0.1)) - 0.1),
        ("float16(0.1) + float16(0.2) - float16(0.3)", float(np.float16(0.1) + np.float16(0.2) - np.float16(0.3))),
    ],
)
def test_what_is_small_is_kept(expression: str, expected: float) -> None:
    assert compute(expression) == pytest.approx(expected, rel=1e-3, abs=0)


def test_badly_conditioned_results_are_left_as_they_are() -> None:
    """The entries of such an inverse are each uncertain, and together they solve the system all the same."""
    steps = "  A[k, j]: (k + 1) ** (j - 1) + 1e-7 * (k == j)\n  I[k, j]: pinv(A.T @ A[:, j] + 1e-6 * (k == j))\n"
    done = good_run(f"id: 甲\naxes: {{k: 8, j: k}}\ncompute:\n{steps}")
    assert np.count_nonzero(done.quantities["I"].values) == 64


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(1000, 9000).map(lambda x: x / 1000), min_size=2, max_size=4))
def test_the_order_of_a_sum_does_not_show(terms: list[float]) -> None:
    balanced = [*terms, -round(math.fsum(terms), 3)]
    sums = {compute(" + ".join(f"({one})" for one in order)) for order in list(permutations(balanced))[:6]}
    assert sums == {0.0}

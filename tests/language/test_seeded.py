"""Seeded arrays: the stream that notes rest on."""

from __future__ import annotations

import numpy as np
import pytest
from worked_examples import good_run

from zhixing.language.values import normal

# Frozen: a change here changes the figures of every note that has a seeded array.
SEED_7 = [-0.4342546237215807, 1.4945734351280098, 1.7280461313360014, 0.309142271865596]


def test_the_stream_is_frozen() -> None:
    assert normal(7, (2, 2)).ravel().tolist() == pytest.approx(SEED_7, rel=1e-15, abs=0)


def test_the_uniform_numbers_are_the_generator_s_raw_output() -> None:
    raw = np.random.PCG64(7).random_raw(8)
    assert raw.tolist() == [
        11530976094092348043,
        16550673365885938325,
        14308875409591826786,
        4154339397315733314,
        5537090637313560901,
        16114216841932056372,
        97127725791292528,
        15148990459964163805,
    ]
    u = [(int(one) >> 11) / 2**53 for one in raw]
    expected = [np.sqrt(-2 * np.log1p(-a)) * np.cos(2 * np.pi * b) for a, b in zip(u[:4], u[4:], strict=True)]
    assert normal(7, (4,)).tolist() == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("seed", [0, 1, 7, 10**17])
def test_moments(seed: int) -> None:
    x = normal(seed, (400, 500))
    n = x.size
    # Four standard errors of each.
    assert abs(x.mean()) < 4 / np.sqrt(n)
    assert abs(x.var() - 1) < 4 * np.sqrt(2 / n)
    assert abs((x**3).mean()) < 4 * np.sqrt(15 / n)
    assert abs((x**4).mean() - 3) < 4 * np.sqrt(96 / n)
    assert np.abs(x[:, 1:] * x[:, :-1]).mean() == pytest.approx(2 / np.pi, abs=0.01)
    assert abs((x[:, 1:] * x[:, :-1]).mean()) < 4 / np.sqrt(n)
    assert np.isfinite(x).all()
    assert 4 < np.abs(x).max() < 7


def test_deviation_and_shape() -> None:
    done = good_run(
        "id: 例\naxes: {a: 2, b: 3}\ngiven:\n  x[a, b]: {normal: 0.5, seed: 7}\n  y: {normal: 1, seed: 7}\n"
    )
    assert done.quantities["x"].values == pytest.approx(0.5 * normal(7, (2, 3)), rel=1e-15)
    assert done.quantities["y"].values == pytest.approx(normal(7, ()), rel=1e-15)


def test_other_seeds_are_other_numbers() -> None:
    assert abs(np.corrcoef(normal(1, (10_000,)), normal(2, (10_000,)))[0, 1]) < 0.04

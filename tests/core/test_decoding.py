"""Filters of the next word, sparsemax and SwiGLU: against plain loops, and figures worked by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
import reference as ref

from zhixing import core
from zhixing.core import CoreError

P = core.softmax(np.random.default_rng(1).standard_normal((5, 7)) * 2)


@pytest.mark.parametrize("k", [1, 3, 7, 9])
def test_keep_top_k(k: int) -> None:
    for row, found in zip(P.tolist(), core.keep_top_k(P, k), strict=True):
        kept = sorted(range(7), key=lambda i: -row[i])[:k]
        total = sum(row[i] for i in kept)
        np.testing.assert_allclose(found, [row[i] / total if i in kept else 0 for i in range(7)], rtol=1e-14)


@pytest.mark.parametrize("share", [0.001, 0.5, 0.9, 0.99])
def test_keep_top_p(share: float) -> None:
    for row, found in zip(P.tolist(), core.keep_top_p(P, share), strict=True):
        kept: list[int] = []
        for i in sorted(range(7), key=lambda i: -row[i]):
            if sum(row[j] for j in kept) < share:
                kept.append(i)
        total = sum(row[i] for i in kept)
        np.testing.assert_allclose(found, [row[i] / total if i in kept else 0 for i in range(7)], rtol=1e-14)


def test_ties_and_ends() -> None:
    assert core.keep_top_k([0.25] * 4, 2).tolist() == [0.5, 0.5, 0, 0]
    assert core.keep_top_p([0.25] * 4, 0.5).tolist() == [0.5, 0.5, 0, 0]
    assert core.keep_top_p([0.25] * 4, 1).tolist() == [0.25] * 4
    with pytest.raises(CoreError, match="k is 0; it must be a whole number of at least 1"):
        core.keep_top_k([0.5, 0.5], 0)
    with pytest.raises(CoreError, match="share is 2; it is a part"):
        core.keep_top_p([0.5, 0.5], 2)
    with pytest.raises(CoreError, match="p has a negative weight"):
        core.keep_top_p([-0.5, 0.5], 0.5)


def nearest(scores: list[float]) -> list[float]:
    """Return the nearest weights: of all sets of places, the one whose exact solution is positive and nearest."""
    exact, best = [Fraction(x) for x in scores], None
    for count in range(1, len(exact) + 1):
        for places in combinations(range(len(exact)), count):
            lift = (1 - sum(exact[i] for i in places)) / count
            weights = [exact[i] + lift if i in places else Fraction(0) for i in range(len(exact))]
            distance = sum((w - x) ** 2 for w, x in zip(weights, exact, strict=True))
            if min(weights) >= 0 and (best is None or distance < best[0]):
                best = distance, weights
    assert best is not None
    return [float(weight) for weight in best[1]]


def test_sparsemax_is_the_nearest_point() -> None:
    x = np.random.default_rng(3).standard_normal((20, 5)) * np.repeat([0.1, 0.3, 1, 3], 5)[:, None]
    np.testing.assert_allclose(core.sparsemax(x), [nearest(row) for row in x.tolist()], rtol=1e-12, atol=1e-14)
    assert core.sparsemax([1e9, 1e9 - 0.5]).tolist() == [0.75, 0.25]
    with pytest.raises(CoreError, match="x must be finite scores"):
        core.sparsemax([-np.inf, 0.0])


def test_swiglu() -> None:
    draw = np.random.default_rng(4).standard_normal
    x, W, V, W2 = draw((3, 4)), draw((4, 6)), draw((4, 6)), draw((6, 2))
    gate, value = (ref.product(ref.exact(x), ref.exact(M)) for M in (W, V))
    hidden = [[a * ref.sigmoid(a) * b for a, b in zip(*rows, strict=True)] for rows in zip(gate, value, strict=True)]
    expected = ref.floats(ref.product(hidden, ref.exact(W2)))
    np.testing.assert_allclose(core.swiglu(x, W, V, W2), expected, rtol=1e-13, atol=1e-13)
    with pytest.raises(CoreError, match="features out of W and V must be equal: W 6, V 5"):
        core.swiglu(x, W, V[:, :5], W2)

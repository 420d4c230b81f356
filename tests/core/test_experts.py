"""Mixture of experts: against loops over positions and experts in forty digits, and figures worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import reference as ref

from zhixing import core
from zhixing.core import CoreError

Array = np.ndarray[Any, np.dtype[np.float64]]
mp = ref.mp


def normal(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


X, W = normal(6, 3), normal(3, 4)
EXPERTS = (normal(4, 3, 5), normal(4, 5), normal(4, 5, 2), normal(4, 2))


def ask(x: ref.Row, i: int) -> ref.Row:
    """Return what the expert of a number makes of a position."""
    W1, b1, W2, b2 = (ref.exact(one[i]) for one in EXPERTS)
    hidden = [max(ref.mpf(0), s + b) for s, b in zip(ref.product([x], W1)[0], b1, strict=True)]
    return [s + b for s, b in zip(ref.product([hidden], W2)[0], b2, strict=True)]


@pytest.mark.parametrize("k", [1, 2, 4])
def test_mixture_of_experts(k: int) -> None:
    found = core.mixture_of_experts(X, W, *EXPERTS, k=k)
    for row, gates, output in zip(ref.exact(X), found.gates, found.output, strict=True):
        logits = ref.product([row], ref.exact(W))[0]
        chosen = [i for _, i in sorted((-logit, i) for i, logit in enumerate(logits))][:k]
        shares = ref.softmax([logits[i] for i in chosen])
        np.testing.assert_allclose(gates[chosen], ref.floats(shares), rtol=1e-13)
        assert np.count_nonzero(gates) == k
        expected = [mp.fsum(s * ask(row, i)[c] for s, i in zip(shares, chosen, strict=True)) for c in range(2)]
        np.testing.assert_allclose(output, ref.floats(expected), rtol=1e-13, atol=1e-13)


def test_leading_axes_and_no_position() -> None:
    found = core.mixture_of_experts(X.reshape(2, 3, 3), W, *EXPERTS, k=2, activation="gelu")
    flat = core.mixture_of_experts(X, W, *EXPERTS, k=2, activation="gelu")
    np.testing.assert_array_equal(found.output.reshape(6, 2), flat.output)
    assert core.mixture_of_experts(X[0], W, *EXPERTS, k=2).output.shape == (2,)
    assert core.mixture_of_experts(X[:0], W, *EXPERTS, k=2).output.shape == (0, 2)


def test_an_expert_that_is_not_chosen_is_not_asked() -> None:
    W1 = EXPERTS[0].copy()
    W1[3] = np.nan
    router = np.zeros((3, 4))
    found = core.mixture_of_experts(X, router, W1, *EXPERTS[1:], k=3)
    np.testing.assert_allclose(found.gates, [[1 / 3] * 3 + [0]] * 6, rtol=1e-15)  # all alike: the first three
    assert np.isfinite(found.output).all()


def test_distant_logits_and_nan() -> None:
    found = core.mixture_of_experts(
        [[1.0, 0.0, 0.0]], [[0.0, -2000.0, -3000.0, -4000.0]] + [[0.0] * 4] * 2, *EXPERTS, k=2
    )
    assert found.gates.tolist() == [[1, 0, 0, 0]]
    lost = core.mixture_of_experts([[np.nan, 0.0, 0.0], [1.0, 0.0, 0.0]], W, *EXPERTS, k=2)
    assert np.isnan(lost.output[0]).all()
    assert np.isfinite(lost.output[1]).all()


def test_experts_that_do_not_fit() -> None:
    with pytest.raises(CoreError, match="k is 5, but there are 4 experts"):
        core.mixture_of_experts(X, W, *EXPERTS, k=5)
    with pytest.raises(CoreError, match="k is 0; it must be a whole number of at least 1"):
        core.mixture_of_experts(X, W, *EXPERTS, k=0)
    with pytest.raises(CoreError, match="numbers of experts must be equal: W_columns 3, W1 4, b1 4, W2 4, b2 4"):
        core.mixture_of_experts(X, W[:, :3], *EXPERTS, k=1)
    with pytest.raises(CoreError, match="features of x and rows of W1 must be equal: x 3, W1 2"):
        core.mixture_of_experts(X, W, EXPERTS[0][:, :2], *EXPERTS[1:], k=4)

"""Losses and optimisers against plain loops in forty digits, and against figures worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import reference as ref

from zhixing import core
from zhixing.core import CoreError

Array = np.ndarray[Any, np.dtype[Any]]
mp = ref.mp


def normal(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, ref.floats(expected), rtol=2e-14, atol=1e-15)


@pytest.mark.parametrize("size", [1.0, 400.0])
def test_log_softmax(size: float) -> None:
    x = normal(4, 6) * size
    expected = [[mp.log(weight) for weight in ref.softmax(row)] for row in ref.exact(x)]
    close(core.log_softmax(x), expected)
    close(core.log_softmax(x.T, axis=0).T, expected)


def test_log_softmax_of_what_is_hidden() -> None:
    assert core.log_softmax([-np.inf, 0.0, 0.0]).tolist() == [-np.inf, -np.log(2), -np.log(2)]
    assert core.log_softmax([-np.inf, -np.inf]).tolist() == [-np.inf, -np.inf]
    np.testing.assert_array_equal(core.log_softmax(np.array([3e4, 0], np.float16)), np.array([0, -3e4], np.float16))


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
def test_cross_entropy(smoothing: float) -> None:
    logits, targets = normal(2, 3, 5) * 30, np.array([[0, 4, 2], [1, 1, 3]])
    epsilon = ref.exact(smoothing)
    found = core.cross_entropy(logits, targets, smoothing=smoothing)
    for at in np.ndindex(2, 3):
        logarithms = [mp.log(weight) for weight in ref.softmax(ref.exact(logits[at]))]
        wanted = [(1 - epsilon if k == targets[at] else 0) + epsilon / 5 for k in range(5)]
        close(found[at], -mp.fsum(q * log for q, log in zip(wanted, logarithms, strict=True)))


def test_cross_entropy_of_what_cannot_come() -> None:
    assert core.cross_entropy([0.0, -np.inf], 0) == 0
    assert core.cross_entropy([0.0, -np.inf], 1) == np.inf
    with pytest.raises(CoreError, match="targets must be at least 0 and below 2"):
        core.cross_entropy([0.0, 1.0], 2)
    with pytest.raises(CoreError, match=r"smoothing is 1\.5; it is a share"):
        core.cross_entropy([0.0, 1.0], 1, smoothing=1.5)
    with pytest.raises(CoreError, match="targets has shape 2, which does not broadcast to the predictions 3"):
        core.cross_entropy(normal(3, 4), [0, 1])


def test_the_gradient_of_cross_entropy_is_softmax_less_the_target() -> None:
    x, step = normal(5), np.eye(5) * 1e-6
    slopes = (core.cross_entropy(x + step, 3) - core.cross_entropy(x - step, 3)) / 2e-6
    np.testing.assert_allclose(slopes, core.softmax(x) - np.eye(5)[3], atol=1e-9)


def test_kl_divergence() -> None:
    p, q = core.softmax(normal(4, 6)), core.softmax(normal(4, 6, seed=2))
    rows = zip(ref.exact(p), ref.exact(q), strict=True)
    expected = [mp.fsum(a * mp.log(a / b) for a, b in zip(*row, strict=True)) for row in rows]
    np.testing.assert_allclose(core.kl_divergence(p, q), ref.floats(expected), rtol=1e-13)
    assert core.kl_divergence([0.0, 1.0], [0.0, 1.0]) == 0
    assert core.kl_divergence([0.0, 1.0], [0.5, 0.5]) == np.log(2)
    assert core.kl_divergence([0.5, 0.5], [0.0, 1.0]) == np.inf
    with pytest.raises(CoreError, match="q has a negative weight"):
        core.kl_divergence([0.5, 0.5], [-1.0, 2.0])
    with pytest.raises(CoreError, match="p has shape 2, q 3; the last axes must be equal"):
        core.kl_divergence([0.5, 0.5], [0.2, 0.3, 0.5])


def test_perplexity() -> None:
    np.testing.assert_allclose(core.perplexity(-np.log([0.5, 0.125])), 4, rtol=1e-15)
    logits = np.zeros((7, 50))
    np.testing.assert_allclose(core.perplexity(core.cross_entropy(logits, np.arange(7))), 50, rtol=1e-14)


def test_sgd_by_hand() -> None:
    first = core.sgd([1.0], [2.0], rate=0.5, momentum=0.5)
    assert (first.w.tolist(), first.velocity.tolist()) == ([0.0], [-1.0])
    second = core.sgd(first.w, [2.0], first.velocity, rate=0.5, momentum=0.5)
    assert (second.w.tolist(), second.velocity.tolist()) == ([-1.5], [-1.5])
    with pytest.raises(CoreError, match="gradient has shape 3, which does not broadcast to w 2"):
        core.sgd([1.0, 2.0], [1.0, 2.0, 3.0], rate=1)


def test_adam() -> None:
    w, gradients = normal(3), normal(6, 3) * [1e-3, 1, 1e3]
    rate, b1, b2, eps = map(ref.exact, (0.1, 0.8, 0.95, 1e-3))
    expected = []
    for place in range(3):
        value, mean, square = ref.exact(w[place]), mp.mpf(0), mp.mpf(0)
        for t, g in enumerate(ref.exact(gradients[:, place]), start=1):
            mean, square = b1 * mean + (1 - b1) * g, b2 * square + (1 - b2) * g**2
            value -= rate * (mean / (1 - b1**t)) / (mp.sqrt(square / (1 - b2**t)) + eps)
        expected.append(value)
    found = core.Adam(w, np.zeros(3), np.zeros(3))
    for t, gradient in enumerate(gradients, start=1):
        found = core.adam(found.w, gradient, found.m, found.v, step=t, rate=0.1, beta1=0.8, beta2=0.95, eps=1e-3)
    np.testing.assert_allclose(found.w, ref.floats(expected), rtol=1e-12)


def test_adam_refuses() -> None:
    with pytest.raises(CoreError, match="step is 0; it must be a whole number of at least 1"):
        core.adam([1.0], [1.0], step=0)
    with pytest.raises(CoreError, match="beta2 is 1; it is the share that is kept"):
        core.adam([1.0], [1.0], step=1, beta2=1)


def test_the_rate_is_largest_at_the_end_of_the_warm_up() -> None:
    rates = core.warmup_rate(np.arange(1, 20001), 512)
    assert rates.argmax() == 3999
    np.testing.assert_allclose(rates[3999], 1 / np.sqrt(512 * 4000), rtol=1e-14)
    np.testing.assert_allclose(rates[[0, 15999]], [rates[3999] / 4000, rates[3999] / 2], rtol=1e-13)
    with pytest.raises(CoreError, match="step is 0; steps count from 1"):
        core.warmup_rate([0, 1], 8)

"""Every mechanism against the plain-loop version in forty digits, on seeded numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import reference as ref

from zhixing import core
from zhixing.core.convolution import conv1d, conv2d

Array = np.ndarray[Any, np.dtype[np.float64]]
TINY = 4e-14


def normal(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


def close(found: Any, expected: Any, tolerance: float = TINY) -> None:
    np.testing.assert_allclose(found, ref.floats(expected), rtol=tolerance, atol=tolerance)


Q, K, V = normal(5, 4), normal(7, 4), normal(7, 3)
MASK = normal(5, 7) > -0.3
BIAS = np.where(normal(5, 7, seed=9) < -1, -np.inf, normal(5, 7, seed=2))

VARIANTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "plain": ({}, {}),
    "scale": ({"scale": -0.7}, {"scale": -0.7}),
    "mask": ({"mask": MASK}, {"may": lambda i, j: MASK[i, j]}),
    "bias": ({"bias": BIAS}, {"bias": ref.exact(BIAS)}),
    "causal from the start": ({"causal": True, "align": "start"}, {"may": lambda i, j: j <= i}),
    "causal to the end": ({"causal": True, "align": "end"}, {"may": lambda i, j: j <= i + 2}),
    "window": ({"window": (2, 1), "align": "start"}, {"may": lambda i, j: i - 2 <= j <= i + 1}),
    "causal window": ({"causal": True, "window": 1, "align": "end"}, {"may": lambda i, j: i + 1 <= j <= i + 2}),
    "soft cap": ({"softcap": 0.5}, {"softcap": ref.exact(0.5)}),
    "all": (
        {"softcap": 2.0, "mask": MASK, "bias": BIAS, "causal": True, "align": "end"},
        {"softcap": ref.exact(2.0), "bias": ref.exact(BIAS), "may": lambda i, j: MASK[i, j] and j <= i + 2},
    ),
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("size", [1.0, 40.0])
def test_attention(variant: str, size: float) -> None:
    ours, theirs = VARIANTS[variant]
    expected = ref.attention(*map(ref.exact, (Q * size, K, V)), **theirs)
    close(core.attention(Q * size, K, V, **ours).output, expected)
    close(core.blocked_attention(Q * size, K, V, **ours), expected, 1e-12)


def test_attention_of_heads_and_batches() -> None:
    q, k, v = normal(2, 4, 3, 5), normal(2, 2, 6, 5), normal(2, 2, 6, 2)
    found = core.attention(q, k, v, grouped=True).output
    for batch in range(2):
        for head in range(4):
            one = (q[batch, head], k[batch, head // 2], v[batch, head // 2])
            close(found[batch, head], ref.attention(*map(ref.exact, one)))


def test_additive_attention() -> None:
    q, k, v = normal(3, 4), normal(5, 2), normal(5, 6)
    W_Q, W_K, w = normal(4, 7), normal(2, 7), normal(7)
    scores = ref.additive_scores(*map(ref.exact, (q, k, W_Q, W_K, w)))
    close(core.additive_scores(q, k, W_Q, W_K, w), scores)
    found = core.additive_attention(q, k, v, W_Q, W_K, w)
    weights = [ref.softmax(row) for row in scores]
    close(found.weights, weights)
    close(found.output, ref.product(weights, ref.exact(v)))


def test_multi_head() -> None:
    x, memory = normal(3, 4), normal(5, 6)
    W_Q, W_K, W_V, W_O = normal(2, 4, 3), normal(2, 6, 3), normal(2, 6, 2), normal(4, 4)
    found = core.multi_head(x, memory, W_Q, W_K, W_V, W_O)
    ex, em = ref.exact(x), ref.exact(memory)
    heads = [
        ref.attention(*(ref.product(a, ref.exact(W[h])) for a, W in ((ex, W_Q), (em, W_K), (em, W_V))))
        for h in range(2)
    ]
    joined = [heads[0][i] + heads[1][i] for i in range(3)]
    close(found.joined, joined)
    close(found.output, ref.product(joined, ref.exact(W_O)), 1e-13)


@pytest.mark.parametrize("temperature", [1.0, 0.01, 9.0877])
def test_softmax(temperature: float) -> None:
    x = normal(6) * 300
    close(
        core.softmax(x, temperature=temperature), ref.softmax(ref.exact(x), temperature=ref.exact(temperature)), 1e-12
    )


ELEMENTWISE = {
    "sigmoid": (core.sigmoid, ref.sigmoid),
    "silu": (core.silu, lambda x: x * ref.sigmoid(x)),
    "gelu": (core.gelu, ref.gelu),
    "gelu tanh": (lambda x: core.gelu(x, approximate="tanh"), ref.gelu_tanh),
    "tanh": (core.tanh, ref.mp.tanh),
    "relu": (core.relu, lambda x: max(x, 0)),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_activations(name: str) -> None:
    ours, theirs = ELEMENTWISE[name]
    x = np.linspace(-30, 30, 61)
    expected = ref.floats([theirs(one) for one in ref.exact(x)])
    relative = 3e-9 if name == "gelu tanh" else 1e-12  # 1 + tanh cancels on the left, by definition
    np.testing.assert_allclose(ours(x), expected, rtol=relative, atol=1e-16 if name == "gelu tanh" else 0)


def test_norms() -> None:
    x, gain, bias = normal(3, 5) * 7 + 2, normal(5), normal(5, seed=3)
    eps = ref.mpf("1e-5")
    rows = ref.floats([ref.normalise(row, eps) for row in ref.exact(x)])
    columns = ref.floats([ref.normalise(column, 0) for column in ref.exact(x.T)])
    squares = ref.floats([ref.rms(row, eps) for row in ref.exact(x)])
    np.testing.assert_allclose(core.layer_norm(x, gain, bias), rows * gain + bias, rtol=TINY, atol=TINY)
    np.testing.assert_allclose(core.layer_norm(x, axis=0, eps=0), columns.T, rtol=TINY, atol=TINY)
    np.testing.assert_allclose(core.batch_norm(x, eps=0), columns.T, rtol=TINY, atol=TINY)
    np.testing.assert_allclose(core.rms_norm(x, gain), squares * gain, rtol=TINY, atol=TINY)


def test_positions() -> None:
    p = np.array([0, 1, 7, 4095, 0.5])
    close(core.positions(p, 6), [ref.positions(one, 6) for one in ref.exact(p)], 1e-12)


@pytest.mark.parametrize("interleaved", [True, False])
def test_rotary(interleaved: bool) -> None:
    x, p = normal(4, 8), np.array([0, 1, 5, 100])
    pairs = [(0, 1), (2, 3), (4, 5)] if interleaved else [(0, 3), (1, 4), (2, 5)]
    expected = [ref.rotary(row, one, pairs) for row, one in zip(ref.exact(x), ref.exact(p), strict=True)]
    close(core.rotary(x, p, width=6, interleaved=interleaved), expected)


def test_lstm() -> None:
    x, W, U, b = normal(6, 3), normal(4, 3, 5), normal(4, 5, 5), normal(4, 5)
    hidden, cells = ref.lstm(*map(ref.exact, (x, W, U, b)))
    found = core.lstm(x, W, U, b)
    close(found.h, hidden)
    close(found.c, cells)


@pytest.mark.parametrize("reset_after", [False, True])
def test_gru(reset_after: bool) -> None:
    x, W, U, b = normal(6, 3), normal(3, 3, 5), normal(3, 5, 5), normal(3, 5)
    c_n = normal(5) if reset_after else None
    expected = ref.gru(ref.exact(x), ref.exact(W), ref.exact(U), ref.exact(b), None if c_n is None else ref.exact(c_n))
    close(core.gru(x, W, U, b, reset_after=reset_after, c_n=c_n).h, expected)


def test_rnn() -> None:
    x, W, U, b = normal(6, 3), normal(3, 5), normal(5, 5), normal(5)
    close(core.rnn(x, W, U, b), ref.rnn(*map(ref.exact, (x, W, U, b))))


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 1, 1), (1, 2, 2), (3, 0, 1)])
def test_conv2d(stride: int, padding: int, dilation: int) -> None:
    x, kernel, bias = normal(2, 7, 6), normal(3, 2, 3, 2), normal(3)
    expected = ref.floats(ref.conv2d(ref.exact(x), ref.exact(kernel), stride, padding, dilation))
    found = conv2d(x, kernel, bias, stride=stride, padding=padding, dilation=dilation)
    np.testing.assert_allclose(found, expected + bias[:, None, None], rtol=TINY, atol=TINY)


def test_conv1d() -> None:
    x, kernel = normal(2, 9), normal(3, 2, 4)
    expected = ref.floats(ref.conv2d(ref.exact(x[:, None]), ref.exact(kernel[:, :, None]), 1, 0, 2))
    np.testing.assert_allclose(conv1d(x, kernel, dilation=2), expected[:, 0], rtol=TINY, atol=TINY)

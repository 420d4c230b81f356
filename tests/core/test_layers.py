"""Learned gains and biases of heads and layers, and recurrence from the last position to the first: plain loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import reference as ref

from zhixing import core
from zhixing.core import CoreError

Array = np.ndarray[Any, np.dtype[np.float64]]
N, D, H, D_K, D_V, F = 5, 4, 2, 3, 2, 6


def normal(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


def draw_heads(width: int, seed: int, *, biases: bool = True, gains: bool = True) -> core.HeadWeights:
    shapes = [(H, D, D_K), (H, width, D_K), (H, width, D_V), (H * D_V, D), (H, D_K), (H, D_K), (H, D_V), (D,)]
    arrays = [normal(*shape, seed=seed + i) for i, shape in enumerate(shapes)]
    ends = [normal(D_K, seed=seed + 20), normal(D_K, seed=seed + 21)]
    return core.HeadWeights(
        *arrays[: 8 if biases else 4], **dict(zip(("g_Q", "g_K"), ends if gains else (), strict=False))
    )


def draw_network(seed: int) -> core.NetworkWeights:
    return core.NetworkWeights(*(normal(*shape, seed=seed) for shape in [(D, F), (F,), (F, D), (D,)]))


# The oracle, in forty digits.


def shift(rows: ref.Matrix, bias: Any) -> ref.Matrix:
    return rows if bias is None else [[a + b for a, b in zip(row, ref.exact(bias), strict=True)] for row in rows]


def scale_root_mean_square(rows: ref.Matrix, gain: Any) -> ref.Matrix:
    if gain is None:
        return rows
    return [[a * g for a, g in zip(ref.rms(row, ref.mpf("1e-5")), ref.exact(gain), strict=True)] for row in rows]


def attend(x: ref.Matrix, memory: ref.Matrix, w: core.HeadWeights, causal: bool) -> ref.Matrix:
    """Return multi-head attention, head by head."""
    heads = []
    for h in range(H):
        q = shift(ref.product(x, ref.exact(w.W_Q[h])), None if w.b_Q is None else w.b_Q[h])
        k = shift(ref.product(memory, ref.exact(w.W_K[h])), None if w.b_K is None else w.b_K[h])
        v = shift(ref.product(memory, ref.exact(w.W_V[h])), None if w.b_V is None else w.b_V[h])
        q, k = scale_root_mean_square(q, w.g_Q), scale_root_mean_square(k, w.g_K)
        heads.append(ref.attention(q, k, v, may=lambda i, j: j <= i or not causal))
    joined = [heads[0][i] + heads[1][i] for i in range(len(x))]
    return shift(ref.product(joined, ref.exact(w.W_O)), w.b_O)


def network(x: ref.Matrix, w: core.NetworkWeights) -> ref.Matrix:
    hidden = [[max(ref.mpf(0), one) for one in row] for row in shift(ref.product(x, ref.exact(w.W1)), w.b1)]
    return shift(ref.product(hidden, ref.exact(w.W2)), w.b2)


def layer(x: ref.Matrix, parts: list[Any], norm: str, gains: Array, shifts: Array) -> ref.Matrix:
    """Return a layer from its sub-layers, functions of what they are given."""
    for part, gain, bias in zip(parts, ref.exact(gains), ref.exact(shifts), strict=True):

        def normalize(rows: ref.Matrix, gain: Any = gain, bias: Any = bias) -> ref.Matrix:
            terms = [zip(ref.normalise(row, ref.mpf("1e-5")), gain, bias, strict=True) for row in rows]
            return [[a * g + b for a, g, b in row] for row in terms]

        change = part(normalize(x) if norm == "pre" else x)
        total = [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(x, change, strict=True)]
        x = total if norm == "pre" else normalize(total)
    return x


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("gains", [False, True])
def test_multi_head(biases: bool, gains: bool) -> None:
    x, memory, w = normal(N, D), normal(7, 3), draw_heads(3, 5, biases=biases, gains=gains)
    found = core.multi_head(x, memory, *w.arrays(), **w.options()).output
    expected = attend(ref.exact(x), ref.exact(memory), w, False)
    np.testing.assert_allclose(found, ref.floats(expected), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_encoder_layer(norm: Any) -> None:
    x, heads, weights = normal(N, D), draw_heads(D, 30), draw_network(40)
    gains, shifts = normal(2, D, seed=50), normal(2, D, seed=51)
    parts = [lambda z: attend(z, z, heads, True), lambda z: network(z, weights)]
    expected = layer(ref.exact(x), parts, norm, gains, shifts)
    found = core.encoder_layer(x, heads, weights, causal=True, norm=norm, gains=gains, shifts=shifts)
    np.testing.assert_allclose(found.output, ref.floats(expected), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_decoder_layer(norm: Any) -> None:
    x, memory, heads, cross, weights = (
        normal(N, D),
        normal(6, 3),
        draw_heads(D, 60),
        draw_heads(3, 70),
        draw_network(80),
    )
    gains, shifts = normal(3, D, seed=90), normal(3, D, seed=91)
    em = ref.exact(memory)
    parts = [
        lambda z: attend(z, z, heads, True),
        lambda z: attend(z, em, cross, False),
        lambda z: network(z, weights),
    ]
    expected = layer(ref.exact(x), parts, norm, gains, shifts)
    found = core.decoder_layer(x, memory, heads, cross, weights, norm=norm, gains=gains, shifts=shifts)
    np.testing.assert_allclose(found.output, ref.floats(expected), rtol=1e-12, atol=1e-12)


def test_gains_of_1_and_shifts_of_0_are_none() -> None:
    x, heads, weights = normal(N, D), draw_heads(D, 30), draw_network(40)
    plain = core.encoder_layer(x, heads, weights).output
    np.testing.assert_array_equal(core.encoder_layer(x, heads, weights, gains=np.ones((2, D))).output, plain)
    np.testing.assert_array_equal(core.encoder_layer(x, heads, weights, shifts=np.zeros((2, D))).output, plain)


def test_the_length_of_normalised_queries_does_not_matter() -> None:
    x, w = normal(N, D), draw_heads(D, 3, biases=False)
    once, thrice = (core.multi_head(x, x, w.W_Q * size, *w.arrays()[1:], **w.options()).weights for size in (1, 1000))
    np.testing.assert_allclose(once, thrice, rtol=1e-4)
    same = np.eye(2)[None]
    by_hand = core.multi_head([[3.0, 4.0]], [[3.0, 4.0], [0.0, 5.0]], same, same, same, np.eye(2), g_Q=[1, 1])
    # The query has the length √2: it becomes (0.8485, 1.1314).
    np.testing.assert_allclose(by_hand.scores, [[[3 * 0.8485281 + 4 * 1.1313708, 5 * 1.1313708]]], rtol=1e-6)


def test_weights_that_do_not_fit() -> None:
    x, heads, weights = normal(N, D), draw_heads(D, 30), draw_network(40)
    with pytest.raises(CoreError, match="gains has shape 3×4; it needs 2 rows, one for each norm"):
        core.encoder_layer(x, heads, weights, gains=np.ones((3, D)))
    with pytest.raises(CoreError, match="shifts has shape 2×4; it needs 3 rows, one for each norm"):
        core.decoder_layer(x, x, heads, heads, weights, shifts=np.ones((2, D)))
    with pytest.raises(CoreError, match="gain has shape 3, which does not broadcast to x 5×4"):
        core.encoder_layer(x, heads, weights, gains=np.ones((2, 3)))
    with pytest.raises(CoreError, match="b_K has shape 2×2, which does not broadcast to heads and head width 2×3"):
        core.multi_head(x, x, *heads.arrays(), b_K=np.ones((2, 2)))
    with pytest.raises(CoreError, match="g_Q has shape 2, which does not broadcast to the head width 3"):
        core.multi_head(x, x, *heads.arrays(), g_Q=np.ones(2))


# Recurrence from the last position to the first.


@pytest.mark.parametrize("start", [False, True])
def test_backward_recurrence(start: bool) -> None:
    X, W, U, b = normal(4, 2), normal(4, 2, 3), normal(4, 3, 3), normal(4, 3)
    h0: dict[str, Any] = {"h0": normal(3, seed=9)} if start else {}
    turned = X[::-1]
    rnn = core.rnn(X, W[0], U[0], b[0], backward=True, **h0)
    np.testing.assert_array_equal(rnn, core.rnn(turned, W[0], U[0], b[0], **h0)[::-1])
    lstm, flipped = core.lstm(X, W, U, b, backward=True, **h0), core.lstm(turned, W, U, b, **h0)
    gru, turned_gru = core.gru(X, W[:3], U[:3], b[:3], backward=True, **h0), core.gru(turned, W[:3], U[:3], b[:3], **h0)
    for name in ("f", "i", "o", "g", "c", "h"):
        np.testing.assert_array_equal(getattr(lstm, name), getattr(flipped, name)[::-1])
    for name in ("z", "r", "n", "h"):
        np.testing.assert_array_equal(getattr(gru, name), getattr(turned_gru, name)[::-1])
    if not start:
        ex = [ref.exact(one) for one in (turned, W, U, b)]
        expected = ref.rnn(ex[0], ex[1][0], ex[2][0], ex[3][0])[::-1]
        np.testing.assert_allclose(rnn, ref.floats(expected), rtol=1e-13)
        np.testing.assert_allclose(lstm.h, ref.floats(ref.lstm(*ex)[0][::-1]), rtol=1e-13, atol=1e-15)


def test_each_state_stands_at_what_it_has_read() -> None:
    """Sums from the right: 3, 3 + 2, 3 + 2 + 1."""
    one = [[1.0]]
    assert core.rnn([[1.0], [2.0], [3.0]], one, one, backward=True, activation="identity").tolist() == [[6], [5], [3]]
    assert core.rnn(np.ones((0, 1)), one, one, backward=True).shape == (0, 1)
    assert core.lstm(np.ones((0, 1)), np.ones((4, 1, 1)), np.ones((4, 1, 1)), backward=True).h.shape == (0, 1)

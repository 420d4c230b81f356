"""The smaller mechanisms: what the reference and ONNX do not cover."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zhixing import core
from zhixing.core import CoreError

Array = np.ndarray[Any, np.dtype[Any]]


def normal(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


def test_dot_and_cosine() -> None:
    same, right, against = [6.0, 8.0], [-4.0, 3.0], [-3.0, -4.0]
    assert core.dot([[3, 4]] * 3, [same, right, against]).tolist() == [50, 0, -25]
    np.testing.assert_allclose(core.cosine_similarity([3, 4], [same, right, against]), [1, 0, -1], atol=1e-16)
    np.testing.assert_allclose(core.cosine_similarity([1e200, 0], [1e-200, 1e-200]), np.sqrt(0.5))
    assert np.isnan(core.cosine_similarity([0, 0], [1, 2]))
    with pytest.raises(CoreError, match=r"features \(the last axis\) must be equal: a 2, b 3"):
        core.dot([1, 2], [1, 2, 3])


def test_softmax_over_two_axes_and_under_a_mask() -> None:
    x = normal(3, 4, 5)
    both = core.softmax(x, axis=(1, 2))
    np.testing.assert_allclose(both.reshape(3, -1), core.softmax(x.reshape(3, -1)))
    found = core.softmax(x, axis=0, mask=np.array([True, False, True])[:, None, None])
    assert not found[1].any()
    np.testing.assert_allclose(found.sum(axis=0), 1)
    np.testing.assert_allclose(core.softmax(x + 1e4), core.softmax(x), rtol=1e-11)
    assert core.softmax([0, 1e-3], temperature=1e-320).tolist() == [0, 1]
    with pytest.raises(CoreError, match="axis 3 is not an axis of x, whose shape is 3×4×5"):
        core.softmax(x, axis=3)
    with pytest.raises(CoreError, match="temperature is 0"):
        core.softmax(x, temperature=0)
    with pytest.raises(CoreError, match="negative weight"):
        core.entropy([-1.0, 2.0])


def test_gates_saturate_exactly() -> None:
    assert core.sigmoid([-np.inf, 0, np.inf]).tolist() == [0, 0.5, 1]
    assert core.silu([-np.inf, 0]).tolist() == [0, 0]
    assert core.gelu([-np.inf, 0]).tolist() == [0, 0]
    assert np.isnan(core.sigmoid([np.nan])).all()
    W, U = np.zeros((4, 1, 2)), np.zeros((4, 2, 2))
    b = np.array([[np.inf] * 2, [-np.inf] * 2, [0, 0], [1, 1]])
    found = core.lstm(normal(50, 1), W, U, b, c0=[0.7, -2.0])
    assert (found.c == [0.7, -2.0]).all()


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_a_sequence_is_its_steps(kind: str) -> None:
    x, h0 = normal(2, 6, 3), normal(2, 4)
    gates = {"lstm": (4,), "gru": (3,), "rnn": ()}[kind]
    W, U, b = normal(*gates, 3, 4), normal(*gates, 4, 4), normal(*gates, 4)
    h: Array = h0
    c: Array = np.zeros((2, 4))
    for t in range(6):
        if kind == "lstm":
            step = core.lstm_cell(x[:, t], h, c, W, U, b)
            h, c = step.h, step.c
        else:
            h = core.gru_cell(x[:, t], h, W, U, b).h if kind == "gru" else core.rnn_cell(x[:, t], h, W, U, b)
    whole = getattr(core, kind)(x, W, U, b, h0=h0)
    np.testing.assert_allclose((whole if kind == "rnn" else whole.h)[:, -1], h, rtol=1e-13)


def test_recurrences_of_no_steps() -> None:
    assert core.lstm(np.zeros((0, 3)), np.zeros((4, 3, 5)), np.zeros((4, 5, 5))).h.shape == (0, 5)
    assert core.rnn(np.zeros((0, 3)), np.zeros((3, 5)), np.zeros((5, 5))).shape == (0, 5)


def test_recurrent_shapes_that_do_not_fit() -> None:
    with pytest.raises(CoreError, match=r"W has shape 3×3×4; it needs 3 axes: \(4 gates"):
        core.lstm(normal(5, 3), normal(3, 3, 4), normal(4, 4, 4))
    with pytest.raises(CoreError, match="hidden widths must be equal: W 4, U_rows 4, U_columns 5"):
        core.gru(normal(5, 3), normal(3, 3, 4), normal(3, 4, 5))
    with pytest.raises(CoreError, match="b has shape 3; W needs 3×4"):
        core.gru(normal(5, 3), normal(3, 3, 4), normal(3, 4, 4), normal(3))
    with pytest.raises(CoreError, match="reset_after=True"):
        core.gru(normal(5, 3), normal(3, 3, 4), normal(3, 4, 4), c_n=normal(4))
    with pytest.raises(CoreError, match="features of x and rows of W"):
        core.rnn(normal(5, 3), normal(2, 4), normal(4, 4))


def test_positions_have_norm_root_d_over_2_and_shift_linearly() -> None:
    code = core.positions(np.arange(40), 16)
    np.testing.assert_allclose(np.linalg.norm(code, axis=-1), np.sqrt(8), rtol=1e-14)
    np.testing.assert_allclose(code[:-7] @ core.position_shift(7, 16), code[7:], atol=1e-12)
    np.testing.assert_array_equal(core.positions(np.arange(40), np.arange(16)), code)
    assert core.positions(3, 5).shape == (5,)
    assert core.positions(np.array([1], dtype=np.float32), 4).dtype == np.float32
    with pytest.raises(CoreError, match="must be the indices 0, 1, 2"):
        core.positions(1, [0, 2])


def test_rotary_scores_see_distances_alone() -> None:
    q, k = normal(6, 8), normal(6, 8, seed=2)
    for interleaved in (True, False):
        near = core.rotary(q, interleaved=interleaved) @ core.rotary(k, interleaved=interleaved).T
        far = np.arange(6) + 100
        moved = core.rotary(q, far, interleaved=interleaved) @ core.rotary(k, far, interleaved=interleaved).T
        np.testing.assert_allclose(moved, near, atol=1e-12)
        np.testing.assert_allclose(np.linalg.norm(core.rotary(q, interleaved=interleaved)), np.linalg.norm(q))
    np.testing.assert_array_equal(core.rotary(q, width=4)[:, 4:], q[:, 4:])
    with pytest.raises(CoreError, match="pos has shape 2, which does not broadcast to the positions of x 6"):
        core.rotary(q, [0, 1])
    with pytest.raises(CoreError, match="width is 10, but x has shape 6×8"):
        core.rotary(q, width=10)


def test_norms_have_mean_0_and_variance_1() -> None:
    x = normal(6, 5) * 3 + 7
    for axis in (0, 1, (0, 1)):
        found = core.layer_norm(x, axis=axis, eps=0)
        np.testing.assert_allclose(found.mean(axis=axis), 0, atol=1e-15)
        np.testing.assert_allclose(found.var(axis=axis), 1, rtol=1e-14)
    np.testing.assert_allclose(core.layer_norm(x * 5 + 2, eps=0), core.layer_norm(x, eps=0))
    np.testing.assert_allclose(core.rms_norm(x * 5, eps=0), core.rms_norm(x, eps=0))
    kept = core.batch_norm(x[:2], mean=x.mean(axis=0), variance=x.var(axis=0), eps=0)
    np.testing.assert_allclose(kept, core.batch_norm(x, eps=0)[:2])
    with pytest.raises(CoreError, match="mean and variance belong together"):
        core.batch_norm(x, mean=np.zeros(5))
    with pytest.raises(CoreError, match="gain has shape 4, which does not broadcast to x 6×5"):
        core.layer_norm(x, np.ones(4))


def test_feed_forward_treats_each_position_alone() -> None:
    x, W1, b1, W2, b2 = normal(3, 2), normal(2, 5), normal(5), normal(5, 2), normal(2)
    found = core.feed_forward(x, W1, b1, W2, b2)
    np.testing.assert_allclose(found, np.maximum(x @ W1 + b1, 0) @ W2 + b2)
    x[1] += 10
    np.testing.assert_array_equal(core.feed_forward(x, W1, b1, W2, b2)[[0, 2]], found[[0, 2]])
    stacked = core.feed_forward(x, W1, b1 * 0, W2, b2 * 0, activation="identity")
    np.testing.assert_allclose(stacked, core.linear(x, W1 @ W2), rtol=1e-12)
    with pytest.raises(CoreError, match="features of hidden and rows of W2 must be equal: hidden 5, W2 4"):
        core.feed_forward(x, W1, b1, W2[:4], b2)
    with pytest.raises(CoreError, match="'selu' is no activation; there are relu"):
        core.feed_forward(x, W1, b1, W2, b2, activation="selu")  # type: ignore[arg-type]  # what a note may say


def layer_weights(d: int, h: int, seed: int) -> tuple[core.HeadWeights, core.NetworkWeights]:
    shapes = [(h, d, 3), (h, d, 3), (h, d, 2), (h * 2, d), (d, 7), (7,), (7, d), (d,)]
    arrays = [normal(*shape, seed=seed + i) for i, shape in enumerate(shapes)]
    return core.HeadWeights(*arrays[:4]), core.NetworkWeights(*arrays[4:])


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_encoder_layer_is_its_parts(norm: Any) -> None:
    x, (heads, weights) = normal(5, 4), layer_weights(4, 2, 10)
    found = core.encoder_layer(x, heads, weights, norm=norm, causal=True)

    def seen(z: Any) -> Any:
        return core.multi_head(z, z, *heads.arrays(), causal=True).output

    def network(z: Any) -> Any:
        return core.feed_forward(z, *weights.arrays())

    if norm == "post":
        attended = core.layer_norm(core.residual(x, seen(x)))
        output = core.layer_norm(core.residual(attended, network(attended)))
    else:
        attended = core.residual(x, seen(core.layer_norm(x)))
        output = core.residual(attended, network(core.layer_norm(attended)))
    np.testing.assert_allclose(found.attended, attended)
    np.testing.assert_allclose(found.output, output)


def test_decoder_layer_is_its_parts_and_sees_no_future() -> None:
    x, memory = normal(5, 4), normal(6, 4)
    (first, weights), (second, _) = layer_weights(4, 2, 20), layer_weights(4, 2, 40)
    arguments = (first, second, weights)
    found = core.decoder_layer(x, memory, *arguments)
    attended = core.layer_norm(x + core.multi_head(x, x, *first.arrays(), causal=True).output)
    crossed = core.layer_norm(attended + core.multi_head(attended, memory, *second.arrays()).output)
    np.testing.assert_allclose(found.output, core.layer_norm(crossed + core.feed_forward(crossed, *weights.arrays())))
    changed = x.copy()
    changed[3:] += 1
    np.testing.assert_allclose(core.decoder_layer(changed, memory, *arguments).output[:3], found.output[:3])
    hidden = core.decoder_layer(x, memory, *arguments, memory_mask=np.arange(6) < 2)
    assert not hidden.cross_weights[..., 2:].any()
    with pytest.raises(CoreError, match='norm is \'both\'; it is "post" or "pre"'):
        core.decoder_layer(x, memory, *arguments, norm="both")  # type: ignore[arg-type]  # what a note may say


def test_convolution_options() -> None:
    image = np.zeros((4, 6))
    image[:, 3:] = 9
    edge = [[-1, 0, 1]] * 3
    assert core.conv2d(image, edge).tolist() == [[0, 27, 27, 0], [0, 27, 27, 0]]
    assert core.conv2d(image, edge, padding="same").shape == (4, 6)
    assert core.conv1d([1, 2, 3, 4], [1, 10]).tolist() == [21, 32, 43]
    assert core.conv1d([1, 2, 3, 4, 5], [1, 10], dilation=3, stride=1).tolist() == [41, 52]
    assert core.conv1d([1, 2, 3], [1, 1], padding="same").tolist() == [3, 5, 3]
    with pytest.raises(CoreError, match="a window of 5×5 does not fit into the last axes of x, 4×6"):
        core.conv2d(image, np.ones((5, 5)))
    with pytest.raises(CoreError, match=r"channels of x and of kernel \(axis 1\) must be equal: x 2, kernel 3"):
        core.conv1d(normal(2, 9), normal(4, 3, 2))
    with pytest.raises(CoreError, match="kernel has shape 3; it needs 2 axes, or 4"):
        core.conv2d(image, [1, 2, 3])
    with pytest.raises(CoreError, match="stride is 0"):
        core.conv1d([1, 2, 3], [1, 1], stride=0)
    with pytest.raises(CoreError, match="padding is 'full'"):
        core.conv1d([1, 2, 3], [1, 1], padding="full")  # type: ignore[arg-type]  # what a note may say


def test_pooling() -> None:
    x = np.arange(16.0).reshape(4, 4)
    assert core.max_pool(x, (2, 2)).tolist() == [[5, 7], [13, 15]]
    assert core.avg_pool(x, (4, 2)).tolist() == [[6.5, 8.5]]
    assert core.max_pool([3, 1, 2, 5], 2, stride=1).tolist() == [3, 2, 5]
    assert core.avg_pool([3, 1, 2, 5, 9], 2).tolist() == [2, 3.5]


def test_mean_pooling_is_attention_with_equal_scores() -> None:
    x = normal(6, 3)
    found = core.attention(np.zeros((1, 3)), x, x).output
    np.testing.assert_allclose(found, core.avg_pool(x.T, 6).T)


@pytest.mark.parametrize("layers", [1, 2, 4])
def test_receptive_field_is_what_a_nudge_reaches(layers: int) -> None:
    x: Array = np.zeros(60)
    x[30] = 1
    for _ in range(layers):
        x = core.conv1d(x, np.ones(3), dilation=2, padding="same")
    assert np.count_nonzero(x) == layers * 2 + 1
    assert core.receptive_field([3] * layers, dilations=[2] * layers) == 1 + 4 * layers
    assert core.receptive_field([3] * layers) == 1 + 2 * layers


def test_receptive_field_with_strides() -> None:
    assert core.receptive_field([7, 3, 3], strides=[2, 2, 1]) == 1 + 6 + 2 * 2 + 2 * 4
    with pytest.raises(CoreError, match="numbers of layers must be equal"):
        core.receptive_field([3, 3], strides=[1])


def test_patches() -> None:
    image = np.arange(1, 17).reshape(4, 4)
    assert core.patches(image, 2).tolist() == [[1, 2, 5, 6], [3, 4, 7, 8], [9, 10, 13, 14], [11, 12, 15, 16]]
    assert core.patches(np.zeros((224, 224, 3)), 16).shape == (196, 768)
    colour = normal(2, 4, 6, 3)
    np.testing.assert_array_equal(core.patches(colour, 2)[1, 1], colour[1, :2, 2:4].ravel())
    with pytest.raises(CoreError, match="an image of 4×4 does not cut into patches of 3×3"):
        core.patches(image, 3)


def test_embedding() -> None:
    table = normal(5, 9)
    np.testing.assert_array_equal(core.embedding([[1, 4]], table), table[[[1, 4]]])
    np.testing.assert_allclose(core.embedding(np.array(2.0), table, scaled=True), 3 * table[2])
    for wrong in ([5], [-1], [0.5]):
        with pytest.raises(CoreError, match="tokens must be"):
            core.embedding(wrong, table)


def test_ngrams() -> None:
    tokens = [0, 1, 2, 4, 0, 1, 3, 4]
    counts = core.ngram_counts(tokens, 5)
    assert counts[0, 1] == 2
    assert counts[4, 0] == 1
    assert counts.sum() == 7
    apart = core.ngram_counts([tokens[:4], tokens[4:]], 5)
    assert apart[4, 0] == 0
    assert apart.sum() == 6
    p = core.ngram_probabilities(apart)
    assert p[1].tolist() == [0, 0, 0.5, 0.5, 0]
    assert not p[4].any()
    np.testing.assert_allclose(core.ngram_probabilities(apart, smoothing=1.0).sum(axis=-1), 1)
    assert core.ngram_counts(tokens, 5, 3)[0, 1, 3] == 1
    assert core.ngram_counts([1], 5, 3).sum() == 0
    with pytest.raises(CoreError, match="at most 10000000 counts"):
        core.ngram_counts(tokens, 5000, 3)


def test_float16_and_float32_stay() -> None:
    for dtype in (np.float16, np.float32):
        x: Array = normal(4, 6).astype(dtype)
        table = (
            core.relu(x), core.gelu(x), core.silu(x), core.sigmoid(x), core.tanh(x), core.softmax(x),
            core.layer_norm(x), core.rms_norm(x), core.batch_norm(x), core.rotary(x), core.conv2d(x, x[:2, :2]),
            core.max_pool(x, (2, 2)),
            core.rnn(x, x.T @ x, np.eye(6, dtype=dtype)), core.entropy(core.softmax(x)), core.dot(x, x),
            core.cosine_similarity(x, x), core.linear(x, x.T), core.patches(x, 2), core.layer_norm(x, eps=0),
        )  # fmt: skip
        assert {found.dtype for found in table} == {np.dtype(dtype)}

"""The ends of the ranges: constant rows, huge and tiny numbers, nan and infinity, odd options, and shared memory."""

from __future__ import annotations

import tracemalloc
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing import core
from zhixing.core import CoreError, attention, blocked_attention

Array = np.ndarray[Any, np.dtype[Any]]
DOORS = [lambda *a, **o: attention(*a, **o).output, blocked_attention]


def normal(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


def ones(*shape: int, dtype: str = "f4") -> Array:
    return np.ones(shape, dtype)


@pytest.mark.parametrize("value", [0.1, 0.3, 1 / 3, 5.0, 1e6 + 0.1, -7.7])
@pytest.mark.parametrize("count", [3, 7, 1000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_constant_row_has_no_variance(value: float, count: int, dtype: type) -> None:
    row: Array = np.full(count, value, dtype)
    assert np.isnan(core.layer_norm(row, eps=0)).all()
    assert np.isnan(core.batch_norm(row[:, None], eps=0)).all()
    assert (core.layer_norm(row) == 0).all()


@pytest.mark.parametrize("size", [1e30, 1e37])
def test_a_huge_constant_row_is_0_with_an_eps(size: float) -> None:
    assert (core.layer_norm(np.full(9, size, np.float32)) == 0).all()


def test_norms_neither_overflow_nor_underflow() -> None:
    np.testing.assert_allclose(core.rms_norm(np.array([1e20, 1e20], np.float32)), 1, rtol=1e-6)
    expected = core.layer_norm([1.0, 2.0, 3.0], eps=0)
    for size in (1e-200, 1e200, 1e300):
        np.testing.assert_allclose(core.layer_norm(np.array([1, 2, 3]) * size, eps=0), expected, rtol=1e-14)
    np.testing.assert_allclose(core.layer_norm(np.array([1, 2, 3]) * 1e-200), expected * 0, atol=1e-190)


def test_a_norm_of_no_features_does_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert core.layer_norm(np.ones((3, 0))).shape == (3, 0)


@pytest.mark.parametrize("size", [-2.36e38, -3.4e38, 3e38])
def test_both_doors_take_biases_up_to_the_end_of_the_dtype(size: float) -> None:
    v = np.array([[1], [2], [3]], "f4")
    for door in DOORS:
        assert door(ones(1, 2), ones(3, 2), v, bias=np.full((1, 3), size, "f4")).tolist() == [[2]]
        assert door(ones(1, 2), ones(3, 2), v, bias=np.array([-2.5e38, -3e38, -3e38], "f4")).tolist() == [[1]]


def test_both_doors_take_scores_up_to_the_end_of_the_dtype() -> None:
    large = np.full((1, 1), 1.7e19, "f4")
    for door in DOORS:
        assert door(large, np.array([[1.7e19], [1.0]], "f4"), np.array([[1], [2]], "f4"), scale=1).tolist() == [[1]]
        assert door(large, -large, np.array([[5]], "f4"), scale=1, softcap=3e38).tolist() == [[5]]


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_a_numpy_scalar_as_option_costs_no_accuracy(kind: Any) -> None:
    q, k, v = normal(5, 8), normal(7, 8), normal(7, 3)
    for options in ({"scale": kind(0.1)}, {"softcap": kind(5.3)}):
        found = blocked_attention(q, k, v, **options)
        np.testing.assert_allclose(found, attention(q, k, v, **options).output, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("bias", [[[10.0], [20.0]], [10.0, 20.0, 30.0], [10.0]])
def test_a_convolution_takes_one_bias_for_each_channel(bias: Any) -> None:
    x, kernel = [[1, 2, 3, 4.0]], np.ones((2, 1, 3))
    assert core.conv1d(x, kernel, [10, 20]).tolist() == [[16, 19], [26, 29]]
    with pytest.raises(CoreError, match=r"bias has shape .*; it needs 2: one number for each channel out"):
        core.conv1d(x, kernel, bias)
    with pytest.raises(CoreError, match=r"bias has shape .*; it needs one number: there are no channels"):
        core.conv1d([1, 2, 3, 4.0], [1, 1, 1.0], bias)


@pytest.mark.parametrize("options", [{"causal": True}, {"window": 1}, {}])
def test_nothing_at_all_is_attended_to(options: Any) -> None:
    for door in DOORS:
        assert door(np.ones((0, 3)), np.ones((0, 3)), np.ones((0, 2)), **options).shape == (0, 2)


@pytest.mark.parametrize("where", ["Q", "K", "V"])
def test_a_nan_keeps_the_blocks(where: str) -> None:
    n = 6000
    arrays: dict[str, Any] = {name: ones(n, 8) for name in "QKV"}
    arrays[where][n // 2] = np.nan
    tracemalloc.start()
    blocked_attention(**arrays, window=(16, 0))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3e6  # all keys at once for a block of queries are 6 MB, and a byte for each score 36 MB


POISON = st.sampled_from([np.nan, np.inf, -np.inf, 1e200, 0.0])


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_the_doors_agree_on_nan_and_infinity(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    n, m, d = (data.draw(st.integers(1, most)) for most in (9, 11, 3))
    arrays: dict[str, Any] = {"Q": rng.normal(size=(n, d)), "K": rng.normal(size=(m, d)), "V": rng.normal(size=(m, 2))}
    for name in data.draw(st.sets(st.sampled_from("QKV"), min_size=1)):
        arrays[name][rng.random(arrays[name].shape) < 0.1] = data.draw(POISON)
    if data.draw(st.booleans()):
        arrays["mask"] = rng.random((n, m)) < 0.7
    if data.draw(st.booleans()):
        arrays["bias"] = np.where(rng.random((n, m)) < 0.2, -np.inf, rng.normal(size=(n, m)))
    arrays["causal"], arrays["align"] = data.draw(st.booleans()), data.draw(st.sampled_from(["start", "end", 2, -1]))
    np.testing.assert_allclose(blocked_attention(**arrays), attention(**arrays).output, rtol=1e-9, atol=1e-12)


def test_grouped_heads_are_not_repeated_in_memory() -> None:
    q, k = ones(32, 64, 64), ones(1, 4096, 64)
    out = np.empty((32, 64, 64), "f4")
    tracemalloc.start()
    blocked_attention(q, k, k, grouped=True, out=out)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**23 < 32 * k.nbytes


@pytest.mark.parametrize("temperature", [1e-50, 1e39])
def test_a_temperature_beyond_float32(temperature: float) -> None:
    found = core.softmax(np.array([0, 1e-3, -np.inf], np.float32), temperature=temperature)
    np.testing.assert_allclose(found, [0, 1, 0] if temperature < 1 else [0.5, 0.5, 0])


def test_past_keys_put_the_queries_right_behind_them() -> None:
    q, past, new = normal(2, 3), normal(4, 3), normal(3, 3, seed=2)
    keys = np.concatenate([past, new])
    for door in DOORS:
        found = door(q, new, new, past=(past, past), causal=True)
        for i in range(2):
            np.testing.assert_allclose(found[i : i + 1], door(q[i : i + 1], keys[: 5 + i], keys[: 5 + i]))


def test_queries_may_stand_at_any_key_in_each_batch() -> None:
    q, k = normal(3, 2, 4), normal(3, 6, 4)
    for door in DOORS:
        found = door(q, k, k, causal=True, window=(2, None), align=np.array([0, 3, -1]))
        for one, offset in enumerate((0, 3, -1)):
            np.testing.assert_allclose(
                found[one], door(q[one], k[one], k[one], causal=True, window=(2, 0), align=offset), atol=1e-15
            )
        assert not found[2, 0].any()  # the query before the first key
        with pytest.raises(CoreError, match="align has shape 2, which does not broadcast to the leading axes 3"):
            door(q, k, k, causal=True, align=np.array([0, 1]))
    assert core.causal_mask(1, 3, align=np.array([0, 2])).astype(int).tolist() == [[[1, 0, 0]], [[1, 1, 1]]]


def test_out_may_be_the_bias() -> None:
    x, b = normal(600, 4), normal(600, 600)
    v = normal(600, 600, seed=2)
    expected = attention(x, x, v, bias=b).output
    np.testing.assert_allclose(blocked_attention(x, x, v, bias=b, out=b), expected)


def test_a_tiny_column_of_values_keeps_its_precision() -> None:
    q, k = np.full((1, 64), -0.96, "f4"), np.full((3, 64), 0.96, "f4") * 8
    v = np.array([[1, 1e-20]] * 3, "f4")
    np.testing.assert_allclose(blocked_attention(q, k, v), v[:1], rtol=1e-6)


def test_hard_attention_has_no_best_where_a_score_is_nan() -> None:
    found = core.hard_attention(
        [[1.0], [1.0]], [[np.nan], [1.0]], [[1.0], [2.0]], mask=np.array([[True] * 2, [False, True]])
    )
    assert np.isnan(found.weights[0]).all()
    assert found.output[1].tolist() == [2]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_newer_functions_keep_the_dtype_and_their_arguments(dtype: Any) -> None:
    def draw(*shape: int) -> Array:
        array = normal(*shape).astype(dtype)
        array.flags.writeable = False
        return array

    x, k, v, w = draw(5, 4), draw(5, 4), draw(5, 2), draw(2, 4, 3)
    experts = draw(4, 3), draw(3, 4, 6), draw(3, 6), draw(3, 6, 2), draw(3, 2)
    found = [
        core.attention(x, k, v, sink=draw(5)).output,
        core.blocked_attention(x, k, v, sink=draw(5)),
        core.relative_attention(x, k, v, draw(3, 4), draw(3, 2)).output,
        core.merge_attention(draw(3, 5, 2), draw(3, 5)).lse,
        core.extend_cache(x, v, k, v).K,
        core.mixture_of_experts(x, *experts, k=2).gates,
        core.mixture_of_experts(x, *experts, k=2).output,
        core.beam_search(draw(4), draw(4, 4), width=2, steps=3).log_p,
        core.multi_head(x, x, w, w, w, draw(6, 4), b_Q=draw(2, 3), g_Q=draw(3)).output,
        core.rnn(x, draw(4, 3), draw(3, 3), backward=True),
    ]
    assert {one.dtype for one in found} == {np.dtype(dtype)}
    assert not np.may_share_memory(core.extend_cache(x[:0], v[:0], k, v).K, k)


def test_no_result_shares_memory_with_an_argument_or_another() -> None:
    x, k = normal(4, 6), normal(3, 4, 6)
    assert not np.may_share_memory(core.identity(x), x)
    assert not np.may_share_memory(core.split_heads(x, 1), x)
    assert not np.may_share_memory(core.patches(x, (4, 6)), x)
    for steps in (core.additive_attention(x, x, x, np.eye(6), np.eye(6), np.ones(6)), core.attention(k, k, k)):
        assert not np.may_share_memory(steps.scores, steps.scaled)
        assert not np.may_share_memory(steps.scaled, steps.capped)


def test_the_record_has_every_step() -> None:
    q, k, v = normal(4, 3), normal(5, 3), normal(5, 2)
    mask = normal(4, 5) > -0.5
    a = attention(q, k, v, mask=mask, softcap=1.5)
    np.testing.assert_allclose(a.capped, 1.5 * np.tanh(a.scaled / 1.5))
    np.testing.assert_array_equal(a.allowed, mask)
    np.testing.assert_allclose(a.lse, np.log(np.sum(np.exp(a.masked), axis=-1)), rtol=1e-13)
    np.testing.assert_allclose(a.weights, np.exp(a.masked - a.lse[:, None]), rtol=1e-13)
    assert attention(q, k, v, mask=np.zeros((4, 5), np.bool_)).lse.tolist() == [-np.inf] * 4


def test_numpy_integers_and_plain_numbers_are_options_too() -> None:
    x = normal(6, 3)
    one: Any = np.int64(1)
    np.testing.assert_array_equal(attention(x, x, x, window=one).output, attention(x, x, x, window=1).output)
    np.testing.assert_allclose(blocked_attention(x, x, x, window=10**19), attention(x, x, x, window=10**19).output)
    assert core.conv1d([1, 2, 3], [1, 1], stride=one + 1).tolist() == [3]
    assert core.conv1d([1, 2, 3], [1, 1], padding=one).tolist() == [1, 3, 5, 3]
    assert core.max_pool([1, 2, 3, 4], one + 1).tolist() == [2, 4]
    single = np.ones((2, 3), np.float32)
    assert core.layer_norm(single, 1.0, 0.0).dtype == np.float32
    assert core.rnn(single, np.ones((3, 3), np.float32), np.ones((3, 3), np.float32), 0.0, h0=0.0).dtype == np.float32
    assert attention(x, x[:4], x[:4], window=(None, None)).output.shape == (6, 3)
    assert core.relu(x.astype(">f8")).dtype == np.float64


X = np.ones((2, 2))
ODD: dict[str, Any] = {
    "x must be given: an array of numbers, not None": lambda: core.softmax(None),
    "axis is None": lambda: core.softmax(X, axis=None),  # type: ignore[arg-type]  # what a caller may pass
    r"axis is \[0\]": lambda: core.softmax(X, axis=[0]),  # type: ignore[arg-type]
    r"axis is \(0, 0\); it names an axis twice": lambda: core.softmax(X, axis=(0, 0)),
    "U has shape 2×2×2; it needs exactly 2 axes": lambda: core.rnn(X, X, np.ones((2, 2, 2))),
    r"scale is \[1. 2.\]": lambda: attention(X, X, X, scale=np.array([1.0, 2.0])),  # type: ignore[arg-type]
    r"softcap is \[1. 2.\]": lambda: blocked_attention(X, X, X, softcap=np.array([1.0, 2.0])),  # type: ignore[arg-type]
    "past is tuple of 4; it must be a pair": lambda: attention(X, X, X, past=(X,)),  # type: ignore[arg-type]
    "past is tuple of 4; it must be": lambda: blocked_attention(X, X, X, past=(X,)),  # type: ignore[arg-type]
    "x is a nested list whose rows differ in length": lambda: core.relu([[1.0], [1.0, 2.0]]),
    "x is a masked array": lambda: core.relu(np.ma.masked_invalid([1.0, np.nan])),
    "seed is -1": lambda: core.hard_attention(X, X, X, seed=-1),
    "queries is 2.5": lambda: core.causal_mask(2.5),  # type: ignore[arg-type]
    r"window is \(1.5, 0\)": lambda: attention(X, X, X, window=(1.5, 0)),  # type: ignore[arg-type]
    "align is 'End'": lambda: attention(X, X, X, align="End"),  # type: ignore[arg-type]
    "eps is -1": lambda: core.layer_norm(X, eps=-1),
    "eps is nan": lambda: core.layer_norm(X, eps=np.nan),
    "Q int64 .taken as float64., K float32": lambda: attention(np.ones((1, 1), int), ones(1, 1), ones(1, 1)),
}


@pytest.mark.parametrize("message", ODD)
def test_odd_arguments_are_a_core_error(message: str) -> None:
    with pytest.raises(CoreError, match=message):
        ODD[message]()


@pytest.mark.parametrize("eps", [-1, np.nan])
def test_layers_refuse_what_their_norms_refuse(eps: float) -> None:
    heads = core.HeadWeights(*(np.ones((1, 2, 2)),) * 3, np.ones((2, 2)))
    network = core.NetworkWeights(X, np.ones(2), X, np.ones(2))
    with pytest.raises(CoreError, match=f"eps is {eps}"):
        core.encoder_layer(X, heads, network, eps=eps)

"""What attention promises beside its formula: masks, cache, groups, dtypes, and what must never reach the output."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zhixing.core import (
    Attention,
    CoreError,
    additive_attention,
    attention,
    blocked_attention,
    causal_mask,
    hard_attention,
    join_heads,
    multi_head,
    softmax,
    split_heads,
    window_mask,
)

Array = np.ndarray[Any, np.dtype[Any]]


def normal(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


Q, K, V = normal(4, 3), normal(4, 3, seed=2), normal(4, 2)


def output(*arrays: Any, **options: Any) -> Array:
    """Return what both doors return, after seeing that they agree."""
    slow, fast = attention(*arrays, **options).output, blocked_attention(*arrays, **options)
    np.testing.assert_allclose(fast, slow, rtol=1e-12, atol=1e-12)
    return slow


def drawn(mask: Any) -> list[str]:
    return ["".join("■" if may else "·" for may in row) for row in mask]


def test_pictures_of_the_masks() -> None:
    assert drawn(causal_mask(4)) == ["■···", "■■··", "■■■·", "■■■■"]
    assert drawn(causal_mask(2, 4, align="start")) == ["■···", "■■··"]
    assert drawn(causal_mask(2, 4, align="end")) == ["■■■·", "■■■■"]
    assert drawn(causal_mask(4, 2, align="end")) == ["··", "··", "■·", "■■"]
    assert drawn(window_mask(4, window=1)) == ["■■··", "■■■·", "·■■■", "··■■"]
    assert drawn(window_mask(4, window=(2, 0))) == ["■···", "■■··", "■■■·", "·■■■"]
    assert drawn(window_mask(2, 4, window=(1, 0), align="end")) == ["·■■·", "··■■"]


def test_each_step_is_the_one_before() -> None:
    mask = causal_mask(4)
    steps = attention(Q, K, V, mask=mask, bias=np.ones((4, 4)), scale=0.5, softcap=1.5)
    np.testing.assert_allclose(steps.scores, Q @ K.T)
    np.testing.assert_allclose(steps.scaled, steps.scores * 0.5)
    np.testing.assert_allclose(steps.masked, np.where(mask, 1.5 * np.tanh(steps.scaled / 1.5) + 1, -np.inf))
    np.testing.assert_allclose(steps.weights, softmax(steps.masked))
    np.testing.assert_allclose(steps.output, steps.weights @ V)


def test_masked_weights_are_exactly_zero_and_rows_sum_to_one() -> None:
    weights = attention(1000 * Q, K, V, causal=True).weights
    assert np.all(weights[~causal_mask(4)] == 0)
    np.testing.assert_allclose(weights.sum(axis=-1), 1)


def test_a_query_that_may_attend_to_nothing_gets_zeros() -> None:
    mask = np.array([[True] * 4, [False] * 4, [True, False, True, False], [False] * 4])
    steps = attention(Q, K, V, mask=mask)
    assert not steps.weights[[1, 3]].any()
    assert not output(Q, K, V, mask=mask)[[1, 3]].any()
    assert not output(Q, K, V, bias=np.where(mask, 0, -np.inf))[[1, 3]].any()
    assert not output(Q, normal(2, 3), normal(2, 2), causal=True, align="end")[:2].any()
    assert output(Q, normal(0, 3), normal(0, 2)).shape == (4, 2)


def test_a_bias_of_minus_infinity_is_a_mask_under_a_soft_cap_too() -> None:
    mask = normal(4, 4) > 0
    bias = np.where(mask, 0, -np.inf)
    np.testing.assert_array_equal(output(Q, K, V, bias=bias, softcap=1.0), output(Q, K, V, mask=mask, softcap=1.0))


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
def test_what_is_masked_out_never_reaches_the_output(poison: float) -> None:
    k, v = K.copy(), V.copy()
    clean = output(Q, K, V, causal=True)
    k[2:], v[2:] = poison, poison
    found = output(Q, k, v, causal=True)
    np.testing.assert_allclose(found[:2], clean[:2])
    assert np.all(np.isnan(found[2:]))
    v[2], v[3] = poison, 1
    masked = output(Q, K, v, mask=np.array([True, True, False, True]))
    assert np.all(np.isfinite(masked))
    w = additive_attention(Q, K, v, np.eye(3), np.eye(3), np.ones(3), mask=np.array([True, True, False, True]))
    assert np.all(np.isfinite(w.output))
    assert np.all(np.isfinite(hard_attention(Q, K, v, mask=np.array([True, True, False, True])).output))


def test_what_is_not_masked_out_does_reach_it() -> None:
    v = V.copy()
    v[1, 0] = np.inf
    found = output(Q, K, v)
    assert np.all(np.isposinf(found[:, 0]))
    assert np.all(np.isfinite(found[:, 1]))


def test_grouped_heads_repeat_and_do_not_tile() -> None:
    q, k, v = normal(2, 6, 4, 3), normal(2, 2, 5, 3), normal(2, 2, 5, 2)
    found = output(q, k, v, grouped=True)
    for head in range(6):
        np.testing.assert_allclose(found[:, head], output(q[:, head], k[:, head // 3], v[:, head // 3]))


def test_past_keys_and_values_stand_in_front() -> None:
    whole = output(Q, K, V, causal=True)
    np.testing.assert_allclose(output(Q[3:], K[3:], V[3:], causal=True, past=(K[:3], V[:3])), whole[3:])
    np.testing.assert_allclose(output(Q[2:], K[2:], V[2:], causal=True, past=(K[:2], V[:2])), whole[2:])
    batch = np.stack([Q, Q])
    late = output(batch[:, 3:], batch[:, 3:], batch[:, 3:], past=(batch[:, :3], batch[:, :3]))
    np.testing.assert_allclose(late, output(batch[:, 3:], batch, batch))


def test_causal_prefix_equals_step_by_step() -> None:
    whole = attention(Q, K, V, causal=True)
    for t in range(1, 5):
        step = attention(Q[t - 1 : t], K[:t], V[:t])
        np.testing.assert_allclose(step.output[0], whole.output[t - 1], rtol=1e-13)
        np.testing.assert_allclose(attention(Q[:t], K[:t], V[:t], causal=True).output, whole.output[:t], rtol=1e-13)


def test_permutations() -> None:
    order = np.array([2, 0, 3, 1])
    np.testing.assert_allclose(output(Q[order], K, V), output(Q, K, V)[order])
    np.testing.assert_allclose(output(Q, K[order], V[order]), output(Q, K, V))
    self_attended = output(Q, Q, Q)
    np.testing.assert_allclose(output(Q[order], Q[order], Q[order]), self_attended[order])


@pytest.mark.parametrize("offset", [1e4, -1e4])
def test_an_offset_of_all_scores_changes_nothing(offset: float) -> None:
    found = output(Q, K, V, bias=np.full((4, 4), offset))
    np.testing.assert_allclose(found, output(Q, K, V), rtol=1e-10)
    ones = np.ones((4, 1))
    shifted = output(np.hstack([Q, ones * offset]), np.hstack([K, ones]), V, scale=1.0)
    np.testing.assert_allclose(shifted, output(Q, K, V, scale=1.0), rtol=1e-10)


def test_scores_that_would_overflow() -> None:
    found = output(np.float32(Q * 1e4), np.float32(K * 1e4), np.float32(V))
    np.testing.assert_allclose(found, V[np.argmax(Q @ K.T, axis=-1)], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_dtype_stays(dtype: type[np.floating[Any]]) -> None:
    arrays = [x.astype(dtype) for x in (Q, K, V)]
    steps = attention(*arrays, bias=np.zeros((4, 4), dtype), softcap=20.0)
    names = set(Attention.__dataclass_fields__) - {"allowed"}
    assert {getattr(steps, name).dtype for name in names} == {np.dtype(dtype)}
    assert steps.allowed.dtype == np.bool_
    assert blocked_attention(*arrays).dtype == dtype
    ulp = float(np.finfo(dtype).eps)
    np.testing.assert_allclose(blocked_attention(*arrays), attention(Q, K, V).output, rtol=20 * ulp, atol=4 * ulp)


def test_float16_is_summed_in_float32() -> None:
    ones = np.ones((1, 1), dtype=np.float16)
    many = np.ones((5000, 1), dtype=np.float16)
    assert attention(ones, many, many).output[0, 0] == 1  # a float16 sum of ones stops at 2048
    assert blocked_attention(ones, many, many)[0, 0] == 1
    wide = np.full((1, 5000), 2, dtype=np.float16)
    assert attention(wide, wide, ones, scale=1e-3).scaled[0, 0] == 20
    assert softmax(np.zeros(5000, dtype=np.float16))[0] == np.float16(1 / 5000)


def test_lists_and_integers_are_float64() -> None:
    found = attention([[1, 0]], [[1, 0], [0, 1]], [[1], [2]])
    assert found.output.dtype == np.float64


WRONG: dict[str, tuple[Any, ...]] = {
    "features (the last axis) of Q and K must be equal: Q 3, K 2": ((Q, K[:, :2], V), {}),
    "positions (the axis before the last) of K and V must be equal: K 4, V 3": ((Q, K, V[:3]), {}),
    "Q has shape 3; it needs at least 2 axes": ((Q[0], K, V), {}),
    "leading axes do not broadcast: Q 2, K 3, V ()": ((normal(2, 4, 3), normal(3, 4, 3), V), {}),
    "mask has dtype int64; it must be boolean": ((Q, K, V), {"mask": np.ones((4, 4), dtype=np.int64)}),
    "mask has shape 3×4, which does not broadcast to the scores' 4×4": ((Q, K, V), {"mask": np.ones((3, 4)) > 0}),
    "mask has shape 2×4×4": ((Q, K, V), {"mask": np.ones((2, 4, 4)) > 0}),
    "bias has shape 4×3": ((Q, K, V), {"bias": np.ones((4, 3))}),
    "different dtypes: Q float64, K float32, V float64": ((Q, np.float32(K), V), {}),
    "different dtypes: Q float64, K float64, V float64, bias float32": ((Q, K, V), {"bias": np.float32(np.eye(4))}),
    "Q has dtype complex128": ((Q + 0j, K, V), {}),
    'say align="start" or align="end"': ((Q[:2], K, V), {"causal": True}),
    "window is -1; it counts keys": ((Q, K, V), {"window": -1}),
    "softcap is 0.0": ((Q, K, V), {"softcap": 0.0}),
    "scale is nan": ((Q, K, V), {"scale": np.nan}),
    "3 heads of Q are no multiple of the 2 heads of K": (
        (normal(3, 4, 3), normal(2, 4, 3), normal(2, 4, 3)),
        {"grouped": True},
    ),
    "features (the last axis) of past_K and K must be equal: past 2, new 3": ((Q, K, V), {"past": (K[:, :2], V)}),
}


@pytest.mark.parametrize("message", WRONG)
@pytest.mark.parametrize("door", [attention, blocked_attention])
def test_errors_show_the_shapes_and_name_the_axis(message: str, door: Any) -> None:
    arrays, options = WRONG[message]
    with pytest.raises(CoreError) as raised:
        door(*arrays, **options)
    assert message in str(raised.value)


def test_hard_attention_takes_one_value() -> None:
    found = hard_attention(Q, K, V, mask=causal_mask(4))
    assert np.all((found.weights == 0) | (found.weights == 1))
    np.testing.assert_array_equal(found.output, V[np.argmax(found.masked, axis=-1)])
    assert not hard_attention(Q, K, V, mask=np.zeros((4, 4)) > 0).output.any()
    cold = attention(Q, K, V, scale=1e6)
    np.testing.assert_allclose(hard_attention(Q, K, V).output, cold.output)


def test_hard_attention_drawn_follows_the_soft_weights() -> None:
    many = np.repeat(Q[:1], 20000, axis=0)
    drawn_weights = hard_attention(many, K, V, seed=7).weights
    soft = attention(Q[:1], K, V).weights[0]
    np.testing.assert_allclose(drawn_weights.mean(axis=0), soft, atol=4 * np.sqrt(0.25 / 20000))
    np.testing.assert_array_equal(drawn_weights, hard_attention(many, K, V, seed=7).weights)


def test_heads_split_and_join() -> None:
    x = normal(2, 5, 6)
    np.testing.assert_array_equal(join_heads(split_heads(x, 3)), x)
    np.testing.assert_array_equal(split_heads(x, 3)[:, 1], x[..., 2:4])
    with pytest.raises(CoreError, match="6 features do not split into 4 heads"):
        split_heads(x, 4)


def test_grouped_query_multi_head() -> None:
    x, W_Q, W_K, W_V, W_O = normal(5, 4), normal(4, 4, 3), normal(2, 4, 3), normal(2, 4, 3), normal(12, 4)
    found = multi_head(x, x, W_Q, W_K, W_V, W_O, causal=True)
    spread = multi_head(x, x, W_Q, np.repeat(W_K, 2, axis=0), np.repeat(W_V, 2, axis=0), W_O, mask=causal_mask(5))
    np.testing.assert_allclose(found.output, spread.output)
    with pytest.raises(CoreError, match="features of memory and of W_K must be equal: memory 4, W_K 3"):
        multi_head(x, x, W_Q, normal(2, 3, 3), W_V, W_O)


def test_additive_attention_of_unequal_widths() -> None:
    q, k = normal(2, 5), normal(3, 2)
    found = additive_attention(
        q, k, normal(3, 4), normal(5, 6), normal(2, 6), normal(6), mask=np.array([True, True, False])
    )
    assert found.output.shape == (2, 4)
    assert np.all(found.weights[:, 2] == 0)
    with pytest.raises(CoreError, match="hidden widths must be equal: W_Q 6, W_K 5, v 6"):
        additive_attention(q, k, normal(3, 4), normal(5, 6), normal(2, 5), normal(6))


def test_bias_hides_nan() -> None:
    """A nan score under a bias of −inf is as hidden as under a mask."""
    q, k = np.ones((1, 2)), np.array([[1.0, 1.0], [np.nan, 1.0]])
    for door in (lambda *a, **o: attention(*a, **o).output, blocked_attention):
        assert door(q, k, np.eye(2), bias=np.array([0, -np.inf])).tolist() == [[1, 0]]

"""Sinks, merged parts and kept keys: against loops in forty digits, and against attention over everything at once."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import reference as ref
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing import core
from zhixing.core import CoreError

Array = np.ndarray[Any, np.dtype[Any]]
mp = ref.mp


def normal(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


Q, K, V = normal(4, 3), normal(6, 3, seed=2), normal(6, 2)
MASK = normal(4, 6) > -0.3
MASK[2] = False


# A sink: one more score, without a value.


def with_sink(size: float, sinks: list[float]) -> tuple[Any, Any]:
    """Return weights and output of attention whose rows have one score more than there are keys."""
    weights = []
    for i in range(4):
        row = [mp.fsum(a * b for a, b in zip(ref.exact(Q[i] * size), key, strict=True)) for key in ref.exact(K)]
        row = [score / mp.sqrt(3) for score in row] + [ref.exact(sinks[i])]
        weights.append(ref.softmax(row, [*MASK[i].tolist(), True])[:-1])
    return weights, ref.product(weights, ref.exact(V))


@pytest.mark.parametrize("size", [1.0, 50.0])
@pytest.mark.parametrize("sinks", [[0.0] * 4, [1.5, -2.0, 0.3, 40.0]])
def test_a_sink(size: float, sinks: list[float]) -> None:
    weights, output = with_sink(size, sinks)
    found = core.attention(Q * size, K, V, mask=MASK, sink=sinks)
    np.testing.assert_allclose(found.weights, ref.floats(weights), rtol=2e-13, atol=1e-300)
    np.testing.assert_allclose(found.output, ref.floats(output), rtol=2e-13, atol=1e-14)
    np.testing.assert_allclose(found.weights, np.exp(found.masked - found.lse[:, None]), rtol=1e-13)
    blocked = core.blocked_attention(Q * size, K, V, mask=MASK, sink=sinks)
    np.testing.assert_allclose(blocked, ref.floats(output), rtol=1e-12, atol=1e-13)


def test_a_sink_by_hand() -> None:
    """Two scores of 0 and a sink of ln 2 share 1 : 1 : 2."""
    found = core.attention(np.zeros((1, 1)), np.zeros((2, 1)), [[4.0], [8.0]], sink=np.log(2))
    assert found.weights.round(15).tolist() == [[0.25, 0.25]]
    assert found.output.round(15).tolist() == [[3.0]]
    assert found.lse.round(15).tolist() == [round(np.log(4), 15)]


@pytest.mark.parametrize("sink", [-np.inf, np.inf, 1e300, -1e300, 100.0])
def test_sinks_at_the_ends(sink: float) -> None:
    for mask in (MASK, np.zeros((4, 6), np.bool_)):
        plain = core.attention(Q, K, V, mask=mask)
        found = core.attention(Q, K, V, mask=mask, sink=sink)
        expected = plain.output if sink < 0 else plain.output * 0
        np.testing.assert_allclose(found.output, expected, atol=1e-40)
        np.testing.assert_allclose(core.blocked_attention(Q, K, V, mask=mask, sink=sink), expected, atol=1e-13)


def test_each_head_has_a_sink_of_its_own() -> None:
    q, k, v = normal(2, 4, 3, 5), normal(2, 2, 6, 5), normal(2, 2, 6, 2)
    sinks = np.array([[0.0], [1.0], [-np.inf], [2.0]])
    found = core.attention(q, k, v, grouped=True, sink=sinks).output
    for head in range(4):
        one = core.attention(q[:, head], k[:, head // 2], v[:, head // 2], sink=sinks[head])
        np.testing.assert_allclose(found[:, head], one.output, rtol=1e-13)
    blocked = core.blocked_attention(q, k, v, grouped=True, sink=sinks, softcap=2)
    np.testing.assert_allclose(blocked, core.attention(q, k, v, grouped=True, sink=sinks, softcap=2).output, rtol=1e-12)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_the_doors_agree_on_sinks(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    n, m = (data.draw(st.integers(1, 300)) for _ in "nm")
    size = data.draw(st.sampled_from([1.0, 30.0, 1e160]))
    q, k, v = rng.normal(size=(n, 2)) * size, rng.normal(size=(m, 2)), rng.normal(size=(m, 2))
    sinks = rng.normal(size=n) * data.draw(st.sampled_from([0, 5, 90, 1e160]))
    options: dict[str, Any] = {"causal": data.draw(st.booleans()), "align": "start", "sink": sinks}
    if data.draw(st.booleans()):
        v[rng.random(v.shape) < 0.01] = data.draw(st.sampled_from([np.nan, np.inf]))
    found, expected = core.blocked_attention(q, k, v, **options), core.attention(q, k, v, **options).output
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


def test_sinks_that_do_not_fit() -> None:
    for door in (core.attention, core.blocked_attention):
        with pytest.raises(CoreError, match="sink has shape 3, which does not broadcast to the queries 4"):
            door(Q, K, V, sink=np.zeros(3))


# Parts of the keys.


def test_merge_attention() -> None:
    outputs, lse = normal(3, 4, 2), normal(3, 4) * 30
    found = core.merge_attention(outputs, lse)
    for i in range(4):
        logs = ref.exact(lse[:, i])
        total = mp.fsum(map(mp.exp, logs))
        shares = [mp.exp(one) / total for one in logs]
        expected = [
            mp.fsum(s * row[c] for s, row in zip(shares, ref.exact(outputs[:, i]), strict=True)) for c in (0, 1)
        ]
        np.testing.assert_allclose(found.output[i], ref.floats(expected), rtol=1e-13, atol=1e-14)
        np.testing.assert_allclose(found.lse[i], float(mp.log(total)), rtol=1e-14)


def test_parts_by_hand() -> None:
    """Two keys found 1, one key found 4: (2·1 + 1·4) / 3 = 2."""
    found = core.merge_attention([[[1.0]], [[4.0]]], np.log([[2.0], [1.0]]))
    assert found.output.round(14).tolist() == [[2.0]]
    assert found.lse.round(14).tolist() == [round(np.log(3), 14)]


@pytest.mark.parametrize("cuts", [[], [2], [1, 1, 4], [0, 6]])
def test_parts_are_as_good_as_all_at_once(cuts: list[int]) -> None:
    whole = core.attention(Q * 9, K, V, mask=MASK)
    ends = [0, *cuts, 6]
    parts = [core.attention(Q * 9, K[a:b], V[a:b], mask=MASK[:, a:b]) for a, b in pairwise(ends)]
    found = core.merge_attention(np.stack([one.output for one in parts]), np.stack([one.lse for one in parts]))
    np.testing.assert_allclose(found.output, whole.output, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found.lse, whole.lse, rtol=1e-13)
    assert found.output[2].tolist() == [0, 0]  # it may attend to nothing in any part


def test_merging_may_go_on() -> None:
    outputs, lse = normal(5, 3, 4, 2), normal(5, 3, 4)
    first, rest = core.merge_attention(outputs[:, :2], lse[:, :2]), core.merge_attention(outputs[:, 2:], lse[:, 2:])
    both = core.merge_attention(np.stack([first.output, rest.output], axis=1), np.stack([first.lse, rest.lse], axis=1))
    np.testing.assert_allclose(both.output, core.merge_attention(outputs, lse).output, rtol=1e-13)
    np.testing.assert_allclose(both.lse, core.merge_attention(outputs, lse).lse, rtol=1e-13)


def test_parts_of_nothing_and_what_does_not_fit() -> None:
    none = core.merge_attention(np.zeros((0, 2, 3)), np.zeros((0, 2)))
    assert (none.output.tolist(), none.lse.tolist()) == ([[0] * 3] * 2, [-np.inf] * 2)
    unseen = core.merge_attention([[[1.0]], [[np.nan]]], [[0.0], [-np.inf]])
    assert unseen.output.tolist() == [[1.0]]
    with pytest.raises(CoreError, match="lse has shape 3×2 and outputs 3×4×2"):
        core.merge_attention(normal(3, 4, 2), normal(3, 2))


# Keys that are kept.


def test_a_kept_cache_is_what_past_joins() -> None:
    q, k, v = normal(2, 5, 3), normal(2, 5, 3, seed=3), normal(2, 5, 4)
    whole = core.attention(q, k, v, causal=True).output
    cache = core.KeyValueCache(k[:, :0], v[:, :0])
    for t in range(5):
        now = slice(t, t + 1)
        past = cache.K, cache.V
        cache = core.extend_cache(*past, k[:, now], v[:, now])
        alone = core.attention(q[:, now], cache.K, cache.V, causal=True, align=t).output
        np.testing.assert_allclose(alone, whole[:, now], rtol=1e-12, atol=1e-14)
        joined = core.attention(q[:, now], k[:, now], v[:, now], causal=True, past=past).output
        np.testing.assert_array_equal(alone, joined)
    np.testing.assert_array_equal(cache.K, k)
    np.testing.assert_array_equal(cache.V, v)


def test_a_window_needs_only_the_last() -> None:
    q, k, v = normal(6, 3), normal(6, 3, seed=3), normal(6, 4)
    whole = core.attention(q, k, v, window=(2, 0)).output
    cache = core.KeyValueCache(k[:0], v[:0])
    for t in range(6):
        cache = core.extend_cache(cache.K, cache.V, k[t : t + 1], v[t : t + 1], keep=3)
        np.testing.assert_allclose(core.attention(q[t : t + 1], cache.K, cache.V).output, whole[t : t + 1], rtol=1e-12)
    assert cache.K.tolist() == k[3:].tolist()
    assert core.extend_cache(k, v, k, v, keep=0).K.shape == (0, 3)


def test_caches_that_do_not_fit() -> None:
    with pytest.raises(CoreError, match=r"features \(the last axis\) of past_K and K must be equal: past 2, new 3"):
        core.extend_cache(V, V, K, V)
    with pytest.raises(CoreError, match=r"positions .* of past_K and past_V must be equal: past_K 5, past_V 6"):
        core.extend_cache(K[:5], V, K, V)
    with pytest.raises(CoreError, match=r"positions .* of K and V must be equal: K 6, V 5"):
        core.extend_cache(K, V, K, V[:5])
    with pytest.raises(CoreError, match="keep is -1"):
        core.extend_cache(K, V, K, V, keep=-1)

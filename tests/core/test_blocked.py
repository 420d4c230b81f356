"""The fast door against the slow one: random shapes, options and sizes of scores; memory; `out`."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.core import CoreError, attention, blocked, blocked_attention, blocks


def arrays(data: st.DataObject, n: int, m: int) -> dict[str, Any]:
    """Return arguments of random shape; the sizes of scores lie on both sides of the bound."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    d, width, heads = (data.draw(st.integers(low, high)) for low, high in ((1, 9), (1, 5), (1, 3)))
    group, batch = data.draw(st.integers(1, 2)), data.draw(st.sampled_from([(), (2,), (1,)]))
    size = data.draw(st.sampled_from([0.0, 1e-9, 1.0, 30.0, 1e3]))
    found: dict[str, Any] = {
        "Q": rng.standard_normal((*batch, heads * group, n, d)) * size,
        "K": rng.standard_normal((heads, m, d)),
        "V": rng.standard_normal((heads, m, width)) * data.draw(st.sampled_from([1e-30, 1.0, 1e9])),
        "grouped": group > 1,
    }
    if data.draw(st.booleans()):
        found["mask"] = rng.random((heads * group, n, m)) < data.draw(st.sampled_from([0.02, 0.5]))
    if data.draw(st.booleans()):
        found["bias"] = np.where(rng.random((n, m)) < 0.1, -np.inf, rng.standard_normal((n, m)))
    if data.draw(st.booleans()):
        found["softcap"] = data.draw(st.sampled_from([0.5, 200.0]))
    found["causal"] = data.draw(st.booleans())
    side = st.none() | st.integers(0, m)
    found["window"] = data.draw(st.none() | st.tuples(side, side))
    found["align"] = data.draw(st.sampled_from(["start", "end"]))
    return found


def sized(patch: pytest.MonkeyPatch, queries: int, keys: int, small: int) -> None:
    """Set the sizes of blocks and tiles; the tiles may be as narrow as one query."""
    for name, value in {"QUERIES": queries, "KEYS": keys, "SMALL": small, "NARROW": 1}.items():
        patch.setattr(blocks, name, value)


@settings(deadline=None, max_examples=40)
@given(st.data())
@pytest.mark.parametrize("block", [(1, 1, 1), (3, 5, 10**6), (5, 3, 60), (8, 4, 100), (256, 240, 10**6)])
def test_the_doors_agree(block: tuple[int, int, int], data: st.DataObject) -> None:
    n, m = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 14))
    arguments = arrays(data, n, m)
    slow = attention(**arguments).output
    with pytest.MonkeyPatch.context() as patch:
        sized(patch, *block)
        fast = blocked_attention(**arguments)
    np.testing.assert_allclose(fast, slow, rtol=1e-9, atol=1e-12 * np.abs(arguments["V"]).max())


@pytest.mark.parametrize("size", [1.0, 12.0])
@pytest.mark.parametrize("causal", [False, True])
def test_float32_stays_within_2e_6_of_float64(causal: bool, size: float) -> None:
    rng = np.random.default_rng(3)
    q, k, v = (rng.standard_normal((2, 700, 64)).astype(np.float32) for _ in range(3))
    exact = attention(*(x.astype(np.float64) for x in (q * np.float32(size), k, v)), causal=causal).output
    found = blocked_attention(q * np.float32(size), k, v, causal=causal)
    # Larger scores have larger roundings of their own.
    assert np.abs(found - exact).max() < 2e-6 * size


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("size", [1.0, 100.0])
def test_memory_grows_with_n(causal: bool, size: float) -> None:
    n = 3000
    rng = np.random.default_rng(4)
    q, k, v = (rng.standard_normal((n, 16)).astype(np.float32) * np.float32(size) for _ in range(3))
    out = np.empty_like(v)
    tracemalloc.start()
    blocked_attention(q, k, v, causal=causal, out=out)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**22 < n * n * 4 / 8


def test_a_nan_keeps_memory_linear_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "QUERIES", 16)
    n = 2000
    q = np.ones((n, 8), dtype=np.float32)
    v = np.where(np.arange(n)[:, None] == n - 1, np.nan, q)
    tracemalloc.start()
    found = blocked_attention(q, q, v, causal=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.isnan(found[-1]).all()
    assert np.isfinite(found[:-1]).all()
    assert peak < n * n  # not even a byte for each score


def test_blocks_of_the_future_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int, int]] = []
    plain = blocked._Head.hide

    def noted(head: blocked._Head, scores: Any, rows: slice, keys: slice, value: float) -> None:
        seen.append((rows.start, rows.stop, keys.start))
        plain(head, scores, rows, keys, value)

    monkeypatch.setattr(blocked._Head, "hide", noted)
    x = np.ones((8, 2))
    sized(monkeypatch, queries=2, keys=2, small=2 * 2 * 2)
    blocked_attention(x, x, x, causal=True)
    assert [keys for _, _, keys in seen] == [0, 0, 2, 0, 2, 4, 0, 2, 4, 6]
    seen.clear()
    blocked_attention(x, x, x, window=(2, 0))
    assert [keys for _, _, keys in seen] == [0, 0, 2, 2, 4, 4, 6]
    seen.clear()
    sized(monkeypatch, queries=4, keys=2, small=2 * 2 * 2)  # two tiles: the first does not reach the last keys
    blocked_attention(x, x, x, causal=True)
    assert seen == [(0, 4, 0), (2, 4, 2), (4, 8, 0), (4, 8, 2), (4, 8, 4), (6, 8, 6)]
    seen.clear()
    sized(monkeypatch, queries=8, keys=2, small=2 * 2 * 2)
    blocked_attention(x, x, x, window=(0, None))
    assert seen == [(0, 8, 0), (0, 4, 2), (0, 6, 4), (0, 8, 6)]


def test_out_receives_the_result() -> None:
    x = np.random.default_rng(5).standard_normal((2, 3, 4))
    out = np.empty((2, 3, 4))
    assert blocked_attention(x, x, x, out=out) is out
    np.testing.assert_allclose(out, attention(x, x, x).output)
    coarse = np.empty((2, 3, 4), np.float16)
    x16 = x.astype(np.float16)
    assert blocked_attention(x16, x16, x16, out=coarse) is coarse
    np.testing.assert_array_equal(coarse, attention(x16, x16, x16).output)
    with pytest.raises(CoreError, match="out is 2×3×4 float32; the output is 2×3×4 float64"):
        blocked_attention(x, x, x, out=out.astype(np.float32))
    with pytest.raises(CoreError, match="out is 3×4 float64"):
        blocked_attention(x, x, x, out=out[0])


def test_out_may_be_an_input() -> None:
    x = np.random.default_rng(8).standard_normal((300, 4))
    expected = attention(x, x, x).output
    np.testing.assert_allclose(blocked_attention(x, x, x, out=x), expected)


def test_nothing_to_attend_to() -> None:
    x = np.ones((3, 4))
    for keys, values in ((x[:0], x[:0]), (x, x[:, :0])):
        np.testing.assert_array_equal(blocked_attention(x, keys, values), attention(x, keys, values).output)
    assert blocked_attention(x[:0], x, x).shape == (0, 4)
    np.testing.assert_array_equal(
        blocked_attention(x, x, x, window=(None, 0), align="end", mask=np.zeros((3, 3), np.bool_)), 0 * x
    )


def test_values_broadcast_over_more_batches_than_scores() -> None:
    rng = np.random.default_rng(6)
    q, v = rng.standard_normal((3, 4)), rng.standard_normal((5, 3, 2))
    np.testing.assert_allclose(blocked_attention(q, q, v), attention(q, q, v).output)


def test_tiny_values_keep_their_precision() -> None:
    q, k = np.full((1, 64), -0.9, dtype=np.float32), np.full((3, 64), 0.9, dtype=np.float32) * 8
    v = np.full((3, 1), 1e-25, dtype=np.float32)
    np.testing.assert_allclose(blocked_attention(q, k, v), v[:1], rtol=1e-6)

"""Biases by relative position: against loops over each query and key, and in attention without an array of n×m."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import reference as ref

from zhixing import core
from zhixing.core import CoreError
from zhixing.core.masks import Align


def test_slopes() -> None:
    assert core.alibi_slopes(8).tolist() == [2.0**-h for h in range(1, 9)]
    assert core.alibi_slopes(1).tolist() == [2.0**-8]
    np.testing.assert_allclose(core.alibi_slopes(16)[:2], [2**-0.5, 0.5], rtol=1e-15)
    # 12 heads, as the paper's code has them: those of 8, then every other one of 16.
    expected = [2.0**-h for h in range(1, 9)] + [2 ** -(h / 2) for h in (1, 3, 5, 7)]
    np.testing.assert_allclose(core.alibi_slopes(12), expected, rtol=1e-15)


@pytest.mark.parametrize(
    ("n", "m", "align", "offset"), [(5, 5, None, 0), (3, 7, "end", 4), (4, 2, "start", 0), (2, 6, 3, 3)]
)
def test_alibi(n: int, m: int, align: Align | None, offset: int) -> None:
    found = core.alibi([0.5, 0.125], n, m, align=align)
    expected = [[[-slope * abs(j - i - offset) for j in range(m)] for i in range(n)] for slope in (0.5, 0.125)]
    assert found.tolist() == expected


def bucket(distance: int, sides: int, buckets: int, farthest: int) -> int:
    """Return the bucket of key − query, by the definition, with forty digits."""
    count = buckets // sides
    first = count if sides == 2 and distance > 0 else 0
    far = abs(distance) if sides == 2 else max(-distance, 0)
    exact = count // 2
    if far < exact:
        return first + far
    share = ref.mp.log(ref.mpf(far) / exact) / ref.mp.log(ref.mpf(farthest) / exact)
    return first + min(count - 1, exact + int(ref.mp.floor(share * (count - exact) + ref.mpf("1e-30"))))


@pytest.mark.parametrize(("buckets", "farthest"), [(32, 128), (8, 20), (4, 3)])
@pytest.mark.parametrize("causal", [False, True])
def test_t5_bias(buckets: int, farthest: int, causal: bool) -> None:
    weights = np.random.default_rng(1).standard_normal((3, buckets))
    found = core.t5_bias(weights, 7, 300, align=150, farthest=farthest, causal=causal)
    for i in range(7):
        chosen = [bucket(j - i - 150, 1 if causal else 2, buckets, farthest) for j in range(300)]
        np.testing.assert_array_equal(found[:, i], weights[:, chosen])
    # Of the buckets ahead the first is for distance 0, which is the first of those before.
    assert len(np.unique(found)) == 3 * (buckets if causal else buckets - 1)


@pytest.mark.parametrize("causal", [False, True])
def test_blocked_attention_takes_them_as_attention_does(causal: bool) -> None:
    q, k, v = np.random.default_rng(2).standard_normal((3, 4, 300, 8))
    for bias in (core.alibi(core.alibi_slopes(4), 300), core.t5_bias(np.linspace(-2, 2, 32), 300)):
        found = core.blocked_attention(q, k, v, bias=bias, causal=causal)
        expected = core.attention(q, k, v, bias=bias, causal=causal).output
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


def test_a_bias_takes_memory_for_a_line() -> None:
    x = np.random.default_rng(3).standard_normal((4096, 4))
    tracemalloc.start()
    core.blocked_attention(x, x, x, bias=core.alibi(0.5, 4096), causal=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 2**20  # all of 4096×4096 would be 128 MB


def test_biases_of_nothing_and_of_what_does_not_fit() -> None:
    assert core.alibi([1.0, 2.0], 3, 0, align=0).shape == (2, 3, 0)
    assert core.alibi([1.0, 2.0], 0, 3, align=0).shape == (2, 0, 3)
    with pytest.raises(CoreError, match="2 queries and 3 keys: say align="):
        core.alibi(1.0, 2, 3)
    with pytest.raises(CoreError, match="align has 2 offsets"):
        core.alibi(1.0, 2, 3, align=np.array([0, 1]))
    with pytest.raises(CoreError, match="weights has 3 buckets; each side needs an even number"):
        core.t5_bias([1.0, 2.0, 3.0], 2)
    with pytest.raises(CoreError, match="farthest is 8; it must be a whole number of at least 9"):
        core.t5_bias(np.ones(32), 2, farthest=8)

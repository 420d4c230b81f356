"""Relative positions by vectors: against loops over each query and key in forty digits, and figures worked by hand."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
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


Q, K, V = normal(4, 3), normal(6, 3, seed=2), normal(6, 2)
A_K, A_V = normal(5, 3), normal(5, 2)
MASK = normal(4, 6) > -0.5


def shaw(may: Callable[[int, int], bool], offset: int, with_values: bool) -> tuple[Any, Any]:
    """Return weights and output with a vector for each pair of positions, as equations 3 and 4 write them."""
    q, k, v, a_k, a_v = (ref.exact(one) for one in (Q, K, V, A_K, A_V))
    weights, output = [], []
    for i in range(4):
        row, near = [], [max(-2, min(2, j - i - offset)) + 2 for j in range(6)]
        for j in range(6):
            key = [x + y for x, y in zip(k[j], a_k[near[j]], strict=True)]
            row.append(mp.fsum(x * y for x, y in zip(q[i], key, strict=True)) / mp.sqrt(3))
        alpha = ref.softmax(row, [may(i, j) for j in range(6)])
        values = [[x + y * with_values for x, y in zip(v[j], a_v[near[j]], strict=True)] for j in range(6)]
        weights.append(alpha)
        output.append([mp.fsum(alpha[j] * values[j][c] for j in range(6)) for c in range(2)])
    return weights, output


@pytest.mark.parametrize("with_values", [False, True])
@pytest.mark.parametrize(
    ("options", "may", "offset"),
    [
        ({"align": "start"}, lambda _i, _j: True, 0),
        ({"align": "end", "causal": True}, lambda i, j: j <= i + 2, 2),
        ({"align": 1, "mask": MASK}, lambda i, j: MASK[i, j], 1),
    ],
)
def test_relative_attention(options: Any, may: Callable[[int, int], bool], offset: int, with_values: bool) -> None:
    weights, output = shaw(may, offset, with_values)
    found = core.relative_attention(Q, K, V, A_K, A_V if with_values else None, **options)
    np.testing.assert_allclose(found.weights, ref.floats(weights), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(found.output, ref.floats(output), rtol=1e-13, atol=1e-13)


def test_vectors_of_0_are_attention_itself() -> None:
    q, k, v = normal(2, 4, 5, 3), normal(2, 1, 5, 3), normal(4, 5, 2)
    found = core.relative_attention(q, k, v, np.zeros((3, 3)), np.zeros((3, 2)))
    np.testing.assert_allclose(found.output, core.attention(q, k, v).output, rtol=1e-14)
    assert found.weights.shape == (2, 4, 5, 5)


def test_one_vector_is_added_to_every_value() -> None:
    found = core.relative_attention(Q, K, V, np.zeros((1, 3)), [[10.0, 20.0]], align=0)
    np.testing.assert_allclose(found.output, core.attention(Q, K, V).output + np.array([10, 20]), rtol=1e-13)


def test_each_value_has_the_vector_of_its_distance() -> None:
    """One query in the middle of three keys that it likes alike: the mean of 1, 10 and 100, and of the values."""
    zeros = np.zeros((1, 1))
    values = [[3.0], [6.0], [9.0]]
    found = core.relative_attention(zeros, np.zeros((3, 1)), values, np.zeros((3, 1)), [[1], [10], [100]], align=1)
    assert found.output.round(12).tolist() == [[43.0]]
    first = core.relative_attention(zeros, np.zeros((3, 1)), values, np.zeros((3, 1)), [[1], [10], [100]], align=0)
    assert first.output.round(12).tolist() == [[6 + (10 + 100 + 100) / 3]]


def test_what_is_not_seen_counts_nothing() -> None:
    broken = A_V.copy()
    broken[3:] = np.nan  # the vectors of keys ahead
    found = core.relative_attention(V[:4] @ A_V.T[:, :3], Q, V[:4], A_K, broken, causal=True)
    assert np.isfinite(found.output).all()
    nothing = core.relative_attention(Q, K, V, A_K, A_V, mask=np.zeros((4, 6), np.bool_), align=0)
    assert not nothing.output.any()
    assert not nothing.weights.any()


def test_relative_attention_of_nothing_and_of_one() -> None:
    assert core.relative_attention(Q[:0], K, V, A_K, A_V, align=0).output.shape == (0, 2)
    assert core.relative_attention(Q, K[:0], V[:0], A_K, A_V, align=0).output.tolist() == [[0, 0]] * 4
    alone = core.relative_attention(Q[:1], K[:1], V[:1], A_K, A_V)
    np.testing.assert_allclose(alone.output, V[:1] + A_V[2], rtol=1e-15)


def test_no_array_of_queries_keys_and_features() -> None:
    n, d = 256, 64
    x, codes = normal(n, d), normal(9, d)
    tracemalloc.start()
    core.relative_attention(x, x, x, codes, codes)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < n * n * d * 8 / 4  # a vector for each pair would be 32 MB


def test_what_does_not_fit() -> None:
    with pytest.raises(CoreError, match="A_K has 4 vectors; distances −k … k need an odd number"):
        core.relative_attention(Q, K, V, A_K[:4], align=0)
    with pytest.raises(CoreError, match=r"features \(the last axis\) of A_V and V must be equal: A_V 3, V 2"):
        core.relative_attention(Q, K, V, A_K, A_K, align=0)
    with pytest.raises(CoreError, match=r"numbers of vectors .* must be equal: A_K 5, A_V 3"):
        core.relative_attention(Q, K, V, A_K, A_V[:3], align=0)
    with pytest.raises(CoreError, match="4 queries and 6 keys: say align="):
        core.relative_attention(Q, K, V, A_K)

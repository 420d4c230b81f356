"""The figures of the notes, from the core alone: whatever the notes say, these hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zhixing.core import attention, blocked_attention, entropy, softmax, softmax_jacobian

DOORS = [lambda *a, **o: attention(*a, **o).output, blocked_attention]


def keyed(weights: Any, queries: Any, seed: int) -> Any:
    """Return keys whose scaled dot products with the queries are the logarithms of the weights (0: far below).

    Keys solve Q·Kᵀ/√d = log W for queries of full rank, so neither Q nor K is the identity.
    """
    scores = np.log(np.maximum(weights, 1e-300)) * np.sqrt(queries.shape[1])
    found = np.linalg.pinv(queries) @ scores
    free = np.random.default_rng(seed).standard_normal((queries.shape[1], weights.shape[1]))
    # What is orthogonal to every query changes no score.
    return (found + free - np.linalg.pinv(queries) @ (queries @ free)).T


def test_weights_of_8_2_and_0_5() -> None:
    np.testing.assert_allclose(softmax([8.2, 0.5]), [0.99955, 0.00045], atol=5e-6)
    np.testing.assert_allclose(softmax([8.2, 0.5], temperature=7.7 / np.log(7 / 3)), [0.7, 0.3], rtol=1e-14)


@pytest.mark.parametrize("door", DOORS)
def test_two_scores_as_vectors(door: Any) -> None:
    q, k = np.array([[2.0, 1.0]]), np.array([[3.0, 2.2], [0.5, -0.5]])
    assert (q @ k.T).tolist() == [[8.2, 0.5]]
    np.testing.assert_allclose(door(q, k, np.eye(2), scale=1.0), [[0.99955, 0.00045]], atol=5e-6)


def test_fruit_by_the_logarithms_of_the_weights() -> None:
    weights = softmax([np.log(0.6), np.log(0.4), -np.inf])
    np.testing.assert_allclose(weights, [0.6, 0.4, 0], rtol=1e-15)
    assert weights[2] == 0
    np.testing.assert_allclose(weights @ [10, 5, 2], 8, rtol=1e-15)


@pytest.mark.parametrize("door", DOORS)
def test_fruit_by_vectors(door: Any) -> None:
    queries = np.array([[2.0, 1.0, -0.5]])
    keys = keyed(np.array([[0.6, 0.4, 0.5]]), queries, 1)
    values = np.array([[10.0], [5.0], [2.0]])
    np.testing.assert_allclose(door(queries, keys, values, mask=np.array([True, True, False])), [[8]], rtol=1e-12)


@pytest.mark.parametrize("door", DOORS)
def test_coreference_by_vectors(door: Any) -> None:
    weights = np.array([[0.8, 0.05, 0.03, 0.03, 0.03, 0.03, 0.03]])
    queries = np.array([[1.0, -2.0]])
    found = door(queries, keyed(weights, queries, 2), np.eye(7))
    np.testing.assert_allclose(found, weights, rtol=1e-12)
    assert found.argmax() == 0


@pytest.mark.parametrize("door", DOORS)
def test_alignment_by_vectors(door: Any) -> None:
    weights = np.array([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.05, 0.1, 0.85]])
    queries = np.array([[1.0, 0.5, 0.0, 2.0], [0.0, -1.0, 1.0, 0.5], [1.0, 1.0, 1.0, 0.0]])
    values = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]])
    found = door(queries, keyed(weights, queries, 3), values)
    np.testing.assert_allclose(found, weights @ values, atol=1e-12)


def test_entropy_runs_from_one_key_to_all_alike() -> None:
    assert entropy([1, 0, 0]) == 0
    np.testing.assert_allclose(entropy(np.full((2, 8), 1 / 8)), [np.log(8)] * 2, rtol=1e-15)
    np.testing.assert_allclose(entropy([[0.5, 0], [0, 0.5]], axis=(0, 1)), np.log(2))


@pytest.mark.parametrize("temperature", [1.0, 0.3])
def test_the_jacobian_is_the_derivative(temperature: float) -> None:
    x, step = np.array([0.3, -1.2, 2.0, 0.0]), 1e-6
    nudged = np.eye(4) * step
    slopes = softmax(x + nudged, temperature=temperature) - softmax(x - nudged, temperature=temperature)
    found = softmax_jacobian(softmax(x, temperature=temperature), temperature=temperature)
    np.testing.assert_allclose(found, slopes.T / (2 * step), atol=1e-9)


def test_saturated_softmax_has_no_gradient() -> None:
    scores = np.random.default_rng(5).standard_normal(64)
    norms = [np.linalg.norm(softmax_jacobian(softmax(scores * size))) for size in (1, 32)]
    assert norms[1] < norms[0] / 5

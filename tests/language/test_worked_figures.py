"""The figures that the knowledge base stands on, from the core itself, without the language and without the notes.

Each look-up comes twice: from the logarithms of its weights, and through attention with vectors of two features or
more whose queries and keys are no identity.
"""

from __future__ import annotations

import numpy as np
import pytest

from zhixing.core import attention, softmax


def close(found: object, expected: object, within: float = 1e-12) -> bool:
    return bool(np.allclose(np.asarray(found), np.asarray(expected), rtol=0, atol=within))


# The fruit: apple 10, banana 5, chair 2; weights 0.6, 0.4, 0 look up 8.
FRUIT_VALUES = np.array([[10.0], [5.0], [2.0]])
FRUIT_WEIGHTS = [0.6, 0.4, 0.0]


def test_fruit_from_logarithms() -> None:
    weights = softmax(np.array([np.log(0.6), np.log(0.4), -np.inf]))
    assert close(weights, FRUIT_WEIGHTS)
    assert weights[2] == 0
    assert close(weights @ FRUIT_VALUES, [8])


def test_fruit_from_vectors() -> None:
    # The two scores must differ by ln 1.5, here along the second feature; the chair is masked.
    Q = np.array([[1.0, 2.0]])
    K = np.array([[2.0, 1.0], [2.0, 1.0 - np.log(1.5) / np.sqrt(2)], [-1.0, 0.5]])
    found = attention(Q, K, FRUIT_VALUES, mask=np.array([[True, True, False]]))
    assert close(found.weights, [FRUIT_WEIGHTS])
    assert close(found.output, [[8]])


# 他: 0.8 on 小明, 0.05 on 喜欢, 0.03 on each of the five others.
REFERENCE_WEIGHTS = np.array([0.8, 0.05, 0.03, 0.03, 0.03, 0.03, 0.03])


def test_reference_from_logarithms() -> None:
    weights = softmax(np.log(REFERENCE_WEIGHTS))
    assert close(weights, REFERENCE_WEIGHTS)
    assert close(weights.sum(), 1)
    assert weights.argmax() == 0


def test_reference_from_vectors() -> None:
    # k·q = 2a + 3b + c; whatever a and b are, c makes up the score that the weight needs.
    q = np.array([2.0, 3.0, 1.0])
    free = np.array([[1.0, 0.5], [0.0, -1.0], [2.0, 0.0], [-1.0, 1.0], [0.5, 0.5], [0.0, 0.0], [1.0, -1.0]])
    needed = np.sqrt(3) * np.log(REFERENCE_WEIGHTS)
    K = np.column_stack([free, needed - free @ q[:2]])
    found = attention(q[None], K, np.eye(7))
    assert close(found.weights[0], REFERENCE_WEIGHTS)
    assert close(found.output[0], REFERENCE_WEIGHTS)


# I / love / China over 我 / 爱 / 中国.
ALIGNMENT = np.array([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.05, 0.1, 0.85]])


def test_alignment_from_logarithms() -> None:
    weights = softmax(np.log(ALIGNMENT))
    assert close(weights, ALIGNMENT)
    assert close(weights.sum(axis=1), 1)
    assert weights.argmax(axis=1).tolist() == [0, 1, 2]


def test_alignment_from_vectors() -> None:
    # Cross-attention: keys are any invertible matrix, queries are what makes Q Kᵀ / √3 the logarithms.
    K = np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 1.0], [1.0, 0.0, 3.0]])
    Q = np.sqrt(3) * np.log(ALIGNMENT) @ np.linalg.inv(K).T
    V = np.array([[1.0, 0.0], [0.0, 1.0], [5.0, -5.0]])
    found = attention(Q, K, V)
    assert close(found.weights, ALIGNMENT)
    assert close(found.output, ALIGNMENT @ V)


@pytest.mark.parametrize(("dtype", "within"), [(np.float64, 5e-6), (np.float32, 5e-6)])
def test_cat_eats_fish(dtype: type[np.floating], within: float) -> None:
    """Scores 8.2 and 0.5: not 0.7 and 0.3, which need a temperature of 9.0877."""
    weights = softmax(np.array([8.2, 0.5], dtype))
    assert weights.dtype == dtype
    assert close(weights, [0.99955, 0.00045], within)
    assert close(softmax(np.array([8.2, 0.5]), temperature=7.7 / np.log(7 / 3)), [0.7, 0.3])


def test_cat_eats_fish_from_vectors() -> None:
    found = attention(
        np.array([[1.0, 2.0]]), np.sqrt(2) * np.array([[2.2, 3.0], [-1.5, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    )
    assert close(found.scaled, [[8.2, 0.5]])
    assert close(found.weights, [[0.99955, 0.00045]], 5e-6)
    assert close(found.output, found.weights)

"""Linear attention against loops over plain numbers in forty digits, and against attention itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import reference as ref

from zhixing import core
from zhixing.core import CoreError

Array = np.ndarray[Any, np.dtype[Any]]
mp = ref.mp


def normal(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


Q, K, V = normal(6, 3), normal(6, 3, seed=2), normal(6, 2)
DECAY, BETA, STATE = -np.abs(normal(6, 3, seed=3)), np.abs(normal(6)), normal(3, 2)


def step_by_step(decay: Array | None, beta: Array | None, state: Array | None) -> tuple[Any, Any]:
    """Return output and state, number by number."""
    memory = ref.exact(np.zeros((3, 2)) if state is None else state)
    rows = []
    for t in range(6):
        q, k, v = (ref.exact(array[t]) for array in (Q, K, V))
        if decay is not None:
            memory = [[mp.exp(ref.exact(decay[t, i])) * memory[i][c] for c in range(2)] for i in range(3)]
        old = [mp.fsum(memory[i][c] * k[i] for i in range(3)) for c in range(2)]
        new = v if beta is None else [ref.exact(beta[t]) * (v[c] - old[c]) for c in range(2)]
        memory = [[memory[i][c] + k[i] * new[c] for c in range(2)] for i in range(3)]
        rows.append([mp.fsum(memory[i][c] * q[i] for i in range(3)) / mp.sqrt(3) for c in range(2)])
    return rows, memory


@pytest.mark.parametrize("decay", [None, DECAY])
@pytest.mark.parametrize("beta", [None, BETA])
@pytest.mark.parametrize("state", [None, STATE])
def test_every_rule(decay: Array | None, beta: Array | None, state: Array | None) -> None:
    output, memory = step_by_step(decay, beta, state)
    found = core.linear_attention(Q, K, V, decay=decay, beta=beta, state=state)
    np.testing.assert_allclose(found.output, ref.floats(output), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(found.state, ref.floats(memory), rtol=1e-13, atol=1e-13)


def test_it_is_attention_without_softmax() -> None:
    scaled = np.where(core.causal_mask(6), core.attention(Q, K, V).scaled, 0)
    np.testing.assert_allclose(core.linear_attention(Q, K, V).output, scaled @ V, rtol=1e-12, atol=1e-13)


def test_a_state_is_all_that_later_positions_need() -> None:
    q, k, v = normal(2, 4, 9, 3), normal(2, 1, 9, 3), normal(4, 9, 5)
    whole = core.linear_attention(q, k, v, decay=-np.ones(1))
    first = core.linear_attention(q[..., :4, :], k[..., :4, :], v[..., :4, :], decay=-np.ones(1))
    rest = core.linear_attention(q[..., 4:, :], k[..., 4:, :], v[..., 4:, :], decay=-np.ones(1), state=first.state)
    joined = np.concatenate([first.output, rest.output], axis=-2)
    np.testing.assert_allclose(joined, whole.output, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(rest.state, whole.state, rtol=1e-13, atol=1e-14)
    assert whole.state.shape == (2, 4, 3, 5)


def test_the_delta_rule_replaces_what_a_key_had() -> None:
    keys, values = np.eye(3)[[0, 1, 0, 2]], np.array([[1.0], [2.0], [5.0], [7.0]])
    found = core.linear_attention(keys, keys, values, beta=np.ones(4), scale=1)
    assert found.state.tolist() == [[5.0], [2.0], [7.0]]


def test_linear_attention_of_nothing_and_of_what_does_not_fit() -> None:
    assert core.linear_attention(Q[:0], K[:0], V[:0], state=STATE).state.tolist() == STATE.tolist()
    with pytest.raises(CoreError, match=r"positions .* must be equal: Q 6, K 5, V 6"):
        core.linear_attention(Q, K[:5], V)
    with pytest.raises(CoreError, match="beta has shape 5, which does not broadcast to the positions 6"):
        core.linear_attention(Q, K, V, beta=BETA[:5])
    with pytest.raises(CoreError, match="decay has shape 6×2, which does not broadcast to the positions 6×3"):
        core.linear_attention(Q, K, V, decay=DECAY[:, :2])

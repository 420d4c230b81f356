"""Attention without softmax: a matrix of fixed size remembers all keys and values, so that time grows with n alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhixing.core.arrays import (
    Array,
    Operand,
    broadcast_leading,
    keeps_dtype,
    require_axes,
    require_broadcast,
    require_equal,
    start_state,
)
from zhixing.core.attention import read_scale


@dataclass(frozen=True, slots=True)
class LinearAttention:
    """What linear attention leaves: the state (…, d, v), for the positions that follow, and the output (…, n, v)."""

    state: Array
    output: Array


@keeps_dtype
def linear_attention(
    Q: Operand,
    K: Operand,
    V: Operand,
    *,
    decay: Operand | None = None,
    beta: Operand | None = None,
    state: Operand | None = None,
    scale: float | None = None,
) -> LinearAttention:
    r"""Return what each query reads from a memory to which the keys and values up to its position were written.

    Without decay and beta the memory is the sum of all products of key and value. A decay lets it forget (gated linear
    attention). With beta, a key's old value is taken out before its new one is written (the delta rule), which for keys
    of length 1 and β = 1 leaves exactly the new one.

    Options:
      decay: g, the logarithm of what is kept at each step, at most 0; (…, n, 1) forgets all features alike
      beta: β, how much of a key's old value is replaced by its new one; (…, n)
      state: the memory that earlier positions left; 0 unless given
      scale: instead of 1/√d

    Example:
      >>> keys, values = [[1.0, 0.0], [1.0, 0.0]], [[10.0], [20.0]]
      >>> linear_attention(keys, keys, values, scale=1).output.tolist()
      [[10.0], [30.0]]
      >>> linear_attention(keys, keys, values, beta=[1.0, 1.0], scale=1).output.tolist()
      [[10.0], [20.0]]

    Formula: S_t = \operatorname{diag}(e^{g_t}) S_{t-1} + \beta_t k_t \left(v_t - S_{t-1}^\top \operatorname{diag}(
      e^{g_t}) k_t\right)^\top, \text{ without } \beta \text{: } S_t = \operatorname{diag}(e^{g_t}) S_{t-1} + k_t
      v_t^\top; \quad o_t = \frac{S_t^\top q_t}{\sqrt{d}}
    Shapes: Q (…, n, d), K (…, n, d), V (…, n, v), decay broadcasts to (…, n, d), beta to (…, n), state to (…, d, v)
      → state (…, d, v), output (…, n, v); leading (batch, head) axes broadcast
    Raises: CoreError where widths, lengths or leading axes do not fit, or dtypes are mixed
    Source: Katharopoulos et al. 2020, "Transformers are RNNs", section 3.4 (there divided by a running sum of the keys,
      which V gives with a column of ones); delta rule: Schlag et al. 2021, "Linear Transformers Are Secretly Fast
      Weight Programmers", section 4.2; decay: Yang et al. 2024, "Gated Linear Attention Transformers with
      Hardware-Efficient Training", section 4.1; both: Yang et al. 2025, "Gated Delta Networks", section 3.1
    Note: 注意力的计算复杂度
    """
    lead = _check(Q, K, V)
    kept = None if decay is None else np.exp(_spread("decay", decay, (*lead, *K.shape[-2:])))
    shares = None if beta is None else _spread("beta", beta, (*lead, K.shape[-2]))
    memory = start_state("state", state, (*lead, K.shape[-1], V.shape[-1]), Q.dtype)
    output = np.empty_like(V, shape=(*lead, *V.shape[-2:]))
    for t in range(K.shape[-2]):
        key = K[..., t, :, None]
        if kept is not None:
            memory = kept[..., t, :, None] * memory
        memory = memory + key * _find_change(memory, key, V[..., t, None, :], shares, t)
        output[..., t, :] = np.matmul(Q[..., t, None, :], memory)[..., 0, :]
    return LinearAttention(memory, output * np.asarray(read_scale(Q, scale), Q.dtype))


def _check(Q: Array, K: Array, V: Array) -> tuple[int, ...]:
    """Return the leading axes; raise CoreError where the arguments do not fit together."""
    for name, array in (("Q", Q), ("K", K), ("V", V)):
        require_axes(name, array, 2, "(…, positions, features)")
    require_equal("features (the last axis) of Q and K", Q=Q.shape[-1], K=K.shape[-1])
    require_equal("positions (the axis before the last)", Q=Q.shape[-2], K=K.shape[-2], V=V.shape[-2])
    return broadcast_leading(Q=Q.shape[:-2], K=K.shape[:-2], V=V.shape[:-2])


def _spread(name: str, array: Array, shape: tuple[int, ...]) -> Array:
    require_broadcast(name, array.shape, shape, "the positions")
    return np.broadcast_to(array, shape)


def _find_change(memory: Array, key: Array, value: Array, shares: Array | None, t: int) -> Array:
    """Return what is written at a key: the value or, under the delta rule, a share of what it differs by from the old.

    Columns are value features.
    """
    if shares is None:
        return value
    old = np.sum(key * memory, axis=-2, keepdims=True)
    return shares[..., t, None, None] * (value - old)

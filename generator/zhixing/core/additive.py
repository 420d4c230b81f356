"""Additive attention: a small network scores a query against a key, which may have another width."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import Array, Operand, broadcast_leading, keeps_dtype, require_axes, require_equal
from zhixing.core.attention import Attention, apply_masks, finish, join_inputs


@keeps_dtype
def additive_scores(Q: Operand, K: Operand, W_Q: Operand, W_K: Operand, v: Operand) -> Array:
    r"""Return the score of every query and key: both mapped to one hidden width, added, bent by tanh, and weighed.

    Example:
      >>> additive_scores([[1.0]], [[0.0], [2.0]], [[1.0]], [[1.0]], [1.0]).round(3).tolist()
      [[0.762, 0.995]]

    Formula: s_{ij} = v^\top \tanh(W_Q^\top q_i + W_K^\top k_j)
    Shapes: Q (…, n, d_q), K (…, m, d_k), W_Q (d_q, h), W_K (d_k, h), v (h) → (…, n, m)
    Raises: CoreError where a width does not fit its matrix, the hidden widths differ, or dtypes are mixed
    Source: Bahdanau et al. 2015, "Neural Machine Translation by Jointly Learning to Align and Translate",
      appendix A.1.2
    Note: 加性注意力
    """
    return _score(Q, K, W_Q, W_K, v)


def _score(Q: Array, K: Array, W_Q: Array, W_K: Array, v: Array) -> Array:
    for name, array in (("Q", Q), ("K", K)):
        require_axes(name, array, 2, "(…, positions, features)")
    for name, array in (("W_Q", W_Q), ("W_K", W_K)):
        require_axes(name, array, 2, "(features, hidden)", exactly=True)
    require_axes("v", v, 1, "(hidden)", exactly=True)
    require_equal("features of Q and rows of W_Q", Q=Q.shape[-1], W_Q=W_Q.shape[0])
    require_equal("features of K and rows of W_K", K=K.shape[-1], W_K=W_K.shape[0])
    require_equal("hidden widths", W_Q=W_Q.shape[1], W_K=W_K.shape[1], v=v.shape[0])
    broadcast_leading(Q=Q.shape[:-2], K=K.shape[:-2])
    hidden = np.tanh((Q @ W_Q)[..., :, None, :] + (K @ W_K)[..., None, :, :])
    return np.matmul(hidden, v)


@keeps_dtype
def additive_attention(
    Q: Operand, K: Operand, V: Operand, W_Q: Operand, W_K: Operand, v: Operand, *, mask: ArrayLike | None = None
) -> Attention:
    r"""Return every step of attention whose scores come from a small network; nothing is scaled or capped.

    Options:
      mask: boolean, True = may attend; a query that may attend to nothing gets 0

    Example:
      >>> a = additive_attention([[1.0]], [[0.0], [2.0]], [[10.0], [20.0]], [[1.0]], [[1.0]], [1.0])
      >>> a.weights.round(3).tolist()
      [[0.442, 0.558]]

    Formula: o_i = \sum_j \operatorname{softmax}_j\left(v^\top \tanh(W_Q^\top q_i + W_K^\top k_j)\right) v_j
    Shapes: Q (…, n, d_q), K (…, m, d_k), V (…, m, d_v), W_Q (d_q, h), W_K (d_k, h), v (h) → weights (…, n, m),
      output (…, n, d_v)
    Raises: CoreError where widths, lengths, leading axes, dtypes or mask do not fit together
    Source: Bahdanau et al. 2015, "Neural Machine Translation by Jointly Learning to Align and Translate", eqs. 5, 6
    Note: 加性注意力
    """
    inputs = join_inputs(Q, K, V, equal_widths=False)
    scores = _score(Q, K, W_Q, W_K, v)
    masked, allowed = apply_masks(scores, (mask,), None)
    return finish((scores, scores, scores, masked), allowed, inputs.V)

"""Additive attention: a small network scores a query against a key, which may have another width."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import Array, common_dtype, handed_out, leading, quiet, require_axes, require_equal, working
from zhixing.core.attention import Attention, apply_masks, finished, gathered
from zhixing.core.errors import CoreError, shown


@quiet
def additive_scores(Q: ArrayLike, K: ArrayLike, W_Q: ArrayLike, W_K: ArrayLike, v: ArrayLike) -> Array:
    r"""Return the score of every query and key: both mapped to one hidden width, added, bent by tanh, and weighed.

    Formula: s_{ij} = v^\top \tanh(W_Q^\top q_i + W_K^\top k_j)
    Shapes: Q (…, n, d_q), K (…, m, d_k), W_Q (d_q, h), W_K (d_k, h), v (h) → (…, n, m)
    Raises: CoreError where a width does not fit its matrix, the hidden widths differ, or dtypes are mixed
    Source: Bahdanau et al. 2015, "Neural Machine Translation by Jointly Learning to Align and Translate",
      appendix A.1.2
    Note: 加性注意力
    """
    dtype = common_dtype(Q=Q, K=K, W_Q=W_Q, W_K=W_K, v=v)
    return handed_out(_scores(*(working(array, dtype) for array in (Q, K, W_Q, W_K, v))), dtype)


def _scores(q: Array, k: Array, W_Q: Array, W_K: Array, v: Array) -> Array:
    for name, array in (("Q", q), ("K", k)):
        require_axes(name, array, 2, "(…, positions, features)")
    for name, array, ndim in (("W_Q", W_Q, 2), ("W_K", W_K, 2), ("v", v, 1)):
        if array.ndim != ndim:
            raise CoreError(f"{name} has shape {shown(array.shape)}; it needs exactly {ndim} axes")
    require_equal("features of Q and rows of W_Q", Q=q.shape[-1], W_Q=W_Q.shape[0])
    require_equal("features of K and rows of W_K", K=k.shape[-1], W_K=W_K.shape[0])
    require_equal("hidden widths", W_Q=W_Q.shape[1], W_K=W_K.shape[1], v=v.shape[0])
    leading(Q=q.shape[:-2], K=k.shape[:-2])
    return np.asarray(np.matmul(np.tanh((q @ W_Q)[..., :, None, :] + (k @ W_K)[..., None, :, :]), v))


@quiet
def additive_attention(
    Q: ArrayLike,
    K: ArrayLike,
    V: ArrayLike,
    W_Q: ArrayLike,
    W_K: ArrayLike,
    v: ArrayLike,
    *,
    mask: ArrayLike | None = None,
) -> Attention:
    r"""Return every step of attention whose scores come from a small network; nothing is scaled.

    The mask is as in `attention`: True = may attend, and a query that may attend to nothing gets 0.

    Formula: o_i = \sum_j \operatorname{softmax}_j\left(v^\top \tanh(W_Q^\top q_i + W_K^\top k_j)\right) v_j
    Shapes: Q (…, n, d_q), K (…, m, d_k), V (…, m, d_v), W_Q (d_q, h), W_K (d_k, h), v (h) → weights (…, n, m),
      output (…, n, d_v)
    Raises: CoreError where widths, lengths, leading axes, dtypes or mask do not fit together
    Source: Bahdanau et al. 2015, "Neural Machine Translation by Jointly Learning to Align and Translate", eqs. 5, 6
    Note: 加性注意力
    """
    common_dtype(Q=Q, K=K, V=V, W_Q=W_Q, W_K=W_K, v=v)
    inputs = gathered(Q, K, V, equal_widths=False)
    scores = _scores(inputs.Q, inputs.K, *(working(array, inputs.dtype) for array in (W_Q, W_K, v)))
    masked, allowed = apply_masks(scores, (mask,), None)
    return finished(scores, scores, masked, allowed, inputs)

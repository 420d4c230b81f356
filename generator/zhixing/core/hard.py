"""Hard attention: one value, taken whole."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import Array, Operand, keeps_dtype, read_count
from zhixing.core.attention import Attention, attention, sum_values
from zhixing.core.seeded import uniform


@keeps_dtype
def hard_attention(
    Q: Operand,
    K: Operand,
    V: Operand,
    *,
    mask: ArrayLike | None = None,
    scale: float | None = None,
    seed: int | None = None,
) -> Attention:
    r"""Return one value for each query instead of a mixture: the best match, or one drawn by the soft weights.

    The largest score is the limit of soft attention as the temperature goes to 0; the first of equals is taken. Where a
    score is nan there is no largest, and the weights are nan as those of soft attention are.

    Options:
      mask: boolean, True = may attend; a query that may attend to nothing gets 0
      scale: instead of 1/√d_k
      seed: where given, one key is drawn for each query by the soft weights, as the papers do in training

    Example:
      >>> hard_attention([[2.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], [[10.0], [20.0]]).output.tolist()
      [[10.0]]

    Formula: o_i = v_{j^*}, \quad j^* = \arg\max_j s_{ij} \quad \text{or} \quad j^* \sim \operatorname{softmax}(s_i)
    Shapes: Q (…, n, d), K (…, m, d), V (…, m, v), mask (…, n, m) → weights (…, n, m), output (…, n, v)
    Raises: CoreError where widths, lengths, leading axes, dtypes or mask do not fit together
    Source: Xu et al. 2015, "Show, Attend and Tell", section 4.1; Mnih et al. 2014, "Recurrent Models of Visual
      Attention", section 3
    Note: 硬注意力与软注意力
    """
    soft = attention(Q, K, V, mask=mask, scale=scale)
    weights = _choose(soft.masked, seed)
    return dataclasses.replace(soft, weights=weights, output=sum_values(weights, V, weights != 0))


def _choose(masked: Array, seed: int | None) -> Array:
    """Return weights that are 1 at the largest score (or the one drawn) of each query, 0 elsewhere."""
    if masked.shape[-1] == 0:
        return masked
    scores = masked
    if seed is not None:
        # Gumbel's trick: the largest of score + noise is a draw by softmax.
        scores = masked - np.log(-np.log(uniform(read_count("seed", seed), *masked.shape)))
    chosen = np.arange(masked.shape[-1]) == np.argmax(scores, axis=-1)[..., None]
    weights = (chosen & ~np.isneginf(masked)).astype(masked.dtype)
    return np.where(np.isnan(masked).any(axis=-1, keepdims=True), np.nan, weights)

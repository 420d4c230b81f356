"""Hard attention: one value, taken whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import handed_out, quiet
from zhixing.core.attention import Attention, attention, gathered, weighted_sum
from zhixing.core.seeded import uniform


@quiet
def hard_attention(
    Q: ArrayLike,
    K: ArrayLike,
    V: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    scale: float | None = None,
    seed: int | None = None,
) -> Attention:
    r"""Return one value for each query instead of a mixture: the best match, or one drawn by the soft weights.

    Without a seed the key with the largest score is taken (the first of equals), which is the limit of soft attention
    as the temperature goes to 0. With a seed one key is drawn for each query, as the papers do in training.

    Formula: o_i = v_{j^*}, \quad j^* = \arg\max_j s_{ij} \quad \text{or} \quad j^* \sim \operatorname{softmax}(s_i)
    Shapes: Q (…, n, d), K (…, m, d), V (…, m, v), mask (…, n, m) → weights (…, n, m), output (…, n, v)
    Raises: CoreError where widths, lengths, leading axes, dtypes or mask do not fit together
    Source: Xu et al. 2015, "Show, Attend and Tell", section 4.1; Mnih et al. 2014, "Recurrent Models of Visual
      Attention", section 3
    Note: 硬注意力与软注意力
    """
    inputs = gathered(Q, K, V)
    soft = attention(inputs.Q, inputs.K, inputs.V, mask=mask, scale=scale)
    if seed is None:
        chosen = np.argmax(soft.masked, axis=-1)
    else:
        # Gumbel's trick: the largest of score + noise is a draw by softmax.
        chosen = np.argmax(soft.masked - np.log(-np.log(uniform(seed, *soft.masked.shape))), axis=-1)
    allowed = ~np.isneginf(soft.masked)
    one = (np.arange(allowed.shape[-1]) == chosen[..., None]) & allowed
    weights = one.astype(inputs.V.dtype)
    output = weighted_sum(weights, inputs.V, one)
    steps = (soft.scores, soft.scaled, soft.masked, weights, output)
    return Attention(*(handed_out(step, inputs.dtype) for step in steps))

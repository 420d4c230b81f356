"""Sparsemax: weights that sum to 1 as those of softmax do, but of which many are exactly 0."""

from __future__ import annotations

import numpy as np

from zhixing.core.arrays import Array, Operand, keeps_dtype, require_axes
from zhixing.core.errors import CoreError


@keeps_dtype
def sparsemax(x: Operand) -> Array:
    r"""Return the weights nearest to the scores: what stands above a threshold, chosen so that they sum to 1.

    Example:
      >>> sparsemax([0.0, 1.0, 1.5]).tolist()
      [0.0, 0.25, 0.75]

    Formula: \operatorname{sparsemax}(x)_i = \max(0, x_i - \tau), \quad \tau = \frac{\sum_{j \le k} x_{(j)} - 1}{k},
      \quad k = \max \{ k : 1 + k x_{(k)} > \sum_{j \le k} x_{(j)} \}
    Shapes: x (…, n) → the same; x_{(1)} is the largest
    Raises: CoreError where there is no score, or one is not finite
    Source: Martins and Astudillo 2016, "From Softmax to Sparsemax: A Sparse Model of Attention and Multi-Label
      Classification", algorithm 1
    Note: Softmax
    """
    require_axes("x", x, 1, "(…, n)")
    if x.shape[-1] == 0 or not np.all(np.isfinite(x)):
        raise CoreError("x must be finite scores, at least one in each row")
    x = x - x.max(axis=-1, keepdims=True)  # the largest is 0, so that large scores keep their digits
    ordered = -np.sort(-x, axis=-1)
    sums, counts = np.cumsum(ordered, axis=-1), np.arange(1, x.shape[-1] + 1)
    k = np.add.reduce(1 + counts * ordered > sums, axis=-1, keepdims=True)
    threshold = (np.take_along_axis(sums, k - 1, axis=-1) - 1) / k.astype(x.dtype)
    return np.maximum(x - threshold, 0)

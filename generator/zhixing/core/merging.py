"""Attention over parts of the keys, put together: what each part found, weighed by the sum of its exponentials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhixing.core.arrays import Array, Operand, keeps_dtype, require_axes
from zhixing.core.errors import CoreError, format_shape
from zhixing.core.softmax import normalize_exponentials


@dataclass(frozen=True, slots=True)
class MergedAttention:
    """The log-sum-exp (…, n) and the output (…, n, v) of attention over all keys."""

    lse: Array
    output: Array


@keeps_dtype
def merge_attention(outputs: Operand, lse: Operand) -> MergedAttention:
    r"""Return the attention over all keys from that over parts of them, as if no key had stood apart.

    Each part may be computed elsewhere, or at another time; the result can be merged again. A part in which a query may
    attend to nothing has the log-sum-exp −∞ and counts nothing.

    Example:
      >>> keys, values = np.array([[[1.0], [2.0]], [[3.0], [4.0]]]), np.array([[[1.0], [2.0]], [[3.0], [4.0]]])
      >>> parts = attention([[1.0]], keys, values)
      >>> merge_attention(parts.output, parts.lse).output.round(3).tolist()
      [[3.493]]
      >>> attention([[1.0]], keys.reshape(4, 1), values.reshape(4, 1)).output.round(3).tolist()
      [[3.493]]

    Formula: \ell = \ln \sum_p e^{\ell_p}, \quad o = \sum_p e^{\ell_p - \ell} o_p
    Shapes: outputs (…, parts, n, v), lse (…, parts, n) → lse (…, n), output (…, n, v)
    Raises: CoreError where the shapes do not fit or dtypes are mixed
    Source: Milakov and Gimelshein 2018, "Online normalizer calculation for softmax"; Dao et al. 2022, "FlashAttention";
      Ye et al. 2025, "FlashInfer: Efficient and Customizable Attention Engine for LLM Inference Serving"
    Note: 注意力的计算复杂度
    """
    require_axes("outputs", outputs, 3, "(…, parts, positions, features)")
    if lse.shape != outputs.shape[:-1]:
        shapes = f"lse has shape {format_shape(lse.shape)} and outputs {format_shape(outputs.shape)}"
        raise CoreError(f"{shapes}; lse has the axes of the outputs but for the last, the features")
    shares, total = normalize_exponentials(lse, axis=-2)
    # 0·nan is nan: a part that counts nothing must not be multiplied.
    weighed = np.where(shares[..., None] == 0, 0, shares[..., None] * outputs)
    return MergedAttention(total, np.add.reduce(weighed, axis=-3))

"""Several attentions side by side: projections, heads, and the layer that joins them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import (
    Array,
    Mask,
    Operand,
    keeps_dtype,
    read_count,
    require_axes,
    require_broadcast,
    require_equal,
)
from zhixing.core.attention import attention
from zhixing.core.errors import CoreError, format_shape
from zhixing.core.feedforward import apply_linear
from zhixing.core.masks import Align, Window
from zhixing.core.norms import rms_norm


@dataclass(frozen=True, slots=True)
class MultiHead:
    """Every step of multi-head attention.

    Q (…, h, n, d), K and V (…, h_kv, m, d); the steps of `attention` for each head, scores to weights (…, h, n, m) and
    lse (…, h, n); heads (…, h, n, d_v), joined (…, n, h·d_v), output (…, n, d_o).
    """

    Q: Array
    K: Array
    V: Array
    scores: Array
    scaled: Array
    capped: Array
    masked: Array
    allowed: Mask
    weights: Array
    lse: Array
    heads: Array
    joined: Array
    output: Array


@keeps_dtype
def split_heads(x: Operand, heads: int) -> Array:
    r"""Cut the features into equal parts, one for each head, and put the heads before the positions.

    Example:
      >>> split_heads([[1.0, 2.0, 3.0, 4.0]], 2).tolist()
      [[[1.0, 2.0]], [[3.0, 4.0]]]

    Formula: \text{head}_i = x_{:, \; i d : (i + 1) d}
    Shapes: x (…, n, h·d) → (…, h, n, d)
    Raises: CoreError where the width is no multiple of the number of heads
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.2
    Note: 多头注意力
    """
    require_axes("x", x, 2, "(…, positions, features)")
    if x.shape[-1] % read_count("heads", heads, least=1):
        raise CoreError(
            f"x has shape {format_shape(x.shape)}: its {x.shape[-1]} features do not split into {heads} heads"
        )
    return np.swapaxes(x.reshape(*x.shape[:-1], heads, x.shape[-1] // heads), -2, -3)


@keeps_dtype
def join_heads(x: Operand) -> Array:
    r"""Put the heads' features side by side again: the inverse of `split_heads`.

    Example:
      >>> join_heads([[[1.0, 2.0]], [[3.0, 4.0]]]).tolist()
      [[1.0, 2.0, 3.0, 4.0]]

    Formula: \operatorname{Concat}(\text{head}_1, \dots, \text{head}_h)
    Shapes: x (…, h, n, d) → (…, n, h·d)
    Raises: CoreError where there are fewer than three axes
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.2
    Note: 多头注意力
    """
    require_axes("x", x, 3, "(…, heads, positions, features)")
    *lead, heads, n, d = x.shape
    return np.swapaxes(x, -2, -3).reshape(*lead, n, heads * d)


@keeps_dtype
def multi_head(
    x: Operand,
    memory: Operand,
    W_Q: Operand,
    W_K: Operand,
    W_V: Operand,
    W_O: Operand,
    *,
    mask: ArrayLike | None = None,
    bias: Operand | None = None,
    scale: float | None = None,
    causal: bool = False,
    window: Window | None = None,
    align: Align | None = None,
    softcap: float | None = None,
    sink: Operand | None = None,
    b_Q: Operand | None = None,
    b_K: Operand | None = None,
    b_V: Operand | None = None,
    b_O: Operand | None = None,
    g_Q: Operand | None = None,
    g_K: Operand | None = None,
) -> MultiHead:
    r"""Attend several times at once, each head through projections of its own, and join what they found.

    Self-attention where memory is x, cross-attention where it is an encoder's output. Fewer key/value heads than query
    heads are repeated for groups of them (grouped-query attention).

    Options:
      mask: boolean, True = may attend; broadcasts to (…, h, n, m), so one of shape (n, m) holds for every head
      bias: added to the scores; −inf masks out; broadcasts as the mask does
      scale: instead of 1/√d_k
      causal: a query sees its own position and the earlier ones
      window: how many keys a query sees before and after its position, as in `window_mask`
      align: where the queries stand among the keys, as in `attention`
      softcap: c bends the scaled scores smoothly into (−c, c)
      sink: a score without a key, as in `attention`; (h, 1) is one for each head
      b_Q: bias of the queries' projections, none unless given
      b_K: bias of the keys'
      b_V: bias of the values'
      b_O: bias of the output's
      g_Q: where given, each head's queries are divided by their root mean square, and multiplied with this gain
      g_K: the same of the keys

    Example:
      >>> one = [[[1.0]], [[2.0]]]
      >>> a = multi_head([[1.0], [0.0]], [[1.0], [0.0]], one, one, one, [[1.0], [1.0]])
      >>> a.joined.round(2).tolist(), a.output.round(2).tolist()
      ([[0.73, 1.96], [0.5, 1.0]], [[2.7], [1.5]])

    Formula: \operatorname{MultiHead} = \operatorname{Concat}(\text{head}_1, \dots, \text{head}_h) W^O, \quad
      \text{head}_i = \operatorname{Attention}(x W_i^Q, M W_i^K, M W_i^V)
    Shapes: x (…, n, d), memory (…, m, d_m), W_Q (h, d, d_k), W_K (h_kv, d_m, d_k), W_V (h_kv, d_m, d_v),
      W_O (h·d_v, d_o), b_Q (h, d_k), b_K (h_kv, d_k), b_V (h_kv, d_v), b_O (d_o), g_Q and g_K (d_k), sink
      broadcasts to (…, h, n) → weights (…, h, n, m), output (…, n, d_o)
    Raises: CoreError where a width does not fit its matrix, or as `attention` does
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.2; gains: OLMo Team 2024, "2 OLMo 2 Furious",
      section 2.1, after Henry et al. 2020, "Query-Key Normalization for Transformers"
    Note: 多头注意力
    """
    q = _normalize("g_Q", _project("x", x, "Q", W_Q, b_Q), g_Q)
    k = _normalize("g_K", _project("memory", memory, "K", W_K, b_K), g_K)
    v = _project("memory", memory, "V", W_V, b_V)
    a = attention(
        q, k, v, mask=mask, bias=bias, scale=scale, causal=causal, window=window, align=align, softcap=softcap,
        sink=sink, grouped=q.shape[-3] != k.shape[-3],
    )  # fmt: skip
    joined = join_heads(a.output)
    output = apply_linear(joined, W_O, b_O, ("joined", "W_O", "b_O"))
    steps = (a.scores, a.scaled, a.capped, a.masked, a.allowed, a.weights, a.lse)
    return MultiHead(q, k, v, *steps, heads=a.output, joined=joined, output=output)


def _project(name: str, x: Array, role: str, W: Array, b: Array | None) -> Array:
    """Return x·W + b for each head: (…, n, d), (h, d, e) and (h, e) to (…, h, n, e); `role` is Q, K or V."""
    require_axes(name, x, 2, "(…, positions, features)")
    require_axes(f"W_{role}", W, 3, "(heads, features, head width)", exactly=True)
    require_equal(f"features of {name} and of W_{role}", **{name: x.shape[-1], f"W_{role}": W.shape[1]})
    projected = np.matmul(x[..., None, :, :], W)
    if b is None:
        return projected
    require_broadcast(f"b_{role}", b.shape, (W.shape[0], W.shape[2]), "heads and head width")
    return projected + (b[..., None, :] if b.ndim else b)


def _normalize(name: str, heads: Array, gain: Array | None) -> Array:
    """Return queries or keys with mean square 1, times the gain; as they are where there is none."""
    if gain is None:
        return heads
    require_broadcast(name, gain.shape, heads.shape[-1:], "the head width")
    return rms_norm(heads, gain)

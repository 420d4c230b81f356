"""Several attentions side by side: projections, heads, and the layer that joins them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import Array, common_dtype, handed_out, quiet, require_axes, require_equal, working
from zhixing.core.attention import attention
from zhixing.core.errors import CoreError, shown
from zhixing.core.masks import Align, Window


@dataclass(frozen=True, slots=True)
class MultiHead:
    """Every step of multi-head attention.

    Q (…, h, n, d), K and V (…, h_kv, m, d), weights (…, h, n, m), heads (…, h, n, d_v), joined (…, n, h·d_v), output.
    """

    Q: Array
    K: Array
    V: Array
    scores: Array
    scaled: Array
    masked: Array
    weights: Array
    heads: Array
    joined: Array
    output: Array


@quiet
def split_heads(x: ArrayLike, heads: int) -> Array:
    r"""Cut the features into equal parts, one for each head, and put the heads before the positions.

    Formula: \text{head}_i = x_{:, \; i d : (i + 1) d}
    Shapes: x (…, n, h·d) → (…, h, n, d)
    Raises: CoreError where the width is no multiple of the number of heads
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.2
    Note: 多头注意力
    """
    dtype = common_dtype(x=x)
    found = np.asarray(x, dtype=dtype)
    require_axes("x", found, 2, "(…, positions, features)")
    if heads < 1 or found.shape[-1] % heads:
        raise CoreError(
            f"x has shape {shown(found.shape)}: its {found.shape[-1]} features do not split into {heads} heads"
        )
    parts = found.reshape(*found.shape[:-1], heads, found.shape[-1] // heads)
    return np.swapaxes(parts, -2, -3)


@quiet
def join_heads(x: ArrayLike) -> Array:
    r"""Put the heads' features side by side again: the inverse of `split_heads`.

    Formula: \operatorname{Concat}(\text{head}_1, \dots, \text{head}_h)
    Shapes: x (…, h, n, d) → (…, n, h·d)
    Raises: CoreError where there are fewer than three axes
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.2
    Note: 多头注意力
    """
    dtype = common_dtype(x=x)
    found = np.asarray(x, dtype=dtype)
    require_axes("x", found, 3, "(…, heads, positions, features)")
    *lead, heads, n, d = found.shape
    return np.swapaxes(found, -2, -3).reshape(*lead, n, heads * d)


@quiet
def multi_head(
    x: ArrayLike,
    memory: ArrayLike,
    W_Q: ArrayLike,
    W_K: ArrayLike,
    W_V: ArrayLike,
    W_O: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    scale: float | None = None,
    causal: bool = False,
    window: Window | None = None,
    align: Align | None = None,
    softcap: float | None = None,
) -> MultiHead:
    r"""Attend several times at once, each head through projections of its own, and join what they found.

    Self-attention where memory is x, cross-attention where it is an encoder's output. Fewer key/value heads
    than query heads are repeated for groups of them (grouped-query attention). The mask broadcasts to
    (…, h, n, m): one of shape (n, m) holds for every head.

    Formula: \operatorname{MultiHead} = \operatorname{Concat}(\text{head}_1, \dots, \text{head}_h) W^O, \quad
      \text{head}_i = \operatorname{Attention}(x W_i^Q, M W_i^K, M W_i^V)
    Shapes: x (…, n, d), memory (…, m, d_m), W_Q (h, d, d_k), W_K (h_kv, d_m, d_k), W_V (h_kv, d_m, d_v),
      W_O (h·d_v, d_o) → weights (…, h, n, m), output (…, n, d_o)
    Raises: CoreError where a width does not fit its matrix, or as `attention` does
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.2
    Note: 多头注意力
    """
    dtype = common_dtype(x=x, memory=memory, W_Q=W_Q, W_K=W_K, W_V=W_V, W_O=W_O, bias=bias)
    queries, source = working(x, dtype), working(memory, dtype)
    q = _projected("x", queries, "W_Q", working(W_Q, dtype))
    k = _projected("memory", source, "W_K", working(W_K, dtype))
    v = _projected("memory", source, "W_V", working(W_V, dtype))
    shift = None if bias is None else working(bias, dtype)
    steps = attention(
        q, k, v, mask=mask, bias=shift, scale=scale, causal=causal, window=window, align=align, softcap=softcap,
        grouped=q.shape[-3] != k.shape[-3],
    )  # fmt: skip
    joined = join_heads(steps.output)
    out = working(W_O, dtype)
    if out.ndim != 2:
        raise CoreError(f"W_O has shape {shown(out.shape)}; it needs exactly 2 axes: (heads·d_v, features)")
    require_equal("features of the joined heads and rows of W_O", joined=joined.shape[-1], W_O=out.shape[0])
    found = (q, k, v, steps.scores, steps.scaled, steps.masked, steps.weights, steps.output, joined, joined @ out)
    return MultiHead(*(handed_out(step, dtype) for step in found))


def _projected(name: str, x: Array, matrix_name: str, W: Array) -> Array:
    """Return x·W for each head: (…, n, d) and (h, d, e) to (…, h, n, e)."""
    require_axes(name, x, 2, "(…, positions, features)")
    if W.ndim != 3:
        raise CoreError(
            f"{matrix_name} has shape {shown(W.shape)}; it needs exactly 3 axes: (heads, features, head width)"
        )
    require_equal(f"features of {name} and of {matrix_name}", **{name: x.shape[-1], matrix_name: W.shape[1]})
    return np.asarray(np.matmul(x[..., None, :, :], W))

"""Encoder and decoder layers: attention and a feed-forward network, each with its residual and its norm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.activations import Named
from zhixing.core.arrays import Array, Dtype, common_dtype, handed_out, quiet, working
from zhixing.core.errors import CoreError, shown
from zhixing.core.feedforward import feed_forward
from zhixing.core.heads import multi_head
from zhixing.core.norms import EPS, standardised

Norm: TypeAlias = Literal["post", "pre"]


@dataclass(frozen=True, slots=True)
class EncoderLayer:
    """What each sub-layer left behind: weights (…, h, n, n), after attention (…, n, d), and the output (…, n, d)."""

    weights: Array
    attended: Array
    output: Array


@dataclass(frozen=True, slots=True)
class DecoderLayer:
    """What each sub-layer left behind; `cross_weights` (…, h, n, m) are those over the encoder's output."""

    weights: Array
    attended: Array
    cross_weights: Array
    crossed: Array
    output: Array


@quiet
def residual(x: ArrayLike, change: ArrayLike) -> Array:
    r"""Add what a sub-layer returns to what it was given, so that the identity always has a way through.

    Formula: y = x + F(x)
    Shapes: x and change of one shape → the same
    Raises: CoreError where the shapes differ or dtypes are mixed
    Source: He et al. 2016, "Deep Residual Learning for Image Recognition", eq. 1
    Note: 残差连接
    """
    dtype = common_dtype(x=x, change=change)
    before, added = working(x, dtype), working(change, dtype)
    if before.shape != added.shape:
        raise CoreError(
            f"x has shape {shown(before.shape)} and what is added to it {shown(added.shape)}; they must be equal"
        )
    return handed_out(before + added, dtype)


def _sublayer(x: Array, apply: Callable[[Array], Array], norm: Norm, eps: float) -> Array:
    """Return norm(x + F(x)) (post) or x + F(norm(x)) (pre)."""
    if norm == "post":
        return standardised(residual(x, apply(x)), -1, eps)
    if norm == "pre":
        return residual(x, apply(standardised(x, -1, eps)))
    raise CoreError(f'norm is {norm!r}; it is "post" or "pre"')


def _work(dtype: Dtype, arrays: tuple[ArrayLike, ...]) -> list[Array]:
    return [working(array, dtype) for array in arrays]


@quiet
def encoder_layer(
    x: ArrayLike,
    W_Q: ArrayLike,
    W_K: ArrayLike,
    W_V: ArrayLike,
    W_O: ArrayLike,
    W1: ArrayLike,
    b1: ArrayLike,
    W2: ArrayLike,
    b2: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    causal: bool = False,
    norm: Norm = "post",
    activation: Named = "relu",
    eps: float = EPS,
) -> EncoderLayer:
    r"""Return one encoder layer: self-attention, then the feed-forward network, each added to its input and normalised.

    The norms have no gain and bias of their own. With `causal` it is a layer of a decoder-only model (GPT).

    Formula: a = \operatorname{LN}(x + \operatorname{MultiHead}(x, x, x)), \quad
      y = \operatorname{LN}(a + \operatorname{FFN}(a)); \quad
      \text{pre: } a = x + \operatorname{MultiHead}(\operatorname{LN}(x)), \;
      y = a + \operatorname{FFN}(\operatorname{LN}(a))
    Shapes: x (…, n, d), W_Q, W_K (h, d, d_k), W_V (h, d, d_v), W_O (h·d_v, d), W1 (d, f), b1 (f), W2 (f, d), b2 (d)
      → weights (…, h, n, n), attended and output (…, n, d)
    Raises: CoreError where anything does not fit
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.1; pre-norm: Xiong et al. 2020, "On Layer
      Normalization in the Transformer Architecture", table 1
    Note: Transformer架构
    """
    dtype = common_dtype(x=x, W_Q=W_Q, W_K=W_K, W_V=W_V, W_O=W_O, W1=W1, b1=b1, W2=W2, b2=b2)
    start, *heads = _work(dtype, (x, W_Q, W_K, W_V, W_O))
    network = _work(dtype, (W1, b1, W2, b2))
    seen: list[Array] = []

    def attend_self(z: Array) -> Array:
        steps = multi_head(z, z, heads[0], heads[1], heads[2], heads[3], mask=mask, causal=causal)
        seen.append(steps.weights)
        return steps.output

    attended = _sublayer(start, attend_self, norm, eps)
    output = _sublayer(attended, lambda z: _network(z, network, activation), norm, eps)
    return EncoderLayer(*(handed_out(step, dtype) for step in (*seen, attended, output)))


def _network(z: Array, network: list[Array], activation: Named) -> Array:
    W1, b1, W2, b2 = network
    return feed_forward(z, W1, b1, W2, b2, activation=activation)


@quiet
def decoder_layer(
    x: ArrayLike,
    memory: ArrayLike,
    W_Q: ArrayLike,
    W_K: ArrayLike,
    W_V: ArrayLike,
    W_O: ArrayLike,
    C_Q: ArrayLike,
    C_K: ArrayLike,
    C_V: ArrayLike,
    C_O: ArrayLike,
    W1: ArrayLike,
    b1: ArrayLike,
    W2: ArrayLike,
    b2: ArrayLike,
    *,
    memory_mask: ArrayLike | None = None,
    norm: Norm = "post",
    activation: Named = "relu",
    eps: float = EPS,
) -> DecoderLayer:
    r"""Return one decoder layer: causal self-attention (W), attention over the encoder's output (C), feed-forward.

    Formula: a = \operatorname{LN}(x + \operatorname{MultiHead}_{causal}(x, x, x)), \quad
      c = \operatorname{LN}(a + \operatorname{MultiHead}(a, M, M)), \quad
      y = \operatorname{LN}(c + \operatorname{FFN}(c))
    Shapes: x (…, n, d), memory (…, m, d_m), W_ as in `encoder_layer`, C_Q (h, d, d_k), C_K (h, d_m, d_k),
      C_V (h, d_m, d_v), C_O (h·d_v, d), memory_mask broadcasts to (…, h, n, m) → output (…, n, d)
    Raises: CoreError where anything does not fit
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.1
    Note: Transformer架构
    """
    named = {"W_Q": W_Q, "W_K": W_K, "W_V": W_V, "W_O": W_O, "C_Q": C_Q, "C_K": C_K, "C_V": C_V, "C_O": C_O}
    dtype = common_dtype(x=x, memory=memory, **named, W1=W1, b1=b1, W2=W2, b2=b2)
    start, source = _work(dtype, (x, memory))
    first, network = _work(dtype, (W_Q, W_K, W_V, W_O)), _work(dtype, (W1, b1, W2, b2))
    second = _work(dtype, (C_Q, C_K, C_V, C_O))
    seen: list[Array] = []

    def attend_self(z: Array) -> Array:
        steps = multi_head(z, z, first[0], first[1], first[2], first[3], causal=True)
        seen.append(steps.weights)
        return steps.output

    def attend_memory(z: Array) -> Array:
        steps = multi_head(z, source, second[0], second[1], second[2], second[3], mask=memory_mask)
        seen.append(steps.weights)
        return steps.output

    attended = _sublayer(start, attend_self, norm, eps)
    crossed = _sublayer(attended, attend_memory, norm, eps)
    output = _sublayer(crossed, lambda z: _network(z, network, activation), norm, eps)
    steps = (seen[0], attended, seen[1], crossed, output)
    return DecoderLayer(*(handed_out(np.asarray(step), dtype) for step in steps))

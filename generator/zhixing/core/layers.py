"""Encoder and decoder layers: attention and a feed-forward network, each with its residual and its norm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from numpy.typing import ArrayLike

from zhixing.core.activations import ActivationName
from zhixing.core.arrays import Array, Operand, keeps_dtype, read_number
from zhixing.core.errors import CoreError, format_shape
from zhixing.core.feedforward import feed_forward
from zhixing.core.heads import multi_head
from zhixing.core.norms import EPS, layer_norm

NormOrder: TypeAlias = Literal["post", "pre"]


@dataclass(frozen=True, slots=True)
class HeadWeights:
    """The matrices of `multi_head`: W_Q (h, d, d_k), W_K (h, d_m, d_k), W_V (h, d_m, d_v), W_O (h·d_v, d)."""

    W_Q: Operand
    W_K: Operand
    W_V: Operand
    W_O: Operand

    def arrays(self) -> tuple[Array, Array, Array, Array]:
        """Return the matrices in the order in which `multi_head` takes them."""
        return self.W_Q, self.W_K, self.W_V, self.W_O


@dataclass(frozen=True, slots=True)
class NetworkWeights:
    """The weights of `feed_forward`: W1 (d, f), b1 (f), W2 (f, d), b2 (d)."""

    W1: Operand
    b1: Operand
    W2: Operand
    b2: Operand

    def arrays(self) -> tuple[Array, Array, Array, Array]:
        """Return the weights in the order in which `feed_forward` takes them."""
        return self.W1, self.b1, self.W2, self.b2


@dataclass(frozen=True, slots=True)
class EncoderLayer:
    """The result of each sub-layer: weights (…, h, n, n), after attention (…, n, d), and the output (…, n, d)."""

    weights: Array
    attended: Array
    output: Array


@dataclass(frozen=True, slots=True)
class DecoderLayer:
    """The result of each sub-layer; `cross_weights` (…, h, n, m) are those over the encoder's output."""

    weights: Array
    attended: Array
    cross_weights: Array
    crossed: Array
    output: Array


@keeps_dtype
def residual(x: Operand, change: Operand) -> Array:
    r"""Add what a sub-layer returns to what it was given, so that the identity always has a way through.

    Example:
      >>> residual([1.0, 2.0], [0.5, -0.5]).tolist()
      [1.5, 1.5]

    Formula: y = x + F(x)
    Shapes: x and change of one shape → the same
    Raises: CoreError where the shapes differ or dtypes are mixed
    Source: He et al. 2016, "Deep Residual Learning for Image Recognition", eq. 1
    Note: 残差连接
    """
    if x.shape != change.shape:
        shapes = f"x has shape {format_shape(x.shape)} and what is added to it {format_shape(change.shape)}"
        raise CoreError(f"{shapes}; they must be equal")
    return x + change


def _place_norms(order: NormOrder, eps: float) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """Return what stands before a sub-layer and what behind its sum: norm(x + F(x)) (post), x + F(norm(x)) (pre)."""
    if order not in {"post", "pre"}:
        raise CoreError(f'norm is {order!r}; it is "post" or "pre"')
    read_number("eps", eps, least=0)

    def normalize(x: Array) -> Array:
        return layer_norm(x, eps=eps)

    def keep(x: Array) -> Array:
        return x

    return (keep, normalize) if order == "post" else (normalize, keep)


@keeps_dtype
def encoder_layer(
    x: Operand,
    heads: HeadWeights,
    network: NetworkWeights,
    *,
    mask: ArrayLike | None = None,
    causal: bool = False,
    norm: NormOrder = "post",
    activation: ActivationName = "relu",
    eps: float = EPS,
) -> EncoderLayer:
    r"""Return one encoder layer: self-attention, then the feed-forward network, each added to its input and normalised.

    The norms have no gain and bias of their own.

    Options:
      mask: boolean, True = may attend; broadcasts to (…, h, n, n)
      causal: a position sees itself and the earlier ones: a layer of a decoder-only model (GPT)
      norm: "post" normalises the sums, as the first Transformer; "pre" what goes into the sub-layers
      activation: of the feed-forward network, as in `feed_forward`
      eps: ε of the norms

    Example:
      >>> one = HeadWeights([[[1.0], [0.0]]], [[[1.0], [0.0]]], [[[0.0], [1.0]]], [[1.0, 1.0]])
      >>> none = NetworkWeights([[0.0], [0.0]], [0.0], [[0.0, 0.0]], [0.0, 0.0])
      >>> layer = encoder_layer([[1.0, 0.0], [0.0, 2.0]], one, none, norm="pre")
      >>> layer.attended.round(3).tolist()
      [[0.238, -0.762], [0.762, 2.762]]

    Formula: a = \operatorname{LN}(x + \operatorname{MultiHead}(x, x, x)), \quad
      y = \operatorname{LN}(a + \operatorname{FFN}(a)); \quad
      \text{pre: } a = x + \operatorname{MultiHead}(\operatorname{LN}(x)), \;
      y = a + \operatorname{FFN}(\operatorname{LN}(a))
    Shapes: x (…, n, d), W_Q, W_K (h, d, d_k), W_V (h, d, d_v), W_O (h·d_v, d), W1 (d, f), b1 (f), W2 (f, d), b2 (d)
      → weights (…, h, n, n), attended and output (…, n, d)
    Raises: CoreError where shapes, dtypes or mask do not fit, eps is negative, or there is no such norm or activation
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.1; pre-norm: Xiong et al. 2020, "On Layer
      Normalization in the Transformer Architecture", table 1
    Note: Transformer架构
    """
    before, after = _place_norms(norm, eps)
    z = before(x)
    steps = multi_head(z, z, *heads.arrays(), mask=mask, causal=causal)
    attended = after(residual(x, steps.output))
    output = after(residual(attended, feed_forward(before(attended), *network.arrays(), activation=activation)))
    return EncoderLayer(steps.weights, attended, output)


@keeps_dtype
def decoder_layer(
    x: Operand,
    memory: Operand,
    heads: HeadWeights,
    cross: HeadWeights,
    network: NetworkWeights,
    *,
    memory_mask: ArrayLike | None = None,
    norm: NormOrder = "post",
    activation: ActivationName = "relu",
    eps: float = EPS,
) -> DecoderLayer:
    r"""Return one decoder layer: causal self-attention, attention over the encoder's output (cross), feed-forward.

    Options:
      memory_mask: boolean, True = may attend to that position of the memory; broadcasts to (…, h, n, m)
      norm: "post" normalises the sums, "pre" what goes into the sub-layers
      activation: of the feed-forward network, as in `feed_forward`
      eps: ε of the norms

    Example:
      >>> one = HeadWeights([[[1.0], [0.0]]], [[[1.0], [0.0]]], [[[0.0], [1.0]]], [[1.0, 1.0]])
      >>> none = NetworkWeights([[0.0], [0.0]], [0.0], [[0.0, 0.0]], [0.0, 0.0])
      >>> decoder_layer([[1.0, 0.0], [0.0, 2.0]], [[1.0, 1.0]], one, one, none).output.round(2).tolist()
      [[1.0, -1.0], [-1.0, 1.0]]

    Formula: a = \operatorname{LN}(x + \operatorname{MultiHead}_{causal}(x, x, x)), \quad
      c = \operatorname{LN}(a + \operatorname{MultiHead}(a, M, M)), \quad
      y = \operatorname{LN}(c + \operatorname{FFN}(c))
    Shapes: x (…, n, d), memory (…, m, d_m), heads and network as in `encoder_layer`, of cross W_Q (h, d, d_k),
      W_K (h, d_m, d_k), W_V (h, d_m, d_v), W_O (h·d_v, d) → output (…, n, d)
    Raises: CoreError where shapes, dtypes or mask do not fit, eps is negative, or there is no such norm or activation
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.1
    Note: Transformer架构
    """
    before, after = _place_norms(norm, eps)
    z = before(x)
    own = multi_head(z, z, *heads.arrays(), causal=True)
    attended = after(residual(x, own.output))
    over = multi_head(before(attended), memory, *cross.arrays(), mask=memory_mask)
    crossed = after(residual(attended, over.output))
    output = after(residual(crossed, feed_forward(before(crossed), *network.arrays(), activation=activation)))
    return DecoderLayer(own.weights, attended, over.weights, crossed, output)

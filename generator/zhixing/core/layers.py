"""Encoder and decoder layers: attention and a feed-forward network, each with its residual and its norm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

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
    """The matrices of `multi_head`: W_Q (h, d, d_k), W_K (h, d_m, d_k), W_V (h, d_m, d_v), W_O (h·d_v, d).

    Biases of the projections and gains of queries and keys are none unless given.
    """

    W_Q: Operand
    W_K: Operand
    W_V: Operand
    W_O: Operand
    b_Q: Operand | None = None
    b_K: Operand | None = None
    b_V: Operand | None = None
    b_O: Operand | None = None
    g_Q: Operand | None = None
    g_K: Operand | None = None

    def arrays(self) -> tuple[Array, Array, Array, Array]:
        """Return the matrices in the order in which `multi_head` takes them."""
        return self.W_Q, self.W_K, self.W_V, self.W_O

    def options(self) -> dict[str, Any]:
        """Return the biases and gains by the names that `multi_head` has for them."""
        return {name: getattr(self, name) for name in ("b_Q", "b_K", "b_V", "b_O", "g_Q", "g_K")}


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


@dataclass(frozen=True, slots=True)
class _Norms:
    """The norms of a layer, one for each sub-layer: norm(x + F(x)) (post), or x + F(norm(x)) (pre)."""

    order: NormOrder
    eps: float
    gains: Array | None
    shifts: Array | None

    def before(self, sublayer: int, x: Array) -> Array:
        """Return what goes into a sub-layer."""
        return self.normalize(sublayer, x) if self.order == "pre" else x

    def after(self, sublayer: int, total: Array) -> Array:
        """Return what comes out behind its sum."""
        return self.normalize(sublayer, total) if self.order == "post" else total

    def normalize(self, sublayer: int, x: Array) -> Array:
        """Return x under the norm of a sub-layer."""
        gain, shift = (None if rows is None else rows[sublayer] for rows in (self.gains, self.shifts))
        return layer_norm(x, gain, shift, eps=self.eps)


def _read_norms(order: NormOrder, eps: float, count: int, gains: Array | None, shifts: Array | None) -> _Norms:
    """Return the norms of so many sub-layers; raise CoreError where an argument does not fit."""
    if order not in {"post", "pre"}:
        raise CoreError(f'norm is {order!r}; it is "post" or "pre"')
    read_number("eps", eps, least=0)
    for name, rows in (("gains", gains), ("shifts", shifts)):
        if rows is not None and (rows.ndim != 2 or len(rows) != count):
            raise CoreError(f"{name} has shape {format_shape(rows.shape)}; it needs {count} rows, one for each norm")
    return _Norms(order, eps, gains, shifts)


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
    gains: Operand | None = None,
    shifts: Operand | None = None,
) -> EncoderLayer:
    r"""Return one encoder layer: self-attention, then the feed-forward network, each added to its input and normalised.

    Options:
      mask: boolean, True = may attend; broadcasts to (…, h, n, n)
      causal: a position sees itself and the earlier ones: a layer of a decoder-only model (GPT)
      norm: "post" normalises the sums, as the first Transformer; "pre" what goes into the sub-layers
      activation: of the feed-forward network, as in `feed_forward`
      eps: ε of the norms
      gains: a row for each norm, in the order of the sub-layers; 1 unless given
      shifts: the biases of the norms, in the same way; 0 unless given

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
    Shapes: x (…, n, d), W_Q, W_K (h, d, d_k), W_V (h, d, d_v), W_O (h·d_v, d), W1 (d, f), b1 (f), W2 (f, d), b2 (d),
      gains and shifts (2, d) → weights (…, h, n, n), attended and output (…, n, d)
    Raises: CoreError where shapes, dtypes or mask do not fit, eps is negative, or there is no such norm or activation
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.1; pre-norm: Xiong et al. 2020, "On Layer
      Normalization in the Transformer Architecture", table 1
    Note: Transformer架构
    """
    norms = _read_norms(norm, eps, 2, gains, shifts)
    z = norms.before(0, x)
    steps = multi_head(z, z, *heads.arrays(), mask=mask, causal=causal, **heads.options())
    attended = norms.after(0, residual(x, steps.output))
    change = feed_forward(norms.before(1, attended), *network.arrays(), activation=activation)
    output = norms.after(1, residual(attended, change))
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
    gains: Operand | None = None,
    shifts: Operand | None = None,
) -> DecoderLayer:
    r"""Return one decoder layer: causal self-attention, attention over the encoder's output (cross), feed-forward.

    Options:
      memory_mask: boolean, True = may attend to that position of the memory; broadcasts to (…, h, n, m)
      norm: "post" normalises the sums, "pre" what goes into the sub-layers
      activation: of the feed-forward network, as in `feed_forward`
      eps: ε of the norms
      gains: a row for each norm, in the order of the sub-layers; 1 unless given
      shifts: the biases of the norms, in the same way; 0 unless given

    Example:
      >>> one = HeadWeights([[[1.0], [0.0]]], [[[1.0], [0.0]]], [[[0.0], [1.0]]], [[1.0, 1.0]])
      >>> none = NetworkWeights([[0.0], [0.0]], [0.0], [[0.0, 0.0]], [0.0, 0.0])
      >>> decoder_layer([[1.0, 0.0], [0.0, 2.0]], [[1.0, 1.0]], one, one, none).output.round(2).tolist()
      [[1.0, -1.0], [-1.0, 1.0]]

    Formula: a = \operatorname{LN}(x + \operatorname{MultiHead}_{causal}(x, x, x)), \quad
      c = \operatorname{LN}(a + \operatorname{MultiHead}(a, M, M)), \quad
      y = \operatorname{LN}(c + \operatorname{FFN}(c))
    Shapes: x (…, n, d), memory (…, m, d_m), heads and network as in `encoder_layer`, of cross W_Q (h, d, d_k),
      W_K (h, d_m, d_k), W_V (h, d_m, d_v), W_O (h·d_v, d), gains and shifts (3, d) → output (…, n, d)
    Raises: CoreError where shapes, dtypes or mask do not fit, eps is negative, or there is no such norm or activation
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.1
    Note: Transformer架构
    """
    norms = _read_norms(norm, eps, 3, gains, shifts)
    z = norms.before(0, x)
    own = multi_head(z, z, *heads.arrays(), causal=True, **heads.options())
    attended = norms.after(0, residual(x, own.output))
    over = multi_head(norms.before(1, attended), memory, *cross.arrays(), mask=memory_mask, **cross.options())
    crossed = norms.after(1, residual(attended, over.output))
    change = feed_forward(norms.before(2, crossed), *network.arrays(), activation=activation)
    output = norms.after(2, residual(crossed, change))
    return DecoderLayer(own.weights, attended, over.weights, crossed, output)

"""Layers that treat every position alone: a linear map, and two of them with an activation between."""

from __future__ import annotations

from zhixing.core.activations import ActivationName, find_activation, silu
from zhixing.core.arrays import Array, Operand, keeps_dtype, require_axes, require_equal
from zhixing.core.errors import CoreError, format_shape


def apply_linear(x: Array, W: Array, b: Array | None, names: tuple[str, str, str] = ("x", "W", "b")) -> Array:
    """Return x·W + b after checking that the widths fit; `names` are what messages call the three."""
    name, matrix, shift = names
    require_axes(name, x, 1, "(…, features)")
    require_axes(matrix, W, 2, "(features in, features out)", exactly=True)
    require_equal(f"features of {name} and rows of {matrix}", **{name: x.shape[-1], matrix: W.shape[0]})
    if b is None:
        return x @ W
    if b.shape not in {W.shape[1:], ()}:
        raise CoreError(
            f"{shift} has shape {format_shape(b.shape)}; {matrix} gives {W.shape[1]} features (its last axis)"
        )
    return x @ W + b


@keeps_dtype
def linear(x: Operand, W: Operand, b: Operand | None = None) -> Array:
    r"""Return a fully connected layer: every output is a weighted sum of all inputs.

    Example:
      >>> linear([1.0, 2.0], [[1.0, 0.0, 3.0], [0.0, 1.0, 4.0]], [0.5, 0.5, 0.5]).tolist()
      [1.5, 2.5, 11.5]

    Formula: y = x W + b
    Shapes: x (…, d), W (d, e), b (e) → (…, e)
    Raises: CoreError where the widths do not fit or dtypes are mixed
    Source: Rumelhart et al. 1986, "Learning representations by back-propagating errors", eq. 1
    Note: 全连接层
    """
    return apply_linear(x, W, b)


@keeps_dtype
def feed_forward(
    x: Operand, W1: Operand, b1: Operand, W2: Operand, b2: Operand, *, activation: ActivationName = "relu"
) -> Array:
    r"""Return the position-wise network of a Transformer layer: wider, bent, and back; each position alone.

    Options:
      activation: the function between the two maps: "relu", "gelu", "silu", "tanh", "sigmoid" or "identity"

    Example:
      >>> feed_forward([1.0], [[1.0, -1.0]], [0.0, 0.0], [[2.0], [3.0]], [0.5]).tolist()
      [2.5]

    Formula: \operatorname{FFN}(x) = \max(0, x W_1 + b_1) W_2 + b_2
    Shapes: x (…, d), W1 (d, h), b1 (h), W2 (h, e), b2 (e) → (…, e)
    Raises: CoreError where the widths do not fit, dtypes are mixed, or there is no such activation
    Source: Vaswani et al. 2017, "Attention Is All You Need", eq. 2
    Note: 逐位置前馈网络
    """
    hidden = find_activation(activation)(apply_linear(x, W1, b1, ("x", "W1", "b1")))
    return apply_linear(hidden, W2, b2, ("hidden", "W2", "b2"))


@keeps_dtype
def swiglu(x: Operand, W: Operand, V: Operand, W2: Operand) -> Array:
    r"""Return the gated network of a Transformer layer: one map, times the SiLU of another, and back.

    Example:
      >>> swiglu([2.0], [[0.0, 100.0]], [[3.0, 4.0]], [[1.0], [1.0]]).tolist()
      [1600.0]

    Formula: \operatorname{FFN}(x) = \left(\operatorname{SiLU}(x W) \odot x V\right) W_2
    Shapes: x (…, d), W and V (d, h), W2 (h, e) → (…, e)
    Raises: CoreError where the widths do not fit or dtypes are mixed
    Source: Shazeer 2020, "GLU Variants Improve Transformer", eq. 6
    Note: 逐位置前馈网络
    """
    gate, value = apply_linear(x, W, None), apply_linear(x, V, None, ("x", "V", ""))
    require_equal("features out of W and V", W=W.shape[1], V=V.shape[1])
    return apply_linear(silu(gate) * value, W2, None, ("hidden", "W2", ""))

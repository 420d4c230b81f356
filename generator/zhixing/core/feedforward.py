"""Layers that treat every position alone: a linear map, and two of them with a bend between."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.activations import Named, activation_named
from zhixing.core.arrays import Array, common_dtype, handed_out, quiet, require_axes, require_equal, working
from zhixing.core.errors import CoreError, shown


def affine(x: Array, W: Array, b: Array | None, names: tuple[str, str, str] = ("x", "W", "b")) -> Array:
    """Return x·W + b after checking that the widths fit; `names` are what messages call the three."""
    name, matrix, shift = names
    require_axes(name, x, 1, "(…, features)")
    if W.ndim != 2:
        raise CoreError(f"{matrix} has shape {shown(W.shape)}; it needs exactly 2 axes: (features in, features out)")
    require_equal(f"features of {name} and rows of {matrix}", **{name: x.shape[-1], matrix: W.shape[0]})
    if b is None:
        return np.asarray(x @ W)
    if b.shape != W.shape[1:]:
        raise CoreError(f"{shift} has shape {shown(b.shape)}; {matrix} gives {W.shape[1]} features (its last axis)")
    return np.asarray(x @ W + b)


@quiet
def linear(x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None) -> Array:
    r"""Return a fully connected layer: every output is a weighted sum of all inputs.

    Formula: y = x W + b
    Shapes: x (…, d), W (d, e), b (e) → (…, e)
    Raises: CoreError where the widths do not fit or dtypes are mixed
    Source: Rumelhart et al. 1986, "Learning representations by back-propagating errors", eq. 1
    Note: 全连接层
    """
    dtype = common_dtype(x=x, W=W, b=b)
    shift = None if b is None else working(b, dtype)
    return handed_out(affine(working(x, dtype), working(W, dtype), shift), dtype)


@quiet
def feed_forward(
    x: ArrayLike, W1: ArrayLike, b1: ArrayLike, W2: ArrayLike, b2: ArrayLike, *, activation: Named = "relu"
) -> Array:
    r"""Return the position-wise network of a Transformer layer: wider, bent, and back; each position alone.

    Formula: \operatorname{FFN}(x) = \max(0, x W_1 + b_1) W_2 + b_2
    Shapes: x (…, d), W1 (d, h), b1 (h), W2 (h, e), b2 (e) → (…, e)
    Raises: CoreError where the widths do not fit, dtypes are mixed, or there is no such activation
    Source: Vaswani et al. 2017, "Attention Is All You Need", eq. 2
    Note: 逐位置前馈网络
    """
    dtype = common_dtype(x=x, W1=W1, b1=b1, W2=W2, b2=b2)
    first, shift1, second, shift2 = (working(array, dtype) for array in (W1, b1, W2, b2))
    hidden = activation_named(activation)(affine(working(x, dtype), first, shift1, ("x", "W1", "b1")))
    return handed_out(affine(hidden, second, shift2, ("hidden", "W2", "b2")), dtype)

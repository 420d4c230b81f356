"""Normalisation: along the features of one position (layer, RMS), or along the examples of one feature (batch)."""

from __future__ import annotations

import math

import numpy as np

from zhixing.core.arrays import (
    Array,
    Axes,
    Operand,
    keeps_dtype,
    read_number,
    require_axes,
    require_axis,
    require_broadcast,
)
from zhixing.core.errors import CoreError

EPS = 1e-5


def standardize(x: Array, axis: Axes, eps: float) -> Array:
    """Return x with mean 0 and variance 1 along the axis."""
    x, eps_scaled = _scale_down(x, axis, eps)
    centred = x - _mean(x, axis)
    # The first mean is rounded: without the second, a constant row would be ±1 and not nan (0 with an eps).
    centred -= _mean(centred, axis)
    variance = _mean(centred * centred, axis)
    return centred / np.sqrt(variance + eps_scaled)


def _scale_down(x: Array, axis: Axes, eps: float) -> tuple[Array, Array]:
    """Return x and eps divided by s and s², the power of two above the largest entry and √eps: no square overflows.

    A power of two changes exponents alone, so results are the same to the last bit where nothing overflows.
    """
    high, low = (one.reduce(x, axis=axis, keepdims=True, initial=0) for one in (np.maximum, np.minimum))
    size = np.maximum(np.maximum(high, -low), math.sqrt(eps))
    _, exponent = np.frexp(np.where(np.isfinite(size), size, 1))
    if np.all(np.abs(exponent) < np.finfo(x.dtype).maxexp // 4):
        return x, np.asarray(eps, x.dtype)
    scaled_eps = np.ldexp(np.asarray(eps, x.dtype), -2 * exponent)
    # eps may vanish beside a large entry, but 0/0 is not what a constant row asks for.
    return np.ldexp(x, -exponent), np.maximum(scaled_eps, np.finfo(x.dtype).tiny if eps > 0 else 0)


def _mean(x: Array, axis: Axes) -> Array:
    """Return the mean with its axes kept; np.mean warns of an empty one, where nan says enough."""
    total = np.add.reduce(x, axis=axis, keepdims=True)
    return total / np.asarray(x.size / max(total.size, 1), x.dtype)


def _stretch(x: Array, gain: Array | None, bias: Array | None) -> Array:
    """Return x·gain + bias, either of which may be left out."""
    for name, array in (("gain", gain), ("bias", bias)):
        if array is not None:
            require_broadcast(name, array.shape, x.shape, "x")
    stretched = x if gain is None else x * gain
    return stretched if bias is None else stretched + bias


def _check(x: Array, axis: Axes, eps: float) -> float:
    require_axes("x", x, 1, "(…, features)")
    require_axis("x", x, axis)
    return read_number("eps", eps, least=0)


@keeps_dtype
def layer_norm(
    x: Operand,
    gain: Operand | None = None,
    bias: Operand | None = None,
    *,
    axis: Axes = -1,
    eps: float = EPS,
) -> Array:
    r"""Normalise each position along its features to mean 0 and variance 1, then stretch and shift by learned numbers.

    Options:
      axis: the axis, or a tuple of axes, along which mean and variance are taken
      eps: ε; at 0 the variance is exactly 1, and where all entries are equal the result is nan (0 otherwise)

    Example:
      >>> layer_norm([1.0, 2.0, 3.0], eps=0).round(3).tolist()
      [-1.225, 0.0, 1.225]

    Formula: y = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} \odot g + b
    Shapes: x (…, d), gain and bias broadcast to x → the shape of x
    Raises: CoreError where gain or bias do not broadcast, the axis is not there, eps is negative, or dtypes are mixed
    Source: Ba et al. 2016, "Layer Normalization", eqs. 3, 4
    Note: 层归一化
    """
    return _stretch(standardize(x, axis, _check(x, axis, eps)), gain, bias)


@keeps_dtype
def rms_norm(x: Operand, gain: Operand | None = None, *, axis: Axes = -1, eps: float = EPS) -> Array:
    r"""Divide each position by the root of its mean square; the mean stays.

    Options:
      axis: the axis, or a tuple of axes, along which the mean is taken
      eps: ε

    Example:
      >>> rms_norm([3.0, 4.0], eps=0).round(3).tolist()
      [0.849, 1.131]

    Formula: y = \frac{x}{\sqrt{\frac{1}{d} \sum_i x_i^2 + \varepsilon}} \odot g
    Shapes: x (…, d), gain broadcasts to x → the shape of x
    Raises: CoreError where gain does not broadcast, the axis is not there, eps is negative, or dtypes are mixed
    Source: Zhang and Sennrich 2019, "Root Mean Square Layer Normalization", eq. 4
    Note: 层归一化
    """
    small, eps_scaled = _scale_down(x, axis, _check(x, axis, eps))
    return _stretch(small / np.sqrt(_mean(small * small, axis) + eps_scaled), gain, None)


@keeps_dtype
def batch_norm(
    x: Operand,
    gain: Operand | None = None,
    bias: Operand | None = None,
    *,
    mean: Operand | None = None,
    variance: Operand | None = None,
    axis: Axes = 0,
    eps: float = EPS,
) -> Array:
    r"""Normalise along the examples of the batch, each other place alone, or by statistics kept from training.

    Options:
      mean: μ kept from training, instead of the batch's; only with `variance`
      variance: σ² kept from training
      axis: the axes of the examples: 0, or of (batch, positions, features) the tuple (0, 1) for one mean each feature
      eps: ε

    Example:
      >>> batch_norm([[1.0, 5.0], [3.0, 5.0]]).round(3).tolist()
      [[-1.0, 0.0], [1.0, 0.0]]

    Formula: y = \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}} \odot \gamma + \beta
    Shapes: x (batch, …, d); gain, bias, mean and variance broadcast to x → the shape of x
    Raises: CoreError where one of mean and variance is missing, anything does not broadcast, or dtypes are mixed
    Source: Ioffe and Szegedy 2015, "Batch Normalization", algorithm 1; with kept statistics, algorithm 2
    Note: 批归一化
    """
    least = _check(x, axis, eps)
    if mean is None and variance is None:
        return _stretch(standardize(x, axis, least), gain, bias)
    if mean is None or variance is None:
        raise CoreError("mean and variance belong together: give both (kept from training) or neither")
    for name, array in (("mean", mean), ("variance", variance)):
        require_broadcast(name, array.shape, x.shape, "x")
    return _stretch((x - mean) / np.sqrt(variance + np.asarray(least, x.dtype)), gain, bias)

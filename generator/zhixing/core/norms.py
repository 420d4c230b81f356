"""Normalisation: along the features of one position (layer, RMS), or along the examples of one feature (batch)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import Array, Axes, common_dtype, handed_out, quiet, require_axes, require_broadcast, working
from zhixing.core.errors import CoreError, shown

EPS = 1e-5


def _checked(x: Array, axis: Axes, eps: float) -> None:
    require_axes("x", x, 1, "(…, features)")
    for one in axis if isinstance(axis, tuple) else (axis,):
        if not -x.ndim <= one < x.ndim:
            raise CoreError(f"axis {one} is not an axis of x, whose shape is {shown(x.shape)}")
    if not eps >= 0:
        raise CoreError(f"eps is {eps}; it is added to a variance, so it is at least 0")


def standardised(x: Array, axis: Axes, eps: float) -> Array:
    """Return x with mean 0 and variance 1 along the axis."""
    centred = x - np.mean(x, axis=axis, keepdims=True)
    variance = np.mean(centred * centred, axis=axis, keepdims=True)
    return np.asarray(centred / np.sqrt(variance + np.asarray(eps, dtype=x.dtype)))


def scaled(x: Array, gain: ArrayLike | None, bias: ArrayLike | None) -> Array:
    """Return x·gain + bias, either of which may be left out."""
    for name, array in (("gain", gain), ("bias", bias)):
        if array is not None:
            require_broadcast(name, np.shape(array), x.shape, "x")
    if gain is not None:
        x = x * np.asarray(gain, dtype=x.dtype)
    return x if bias is None else x + np.asarray(bias, dtype=x.dtype)


@quiet
def normalize(x: ArrayLike, axis: Axes = -1, *, eps: float = 0.0) -> Array:
    r"""Return x with mean 0 and variance 1 along the axis (or axes), exactly at eps = 0; there a constant row is nan.

    Formula: \hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}
    Shapes: x any shape → the same
    Raises: CoreError where the axis is not there or eps is negative
    Source: Ba et al. 2016, "Layer Normalization", eq. 3
    Note: 层归一化
    """
    dtype = common_dtype(x=x)
    found = working(x, dtype)
    _checked(found, axis, eps)
    return handed_out(standardised(found, axis, eps), dtype)


@quiet
def layer_norm(
    x: ArrayLike,
    gain: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    *,
    axis: Axes = -1,
    eps: float = EPS,
) -> Array:
    r"""Normalise each position along its features, then stretch and shift by learned numbers.

    Formula: y = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} \odot g + b
    Shapes: x (…, d), gain and bias broadcast to x → the shape of x
    Raises: CoreError where gain or bias do not broadcast, the axis is not there, or dtypes are mixed
    Source: Ba et al. 2016, "Layer Normalization", eqs. 3, 4
    Note: 层归一化
    """
    dtype = common_dtype(x=x, gain=gain, bias=bias)
    found = working(x, dtype)
    _checked(found, axis, eps)
    return handed_out(scaled(standardised(found, axis, eps), gain, bias), dtype)


@quiet
def rms_norm(x: ArrayLike, gain: ArrayLike | None = None, *, axis: Axes = -1, eps: float = EPS) -> Array:
    r"""Divide each position by the root of its mean square; the mean stays.

    Formula: y = \frac{x}{\sqrt{\frac{1}{d} \sum_i x_i^2 + \varepsilon}} \odot g
    Shapes: x (…, d), gain broadcasts to x → the shape of x
    Raises: CoreError where gain does not broadcast, the axis is not there, or dtypes are mixed
    Source: Zhang and Sennrich 2019, "Root Mean Square Layer Normalization", eq. 4
    Note: 层归一化
    """
    dtype = common_dtype(x=x, gain=gain)
    found = working(x, dtype)
    _checked(found, axis, eps)
    square = np.mean(found * found, axis=axis, keepdims=True)
    return handed_out(scaled(found / np.sqrt(square + np.asarray(eps, dtype=found.dtype)), gain, None), dtype)


@quiet
def batch_norm(
    x: ArrayLike,
    gain: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    *,
    mean: ArrayLike | None = None,
    variance: ArrayLike | None = None,
    axis: Axes = 0,
    eps: float = EPS,
) -> Array:
    r"""Normalise each feature along the examples of the batch, or by the mean and variance kept from training.

    Formula: y = \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}} \odot \gamma + \beta
    Shapes: x (batch, …, d); gain, bias, mean and variance broadcast to x → the shape of x
    Raises: CoreError where one of mean and variance is missing, anything does not broadcast, or dtypes are mixed
    Source: Ioffe and Szegedy 2015, "Batch Normalization", algorithm 1; with kept statistics, algorithm 2
    Note: 批归一化
    """
    dtype = common_dtype(x=x, gain=gain, bias=bias, mean=mean, variance=variance)
    found = working(x, dtype)
    _checked(found, axis, eps)
    if mean is None and variance is None:
        return handed_out(scaled(standardised(found, axis, eps), gain, bias), dtype)
    if mean is None or variance is None:
        raise CoreError("mean and variance belong together: give both (kept from training) or neither")
    for name, array in (("mean", mean), ("variance", variance)):
        require_broadcast(name, np.shape(array), found.shape, "x")
    spread = np.sqrt(working(variance, dtype) + np.asarray(eps, dtype=found.dtype))
    return handed_out(scaled((found - working(mean, dtype)) / spread, gain, bias), dtype)

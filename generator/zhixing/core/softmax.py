"""Softmax, its Jacobian, and the entropy of what it returns."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import Array, Axes, common_dtype, handed_out, positive, quiet, require_axes, working
from zhixing.core.errors import CoreError, shown
from zhixing.core.masks import as_mask


def weights_of(scores: Array, axis: Axes = -1) -> Array:
    """Return the softmax of scores in their own dtype; −inf weighs exactly 0, and where all are −inf, all weigh 0."""
    largest = np.max(scores, axis=axis, keepdims=True, initial=-np.inf)
    # Without the maximum, exp overflows from 88.7 on in float32; −inf − −inf would be nan.
    powers = np.exp(scores - np.where(np.isneginf(largest), 0, largest))
    total = np.sum(powers, axis=axis, keepdims=True)
    return np.asarray(powers / np.where(total == 0, 1, total))


@quiet
def softmax(x: ArrayLike, axis: Axes = -1, mask: ArrayLike | None = None, *, temperature: float = 1.0) -> Array:
    r"""Return weights that are positive and sum to 1 along the axis (or axes): the exponentials, over their sum.

    Where the mask is False, and where x is −inf, the weight is exactly 0. Where nothing is left, all weights are 0.
    A small temperature tends to the largest score alone, a large one to equal weights.

    Formula: \operatorname{softmax}(x)_i = \frac{e^{x_i / T}}{\sum_j e^{x_j / T}}
    Shapes: x any shape, mask broadcasts to x → the shape of x
    Raises: CoreError where T is not positive, the mask is not boolean or does not broadcast, or the axis is not there
    Source: Bridle 1990, "Probabilistic Interpretation of Feedforward Classification Network Outputs";
      temperature: Hinton et al. 2015, "Distilling the Knowledge in a Neural Network", eq. 1
    Note: Softmax
    """
    dtype = common_dtype(x=x)
    scores = working(x, dtype)
    positive(temperature=temperature)
    _require_axis(scores, axis)
    if mask is not None:
        scores = np.where(as_mask(mask, scores.shape), scores, -np.inf)
    if temperature != 1:
        largest = np.max(scores, axis=axis, keepdims=True, initial=-np.inf)
        # The maximum comes off before the division, which could overflow.
        scores = (scores - np.where(np.isneginf(largest), 0, largest)) / temperature
    return handed_out(weights_of(scores, axis), dtype)


def _require_axis(x: Array, axis: Axes) -> None:
    for one in axis if isinstance(axis, tuple) else (axis,):
        if not -x.ndim <= one < x.ndim:
            raise CoreError(f"axis {one} is not an axis of an array of shape {shown(x.shape)}")


@quiet
def softmax_jacobian(weights: ArrayLike, *, temperature: float = 1.0) -> Array:
    r"""Return the derivative of each weight by each score, from the weights that softmax gave along the last axis.

    Formula: \frac{\partial p_i}{\partial x_j} = \frac{p_i (\delta_{ij} - p_j)}{T}
    Shapes: weights (…, n) → (…, n, n)
    Raises: CoreError where the weights are a scalar or T is not positive
    Source: Bridle 1990, "Training Stochastic Model Recognition Algorithms as Networks can lead to Maximum Mutual
      Information Estimation of Parameters"
    Note: 梯度消失
    """
    dtype = common_dtype(weights=weights)
    p = working(weights, dtype)
    require_axes("weights", p, 1, "(…, n)")
    positive(temperature=temperature)
    same = np.eye(p.shape[-1], dtype=p.dtype)
    return handed_out(p[..., :, None] * (same - p[..., None, :]) / temperature, dtype)


@quiet
def entropy(p: ArrayLike, axis: Axes = -1) -> Array:
    r"""Return the entropy of weights in nats: 0 where one takes all, ln n where n are equal.

    Formula: H(p) = -\sum_i p_i \ln p_i, \quad 0 \ln 0 = 0
    Shapes: p any shape → the shape of p without the axis (or axes)
    Raises: CoreError where a weight is negative or the axis is not there
    Source: Shannon 1948, "A Mathematical Theory of Communication", section 6
    Note: Softmax温度
    """
    dtype = common_dtype(p=p)
    weights = working(p, dtype)
    _require_axis(weights, axis)
    if np.any(weights < 0):
        raise CoreError(f"p has a negative weight, {weights.min()}; the entropy is of weights, not of scores")
    terms = np.where(weights == 0, 0, weights * np.log(weights))
    return handed_out(0 - np.sum(terms, axis=axis), dtype)

"""Softmax, its Jacobian, and the entropy of the weights it returns."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.activations import logistic
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
from zhixing.core.masks import read_mask


def normalize_exponentials(scores: Array, axis: Axes = -1) -> tuple[Array, Array]:
    """Return the softmax of scores in their own dtype, and the logarithm of the sum of their exponentials.

    A score of −inf weighs exactly 0. Where all are −inf, all weigh 0, and the logarithm is −inf.
    """
    largest = np.maximum.reduce(scores, axis=axis, keepdims=True, initial=-np.inf)
    # Without the maximum, exp overflows from 88.7 on in float32; −inf − −inf would be nan.
    powers = np.empty_like(scores)
    np.subtract(scores, np.where(largest == -np.inf, 0, largest), out=powers)
    np.exp(powers, out=powers)  # in place: each array of n×m costs as much as its exponentials
    total = np.add.reduce(powers, axis=axis, keepdims=True)
    weights = np.divide(powers, np.where(total == 0, 1, total), out=powers)
    return weights, np.squeeze(np.log(total) + largest, axis)


def add_sink(weights: Array, lse: Array, sink: Array) -> tuple[Array, Array]:
    """Return weights and log-sum-exp with one more score in the sum, which takes a share but has no value."""
    require_broadcast("sink", sink.shape, lse.shape, "the queries")
    # Where nothing may be attended to, all weights are 0, whatever the sink.
    share = np.where(np.isneginf(lse), 0, logistic(lse - sink))
    return weights * share[..., None], np.logaddexp(lse, sink)


@keeps_dtype
def softmax(x: Operand, axis: Axes = -1, mask: ArrayLike | None = None, *, temperature: float = 1.0) -> Array:
    r"""Return weights that are positive and sum to 1 along the axis (or axes): the exponentials, over their sum.

    Where the mask is False, and where x is −inf, the weight is exactly 0. Where nothing is left, all weights are 0.

    Options:
      axis: the axis, or a tuple of axes, along which the weights sum to 1
      mask: boolean, True = takes part; broadcasts to x
      temperature: T; a small one tends to the largest score alone, a large one to equal weights

    Example:
      >>> softmax([0.0, 1.0, 2.0]).round(3).tolist()
      [0.09, 0.245, 0.665]
      >>> softmax([0.0, 1.0, 2.0], temperature=0.1).round(3).tolist()
      [0.0, 0.0, 1.0]

    Formula: \operatorname{softmax}(x)_i = \frac{e^{x_i / T}}{\sum_j e^{x_j / T}}
    Shapes: x any shape, mask broadcasts to x → the shape of x
    Raises: CoreError where T is not positive, the mask is not boolean or does not broadcast, or the axis is not there
    Source: Bridle 1990, "Probabilistic Interpretation of Feedforward Classification Network Outputs";
      temperature: Hinton et al. 2015, "Distilling the Knowledge in a Neural Network", eq. 1
    Note: Softmax
    """
    t = read_number("temperature", temperature, positive=True)
    require_axis("x", x, axis)
    if mask is not None:
        x = np.where(read_mask(mask, x.shape), x, -np.inf)
    return normalize_exponentials(_divide(x, t, axis), axis)[0]


def _divide(scores: Array, temperature: float, axis: Axes) -> Array:
    """Return the scores' distances from the largest over the temperature, which float32 might not hold."""
    if temperature == 1:
        return scores
    largest = np.max(scores, axis=axis, keepdims=True, initial=-np.inf)
    # The maximum comes off before the division, which could overflow.
    distances = (scores - np.where(np.isneginf(largest), 0, largest)).astype(np.float64)
    return (distances / temperature).astype(scores.dtype)


@keeps_dtype
def softmax_jacobian(weights: Operand, *, temperature: float = 1.0) -> Array:
    r"""Return the derivative of each weight by each score, from the weights that softmax gave along the last axis.

    Options:
      temperature: the T that the weights were made with

    Example:
      >>> softmax_jacobian([0.25, 0.75]).tolist()
      [[0.1875, -0.1875], [-0.1875, 0.1875]]

    Formula: \frac{\partial p_i}{\partial x_j} = \frac{p_i (\delta_{ij} - p_j)}{T}
    Shapes: weights (…, n) → (…, n, n): rows are the weights, columns the scores
    Raises: CoreError where the weights are a scalar or T is not positive
    Source: Bridle 1990, "Training Stochastic Model Recognition Algorithms as Networks can lead to Maximum Mutual
      Information Estimation of Parameters"
    Note: 梯度消失
    """
    require_axes("weights", weights, 1, "(…, n)")
    same = np.eye(weights.shape[-1], dtype=weights.dtype)
    slopes = weights[..., :, None] * (same - weights[..., None, :])
    return slopes / read_number("temperature", temperature, positive=True)


@keeps_dtype
def entropy(p: Operand, axis: Axes = -1) -> Array:
    r"""Return the entropy of weights in nats: 0 where one takes all, ln n where n are equal.

    Options:
      axis: the axis, or a tuple of axes, along which the weights sum to 1

    Example:
      >>> entropy([[1.0, 0.0], [0.5, 0.5]]).round(3).tolist()
      [0.0, 0.693]

    Formula: H(p) = -\sum_i p_i \ln p_i, \quad 0 \ln 0 = 0
    Shapes: p any shape → the shape of p without the axis (or axes)
    Raises: CoreError where a weight is negative or the axis is not there
    Source: Shannon 1948, "A Mathematical Theory of Communication", section 6
    Note: Softmax温度
    """
    require_axis("p", p, axis)
    if np.any(p < 0):
        raise CoreError(f"p has a negative weight, {p.min()}; the entropy is of weights, not of scores")
    terms = np.where(p == 0, 0, p * np.log(p))
    return 0 - np.sum(terms, axis=axis)

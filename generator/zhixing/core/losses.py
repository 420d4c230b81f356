"""How far predicted probabilities are from what came: the losses that models of language are trained on, in nats."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import (
    Array,
    Axes,
    Operand,
    keeps_dtype,
    read_number,
    read_whole,
    require_axes,
    require_axis,
    require_broadcast,
)
from zhixing.core.errors import CoreError, format_shape


def subtract_log_sum(x: Array, axis: Axes) -> Array:
    """Return x less the logarithm of the sum of its exponentials; −inf where all are −inf."""
    largest = np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)
    # The largest comes off first: no exponential overflows, and the largest logarithms keep their digits.
    below = x - np.where(largest == -np.inf, 0, largest)
    total = np.add.reduce(np.exp(below), axis=axis, keepdims=True)
    return below - np.log(np.where(total == 0, 1, total))


@keeps_dtype
def log_softmax(x: Operand, axis: Axes = -1) -> Array:
    r"""Return the logarithms of the weights that softmax gives, also of weights too small for a float.

    Options:
      axis: the axis, or a tuple of axes, along which the weights sum to 1

    Example:
      >>> log_softmax([0.0, 1.0, 2.0]).round(3).tolist()
      [-2.408, -1.408, -0.408]
      >>> log_softmax([0.0, 2000.0]).tolist()
      [-2000.0, 0.0]

    Formula: \ln \operatorname{softmax}(x)_i = x_i - \ln \sum_j e^{x_j}
    Shapes: x any shape → the same
    Raises: CoreError where the axis is not there
    Source: Goodfellow et al. 2016, "Deep Learning", section 6.2.2.3
    Note: Softmax
    """
    require_axis("x", x, axis)
    return subtract_log_sum(x, axis)


@keeps_dtype
def cross_entropy(logits: Operand, targets: ArrayLike, *, smoothing: float = 0.0) -> Array:
    r"""Return the loss of each prediction: minus the logarithm of the probability that the target was given.

    Options:
      targets: the number of the class (of the word) that came, one for each prediction
      smoothing: ε, the share of the target that is spread over all classes alike (label smoothing)

    Example:
      >>> cross_entropy([[0.0, 0.0], [0.0, 2.0]], [0, 1]).round(3).tolist()
      [0.693, 0.127]
      >>> cross_entropy([0.0, 2.0], 1, smoothing=0.1).round(3).tolist()
      0.227

    Formula: L = -\sum_k q_k \ln \operatorname{softmax}(x)_k, \quad q_k = (1 - \varepsilon) [k = t] +
      \frac{\varepsilon}{v}
    Shapes: logits (…, v), targets broadcast to (…) → (…)
    Raises: CoreError where a target is no class, or ε is not between 0 and 1
    Source: Goodfellow et al. 2016, "Deep Learning", section 6.2.2.3; smoothing: Szegedy et al. 2016, "Rethinking the
      Inception Architecture for Computer Vision", section 7
    Note: Softmax
    """
    require_axes("logits", logits, 1, "(…, classes)")
    classes = logits.shape[-1]
    chosen = read_whole("targets", targets, below=classes)
    require_broadcast("targets", chosen.shape, logits.shape[:-1], "the predictions")
    share = read_number("smoothing", smoothing, least=0)
    if share > 1:
        raise CoreError(f"smoothing is {smoothing}; it is a share of the target, between 0 and 1")
    wanted = (1 - share) * (np.arange(classes) == chosen[..., None]) + share / max(classes, 1)
    return _sum_products(wanted.astype(logits.dtype), -subtract_log_sum(logits, -1))


def _sum_products(p: Array, terms: Array) -> Array:
    """Return the sum of p·terms over the last axis, where p = 0 counts 0 even beside an infinite term."""
    return np.add.reduce(np.where(p == 0, 0, p * terms), axis=-1)


@keeps_dtype
def kl_divergence(p: Operand, q: Operand) -> Array:
    r"""Return how many nats more it costs, on average, to code what follows p as if it followed q; 0 where p = q.

    Example:
      >>> kl_divergence([0.5, 0.5], [[0.5, 0.5], [0.9, 0.1], [1.0, 0.0]]).round(3).tolist()
      [0.0, 0.511, inf]

    Formula: D(p \parallel q) = \sum_i p_i \ln \frac{p_i}{q_i}, \quad 0 \ln \frac{0}{q} = 0
    Shapes: p (…, n), q (…, n) → (…), leading axes broadcast
    Raises: CoreError where the shapes do not fit, or a weight is negative
    Source: Kullback and Leibler 1951, "On Information and Sufficiency"
    Note: Softmax
    """
    for name, array in (("p", p), ("q", q)):
        require_axes(name, array, 1, "(…, n)")
        if np.any(array < 0):
            raise CoreError(f"{name} has a negative weight, {array.min()}; the divergence is of probabilities")
    if p.shape[-1] != q.shape[-1]:
        raise CoreError(f"p has shape {format_shape(p.shape)}, q {format_shape(q.shape)}; the last axes must be equal")
    return _sum_products(p, np.log(p) - np.log(q))


@keeps_dtype
def perplexity(losses: Operand) -> Array:
    r"""Return the number of equally likely words that would be as hard to guess: e to the power of the mean loss.

    Example:
      >>> perplexity(-np.log([0.25, 0.25, 0.25])).round(3).tolist()
      4.0

    Formula: \operatorname{PPL} = \exp\left(\frac{1}{n} \sum_i L_i\right) = \left(\prod_i p_i\right)^{-1/n}
    Shapes: losses (…, n), as `cross_entropy` returns them → (…)
    Raises: CoreError where the losses are a single number
    Source: Jelinek et al. 1977, "Perplexity: a measure of the difficulty of speech recognition tasks"
    Note: n-gram语言模型
    """
    require_axes("losses", losses, 1, "(…, n)")
    return np.exp(np.add.reduce(losses, axis=-1) / np.asarray(losses.shape[-1], losses.dtype))

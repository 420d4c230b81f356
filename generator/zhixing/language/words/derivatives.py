"""Derivatives of words: what `gradient` holds of an entry of the table of words.

A word that combines entries has a partial derivative for each argument. A word that works along axes has a function
from the adjoint of its result (how the loss changes with each entry of it) to the adjoint of its argument; the adjoint
of a reduction has size 1 along the axes that were used up.
"""

from __future__ import annotations

from math import erfc, prod

import numpy as np

from zhixing import core
from zhixing.language.model import Array
from zhixing.language.noise import clear_sum

At = tuple[int, ...]
_erfc = np.frompyfunc(erfc, 1, 1)

# Partial derivatives of words that work entry by entry.


def one_over(x: Array) -> Array:
    """Return the derivative of ln x."""
    return np.asarray(1 / x)


def of_tan(x: Array) -> Array:
    """Return the derivative of the tangent."""
    return np.asarray(1 / np.cos(x) ** 2)


def of_tanh(x: Array) -> Array:
    """Return the derivative of the hyperbolic tangent."""
    return np.asarray(1 - np.tanh(x) ** 2)


def of_sqrt(x: Array) -> Array:
    """Return the derivative of the square root."""
    return np.asarray(0.5 / np.sqrt(x))


def of_sigmoid(x: Array) -> Array:
    """Return the derivative of the logistic function."""
    share = core.sigmoid(x)
    return np.asarray(share * (1 - share))


def of_silu(x: Array) -> Array:
    """Return the derivative of x times its own gate."""
    share = core.sigmoid(x)
    return np.asarray(share * (1 + x * (1 - share)))


def of_gelu(x: Array) -> Array:
    """Return the derivative of x Φ(x)."""
    below = np.asarray(_erfc(-x / np.sqrt(2)), np.float64) / 2
    return np.asarray(below + x * np.exp(-x * x / 2) / np.sqrt(2 * np.pi))


def where_larger(a: Array, b: Array) -> Array:
    """Return 1 where the first is the larger, a half where both are equal."""
    return np.asarray((a > b) + 0.5 * (a == b))


def where_smaller(a: Array, b: Array) -> Array:
    """Return 1 where the first is the smaller, a half where both are equal."""
    return where_larger(b, a)


def where_true(condition: Array, _chosen: Array, _other: Array) -> Array:
    """Return 1 where the condition holds."""
    return np.asarray(condition != 0, np.float64)


def where_false(condition: Array, _chosen: Array, _other: Array) -> Array:
    """Return 1 where the condition does not hold."""
    return np.asarray(condition == 0, np.float64)


# Words that use axes up.


def _subtract(a: Array, b: Array) -> Array:
    """Return a difference with 0 where only rounding is left."""
    return clear_sum(a - b, np.abs(a) + np.abs(b))


def _count(x: Array, axis: At) -> int:
    return prod(x.shape[i] for i in axis)


def back_sum(adjoint: Array, x: Array, axis: At) -> Array:  # noqa: ARG001 - all have the same arguments
    """Return the adjoint of what is summed."""
    return np.broadcast_to(adjoint, x.shape)


def back_mean(adjoint: Array, x: Array, axis: At) -> Array:
    """Return the adjoint of what is averaged."""
    return np.broadcast_to(adjoint / _count(x, axis), x.shape)


def back_var(adjoint: Array, x: Array, axis: At) -> Array:
    """Return the adjoint of what the variance is taken of."""
    return np.asarray(adjoint * 2 * _subtract(x, x.mean(axis=axis, keepdims=True)) / _count(x, axis))


def back_std(adjoint: Array, x: Array, axis: At) -> Array:
    """Return the adjoint of what the standard deviation is taken of."""
    return back_var(adjoint / (2 * x.std(axis=axis, keepdims=True)), x, axis)


def back_prod(adjoint: Array, x: Array, axis: At) -> Array:
    """Return the adjoint of the factors: the product of the others, which is no quotient where a factor is 0."""
    kept = [i for i in range(x.ndim) if i not in axis]
    rows = x.transpose(*kept, *axis).reshape(*(x.shape[i] for i in kept), -1)
    ones = np.ones_like(rows[..., :1])
    before = np.cumprod(np.concatenate([ones, rows[..., :-1]], axis=-1), axis=-1)
    after = np.cumprod(np.concatenate([ones, rows[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    others = (before * after).reshape(*(x.shape[i] for i in (*kept, *axis)))
    return np.asarray(adjoint * others.transpose(np.argsort([*kept, *axis])))


def _back_extreme(adjoint: Array, x: Array, best: Array, axis: At) -> Array:
    hits = x == best
    return np.asarray(adjoint * hits / hits.sum(axis=axis, keepdims=True))


def back_max(adjoint: Array, x: Array, axis: At) -> Array:
    """Return the adjoint of what the maximum is taken of; equal largest entries share it."""
    return _back_extreme(adjoint, x, x.max(axis=axis, keepdims=True), axis)


def back_min(adjoint: Array, x: Array, axis: At) -> Array:
    """Return the adjoint of what the minimum is taken of; equal smallest entries share it."""
    return _back_extreme(adjoint, x, x.min(axis=axis, keepdims=True), axis)


def back_norm(adjoint: Array, x: Array, axis: At) -> Array:
    """Return the adjoint of a vector whose norm is taken."""
    return np.asarray(adjoint * x / np.sqrt((x * x).sum(axis=axis, keepdims=True)))


def back_entropy(adjoint: Array, x: Array, axis: At) -> Array:  # noqa: ARG001 - all have the same arguments
    """Return the adjoint of the probabilities."""
    return np.asarray(-adjoint * (np.log(x) + 1))


# Words that keep their axis.


def back_softmax(adjoint: Array, x: Array, axis: At, temperature: float = 1.0) -> Array:
    """Return the adjoint of the scores."""
    weights = core.softmax(x, axis=axis, temperature=temperature)
    return np.asarray(weights * _subtract(adjoint, (adjoint * weights).sum(axis=axis, keepdims=True)) / temperature)


def back_log_softmax(adjoint: Array, x: Array, axis: At) -> Array:
    """Return the adjoint of the scores whose logarithmic weights are taken."""
    return _subtract(adjoint, core.softmax(x, axis=axis) * adjoint.sum(axis=axis, keepdims=True))


def back_normalize(adjoint: Array, x: Array, axis: At, eps: float = 0.0) -> Array:
    """Return the adjoint of what is normalized."""
    deviation = np.sqrt(x.var(axis=axis, keepdims=True) + eps)
    z = _subtract(x, x.mean(axis=axis, keepdims=True)) / deviation
    centred = _subtract(adjoint, adjoint.mean(axis=axis, keepdims=True))
    return np.asarray(_subtract(centred, z * (adjoint * z).mean(axis=axis, keepdims=True)) / deviation)


def back_cumsum(adjoint: Array, x: Array, axis: At) -> Array:  # noqa: ARG001 - all have the same arguments
    """Return the adjoint of the terms: each is in its own sum and all later ones."""
    return np.flip(np.cumsum(np.flip(adjoint, axis[0]), axis=axis[0]), axis[0])


def back_cumprod(adjoint: Array, x: Array, axis: At) -> Array:
    """Return the adjoint of the factors: each is in its own product and all later ones, which need not be other than 0.

    With p the product before a factor, and b the sum of the later adjoints, each times the factors between, it is p b.
    """
    rows, above = np.moveaxis(x, axis[0], 0), np.moveaxis(adjoint, axis[0], 0)
    before = np.cumprod(np.concatenate([np.ones_like(rows[:1]), rows[:-1]]), axis=0)
    later = np.zeros_like(above)
    carried = np.zeros_like(above[0])
    for place in reversed(range(len(rows))):
        carried = above[place] + (carried * rows[place + 1] if place + 1 < len(rows) else 0)
        later[place] = carried
    return np.moveaxis(before * later, 0, axis[0])


def back_sort(adjoint: Array, x: Array, axis: At) -> Array:
    """Return the adjoint of what is put in order."""
    order = np.argsort(x, axis=axis[0], kind="stable")
    back = np.empty_like(adjoint)
    np.put_along_axis(back, order, adjoint, axis=axis[0])
    return back

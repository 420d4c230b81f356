"""Which words a model may write next: the likeliest few, whose probabilities are made to sum to 1 again."""

from __future__ import annotations

import numpy as np

from zhixing.core.arrays import Array, Mask, Operand, keeps_dtype, read_count, read_number, require_axes
from zhixing.core.errors import CoreError


def _check(p: Array) -> None:
    require_axes("p", p, 1, "(…, words)")
    if np.any(p < 0):
        raise CoreError(f"p has a negative weight, {p.min()}; it must be probabilities, as softmax returns them")


def _sort(p: Array) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """Return the order from the likeliest on; of equal ones the first comes first."""
    return np.argsort(-p, axis=-1, kind="stable")


def _keep(p: Array, order: np.ndarray[tuple[int, ...], np.dtype[np.intp]], kept: Mask) -> Array:
    """Return the probabilities over their sum where the word at that place of the order is kept, else 0."""
    mask = np.zeros(p.shape, np.bool_)
    np.put_along_axis(mask, order, np.broadcast_to(kept, p.shape), axis=-1)
    some = np.where(mask, p, 0)
    total = np.add.reduce(some, axis=-1, keepdims=True)
    return some / np.where(total == 0, 1, total)


@keeps_dtype
def keep_top_k(p: Operand, k: int) -> Array:
    r"""Return the probabilities of the k likeliest words, which sum to 1 again; the others are 0.

    Of equally likely words the first are kept.

    Options:
      k: how many words are kept

    Example:
      >>> keep_top_k([0.5, 0.125, 0.25, 0.125], 2).round(3).tolist()
      [0.667, 0.0, 0.333, 0.0]

    Formula: p'_i = \frac{p_i \, [i \in V_k]}{\sum_{j \in V_k} p_j}
    Shapes: p (…, v) → the same
    Raises: CoreError where a probability is negative, or k is below 1
    Source: Fan et al. 2018, "Hierarchical Neural Story Generation"
    Note: Softmax温度
    """
    _check(p)
    return _keep(p, _sort(p), np.arange(p.shape[-1]) < read_count("k", k, least=1))


@keeps_dtype
def keep_top_p(p: Operand, share: float) -> Array:
    r"""Return the probabilities of the fewest likeliest words that have a share of all, which sum to 1 again.

    Options:
      share: what the kept words have together, at least, before they are made to sum to 1

    Example:
      >>> keep_top_p([0.5, 0.125, 0.25, 0.125], 0.75).round(3).tolist()
      [0.667, 0.0, 0.333, 0.0]

    Formula: p'_i = \frac{p_i \, [i \in V]}{\sum_{j \in V} p_j}, \quad V \text{ the smallest with } \sum_{j \in V} p_j
      \ge s
    Shapes: p (…, v) → the same
    Raises: CoreError where a probability is negative, or the share is not above 0 and at most 1
    Source: Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration", eqs. 2, 3
    Note: Softmax温度
    """
    _check(p)
    least = read_number("share", share, positive=True)
    if least > 1:
        raise CoreError(f"share is {share}; it is a part of all probabilities, at most 1")
    order = _sort(p)
    sorted_p = np.take_along_axis(p, order, axis=-1)
    before = np.cumsum(sorted_p, axis=-1) - sorted_p
    return _keep(p, order, before < least)

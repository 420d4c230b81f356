"""Tokens: their vectors, and how often one follows others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhixing.core.arrays import Array, Operand, keeps_dtype, read_count, read_number, read_whole, require_axes
from zhixing.core.errors import CoreError, format_shape

MOST_COUNTS = 10**7
"""The largest table of counts: 80 MB."""


@keeps_dtype
def embedding(tokens: ArrayLike, table: Operand, *, scaled: bool = False) -> Array:
    r"""Look up the vector of each token.

    Options:
      scaled: True multiplies by √d, so that a position code that is added does not drown the vector

    Example:
      >>> embedding([1, 0], [[1.0, 2.0], [3.0, 4.0]]).tolist()
      [[3.0, 4.0], [1.0, 2.0]]

    Formula: x_t = E_{w_t} \quad (\sqrt{d} \, E_{w_t})
    Shapes: tokens (…) whole numbers below v, table (v, d) → (…, d)
    Raises: CoreError where a token is no row of the table
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.4
    Note: 嵌入缩放
    """
    require_axes("table", table, 2, "(vocabulary, features)", exactly=True)
    found = table[read_whole("tokens", tokens, below=table.shape[0])]
    return found * np.asarray(math.sqrt(table.shape[1]) if scaled else 1, dtype=table.dtype)


def ngram_counts(tokens: ArrayLike | Sequence[ArrayLike], vocabulary: int, n: int = 2) -> NDArray[np.int64]:
    r"""Count how often each run of n tokens occurs, in one sequence or in several (no run crosses their ends).

    Example:
      >>> ngram_counts([0, 1, 1, 0, 1], 2).tolist()
      [[0, 2], [1, 1]]

    Formula: C(w_1 \dots w_n) = \sum_t [\, x_{t+1} = w_1, \dots, x_{t+n} = w_n \,]
    Shapes: tokens (t), or a list of such → (vocabulary, …, vocabulary), n axes, int64
    Raises: CoreError where a token is no word of the vocabulary, n is below 1, or the table would be too large
    Source: Shannon 1948, "A Mathematical Theory of Communication", section 3; Jurafsky and Martin, "Speech and Language
      Processing", chapter 3
    Note: n-gram语言模型
    """
    if (
        read_count("n", n) < 1
        or read_count("vocabulary", vocabulary) < 1
        or n * math.log(vocabulary) > math.log(MOST_COUNTS)
    ):
        raise CoreError(
            f"a table of {vocabulary} words to the power n = {n}: both at least 1, at most {MOST_COUNTS} counts"
        )
    nested = isinstance(tokens, (list, tuple)) and any(np.ndim(one) for one in tokens)
    sequences: Sequence[ArrayLike] = cast("Sequence[ArrayLike]", tokens) if nested else [cast("ArrayLike", tokens)]
    counts = np.zeros((vocabulary,) * n, dtype=np.int64)
    for sequence in sequences:
        words = read_whole("tokens", sequence, below=vocabulary)
        if words.ndim != 1:
            raise CoreError(f"tokens have shape {format_shape(words.shape)}; a sequence has one axis")
        if words.size >= n:
            np.add.at(counts, tuple(words[i : words.size - n + 1 + i] for i in range(n)), 1)
    return counts


@keeps_dtype
def ngram_probabilities(counts: Operand, *, smoothing: float = 0.0) -> Array:
    r"""Return the probability of the last token after the ones before; 0 for a context that never occurred.

    Options:
      smoothing: α, added to each count; 1 is Laplace's, any other Lidstone's

    Example:
      >>> ngram_probabilities([[3, 1], [0, 0]]).tolist()
      [[0.75, 0.25], [0.0, 0.0]]
      >>> ngram_probabilities([[3, 1], [0, 0]], smoothing=1).round(3).tolist()
      [[0.667, 0.333], [0.5, 0.5]]

    Formula: P(w_n \mid w_1 \dots w_{n-1}) = \frac{C(w_1 \dots w_n) + \alpha}{\sum_w C(w_1 \dots w_{n-1} w) + \alpha v}
    Shapes: counts (v, …, v) → the same
    Raises: CoreError where a count or the smoothing is negative
    Source: Jurafsky and Martin, "Speech and Language Processing", chapter 3; α of any size: Lidstone 1920
    Note: n-gram语言模型
    """
    require_axes("counts", counts, 1, "(…, vocabulary)")
    if np.any(counts < 0):
        raise CoreError(f"counts are at least 0; the smallest is {np.min(counts)}")
    raised = counts + read_number("smoothing", smoothing, least=0)
    total = np.sum(raised, axis=-1, keepdims=True)
    return raised / np.where(total == 0, 1, total)

"""Tokens: their vectors, and how often one follows others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhixing.core.arrays import Array, common_dtype, handed_out, quiet, require_axes, whole, working
from zhixing.core.errors import CoreError, shown

MOST_COUNTS = 10**7
"""The largest table of counts: 80 MB."""


@quiet
def embedding(tokens: ArrayLike, table: ArrayLike, *, scaled: bool = False) -> Array:
    r"""Look up the vector of each token; with `scaled`, times √d, so that the position code does not drown it.

    Formula: x_t = E_{w_t} \quad (\sqrt{d} \, E_{w_t})
    Shapes: tokens (…) whole numbers below v, table (v, d) → (…, d)
    Raises: CoreError where a token is no row of the table
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.4
    Note: 嵌入缩放
    """
    dtype = common_dtype(table=table)
    rows = working(table, dtype)
    if rows.ndim != 2:
        raise CoreError(f"table has shape {shown(rows.shape)}; it needs exactly 2 axes: (vocabulary, features)")
    found = rows[whole("tokens", tokens, below=rows.shape[0])]
    return handed_out(found * np.asarray(math.sqrt(rows.shape[1]) if scaled else 1, dtype=rows.dtype), dtype)


def ngram_counts(tokens: ArrayLike | Sequence[ArrayLike], vocabulary: int, n: int = 2) -> NDArray[np.int64]:
    r"""Count how often each run of n tokens occurs, in one sequence or in several (no run crosses their ends).

    Formula: C(w_1 \dots w_n) = \sum_t [\, x_{t+1} = w_1, \dots, x_{t+n} = w_n \,]
    Shapes: tokens (t), or a list of such → (vocabulary, …, vocabulary), n axes, int64
    Raises: CoreError where a token is no word of the vocabulary, n is below 1, or the table would be too large
    Source: Shannon 1948, "A Mathematical Theory of Communication", section 3; Jurafsky and Martin, "Speech and Language
      Processing", chapter 3
    Note: n-gram语言模型
    """
    if n < 1 or vocabulary < 1 or n * math.log(vocabulary) > math.log(MOST_COUNTS):
        raise CoreError(
            f"a table of {vocabulary} words to the power n = {n}: both at least 1, at most {MOST_COUNTS} counts"
        )
    nested = isinstance(tokens, (list, tuple)) and any(np.ndim(one) for one in tokens)
    sequences: Sequence[ArrayLike] = cast("Sequence[ArrayLike]", tokens) if nested else [cast("ArrayLike", tokens)]
    counts = np.zeros((vocabulary,) * n, dtype=np.int64)
    for sequence in sequences:
        words = whole("tokens", sequence, below=vocabulary)
        if words.ndim != 1:
            raise CoreError(f"tokens have shape {shown(words.shape)}; a sequence has one axis")
        if words.size >= n:
            np.add.at(counts, tuple(words[i : words.size - n + 1 + i] for i in range(n)), 1)
    return counts


@quiet
def ngram_probabilities(counts: ArrayLike, *, smoothing: float = 0.0) -> Array:
    r"""Return the probability of the last token after the ones before; 0 for a context that never occurred.

    Formula: P(w_n \mid w_1 \dots w_{n-1}) = \frac{C(w_1 \dots w_n) + \alpha}{\sum_w C(w_1 \dots w_{n-1} w) + \alpha v}
    Shapes: counts (v, …, v) → the same
    Raises: CoreError where a count or the smoothing is negative
    Source: Jurafsky and Martin, "Speech and Language Processing", chapter 3; Laplace smoothing: Lidstone 1920
    Note: n-gram语言模型
    """
    dtype = common_dtype(counts=counts)
    found = working(counts, dtype)
    require_axes("counts", found, 1, "(…, vocabulary)")
    if np.any(found < 0) or not smoothing >= 0:
        raise CoreError(
            f"counts and smoothing are at least 0; the smallest are {np.min(found, initial=0)} and {smoothing}"
        )
    raised = found + smoothing
    total = np.sum(raised, axis=-1, keepdims=True)
    return handed_out(raised / np.where(total == 0, 1, total), dtype)

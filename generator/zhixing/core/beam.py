"""Beam search: the likeliest sequences, found by following only the best beginnings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhixing.core.arrays import Array, convert, quiet, read_count, require_axes, require_equal, to_dtype
from zhixing.core.errors import CoreError


@dataclass(frozen=True, slots=True)
class BeamSearch:
    """Sequences of tokens (beams, steps), the likeliest first, and the logarithms of their probabilities (beams)."""

    tokens: NDArray[np.intp]
    log_p: Array


@quiet
def beam_search(
    first: ArrayLike, following: ArrayLike, *, width: int, steps: int, end: int | None = None
) -> BeamSearch:
    r"""Return the likeliest sequences that are found when only so many beginnings are kept at each step.

    Of a model that sees one token back. A width of 1 takes the likeliest token each time (greedy); with all beginnings
    kept, the result is exact. Sequences of probability 0 are left out, and of equally likely ones those are kept whose
    beginning was better, then those whose token comes first.

    Options:
      width: how many beginnings are kept
      steps: how many tokens a sequence has
      end: the token that ends a sequence; only it follows, and costs nothing

    Example:
      >>> first, following = np.log([0.6, 0.4]), np.log([[0.5, 0.5], [0.1, 0.9]])
      >>> beam_search(first, following, width=1, steps=2).tokens.tolist()
      [[0, 0]]
      >>> found = beam_search(first, following, width=2, steps=2)
      >>> found.tokens.tolist(), np.exp(found.log_p).round(2).tolist()
      ([[1, 1], [0, 0]], [0.36, 0.3])

    Formula: B_t = \text{the } b \text{ largest of } \{ \ln p(y_{1:t-1}) + \ln p(y_t \mid y_{t-1}) : y_{1:t-1} \in
      B_{t-1} \}
    Shapes: first (v), the logarithms of the first token's probabilities; following (v, v), those of each token (column)
      behind each other one (row) → tokens (beams, steps), log_p (beams), with at most `width` beams
    Raises: CoreError where the shapes do not fit, dtypes are mixed, `end` is no token, or width or steps are below 1
    Source: Sutskever et al. 2014, "Sequence to Sequence Learning with Neural Networks", section 3.2
    Note: n-gram语言模型
    """
    arrays, dtype = convert(first=first, following=following)
    log_first, log_next = _check(arrays["first"], arrays["following"])
    if end is not None:
        log_next = _stop_at(log_next, end)
    beams, count = read_count("width", width, least=1), read_count("steps", steps, least=1)
    tokens, log_p = np.zeros((1, 0), np.intp), np.zeros(1, log_first.dtype)
    for step in range(count):
        sums = log_p[:, None] + (log_first if step == 0 else log_next[tokens[:, -1]])
        best = _find_best(sums.ravel(), beams)
        before, token = np.divmod(best, len(log_first))
        tokens, log_p = np.concatenate([tokens[before], token[:, None]], axis=1), sums.ravel()[best]
    return BeamSearch(tokens, to_dtype(log_p, dtype))


def _find_best(sums: Array, count: int) -> NDArray[np.intp]:
    """Return the places of the largest sums, the largest first; of equal ones the first, and of −∞ none."""
    order = np.argsort(-sums, kind="stable")[:count]
    return order[sums[order] != -np.inf]


def _stop_at(log_next: Array, end: int) -> Array:
    """Return the table in which nothing but itself follows the token that ends a sequence."""
    if read_count("end", end) >= len(log_next):
        raise CoreError(f"end is {end}; there are {len(log_next)} tokens, 0 … {len(log_next) - 1}")
    stopped = log_next.copy()
    stopped[end] = np.where(np.arange(len(log_next)) == end, 0, -np.inf)
    return stopped


def _check(first: Array | None, following: Array | None) -> tuple[Array, Array]:
    """Return both tables; raise CoreError where they are missing or their numbers of tokens differ."""
    if first is None or following is None:
        raise CoreError("first and following must be given: logarithms of probabilities")
    require_axes("first", first, 1, "(tokens)", exactly=True)
    require_axes("following", following, 2, "(tokens, tokens)", exactly=True)
    rows, columns = following.shape
    require_equal("numbers of tokens", first=len(first), following_rows=rows, following_columns=columns)
    return first, following

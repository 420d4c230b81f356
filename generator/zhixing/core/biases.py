"""Biases by relative position: what is added to a score depends on how far the key stands from the query, alone.

So a bias of n×m entries is a view of a line of n + m − 1, as long as nothing writes to it: `blocked_attention` with
such a bias still takes memory that grows with n, not n².
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from zhixing.core.arrays import Array, Operand, keeps_dtype, read_count, require_axes
from zhixing.core.errors import CoreError
from zhixing.core.masks import Align, find_offset

Entry = TypeVar("Entry", bound=np.generic)


def find_distances(queries: int, keys: int | None, align: Align | None) -> tuple[NDArray[np.int64], tuple[int, int]]:
    """Return key − query along the line, from the last query and first key on, and the two lengths."""
    n = read_count("queries", queries)
    m = n if keys is None else read_count("keys", keys)
    offset = find_offset(n, m, align, needed=True)
    if offset.ndim:
        raise CoreError(f"align has {offset.size} offsets; a bias by relative position takes one")
    return np.arange(1 - n, m) - offset, (n, m)


def spread_line(line: NDArray[Entry], shape: tuple[int, int]) -> NDArray[Entry]:
    """Return the bias (…, n, m) whose entries are the line's: one place further left for each query."""
    if 0 in shape:
        return np.empty((*line.shape[:-1], *shape), line.dtype)
    return np.lib.stride_tricks.sliding_window_view(line, shape[1], axis=-1)[..., ::-1, :]


def alibi_slopes(heads: int) -> Array:
    r"""Return the slopes of heads: each the same share of the one before, down to 1/256.

    Where the number of heads is no power of two, slopes between those of the next lower power follow them, as in the
    paper's code.

    Example:
      >>> alibi_slopes(4).tolist()
      [0.25, 0.0625, 0.015625, 0.00390625]
      >>> alibi_slopes(3).tolist()
      [0.0625, 0.00390625, 0.25]

    Formula: m_h = 2^{-8 h / H}, \quad h = 1, …, H
    Shapes: → (heads)
    Raises: CoreError where the number of heads is below 1
    Source: Press et al. 2022, "Train Short, Test Long: Attention with Linear Biases Enables Input Length
      Extrapolation", section 3
    Note: 位置编码
    """
    count = read_count("heads", heads, least=1)
    power = 1 << (count.bit_length() - 1)
    between = -8 * np.arange(1, 2 * (count - power), 2) / (2 * power)
    return np.exp2(np.concatenate([-8 * np.arange(1, power + 1) / power, between]))


@keeps_dtype
def alibi(slopes: Operand, queries: int, keys: int | None = None, *, align: Align | None = None) -> Array:
    r"""Return the bias that lowers a score by a head's slope for each position between query and key.

    Options:
      align: where the queries stand among the keys, as in `causal_mask`, which pictures the offset o

    Example:
      >>> alibi(0.5, 3).tolist()
      [[0.0, -0.5, -1.0], [-0.5, 0.0, -0.5], [-1.0, -0.5, 0.0]]

    Formula: B_{ij} = -m \, \lvert j - (i + o) \rvert
    Shapes: slopes (…), one for each head → (…, queries, keys), a view of (…, queries + keys − 1)
    Raises: CoreError where the lengths differ and no alignment is given, or a length is negative
    Source: Press et al. 2022, "Train Short, Test Long: Attention with Linear Biases Enables Input Length
      Extrapolation", section 3
    Note: 位置编码
    """
    distances, shape = find_distances(queries, keys, align)
    return spread_line(0 - slopes[..., None] * np.abs(distances).astype(slopes.dtype), shape)


@keeps_dtype
def t5_bias(
    weights: Operand,
    queries: int,
    keys: int | None = None,
    *,
    align: Align | None = None,
    farthest: int = 128,
    causal: bool = False,
) -> Array:
    r"""Return the bias of T5: a learned number for each near distance, and one for each range of far ones.

    Of the buckets of a side the first half are single distances; ranges behind them grow by one factor, and everything
    from `farthest` on is in the last. Keys ahead have buckets of their own, behind those of the keys before, unless the
    model is causal: then they share the bucket of distance 0.

    Options:
      weights: a number for each bucket
      align: where the queries stand among the keys, as in `causal_mask`
      farthest: the distance from which on all are one bucket
      causal: all buckets are for keys before the query

    Example:
      >>> t5_bias([0.0, 1.0, 2.0, 3.0], 3, causal=True, farthest=8).tolist()
      [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [2.0, 1.0, 0.0]]

    Formula: B_{ij} = w_{b(i + o - j)}, \quad b(r) = r \text{ for } r < \tfrac{s}{2}, \text{ else } \min\left(s - 1,
      \tfrac{s}{2} + \left\lfloor \tfrac{s}{2} \frac{\ln (2 r / s)}{\ln (2 R / s)} \right\rfloor\right)
    Shapes: weights (…, buckets) → (…, queries, keys), a view of (…, queries + keys − 1); s is the number of buckets of
      a side, R the farthest distance
    Raises: CoreError where a side has fewer than 2 buckets, an odd number of them, or `farthest` is not beyond half
    Source: Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
      section 2.1
    Note: 位置编码
    """
    require_axes("weights", weights, 1, "(…, buckets)")
    count = weights.shape[-1] if causal else weights.shape[-1] // 2
    if count < 2 or count % 2 or (not causal and weights.shape[-1] % 2):
        raise CoreError(f"weights has {weights.shape[-1]} buckets; each side needs an even number of them")
    distances, shape = find_distances(queries, keys, align)
    before = np.maximum(-distances, 0) if causal else np.abs(distances)
    buckets = _find_buckets(before, count, read_count("farthest", farthest, least=count // 2 + 1))
    ahead = 0 if causal else count * (distances > 0)
    return spread_line(weights[..., buckets + ahead], shape)


def _find_buckets(before: NDArray[np.int64], count: int, farthest: int) -> NDArray[np.int64]:
    """Return the bucket of each distance among those of its side."""
    exact = count // 2
    share = np.log(np.maximum(before, exact) / exact) / math.log(farthest / exact)
    # Rounding must not put the first distance of a range into the range before.
    ranges = np.floor((count - exact) * share + 1e-9).astype(np.int64)
    return np.where(before < exact, before, np.minimum(exact + ranges, count - 1))

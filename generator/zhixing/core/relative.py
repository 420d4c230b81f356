"""Attention that knows distances: each key and value has, added to it, a vector for how far it is from the query."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhixing.core.arrays import Array, Operand, keeps_dtype, require_axes, require_equal
from zhixing.core.attention import Attention, apply_masks, finish, join_inputs, mask_positions, read_scale, sum_values
from zhixing.core.biases import find_distances, spread_line
from zhixing.core.errors import CoreError
from zhixing.core.masks import Align


@keeps_dtype
def relative_attention(
    Q: Operand,
    K: Operand,
    V: Operand,
    A_K: Operand,
    A_V: Operand | None = None,
    *,
    mask: ArrayLike | None = None,
    scale: float | None = None,
    causal: bool = False,
    align: Align | None = None,
) -> Attention:
    r"""Return every step of attention with a learned vector for each distance between query and key.

    The vectors stand for the distances −k … k; keys farther away have that of the nearest of these. No array has an
    entry for each query, key and feature at once: a query is multiplied with each vector, and weights of one distance
    are added up before they are multiplied with its vector.

    Options:
      A_V: the vectors added to values; none unless given
      mask: boolean, True = may attend
      scale: instead of 1/√d
      causal: a query sees its own position and the earlier ones
      align: where the queries stand among the keys, as in `causal_mask`, which pictures the offset o

    Example:
      >>> x, near = np.zeros((3, 1)), [[np.log(4.0)], [0.0], [0.0]]
      >>> a = relative_attention(x + 1, x, [[1.0], [2.0], [3.0]], near, scale=1)
      >>> a.weights[2].round(3).tolist(), a.output[2].round(3).tolist()
      ([0.444, 0.444, 0.111], [1.667])

    Formula: e_{ij} = \frac{q_i (k_j + a^K_{r})^\top}{\sqrt{d}}, \quad o_i = \sum_j \operatorname{softmax}_j(e_{ij})
      (v_j + a^V_{r}), \quad r = \max(-k, \min(k, j - i - o))
    Shapes: Q (…, n, d), K (…, m, d), V (…, m, v), A_K (2k + 1, d), A_V (2k + 1, v), mask broadcasts to (…, n, m)
      → weights (…, n, m), output (…, n, v)
    Raises: CoreError where shapes, dtypes or mask do not fit, the number of vectors is even, or the lengths differ
      and no alignment is given
    Source: Shaw et al. 2018, "Self-Attention with Relative Position Representations", eqs. 3, 4
    Note: 位置编码
    """
    inputs = join_inputs(Q, K, V)
    _check("A_K", A_K, "K", K)
    n, m = inputs.scores_shape[-2:]
    if A_V is not None:
        _check("A_V", A_V, "V", V)
        require_equal("numbers of vectors (the first axis)", A_K=len(A_K), A_V=len(A_V))
    vectors = _choose_vectors(n, m, align, len(A_K))
    by_distance = Q @ A_K.T
    scores = np.matmul(Q, np.swapaxes(K, -1, -2)) + _take(by_distance, vectors)
    scaled = scores * np.asarray(read_scale(Q, scale), scores.dtype)
    masked, allowed = apply_masks(scaled, (mask, mask_positions(inputs, causal, None, align)), None)
    steps = finish((scores, scaled, scaled, masked), allowed, V)
    if A_V is None:
        return steps
    seen = _sum_by_vector(allowed.astype(np.float32), vectors, len(A_V)) > 0
    added = sum_values(_sum_by_vector(steps.weights, vectors, len(A_V)), A_V, seen)
    return dataclasses.replace(steps, output=steps.output + added)


def _check(name: str, vectors: Array, of: str, array: Array) -> None:
    require_axes(name, vectors, 2, "(distances, features)", exactly=True)
    require_equal(f"features (the last axis) of {name} and {of}", **{name: vectors.shape[1], of: array.shape[-1]})
    if len(vectors) % 2 == 0:
        raise CoreError(f"{name} has {len(vectors)} vectors; distances −k … k need an odd number of them")


def _choose_vectors(n: int, m: int, align: Align | None, count: int) -> NDArray[np.int64]:
    """Return which vector stands for each query and key (n, m): a view of a line."""
    distances, shape = find_distances(n, m, align)
    return spread_line(np.clip(distances, -(count // 2), count // 2) + count // 2, shape)


def _take(by_distance: Array, vectors: NDArray[np.int64]) -> Array:
    """Return from (…, n, vectors) the entries (…, n, m) for each key."""
    chosen = np.broadcast_to(vectors, (*by_distance.shape[:-2], *vectors.shape))
    return np.take_along_axis(by_distance, chosen, axis=-1)


def _sum_by_vector(weights: Array, vectors: NDArray[np.int64], count: int) -> Array:
    """Return the sums (…, n, vectors) of the weights (…, n, m) of all keys that share a vector."""
    none = np.zeros(weights.shape[:-1], weights.dtype)
    near = range(vectors.min(initial=count), vectors.max(initial=-1) + 1)
    parts = [
        np.add.reduce(np.where(vectors == one, weights, 0), axis=-1) if one in near else none for one in range(count)
    ]
    return np.stack(parts, axis=-1)

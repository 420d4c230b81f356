"""The fast door: attention's output alone, in blocks that stay in cache; memory grows with n, not n²."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import Array, Dtype, Mask, leading, positive, quiet
from zhixing.core.attention import as_bias, attention, default_scale, gathered, joined_window
from zhixing.core.errors import CoreError, shown
from zhixing.core.masks import UNLIMITED, Align, Window, as_mask, limits, offset

QUERIES, KEYS = 256, 512
"""The block: 512 KB of float32 scores, which a core's own cache holds."""
BOUND, LARGE = 60.0, 1e6
"""Scores up to BOUND need no maximum taken off: e^±60, times LARGE values of length LARGE, is inside float32."""
LOG2E = math.log2(math.e)
"""Folded into Q: scores count in powers of 2, whose exponential is the fastest there is."""


@quiet
def attend(
    Q: ArrayLike,
    K: ArrayLike,
    V: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    scale: float | None = None,
    causal: bool = False,
    window: Window | None = None,
    align: Align | None = None,
    softcap: float | None = None,
    grouped: bool = False,
    past: tuple[ArrayLike, ArrayLike] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Return the output of `attention` and nothing else, with memory that grows with n, not n².

    It takes what `attention` takes and agrees with it to rounding. Scores are computed in blocks; where they could be
    large each block takes off the largest score so far, and what was summed before shrinks to match. Blocks that lie
    whole outside the causal mask or the window are never computed. `out` receives the result; heads written to parts
    of one array may run in threads of their own, best with one BLAS thread each.

    Formula: m' = \max(m, \max_j s_j), \quad \ell' = \ell \, e^{m - m'} + \sum_j e^{s_j - m'}, \quad
      o' = o \, e^{m - m'} + \sum_j e^{s_j - m'} v_j, \quad \text{output} = o / \ell
    Shapes: Q (…, n, d), K (…, m, d), V (…, m, v), mask and bias broadcast to (…, n, m) → (…, n, v)
    Raises: CoreError where widths, lengths, leading axes, dtypes, mask, bias or out do not fit together
    Source: Milakov and Gimelshein 2018, "Online normalizer calculation for softmax", algorithm 3; Rabe and Staats 2021,
      "Self-attention Does Not Need O(n²) Memory"; Dao et al. 2022, "FlashAttention", algorithm 1
    Note: 注意力的计算复杂度
    """
    inputs = gathered(Q, K, V, bias, past, grouped=grouped)
    n, m = inputs.scores_shape[-2:]
    low, high = -UNLIMITED, UNLIMITED
    if causal or window is not None:
        align = "end" if past is not None and align is None else align
        low, high = limits(joined_window(causal, window), offset(n, m, align))
    if softcap is not None:
        positive(softcap=softcap)
    lead = leading(scores=inputs.scores_shape[:-2], V=inputs.V.shape[:-2])
    q, k, v = (np.broadcast_to(array, (*lead, *array.shape[-2:])) for array in (inputs.Q, inputs.K, inputs.V))
    masks = None if mask is None else np.broadcast_to(as_mask(mask, inputs.scores_shape), (*lead, n, m))
    biases = None if bias is None else np.broadcast_to(as_bias(bias, inputs.scores_shape, q.dtype), (*lead, n, m))
    result = _result(out, (*lead, n, v.shape[-1]), inputs.dtype)
    scratch = np.empty(min(QUERIES, n) * min(KEYS, m), q.dtype)
    longest = [math.sqrt(np.vecdot(x, x).max(initial=0)) for x in (inputs.Q, inputs.K, inputs.V)]
    plan = _Plan(default_scale(q, scale), softcap, low, high, longest, scratch, {})
    for at in np.ndindex(lead):
        mask_of, bias_of = None if masks is None else masks[at], None if biases is None else biases[at]
        _Head(plan, q[at], k[at], v[at], mask_of, bias_of).attend(result[at])
    return result


def _result(out: Array | None, shape: tuple[int, ...], dtype: Dtype) -> Array:
    if out is None:
        return np.empty(shape, dtype=dtype)
    if out.shape != shape or out.dtype != dtype:
        raise CoreError(f"out is {shown(out.shape)} {out.dtype}; the output is {shown(shape)} {dtype}")
    return out


@dataclass(frozen=True, slots=True)
class _Plan:
    """What all heads share. Query i may attend to keys i + low … i + high; `longest` are the norms of Q, K, V."""

    scale: float
    softcap: float | None
    low: int
    high: int
    longest: list[float]
    scratch: Array
    bands: dict[tuple[int, int, int], Mask]

    def bounded(self) -> bool:
        """Tell whether no power of a score can leave float32, nor vanish beside the values."""
        q, k, v = self.longest
        return min(q * k * abs(self.scale), self.softcap or math.inf) <= BOUND and 1 / LARGE <= v <= LARGE

    def blocks(self, rows: slice, m: int) -> Iterator[slice]:
        """Yield the blocks of keys that some of the queries may attend to; those that all may stand by themselves."""
        start, stop = max(0, rows.start + self.low), min(m, rows.stop + self.high)
        inner = max(start, min(rows.stop + self.low, stop))
        edges = (start, inner, max(inner, min(rows.start + self.high, stop)), stop)
        for first, last in pairwise(edges):
            for j in range(first, last, KEYS):
                yield slice(j, min(j + KEYS, last))

    def band(self, shift: int, m: int, n: int) -> Mask | None:
        """Return which of m keys (rows), the first `shift` after the first query, are within reach of n queries."""
        if shift - (n - 1) >= self.low and shift + m - 1 <= self.high:
            return None
        if (found := self.bands.get((shift, m, n))) is None:
            found = ~np.tri(m, n, shift - self.high - 1, np.bool_)
            if self.low > -UNLIMITED:
                found &= np.tri(m, n, shift - self.low, np.bool_)
            if m <= KEYS:  # the same few bands serve every block; of all keys, to keep each would take n²
                self.bands[shift, m, n] = found
        return found


@dataclass(frozen=True, slots=True)
class _Head:
    """One head: in its blocks of scores, keys are rows and queries are columns, which sums and maxima run down."""

    plan: _Plan
    q: Array
    k: Array
    v: Array
    mask: Mask | None
    bias: Array | None

    def attend(self, out: Array) -> None:
        """Write the output, a block of queries at a time."""
        bounded, finite = self.bias is None and self.plan.bounded(), all(map(math.isfinite, self.plan.longest))
        for i in range(0, len(out), QUERIES):
            rows = slice(i, min(i + QUERIES, len(out)))
            if finite:
                self.by_blocks(rows, bounded, out[rows])
            else:
                out[rows] = self.by_steps(rows)

    def by_steps(self, rows: slice) -> Array:
        """Return the output where some input is nan or infinite: all keys at once, exactly as `attention` has it."""
        allowed = self.allowed(slice(0, len(self.k)), rows)
        mask = None if allowed is None else allowed.T
        bias = None if self.bias is None else self.bias[rows]
        scale, softcap = self.plan.scale, self.plan.softcap
        return attention(self.q[rows], self.k, self.v, mask=mask, bias=bias, scale=scale, softcap=softcap).output

    def by_blocks(self, rows: slice, bounded: bool, out: Array) -> None:
        """Write the output of a block of queries, going through the keys that any of them may attend to."""
        n, dtype = rows.stop - rows.start, self.q.dtype
        q = (self.q[rows] * np.asarray(self.plan.scale * LOG2E, dtype=dtype)).T
        output, total = np.zeros((n, self.v.shape[1]), dtype), np.zeros((1, n), dtype)
        largest, ones = np.full((1, n), -np.inf, dtype), np.ones((1, KEYS), dtype)
        for keys in self.plan.blocks(rows, len(self.k)):
            m = keys.stop - keys.start
            scores = np.matmul(self.k[keys], q, out=self.plan.scratch[: m * n].reshape(m, n))
            self.bend(scores, rows, keys)
            allowed = self.allowed(keys, rows)
            if not bounded:
                largest, shrink = _take_off_largest(scores, allowed, largest)
                output *= shrink.T
                total *= shrink
            np.exp2(scores, out=scores)
            if bounded and allowed is not None:
                scores *= allowed
            output += scores.T @ self.v[keys]
            total += ones[:, :m] @ scores
        np.divide(output, np.where(total == 0, 1, total).T, out=out, casting="same_kind")

    def bend(self, scores: Array, rows: slice, keys: slice) -> None:
        """Apply soft cap and bias in place; scores count in powers of 2."""
        if self.plan.softcap is not None:
            np.tanh(np.divide(scores, self.plan.softcap * LOG2E, out=scores), out=scores)
            scores *= self.plan.softcap * LOG2E
        if self.bias is not None:
            scores += self.bias[rows, keys].T * LOG2E

    def allowed(self, keys: slice, rows: slice) -> Mask | None:
        """Return which keys (rows) may be attended to by which queries, or None where all may."""
        band = self.plan.band(keys.start - rows.start, keys.stop - keys.start, rows.stop - rows.start)
        if self.mask is None:
            return band
        mask = self.mask[rows, keys].T
        return mask if band is None else mask & band


def _take_off_largest(scores: Array, allowed: Mask | None, before: Array) -> tuple[Array, Array]:
    """Take the largest score so far off each column, in place; return it, and what earlier sums shrink by."""
    if allowed is not None:
        np.copyto(scores, -np.inf, where=~allowed)
    largest = np.maximum(before, scores.max(axis=0))
    base = np.where(np.isneginf(largest), 0, largest)
    scores -= base
    return largest, np.exp2(before - base)

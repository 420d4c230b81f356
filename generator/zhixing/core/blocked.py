"""The fast door: attention's output alone, in blocks that stay in cache; memory grows with n, not n²."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhixing.core.arrays import Array, Mask, handed_out, leading, positive, quiet
from zhixing.core.attention import Inputs, alignment, as_bias, attention, default_scale, gathered, joined_window
from zhixing.core.blocks import Blocks, blocks_of
from zhixing.core.errors import CoreError, shown
from zhixing.core.masks import UNLIMITED, Align, Window, as_mask, limits, offset

BOUND, LARGE = 60.0, 1e6
"""Scores up to BOUND need no maximum taken off: e^±60, times values up to LARGE, is inside float32."""
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
    shape = inputs.scores_shape
    n, m = shape[-2:]
    low, high = _reach(inputs, causal, window, alignment(past, align))
    if softcap is not None:
        positive(softcap=softcap)
    lead = leading(scores=shape[:-2], V=inputs.V.shape[:-2])
    q, k, v = (np.broadcast_to(array, (*lead, *array.shape[-2:])) for array in (inputs.Q, inputs.K, inputs.V))
    masks = None if mask is None else np.broadcast_to(as_mask(mask, shape), (*lead, n, m))
    biases = None if bias is None else np.broadcast_to(as_bias(bias, shape, q.dtype), (*lead, n, m))
    sums, totals = _result(out, (*lead, n, v.shape[-1]), inputs), np.empty((*lead, n), q.dtype)
    blocks = blocks_of(n, m, max(q.shape[-1], v.shape[-1]), low, high)
    plan = _planned(inputs, default_scale(q, scale), softcap, blocks)
    for at in np.ndindex(lead):
        mask_of, bias_of = None if masks is None else masks[at], None if biases is None else biases[at]
        _Head(plan, q[at], k[at], v[at], mask_of, bias_of).attend(sums[at], totals[at])
    del plan  # the memory of its scratch serves NumPy's buffers now
    totals[totals == 0] = 1
    sums /= totals[..., None]
    if out is None:
        return handed_out(sums, inputs.dtype)
    if sums is not out:
        np.copyto(out, sums, casting="same_kind")
    return out


def _reach(inputs: Inputs, causal: bool, window: Window | None, align: Align | None) -> tuple[int, int]:
    """Return (low, high): query i may attend to keys i + low … i + high."""
    if not causal and window is None:
        return -UNLIMITED, UNLIMITED
    n, m = inputs.scores_shape[-2:]
    return limits(joined_window(causal, window), offset(n, m, align))


def _result(out: Array | None, shape: tuple[int, ...], inputs: Inputs) -> Array:
    """Return where to sum up: `out` itself, unless it is too coarse or shares memory with what is still to be read."""
    if out is not None and (out.shape != shape or out.dtype != inputs.dtype):
        raise CoreError(f"out is {shown(out.shape)} {out.dtype}; the output is {shown(shape)} {inputs.dtype}")
    arrays = (inputs.Q, inputs.K, inputs.V)
    if out is None or out.dtype != inputs.Q.dtype or any(np.may_share_memory(out, array) for array in arrays):
        return np.empty(shape, dtype=inputs.Q.dtype)
    return out


@dataclass(frozen=True, slots=True)
class _Plan:
    """What all heads share.

    Inputs are `bounded` where no power of a score can leave float32, nor vanish beside the values. There is memory for
    a block's scores, its queries turned and its product with the values, touched only where used.
    """

    blocks: Blocks
    scale: float
    softcap: float | None
    finite: bool
    bounded: bool
    scores: Array
    turned: Array
    product: Array
    ones: Array


def _planned(inputs: Inputs, scale: float, softcap: float | None, blocks: Blocks) -> _Plan:
    """Measure the inputs, and set memory aside."""
    dtype, d, width = inputs.Q.dtype, inputs.Q.shape[-1], inputs.V.shape[-1]
    q, k = (math.sqrt(np.vecdot(x, x).max(initial=0)) for x in (inputs.Q, inputs.K))
    v = float(max(inputs.V.max(initial=0), -inputs.V.min(initial=0)))
    bounded = min(q * k * abs(scale), softcap or math.inf) <= BOUND and 1 / LARGE <= v <= LARGE
    ends = [blocks.queries * size for size in (blocks.keys, blocks.keys + d, blocks.keys + d + width)]
    memory = np.empty(ends[2], dtype)
    scores, turned, product = memory[: ends[0]], memory[ends[0] : ends[1]], memory[ends[1] :]
    ones = np.ones(blocks.keys, dtype)
    return _Plan(blocks, scale, softcap, math.isfinite(q + k + v), bounded, scores, turned, product, ones)


@dataclass(frozen=True, slots=True)
class _Head:
    """One head: in its blocks of scores (tiles, keys, queries) sums and maxima run over the middle axis."""

    plan: _Plan
    q: Array
    k: Array
    v: Array
    mask: Mask | None
    bias: Array | None

    def attend(self, sums: Array, totals: Array) -> None:
        """Write what the output is the quotient of, a block of queries at a time."""
        for rows in self.plan.blocks.of_queries(len(sums)):
            if self.plan.finite:
                self.by_blocks(rows, sums[rows], totals[rows])
            else:
                sums[rows], totals[rows] = self.by_steps(rows), 1

    def by_steps(self, rows: slice) -> Array:
        """Return the output where some input is nan or infinite: all keys at once, exactly as `attention` has it."""
        plan = self.plan
        mask = None if self.mask is None else self.mask[rows]
        if plan.blocks.outside.size:
            reached = ~plan.blocks.hidden(rows, slice(0, len(self.k))).T
            mask = reached if mask is None else mask & reached
        bias = None if self.bias is None else self.bias[rows]
        return attention(
            self.q[rows], self.k, self.v, mask=mask, bias=bias, scale=plan.scale, softcap=plan.softcap
        ).output

    def by_blocks(self, rows: slice, sums: Array, totals: Array) -> None:
        """Sum up a block of queries, going through the keys that any of them may attend to."""
        plan, bounded = self.plan, self.plan.bounded and self.bias is None
        tile = min(plan.blocks.tile, len(sums))
        count = len(sums) // tile
        sums, totals = sums.reshape(count, tile, sums.shape[1]), totals.reshape(count, 1, tile)
        columns = _tiled(self.q[rows], tile)
        q = np.multiply(columns, plan.scale * LOG2E, out=plan.turned[: columns.size].reshape(columns.shape))
        largest = None if bounded else np.full(totals.shape, -np.inf, totals.dtype)
        for number, (keys, tiles) in enumerate(plan.blocks.of_keys(rows)):
            here, m = q[tiles], keys.stop - keys.start
            some = slice(rows.start + tiles.start * tile, rows.start + tiles.stop * tile)
            scores = plan.scores[: len(here) * m * tile].reshape(len(here), m, tile)
            np.matmul(self.k[keys], here, out=scores)
            self.bend(scores, some, keys)
            if largest is not None:
                self.hide(scores, some, keys, -np.inf)
                shrink = _take_off_largest(scores, largest[tiles])
                sums[tiles] *= shrink.swapaxes(1, 2)
                totals[tiles] *= shrink
            np.exp2(scores, out=scores)
            if largest is None:
                self.hide(scores, some, keys, 0)
            self.add(sums[tiles], scores.swapaxes(1, 2), self.v[keys], number == 0)
            self.add(totals[tiles], plan.ones[None, :m], scores, number == 0)

    def add(self, sums: Array, a: Array, b: Array, first: bool) -> None:
        """Add a product; the first is the sum so far."""
        if first:
            np.matmul(a, b, out=sums)
        else:
            sums += np.matmul(a, b, out=self.plan.product[: sums.size].reshape(sums.shape))

    def bend(self, scores: Array, rows: slice, keys: slice) -> None:
        """Apply soft cap and bias in place; scores count in powers of 2."""
        if self.plan.softcap is not None:
            np.tanh(np.divide(scores, self.plan.softcap * LOG2E, out=scores), out=scores)
            scores *= self.plan.softcap * LOG2E
        if self.bias is not None:
            scores += _tiled(self.bias[rows, keys], scores.shape[-1]) * LOG2E

    def hide(self, scores: Array, rows: slice, keys: slice, value: float) -> None:
        """Set to a value, in place, what may not be attended to."""
        blocks = self.plan.blocks
        for part in blocks.edges(rows, keys) if blocks.outside.size else ():
            hidden = blocks.hidden(rows, part)
            here = scores[:, part.start - keys.start : part.stop - keys.start]
            np.copyto(here, value, where=hidden.reshape(len(hidden), len(scores), -1).swapaxes(0, 1))
        if self.mask is not None:
            np.copyto(scores, value, where=_tiled(~self.mask[rows, keys], scores.shape[-1]))


def _tiled(rows: NDArray[Any], tile: int) -> NDArray[Any]:
    """Return queries (rows) as tiles in which they are columns: (tiles, features, queries)."""
    return rows.reshape(len(rows) // tile, tile, rows.shape[1]).swapaxes(1, 2)


def _take_off_largest(scores: Array, before: Array) -> Array:
    """Take the largest score so far off each query's, in place; note it, and return what earlier sums shrink by."""
    largest = np.maximum(before, scores.max(axis=1, keepdims=True, initial=-np.inf))
    base = np.where(np.isneginf(largest), 0, largest)
    scores -= base
    shrink = np.exp2(before - base)
    before[...] = largest
    return shrink

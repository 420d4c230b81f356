"""Attention's output alone, computed in blocks that stay in cache; memory grows with n, not n²."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhixing.core.arrays import (
    Array,
    Dtype,
    Mask,
    broadcast_leading,
    broadcast_to,
    convert,
    quiet,
    read_number,
    require_broadcast,
    to_dtype,
    unpack,
)
from zhixing.core.attention import Inputs, apply_masks, cap, join_inputs, join_window, read_scale, sum_nonfinite
from zhixing.core.blocks import Blocks, Reach, choose_blocks, make_reach
from zhixing.core.errors import CoreError, format_shape
from zhixing.core.masks import Align, Window, find_reach, read_mask

BOUND, LARGE = 60.0, 1e6
"""Scores up to BOUND need no maximum taken off: e^±60, times values up to LARGE, is inside float32."""
LOG2E = math.log2(math.e)
"""Folded into Q: scores count in powers of 2, whose exponential is the fastest there is."""


@quiet
def blocked_attention(
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
    sink: ArrayLike | None = None,
    out: Array | None = None,
) -> Array:
    r"""Return the output of `attention` and nothing else, with memory that grows with n, not n².

    It takes what `attention` takes and agrees with it to rounding. Scores are computed in blocks; where they could be
    large each block takes off the largest score so far, and what was summed before shrinks to match. Blocks that lie
    whole outside the causal mask or the window are never computed. Heads written to parts of one array may run in
    threads of their own, best with one BLAS thread each.

    Options:
      mask: boolean, True = may attend
      bias: added to the scores; −inf masks out
      scale: instead of 1/√d_k
      causal: a query sees its own position and the earlier ones
      window: how many keys a query sees before and after its position
      align: where the queries stand among the keys, as in `attention`
      softcap: c bends the scaled scores smoothly into (−c, c)
      grouped: Q has more heads than K and V, each of which serves a group of them
      past: (keys, values) of earlier positions, put in front of K and V
      sink: a score without a key or value, one for each query, that takes its share of the weights
      out: receives the result; of the output's shape and dtype

    Example:
      >>> x = np.ones((1000, 4))
      >>> np.allclose(blocked_attention(x, x, x, causal=True), x)
      True

    Formula: \mu' = \max(\mu, \max_j s_j), \quad \ell' = \ell \, e^{\mu - \mu'} + \sum_j e^{s_j - \mu'}, \quad
      o' = o \, e^{\mu - \mu'} + \sum_j e^{s_j - \mu'} v_j, \quad \text{output} = o / \ell
    Shapes: Q (…, n, d), K (…, m, d), V (…, m, v), mask and bias broadcast to (…, n, m), sink to (…, n)
      → (…, n, v)
    Raises: CoreError where widths, lengths, leading axes, dtypes, mask, bias, sink or out do not fit together
    Source: Milakov and Gimelshein 2018, "Online normalizer calculation for softmax", algorithm 3; Rabe and Staats 2021,
      "Self-attention Does Not Need O(n²) Memory"; Dao et al. 2022, "FlashAttention", algorithm 1
    Note: 注意力的计算复杂度
    """
    arrays, dtype = convert(Q=Q, K=K, V=V, bias=bias, sink=sink, **unpack("past", past, pair=True))
    inputs = _join(arrays, grouped)
    shape, biases, sinks = inputs.scores_shape, arrays["bias"], arrays["sink"]
    masks = None if mask is None else read_mask(mask, shape)
    if biases is not None:
        require_broadcast("bias", biases.shape, shape, "the scores'")
    if sinks is not None:
        require_broadcast("sink", sinks.shape, shape[:-1], "the queries")
    plan = _make_plan(inputs, read_scale(inputs.Q, scale), softcap, biases, sinks)
    lead, n = broadcast_leading(scores=shape[:-2], V=inputs.leading(inputs.V)), shape[-2]
    reaches = _find_reaches(inputs, join_window(causal, window), align, lead, plan.blocks.queries)
    sums = _place_sums(out, (*lead, n, inputs.V.shape[-1]), dtype, (inputs.Q, inputs.K, inputs.V, biases, masks))
    totals, largest = np.empty((*lead, n), inputs.Q.dtype), np.full((*lead, n), -np.inf, inputs.Q.dtype)
    heads = dict(_cut_heads(plan, inputs, lead, reaches, masks, biases))
    for at, head in heads.items():
        head.sum(sums[at], totals[at], largest[at])
    if sinks is not None:
        totals += plan.find_share(sinks, largest)
    totals[totals == 0] = 1
    sums /= totals[..., None]
    if plan.extreme:
        for at, head in heads.items():
            head.add_nonfinite(sums[at], totals[at], largest[at])
    del plan, heads  # the memory of their scratch serves NumPy's buffers now
    if out is None:
        return to_dtype(sums, dtype)
    if sums is not out:
        np.copyto(out, sums, casting="same_kind")
    return out


def _join(arrays: dict[str, Any], grouped: bool) -> Inputs:
    past = (arrays["past_K"], arrays["past_V"]) if "past_K" in arrays else None
    return join_inputs(arrays["Q"], arrays["K"], arrays["V"], past, grouped=grouped)


def _find_reaches(
    inputs: Inputs, window: Window, align: Align | None, lead: tuple[int, ...], queries: int
) -> Iterator[Reach]:
    """Yield the reach of each head, in C order of the leading axes; heads of one alignment share it."""
    n, m = inputs.scores_shape[-2:]
    low, high = find_reach(n, m, window, inputs.align(align))
    require_broadcast("align", low.shape, inputs.scores_shape[:-2], "the leading axes")
    if low.ndim == 0:
        return repeat(make_reach(n, m, int(low), int(high), queries), math.prod(lead))
    pairs = set(zip(low.ravel().tolist(), high.ravel().tolist(), strict=True))
    made = {pair: make_reach(n, m, *pair, queries) for pair in pairs}
    lows, highs = np.broadcast_to(low, lead).ravel().tolist(), np.broadcast_to(high, lead).ravel().tolist()
    return (made[pair] for pair in zip(lows, highs, strict=True))


def _cut_heads(
    plan: _Plan,
    inputs: Inputs,
    lead: tuple[int, ...],
    reaches: Iterator[Reach],
    masks: Mask | None,
    biases: Array | None,
) -> Iterator[tuple[tuple[int, ...], _Head]]:
    """Yield each head behind its place among the leading axes, in C order."""
    shape = (*lead, *inputs.scores_shape[-2:])
    q, k, v = (_spread_heads(array, lead) for array in (inputs.Q, inputs.K, inputs.V))
    all_masks = None if masks is None else broadcast_to(masks, shape)
    all_biases = None if biases is None else broadcast_to(biases, shape)
    for at, reach in zip(np.ndindex(lead), reaches, strict=True):
        mask = None if all_masks is None else all_masks[at]
        bias = None if all_biases is None else all_biases[at]
        yield at, _Head(plan, reach, q[at], k[_find_head(k, lead, at)], v[_find_head(v, lead, at)], mask, bias)


def _find_head(array: Array, lead: tuple[int, ...], at: tuple[int, ...]) -> tuple[int, ...]:
    """Return where a head's queries, keys or values stand; of grouped ones, head i of H uses their head i·h // H."""
    return (*at[:-1], at[-1] * array.shape[-3] // lead[-1]) if at else at


def _spread_heads(array: Array, lead: tuple[int, ...]) -> Array:
    """Return queries, keys or values with all leading axes; grouped ones keep their number of heads."""
    heads = array.shape[-3] if array.ndim > 2 and array.shape[-3] > 1 else lead[-1] if lead else 0
    return broadcast_to(array, (*lead[:-1], *([heads] if lead else []), *array.shape[-2:]))


def _place_sums(
    out: Array | None, shape: tuple[int, ...], dtype: Dtype, read: tuple[NDArray[Any] | None, ...]
) -> Array:
    """Return where to sum up: `out` itself, unless it is too coarse or shares memory with what is still to be read."""
    if out is not None and (out.shape != shape or out.dtype != dtype):
        raise CoreError(f"out is {format_shape(out.shape)} {out.dtype}; the output is {format_shape(shape)} {dtype}")
    arrays = [array for array in read if array is not None]
    if out is None or out.dtype != arrays[0].dtype or any(np.may_share_memory(out, array) for array in arrays):
        return np.empty(shape, dtype=arrays[0].dtype)
    return out


@dataclass(frozen=True, slots=True)
class _Plan:
    """What all heads share.

    `unit` is what scores count in: powers of 2 (LOG2E) or of e (1). It is folded into Q with the scale, unless inputs
    are `extreme`: nan, infinite, or so large that a product could overflow where `attention` does not. Inputs are
    `bounded` where no power of a score can leave float32, nor vanish beside the values. There is memory for a block's
    scores, its queries turned and its product with the values, touched only where used.
    """

    blocks: Blocks
    scale: float
    softcap: float | None
    unit: float
    extreme: bool
    bounded: bool
    scores: Array
    turned: Array
    product: Array
    ones: Array

    def find_share(self, sinks: Array, largest: Array) -> Array:
        """Return what the sinks add to the totals, which count from the largest score unless inputs are bounded."""
        below = sinks * self.unit if self.bounded else np.where(np.isneginf(sinks), sinks, sinks * self.unit - largest)
        return np.asarray(np.exp(below) if self.unit == 1 else np.exp2(below))


def _make_plan(inputs: Inputs, scale: float, softcap: float | None, bias: Array | None, sink: Array | None) -> _Plan:
    """Measure the inputs, and set memory aside."""
    cap_at = None if softcap is None else read_number("softcap", softcap, positive=True)
    (n, m), d, width = inputs.scores_shape[-2:], inputs.Q.shape[-1], inputs.V.shape[-1]
    q, k = (math.sqrt(np.vecdot(x, x).max(initial=0)) for x in (inputs.Q, inputs.K))
    v = float(np.maximum(inputs.V.max(initial=0), -inputs.V.min(initial=0)))
    dtype = inputs.Q.dtype
    reached = 2 * LOG2E * max(q * max(abs(scale), 1) * max(k, 1), cap_at or 0, _find_largest(bias), _find_largest(sink))
    extreme = not (reached < np.finfo(dtype).max and math.isfinite(v))
    bounded = (
        not extreme
        and bias is None
        and min(q * k * abs(scale), cap_at or math.inf) <= BOUND
        and v <= LARGE
        and (sink is None or sink.max(initial=-np.inf) <= BOUND)
        and _none_vanishes(inputs.V)
    )
    blocks = choose_blocks(n, m, max(d, width))
    ends = [blocks.queries * size for size in (blocks.keys, blocks.keys + d, blocks.keys + d + width)]
    memory = np.empty(ends[2], dtype)
    scores, turned, product = memory[: ends[0]], memory[ends[0] : ends[1]], memory[ends[1] :]
    unit = 1.0 if extreme else LOG2E
    return _Plan(blocks, scale, cap_at, unit, extreme, bounded, scores, turned, product, np.ones(blocks.keys, dtype))


def _none_vanishes(V: Array) -> bool:
    """Return whether each feature of the values is 0 or large enough somewhere that no power makes it vanish."""
    few = np.abs(V[..., :4, :]).max(axis=-2, initial=0)
    if few.min(initial=np.inf) >= 1 / LARGE:  # mostly a few of the values say enough
        return True
    largest = np.maximum(V.max(axis=-2, initial=0), -V.min(axis=-2, initial=0))
    return bool(np.all((largest == 0) | (largest >= 1 / LARGE)))


def _find_largest(bias: Array | None) -> float:
    """Return the largest finite magnitude in a bias, a part at a time."""
    if bias is None:
        return 0
    matrices = np.atleast_2d(bias)
    largest = 0.0
    for at in np.ndindex(matrices.shape[:-2]):
        for start in range(0, matrices.shape[-2], 64):
            part = matrices[at][start : start + 64]
            finite = np.isfinite(part)
            ends = part.max(initial=0, where=finite), -part.min(initial=0, where=finite)
            largest = max(largest, *map(float, ends))
    return largest


@dataclass(frozen=True, slots=True)
class _Head:
    """One head: in its blocks of scores (tiles, keys, queries) sums and maxima run over the middle axis."""

    plan: _Plan
    reach: Reach
    q: Array
    k: Array
    v: Array
    mask: Mask | None
    bias: Array | None

    def sum(self, sums: Array, totals: Array, largest: Array) -> None:
        """Leave o in `sums`, ℓ in `totals` and, unless the inputs are bounded, μ in `largest`."""
        values = np.where(np.isfinite(self.v), self.v, 0) if self.plan.extreme else self.v
        for rows in self.plan.blocks.cut_queries(len(sums)):
            self.sum_block(rows, values, sums[rows], totals[rows], largest[rows])

    def sum_block(self, rows: slice, values: Array, sums: Array, totals: Array, largest: Array) -> None:
        """Do the same for a block of queries, in tiles; `values` are finite."""
        plan, tile = self.plan, min(self.plan.blocks.tile, len(sums))
        count = len(sums) // tile
        o, ell, mu = (
            sums.reshape(count, tile, sums.shape[1]),
            totals.reshape(count, 1, tile),
            largest.reshape(count, 1, tile),
        )
        q = self.turn_queries(rows, tile)
        for number, (keys, tiles) in enumerate(plan.blocks.cut_keys(rows, self.reach)):
            some = slice(rows.start + tiles.start * tile, rows.start + tiles.stop * tile)
            scores = self.score(q[tiles], some, keys)
            if not plan.bounded:
                self.hide(scores, some, keys, -np.inf)
                shrink = self.take_off_largest(scores, mu[tiles])
                o[tiles] *= shrink.swapaxes(1, 2)
                ell[tiles] *= shrink
            self.raise_power(scores, scores)
            if plan.bounded:
                self.hide(scores, some, keys, 0)
            self.add(o[tiles], scores.swapaxes(1, 2), values[keys], number == 0)
            self.add(ell[tiles], plan.ones[None, : scores.shape[1]], scores, number == 0)

    def turn_queries(self, rows: slice, tile: int) -> Array:
        """Return a block of queries as tiles in which they are columns, with the scale folded in."""
        columns = _tile(self.q[rows], tile)
        factor = 1 if self.plan.extreme else self.plan.scale * self.plan.unit
        return np.multiply(columns, factor, out=self.plan.turned[: columns.size].reshape(columns.shape))

    def score(self, q: Array, rows: slice, keys: slice) -> Array:
        """Return the scores of some tiles of queries, in the plan's unit, with scale, soft cap and bias applied."""
        plan, tile = self.plan, q.shape[-1]
        scores = plan.scores[: len(q) * (keys.stop - keys.start) * tile].reshape(len(q), -1, tile)
        np.matmul(self.k[keys], q, out=scores)
        if plan.extreme:
            scores *= plan.scale
        if plan.softcap is not None:
            np.tanh(np.divide(scores, plan.softcap * plan.unit, out=scores), out=scores)
            scores *= plan.softcap * plan.unit
        if self.bias is not None:
            bias = _tile(self.bias[rows, keys], tile)
            scores += bias if plan.extreme else bias * plan.unit
        return scores

    def hide(self, scores: Array, rows: slice, keys: slice, value: float) -> None:
        """Set to a value, in place, what may not be attended to."""
        for part in self.reach.edges(rows, keys) if self.reach.limited else ():
            hidden = self.reach.hidden(rows, part)
            here = scores[:, part.start - keys.start : part.stop - keys.start]
            np.copyto(here, value, where=hidden.reshape(len(hidden), len(scores), -1).swapaxes(0, 1))
        if self.plan.extreme and self.bias is not None:
            # Elsewhere the sum is −∞ already; here a score may be nan.
            np.copyto(scores, value, where=_tile(np.isneginf(self.bias[rows, keys]), scores.shape[-1]))
        if self.mask is not None:
            np.copyto(scores, value, where=_tile(~self.mask[rows, keys], scores.shape[-1]))

    def take_off_largest(self, scores: Array, mu: Array) -> Array:
        """Take the largest score so far off each query's, in place; note it in `mu`, and return e^(μ − μ′)."""
        largest = np.maximum(mu, scores.max(axis=1, keepdims=True, initial=-np.inf))
        base = np.where(np.isneginf(largest), 0, largest)
        scores -= base
        shrink = mu - base
        mu[...] = largest
        return self.raise_power(shrink, shrink)

    def raise_power(self, scores: Array, out: Array) -> Array:
        """Return e to the power of scores that count in the plan's unit."""
        return np.exp(scores, out=out) if self.plan.unit == 1 else np.exp2(scores, out=out)

    def add(self, sums: Array, a: Array, b: Array, first: bool) -> None:
        """Add a product; the first is the sum so far."""
        if first:
            np.matmul(a, b, out=sums)
        else:
            sums += np.matmul(a, b, out=self.plan.product[: sums.size].reshape(sums.shape))

    def add_nonfinite(self, output: Array, totals: Array, largest: Array) -> None:
        """Add to the output what nan and infinite values give, exactly as `attention` has it."""
        bad = np.flatnonzero(~np.isfinite(self.v).all(axis=-1))
        base = np.where(np.isneginf(largest), 0, largest)[:, None]
        for rows in self.plan.blocks.cut_queries(len(output) if len(bad) else 0):
            reached = self.reach.keys(rows)
            near = bad[(bad >= reached.start) & (bad < reached.stop)]
            for start in range(0, len(near), self.plan.blocks.keys):
                keys = near[start : start + self.plan.blocks.keys]
                masked, allowed = self.mask_scores(rows, keys)
                weights = np.exp(masked - base[rows]) / totals[rows][:, None]
                values = self.v[keys]
                output[rows] += sum_nonfinite(weights, np.where(np.isfinite(values), 0, values), allowed)

    def mask_scores(self, rows: slice, keys: NDArray[np.intp]) -> tuple[Array, Mask]:
        """Return the scores of some keys, bias and masks applied, and which may be attended to, as `attention` does."""
        scaled = (self.q[rows] @ self.k[keys].T) * np.asarray(self.plan.scale, self.q.dtype)
        capped = scaled if self.plan.softcap is None else cap(scaled, self.plan.softcap)
        ahead = keys - np.arange(rows.start, rows.stop)[:, None]
        reached = (ahead >= self.reach.low) & (ahead <= self.reach.high)
        mask = None if self.mask is None else self.mask[rows][:, keys]
        bias = None if self.bias is None else self.bias[rows][:, keys]
        return apply_masks(capped, (mask, reached), bias)


def _tile(rows: NDArray[Any], tile: int) -> NDArray[Any]:
    """Return queries (rows) as tiles in which they are columns: (tiles, features, queries)."""
    return rows.reshape(len(rows) // tile, tile, rows.shape[1]).swapaxes(1, 2)

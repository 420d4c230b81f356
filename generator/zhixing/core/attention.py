"""Scaled dot-product attention, with every step in the record it returns.

The steps, in this order:

    scores = Q·Kᵀ  →  scaled = scores·scale  →  capped  →  masked = capped + bias, −∞ where not allowed
    →  weights = softmax(masked)  →  output = weights·V

The soft cap stands before the bias and the mask: after them, −∞ would have become a finite −cap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import (
    Array,
    Mask,
    Operand,
    Pair,
    broadcast_leading,
    broadcast_shapes,
    broadcast_to,
    keeps_dtype,
    read_number,
    require_axes,
    require_broadcast,
    require_equal,
)
from zhixing.core.errors import CoreError
from zhixing.core.masks import Align, Window, find_offset, read_mask, read_window, window_mask
from zhixing.core.softmax import add_sink, normalize_exponentials


@dataclass(frozen=True, slots=True)
class Attention:
    """Every step of one attention.

    Shapes are (…, queries, keys); of the log-sum-exp `lse` (…, queries), of the output (…, queries, value features).
    `capped` is `scaled` under the soft cap, `allowed` is where a query may attend (boolean), and exp(masked − lse) are
    the weights; of a sink, `lse` has its part. Steps of float16 are computed in float32 and rounded once each.
    """

    scores: Array
    scaled: Array
    capped: Array
    masked: Array
    allowed: Mask
    weights: Array
    lse: Array
    output: Array


@keeps_dtype
def attention(
    Q: Operand,
    K: Operand,
    V: Operand,
    *,
    mask: ArrayLike | None = None,
    bias: Operand | None = None,
    scale: float | None = None,
    causal: bool = False,
    window: Window | None = None,
    align: Align | None = None,
    softcap: float | None = None,
    grouped: bool = False,
    past: Pair | None = None,
    sink: Operand | None = None,
) -> Attention:
    r"""Look values up by how well their keys match a query, and return every step of it.

    A query that may attend to nothing gets weights and output 0. A nan or an infinity in a value that is masked out
    never reaches the output::

        mask            weights                 output
          0 1 2           0    1    2
        q0 ■ ■ ·        .73  .27   0            .73·V[0] + .27·V[1]
        q1 · · ·         0    0    0            0

    Options:
      mask: boolean, True = may attend; joined (and) with the causal and the window mask
      bias: B, added to the scores; −inf masks out
      scale: instead of 1/√d_k
      causal: a query sees its own position and the earlier ones, as pictured at `causal_mask`
      window: how many keys a query sees before and after its position, as pictured at `window_mask`
      align: where the queries stand among the keys, for `causal` and `window`: "start", "end" or the position of
        query 0, a number or one for each of the leading axes. May be left out where n = m; with past keys the
        queries stand behind them
      softcap: c bends the scaled scores smoothly into (−c, c): c·tanh(scores / c)
      grouped: Q has more heads (third axis from the end) than K and V, each of which serves a group of them
      past: (keys, values) of earlier positions, put in front of K and V; `extend_cache` returns both together
      sink: a score without a key or value, one for each query, that takes its share of the weights: they sum to less
        than 1

    Example:
      >>> a = attention([[2.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], [[10.0], [20.0]], scale=1)
      >>> a.weights.round(3).tolist(), a.output.round(2).tolist()
      ([[0.881, 0.119]], [[11.19]])

    Formula: \operatorname{Attention}(Q, K, V) = \operatorname{softmax}\left(\frac{Q K^\top}{\sqrt{d_k}} + B\right) V;
      \quad \text{with a sink } s \text{: } w_{ij} = \frac{e^{s_{ij}}}{e^{s} + \sum_k e^{s_{ik}}}
    Shapes: Q (…, n, d), K (…, m, d), V (…, m, v), mask and bias broadcast to (…, n, m), sink to (…, n)
      → weights (…, n, m), lse (…, n), output (…, n, v); leading (batch, head) axes broadcast
    Raises: CoreError where widths, lengths, leading axes, dtypes, mask or bias do not fit together
    Source: Vaswani et al. 2017, "Attention Is All You Need", eq. 1; grouped heads: Ainslie et al. 2023, "GQA",
      section 2.2; soft cap: Gemma Team 2024, "Gemma 2", section 2; sink: Xiao et al. 2024, "Efficient Streaming
      Language Models with Attention Sinks"; a learned one: OpenAI 2025, "gpt-oss-120b & gpt-oss-20b Model Card",
      section 2.2
    Note: 缩放点积注意力
    """
    inputs = join_inputs(Q, K, V, past, grouped=grouped).repeat_heads()
    scores = np.matmul(inputs.Q, np.swapaxes(inputs.K, -1, -2))
    scaled = scores * np.asarray(read_scale(inputs.Q, scale), dtype=scores.dtype)
    capped = scaled if softcap is None else cap(scaled, read_number("softcap", softcap, positive=True))
    masked, allowed = apply_masks(capped, (mask, mask_positions(inputs, causal, window, align)), bias)
    return finish((scores, scaled, capped, masked), allowed, inputs.V, sink)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Queries, keys and values that fit together, the past in front: `behind` is its length, None where there is none.

    Grouped keys and values have fewer heads (third axis from the end) than the queries.
    """

    Q: Array
    K: Array
    V: Array
    grouped: bool
    behind: int | None

    @property
    def scores_shape(self) -> tuple[int, ...]:
        """The shape of the scores: (…, queries, keys)."""
        return (*broadcast_shapes(self.Q.shape[:-2], self.leading(self.K)), self.Q.shape[-2], self.K.shape[-2])

    def leading(self, array: Array) -> tuple[int, ...]:
        """Return the leading axes of keys or values, with the queries' heads where these come in groups."""
        return (*array.shape[:-3], self.Q.shape[-3]) if self.grouped else array.shape[:-2]

    def repeat_heads(self) -> Inputs:
        """Return each key/value head repeated for its group of query heads: heads 0 0 1 1, not 0 1 0 1."""
        if not self.grouped:
            return self
        heads = self.Q.shape[-3]
        k, v = (np.repeat(array, heads // array.shape[-3], axis=-3) for array in (self.K, self.V))
        return Inputs(self.Q, k, v, False, self.behind)

    def align(self, align: Align | None) -> Align | None:
        """Return the alignment given, or where none is, the first position behind the past."""
        return self.behind if align is None else align


def join_inputs(
    Q: Array, K: Array, V: Array, past: Pair | None = None, *, grouped: bool = False, equal_widths: bool = True
) -> Inputs:
    """Check that the arguments fit together, and put past keys and values in front.

    Raises:
        CoreError: widths, lengths or leading axes do not fit, or Q's heads are no multiple of the grouped ones.
    """
    for name, array in (("Q", Q), ("K", K), ("V", V)):
        require_axes(name, array, 2, "(…, positions, features)")
    if past is not None:
        K, V = append_positions("K", past[0], K), append_positions("V", past[1], V)
    if equal_widths:
        require_equal("features (the last axis) of Q and K", Q=Q.shape[-1], K=K.shape[-1])
    require_equal("positions (the axis before the last) of K and V", K=K.shape[-2], V=V.shape[-2])
    if grouped:
        _check_groups(Q, K, V)
    inputs = Inputs(Q, K, V, grouped, None if past is None else past[0].shape[-2])
    broadcast_leading(Q=Q.shape[:-2], K=inputs.leading(K), V=inputs.leading(V))
    return inputs


def append_positions(name: str, past: Array, new: Array) -> Array:
    """Return past and new keys (or values) in one array; raise CoreError where they do not fit together."""
    require_axes(f"past_{name}", past, 2, "(…, positions, features)")
    require_equal(f"features (the last axis) of past_{name} and {name}", past=past.shape[-1], new=new.shape[-1])
    lead = broadcast_leading(**{f"past_{name}": past.shape[:-2], name: new.shape[:-2]})
    parts = [np.broadcast_to(part, (*lead, *part.shape[-2:])) for part in (past, new)]
    return np.concatenate(parts, axis=-2)


def _check_groups(Q: Array, K: Array, V: Array) -> None:
    for name, array in (("Q", Q), ("K", K), ("V", V)):
        require_axes(name, array, 3, "(…, heads, positions, features) for grouped heads")
        queries, heads = Q.shape[-3], array.shape[-3]
        if heads == 0 or queries % heads:
            raise CoreError(
                f"{queries} heads of Q are no multiple of the {heads} heads of {name} (third axis from the end)"
            )


def read_scale(q: Array, scale: float | None) -> float:
    """Return the scale, 1/√d_k unless given: it keeps the variance of the scores at that of one product."""
    return 1 / math.sqrt(max(q.shape[-1], 1)) if scale is None else read_number("scale", scale)


def cap(scaled: Array, softcap: float) -> Array:
    """Return scores bent smoothly into (−cap, cap)."""
    return softcap * np.tanh(scaled / softcap)


def mask_positions(inputs: Inputs, causal: bool, window: Window | None, align: Align | None) -> Mask | None:
    """Return the mask of causal and window together, None where neither limits anything."""
    sides, placed = join_window(causal, window), inputs.align(align)
    if sides == (None, None) and placed is None:
        return None
    *lead, n, m = inputs.scores_shape
    offsets = find_offset(n, m, placed, needed=sides != (None, None))
    require_broadcast("align", offsets.shape, tuple(lead), "the leading axes")
    return None if sides == (None, None) else window_mask(n, m, sides, align=placed)


def join_window(causal: bool, window: Window | None) -> tuple[int | None, int | None]:
    """Return (before, after) of a window that, where causal, sees nothing after."""
    before, after = read_window((None, None) if window is None else window)
    return before, 0 if causal else after


def apply_masks(capped: Array, masks: tuple[ArrayLike | None, ...], bias: Array | None) -> tuple[Array, Mask]:
    """Return the scores with bias and masks applied, and which of them may be attended to."""
    allowed = np.ones((1,) * capped.ndim, dtype=np.bool_)
    for mask in masks:
        if mask is not None:
            allowed = allowed & read_mask(mask, capped.shape)
    if bias is not None:
        require_broadcast("bias", bias.shape, capped.shape, "the scores'")
        capped, allowed = capped + bias, allowed & (bias != -np.inf)
    if allowed.size == 1 and allowed.all():
        return capped, broadcast_to(allowed, capped.shape)
    # where, not multiplication: a masked score may be nan.
    return np.where(allowed, capped, -np.inf), broadcast_to(allowed, capped.shape)


def finish(steps: tuple[Array, Array, Array, Array], allowed: Mask, V: Array, sink: Array | None = None) -> Attention:
    """Return the record whose last steps are the softmax and the weighted sum; `steps` end with the masked scores."""
    weights, lse = normalize_exponentials(steps[-1])
    if sink is not None:
        weights, lse = add_sink(weights, lse, sink)
    return Attention(*steps, allowed, weights, lse, sum_values(weights, V, allowed))


def sum_values(weights: Array, V: Array, allowed: Mask) -> Array:
    """Return weights·V, in which a nan or infinite value counts only where it may be attended to (0·nan is nan)."""
    finite = np.isfinite(V)
    if finite.all():
        return np.matmul(weights, V)
    bad = np.where(finite, 0, V)
    return np.matmul(weights, np.where(finite, V, 0)) + sum_nonfinite(weights, bad, allowed)


def sum_nonfinite(weights: Array, bad: Array, allowed: Mask) -> Array:
    """Return weights·bad over what is allowed, where `bad` holds nan, infinities and zeros: each sum is one of these.

    An infinity that is weighed gives an infinity of its sign, one of weight 0 gives nan, and so do two signs together.
    """
    weighed, unweighed = allowed & (weights > 0), allowed & ~(weights > 0)
    up, down = (_meet(weighed, bad == sign * np.inf) for sign in (1, -1))
    lost = _meet(weighed, np.isnan(bad)) | _meet(unweighed, bad != 0) | (up & down)
    return np.where(lost, np.nan, np.where(up, np.inf, np.where(down, -np.inf, 0))).astype(bad.dtype)


def _meet(rows: Mask, columns: Mask) -> Mask:
    """Return where a row and a column have True in common: a product of matrices that counts."""
    return np.matmul(rows.astype(np.float32), columns.astype(np.float32)) > 0

"""Scaled dot-product attention with every step on show.

The steps, in this order:

    scores = Q·Kᵀ  →  scaled = scores·scale  →  soft cap, + bias, mask  →  weights = softmax  →  output = weights·V

The soft cap stands before the bias and the mask: after it, −∞ would have become a finite −cap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import (
    Array,
    Dtype,
    Mask,
    common_dtype,
    handed_out,
    leading,
    positive,
    quiet,
    require_axes,
    require_broadcast,
    require_equal,
    working,
)
from zhixing.core.errors import CoreError
from zhixing.core.masks import Align, Window, as_mask, window_mask
from zhixing.core.softmax import weights_of


@dataclass(frozen=True, slots=True)
class Attention:
    """Every step of one attention. Shapes: (…, queries, keys), and output (…, queries, value features)."""

    scores: Array
    scaled: Array
    masked: Array
    weights: Array
    output: Array


@dataclass(frozen=True, slots=True)
class Inputs:
    """Queries, keys and values that fit together, in the dtype they are computed in; and the dtype handed out."""

    Q: Array
    K: Array
    V: Array
    dtype: Dtype

    @property
    def scores_shape(self) -> tuple[int, ...]:
        """The shape of the scores: (…, queries, keys)."""
        return (*np.broadcast_shapes(self.Q.shape[:-2], self.K.shape[:-2]), self.Q.shape[-2], self.K.shape[-2])


def gathered(
    Q: ArrayLike,
    K: ArrayLike,
    V: ArrayLike,
    bias: ArrayLike | None = None,
    past: tuple[ArrayLike, ArrayLike] | None = None,
    *,
    grouped: bool = False,
    equal_widths: bool = True,
) -> Inputs:
    """Check that the arguments fit together, put past keys and values in front, and repeat grouped heads."""
    before = {} if past is None else {"past_K": past[0], "past_V": past[1]}
    dtype = common_dtype(Q=Q, K=K, V=V, bias=bias, **before)
    q, k, v = (working(array, dtype) for array in (Q, K, V))
    for name, array in (("Q", q), ("K", k), ("V", v)):
        require_axes(name, array, 2, "(…, positions, features)")
    if past is not None:
        k = _appended("K", working(past[0], dtype), k)
        v = _appended("V", working(past[1], dtype), v)
    if equal_widths:
        require_equal("features (the last axis) of Q and K", Q=q.shape[-1], K=k.shape[-1])
    require_equal("positions (the axis before the last) of K and V", K=k.shape[-2], V=v.shape[-2])
    if grouped:
        k, v = repeat_heads("K", k, q), repeat_heads("V", v, q)
    leading(Q=q.shape[:-2], K=k.shape[:-2], V=v.shape[:-2])
    return Inputs(q, k, v, dtype)


def _appended(name: str, past: Array, new: Array) -> Array:
    require_axes(f"past_{name}", past, 2, "(…, positions, features)")
    require_equal(f"features (the last axis) of past_{name} and {name}", past=past.shape[-1], new=new.shape[-1])
    lead = leading(**{f"past_{name}": past.shape[:-2], name: new.shape[:-2]})
    parts = [np.broadcast_to(part, (*lead, *part.shape[-2:])) for part in (past, new)]
    return np.concatenate(parts, axis=-2)


def repeat_heads(name: str, array: Array, q: Array) -> Array:
    """Repeat each key/value head for its group of query heads: heads 0 0 1 1, not 0 1 0 1."""
    require_axes("Q", q, 3, "(…, heads, positions, features) for grouped heads")
    require_axes(name, array, 3, "(…, heads, positions, features) for grouped heads")
    queries, found = q.shape[-3], array.shape[-3]
    if found == 0 or queries % found:
        raise CoreError(
            f"{queries} heads of Q are no multiple of the {found} heads of {name} (third axis from the end)"
        )
    return np.repeat(array, queries // found, axis=-3)


@quiet
def attention(
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
) -> Attention:
    r"""Look values up by how well their keys match a query, and return every step of it.

    A mask is boolean, True = may attend; it is joined (and) with the causal and the window mask, pictured at
    `causal_mask` and `window_mask`; those need `align` where there are fewer queries than keys (past keys imply "end").
    A bias of −inf is a mask. A query that may attend to nothing gets weights and output 0. A nan or an infinity in a
    value that is masked out never reaches the output. `grouped` repeats each key/value head for a group of
    query heads. `past` is (keys, values) of earlier positions, put in front of K and V::

        mask            weights                 output
          0 1 2           0    1    2
        q0 ■ ■ ·        .73  .27   0            .73·V[0] + .27·V[1]
        q1 · · ·         0    0    0            0

    Formula: \operatorname{Attention}(Q, K, V) = \operatorname{softmax}\left(\frac{Q K^\top}{\sqrt{d_k}} + B\right) V
    Shapes: Q (…, n, d), K (…, m, d), V (…, m, v), mask and bias broadcast to (…, n, m) → weights (…, n, m),
      output (…, n, v); leading (batch, head) axes broadcast
    Raises: CoreError where widths, lengths, leading axes, dtypes, mask or bias do not fit together
    Source: Vaswani et al. 2017, "Attention Is All You Need", eq. 1; grouped heads: Ainslie et al. 2023, "GQA",
      section 2.2; soft cap: Gemma Team 2024, "Gemma 2", section 2
    Note: 缩放点积注意力
    """
    inputs = gathered(Q, K, V, bias, past, grouped=grouped)
    scores = np.matmul(inputs.Q, np.swapaxes(inputs.K, -1, -2))
    scaled = scores * np.asarray(default_scale(inputs.Q, scale), dtype=scores.dtype)
    masks = (mask, position_mask(inputs, causal, window, alignment(past, align)))
    masked, allowed = apply_masks(capped(scaled, softcap), masks, bias)
    return finished(scores, scaled, masked, allowed, inputs)


def default_scale(q: Array, scale: float | None) -> float:
    """Return the scale, 1/√d_k unless given: it keeps the variance of the scores at that of one product."""
    if scale is None:
        return 1 / math.sqrt(max(q.shape[-1], 1))
    if not math.isfinite(scale):
        raise CoreError(f"scale is {scale}; it must be finite")
    return scale


def position_mask(inputs: Inputs, causal: bool, window: Window | None, align: Align | None) -> Mask | None:
    """Return the mask of causal and window together, or None where neither is asked for."""
    if not causal and window is None:
        return None
    n, m = inputs.scores_shape[-2:]
    return window_mask(n, m, joined_window(causal, window), align=align)


def alignment(past: object | None, align: Align | None) -> Align | None:
    """Return how queries and keys align; behind past keys the queries are the last ones."""
    return "end" if past is not None and align is None else align


def joined_window(causal: bool, window: Window | None) -> tuple[int | None, int | None]:
    """Return (before, after) of a window that, where causal, sees nothing after."""
    before, after = (window, window) if isinstance(window, int) else (window or (None, None))
    return before, 0 if causal else after


def capped(scaled: Array, softcap: float | None) -> Array:
    """Return scores bent smoothly into (−cap, cap), or as they are."""
    if softcap is None:
        return scaled
    positive(softcap=softcap)
    return np.asarray(softcap * np.tanh(scaled / softcap))


def apply_masks(scaled: Array, masks: tuple[ArrayLike | None, ...], bias: ArrayLike | None) -> tuple[Array, Mask]:
    """Return the scores with bias and masks applied, and which of them may be attended to."""
    allowed = np.ones((1,) * scaled.ndim, dtype=np.bool_)
    for mask in masks:
        if mask is not None:
            allowed = allowed & as_mask(mask, scaled.shape)
    if bias is not None:
        added = as_bias(bias, scaled.shape, scaled.dtype)
        scaled, allowed = scaled + added, allowed & ~np.isneginf(added)
    # where, not multiplication: a masked score may be nan.
    return np.where(allowed, scaled, -np.inf), np.broadcast_to(allowed, scaled.shape)


def as_bias(bias: ArrayLike, target: tuple[int, ...], dtype: Dtype) -> Array:
    """Return an additive bias in the scores' dtype; raise CoreError where it does not broadcast to them."""
    added = working(bias, dtype)
    require_broadcast("bias", added.shape, target, "the scores'")
    return added


def finished(scores: Array, scaled: Array, masked: Array, allowed: Mask, inputs: Inputs) -> Attention:
    """Return the record whose last two steps are the softmax and the weighted sum."""
    weights = weights_of(masked)
    steps = (scores, scaled, masked, weights, weighted_sum(weights, inputs.V, allowed))
    return Attention(*(handed_out(step, inputs.dtype) for step in steps))


def weighted_sum(weights: Array, v: Array, allowed: Mask) -> Array:
    """Return weights·V, in which a nan or infinite value counts only where it may be attended to (0·nan is nan)."""
    finite = np.isfinite(v)
    if finite.all():
        return np.asarray(np.matmul(weights, v))
    output = np.matmul(weights, np.where(finite, v, 0))
    bad = np.where(finite, 0, v)
    for key in np.flatnonzero(~finite.all(axis=(*range(v.ndim - 2), -1))):
        terms = weights[..., key, None] * bad[..., None, key, :]
        output = output + np.where(allowed[..., key, None], terms, 0)
    return np.asarray(output)

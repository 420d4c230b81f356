"""LSTM and GRU: one step, and a whole sequence, with every gate on show.

Gates are stacked along the first axis of W (gates, d, h), U (gates, h, h) and b (gates, h), in the order of the record:
forget, input, output, candidate for the LSTM; update, reset, candidate for the GRU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.activations import logistic
from zhixing.core.arrays import (
    Array,
    Dtype,
    common_dtype,
    handed_out,
    quiet,
    require_axes,
    require_broadcast,
    require_equal,
    state_of,
    working,
)
from zhixing.core.errors import CoreError, shown


@dataclass(frozen=True, slots=True)
class LSTM:
    """Forget, input and output gate, candidate, cell state and hidden state: (…, h) of a step, (…, t, h) of all."""

    f: Array
    i: Array
    o: Array
    g: Array
    c: Array
    h: Array


@dataclass(frozen=True, slots=True)
class GRU:
    """Update gate, reset gate, candidate and hidden state: (…, h) of a step, (…, t, h) of all."""

    z: Array
    r: Array
    n: Array
    h: Array


Steps = TypeVar("Steps", LSTM, GRU)


def _weights(W: ArrayLike, U: ArrayLike, b: ArrayLike | None, gates: int, dtype: Dtype) -> tuple[Array, Array, Array]:
    """Return W (gates, d, h), U (gates, h, h) and b (gates, 1, h), checked; no bias is a bias of 0."""
    across, back = working(W, dtype), working(U, dtype)
    for name, array in (("W", across), ("U", back)):
        if array.ndim != 3 or array.shape[0] != gates:
            raise CoreError(
                f"{name} has shape {shown(array.shape)}; it needs 3 axes: ({gates} gates, features, hidden)"
            )
    hidden = across.shape[-1]
    require_equal("hidden widths", W=hidden, U_rows=back.shape[1], U_columns=back.shape[2])
    shift = np.zeros((gates, hidden), dtype=across.dtype) if b is None else working(b, dtype)
    if shift.shape != (gates, hidden):
        raise CoreError(f"b has shape {shown(shift.shape)}; W needs {gates}×{hidden}: (gates, hidden)")
    return across, back, shift


def _inputs(x: ArrayLike, W: Array, dtype: Dtype, least: int) -> Array:
    found = working(x, dtype)
    require_axes("x", found, least, "(…, positions, features)" if least > 1 else "(…, features)")
    require_equal("features (the last axis) of x and rows of W", x=found.shape[-1], W=W.shape[-2])
    return found


def _stacked(steps: list[Steps], kind: type[Steps], shape: tuple[int, ...], dtype: Dtype) -> Steps:
    """Return one record whose arrays have the time axis before the last."""
    if not steps:
        empty = np.empty((*shape[:-1], 0, shape[-1]), dtype=dtype)
        return kind(*([empty] * len(kind.__dataclass_fields__)))
    stacks = (np.stack([getattr(step, name) for step in steps], axis=-2) for name in kind.__dataclass_fields__)
    return kind(*(handed_out(stack, dtype) for stack in stacks))


def _lstm_step(a: Array, h: Array, c: Array, U: Array) -> LSTM:
    """Return one step from the inputs' share of the sums, a (gates, …, h)."""
    sums = [a[gate] + h @ U[gate] for gate in range(4)]
    f, i, o = (logistic(total) for total in sums[:3])
    g = np.tanh(sums[3])
    cell = f * c + i * g
    return LSTM(f, i, o, g, cell, o * np.tanh(cell))


def _gru_step(a: Array, h: Array, U: Array, after: Array | None) -> GRU:
    """Return one step; `after` is the recurrent bias of a reset gate that acts after U, else None."""
    z, r = (logistic(a[gate] + h @ U[gate]) for gate in range(2))
    back = (r * h) @ U[2] if after is None else r * (h @ U[2] + after)
    n = np.tanh(a[2] + back)
    return GRU(z, r, n, z * h + (1 - z) * n)


def _shares(x: Array, W: Array, b: Array) -> Array:
    """Return x·W + b for every gate, first axis."""
    return np.stack([x @ W[gate] + b[gate] for gate in range(len(W))])


@quiet
def lstm_cell(x: ArrayLike, h: ArrayLike, c: ArrayLike, W: ArrayLike, U: ArrayLike, b: ArrayLike | None = None) -> LSTM:
    r"""Return one step of a long short-term memory; W, U, b hold the gates forget, input, output, candidate.

    A forget gate of exactly 1 and an input gate of exactly 0 (biases +∞ and −∞) carry the cell unchanged.

    Formula: c_t = f \odot c_{t-1} + i \odot g, \quad h_t = o \odot \tanh(c_t), \quad
      f, i, o = \sigma(x W_{f,i,o} + h_{t-1} U_{f,i,o} + b_{f,i,o}), \quad g = \tanh(x W_g + h_{t-1} U_g + b_g)
    Shapes: x (…, d), h and c (…, e), W (4, d, e), U (4, e, e), b (4, e) → every gate and state (…, e)
    Raises: CoreError where shapes do not fit or dtypes are mixed
    Source: Hochreiter and Schmidhuber 1997, "Long Short-Term Memory"; forget gate: Gers et al. 2000, "Learning to
      Forget: Continual Prediction with LSTM", section 3
    Note: LSTM
    """
    dtype = common_dtype(x=x, h=h, c=c, W=W, U=U, b=b)
    across, back, shift = _weights(W, U, b, 4, dtype)
    found = _inputs(x, across, dtype, 1)
    shape = (*found.shape[:-1], back.shape[-1])
    step = _lstm_step(
        _shares(found, across, shift), state_of("h", h, shape, dtype), state_of("c", c, shape, dtype), back
    )
    return LSTM(*(handed_out(getattr(step, name), dtype) for name in LSTM.__dataclass_fields__))


@quiet
def lstm(
    x: ArrayLike,
    W: ArrayLike,
    U: ArrayLike,
    b: ArrayLike | None = None,
    *,
    h0: ArrayLike | None = None,
    c0: ArrayLike | None = None,
) -> LSTM:
    r"""Run `lstm_cell` along a sequence and return every gate and state of every step; states start at 0.

    Formula: (h_t, c_t) = \operatorname{LSTM}(x_t, h_{t-1}, c_{t-1})
    Shapes: x (…, t, d), W (4, d, e), U (4, e, e), b (4, e), h0 and c0 broadcast to (…, e) → (…, t, e)
    Raises: CoreError where shapes do not fit or dtypes are mixed
    Source: Hochreiter and Schmidhuber 1997, "Long Short-Term Memory"; forget gate: Gers et al. 2000, "Learning to
      Forget: Continual Prediction with LSTM", section 3
    Note: LSTM
    """
    dtype = common_dtype(x=x, W=W, U=U, b=b, h0=h0, c0=c0)
    across, back, shift = _weights(W, U, b, 4, dtype)
    found = _inputs(x, across, dtype, 2)
    shape = (*found.shape[:-2], back.shape[-1])
    h, c = state_of("h0", h0, shape, dtype), state_of("c0", c0, shape, dtype)
    shares, steps = _shares(found, across, shift), list[LSTM]()
    for t in range(found.shape[-2]):
        steps.append(_lstm_step(shares[..., t, :], h, c, back))
        h, c = steps[-1].h, steps[-1].c
    return _stacked(steps, LSTM, shape, dtype)


def _reset_bias(reset_after: bool, b_n: ArrayLike | None, hidden: int, dtype: Dtype) -> Array | None:
    if b_n is not None and not reset_after:
        raise CoreError("b_n is the recurrent bias that the reset gate multiplies; it needs reset_after=True")
    if not reset_after:
        return None
    found = working(np.zeros(hidden) if b_n is None else b_n, dtype)
    require_broadcast("b_n", found.shape, (hidden,), "the hidden width")
    return found


@quiet
def gru_cell(
    x: ArrayLike,
    h: ArrayLike,
    W: ArrayLike,
    U: ArrayLike,
    b: ArrayLike | None = None,
    *,
    reset_after: bool = False,
    b_n: ArrayLike | None = None,
) -> GRU:
    r"""Return one step of a gated recurrent unit; W, U, b hold update, reset, candidate. Update 1 keeps the state.

    The reset gate acts on the state before U, as in the paper, or with `reset_after` on what U made of it
    (plus `b_n`), as cuDNN and torch do.

    Formula: h_t = z \odot h_{t-1} + (1 - z) \odot n, \quad z, r = \sigma(x W_{z,r} + h_{t-1} U_{z,r} + b_{z,r}),
      \quad n = \tanh(x W_n + (r \odot h_{t-1}) U_n + b_n)
    Shapes: x (…, d), h (…, e), W (3, d, e), U (3, e, e), b (3, e), b_n (e) → every gate and state (…, e)
    Raises: CoreError where shapes do not fit, dtypes are mixed, or b_n is given without reset_after
    Source: Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
      Translation", eqs. 5-8
    Note: GRU
    """
    dtype = common_dtype(x=x, h=h, W=W, U=U, b=b, b_n=b_n)
    across, back, shift = _weights(W, U, b, 3, dtype)
    found = _inputs(x, across, dtype, 1)
    before = state_of("h", h, (*found.shape[:-1], back.shape[-1]), dtype)
    after = _reset_bias(reset_after, b_n, back.shape[-1], dtype)
    step = _gru_step(_shares(found, across, shift), before, back, after)
    return GRU(*(handed_out(getattr(step, name), dtype) for name in GRU.__dataclass_fields__))


@quiet
def gru(
    x: ArrayLike,
    W: ArrayLike,
    U: ArrayLike,
    b: ArrayLike | None = None,
    *,
    h0: ArrayLike | None = None,
    reset_after: bool = False,
    b_n: ArrayLike | None = None,
) -> GRU:
    r"""Run `gru_cell` along a sequence and return every gate and state of every step; the state starts at 0.

    Formula: h_t = \operatorname{GRU}(x_t, h_{t-1})
    Shapes: x (…, t, d), W (3, d, e), U (3, e, e), b (3, e), h0 broadcasts to (…, e), b_n (e) → (…, t, e)
    Raises: CoreError where shapes do not fit, dtypes are mixed, or b_n is given without reset_after
    Source: Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
      Translation", eqs. 5-8
    Note: GRU
    """
    dtype = common_dtype(x=x, W=W, U=U, b=b, h0=h0, b_n=b_n)
    across, back, shift = _weights(W, U, b, 3, dtype)
    found = _inputs(x, across, dtype, 2)
    shape = (*found.shape[:-2], back.shape[-1])
    h, after = state_of("h0", h0, shape, dtype), _reset_bias(reset_after, b_n, back.shape[-1], dtype)
    shares, steps = _shares(found, across, shift), list[GRU]()
    for t in range(found.shape[-2]):
        steps.append(_gru_step(shares[..., t, :], h, back, after))
        h = steps[-1].h
    return _stacked(steps, GRU, shape, dtype)

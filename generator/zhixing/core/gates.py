"""LSTM and GRU: one step, and a whole sequence, with every gate in the record they return.

Gates are stacked along the first axis of W (gates, d, h), U (gates, h, h) and b (gates, h), in the order of the record:
forget, input, output, candidate for the LSTM; update, reset, candidate for the GRU.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from zhixing.core.activations import logistic
from zhixing.core.arrays import Array, Operand, keeps_dtype, require_axes, require_broadcast, require_equal, start_state
from zhixing.core.errors import CoreError, format_shape


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


Step = TypeVar("Step", LSTM, GRU)


def _check(x: Array, W: Array, U: Array, b: Array | None, gates: int, least: int) -> Array:
    """Return b (gates, h), or zeros where there is none; raise CoreError where x and the weights do not fit."""
    for name, array in (("W", W), ("U", U)):
        if array.ndim != 3 or array.shape[0] != gates:
            raise CoreError(
                f"{name} has shape {format_shape(array.shape)}; it needs 3 axes: ({gates} gates, features, hidden)"
            )
    hidden = W.shape[-1]
    require_equal("hidden widths", W=hidden, U_rows=U.shape[1], U_columns=U.shape[2])
    shift = np.zeros((gates, hidden), dtype=W.dtype) if b is None else b
    if shift.shape != (gates, hidden):
        raise CoreError(f"b has shape {format_shape(shift.shape)}; W needs {gates}×{hidden}: (gates, hidden)")
    require_axes("x", x, least, "(…, positions, features)" if least > 1 else "(…, features)")
    require_equal("features (the last axis) of x and rows of W", x=x.shape[-1], W=W.shape[-2])
    return shift


def _sum_inputs(x: Array, W: Array, b: Array) -> Array:
    """Return x·W + b for every gate, first axis."""
    return np.stack([x @ W[gate] + b[gate] for gate in range(len(W))])


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


def _stack(steps: list[Step], none: Step) -> Step:
    """Return one record whose arrays have the time axis before the last; of no steps, `none` with that axis empty."""
    kind = type(none)
    if not steps:
        return kind(*(getattr(none, one.name)[..., None, :][..., :0, :] for one in fields(kind)))
    return kind(*(np.stack([getattr(step, one.name) for step in steps], axis=-2) for one in fields(kind)))


@keeps_dtype
def lstm_cell(x: Operand, h: Operand, c: Operand, W: Operand, U: Operand, b: Operand | None = None) -> LSTM:
    r"""Return one step of a long short-term memory; W, U, b hold the gates forget, input, output, candidate.

    A forget gate of exactly 1 and an input gate of exactly 0 (biases +∞ and −∞) carry the cell unchanged.

    Example:
      >>> W, U = [[[0.0]]] * 3 + [[[1.0]]], [[[0.0]]] * 4
      >>> step = lstm_cell([1.0], [0.0], [2.0], W, U)
      >>> step.f.tolist(), step.g.round(3).tolist(), step.c.round(3).tolist()
      ([0.5], [0.762], [1.381])

    Formula: c_t = f \odot c_{t-1} + i \odot g, \quad h_t = o \odot \tanh(c_t), \quad
      f, i, o = \sigma(x W_{f,i,o} + h_{t-1} U_{f,i,o} + b_{f,i,o}), \quad g = \tanh(x W_g + h_{t-1} U_g + b_g)
    Shapes: x (…, d), h and c (…, e), W (4, d, e), U (4, e, e), b (4, e) → every gate and state (…, e)
    Raises: CoreError where shapes do not fit or dtypes are mixed
    Source: Hochreiter and Schmidhuber 1997, "Long Short-Term Memory"; forget gate: Gers et al. 2000, "Learning to
      Forget: Continual Prediction with LSTM", section 3
    Note: LSTM
    """
    a = _sum_inputs(x, W, _check(x, W, U, b, 4, 1))
    return _lstm_step(a, start_state("h", h, a.shape[1:], a.dtype), start_state("c", c, a.shape[1:], a.dtype), U)


@keeps_dtype
def lstm(
    x: Operand,
    W: Operand,
    U: Operand,
    b: Operand | None = None,
    *,
    h0: Operand | None = None,
    c0: Operand | None = None,
    backward: bool = False,
) -> LSTM:
    r"""Run `lstm_cell` along a sequence and return every gate and state of every step.

    Options:
      h0: the hidden state before the first step, 0 unless given
      c0: the cell state before the first step, 0 unless given
      backward: from the last position to the first, as in `rnn`

    Example:
      >>> W, U = [[[0.0]]] * 3 + [[[1.0]]], [[[0.0]]] * 4
      >>> lstm([[1.0], [0.0]], W, U, c0=[2.0]).c.round(3).tolist()
      [[1.381], [0.69]]

    Formula: (h_t, c_t) = \operatorname{LSTM}(x_t, h_{t-1}, c_{t-1})
    Shapes: x (…, t, d), W (4, d, e), U (4, e, e), b (4, e), h0 and c0 broadcast to (…, e) → (…, t, e)
    Raises: CoreError where shapes do not fit or dtypes are mixed
    Source: Hochreiter and Schmidhuber 1997, "Long Short-Term Memory"; forget gate: Gers et al. 2000, "Learning to
      Forget: Continual Prediction with LSTM", section 3
    Note: LSTM
    """
    a = _sum_inputs(x, W, _check(x, W, U, b, 4, 2))
    shape = (*a.shape[1:-2], a.shape[-1])
    h, c = start_state("h0", h0, shape, a.dtype), start_state("c0", c0, shape, a.dtype)
    none, steps = LSTM(h, h, h, h, c, h), list[LSTM]()
    times = range(a.shape[-2])
    for t in reversed(times) if backward else times:
        steps.append(_lstm_step(a[..., t, :], h, c, U))
        h, c = steps[-1].h, steps[-1].c
    return _stack(steps[::-1] if backward else steps, none)


def _read_reset(reset_after: bool, c_n: Array | None, like: Array) -> Array | None:
    """Return the recurrent bias of a reset gate that acts after U; None where it acts before."""
    if c_n is not None and not reset_after:
        raise CoreError("c_n is the recurrent bias that the reset gate multiplies; it needs reset_after=True")
    if not reset_after:
        return None
    found = np.zeros(like.shape[-1], like.dtype) if c_n is None else c_n
    require_broadcast("c_n", found.shape, like.shape[-1:], "the hidden width")
    return found


@keeps_dtype
def gru_cell(
    x: Operand,
    h: Operand,
    W: Operand,
    U: Operand,
    b: Operand | None = None,
    *,
    reset_after: bool = False,
    c_n: Operand | None = None,
) -> GRU:
    r"""Return one step of a gated recurrent unit; W, U, b hold update, reset, candidate. Update 1 keeps the state.

    Options:
      reset_after: False: the reset gate acts on the state before U, as in the paper; True: on what U made of it,
        as cuDNN and torch do
      c_n: the recurrent bias beside U_n that `reset_after` multiplies too, 0 unless given; not b_n, the last row of b

    Example:
      >>> W, U = [[[0.0]], [[0.0]], [[1.0]]], [[[0.0]], [[0.0]], [[2.0]]]
      >>> gru_cell([1.0], [0.5], W, U).n.round(3).tolist()
      [0.905]
      >>> gru_cell([1.0], [0.5], W, U, reset_after=True, c_n=[1.0]).n.round(3).tolist()
      [0.964]

    Formula: h_t = z \odot h_{t-1} + (1 - z) \odot n, \quad z, r = \sigma(x W_{z,r} + h_{t-1} U_{z,r} + b_{z,r}),
      \quad n = \tanh(x W_n + (r \odot h_{t-1}) U_n + b_n); \quad
      \text{reset after: } n = \tanh(x W_n + b_n + r \odot (h_{t-1} U_n + c_n))
    Shapes: x (…, d), h (…, e), W (3, d, e), U (3, e, e), b (3, e), c_n (e) → every gate and state (…, e)
    Raises: CoreError where shapes do not fit, dtypes are mixed, or c_n is given without reset_after
    Source: Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
      Translation", eqs. 5-8
    Note: GRU
    """
    a = _sum_inputs(x, W, _check(x, W, U, b, 3, 1))
    return _gru_step(a, start_state("h", h, a.shape[1:], a.dtype), U, _read_reset(reset_after, c_n, a))


@keeps_dtype
def gru(
    x: Operand,
    W: Operand,
    U: Operand,
    b: Operand | None = None,
    *,
    h0: Operand | None = None,
    reset_after: bool = False,
    c_n: Operand | None = None,
    backward: bool = False,
) -> GRU:
    r"""Run `gru_cell` along a sequence and return every gate and state of every step.

    Options:
      h0: the state before the first step, 0 unless given
      reset_after: whether the reset gate acts after U, as in `gru_cell`
      c_n: the recurrent bias of `reset_after`
      backward: from the last position to the first, as in `rnn`

    Example:
      >>> W, U = [[[0.0]], [[0.0]], [[1.0]]], [[[0.0]], [[0.0]], [[2.0]]]
      >>> gru([[1.0], [0.0]], W, U).h.round(3).tolist()
      [[0.381], [0.372]]

    Formula: h_t = \operatorname{GRU}(x_t, h_{t-1})
    Shapes: x (…, t, d), W (3, d, e), U (3, e, e), b (3, e), h0 broadcasts to (…, e), c_n (e) → (…, t, e)
    Raises: CoreError where shapes do not fit, dtypes are mixed, or c_n is given without reset_after
    Source: Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
      Translation", eqs. 5-8
    Note: GRU
    """
    a = _sum_inputs(x, W, _check(x, W, U, b, 3, 2))
    h = start_state("h0", h0, (*a.shape[1:-2], a.shape[-1]), a.dtype)
    after = _read_reset(reset_after, c_n, a)
    none, steps = GRU(h, h, h, h), list[GRU]()
    times = range(a.shape[-2])
    for t in reversed(times) if backward else times:
        steps.append(_gru_step(a[..., t, :], h, U, after))
        h = steps[-1].h
    return _stack(steps[::-1] if backward else steps, none)

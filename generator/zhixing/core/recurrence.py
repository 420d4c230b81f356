"""The plain recurrent network: one step, and a whole sequence."""

from __future__ import annotations

import numpy as np

from zhixing.core.activations import ActivationName, find_activation
from zhixing.core.arrays import Array, Operand, keeps_dtype, require_axes, require_equal, start_state
from zhixing.core.feedforward import apply_linear


def _check(U: Array, hidden: int) -> None:
    require_axes("U", U, 2, "(hidden, hidden)", exactly=True)
    require_equal("hidden widths", W_columns=hidden, U_rows=U.shape[0], U_columns=U.shape[1])


@keeps_dtype
def rnn_cell(
    x: Operand,
    h: Operand,
    W: Operand,
    U: Operand,
    b: Operand | None = None,
    *,
    activation: ActivationName = "tanh",
) -> Array:
    r"""Return the next hidden state of a plain recurrent network from its input and the state before.

    Options:
      activation: instead of tanh: "relu", "gelu", "silu", "sigmoid" or "identity"

    Example:
      >>> rnn_cell([1.0], [0.5], [[1.0]], [[2.0]]).round(3).tolist()
      [0.964]

    Formula: h_t = \tanh(x_t W + h_{t-1} U + b)
    Shapes: x (…, d), h (…, e), W (d, e), U (e, e), b (e) → (…, e)
    Raises: CoreError where the widths do not fit or dtypes are mixed
    Source: Elman 1990, "Finding Structure in Time"
    Note: 循环神经网络
    """
    share = apply_linear(x, W, b)
    _check(U, share.shape[-1])
    return find_activation(activation)(share + start_state("h", h, share.shape, share.dtype) @ U)


@keeps_dtype
def rnn(
    x: Operand,
    W: Operand,
    U: Operand,
    b: Operand | None = None,
    *,
    h0: Operand | None = None,
    backward: bool = False,
    activation: ActivationName = "tanh",
) -> Array:
    r"""Run `rnn_cell` along a sequence and return the hidden state of every step.

    Options:
      h0: the state before the first step, 0 unless given
      backward: from the last position to the first; each state stands at the position that it has just read
      activation: as in `rnn_cell`

    Example:
      >>> rnn([[1.0], [0.0]], [[1.0]], [[2.0]], h0=[0.5]).round(3).tolist()
      [[0.964], [0.959]]

    Formula: h_t = \tanh(x_t W + h_{t-1} U + b)
    Shapes: x (…, t, d), W (d, e), U (e, e), b (e), h0 broadcasts to (…, e) → (…, t, e)
    Raises: CoreError where the widths do not fit or dtypes are mixed
    Source: Elman 1990, "Finding Structure in Time"; backward: Schuster and Paliwal 1997, "Bidirectional Recurrent
      Neural Networks"
    Note: 循环神经网络
    """
    require_axes("x", x, 2, "(…, positions, features)")
    share, bend = apply_linear(x, W, b), find_activation(activation)
    _check(U, share.shape[-1])
    h = start_state("h0", h0, (*share.shape[:-2], share.shape[-1]), share.dtype)
    states = np.empty_like(share)
    times = range(share.shape[-2])
    for t in reversed(times) if backward else times:
        h = states[..., t, :] = bend(share[..., t, :] + h @ U)
    return states

"""The plain recurrent network: one step, and a whole sequence."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.activations import Named, activation_named
from zhixing.core.arrays import (
    Array,
    Dtype,
    common_dtype,
    handed_out,
    quiet,
    require_axes,
    require_equal,
    state_of,
    working,
)
from zhixing.core.feedforward import affine


def _checked(U: ArrayLike, hidden: int, dtype: Dtype) -> Array:
    back = working(U, dtype)
    require_axes("U", back, 2, "(hidden, hidden)")
    require_equal("hidden widths", W_columns=hidden, U_rows=back.shape[0], U_columns=back.shape[-1])
    return back


@quiet
def rnn_cell(
    x: ArrayLike,
    h: ArrayLike,
    W: ArrayLike,
    U: ArrayLike,
    b: ArrayLike | None = None,
    *,
    activation: Named = "tanh",
) -> Array:
    r"""Return the next hidden state of a plain recurrent network from its input and the state before.

    Formula: h_t = \tanh(x_t W + h_{t-1} U + b)
    Shapes: x (…, d), h (…, e), W (d, e), U (e, e), b (e) → (…, e)
    Raises: CoreError where the widths do not fit or dtypes are mixed
    Source: Elman 1990, "Finding Structure in Time"
    Note: 循环神经网络
    """
    dtype = common_dtype(x=x, h=h, W=W, U=U, b=b)
    share = affine(working(x, dtype), working(W, dtype), None if b is None else working(b, dtype))
    back = _checked(U, share.shape[-1], dtype)
    return handed_out(activation_named(activation)(share + state_of("h", h, share.shape, dtype) @ back), dtype)


@quiet
def rnn(
    x: ArrayLike,
    W: ArrayLike,
    U: ArrayLike,
    b: ArrayLike | None = None,
    *,
    h0: ArrayLike | None = None,
    activation: Named = "tanh",
) -> Array:
    r"""Run `rnn_cell` along a sequence and return the hidden state of every step; it starts at 0.

    Formula: h_t = \tanh(x_t W + h_{t-1} U + b)
    Shapes: x (…, t, d), W (d, e), U (e, e), b (e), h0 broadcasts to (…, e) → (…, t, e)
    Raises: CoreError where the widths do not fit or dtypes are mixed
    Source: Elman 1990, "Finding Structure in Time"
    Note: 循环神经网络
    """
    dtype = common_dtype(x=x, W=W, U=U, b=b, h0=h0)
    found = working(x, dtype)
    require_axes("x", found, 2, "(…, positions, features)")
    share = affine(found, working(W, dtype), None if b is None else working(b, dtype))
    back, bend = _checked(U, share.shape[-1], dtype), activation_named(activation)
    h = state_of("h0", h0, (*share.shape[:-2], share.shape[-1]), dtype)
    states = np.empty_like(share)
    for t in range(share.shape[-2]):
        h = states[..., t, :] = bend(share[..., t, :] + h @ back)
    return handed_out(states, dtype)

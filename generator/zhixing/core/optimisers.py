"""One step of training: how gradients change parameters, and how large the steps are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhixing.core.arrays import (
    Array,
    Operand,
    keeps_dtype,
    read_count,
    read_number,
    require_broadcast,
    start_state,
)
from zhixing.core.errors import CoreError


@dataclass(frozen=True, slots=True)
class SGD:
    """Parameters after a step of gradient descent, and the velocity that the next step needs; both of their shape."""

    w: Array
    velocity: Array


@dataclass(frozen=True, slots=True)
class Adam:
    """Parameters after a step of Adam, and the running means m and v that the next step needs; all of their shape."""

    w: Array
    m: Array
    v: Array


@keeps_dtype
def sgd(w: Operand, gradient: Operand, velocity: Operand | None = None, *, rate: float, momentum: float = 0.0) -> SGD:
    r"""Return the parameters after one step down the gradient, with momentum if any.

    Options:
      velocity: that of the step before; 0 at the first
      rate: η, the length of the step for a gradient of 1
      momentum: μ, the share of the velocity that is kept

    Example:
      >>> sgd([1.0, 2.0], [10.0, -10.0], rate=0.1).w.tolist()
      [0.0, 3.0]

    Formula: u_t = \mu u_{t-1} - \eta g_t, \quad w_t = w_{t-1} + u_t
    Shapes: w any shape, gradient and velocity broadcast to it → w and velocity of that shape
    Raises: CoreError where the shapes do not fit, or rate or momentum is negative
    Source: Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning", eqs. 1, 2
    Note: 梯度消失
    """
    require_broadcast("gradient", gradient.shape, w.shape, "w")
    before = start_state("velocity", velocity, w.shape, w.dtype)
    length, kept = read_number("rate", rate, least=0), read_number("momentum", momentum, least=0)
    now = kept * before - length * gradient
    return SGD(w + now, now)


@keeps_dtype
def adam(
    w: Operand,
    gradient: Operand,
    m: Operand | None = None,
    v: Operand | None = None,
    *,
    step: int,
    rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> Adam:
    r"""Return the parameters after one step of Adam: each moves by about the rate, however large its gradient.

    Options:
      m: the running mean of the gradients up to the step before; 0 at the first
      v: the running mean of their squares
      step: t, the number of this step, from 1; the means start at 0, and are enlarged to make up for it
      rate: α
      beta1: the share of m that is kept
      beta2: the share of v that is kept
      eps: ε, which keeps a step finite where all gradients were 0

    Example:
      >>> adam([1.0, 2.0], [10.0, -0.1], step=1, rate=0.1).w.round(3).tolist()
      [0.9, 2.1]

    Formula: m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t, \quad v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2, \quad
      w_t = w_{t-1} - \alpha \frac{m_t / (1 - \beta_1^t)}{\sqrt{v_t / (1 - \beta_2^t)} + \varepsilon}
    Shapes: w any shape; gradient, m and v broadcast to it → w, m and v of that shape
    Raises: CoreError where the shapes do not fit, the step is below 1, or a β is not in [0, 1)
    Source: Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 1
    Note: Transformer架构
    """
    require_broadcast("gradient", gradient.shape, w.shape, "w")
    t = read_count("step", step, least=1)
    b1, b2 = _read_share("beta1", beta1), _read_share("beta2", beta2)
    mean = b1 * start_state("m", m, w.shape, w.dtype) + (1 - b1) * gradient
    square = b2 * start_state("v", v, w.shape, w.dtype) + (1 - b2) * gradient**2
    size = np.sqrt(square / (1 - b2**t)) + read_number("eps", eps, least=0)
    return Adam(w - read_number("rate", rate, least=0) * (mean / (1 - b1**t)) / size, mean, square)


def _read_share(name: str, value: float) -> float:
    found = read_number(name, value, least=0)
    if found >= 1:
        raise CoreError(f"{name} is {value}; it is the share that is kept, at least 0 and below 1")
    return found


@keeps_dtype
def warmup_rate(step: Operand, d: int, *, warmup: int = 4000) -> Array:
    r"""Return the learning rate of each step: it rises evenly during the warm-up, then falls as one over the root.

    Options:
      warmup: the number of steps of the warm-up, at whose end the rate is largest

    Example:
      >>> (warmup_rate([1, 4, 16], 4, warmup=4) * 16).tolist()
      [1.0, 4.0, 2.0]

    Formula: \eta_s = d^{-1/2} \min(s^{-1/2}, \; s \, w^{-3/2})
    Shapes: step any shape, numbers from 1; d the width of the model → the same shape
    Raises: CoreError where a step is not positive, or d or the warm-up is below 1
    Source: Vaswani et al. 2017, "Attention Is All You Need", eq. 3
    Note: Transformer架构
    """
    if not np.all(step > 0):
        raise CoreError(f"step is {np.min(step):g}; steps count from 1")
    width, steps = read_count("d", d, least=1), read_count("warmup", warmup, least=1)
    return width**-0.5 * np.minimum(step**-0.5, step * steps**-1.5)

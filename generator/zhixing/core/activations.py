"""What a neuron does after its sum: the elementwise functions. All keep the shape and the dtype."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np

from zhixing.core.arrays import Array, Operand, keeps_dtype
from zhixing.core.errors import CoreError
from zhixing.core.trace import map_entries

_erfc = np.frompyfunc(math.erfc, 1, 1)


def _find_tail(x: Array) -> Array:
    """Return erfc, of which NumPy has none."""
    return np.asarray(_erfc(x), dtype=x.dtype)


def _find_slope(x: Array) -> Array:
    """Return the derivative of erfc."""
    return np.asarray(-2 / math.sqrt(math.pi) * np.exp(-x * x))


@keeps_dtype
def relu(x: Operand) -> Array:
    r"""Return what is positive and 0 for the rest.

    Example:
      >>> relu([-2.0, 0.0, 3.0]).tolist()
      [0.0, 0.0, 3.0]

    Formula: \operatorname{ReLU}(x) = \max(0, x)
    Shapes: x any shape → the same
    Raises: CoreError for a dtype that is not a number's
    Source: Nair and Hinton 2010, "Rectified Linear Units Improve Restricted Boltzmann Machines", section 2
    Note: 激活函数
    """
    return np.maximum(x, 0)


@keeps_dtype
def sigmoid(x: Operand) -> Array:
    r"""Return the logistic function: a gate between 0 (at −inf, exactly) and 1 (at +inf, exactly).

    Example:
      >>> sigmoid([-1.0, 0.0, 1.0]).round(3).tolist()
      [0.269, 0.5, 0.731]

    Formula: \sigma(x) = \frac{1}{1 + e^{-x}}
    Shapes: x any shape → the same
    Raises: CoreError for a dtype that is not a number's
    Source: Rumelhart et al. 1986, "Learning representations by back-propagating errors", eq. 2
    Note: 激活函数
    """
    return logistic(x)


def logistic(x: Array) -> Array:
    """Return σ(x); left of 0 as e^x / (1 + e^x), where 1 / (1 + e^−x) would overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small, np.where(np.isnan(x), x, 1)) / (1 + small)


@keeps_dtype
def tanh(x: Operand) -> Array:
    r"""Return the hyperbolic tangent: a value between −1 and 1.

    Example:
      >>> tanh([-1.0, 0.0, 1.0]).round(3).tolist()
      [-0.762, 0.0, 0.762]

    Formula: \tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}
    Shapes: x any shape → the same
    Raises: CoreError for a dtype that is not a number's
    Source: LeCun et al. 1998, "Efficient BackProp", section 4.4
    Note: 激活函数
    """
    return np.tanh(x)


@keeps_dtype
def silu(x: Operand) -> Array:
    r"""Return x times its own gate (also called swish).

    Example:
      >>> silu([-1.0, 0.0, 1.0]).round(3).tolist()
      [-0.269, 0.0, 0.731]

    Formula: \operatorname{SiLU}(x) = x \, \sigma(x)
    Shapes: x any shape → the same
    Raises: CoreError for a dtype that is not a number's
    Source: Hendrycks and Gimpel 2016, "Gaussian Error Linear Units (GELUs)", section 2; Elfwing et al. 2017,
      "Sigmoid-Weighted Linear Units for Neural Network Function Approximation in Reinforcement Learning", section 2
    Note: 激活函数
    """
    return np.where(np.isneginf(x), 0, x * logistic(x))


@keeps_dtype
def gelu(x: Operand, *, approximate: Literal["none", "tanh"] = "none") -> Array:
    r"""Return x times the probability that a standard normal variable lies below x.

    Options:
      approximate: "none" for Φ itself, "tanh" for the older approximation, which GPT-2 and BERT use

    Example:
      >>> gelu([-1.0, 0.0, 1.0]).round(3).tolist()
      [-0.159, 0.0, 0.841]

    Formula: \operatorname{GELU}(x) = x \, \Phi(x) = \tfrac{x}{2} \operatorname{erfc}(-x / \sqrt{2});
      \text{tanh: } \tfrac{x}{2} (1 + \tanh(\sqrt{2 / \pi} (x + 0.044715 x^3)))
    Shapes: x any shape → the same
    Raises: CoreError for a dtype that is not a number's, or another approximation
    Source: Hendrycks and Gimpel 2016, "Gaussian Error Linear Units (GELUs)", section 2
    Note: 激活函数
    """
    if approximate == "tanh":
        share = (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
    elif approximate == "none":
        # erfc keeps the left tail, where 1 + erf cancels.
        share = map_entries(_find_tail, _find_slope, -x / math.sqrt(2)) / 2
    else:
        raise CoreError(f'approximate is {approximate!r}; it is "none" or "tanh"')
    return np.where(np.isneginf(x), 0, x * share)


@keeps_dtype
def identity(x: Operand) -> Array:
    r"""Return a copy of x: no activation, so that stacked layers collapse into one.

    Example:
      >>> identity([1.0, -2.0]).tolist()
      [1.0, -2.0]

    Formula: f(x) = x
    Shapes: x any shape → the same
    Raises: CoreError for a dtype that is not a number's
    Source: Goodfellow et al. 2016, "Deep Learning", section 6.3.3
    Note: 激活函数
    """
    return x


Activation: TypeAlias = Callable[[Array], Array]
ActivationName: TypeAlias = Literal["relu", "gelu", "silu", "tanh", "sigmoid", "identity"]

ACTIVATIONS: dict[str, Activation] = {
    "relu": relu,
    "gelu": gelu,
    "silu": silu,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "identity": identity,
}


def find_activation(name: str) -> Activation:
    """Return the activation of that name; raise CoreError that lists them where there is none."""
    if name not in ACTIVATIONS:
        raise CoreError(f"{name!r} is no activation; there are {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]

"""What a neuron does after its sum: the elementwise functions. All keep the shape and the dtype."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import Array, common_dtype, handed_out, quiet, working
from zhixing.core.errors import CoreError

_erfc = np.frompyfunc(math.erfc, 1, 1)


@quiet
def relu(x: ArrayLike) -> Array:
    r"""Return what is positive and 0 for the rest.

    Formula: \operatorname{ReLU}(x) = \max(0, x)
    Shapes: x any shape → the same
    Raises: CoreError for a dtype that is not a number's
    Source: Nair and Hinton 2010, "Rectified Linear Units Improve Restricted Boltzmann Machines", section 2
    Note: 激活函数
    """
    dtype = common_dtype(x=x)
    return handed_out(np.maximum(working(x, dtype), 0), dtype)


@quiet
def sigmoid(x: ArrayLike) -> Array:
    r"""Return the logistic function: a gate between 0 (at −inf, exactly) and 1 (at +inf, exactly).

    Formula: \sigma(x) = \frac{1}{1 + e^{-x}}
    Shapes: x any shape → the same
    Raises: CoreError for a dtype that is not a number's
    Source: Rumelhart et al. 1986, "Learning representations by back-propagating errors", eq. 2
    Note: 激活函数
    """
    dtype = common_dtype(x=x)
    return handed_out(logistic(working(x, dtype)), dtype)


def logistic(x: Array) -> Array:
    """Return σ(x); left of 0 as e^x / (1 + e^x), where 1 / (1 + e^−x) would overflow."""
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x < 0, small, np.where(np.isnan(x), x, 1)) / (1 + small))


@quiet
def tanh(x: ArrayLike) -> Array:
    r"""Return the hyperbolic tangent: a value between −1 and 1.

    Formula: \tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}
    Shapes: x any shape → the same
    Raises: CoreError for a dtype that is not a number's
    Source: LeCun et al. 1998, "Efficient BackProp", section 4.4
    Note: 激活函数
    """
    dtype = common_dtype(x=x)
    return handed_out(np.tanh(working(x, dtype)), dtype)


@quiet
def silu(x: ArrayLike) -> Array:
    r"""Return x times its own gate (also called swish).

    Formula: \operatorname{SiLU}(x) = x \, \sigma(x)
    Shapes: x any shape → the same
    Raises: CoreError for a dtype that is not a number's
    Source: Hendrycks and Gimpel 2016, "Gaussian Error Linear Units (GELUs)", section 2; Elfwing et al. 2017,
      "Sigmoid-Weighted Linear Units for Neural Network Function Approximation in Reinforcement Learning", section 2
    Note: 激活函数
    """
    dtype = common_dtype(x=x)
    found = working(x, dtype)
    return handed_out(np.where(np.isneginf(found), 0, found * logistic(found)), dtype)


@quiet
def gelu(x: ArrayLike, *, approximate: Literal["none", "tanh"] = "none") -> Array:
    r"""Return x times the probability that a standard normal variable lies below x.

    Formula: \operatorname{GELU}(x) = x \, \Phi(x) = \tfrac{x}{2} \operatorname{erfc}(-x / \sqrt{2});
      \text{tanh: } \tfrac{x}{2} (1 + \tanh(\sqrt{2 / \pi} (x + 0.044715 x^3)))
    Shapes: x any shape → the same
    Raises: CoreError for a dtype that is not a number's, or another approximation
    Source: Hendrycks and Gimpel 2016, "Gaussian Error Linear Units (GELUs)", section 2
    Note: 激活函数
    """
    dtype = common_dtype(x=x)
    found = working(x, dtype)
    if approximate == "tanh":
        inner = math.sqrt(2 / math.pi) * (found + 0.044715 * found**3)
        share = (1 + np.tanh(inner)) / 2
    elif approximate == "none":
        # erfc keeps the left tail, where 1 + erf cancels.
        share = np.asarray(_erfc(-found / math.sqrt(2)), dtype=found.dtype) / 2
    else:
        raise CoreError(f'approximate is {approximate!r}; it is "none" or "tanh"')
    return handed_out(np.where(np.isneginf(found), 0, found * share), dtype)


@quiet
def identity(x: ArrayLike) -> Array:
    r"""Return x: no activation, so that stacked layers collapse into one.

    Formula: f(x) = x
    Shapes: x any shape → the same
    Raises: CoreError for a dtype that is not a number's
    Source: Goodfellow et al. 2016, "Deep Learning", section 6.3.1
    Note: 激活函数
    """
    dtype = common_dtype(x=x)
    return handed_out(working(x, dtype), dtype)


Activation: TypeAlias = Callable[[Array], Array]
Named: TypeAlias = Literal["relu", "gelu", "silu", "tanh", "sigmoid", "identity"]

BY_NAME: dict[str, Activation] = {
    "relu": relu,
    "gelu": gelu,
    "silu": silu,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "identity": identity,
}


def activation_named(name: str) -> Activation:
    """Return the activation of that name; raise CoreError that lists them where there is none."""
    if name not in BY_NAME:
        raise CoreError(f"{name!r} is no activation; there are {', '.join(BY_NAME)}")
    return BY_NAME[name]

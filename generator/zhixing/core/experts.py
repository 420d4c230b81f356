"""Mixture of experts: of many feed-forward networks, each position is sent to the few that suit it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhixing.core.activations import ActivationName
from zhixing.core.arrays import Array, Operand, keeps_dtype, read_count, require_axes, require_equal
from zhixing.core.decoding import keep_top_k
from zhixing.core.errors import CoreError
from zhixing.core.feedforward import apply_linear, feed_forward
from zhixing.core.softmax import normalize_exponentials


@dataclass(frozen=True, slots=True)
class MixtureOfExperts:
    """The gates (…, experts), 0 for those not asked, and the output (…, features)."""

    gates: Array
    output: Array


@keeps_dtype
def mixture_of_experts(
    x: Operand,
    W: Operand,
    W1: Operand,
    b1: Operand,
    W2: Operand,
    b2: Operand,
    *,
    k: int,
    activation: ActivationName = "relu",
) -> MixtureOfExperts:
    r"""Return the sum of the k experts that a router likes best at each position, weighed by gates that sum to 1.

    An expert is a `feed_forward` network. One that is not chosen at a position is not computed there; of experts that
    are liked alike the first are chosen.

    Options:
      k: how many experts each position is sent to
      activation: of the experts, as in `feed_forward`

    Example:
      >>> W1, b1, W2, b2 = np.ones((3, 1, 1)), np.zeros((3, 1)), [[[1.0]], [[10.0]], [[100.0]]], np.zeros((3, 1))
      >>> found = mixture_of_experts([[1.0]], [[2.0, 2.0, 0.0]], W1, b1, W2, b2, k=2)
      >>> found.gates.tolist(), found.output.tolist()
      ([[0.5, 0.5, 0.0]], [[5.5]])

    Formula: y = \sum_{i \in T} g_i \operatorname{FFN}_i(x), \quad g_i = \frac{e^{(x W)_i}}{\sum_{j \in T} e^{(x W)_j}},
      \quad T \text{ the } k \text{ largest of } x W
    Shapes: x (…, d), W (d, experts), W1 (experts, d, h), b1 (experts, h), W2 (experts, h, e), b2 (experts, e)
      → gates (…, experts), output (…, e)
    Raises: CoreError where the widths or numbers of experts do not fit, dtypes are mixed, or k is not 1 … experts
    Source: Shazeer et al. 2017, "Outrageously Large Neural Networks: The Sparsely-Gated Mixture-of-Experts Layer",
      eqs. 1, 3, 5 without noise; Jiang et al. 2024, "Mixtral of Experts", section 2.1
    Note: 逐位置前馈网络
    """
    logits = apply_linear(x, W, None)
    _check(W, W1, b1, W2, b2)
    if read_count("k", k, least=1) > W.shape[1]:
        raise CoreError(f"k is {k}, but there are {W.shape[1]} experts (the last axis of W)")
    gates = keep_top_k(normalize_exponentials(logits)[0], k)
    output = np.zeros_like(x, shape=(*x.shape[:-1], W2.shape[-1]))
    for i in range(W.shape[1]):
        chosen = gates[..., i] != 0
        found = feed_forward(x[chosen], W1[i], b1[i], W2[i], b2[i], activation=activation)
        output[chosen] += gates[chosen, i, None] * found
    return MixtureOfExperts(gates, output)


def _check(W: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> None:
    """Raise CoreError unless all have the same number of experts; `feed_forward` checks their widths."""
    for name, array, axes in (("W1", W1, 3), ("b1", b1, 2), ("W2", W2, 3), ("b2", b2, 2)):
        require_axes(name, array, axes, "(experts, …)", exactly=True)
    counts = {name: len(array) for name, array in (("W1", W1), ("b1", b1), ("W2", W2), ("b2", b2))}
    require_equal("numbers of experts", W_columns=W.shape[1], **counts)

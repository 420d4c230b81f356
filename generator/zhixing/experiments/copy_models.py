"""Three small models of one task, their gradients written by hand: recurrent, convolutional, and attention.

Each reads x (samples, positions, features) and answers one logit for each sample at the last position; the loss is
the mean of log(1 + e^(−y·logit)) over the samples, y = ±1. Parameters and gradients go by the same names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol, TypeAlias

import numpy as np

from zhixing.core.activations import logistic
from zhixing.core.arrays import Array
from zhixing.core.seeded import uniform
from zhixing.core.softmax import normalize_exponentials

Parameters: TypeAlias = Mapping[str, Array]


class Model(Protocol):
    """What training needs: parameters to start from, logits, and what a change of the logits asks of the parameters."""

    def start(self, features: int, seed: int) -> dict[str, Array]:
        """Return parameters to start from, small and seeded."""
        ...

    def logits(self, w: Parameters, x: Array) -> Array:
        """Return one logit for each sample."""
        ...

    def gradients(self, w: Parameters, x: Array, slope: Array) -> dict[str, Array]:
        """Return the derivatives of the loss by the parameters, from those by the logits."""
        ...


def loss(model: Model, w: Parameters, x: Array, y: Array) -> float:
    """Return the mean logistic loss."""
    return float(np.mean(np.logaddexp(0, -y * model.logits(w, x))))


def loss_gradients(model: Model, w: Parameters, x: Array, y: Array) -> dict[str, Array]:
    """Return the derivatives of `loss`: by a logit z it is −y·σ(−y·z) / samples."""
    return model.gradients(w, x, -y * logistic(-y * model.logits(w, x)) / len(y))


def _spread(seed: int, size: float, **shapes: tuple[int, ...]) -> dict[str, Array]:
    """Return parameters evenly spread over ±size, each from a stream of its own."""
    return {name: size * (2 * uniform(seed + i, *shape) - 1) for i, (name, shape) in enumerate(shapes.items())}


class RecurrentModel:
    """h_t = tanh(x_t·W + h_{t−1}·U + b), logit h_T·v. U starts as half the identity: the map contracts."""

    width = 8

    def start(self, features: int, seed: int) -> dict[str, Array]:
        """Return parameters to start from."""
        d = self.width
        return _spread(seed, 0.5, W=(features, d), b=(d,), v=(d,)) | {"U": np.eye(d) / 2}

    def states(self, w: Parameters, x: Array) -> list[Array]:
        """Return h_{−1} = 0, h_0, …, h_T."""
        share = x @ w["W"] + w["b"]
        states: list[Array] = [np.zeros((len(x), self.width))]
        for t in range(x.shape[1]):
            states.append(np.tanh(share[:, t] + states[-1] @ w["U"]))
        return states

    def logits(self, w: Parameters, x: Array) -> Array:
        """Return one logit for each sample."""
        return np.asarray(self.states(w, x)[-1] @ w["v"])

    def gradients(self, w: Parameters, x: Array, slope: Array) -> dict[str, Array]:
        """Go back through time: what reaches h_{t−1} is what reached h_t, bent and through U once more."""
        states = self.states(w, x)
        found = {name: np.zeros_like(value) for name, value in w.items()}
        found["v"] = states[-1].T @ slope
        back = slope[:, None] * w["v"]
        for t in reversed(range(x.shape[1])):
            inner = back * (1 - states[t + 1] ** 2)
            found["W"] += x[:, t].T @ inner
            found["U"] += states[t].T @ inner
            found["b"] += inner.sum(axis=0)
            back = inner @ w["U"].T
        return found


class ConvolutionalModel:
    """Two causal layers tanh(Σ_i h_{t−k+1+i}·K_i + b) of width k = 3, logit from the last position: it sees five."""

    width, size, layers, field = 8, 3, ("1", "2"), 5

    def start(self, features: int, seed: int) -> dict[str, Array]:
        """Return parameters to start from."""
        k, d = self.size, self.width
        return _spread(seed, 0.5, K1=(k, features, d), b1=(d,), K2=(k, d, d), b2=(d,), v=(d,))

    def _windows(self, h: Array) -> Array:
        """Return (samples, positions, k, features), zeros before the start."""
        padded = np.pad(h, ((0, 0), (self.size - 1, 0), (0, 0)))
        return np.swapaxes(np.lib.stride_tricks.sliding_window_view(padded, self.size, axis=1), -1, -2)

    def outputs(self, w: Parameters, x: Array) -> list[Array]:
        """Return the input and what each layer makes of it."""
        outputs = [x[:, -self.field :]]  # what stands before is in no window that counts
        for layer in self.layers:
            outputs.append(np.tanh(np.tensordot(self._windows(outputs[-1]), w["K" + layer], axes=2) + w["b" + layer]))
        return outputs

    def logits(self, w: Parameters, x: Array) -> Array:
        """Return one logit for each sample."""
        return np.asarray(self.outputs(w, x)[-1][:, -1] @ w["v"])

    def gradients(self, w: Parameters, x: Array, slope: Array) -> dict[str, Array]:
        """Go back through the layers: a window's share goes back to each position the window saw."""
        outputs = self.outputs(w, x)
        found: dict[str, Array] = {"v": outputs[-1][:, -1].T @ slope}
        back = np.zeros_like(outputs[-1])
        back[:, -1] = slope[:, None] * w["v"]
        for layer, below, above in reversed(list(zip(self.layers, outputs[:-1], outputs[1:], strict=True))):
            inner = back * (1 - above**2)
            found["K" + layer] = np.tensordot(self._windows(below), inner, axes=((0, 1), (0, 1)))
            found["b" + layer] = inner.sum(axis=(0, 1))
            back = np.zeros_like(below)
            for i in range(self.size):
                shift = self.size - 1 - i
                back[:, : back.shape[1] - shift] += inner[:, shift:] @ w["K" + layer][i].T
        return found


class AttentionModel:
    """The last position asks all: softmax(q·Kᵀ/√d)·V, q = x_T·W_Q, K = x·W_K, V = x·W_V; logit of it by w."""

    width = 8

    def start(self, features: int, seed: int) -> dict[str, Array]:
        """Return parameters to start from."""
        d = self.width
        return _spread(seed, 1.0, W_Q=(features, d), W_K=(features, d), W_V=(features, d), w=(d,))

    def steps(self, w: Parameters, x: Array) -> tuple[Array, Array, Array, Array]:
        """Return q (samples, d), K and V (samples, positions, d), and the weights (samples, positions)."""
        q, k, v = x[:, -1] @ w["W_Q"], x @ w["W_K"], x @ w["W_V"]
        return q, k, v, normalize_exponentials(np.einsum("nd,ntd->nt", q, k) / math.sqrt(self.width))[0]

    def logits(self, w: Parameters, x: Array) -> Array:
        """Return one logit for each sample."""
        _, _, v, p = self.steps(w, x)
        return np.asarray(np.einsum("nt,ntd,d->n", p, v, w["w"]))

    def gradients(self, w: Parameters, x: Array, slope: Array) -> dict[str, Array]:
        """Go back through the sum, the softmax (its Jacobian times a vector is p⊙(g − p·g)) and the products."""
        q, k, v, p = self.steps(w, x)
        output = np.einsum("nt,ntd->nd", p, v)
        back = slope[:, None] * w["w"]
        by_weight = np.einsum("nd,ntd->nt", back, v)
        by_score = p * (by_weight - np.sum(p * by_weight, axis=1, keepdims=True)) / math.sqrt(self.width)
        by_k, by_v = by_score[:, :, None] * q[:, None], p[:, :, None] * back[:, None]
        return {
            "W_Q": x[:, -1].T @ np.einsum("nt,ntd->nd", by_score, k),
            "W_K": np.tensordot(x, by_k, axes=((0, 1), (0, 1))),
            "W_V": np.tensordot(x, by_v, axes=((0, 1), (0, 1))),
            "w": output.T @ slope,
        }

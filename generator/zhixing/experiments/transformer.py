"""A small transformer of attention layers alone, its gradients written by hand, and Adam to train it.

A token is its embedding plus the vector of its position. Each layer adds softmax(x·W_Q·(x·W_K)ᵀ/√d)·x·W_V to x; the
logits are x·U. The loss is the mean cross-entropy over the positions that count.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from zhixing.core.arrays import Array
from zhixing.core.optimisers import adam
from zhixing.core.seeded import uniform
from zhixing.core.softmax import normalize_exponentials

Parameters: TypeAlias = Mapping[str, Array]
Tokens: TypeAlias = NDArray[np.intp]
BETA2 = 0.99  # below the usual 0.999: the training is short


@dataclass(frozen=True, slots=True)
class Batch:
    """Tokens (samples, n), the tokens wanted at each position, and which positions count in the loss."""

    tokens: Tokens
    wanted: Tokens
    counts: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Transformer:
    """The shape of a model: what it is made of, not its parameters. `causal` hides the positions ahead."""

    words: int
    length: int
    width: int
    layers: int
    causal: bool = False
    positions: bool = True

    def start(self, seed: int) -> dict[str, Array]:
        """Return parameters to start from, evenly spread over ±1/2, those of layers over ±1/√d."""
        d = self.width
        shapes = {"E": (self.words, d), "P": (self.length, d), "U": (d, self.words)}
        layered = {f"{name}{i}": (d, d) for i in range(1, self.layers + 1) for name in ("W_Q", "W_K", "W_V")}
        sizes = dict.fromkeys(shapes, 0.5) | dict.fromkeys(layered, 1 / math.sqrt(d))
        every = {**shapes, **layered}
        w = {name: sizes[name] * (2 * uniform(seed + i, *every[name]) - 1) for i, name in enumerate(every)}
        return w if self.positions else {**w, "P": np.zeros((self.length, d))}

    def _attend(self, w: Parameters, layer: int, x: Array) -> tuple[Array, Array, Array, Array]:
        """Return Q, K, V and the weights of a layer."""
        q, k, v = (x @ w[f"{name}{layer}"] for name in ("W_Q", "W_K", "W_V"))
        scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(self.width)
        if self.causal:
            scores = np.where(np.tri(x.shape[-2], dtype=np.bool_), scores, -np.inf)
        return q, k, v, normalize_exponentials(scores)[0]

    def forward(self, w: Parameters, tokens: Tokens) -> tuple[list[Array], list[Array], Array]:
        """Return what each layer reads and the last one leaves, the weights of each layer, and the logits."""
        x: Array = w["E"][tokens] + w["P"][: tokens.shape[-1]]
        read: list[Array] = [x]
        weights: list[Array] = []
        for layer in range(1, self.layers + 1):
            _, _, v, a = self._attend(w, layer, x)
            x = x + a @ v
            read.append(x)
            weights.append(a)
        return read, weights, np.asarray(x @ w["U"])

    def accuracy(self, w: Parameters, batch: Batch) -> Array:
        """Return for each position how often the likeliest token is the one wanted, where the position counts."""
        right = np.argmax(self.forward(w, batch.tokens)[2], axis=-1) == batch.wanted
        return np.asarray((right & batch.counts).sum(axis=0) / np.maximum(batch.counts.sum(axis=0), 1))

    def loss(self, w: Parameters, batch: Batch) -> float:
        """Return the mean cross-entropy."""
        return self._loss(self.forward(w, batch.tokens)[2], batch)[0]

    def _loss(self, logits: Array, batch: Batch) -> tuple[float, Array]:
        """Return the mean cross-entropy, and its derivatives by the logits: p less the one wanted, shared out."""
        p = normalize_exponentials(logits)[0]
        chosen = np.take_along_axis(p, batch.wanted[..., None], -1)
        share = batch.counts[..., None] / batch.counts.sum()
        slope = (p - (np.arange(self.words) == batch.wanted[..., None])) * share
        return float(-(np.log(chosen) * share).sum()), slope

    def gradients(self, w: Parameters, batch: Batch) -> tuple[float, dict[str, Array]]:
        """Return the loss and its derivatives by every parameter."""
        read, _, logits = self.forward(w, batch.tokens)
        loss, slope = self._loss(logits, batch)
        found = {"U": _outer(read[-1], slope)}
        back: Array = slope @ w["U"].T
        for layer in range(self.layers, 0, -1):
            back = self._back(w, layer, read[layer - 1], back, found)
        found["E"] = np.zeros_like(w["E"])
        np.add.at(found["E"], batch.tokens, back)
        found["P"] = np.zeros_like(w["P"])
        if self.positions:
            found["P"][: back.shape[1]] = back.sum(axis=0)
        return loss, found

    def _back(self, w: Parameters, layer: int, x: Array, back: Array, found: dict[str, Array]) -> Array:
        """Put the derivatives by a layer's matrices into `found`; return those by what it read."""
        q, k, v, a = self._attend(w, layer, x)
        by_weight = back @ np.swapaxes(v, -1, -2)
        by_score = a * (by_weight - np.sum(a * by_weight, axis=-1, keepdims=True)) / math.sqrt(self.width)
        parts = {"W_Q": by_score @ k, "W_K": np.swapaxes(by_score, -1, -2) @ q, "W_V": np.swapaxes(a, -1, -2) @ back}
        below = back
        for name, part in parts.items():
            found[f"{name}{layer}"] = _outer(x, part)
            below = below + part @ w[f"{name}{layer}"].T
        return below


def _outer(x: Array, slope: Array) -> Array:
    """Return the derivatives by a matrix that maps the last axis of x, from those by what came out."""
    return np.asarray(np.tensordot(x, slope, axes=((0, 1), (0, 1))))


@dataclass(frozen=True, slots=True)
class Trained:
    """Parameters after training, and the loss before each step."""

    parameters: dict[str, Array]
    losses: list[float]


def train(model: Transformer, make: Callable[[int], Batch], *, steps: int, rate: float, seed: int) -> Trained:
    """Train with Adam; `make(step)` returns the sequences of a step."""
    w = model.start(seed)
    m, v = ({name: np.zeros_like(value) for name, value in w.items()} for _ in range(2))
    losses = []
    for step in range(1, steps + 1):
        loss, slopes = model.gradients(w, make(step))
        losses.append(loss)
        for name, slope in slopes.items():
            moved = adam(w[name], slope, m[name], v[name], step=step, rate=rate, beta2=BETA2)
            w[name], m[name], v[name] = moved.w, moved.m, moved.v
    return Trained(w, losses)

"""A small experiment anybody can repeat: who can still answer for what stood far away?"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import Array, quiet, read_count, read_whole
from zhixing.core.errors import CoreError
from zhixing.core.seeded import uniform
from zhixing.experiments.copy_models import (
    AttentionModel,
    ConvolutionalModel,
    Model,
    RecurrentModel,
    loss_gradients,
)

ModelName: TypeAlias = Literal["recurrent", "convolutional", "attention"]

MODELS: dict[str, Model] = {
    "recurrent": RecurrentModel(),
    "convolutional": ConvolutionalModel(),
    "attention": AttentionModel(),
}
FARTHEST, SAMPLES, STEPS, RATE = 256, 200, 400, 0.5


def copy_task(distance: int, samples: int = SAMPLES, *, seed: int = 0) -> tuple[Array, Array]:
    r"""Return sequences whose first sign is to be told at the end, and that sign; the signs between are noise.

    The features of a position are its sign, a mark (1 at the first position), and 1.

    Options:
      samples: how many sequences
      seed: of the signs; the same seed gives the same sequences everywhere

    Example:
      >>> x, y = copy_task(2, 3)
      >>> x.shape, y.tolist() == x[:, 0, 0].tolist()
      ((3, 3, 3), True)

    Formula: x_t = (s_t, [t = 0], 1), \quad y = s_0, \quad s_t = \pm 1, \quad 0 \le t \le \text{distance}
    Shapes: → x (samples, distance + 1, 3), y (samples)
    Raises: CoreError where the distance is not between 1 and 256, or there are no samples
    Source: the task of remembering over a lag: Hochreiter and Schmidhuber 1997, "Long Short-Term Memory", section 5
    Note: 长距离依赖
    """
    if not (1 <= read_count("distance", distance) <= FARTHEST and read_count("samples", samples) >= 1):
        raise CoreError(f"a distance of {distance} and {samples} samples: 1 to {FARTHEST}, and at least 1 sample")
    signs = np.where(uniform(seed, samples, distance + 1) < 0.5, -1.0, 1.0)
    mark = np.zeros_like(signs)
    mark[:, 0] = 1
    return np.stack([signs, mark, np.ones_like(signs)], axis=-1), signs[:, 0]


@quiet
def copy_accuracy(model: ModelName, distances: ArrayLike, *, seed: int = 0) -> Array:
    r"""Train a small model on `copy_task` at each distance, and return how often it is right on new sequences.

    400 steps of plain gradient descent from seeded weights, gradients by hand. What reaches a recurrent net from the
    far end has passed its contracting map once for each step, so it learns near signs alone; two convolutions of
    width 3 see five positions and no more; attention has one step to any position. 0.5 is guessing. Training is not a
    proof: some seeds miss a distance that others learn.

    Options:
      model: "recurrent", "convolutional" or "attention"
      seed: of the weights and the sequences

    Example:
      >>> bool(copy_accuracy("attention", [8]).min() > 0.9)
      True

    Formula: \theta \leftarrow \theta - \eta \, \nabla_\theta \frac{1}{n} \sum_i \log(1 + e^{-y_i z_\theta(x_i)}),
      \quad \frac{\partial h_T}{\partial h_0} = J_T \cdots J_1, \; J_t = \operatorname{diag}(1 - h_t^2) \, U^\top
    Shapes: distances whole numbers of any shape → the same shape, float64
    Raises: CoreError where there is no such model, or a distance is not between 1 and 256
    Source: Bengio et al. 1994, "Learning Long-Term Dependencies with Gradient Descent is Difficult"; path lengths:
      Vaswani et al. 2017, "Attention Is All You Need", table 1
    Note: 长距离依赖
    """
    if model not in MODELS:
        raise CoreError(f"{model!r} is no model; there are {', '.join(MODELS)}")
    far = read_whole("distances", distances)
    return np.array([_train(MODELS[model], int(one), seed) for one in far.ravel()]).reshape(far.shape)


def _train(model: Model, distance: int, seed: int) -> float:
    """Return the share of new sequences that the model, trained at one distance, gets right."""
    x, y = copy_task(distance, seed=1000 * seed + 1)
    w = model.start(x.shape[-1], 1000 * seed + 10)
    for _ in range(STEPS):
        slopes = loss_gradients(model, w, x, y)
        w = {name: value - RATE * slopes[name] for name, value in w.items()}
    fresh, truth = copy_task(distance, 2 * SAMPLES, seed=1000 * seed + 2)
    return float(np.mean(model.logits(w, fresh) * truth > 0))

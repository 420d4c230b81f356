"""The copy task: the gradients written by hand against finite differences, and what the models learn."""

from __future__ import annotations

import numpy as np
import pytest

from zhixing.core import CoreError
from zhixing.core.seeded import uniform
from zhixing.experiments import copy_accuracy, copy_task
from zhixing.experiments.copy_models import loss, loss_gradients
from zhixing.experiments.copy_task import MODELS


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("distance", [1, 3, 8])
def test_gradients_are_the_finite_differences(name: str, distance: int) -> None:
    model = MODELS[name]
    x, y = copy_task(distance, 7, seed=3)
    w = model.start(x.shape[-1], 5)
    gradients, step = loss_gradients(model, w, x, y), 1e-6
    assert set(gradients) == set(w)
    for parameter, value in w.items():
        found = np.empty_like(value)
        for place in np.ndindex(value.shape):
            nudge = np.zeros_like(value)
            nudge[place] = step
            sides = [loss(model, {**w, parameter: value + sign * nudge}, x, y) for sign in (1, -1)]
            found[place] = (sides[0] - sides[1]) / (2 * step)
        np.testing.assert_allclose(gradients[parameter], found, atol=2e-9)


def test_the_task_asks_for_the_first_sign() -> None:
    x, y = copy_task(5, 400, seed=1)
    assert x.shape == (400, 6, 3)
    np.testing.assert_array_equal(x[:, 0, 0], y)
    np.testing.assert_array_equal(x[:, :, 1], np.eye(6)[0] * np.ones((400, 1)))
    assert np.abs(x[:, 1:, 0].mean(axis=0)).max() < 0.2
    with pytest.raises(CoreError, match="a distance of 0"):
        copy_task(0)
    with pytest.raises(CoreError, match="'rnn' is no model; there are recurrent, convolutional, attention"):
        copy_accuracy("rnn", 3)  # type: ignore[arg-type]  # what a note may say


@pytest.mark.slow
def test_who_can_still_answer() -> None:
    assert copy_accuracy("attention", [1, 16, 32]).min() > 0.95
    near, edge, beyond = copy_accuracy("convolutional", [1, 4, 5])
    assert min(near, edge) > 0.95
    assert abs(beyond - 0.5) < 0.1
    near, far = copy_accuracy("recurrent", [1, 24])
    assert near > 0.95
    assert abs(far - 0.5) < 0.1


def test_seeded_numbers_are_pinned() -> None:
    """The raw stream of PCG64, which NumPy promises to keep."""
    found = uniform(0, 2, 2)
    raw = np.random.PCG64(0).random_raw(4)
    np.testing.assert_array_equal(found.ravel(), ((raw >> np.uint64(12)) + 0.5) / 2**52)
    assert abs(found[0, 0] - 0.6369616873214543) < 1e-15  # default_rng(0).random(), as NumPy's manual prints it
    many = uniform(7, 20000)
    assert abs(many.mean() - 0.5) < 0.01
    assert abs(many.var() - 1 / 12) < 0.002

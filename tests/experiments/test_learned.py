"""Small transformers: gradients against finite differences, tasks, and the shipped files against training again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from zhixing.experiments.learned import ABLATIONS, EXPERIMENTS, write_table
from zhixing.experiments.sequences import pairs_task, reverse_task
from zhixing.experiments.transformer import Batch, Transformer, train

DATA = Path(__file__).parents[2] / "notes" / "附件"


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
def test_gradients_are_the_finite_differences(layers: int, causal: bool) -> None:
    model = Transformer(words=5, length=4, width=6, layers=layers, causal=causal)
    w, task = model.start(3), reverse_task(1, words=5, length=4)
    batch = Batch(task.tokens[:3], task.wanted[:3], task.tokens[:3] > 0)
    loss, gradients = model.gradients(w, batch)
    assert loss == pytest.approx(model.loss(w, batch), rel=1e-12)
    assert set(gradients) == set(w)
    for parameter, value in w.items():
        found, step = np.empty_like(value), 1e-5
        for place in np.ndindex(value.shape):
            nudge = np.zeros_like(value)
            nudge[place] = step
            sides = [model.loss({**w, parameter: value + sign * nudge}, batch) for sign in (1, -1)]
            found[place] = (sides[0] - sides[1]) / (2 * step)
        np.testing.assert_allclose(gradients[parameter], found, atol=2e-9)


def test_a_model_without_positions_learns_none() -> None:
    model = ABLATIONS["no positions"]
    trained = train(model, reverse_task, steps=3, rate=0.01, seed=1)
    assert not trained.parameters["P"].any()
    tokens = reverse_task(5).tokens
    logits = model.forward(trained.parameters, tokens)[2]
    order = [3, 1, 0, 2, 7, 6, 5, 4]
    np.testing.assert_allclose(model.forward(trained.parameters, tokens[:, order])[2], logits[:, order], atol=1e-12)


def test_a_causal_model_sees_nothing_ahead() -> None:
    model = Transformer(words=10, length=8, width=6, layers=2, causal=True)
    w, tokens = model.start(1), reverse_task(5).tokens
    changed = tokens.copy()
    changed[:, 5:] = (changed[:, 5:] + 1) % 10
    one, other = (model.forward(w, each)[2] for each in (tokens, changed))
    np.testing.assert_array_equal(one[:, :5], other[:, :5])
    assert np.abs(one[:, 5:] - other[:, 5:]).max() > 0.1


def test_partners_follow_each_other() -> None:
    batch = pairs_task(4)
    for row, wanted, counts in zip(batch.tokens, batch.wanted, batch.counts, strict=True):
        partner = dict(zip(row[::2], row[1::2], strict=True))
        assert len({*partner, *partner.values()}) == 2 * len(partner)
        for t in range(0, len(row), 2):
            assert row[t + 1] == partner[row[t]]
            assert counts[t] == (row[t] in row[:t])
            assert wanted[t] == partner[row[t]]
        assert not counts[1::2].any()


def test_a_table_is_written_with_a_line_for_each_row() -> None:
    assert write_table(np.array([[1, -0.00001], [0.12345, -2.5]])) == "1,0\n0.1235,-2.5\n"
    assert write_table(np.array([0.5, 2])) == "0.5\n2\n"


@pytest.mark.parametrize("name", ["反转", *(pytest.param(n, marks=pytest.mark.slow) for n in ("缺一样", "归纳头"))])
def test_the_shipped_files_are_what_training_gives(name: str) -> None:
    found = EXPERIMENTS[name]()
    assert set(found) == {path.stem for path in (DATA / name).glob("*.csv")}
    for stem, text in found.items():
        assert text == (DATA / name / f"{stem}.csv").read_text(encoding="utf-8"), stem

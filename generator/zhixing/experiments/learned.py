"""What training found, as data files for notes: each experiment is a program with a seed.

Numbers are written to four decimals. Matrix products round differently on different machines, by about 1e-16 of the
numbers; over so few steps of training that grows to less than 1e-5, and the files come out the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from zhixing.core.arrays import Array
from zhixing.experiments.sequences import pairs_task, reverse_task
from zhixing.experiments.transformer import Batch, Trained, Transformer, train

DIGITS = 4
FRESH = 1_000_000
"""The seed of sequences that no training has seen."""


def write_table(array: Array) -> str:
    """Return the text of a data file: a line for each row along the last axis."""
    rows = np.asarray(array, np.float64).reshape(-1, array.shape[-1]) if array.ndim > 1 else array[:, None]
    lines = (",".join(_write_number(float(value)) for value in row) for row in rows)
    return "".join(f"{line}\n" for line in lines)


def _write_number(value: float) -> str:
    text = f"{value:.{DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _files(trained: Trained) -> dict[str, str]:
    """Return the data files of trained parameters and of the losses."""
    files = {name: write_table(value) for name, value in trained.parameters.items()}
    return {**files, "losses": write_table(np.array(trained.losses))}


def learn_reversal() -> dict[str, str]:
    """Train one layer to reverse eight tokens out of ten."""
    model = Transformer(words=10, length=8, width=16, layers=1)
    return _files(train(model, reverse_task, steps=150, rate=0.01, seed=1))


ABLATIONS = {
    "all": Transformer(words=10, length=8, width=16, layers=1),
    "no positions": Transformer(words=10, length=8, width=16, layers=1, positions=False),
    "causal": Transformer(words=10, length=8, width=16, layers=1, causal=True),
    "causal, no positions": Transformer(words=10, length=8, width=16, layers=1, causal=True, positions=False),
}


def _previous(seed: int) -> Batch:
    """Return random tokens, and of each the one before; the first does not count."""
    batch = reverse_task(seed)
    counts = np.ones_like(batch.counts)
    counts[:, 0] = False
    return Batch(batch.tokens, np.roll(batch.tokens, 1, axis=1), counts)


def _fresh_accuracy(model: Transformer, trained: Trained, make: Callable[[int], Batch]) -> Array:
    """Return for each position how often a model is right on 1,024 sequences that it has not seen."""
    batches = [make(FRESH + i) for i in range(16)]
    return np.asarray(np.mean([model.accuracy(trained.parameters, batch) for batch in batches], axis=0))


def leave_out() -> dict[str, str]:
    """Train four models on two tasks: with positions and without, seeing everything or only what came before."""
    files = {}
    for task, make in (("reverse", reverse_task), ("previous", _previous)):
        trained = [train(model, make, steps=300, rate=0.01, seed=1) for model in ABLATIONS.values()]
        found = [_fresh_accuracy(*pair, make) for pair in zip(ABLATIONS.values(), trained, strict=True)]
        files[f"{task}-accuracy"] = write_table(np.array(found))
        files[f"{task}-losses"] = write_table(np.array([one.losses for one in trained]))
    return files


def find_induction_heads() -> dict[str, str]:
    """Train one layer and two on pairs that only the sequence itself tells.

    Return the parameters of the model with two layers, the losses of both, and sequences that no training has seen.
    """
    models = [Transformer(words=8, length=16, width=16, layers=layers, causal=True) for layers in (1, 2)]
    one, two = (train(model, pairs_task, steps=500, rate=0.005, seed=1) for model in models)
    losses = write_table(np.array([one.losses, two.losses]))
    return {**_files(two), "losses": losses, "tokens": write_table(pairs_task(FRESH).tokens.astype(np.float64))}


EXPERIMENTS: Mapping[str, Callable[[], dict[str, str]]] = {
    "反转": learn_reversal,
    "缺一样": leave_out,
    "归纳头": find_induction_heads,
}
"""Experiments by the name of the folder that holds their data files in the vault."""

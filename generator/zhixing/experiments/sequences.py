"""What small transformers are trained on: seeded batches of sequences, a new batch for each step."""

from __future__ import annotations

import numpy as np

from zhixing.core.seeded import uniform
from zhixing.experiments.transformer import Batch

SAMPLES = 64


def reverse_task(seed: int, *, words: int = 10, length: int = 8) -> Batch:
    """Return random tokens, and the same tokens from the last to the first."""
    tokens = (uniform(seed, SAMPLES, length) * words).astype(np.intp)
    return Batch(tokens, tokens[:, ::-1], np.ones_like(tokens, np.bool_))


def pairs_task(seed: int, *, words: int = 8, length: int = 16) -> Batch:
    """Return sequences in which each token has a partner, another in each sequence: whenever A comes, its B follows.

    What counts is the partner of a token that came before in the sequence. Which two tokens are partners is chance, so
    nothing but the sequence itself tells.
    """
    pairs = words // 2
    draws = uniform(seed, SAMPLES, words + length // 2 + 1)
    order = np.argsort(draws[:, :words], axis=1, kind="stable")
    chosen = 2 * (draws[:, words:] * pairs).astype(np.intp)
    both = [np.take_along_axis(order, chosen + part, axis=1) for part in (0, 1)]
    line = np.stack(both, axis=-1).reshape(SAMPLES, -1)
    tokens, wanted = line[:, :length], line[:, 1 : length + 1]
    earlier = (tokens[:, :, None] == tokens[:, None, :]) & np.tri(length, k=-1, dtype=np.bool_)
    return Batch(tokens, wanted, earlier.any(axis=-1) & (np.arange(length) % 2 == 0))

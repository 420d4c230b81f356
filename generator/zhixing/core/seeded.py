"""Seeded numbers, the same everywhere: from a bit generator's raw output, the only stream that NumPy promises."""

from __future__ import annotations

import math

import numpy as np

from zhixing.core.arrays import Array


def uniform(seed: int, *shape: int) -> Array:
    """Return float64 numbers evenly spread over (0, 1), neither end included."""
    raw = np.random.PCG64(seed).random_raw(math.prod(shape))
    return ((np.asarray(raw, dtype=np.uint64) >> np.uint64(12)) + 0.5).reshape(shape) / 2.0**52

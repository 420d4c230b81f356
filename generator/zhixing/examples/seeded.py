"""Seeded arrays: normal numbers that are the same on every machine and under every version of NumPy."""

from __future__ import annotations

from math import prod

import numpy as np

from zhixing.examples.constants import read_number
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Array
from zhixing.examples.nodes import Mapping, Scalar
from zhixing.problems import Code


def read_seeded(node: Mapping, shape: tuple[int, ...]) -> Array:
    """Read `{normal: 1, seed: 7}`: a standard deviation and a seed.

    Raises:
        ExampleError: the deviation is no number of at least 0, or the seed no whole number.
    """
    seed, deviation = node.get("seed"), node.get("normal")
    if not isinstance(seed, Scalar) or not seed.text.isascii() or not seed.text.isdigit() or len(seed.text) > 18:
        what = "A seeded array needs a whole number as seed"
        at = seed.span if seed else node.span
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write {normal: 1, seed: 7}").at_span(at)
    spread, at = read_number(deviation) if isinstance(deviation, Scalar) else (np.nan, node.span)
    if not 0 <= spread < np.inf:
        what = "`normal:` needs a standard deviation, a number of at least 0"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write {normal: 1, seed: 7}").at_span(at)
    return spread * normal(int(seed.text), shape)


def normal(seed: int, shape: tuple[int, ...]) -> Array:
    """Return standard normal numbers by Box and Muller's method.

    The uniform numbers are PCG64's raw output: NumPy promises that stream for ever, its distributions it does not.
    The first half of it makes the radii, the second the angles.

    Source: Box and Muller 1958, "A Note on the Generation of Random Normal Deviates"
    """
    count = prod(shape)
    raw = np.random.PCG64(seed).random_raw(2 * count)
    raw >>= np.uint64(11)  # the 53 bits of a float64
    uniform = raw * 2.0**-53
    radius, angle = uniform[:count], uniform[count:]
    np.negative(radius, out=radius)
    np.sqrt(-2.0 * np.log1p(radius), out=radius)  # 1 − u is never 0, so no logarithm is infinite
    angle *= 2.0 * np.pi
    radius *= np.cos(angle)
    return np.asarray(radius).reshape(shape)

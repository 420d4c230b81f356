"""Axes, and arrays with a name for each dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Axis:
    """A named axis: its size, and what heads its positions in tables and figures.

    `labels` is empty for an axis given by its size alone; `numbers` is filled where every label is a number
    (`T: [0.01, 1, 9.0877]`). `root` names the axis whose labels it shares (`键: 词` has root `词`), else itself.
    """

    name: str
    size: int
    labels: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    root: str = ""

    def label(self, position: int) -> str:
        """Return what stands for a position: its label, or the position itself."""
        return self.labels[position] if self.labels else str(position)

    def value(self, position: int) -> float:
        """Return what a position is worth where the axis is used as a value: its numeric label, or the position."""
        return self.numbers[position] if self.numbers else float(position)

    @property
    def values(self) -> Array:
        """The axis used as a value: its numeric labels, or positions from 0. Shape (size,)."""
        return np.array(self.numbers, dtype=np.float64) if self.numbers else np.arange(self.size, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of an array: the axis it runs along, and which of its positions are there.

    `axis` is "" where no axis is known (a list literal, a merge). `positions` is None for the whole axis in order,
    else the axis's positions that a slice kept (a range: no slice of a large axis may cost memory), so that labels
    survive slicing.
    """

    axis: str
    positions: Sequence[int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """An array with a name for each dimension.

    `on` names the axes whose positions the values are (the result of `argmax`, a text given as tokens), so that they
    print as labels; a position over several axes is flat in C order. `values.ndim == len(dimensions)`.
    """

    values: Array
    dimensions: tuple[Dimension, ...] = ()
    on: tuple[Dimension, ...] = ()

    @property
    def axes(self) -> tuple[str, ...]:
        """The axis names, "" for a dimension without one."""
        return tuple(dimension.axis for dimension in self.dimensions)


def scalar(value: float) -> Quantity:
    """Return a single number."""
    return Quantity(np.asarray(value, np.float64))

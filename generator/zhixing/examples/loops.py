"""`each AXIS:`: steps repeated along an axis, whose results stack under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from zhixing.examples.algebra import describe
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Axis, Dimension, Example, Quantity, Step
from zhixing.examples.scope import Loop
from zhixing.problems import Code


def loop_of(steps: Sequence[Step], axis: Axis, example: Example) -> Loop:
    """Return a loop that has not begun."""
    names = frozenset(step.name.name for step in steps)
    before = {one.name.name: one.quantity for one in example.start if one.name.name.partition(".")[0] in names}
    return Loop(axis, names, before)


def remember(loop: Loop) -> None:
    """Add this position's results to the history."""
    for name, quantity in loop.now.quantities.items():
        loop.history.setdefault(name, []).append(quantity)


def stacked(quantities: Sequence[Quantity], axis: Axis) -> Quantity:
    """Put the results of a loop under its axis.

    Raises:
        ExampleError: they differ in their axes or sizes.
    """
    first = quantities[0]
    if len({quantity.values.shape for quantity in quantities}) > 1:
        shapes = " and ".join(sorted({describe(quantity) for quantity in quantities})[:2])
        what = f"Along {axis.name} the step has different sizes: {shapes}"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Let every step have the same axes")
    values = np.stack([quantity.values for quantity in quantities])
    return Quantity(values, (Dimension(axis.name), *first.dimensions), first.on)


def size_of(quantities: Mapping[str, Quantity]) -> int:
    """Return how many numbers quantities hold."""
    return sum(quantity.values.size for quantity in quantities.values())

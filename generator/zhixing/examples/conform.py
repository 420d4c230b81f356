"""Holding what was computed against the axes that a name declares."""

from __future__ import annotations

from zhixing.examples.algebra import Axes, describe, root
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Dimension, Name, Quantity
from zhixing.problems import Code


def conform(quantity: Quantity, name: Name, axes: Axes) -> Quantity:
    """Return a quantity with the declared axes, in the declared order.

    The same axes in another order are put in order. An axis may take another name where both share their labels
    (`键: 词`), where neither has labels, or where the computed dimension has no name.

    Raises:
        ExampleError: the axes or their sizes differ.
    """
    if len(quantity.dimensions) != len(name.axes):
        raise _mismatch(quantity, name)
    if set(quantity.axes) == set(name.axes) and len(set(name.axes)) == len(name.axes):
        order = [quantity.axes.index(axis) for axis in name.axes]
        dimensions = tuple(quantity.dimensions[i] for i in order)
        quantity = Quantity(quantity.values.transpose(order), dimensions, quantity.on)
    pairs = zip(quantity.dimensions, quantity.values.shape, name.axes, strict=True)
    if not all(_fits(dimension, size, axis, axes) for dimension, size, axis in pairs):
        raise _mismatch(quantity, name)
    return Quantity(quantity.values, tuple(Dimension(axis) for axis in name.axes), quantity.on)


def _fits(dimension: Dimension, size: int, declared: str, axes: Axes) -> bool:
    if size != axes[declared].size:
        return False
    own = dimension.axis
    if not own or own == declared or root(axes, own) == root(axes, declared):
        return True
    return own in axes and not axes[own].labels and not axes[declared].labels


def _mismatch(quantity: Quantity, name: Name) -> ExampleError:
    declared = f"[{', '.join(name.axes)}]" if name.axes else "a single number"
    found = describe(quantity) if quantity.dimensions else "a single number"
    what = f"{name.name} is declared as {declared}, but {found} was computed"
    own = ", ".join(axis or "AXIS" for axis in quantity.axes)
    mend = f"Declare it as {name.name}[{own}], or mend the expression" if own else f"Declare it as {name.name}"
    return ExampleError(Code.EXAMPLE_AXES, what, mend)

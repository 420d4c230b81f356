"""Holding what was computed against the axes that a name declares."""

from __future__ import annotations

from zhixing.examples.algebra import Axes, describe, root
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Dimension, Name, Quantity
from zhixing.examples.reading import no_axis
from zhixing.problems import Code


def conform(quantity: Quantity, name: Name, axes: Axes) -> Quantity:
    """Return a quantity with the declared axes, in the declared order.

    Axes that both have are put in the declared order; the others are matched in turn. An axis may take another name
    where both share their labels (`键: 词`), where neither has labels, or where the computed dimension has no name.

    Raises:
        ExampleError: the axes or their sizes differ, or an axis is neither declared nor brought by `uses:`.
    """
    unknown = next((axis for axis in name.axes if axis not in axes), None)
    if unknown is not None:
        raise no_axis(unknown, axes)
    if len(quantity.dimensions) != len(name.axes):
        raise _mismatch(quantity, name)
    order = _order(quantity.axes, name.axes)
    values = quantity.values.transpose(order)
    pairs = zip(order, values.shape, name.axes, strict=True)
    if not all(_fits(quantity.axes[place], size, axis, axes) for place, size, axis in pairs):
        raise _mismatch(quantity, name)
    return Quantity(values, tuple(Dimension(axis) for axis in name.axes), quantity.on)


def _order(own: tuple[str, ...], declared: tuple[str, ...]) -> list[int]:
    """Return which dimension comes to stand under each declared axis."""
    if len(set(own) - {""}) + own.count("") < len(own) or len(set(declared)) < len(declared):
        return list(range(len(own)))  # a name that stands twice says nothing about places
    others = iter(place for place, axis in enumerate(own) if axis not in declared)
    return [own.index(axis) if axis in own else next(others) for axis in declared]


def _fits(own: str, size: int, declared: str, axes: Axes) -> bool:
    if size != axes[declared].size:
        return False
    if not own or own == declared or root(axes, own) == root(axes, declared):
        return True
    return own in axes and not axes[own].labels and not axes[declared].labels


def _mismatch(quantity: Quantity, name: Name) -> ExampleError:
    declared = f"[{', '.join(name.axes)}]" if name.axes else "a single number"
    what = f"{name.name} is declared as {declared}, but {describe(quantity)} was computed"
    if quantity.axes == name.axes:
        return ExampleError(Code.EXAMPLE_AXES, what, "Declare an axis of that size, or mend the expression")
    own = ", ".join(axis or "AXIS" for axis in quantity.axes)
    mend = f"Declare it as {name.name}[{own}], or mend the expression" if own else f"Declare it as {name.name}"
    return ExampleError(Code.EXAMPLE_AXES, what, mend)

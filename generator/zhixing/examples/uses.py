"""`uses:`: a quantity of another example, with the axes that it runs along."""

from __future__ import annotations

from collections.abc import Mapping

from zhixing.examples.errors import ExampleError, NotComputedError
from zhixing.examples.model import Axis, Quantity, Run
from zhixing.problems import Code, did_you_mean


def used(reference: str, others: Mapping[str, Run]) -> tuple[Run, Quantity]:
    """Return the quantity that `指代.weights` names, and its run.

    Raises:
        ExampleError: there is no such example, or it computes no such quantity.
        NotComputedError: its own step failed.
    """
    other, _, name = reference.partition(".")
    if other not in others:
        mend = did_you_mean(other, others) or "Name an example by its id: `w: 指代.weights`"
        raise ExampleError(Code.EXAMPLE_NAME, f"There is no example {other!r}", mend)
    run = others[other]
    if name in run.quantities:
        return run, run.quantities[name]
    if name.partition(".")[0] in {step.name.name for step in run.example.steps} - _bases(run):
        raise NotComputedError(reference)
    fields = [known for known in run.quantities if known.startswith(f"{name}.")]
    mend = did_you_mean(name, run.quantities) or f"It has {', '.join(fields or run.quantities)}"
    raise ExampleError(Code.EXAMPLE_NAME, f"{other} computes no {name!r}", mend)


def _bases(run: Run) -> set[str]:
    return {name.partition(".")[0] for name in run.quantities}


def bring_axes(quantity: Quantity, run: Run, axes: dict[str, Axis], declared: frozenset[str]) -> None:
    """Add the axes of a quantity of another run to one's own, unless they are there.

    Raises:
        ExampleError: an axis of that name is another one here, or a quantity has the name.
    """
    for dimension in (*quantity.dimensions, *quantity.on):
        if dimension.axis in run.example.axes:
            axis = run.example.axes[dimension.axis]
            for one in dict.fromkeys((run.example.axes.get(axis.root, axis), axis)):
                _bring(one, run, axes, declared)


def _bring(axis: Axis, run: Run, axes: dict[str, Axis], declared: frozenset[str]) -> None:
    own = axes.get(axis.name)
    if own is None and axis.name in declared:
        what = f"{axis.name} is an axis of {run.example.id}, but a quantity here"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Rename the quantity")
    if own is not None and (own.size, own.labels) != (axis.size, axis.labels):
        what = f"The axis {axis.name} is another one in {run.example.id}"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Declare it alike in both, or rename one")
    axes.setdefault(axis.name, axis)

"""Expectations and statements held against a run, at the precision in which they are printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from zhixing.examples.errors import ExampleError, NotComputedError
from zhixing.examples.evaluate import Evaluator
from zhixing.examples.model import Axis, Expectation, Expression, Outcome, Printed, Quantity, Said, Says

SLACK = 1e-9  # half a unit exactly is still inside, whatever the last bit says


def held(expectations: Sequence[Expectation], holds: Sequence[Expression], evaluator: Evaluator) -> tuple[Outcome, ...]:
    """Return the outcome of every expectation and every statement; those that rest on a failed step are left out."""
    items: list[Expectation | Expression] = [*expectations, *holds]
    outcomes = [_outcome(item, evaluator) for item in items]
    return tuple(outcome for outcome in outcomes if outcome is not None)


def said(says: Says, evaluator: Evaluator) -> Said:
    """Return a source's statement with its outcomes."""
    return Said(says, held(says.expectations, says.holds, evaluator))


def _outcome(item: Expectation | Expression, evaluator: Evaluator) -> Outcome | None:
    target = item.target if isinstance(item, Expectation) else item
    try:
        computed = evaluator.quantity(target.tree)
        if isinstance(item, Expression):
            return Outcome(item, computed, _statement(item, computed))
        return Outcome(item, computed, "; ".join(_differences(item, computed, evaluator)))
    except NotComputedError:
        return None
    except ExampleError as error:
        return Outcome(item, None, error.what, error.code, error.mend)


def _statement(statement: Expression, computed: Quantity) -> str:
    if computed.values.size and np.all(computed.values != 0):
        return ""
    if computed.values.size < 2:
        return f"{statement.text} is false"
    return f"{statement.text} is false of {int(np.sum(computed.values == 0))} of {computed.values.size} entries"


def _differences(item: Expectation, computed: Quantity, evaluator: Evaluator) -> Iterator[str]:
    """Yield a sentence for each entry that differs (three at most), or one for a wrong shape."""
    shape = _shape(item.values)
    if shape != computed.values.shape:
        yield f"{item.target.text} has the shape {_sizes(computed.values.shape)}; {_sizes(shape)} is expected"
        return
    shown = 0
    for place, printed in _leaves(item.values):
        entry = Quantity(computed.values[place], (), computed.on)
        if not agrees(printed, entry, evaluator):
            shown += 1
            if shown > 3:
                yield "and more"
                return
            where = "".join(f"[{_label(computed, d, p, evaluator)}]" for d, p in enumerate(place))
            yield f"{item.target.text}{where} is {text_of(entry, evaluator)}, not {printed.text}"


def agrees(printed: Printed, entry: Quantity, evaluator: Evaluator) -> bool:
    """Tell whether a single computed value is what is printed: as a label, or as a number within its tolerance."""
    if entry.on and printed.text in (text_of(entry, evaluator), text_of(entry, evaluator).replace(", ", ",")):
        return True
    if printed.value is None or (entry.on and evaluator.scope.axes[entry.on[0].axis].labels):
        return False
    return within(float(entry.values), printed.value, printed.tolerance)


def within(computed: float, value: float, tolerance: float) -> bool:
    """Compare at a printed precision; infinities and NaN equal themselves."""
    if np.isnan(value) or np.isinf(value) or np.isnan(computed) or np.isinf(computed):
        return computed == value or bool(np.isnan(value) and np.isnan(computed))
    return abs(computed - value) <= tolerance * (1 + SLACK) + SLACK * abs(value) * 1e-3


def text_of(entry: Quantity, evaluator: Evaluator) -> str:
    """Return a single value for a message: its label where it is a position, else the number."""
    if not entry.on:
        return f"{float(entry.values):.10g}"
    axes = [evaluator.scope.axes[dimension.axis] for dimension in entry.on]
    return label_of(int(entry.values), axes)


def label_of(position: int, axes: Sequence[Axis]) -> str:
    """Return the labels of a flat position over one or more axes, parted by commas."""
    places = np.unravel_index(position, [axis.size for axis in axes])
    return ", ".join(axis.label(int(place)) for axis, place in zip(axes, places, strict=True))


def _label(computed: Quantity, dimension: int, position: int, evaluator: Evaluator) -> str:
    own = computed.dimensions[dimension]
    place = position if own.positions is None else own.positions[position]
    axis = evaluator.scope.axes.get(own.axis)
    return axis.label(place) if axis else str(place)


def _shape(values: object) -> tuple[int, ...]:
    shape: list[int] = []
    while isinstance(values, tuple):
        shape.append(len(values))
        values = values[0] if values else None
    return tuple(shape)


def _sizes(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) if shape else "of a single number"


def _leaves(values: object, place: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Printed]]:
    if isinstance(values, tuple):
        for position, value in enumerate(values):
            yield from _leaves(value, (*place, position))
    elif isinstance(values, Printed):
        yield place, values

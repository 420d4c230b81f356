"""Plots: quantities as curves along an axis they share, or against another quantity. What is drawn, not where."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zhixing.examples import ExampleError
from zhixing.examples.model import Array, Axis, Dimension, Quantity
from zhixing.problems import Code
from zhixing.render.labels import Axes, heading, labels
from zhixing.render.numbers import number, rounded

MOST_SERIES = 12
MOST_POINTS = 2000

Named = tuple[str, Quantity]


@dataclass(frozen=True, slots=True)
class Series:
    """A curve: its values along the shared axis. A `constant` is a single number, everywhere the same."""

    name: str
    values: tuple[float, ...]
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Curves:
    """A plot before it is placed.

    `across` are the places along the horizontal axis; `categories` are their labels where they are no numbers, and a
    plot of categories has points without lines. `group` heads the key where the curves are one quantity's columns.
    """

    name: str
    across: tuple[float, ...]
    across_name: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    group: str
    log: frozenset[str]
    left_out: int


def curves(quantities: Sequence[Named], axes: Axes, against: Named | None, log: frozenset[str]) -> Curves:
    """Return the curves of quantities of at most two axes, along the axis that they share.

    Raises:
        ExampleError: they share no axis, have too many, or there is nothing that can be drawn.
    """
    shared, size = _shared([*quantities, *([against] if against else [])], axes)
    if size > MOST_POINTS:
        what = f"A plot of {size} points is more than {MOST_POINTS}"
        raise ExampleError(Code.EXAMPLE_COST, what, "Plot a slice of it")
    single = len(quantities) == 1
    series = [one for named in quantities for one in _series(named, shared, size, axes, single=single)]
    across, categories = _across(shared, size, axes, against)
    one = Curves(
        _name(quantities),
        across,
        against[0] if against else heading(shared),
        categories,
        tuple(series[:MOST_SERIES]),
        _group(quantities, shared),
        log,
        max(len(series) - MOST_SERIES, 0),
    )
    if not any(_drawable(one, x, y) for s in one.series for x, y in zip(across, s.values, strict=True)):
        what = "Nothing of this plot can be drawn: no value is finite (and positive, on a logarithmic axis)"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Plot something else, or without `log:`")
    return one


def _drawable(one: Curves, x: float, y: float) -> bool:
    signs = ("x" not in one.log or x > 0) and ("y" not in one.log or y > 0)
    return math.isfinite(x) and math.isfinite(y) and signs


def _shared(quantities: Sequence[Named], axes: Axes) -> tuple[Dimension, int]:
    """Return the dimension that runs across, one that all have, and its size: numbers before labels, the longest."""
    dimensioned = [quantity for _, quantity in quantities if quantity.dimensions]
    if not dimensioned:
        raise ExampleError(Code.EXAMPLE_AXES, "A plot needs a quantity with an axis", "Show single numbers in a table")
    for name, quantity in quantities:
        if len(quantity.dimensions) > 2:
            what = f"{name} has {len(quantity.dimensions)} axes, a plot draws at most two"
            raise ExampleError(Code.EXAMPLE_AXES, what, "Index it first")
    common = [d for d in dimensioned[0].dimensions if all(d in other.dimensions for other in dimensioned)]
    if not common:
        names = "; ".join(f"{name}[{', '.join(q.axes)}]" for name, q in quantities if q.dimensions)
        raise ExampleError(Code.EXAMPLE_AXES, f"These share no axis: {names}", "Plot them apart")
    sizes = dict(zip(dimensioned[0].dimensions, dimensioned[0].values.shape, strict=True))
    shared = min(common, key=lambda d: (_is_labelled(axes.get(d.axis)), -sizes[d]))
    return shared, sizes[shared]


def _is_labelled(axis: Axis | None) -> bool:
    return axis is not None and bool(axis.labels) and not axis.numbers


def _series(named: Named, shared: Dimension, size: int, axes: Axes, *, single: bool) -> list[Series]:
    name, quantity = named
    values = np.asarray(quantity.values, dtype=np.float64)
    if not quantity.dimensions:
        return [Series(f"{name} = {number(float(values))}", _floats(np.full(size, values)), constant=True)]
    at = quantity.dimensions.index(shared)
    rows = np.moveaxis(values, at, -1)
    if rows.ndim == 1:
        return [Series(name, _floats(rows))]
    other = quantity.dimensions[1 - at]
    heads = labels(other, rows.shape[0], axes)
    return [Series(head if single else f"{name}：{head}", _floats(row)) for head, row in zip(heads, rows, strict=True)]


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(rounded(float(value)) for value in values)


def _across(
    shared: Dimension, size: int, axes: Axes, against: Named | None
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return the places across, and their labels where they are no numbers."""
    if against:
        if len(against[1].dimensions) != 1:
            raise ExampleError(Code.EXAMPLE_AXES, f"{against[0]} must have one axis to plot against", "Index it first")
        return _floats(np.asarray(against[1].values, dtype=np.float64)), ()
    axis = axes.get(shared.axis)
    positions = range(size) if shared.positions is None else shared.positions
    if _is_labelled(axis):
        return tuple(map(float, range(size))), labels(shared, size, axes)
    return tuple(float(axis.values[p]) if axis else float(p) for p in positions), ()


def _name(quantities: Sequence[Named]) -> str:
    return "、".join(name for name, _ in quantities)


def _group(quantities: Sequence[Named], shared: Dimension) -> str:
    """Return the axis that tells the curves of a single quantity apart."""
    others = [d for d in quantities[0][1].dimensions if d != shared]
    return heading(others[0]) if len(quantities) == 1 and others else ""


def description(one: Curves) -> list[str]:
    """Return what the plot shows, in sentences: every value of a small one, ends and extremes of a large one."""
    logs = "".join(f"，{name}轴为对数" for key, name in (("x", "横"), ("y", "纵")) if key in one.log)
    sentences = [f"横轴是{one.across_name}，纵轴是{one.name}{logs}。"]
    small = len(one.across) * len(one.series) <= 48
    sentences += [f"{s.name}：{_every(one, s) if small else _extent(s)}。" for s in one.series if not s.constant]
    sentences += [f"{s.name}，画成虚线。" for s in one.series if s.constant]
    return [*sentences, f"另有 {one.left_out} 条曲线未画。"] if one.left_out else sentences


def _every(one: Curves, series: Series) -> str:
    places = one.categories or [number(x) for x in one.across]
    return "，".join(f"{place} 处 {number(y)}" for place, y in zip(places, series.values, strict=True))


def _extent(series: Series) -> str:
    finite = [value for value in series.values if math.isfinite(value)]
    if not finite:
        return "没有可画的点"
    ends = f"从 {number(series.values[0])} 到 {number(series.values[-1])}"
    return f"{ends}，最小 {number(min(finite))}，最大 {number(max(finite))}"

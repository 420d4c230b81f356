"""Plots: quantities as curves along an axis that they share, or against another quantity."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from zhixing.language.errors import ExampleError
from zhixing.language.model import Array, Axis, Dimension, Drawn, Format, Quantity
from zhixing.problems import Code
from zhixing.show import ticks
from zhixing.show.labels import Axes, axis_heading, labels
from zhixing.show.numbers import PLAIN, number, rounded
from zhixing.show.svg import LABEL, PAD, SMALL, Figure, Segment, Text, draw, fit, text_width, thin_labels
from zhixing.show.ticks import Scale
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

# The field: scales, grid, ticks and their labels.

WIDTH, _TALL = 420.0, 190.0
INSET = 10.0
"""Between the ends of the horizontal axis and the outermost points."""


@dataclass(frozen=True, slots=True)
class PlotArea:
    """The rectangle that curves are drawn in, and its two scales; `across` is None where the places are categories."""

    left: float
    top: float
    width: float
    height: float
    across: Scale | None
    up: Scale
    places: int

    @property
    def bottom(self) -> float:
        """The height of the horizontal axis."""
        return self.top + self.height

    def x(self, value: float) -> float:
        """Return the horizontal coordinate of a value; of a category, its position."""
        if self.across is None:
            return self.left + self.width * (value + 0.5) / self.places
        return self.left + INSET + (self.width - 2 * INSET) * self.across.place(value)

    def y(self, value: float) -> float:
        """Return the vertical coordinate of a value."""
        return self.bottom - self.height * self.up.place(value)

    def contains(self, x: float, y: float) -> bool:
        """Return whether a point can be drawn."""
        return self.up.can_place(y) and (self.across is None or self.across.can_place(x))


def plot_area(one: Curves, head: float) -> PlotArea:
    """Return the field of a plot under a head of some height (the plot's name and key)."""
    shown = [y for s in one.series for y in s.values if math.isfinite(y) and (y > 0 or "y" not in one.log)]
    shown += [0.0] if one.look.drawn is Drawn.BARS else []
    up = (ticks.logarithmic_scale if "y" in one.log else ticks.linear_scale)(shown, form=one.look.up)
    left = PAD + max(text_width(label, SMALL) for _, label in up.ticks) + 8
    top = PAD + head + (22 if "y" in one.log else 10)
    # Half of the last label extends beyond its tick.
    last = max(
        (text_width(number(x, form=one.look.across), SMALL) / 2 for x in one.across if math.isfinite(x)), default=0.0
    )
    width = WIDTH - left - max(PAD, last + 4 - INSET)
    return PlotArea(left, top, width, _TALL, None if one.categories else _across(one, width), up, len(one.across))


def _across(one: Curves, width: float) -> Scale:
    form = one.look.across
    shown = [x for x in one.across if math.isfinite(x) and (x > 0 or "x" not in one.log)]
    if "x" in one.log:
        candidates = [ticks.logarithmic_scale(shown, about, form) for about in (6, 3)]
    else:
        whole = all(x == round(x) for x in shown)
        candidates = [ticks.linear_scale(shown, whole=whole, about=about, form=form) for about in (8, 5, 3)]
    return ticks.scale_along(shown, candidates, partial(_fits, width=width - 2 * INSET), form)


def _fits(scale: Scale, width: float) -> bool:
    """Return whether the labels of a scale's ticks do not touch."""
    spans = [(scale.place(value) * width, text_width(label, SMALL) / 2 + 3) for value, label in scale.ticks]
    return all(b - a >= half_a + half_b for (a, half_a), (b, half_b) in itertools.pairwise(spans))


def grid_lines(one: Curves, field: PlotArea) -> Iterator[Segment]:
    """Yield the grid, the horizontal axis and its ticks."""
    right = field.left + field.width
    for value, _ in field.up.ticks:
        zero = not value and field.up.low < 0
        yield Segment(field.left, field.y(value), right, field.y(value), "rule" if zero else "grid")
    if one.categories:
        for place in one.across:
            yield Segment(field.x(place), field.top, field.x(place), field.bottom, "grid")
    yield Segment(field.left, field.bottom, right, field.bottom, "rule")
    for value, _ in field.across.ticks if field.across else ():
        yield Segment(field.x(value), field.bottom, field.x(value), field.bottom + 4, "rule")


def up_labels(one: Curves, field: PlotArea) -> Iterator[Text]:
    """Yield the labels of the vertical axis."""
    if "y" in one.log:
        yield Text(PAD, field.top - 10, one.words.log_scale, "muted small")
    for value, label in field.up.ticks:
        yield Text(field.left - 8, field.y(value) + 4, label, "muted small end")


def foot_labels(one: Curves, field: PlotArea) -> tuple[list[Text], float]:
    """Return the labels and the name of the horizontal axis, and the height that they take."""
    name = one.words.on_log_axis.format(name=one.across_name) if "x" in one.log else one.across_name
    if field.across is not None:
        texts = [Text(field.x(v), field.bottom + 17, label, "muted small middle") for v, label in field.across.ticks]
        reach = 17.0
    else:
        texts, reach = _categories(one, field)
    middle = field.left + field.width / 2
    return [
        *texts,
        Text(middle, field.bottom + reach + 19, fit(name, SMALL, field.width), "ink small middle"),
    ], reach + 21


def _categories(one: Curves, field: PlotArea) -> tuple[list[Text], float]:
    every, turned = thin_labels(one.categories, SMALL, field.width / field.places)
    shown = [(field.x(place), fit(one.categories[place], SMALL, 96)) for place in range(0, field.places, every)]
    if not turned:
        return [Text(x, field.bottom + 17, label, "muted small middle") for x, label in shown], 17.0
    reach = max(text_width(label, SMALL) for _, label in shown) * math.sqrt(0.5)
    return [Text(x + 3, field.bottom + 13, label, "muted small end", -45) for x, label in shown], reach + 12


# The curves: what is drawn, before it is placed.

MOST_SERIES = 12
MOST_POINTS = 2000

Named = tuple[str, Quantity]


@dataclass(frozen=True, slots=True)
class Look:
    """How a plot is drawn, and how the numbers of its two axes are printed."""

    drawn: Drawn = Drawn.CURVES
    up: Format = PLAIN
    across: Format = PLAIN


CURVES = Look()
MOST_BARS = 60
"""The most places that bars stand at."""


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
    words: Wording = CHINESE
    look: Look = CURVES


def curves(
    quantities: Sequence[Named],
    axes: Axes,
    against: Named | None,
    log: frozenset[str],
    words: Wording = CHINESE,
    look: Look = CURVES,
) -> Curves:
    """Return the curves of quantities of at most two axes, along the axis that they share.

    Raises:
        ExampleError: they share no axis, have too many, or there is nothing that can be drawn.
    """
    shared, size = _shared_axis([*quantities, *([against] if against else [])], axes)
    if size > MOST_POINTS:
        what = f"A plot of {size} points is more than {MOST_POINTS}"
        raise ExampleError(Code.EXAMPLE_COST, what, "Plot a slice of it")
    if look.drawn is Drawn.BARS and size > MOST_BARS:
        what = f"Bars at {size} places are more than {MOST_BARS}"
        raise ExampleError(Code.EXAMPLE_COST, what, "Show a slice of it, or a plot")
    single = len(quantities) == 1
    series = [one for named in quantities for one in _series(named, shared, size, axes, words, look, single=single)]
    across, categories = _along(shared, size, axes, against)
    if look.drawn is Drawn.BARS:
        across, categories = tuple(map(float, range(size))), labels(shared, size, axes)
    most = _COLOURS if look.drawn is Drawn.BARS else MOST_SERIES
    one = Curves(
        words.enumeration.join(name for name, _ in quantities),
        across,
        against[0] if against else axis_heading(shared, words),
        categories,
        tuple(series[:most]),
        _group(quantities, shared, words),
        log,
        max(len(series) - most, 0),
        words,
        look,
    )
    if not any(_drawable(one, x, y) for s in one.series for x, y in zip(across, s.values, strict=True)):
        what = "Nothing of this plot can be drawn: no value is finite (and positive, on a logarithmic axis)"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Plot something else, or without `log:`")
    return one


def _drawable(one: Curves, x: float, y: float) -> bool:
    signs = ("x" not in one.log or x > 0) and ("y" not in one.log or y > 0)
    return math.isfinite(x) and math.isfinite(y) and signs


def _shared_axis(quantities: Sequence[Named], axes: Axes) -> tuple[Dimension, int]:
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


def _series(
    named: Named, shared: Dimension, size: int, axes: Axes, words: Wording, look: Look, *, single: bool
) -> list[Series]:
    name, quantity = named
    values = np.asarray(quantity.values, dtype=np.float64)
    if not quantity.dimensions:
        return [
            Series(f"{name} = {number(float(values), form=look.up)}", _floats(np.full(size, values)), constant=True)
        ]
    at = quantity.dimensions.index(shared)
    rows = np.moveaxis(values, at, -1)
    if rows.ndim == 1:
        return [Series(name, _floats(rows))]
    other = quantity.dimensions[1 - at]
    heads = labels(other, rows.shape[0], axes)
    return [
        Series(head if single else words.pair(name, head), _floats(row)) for head, row in zip(heads, rows, strict=True)
    ]


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(rounded(float(value)) for value in values)


def _along(
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


def _group(quantities: Sequence[Named], shared: Dimension, words: Wording) -> str:
    """Return the axis that tells the curves of a single quantity apart."""
    others = [d for d in quantities[0][1].dimensions if d != shared]
    return axis_heading(others[0], words) if len(quantities) == 1 and others else ""


def description(one: Curves) -> list[str]:
    """Return the description in sentences: every value of a small plot, ends and extremes of a large one."""
    words, small = one.words, len(one.across) * len(one.series) <= 48
    logs = [text for key, text in (("x", words.log_across), ("y", words.log_up)) if key in one.log]
    sentences = [words.comma.join([words.plot_axes.format(across=one.across_name, name=one.name), *logs])]
    varying = [series for series in one.series if not series.constant]
    sentences += [words.pair(s.name, _every(one, s) if small else _extent(one, s)) for s in varying]
    sentences += [words.constant.format(name=s.name) for s in one.series if s.constant]
    sentences += [words.curves_not_drawn.format(count=one.left_out)] if one.left_out else []
    return [f"{sentence}{words.stop}" for sentence in sentences]


def _every(one: Curves, series: Series) -> str:
    places = one.categories or [number(x, form=one.look.across) for x in one.across]
    points = zip(places, series.values, strict=True)
    return one.words.comma.join(one.words.point.format(place=place, value=_print(one, y)) for place, y in points)


def _print(one: Curves, value: float) -> str:
    """Return a value of a curve as it is printed."""
    return number(value, form=one.look.up)


def _extent(one: Curves, series: Series) -> str:
    words = one.words
    finite = [value for value in series.values if math.isfinite(value)]
    if not finite:
        return words.nothing_to_draw
    ends = words.from_to.format(first=_print(one, series.values[0]), last=_print(one, series.values[-1]))
    extremes = words.extremes.format(least=_print(one, min(finite)), most=_print(one, max(finite)))
    return words.comma.join([ends, extremes])


# Drawing: paths, marks and the key.

MOST_MARKED = 40
"""With more points than this a curve has no marks."""
_COLOURS = 6
_BAR_SHARE = 0.7
"""How much of the room of a place its bars take."""
_ROW = 18.0
_SHAPES: tuple[tuple[tuple[float, float], ...], ...] = (
    (),  # a circle
    ((-3.4, -3.4), (3.4, -3.4), (3.4, 3.4), (-3.4, 3.4)),
    ((0, -4.6), (4.2, 3.2), (-4.2, 3.2)),
    ((0, -4.8), (4.8, 0), (0, 4.8), (-4.8, 0)),
    ((0, 4.6), (4.2, -3.2), (-4.2, -3.2)),
    ((-4.2, -1.4), (-1.4, -1.4), (-1.4, -4.2), (1.4, -4.2), (1.4, -1.4), (4.2, -1.4), (4.2, 1.4), (1.4, 1.4),
     (1.4, 4.2), (-1.4, 4.2), (-1.4, 1.4), (-4.2, 1.4)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Curve:
    """A path and its CSS classes."""

    path: str
    role: str


def plot(
    quantities: Sequence[Named],
    axes: Axes,
    against: Named | None = None,
    log: frozenset[str] = frozenset(),
    words: Wording = CHINESE,
    look: Look = CURVES,
) -> Figure:
    """Draw quantities as curves with marks, as marks alone or as bars, with a key where there are several.

    Categories have marks alone. Infinite and undefined values, and those a logarithmic axis cannot show, are gaps.

    Raises:
        ExampleError: they share no axis, have too many, or there is nothing that can be drawn.
    """
    one = curves(quantities, axes, against, log, words, look)
    field = place_curves(one)
    key_marks, key_texts = _key(one)
    axis_texts, below = foot_labels(one, field)
    drawn = [_curve(one, field, index) for index in range(len(one.series))]
    marks = [mark for index in range(len(one.series)) for mark in _marks(one, field, index)]
    return draw(
        "plot",
        WIDTH,
        field.bottom + below + PAD,
        words.plot.format(name=one.name, across=one.across_name),
        description(one),
        words.tag,
        lines=list(grid_lines(one, field)),
        curves=[*(curve for curve in drawn if curve.path), *marks, *key_marks],
        texts=[*up_labels(one, field), *axis_texts, *key_texts],
    )


def place_curves(one: Curves) -> PlotArea:
    """Return the field of a plot, below its name and key."""
    return plot_area(one, _ROW * (len(_key_items(one)) + bool(_title(one))))


def _curve(one: Curves, field: PlotArea, index: int) -> Curve:
    """Return a curve as one path, broken where a point cannot be drawn; categories are not joined."""
    series = one.series[index]
    if series.constant:
        height = field.y(series.values[0]) if field.contains(one.across[0], series.values[0]) else math.nan
        level = f"M{field.left:.1f} {height:.1f}H{field.left + field.width:.1f}"
        return Curve("" if math.isnan(height) else level, f"curve c{index % _COLOURS} dashed")
    if one.categories or one.look.drawn is not Drawn.CURVES:
        return Curve("", "")
    path, pen = "", "M"
    for x, y in zip(one.across, series.values, strict=True):
        if field.contains(x, y):
            path += f"{pen}{field.x(x):.1f} {field.y(y):.1f}"
            pen = "L"
        else:
            pen = "M"
    return Curve(path, f"curve c{index % _COLOURS}{' dashed' if _covers(one, field, index) else ''}")


def _covers(one: Curves, field: PlotArea, index: int) -> bool:
    """Return whether a curve coincides with an earlier one, which it would hide."""
    own = one.series[index].values
    return any(
        all(field.up.can_place(a) and field.up.can_place(b) and abs(field.y(a) - field.y(b)) < 1.5 for a, b in pairs)
        for pairs in (list(zip(own, other.values, strict=True)) for other in one.series[:index])
    )


def _bars(one: Curves, field: PlotArea, index: int) -> Iterator[Curve]:
    """Yield the bars of a series, from 0; those of several series stand side by side."""
    varying = [place for place, series in enumerate(one.series) if not series.constant]
    width = field.width / field.places * _BAR_SHARE / max(len(varying), 1)
    for x, y in zip(one.across, one.series[index].values, strict=True):
        if field.contains(x, y) and y:
            left = field.x(x) + (varying.index(index) - len(varying) / 2) * width
            path = f"M{left:.1f} {field.y(0):.1f}V{field.y(y):.1f}h{width:.1f}V{field.y(0):.1f}Z"
            yield Curve(path, f"m{index % _COLOURS}")


def _marks(one: Curves, field: PlotArea, index: int) -> Iterator[Curve]:
    series = one.series[index]
    if series.constant:
        return
    if one.look.drawn is Drawn.BARS:
        yield from _bars(one, field, index)
        return
    if len(one.across) > MOST_MARKED and not one.categories and one.look.drawn is Drawn.CURVES:
        return
    # Of two curves that lie on one another, each marks every other point.
    every = 2 if _covers(one, field, index) and not one.categories else 1
    for x, y in list(zip(one.across, series.values, strict=True))[::every]:
        if field.contains(x, y):
            yield _mark(field.x(x), field.y(y), index)


def _mark(x: float, y: float, index: int) -> Curve:
    # Beyond the colours, the shapes shift, so that no two of twelve curves look the same.
    shape = _SHAPES[(index + index // _COLOURS) % len(_SHAPES)]
    if shape:
        path = "M" + "L".join(f"{x + dx:.1f} {y + dy:.1f}" for dx, dy in shape) + "Z"
    else:
        path = f"M{x - 4:.1f} {y:.1f}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z"
    return Curve(path, f"m{index % _COLOURS}")


def _key_items(one: Curves) -> list[list[tuple[int, str, float]]]:
    """Return the rows of the key: each entry's curve, name and left edge. A single curve needs none."""
    if len(one.series) == 1 and not one.group and not one.series[0].constant:
        return []
    rows: list[list[tuple[int, str, float]]] = [[]]
    left = PAD
    for index, series in enumerate(one.series):
        name = fit(series.name, SMALL, WIDTH - 2 * PAD - 30)
        wide = 28 + text_width(name, SMALL) + 14
        if rows[-1] and left + wide > WIDTH - PAD + 14:
            rows.append([])
            left = PAD
        rows[-1].append((index, name, left))
        left += wide
    return rows


def _key(one: Curves) -> tuple[list[Curve], list[Text]]:
    """Return the name above the plot and the key: a piece of each curve with its mark, and its name."""
    samples: list[Curve] = []
    texts = [Text(PAD, PAD + 12, title, "ink name")] if (title := _title(one)) else []
    for row, items in enumerate(_key_items(one), start=len(texts)):
        for index, label, x in items:
            y = PAD + 8 + row * _ROW
            dashed = " dashed" if one.series[index].constant else ""
            if dashed or (not one.categories and one.look.drawn is Drawn.CURVES):
                samples.append(Curve(f"M{x:.1f} {y:.1f}h22", f"curve c{index % _COLOURS}{dashed}"))
            if not dashed:
                samples.append(_mark(x + 11, y, index))
            texts.append(Text(x + 28, y + 4, label, "ink small"))
    return samples, texts


def _title(one: Curves) -> str:
    """Return the title of a plot of one quantity; several are named by the key."""
    if _key_items(one) and not one.group:
        return ""
    left_out = one.words.curves_left_out.format(count=one.left_out) if one.left_out else ""
    name = one.words.by_axis.format(name=one.name, axis=one.group) if one.group else one.name
    return fit(name, LABEL, WIDTH - 2 * PAD) + left_out

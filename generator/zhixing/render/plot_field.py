"""The field of a plot: its scales, grid, ticks and their labels."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from zhixing.render import ticks
from zhixing.render.figure import PAD, SMALL, Line, Text
from zhixing.render.measure import fit, text_width, thinned
from zhixing.render.numbers import number
from zhixing.render.plot import Curves
from zhixing.render.ticks import Scale

WIDTH, _TALL = 420.0, 190.0
_INSET = 10.0
"""Between the ends of the horizontal axis and the outermost points."""


@dataclass(frozen=True, slots=True)
class Field:
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
        """Return where a place stands across; a category's place is its position."""
        if self.across is None:
            return self.left + self.width * (value + 0.5) / self.places
        return self.left + _INSET + (self.width - 2 * _INSET) * self.across.place(value)

    def y(self, value: float) -> float:
        """Return how far down a value stands."""
        return self.bottom - self.height * self.up.place(value)

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point can be drawn."""
        return self.up.can_place(y) and (self.across is None or self.across.can_place(x))


def field_of(one: Curves, head: float) -> Field:
    """Return the field of a plot under a head of some height (the plot's name and key)."""
    shown = [y for s in one.series for y in s.values if math.isfinite(y) and (y > 0 or "y" not in one.log)]
    up = ticks.logarithmic(shown) if "y" in one.log else ticks.linear(shown)
    left = PAD + max(text_width(label, SMALL) for _, label in up.ticks) + 8
    top = PAD + head + (22 if "y" in one.log else 10)
    # Half of the last label stands beyond its tick.
    last = max((text_width(number(x), SMALL) / 2 for x in one.across if math.isfinite(x)), default=0.0)
    width = WIDTH - left - max(PAD, last + 4 - _INSET)
    return Field(left, top, width, _TALL, None if one.categories else _across(one, width), up, len(one.across))


def _across(one: Curves, width: float) -> Scale:
    shown = [x for x in one.across if math.isfinite(x) and (x > 0 or "x" not in one.log)]
    if "x" in one.log:
        candidates = [ticks.logarithmic(shown, about) for about in (6, 3)]
    else:
        whole = all(x == round(x) for x in shown)
        candidates = [ticks.linear(shown, whole=whole, about=about) for about in (8, 5, 3)]
    return ticks.along(shown, candidates, partial(_fits, width=width - 2 * _INSET))


def _fits(scale: Scale, width: float) -> bool:
    """Tell whether the labels of a scale's ticks stand apart."""
    spans = [(scale.place(value) * width, text_width(label, SMALL) / 2 + 3) for value, label in scale.ticks]
    return all(b - a >= half_a + half_b for (a, half_a), (b, half_b) in itertools.pairwise(spans))


def grid(one: Curves, field: Field) -> Iterator[Line]:
    """Yield the grid, the horizontal axis and its ticks."""
    right = field.left + field.width
    for value, _ in field.up.ticks:
        zero = not value and field.up.low < 0
        yield Line(field.left, field.y(value), right, field.y(value), "rule" if zero else "grid")
    if one.categories:
        for place in one.across:
            yield Line(field.x(place), field.top, field.x(place), field.bottom, "grid")
    yield Line(field.left, field.bottom, right, field.bottom, "rule")
    for value, _ in field.across.ticks if field.across else ():
        yield Line(field.x(value), field.bottom, field.x(value), field.bottom + 4, "rule")


def up_labels(one: Curves, field: Field) -> Iterator[Text]:
    """Yield the labels of the vertical axis."""
    if "y" in one.log:
        yield Text(PAD, field.top - 10, "（对数）", "muted small")
    for value, label in field.up.ticks:
        yield Text(field.left - 8, field.y(value) + 4, label, "muted small end")


def foot(one: Curves, field: Field) -> tuple[list[Text], float]:
    """Return the labels and the name of the horizontal axis, and the height that they take."""
    name = one.across_name + ("（对数）" if "x" in one.log else "")
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


def _categories(one: Curves, field: Field) -> tuple[list[Text], float]:
    every, turned = thinned(one.categories, SMALL, field.width / field.places)
    shown = [(field.x(place), fit(one.categories[place], SMALL, 96)) for place in range(0, field.places, every)]
    if not turned:
        return [Text(x, field.bottom + 17, label, "muted small middle") for x, label in shown], 17.0
    reach = max(text_width(label, SMALL) for _, label in shown) * math.sqrt(0.5)
    return [Text(x + 3, field.bottom + 13, label, "muted small end", -45) for x, label in shown], reach + 12

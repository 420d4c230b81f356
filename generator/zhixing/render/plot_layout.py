"""A plot's curves, marks and key, and the drawing of it all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zhixing.render.figure import LABEL, PAD, SMALL, Figure, Text, draw
from zhixing.render.labels import Axes
from zhixing.render.measure import fit, text_width
from zhixing.render.plot import Curves, Named, curves, description
from zhixing.render.plot_field import WIDTH, Field, field_of, foot, grid, up_labels

_MARKS = 40
"""With more points than this a curve has no marks."""
_COLOURS = 6
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
    quantities: Sequence[Named], axes: Axes, against: Named | None = None, log: frozenset[str] = frozenset()
) -> Figure:
    """Draw quantities as curves with marks, with a key where there are several; categories have marks alone.

    Infinite and undefined values, and those a logarithmic axis cannot show, are gaps.

    Raises:
        ExampleError: they share no axis, have too many, or there is nothing that can be drawn.
    """
    one = curves(quantities, axes, against, log)
    field = field_of(one, _ROW * (len(_key_items(one)) + bool(_title(one))))
    key_marks, key_texts = _key(one)
    axis_texts, below = foot(one, field)
    drawn = [_curve(one, field, index) for index in range(len(one.series))]
    marks = [mark for index in range(len(one.series)) for mark in _marks(one, field, index)]
    return draw(
        "plot",
        WIDTH,
        field.bottom + below + PAD,
        f"{one.name} 随{one.across_name}变化的图",
        description(one),
        lines=list(grid(one, field)),
        curves=[*(curve for curve in drawn if curve.path), *marks, *key_marks],
        texts=[*up_labels(one, field), *axis_texts, *key_texts],
    )


def _curve(one: Curves, field: Field, index: int) -> Curve:
    """Return a curve as one path, broken where a point cannot be drawn; categories are not joined."""
    series = one.series[index]
    if series.constant:
        height = field.y(series.values[0]) if field.holds(one.across[0], series.values[0]) else math.nan
        level = f"M{field.left:.1f} {height:.1f}H{field.left + field.width:.1f}"
        return Curve("" if math.isnan(height) else level, f"curve c{index % _COLOURS} dashed")
    if one.categories:
        return Curve("", "")
    path, pen = "", "M"
    for x, y in zip(one.across, series.values, strict=True):
        if field.holds(x, y):
            path += f"{pen}{field.x(x):.1f} {field.y(y):.1f}"
            pen = "L"
        else:
            pen = "M"
    return Curve(path, f"curve c{index % _COLOURS}{' dashed' if _covers(one, field, index) else ''}")


def _covers(one: Curves, field: Field, index: int) -> bool:
    """Tell whether a curve lies on an earlier one, which it would hide."""
    own = one.series[index].values
    return any(
        all(field.up.can_place(a) and field.up.can_place(b) and abs(field.y(a) - field.y(b)) < 1.5 for a, b in pairs)
        for pairs in (list(zip(own, other.values, strict=True)) for other in one.series[:index])
    )


def _marks(one: Curves, field: Field, index: int) -> Iterator[Curve]:
    series = one.series[index]
    if series.constant or (len(one.across) > _MARKS and not one.categories):
        return
    # Of two curves that lie on one another, each marks every other point.
    every = 2 if _covers(one, field, index) and not one.categories else 1
    for x, y in list(zip(one.across, series.values, strict=True))[::every]:
        if field.holds(x, y):
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
            if not one.categories or dashed:
                samples.append(Curve(f"M{x:.1f} {y:.1f}h22", f"curve c{index % _COLOURS}{dashed}"))
            if not dashed:
                samples.append(_mark(x + 11, y, index))
            texts.append(Text(x + 28, y + 4, label, "ink small"))
    return samples, texts


def _title(one: Curves) -> str:
    """Return what stands above a plot of one quantity; the key names several."""
    if _key_items(one) and not one.group:
        return ""
    left_out = f"（另有 {one.left_out} 条未画）" if one.left_out else ""
    return fit(one.name + (f"（按{one.group}）" if one.group else ""), LABEL, WIDTH - 2 * PAD) + left_out

"""Heat maps: a quantity of one, two or three axes as coloured cells. What is in them; `heatmap_layout` places it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from zhixing.examples.model import Array, Quantity
from zhixing.render.labels import Axes, heading, labels
from zhixing.render.numbers import fixed, number, rounded

MOST_CELLS = 96
"""Rows or columns drawn at most; the rest is said in words."""

MOST_PANELS = 12


@dataclass(frozen=True, slots=True)
class Cells:
    """A heat map before it is placed.

    `values` and `hidden` have shape (panels, rows, columns), already cut; `hidden` marks what a mask took away. A
    quantity of one axis is one row. `left_out` says in a sentence what was cut, or nothing. `signed`
    tells whether the scale has two sides, `most` is the value at full colour: the largest finite one, signs aside.
    """

    name: str
    panels: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    heads: tuple[str, ...]
    values: Array
    hidden: Array
    left_out: str
    signed: bool
    most: float

    def opacity(self, value: float) -> float:
        """Return how strongly a value is coloured, 0 to 1."""
        if math.isnan(value) or not value:
            return 0.0
        return min(abs(rounded(value)) / self.most, 1.0) if self.most else 1.0

    def text(self, value: float) -> str:
        """Return a value as its cell prints it: with the decimals that give the largest about three digits."""
        power = math.floor(math.log10(self.most)) if self.most else 0
        if power < -3:
            return number(value, 2)
        return fixed(value, max(0, 2 - power if power >= 0 else 1 - power))


def cells(name: str, quantity: Quantity, axes: Axes, hidden: Array | None) -> Cells:
    """Return the cells of a quantity of one, two or three axes. `hidden` has its shape: True where masked."""
    values = np.asarray(quantity.values, dtype=np.float64)
    masked = np.isneginf(values) if hidden is None else np.isneginf(values) | hidden
    names = [labels(d, n, axes) for d, n in zip(quantity.dimensions, values.shape, strict=True)]
    panels, rows = (("",), ("",)) if len(names) == 1 else (("",), names[-2]) if len(names) == 2 else names[:2]
    cut = (slice(MOST_PANELS), slice(MOST_CELLS), slice(MOST_CELLS))
    shown = values.reshape(len(panels), len(rows), len(names[-1]))[cut]
    finite = shown[np.isfinite(shown)]
    return Cells(
        name,
        tuple(panels[cut[0]]),
        tuple(rows[cut[1]]),
        names[-1][cut[2]],
        tuple(heading(d) for d in quantity.dimensions),
        shown,
        masked.reshape(len(panels), len(rows), len(names[-1]))[cut],
        _left_out([heading(d) for d in quantity.dimensions], values.shape),
        bool(np.any(finite < 0)),
        rounded(float(np.abs(finite).max())) if finite.size else 0.0,
    )


def _left_out(heads: list[str], shape: tuple[int, ...]) -> str:
    """Return the sentence that says what is too much to draw."""
    limits = (MOST_PANELS, MOST_CELLS, MOST_CELLS)[-len(shape) :]
    parts = [
        f"{head}只画前 {limit} 个，共 {size} 个"
        for head, size, limit in zip(heads, shape, limits, strict=True)
        if size > limit
    ]
    return "；".join(parts)


def description(one: Cells) -> list[str]:
    """Return what the heat map shows, in sentences: every value of a small one, the extremes of a large one."""
    sentences = [f"{one.name} 的热力图，{_axes(one)}。"]
    if one.values.size <= 48:
        sentences += [
            f"{_where(one, p, r)}{_row(one, p, r)}。" for p in range(len(one.panels)) for r in range(len(one.rows))
        ]
    else:
        finite = one.values[np.isfinite(one.values)]
        if finite.size:
            sentences.append(f"最小 {number(float(finite.min()), 3)}，最大 {number(float(finite.max()), 3)}。")
    if one.hidden.any():
        sentences.append(f"{int(one.hidden.sum())} 格被遮蔽，画成斜线。")
    return [*sentences, f"{one.left_out}。"] if one.left_out else sentences


def _axes(one: Cells) -> str:
    kinds = ("分格", "行", "列")[-len(one.heads) :]
    return "，".join(f"{kind}是{head}" for kind, head in zip(kinds, one.heads, strict=True))


def _where(one: Cells, panel: int, row: int) -> str:
    where = "，".join(part for part in (one.panels[panel], one.rows[row]) if part)
    return f"{where}：" if where else ""


def _row(one: Cells, panel: int, row: int) -> str:
    values = one.values[panel, row]
    return "，".join(f"{label} {number(float(v), 3)}" for label, v in zip(one.columns, values, strict=True))

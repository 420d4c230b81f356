"""Heat maps: which cells are hatched, what is in the cells, where everything goes, and the drawing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zhixing.language.errors import ExampleError
from zhixing.language.latex_context import word_of
from zhixing.language.model import Array, Format, Quantity, Run
from zhixing.language.nodes import Call, Field, Name, Node
from zhixing.language.run import Evaluate
from zhixing.language.run import evaluate as evaluate_in_run
from zhixing.show.labels import Axes, axis_heading, corner, labels
from zhixing.show.numbers import PLAIN, fixed, number, rounded
from zhixing.show.round_steps import round_step
from zhixing.show.svg import (
    LABEL,
    PAD,
    SMALL,
    WIDEST,
    Box,
    Figure,
    Segment,
    Text,
    draw,
    fit,
    text_on_cell,
    text_width,
    thin_labels,
)
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

# Masked cells: weights that are 0 because a mask took them away, and not merely small.

_FARTHEST = 8
"""The number of names that are followed from one to the next."""


def find_masked(run: Run, tree: Node, quantity: Quantity, evaluate: Evaluate = evaluate_in_run) -> Array | None:
    """Return where the scores of a quantity are −∞, in the quantity's shape; None if it has no known scores.

    The scores are those that the quantity was computed from, as declared by the function: the argument of `softmax`, or
    `masked` beside the `weights` of `attention`.
    """
    node = find_scores(run, tree)
    scores = _try_evaluate(run, node, evaluate) if node else None
    if scores is None or scores.dimensions != quantity.dimensions or scores.values.shape != quantity.values.shape:
        return None
    return np.asarray(np.isneginf(scores.values))


def find_scores(run: Run, tree: Node) -> Node | None:
    """Return the expression of the scores that a quantity was computed from; None if it has no known ones."""
    tree = _resolve_name(run, tree)
    result, call = (tree.name, tree.record) if isinstance(tree, Field) else ("", tree)
    origin = _resolve_name(run, call)
    word = word_of(origin)
    scores = word.scores.get(result) if word else None
    if scores:
        return Field(call, scores, span=call.span)
    if scores is None or not isinstance(origin, Call) or not origin.arguments:
        return None
    return origin.arguments[0]


def _resolve_name(run: Run, tree: Node) -> Node:
    """Return the expression that a name stands for, through the names of other steps; any other expression as it is."""
    steps = {step.name.name: step.expression.tree for step in run.example.steps}
    for _ in range(_FARTHEST):
        if not isinstance(tree, Name) or tree.name not in steps:
            break
        tree = steps[tree.name]
    return tree


def _try_evaluate(run: Run, tree: Node, evaluate: Evaluate) -> Quantity | None:
    try:
        return evaluate(run, tree)
    except ExampleError:
        # A step repeated along an axis may mean nothing outside its loop; then no cell is hatched.
        return None


# Cells: a quantity of one, two or three axes as panels of rows and columns.

MOST_CELLS = 96
"""The most rows and columns drawn; a sentence says how many are left out."""

MOST_PANELS = 12


@dataclass(frozen=True, slots=True)
class Cells:
    """A heat map before it is placed.

    `values` and `hidden` have shape (panels, rows, columns), already cut; `hidden` marks masked cells. A quantity of
    one axis is one row. `left_out` is a sentence about what was cut, or empty. `signed` means a scale of two colours;
    `most`, the largest finite magnitude, has full colour.
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
    form: Format = PLAIN
    words: Wording = CHINESE

    def opacity(self, value: float) -> float:
        """Return the opacity of a value's colour, 0 to 1."""
        if math.isnan(value) or not value:
            return 0.0
        return min(abs(rounded(value)) / self.most, 1.0) if self.most else 1.0

    def text(self, value: float) -> str:
        """Return a value as printed in its cell: with the decimals that give the largest value about three digits."""
        if self.form != PLAIN:
            return self.number(value)
        power = math.floor(math.log10(self.most)) if self.most else 0
        if power < -3:
            return number(value, 2)
        return fixed(value, max(0, 2 - power if power >= 0 else 1 - power))

    def number(self, value: float) -> str:
        """Return a value as it is printed where there is room."""
        return number(value, form=self.form)


def cells(
    name: str, quantity: Quantity, axes: Axes, hidden: Array | None, form: Format = PLAIN, words: Wording = CHINESE
) -> Cells:
    """Return the cells of a quantity of one, two or three axes. `hidden` has its shape: True where masked."""
    values = np.asarray(quantity.values, dtype=np.float64)
    masked = np.isneginf(values) if hidden is None else np.isneginf(values) | hidden
    names = [labels(d, n, axes) for d, n in zip(quantity.dimensions, values.shape, strict=True)]
    panels, rows = (("",), ("",)) if len(names) == 1 else (("",), names[-2]) if len(names) == 2 else names[:2]
    cut = (slice(MOST_PANELS), slice(MOST_CELLS), slice(MOST_CELLS))
    shown = values.reshape(len(panels), len(rows), len(names[-1]))[cut]
    finite = shown[np.isfinite(shown)]
    heads = tuple(axis_heading(d, words) for d in quantity.dimensions)
    return Cells(
        name,
        tuple(panels[cut[0]]),
        tuple(rows[cut[1]]),
        names[-1][cut[2]],
        heads,
        shown,
        masked.reshape(len(panels), len(rows), len(names[-1]))[cut],
        _left_out(heads, values.shape, words),
        bool(np.any(finite < 0)),
        rounded(float(np.abs(finite).max())) if finite.size else 0.0,
        form,
        words,
    )


def _left_out(heads: tuple[str, ...], shape: tuple[int, ...], words: Wording) -> str:
    """Return the sentence about what is too large to draw."""
    limits = (MOST_PANELS, MOST_CELLS, MOST_CELLS)[-len(shape) :]
    parts = [
        words.cut.format(axis=head, limit=limit, size=size)
        for head, size, limit in zip(heads, shape, limits, strict=True)
        if size > limit
    ]
    return words.semicolon.join(parts)


def description(one: Cells) -> list[str]:
    """Return the description in sentences: every value of a small heat map, the extremes of a large one."""
    words = one.words
    sentences = [f"{words.comma.join([words.heatmap.format(name=one.name), *_axes(one)])}{words.stop}"]
    if one.values.size <= 48:
        sentences += [
            f"{_where(one, p, r)}{_row(one, p, r)}{words.stop}"
            for p in range(len(one.panels))
            for r in range(len(one.rows))
        ]
    else:
        finite = one.values[np.isfinite(one.values)]
        if finite.size:
            ends = words.extremes.format(least=one.number(float(finite.min())), most=one.number(float(finite.max())))
            sentences.append(f"{ends}{words.stop}")
    if one.hidden.any():
        sentences.append(f"{words.masked_cells.format(count=int(one.hidden.sum()))}{words.stop}")
    return [*sentences, f"{one.left_out}{words.stop}"] if one.left_out else sentences


def _axes(one: Cells) -> list[str]:
    kinds = one.words.heatmap_axes[-len(one.heads) :]
    return [kind.format(axis=head) for kind, head in zip(kinds, one.heads, strict=True)]


def _where(one: Cells, panel: int, row: int) -> str:
    where = one.words.comma.join(part for part in (one.panels[panel], one.rows[row]) if part)
    return f"{where}{one.words.colon}" if where else ""


def _row(one: Cells, panel: int, row: int) -> str:
    values = one.values[panel, row]
    return one.words.comma.join(f"{label} {one.number(float(v))}" for label, v in zip(one.columns, values, strict=True))


# Layout and drawing. All lengths are in CSS pixels.

_WIDEST_LABEL = 96.0
_GAP = 18.0
"""Between panels."""
_NAME_ROOM, _PANEL_NAME_ROOM, _LABEL_ROOM, _TURNED_ROOM = 24.0, 20.0, 20.0, 14.0
"""Above the cells: the figure's name, a panel's name, level labels, and what turned labels take beyond their reach."""
_WIDEST_CELL, _WIDEST_BARE, _NARROWEST_BARE, _NARROWEST_NUMBERED = 56.0, 24.0, 3.0, 34.0
"""Sides of cells, with numbers and bare ones."""
_ALONE, _FEW_ROWS, _FEW, _MANY = 36.0, 8, 32.0, 26.0
"""Heights of numbered cells: of a single row, of a few rows, of more."""
_KEY_WIDTH, _KEY_HEIGHT = 90.0, 12.0
_FONTS = ((12.0, 14.0, ""), (10.5, 6.0, " fine"))
"""Sizes tried for the numbers in cells: font size, room at the sides, CSS class."""
_MOST_NUMBERS = 400


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of a heat map.

    `left` is the room for row labels, `top` that above the cells of a panel, `overhang` that to the right of them for
    turned labels, `font` the class of the numbers (None: no numbers), `across` the panels side by side, `head` the room
    for the figure's name, every `every`-th column is labelled.
    """

    cell: float
    tall: float
    left: float
    top: float
    overhang: float
    turned: bool
    font: str | None
    across: int
    head: float
    every: int


def heatmap(
    name: str,
    quantity: Quantity,
    axes: Axes,
    hidden: Array | None = None,
    form: Format = PLAIN,
    words: Wording = CHINESE,
) -> Figure:
    """Draw a quantity of one, two or three axes as cells; three axes give a panel for each position of the first.

    Nonnegative values have a scale from 0, signed ones a scale of two colours about 0. Cells of `hidden`, and those of
    −∞, are hatched. Cells have numbers as long as they fit.
    """
    one = cells(name, quantity, axes, hidden, form, words)
    layout = _layout(one)
    boxes: list[Box] = []
    lines: list[Segment] = []
    texts = [Text(PAD, PAD + LABEL, name, "ink name")] if layout.head else []
    for panel in range(len(one.panels)):
        x, y = _origin(one, layout, panel)
        boxes += _boxes(one, layout, panel, x, y)
        lines += _parts(one, layout, x, y)
        texts += [*_labels(one, layout, panel, x, y), *_numbers(one, layout, panel, x, y)]
    width, height = _size(one, layout)
    key_boxes, key_texts, key_height = _key(one, layout, height)
    if one.left_out:
        key_texts.append(Text(PAD, height + key_height, words.parentheses.format(text=one.left_out), "muted small"))
        key_height += 12
    width = max(width, *(_end(text) + PAD for text in (*key_texts, *texts[: bool(layout.head)])), 0)
    return draw(
        "heatmap",
        width,
        height + key_height,
        words.heatmap.format(name=name),
        description(one),
        words.tag,
        boxes=[*boxes, *key_boxes],
        lines=lines,
        texts=[*texts, *key_texts],
    )


def _end(text: Text) -> float:
    return text.x + text_width(text.text, SMALL if "small" in text.role else LABEL)


def _corner(one: Cells) -> str:
    return corner(*one.heads[-2:]) if len(one.heads) > 1 else one.heads[0]


def _layout(one: Cells) -> Measures:
    """Return the layout with the most panels side by side that leaves room for numbers."""
    rows = one.rows if len(one.heads) > 1 else (one.name,)
    left = min(max(text_width(row, LABEL + 1) for row in rows), _WIDEST_LABEL)
    left = max(left, min(text_width(_corner(one), SMALL), _WIDEST_LABEL)) + 8
    for across in range(min(3, len(one.panels)), 1, -1):
        layout = _layout_with(one, left, across)
        if layout.font is not None and _size(one, layout)[0] <= WIDEST + 2 * PAD:
            return layout
    return _layout_with(one, left, 1)


def _layout_with(one: Cells, left: float, across: int) -> Measures:
    """Return the layout with this room for row labels and so many panels side by side."""
    room = (WIDEST - 2 * PAD - left - (across - 1) * _GAP) / (len(one.columns) * across)
    font, need = _font(one, room)
    widest = max(text_width(label, LABEL) for label in one.columns)
    if font is None:
        cell = max(min(room, _WIDEST_BARE), _NARROWEST_BARE)
    else:
        cell = max(need, min(room, _WIDEST_CELL, widest + 8))
    every, turned = thin_labels(one.columns, LABEL, cell)
    reach = min(widest, _WIDEST_LABEL) * math.sqrt(0.5)
    if turned:
        # The last label extends beyond its panel; the cells get narrower.
        cell = max(need, min(cell, room - max(0.0, reach - room / 2) / len(one.columns)))
    cell = math.floor(cell * 2) / 2
    return Measures(
        cell=cell,
        tall=cell if font is None else _numbered_height(len(one.rows)),
        left=left,
        top=(_PANEL_NAME_ROOM if len(one.heads) == 3 else 0.0) + (reach + _TURNED_ROOM if turned else _LABEL_ROOM),
        overhang=max(0.0, reach - cell / 2) + 4 if turned else 0.0,
        turned=turned,
        font=font,
        across=across,
        head=_NAME_ROOM if len(one.heads) > 1 else 0.0,
        every=every,
    )


def _numbered_height(rows: int) -> float:
    if rows == 1:
        return _ALONE
    return _FEW if rows <= _FEW_ROWS else _MANY


def _font(one: Cells, room: float) -> tuple[str | None, float]:
    """Return the class of the largest numbers that fit into `room`, and the width that they need."""
    if one.values.size <= _MOST_NUMBERS * len(one.panels):
        texts = {one.text(float(value)) for value in one.values.flat}
        for size, side, role in _FONTS:
            need = max(text_width(text, size) for text in texts) + side
            if need <= room:
                return role, need if role else max(need, _NARROWEST_NUMBERED)
    return None, 0.0


def _origin(one: Cells, layout: Measures, panel: int) -> tuple[float, float]:
    """Return the top left corner of a panel's cells."""
    row, column = divmod(panel, layout.across)
    wide = len(one.columns) * layout.cell + layout.overhang + _GAP
    tall = layout.top + len(one.rows) * layout.tall + _GAP
    return PAD + layout.left + column * wide, PAD + layout.head + layout.top + row * tall


def _size(one: Cells, layout: Measures) -> tuple[float, float]:
    across = min(layout.across, len(one.panels))
    last = _origin(one, layout, len(one.panels) - 1)[1]
    right = _origin(one, layout, across - 1)[0] + len(one.columns) * layout.cell
    return right + layout.overhang + PAD, last + len(one.rows) * layout.tall + PAD


def _boxes(one: Cells, layout: Measures, panel: int, x: float, y: float) -> Iterator[Box]:
    yield Box(x, y, len(one.columns) * layout.cell, len(one.rows) * layout.tall, "base")
    for row in range(len(one.rows)):
        for column in range(len(one.columns)):
            value, at = float(one.values[panel, row, column]), (x + column * layout.cell, y + row * layout.tall)
            if one.hidden[panel, row, column]:
                yield Box(*at, layout.cell, layout.tall, "masked")
            elif opacity := one.opacity(value):
                yield Box(*at, layout.cell, layout.tall, "negative" if value < 0 else "positive", opacity)


def _parts(one: Cells, layout: Measures, x: float, y: float) -> Iterator[Segment]:
    """Yield the lines between cells, in the colour of the ground; very small cells have none."""
    if layout.cell < 8:
        return
    right, bottom = x + len(one.columns) * layout.cell, y + len(one.rows) * layout.tall
    for column in range(1, len(one.columns)):
        yield Segment(x + column * layout.cell, y, x + column * layout.cell, bottom, "part")
    for row in range(1, len(one.rows)):
        yield Segment(x, y + row * layout.tall, right, y + row * layout.tall, "part")


def _labels(one: Cells, layout: Measures, panel: int, x: float, y: float) -> Iterator[Text]:
    if one.panels[panel]:
        head = fit(
            one.words.pair(one.heads[0], one.panels[panel]), LABEL, len(one.columns) * layout.cell + layout.overhang
        )
        yield Text(x, y - layout.top + 12, head, "ink")
    for column in range(0, len(one.columns), layout.every):
        middle = x + (column + 0.5) * layout.cell
        label = fit(one.columns[column], LABEL, _WIDEST_LABEL)
        if layout.turned:
            yield Text(middle + 3, y - 7, label, "ink", -45)
        else:
            yield Text(middle, y - 7, label, "ink middle")
    if panel % layout.across:
        return
    yield Text(x - 8, y - 7, fit(_corner(one), SMALL, layout.left - 8), "muted small end")
    rows = one.rows if len(one.heads) > 1 else (one.name,)
    for row in range(0, len(rows), round_step(15 / layout.tall)):
        label = fit(rows[row], LABEL, layout.left - 8)
        yield Text(x - 8, y + (row + 0.5) * layout.tall + 4.5, label, "ink end" if layout.head else "ink name end")


def _numbers(one: Cells, layout: Measures, panel: int, x: float, y: float) -> Iterator[Text]:
    if layout.font is None:
        return
    for row in range(len(one.rows)):
        for column in range(len(one.columns)):
            value, hidden = float(one.values[panel, row, column]), one.hidden[panel, row, column]
            on = text_on_cell(0.0 if hidden else one.opacity(value), negative=value < 0)
            middle, base = x + (column + 0.5) * layout.cell, y + (row + 0.5) * layout.tall + 4.2
            yield Text(middle, base, one.text(value), f"{on} number middle{layout.font}")


def _key(one: Cells, layout: Measures, y: float) -> tuple[list[Box], list[Text], float]:
    """Return the colour scale, where cells have no numbers, and the meaning of hatching; and the height they take."""
    boxes: list[Box] = []
    texts: list[Text] = []
    x, y = PAD + layout.left, y + 2
    if layout.font is None and one.most:
        boxes, texts, x = _ramp(one, x, y)
    if one.hidden.any():
        boxes += [Box(x, y, 16, _KEY_HEIGHT, role) for role in ("base", "masked")]
        texts.append(Text(x + 22, y + 10, one.words.masked, "muted small"))
    return boxes, texts, 14 + PAD if boxes else 0.0


def _ramp(one: Cells, x: float, y: float) -> tuple[list[Box], list[Text], float]:
    """Return the colour scale with its ends, and where the next key may go."""
    most = number(one.most, 3, one.form)
    low, high = f"−{most}" if one.signed else "0", most
    start = x + text_width(low, SMALL) + 6
    roles = ("falling", "rising") if one.signed else ("rising",)
    width = _KEY_WIDTH / len(roles)
    boxes = [
        Box(start + place * width, y, width, _KEY_HEIGHT, role)
        for place, own in enumerate(roles)
        for role in ("base", own)
    ]
    end = start + _KEY_WIDTH + 6
    texts = [Text(x, y + 10, low, "muted small"), Text(end, y + 10, high, "muted small")]
    return boxes, texts, end + text_width(high, SMALL) + _GAP

"""The flow of an example: its quantities as boxes with their numbers, in the order computed, and arrows between them.

Boxes stand in rows: what a quantity is computed from stands in a row above it. Between two rows is a channel for lines.
Each quantity has one line in the channel below it and, where it leads farther down, one lane at the left edge; no two
lines lie on one another, since each has its own height or its own place across.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from zhixing.language.errors import ExampleError
from zhixing.language.model import Expression, Quantity, Run, Step
from zhixing.language.nodes import Name, Node, children, quantity_name, text_of
from zhixing.language.run import Evaluate
from zhixing.problems import Code
from zhixing.show.heatmap import Cells, cells, description, find_masked
from zhixing.show.labels import axis_heading, format_of
from zhixing.show.numbers import number
from zhixing.show.svg import LABEL, PAD, SMALL, Box, Figure, Segment, Text, draw, fit, text_on_cell, text_width
from zhixing.wording.model import Wording

MOST_BOXES, MOST_LONG, MOST_PANELS = 16, 8, 4
"""How many boxes a flow has, and how many rows, columns and panels of numbers a box."""

# What is drawn: each quantity with its numbers, how it is computed, and from which of the others.


@dataclass(frozen=True, slots=True)
class Stage:
    """A quantity of the flow. `cells` is None for a single number, `label` empty for what is given."""

    name: str
    shape: str
    cells: Cells | None
    value: str
    label: str
    sources: tuple[str, ...]


def find_stages(run: Run, quantities: Sequence[Expression], evaluate: Evaluate) -> list[Stage]:
    """Return the quantities in the order in which the run computed them.

    Raises:
        ExampleError: one is no name of a quantity, or too large to be drawn; or there are too many.
    """
    names = {text_of(one.tree): one for one in quantities}
    unknown = next((one for name, one in names.items() if name not in run.quantities), None)
    if unknown:
        what = f"{unknown.text} is no quantity of this example"
        raise ExampleError(Code.EXAMPLE_NAME, what, "Name what is given or computed", unknown.span)
    if len(names) > MOST_BOXES:
        what = f"{len(names)} quantities are too many for one picture; {MOST_BOXES} have room"
        raise ExampleError(Code.EXAMPLE_COST, what, "Leave out what is between, or draw two", quantities[0].span)
    order = [name for name in run.quantities if name in names]
    return [_stage(run, names[name], frozenset(order[:at]), evaluate) for at, name in enumerate(order)]


def _stage(run: Run, one: Expression, before: frozenset[str], evaluate: Evaluate) -> Stage:
    """Return a quantity of the flow; arrows lead to it from those `before` it, not from later steps of its loop."""
    quantity = evaluate(run, one.tree)
    _refuse_large(one, quantity)
    name = text_of(one.tree)
    base, dot, part = name.partition(".")
    steps = {step.name.name: step for step in run.example.steps}
    form, words = format_of(run.example, one), run.wording
    hidden = find_masked(run, one.tree, quantity, evaluate)
    drawn = cells(name, quantity, run.example.axes, hidden, form, words) if quantity.dimensions else None
    sources = find_sources(steps[base].expression.tree, steps, before) if base in steps else []
    sizes = zip(quantity.dimensions, quantity.values.shape, strict=True)
    return Stage(
        name,
        " × ".join(f"{axis_heading(dimension, words)} {size}" for dimension, size in sizes),
        drawn,
        "" if quantity.dimensions else number(float(quantity.values), form=form),
        f"{steps[base].expression.text}{dot}{part}" if base in steps else "",
        tuple(dict.fromkeys(sources)),
    )


def _refuse_large(one: Expression, quantity: Quantity) -> None:
    shape = quantity.values.shape
    fits = (
        len(shape) <= 3 and all(size <= MOST_LONG for size in shape[-2:]) and all(s <= MOST_PANELS for s in shape[:-2])
    )
    if not fits or not quantity.values.size:
        sizes = "×".join(map(str, shape))
        what = f"{one.text} has {sizes} numbers, and a box room for {MOST_PANELS}×{MOST_LONG}×{MOST_LONG}"
        raise ExampleError(Code.EXAMPLE_COST, what, "Leave it out, or use smaller axes", one.span)


def find_sources(node: Node, steps: Mapping[str, Step], shown: frozenset[str]) -> list[str]:
    """Return the shown quantities that an expression is computed from, through steps that are not shown."""
    found: list[str] = []
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if quantity_name(one) in shown:
            found.append(quantity_name(one))
        elif isinstance(one, Name) and one.name in steps and one.name not in seen:
            seen.add(one.name)
            waiting.append(steps[one.name].expression.tree)
        else:
            waiting += reversed(children(one))
    return found


# Where everything goes. All lengths are in CSS pixels.

_MOST_ACROSS = 400.0
"""How wide a row of boxes may be: a phone shows it nearly at its size."""
_APART = 16.0
_FONT, _CELL, _NARROWEST = 10.5, 19.0, 26.0
"""The size of numbers, and the sides of their cells."""
_NAME_LINE, _HEAD_LINE, _INSIDE = 18.0, 15.0, 6.0
"""Heights of a box's name and of the labels above its cells, and the room inside its edge."""
_WIDEST_LABEL = 44.0
_STRIP, _LANE, _PORT = 18.0, 8.0, 10.0
"""The height for operations above a row of boxes, the distance of lines, and that of arrows into one box."""


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of a box: its cells' width, the room for row labels, how its panels stand, its size."""

    cell: float
    left: float
    across: int
    width: float
    height: float


def measure(stage: Stage) -> Measures:
    """Return the measures of a stage's box."""
    text = max(
        text_width(stage.name, LABEL + 1) + 8 + text_width(stage.shape, SMALL),
        _PORT * len(stage.sources) + 6 + min(text_width(stage.label, SMALL), _MOST_ACROSS / 2),
    )
    if stage.cells is None:
        return Measures(0, 0, 1, text + 2 * _INSIDE, _NAME_LINE + _CELL + 2 * _INSIDE)
    one = stage.cells
    labels = (min(text_width(label, _FONT), _WIDEST_LABEL) + 4 for label in one.columns)
    cell = max(_NARROWEST, *labels, *(text_width(one.text(float(value)), _FONT) + 6 for value in one.values.flat))
    left = min(max(text_width(row, _FONT) for row in one.rows), _WIDEST_LABEL) + 4 if any(one.rows) else 0.0
    panel = left + len(one.columns) * cell
    across = min(len(one.panels), max(1, int((_MOST_ACROSS - 2 * _INSIDE + 8) // (panel + 8))))
    down = ceil(len(one.panels) / across)
    tall = _panel_head(one) + len(one.rows) * _CELL
    width = max(text, across * (panel + 8) - 8) + 2 * _INSIDE
    return Measures(cell, left, across, width, _NAME_LINE + down * (tall + 4) - 4 + 2 * _INSIDE)


def _panel_head(one: Cells) -> float:
    return _HEAD_LINE * (2 if any(one.panels) else 1)


@dataclass(frozen=True, slots=True)
class Placed:
    """A stage with its box: row, and the top left corner."""

    stage: Stage
    size: Measures
    row: int
    x: float
    y: float

    @property
    def outlet(self) -> float:
        """Where its line begins; arrows into boxes stand on other places across."""
        return round((self.x + self.size.width / 2) / _PORT) * _PORT + _PORT / 2

    def inlet(self, place: int) -> float:
        """Return where an arrow into it ends."""
        return ceil((self.x + 4) / _PORT + place) * _PORT


def find_rows(stages: Sequence[Stage]) -> list[list[Stage]]:
    """Return rows of stages, each below all that it is computed from, none wider than there is room."""
    levels: dict[str, int] = {}
    for stage in stages:
        levels[stage.name] = 1 + max((levels.get(source, 0) for source in stage.sources), default=0)
    rows: list[list[Stage]] = []
    for level in sorted(set(levels.values())):
        row: list[Stage] = []
        for stage in (one for one in stages if levels[one.name] == level):
            if row and sum(measure(one).width + _APART for one in [*row, stage]) - _APART > _MOST_ACROSS:
                rows.append(row)
                row = []
            row.append(stage)
        rows.append(row)
    return rows


@dataclass(frozen=True, slots=True)
class Layout:
    """The boxes, the lanes at the left edge by name, the heights of lines by channel and name, and the size."""

    boxes: Mapping[str, Placed]
    lanes: Mapping[str, float]
    lines: Mapping[tuple[int, str], float]
    width: float
    height: float


def place(rows: Sequence[Sequence[Stage]]) -> Layout:
    """Place boxes, lanes and lines."""
    row_of = {stage.name: number for number, row in enumerate(rows) for stage in row}
    targets = {
        name: sorted({row_of[stage.name] for row in rows for stage in row if name in stage.sources}) for name in row_of
    }
    far = [name for name, below in targets.items() if below and below[-1] > row_of[name] + 1]
    lanes = {name: PAD + _LANE * place for place, name in enumerate(far)}
    left = PAD + _LANE * len(far) + (4 if far else 0)
    boxes: dict[str, Placed] = {}
    lines: dict[tuple[int, str], float] = {}
    y = PAD + _NAME_LINE + 6
    for channel, row in enumerate(rows):
        passing = [
            name for name, below in targets.items() if channel in below or (channel == row_of[name] + 1 and name in far)
        ]
        y += 6 if passing else 0
        for name in passing:
            lines[channel, name] = y
            y += _LANE
        y += _STRIP if any(stage.label for stage in row) else 0
        x = left
        for stage in row:
            size = measure(stage)
            boxes[stage.name] = Placed(stage, size, channel, x, y)
            x += size.width + _APART
        y += max(box.size.height for box in boxes.values() if box.row == channel) + 4
    right = max(box.x + box.size.width for box in boxes.values())
    return Layout(boxes, lanes, lines, right + PAD, y - 4 + PAD)


# Drawing.


def flow(run: Run, quantities: Sequence[Expression], evaluate: Evaluate) -> Figure:
    """Draw quantities of a run as boxes with name, shape and numbers, and arrows with the operations between them.

    Raises:
        ExampleError: what is to be drawn is no quantity, or too large.
    """
    stages = find_stages(run, quantities, evaluate)
    layout = place(find_rows(stages))
    wide = next((box.stage for box in layout.boxes.values() if box.size.width > _MOST_ACROSS + 2 * _INSIDE), None)
    if wide:
        what = f"{wide.name} is too wide for a box"
        raise ExampleError(
            Code.EXAMPLE_COST, what, "Leave it out, or print fewer decimals (`formats:`)", quantities[0].span
        )
    words = run.wording
    title = words.flow.format(name=stages[-1].name)
    width = max(layout.width, text_width(title, LABEL + 1) + 2 * PAD)
    boxes: list[Box] = []
    lines: list[Segment] = []
    texts = [Text(PAD, PAD + LABEL, title, "ink name")]
    for box in layout.boxes.values():
        boxes.append(Box(box.x, box.y, box.size.width, box.size.height, "card"))
        boxes += _cell_boxes(box)
        texts += [*_head(box), *_numbers(box)]
        lines += _wires(layout, box)
    return draw(
        "flow", width, layout.height, title, _sentences(stages, words), words.tag,
        boxes=boxes, lines=lines, texts=texts, tips=[*_tips(layout)],
    )  # fmt: skip


def _wires(layout: Layout, box: Placed) -> Iterator[Segment]:
    """Yield the lines from a box to all that is computed from it."""
    name = box.stage.name
    below = [one for one in layout.boxes.values() if name in one.stage.sources]
    if not below:
        return
    lane = layout.lanes.get(name)
    rows = sorted({box.row + 1, *(one.row for one in below)})
    first = layout.lines.get((box.row + 1, name))
    if first is None:
        return
    yield Segment(box.outlet, box.y + box.size.height, box.outlet, first, "wire")
    for row in rows:
        height = layout.lines[row, name]
        ends = [_port(one, name) for one in below if one.row == row]
        places = [*ends, *([box.outlet] if row == box.row + 1 else []), *([lane] if lane is not None else [])]
        if len(places) > 1:
            yield Segment(min(places), height, max(places), height, "wire")
        for end, one in zip(ends, (one for one in below if one.row == row), strict=True):
            yield Segment(end, height, end, one.y - 3, "wire")
    if lane is not None:
        yield Segment(lane, first, lane, layout.lines[rows[-1], name], "wire")


def _port(box: Placed, source: str) -> float:
    return box.inlet(box.stage.sources.index(source))


def _tips(layout: Layout) -> Iterator[str]:
    """Yield the heads of the arrows as paths."""
    for box in layout.boxes.values():
        for source in box.stage.sources:
            x, y = _port(box, source), box.y - 0.5
            yield f"M{x - 3.5:.1f} {y - 6:.1f}L{x + 3.5:.1f} {y - 6:.1f}L{x:.1f} {y:.1f}Z"


def _head(box: Placed) -> Iterator[Text]:
    stage = box.stage
    if stage.label:
        x = box.inlet(len(stage.sources)) - 2
        yield Text(x, box.y - 6, fit(stage.label, SMALL, box.x + box.size.width - x), "muted small")
    name = fit(stage.name, LABEL, box.size.width - 2 * _INSIDE)
    yield Text(box.x + _INSIDE, box.y + _INSIDE + 11, name, "ink name")
    start = box.x + _INSIDE + text_width(stage.name, LABEL + 1) + 8
    yield Text(start, box.y + _INSIDE + 11, stage.shape, "muted small")


def _panels(box: Placed) -> Iterator[tuple[int, float, float]]:
    """Yield each panel with the top left corner of its cells."""
    one = box.stage.cells
    if one is None:
        return
    for panel in range(len(one.panels)):
        row, column = divmod(panel, box.size.across)
        tall = _panel_head(one) + len(one.rows) * _CELL + 4
        x = box.x + _INSIDE + box.size.left + column * (box.size.left + len(one.columns) * box.size.cell + 8)
        yield panel, x, box.y + _INSIDE + _NAME_LINE + _panel_head(one) + row * tall


def _cell_boxes(box: Placed) -> Iterator[Box]:
    one, cell = box.stage.cells, box.size.cell
    if one is None:
        return
    for panel, x, y in _panels(box):
        yield Box(x, y, len(one.columns) * cell, len(one.rows) * _CELL, "base")
        for row in range(len(one.rows)):
            for column in range(len(one.columns)):
                value, at = float(one.values[panel, row, column]), (x + column * cell, y + row * _CELL)
                if one.hidden[panel, row, column]:
                    yield Box(*at, cell, _CELL, "masked")
                elif opacity := one.opacity(value):
                    yield Box(*at, cell, _CELL, "negative" if value < 0 else "positive", opacity)


def _numbers(box: Placed) -> Iterator[Text]:
    one, cell = box.stage.cells, box.size.cell
    if one is None:
        yield Text(box.x + _INSIDE, box.y + _INSIDE + _NAME_LINE + 13, box.stage.value, "ink")
        return
    for panel, x, y in _panels(box):
        if one.panels[panel]:
            yield Text(x, y - _HEAD_LINE - 3, fit(one.panels[panel], _FONT, len(one.columns) * cell), "muted fine")
        for column, label in enumerate(one.columns):
            yield Text(x + (column + 0.5) * cell, y - 4, fit(label, _FONT, cell), "muted fine middle")
        for row, label in enumerate(one.rows):
            base = y + (row + 0.5) * _CELL + 3.8
            if label:
                yield Text(x - 4, base, fit(label, _FONT, box.size.left - 4), "muted fine end")
            for column in range(len(one.columns)):
                value, hidden = float(one.values[panel, row, column]), one.hidden[panel, row, column]
                on = text_on_cell(0.0 if hidden else one.opacity(value), negative=value < 0)
                yield Text(x + (column + 0.5) * cell, base, one.text(value), f"{on} middle fine")


def _sentences(stages: Sequence[Stage], words: Wording) -> list[str]:
    """Return the flow in words: each quantity with its shape, how it is computed, and its numbers."""
    sentences: list[str] = []
    for stage in stages:
        shape = words.parentheses.format(text=stage.shape) if stage.shape else ""
        sentences.append(f"{words.pair(f'{stage.name}{shape}', stage.label or words.given)}{words.stop}")
        numbers = description(stage.cells)[1:] if stage.cells else [f"{stage.value}{words.stop}"]
        sentences += numbers
    return sentences

"""An example as data for the script of the site that lets a reader change given numbers and computes it again.

Which cell of a table shows which entry is found by laying out the tables once more with numbers of entries in place of
their values, so that both layouts agree by construction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from hashlib import sha256
from math import prod

import numpy as np

from zhixing.language.budget import Budget
from zhixing.language.errors import ExampleError
from zhixing.language.expect import label_of
from zhixing.language.lower import NotLoweredError
from zhixing.language.model import (
    Change,
    Derivation,
    Expression,
    Format,
    Formula,
    Heatmap,
    Inputs,
    Plot,
    Quantity,
    Run,
    Show,
    Steps,
    Table,
    Variation,
)
from zhixing.language.nodes import Name, Node, indexed_base, text_of
from zhixing.language.run import Evaluate, evaluate
from zhixing.language.tree_data import Data, encode_example, encode_numbers
from zhixing.show import plot
from zhixing.show.derivation import find_positions, plan_lines
from zhixing.show.flow import find_rows, find_stages, place
from zhixing.show.forms import EXERCISE, Live
from zhixing.show.heatmap import MOST_PANELS, find_masked, find_scores
from zhixing.show.inputs import inputs
from zhixing.show.labels import format_of, labels, plain_name
from zhixing.show.numbers import PLAIN
from zhixing.show.plan_data import MOST_LABELS, NotFollowedError, PlanEncoder, encode_format
from zhixing.show.svg import text_on_cell
from zhixing.show.tables import table
from zhixing.show.ticks import Scale

MOST_RESULTS = 12
"""The most entries of a result that stand in a line."""

_FIRST = 7_300_000_000
"""The number of the first entry: no label of an axis looks so, and it is printed whole."""
_CELL = re.compile(r"(?<!\\)\|")
_NUMBER = re.compile(r"\b73\d{8}\b")
_RULE = re.compile(r"\|[ |:-]+\|")


def live(run: Run, shows: Sequence[Show]) -> Live | None:
    """Return an example as data; None where nothing given is shown, or where the script could not compute it."""
    if run.example.variation and not shows:
        return _exercise(run, run.example.variation)
    finder = _Finder(run)
    try:
        blocks = [block for show in shows for block in finder.find(show)]
        statements, trees = encode_example(run, [*(one.expression for one in finder.shown), *finder.encoder.leaves])
        shown: list[Data] = [_describe(run, *pair) for pair in zip(finder.shown, trees, strict=False)]
    except (NotLoweredError, ExampleError):
        return None
    given = {one.name.name for one in run.example.given if not one.seeded and not one.file}
    editable = [isinstance(one.expression.tree, Name) and one.expression.tree.name in given for one in finder.shown]
    if not any(editable[index] for index in finder.tabled) or all(editable):
        return None
    leaves = trees[len(shown) :]
    return _named(
        {"statements": statements, "shown": shown, "leaves": leaves, "blocks": blocks, "given": sorted(given)}
    )


def _named(data: Mapping[str, Data], kind: str = "") -> Live:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Live(kind + sha256(text.encode(errors="replace")).hexdigest()[:16], text)


def _exercise(run: Run, variation: Variation) -> Live | None:
    """Return a variation as data for an exercise; None where it changes no given numbers, or cannot be computed."""
    given = {one.name.name for one in run.example.given if not one.seeded and not one.file and not one.quantity.on}
    draws = [_draw(run, one) for one in variation.changes if _name_of(one.target) in given]
    try:
        statements, _ = encode_example(run, ())
    except (NotLoweredError, ExampleError):
        return None
    if not 0 < sum(count for _, count in draws) <= MOST_RESULTS or len(draws) < len(variation.changes):
        return None
    return _named({"statements": statements, "draws": [data for data, _ in draws]}, EXERCISE)


def _name_of(target: Expression) -> str:
    base = indexed_base(target.tree)
    return base.name if isinstance(base, Name) else ""


def _draw(run: Run, change: Change) -> tuple[Data, int]:
    """Return what a variation changes, and how many entries.

    The data are the quantity, its values, which entries change, and what these were.
    """
    base, name = indexed_base(change.target.tree), _name_of(change.target)
    quantity = run.quantities[name]
    found = find_positions(run, change.target.tree, base, quantity, evaluate)
    before = change.before if isinstance(change.before, Quantity) else evaluate(run, change.target.tree)
    data: Data = {
        "of": [change.target.text, name],
        "values": encode_numbers(quantity.values),
        "places": [int(entry) for entry in found.values.flat],
        "before": encode_numbers(before.values),
    }
    return data, found.values.size


@dataclass(frozen=True, slots=True)
class _Shown:
    """An expression whose entries stand in a table, how they are printed, and the axes whose labels they are."""

    expression: Expression
    quantity: Quantity
    form: Format
    first: int


@dataclass
class _Finder:
    """Lays tables out with numbers of entries, and keeps what is shown; `tabled` stands in tables and lines."""

    run: Run
    shown: list[_Shown] = field(default_factory=list)
    used: int = 0
    tabled: list[int] = field(default_factory=list)

    @cached_property
    def encoder(self) -> PlanEncoder:
        """What writes the derivations."""
        return PlanEncoder(self.run)

    @property
    def bare(self) -> Run:
        """The run without formats, which numbers of entries do not have."""
        return replace(self.run, example=replace(self.run.example, formats={}))

    def find(self, show: Show) -> Iterator[Data]:
        """Yield for each table of an item its rows of entries, for a line of numbers its entries."""
        if isinstance(show, Table):
            yield from self.blocks(table(self.bare, show.quantities, self.counting(show.quantities, show.format)))
        elif isinstance(show, Inputs) and show.quantities:
            yield from self.blocks(inputs(self.bare, show.quantities, self.counting(show.quantities, None)))
        elif isinstance(show, Derivation):
            yield {"derivation": self.derivation(show.quantity)}
        elif isinstance(show, Formula):
            yield {"formula": True}
        elif isinstance(show, Heatmap):
            yield {"heatmap": self.cells(show)}
        elif isinstance(show, Plot):
            yield {"plot": self.curves(show)}
        elif isinstance(show, Steps):
            yield {"steps": self.flow(show)}

    def derivation(self, expression: Expression) -> Data:
        """Return the expression that a derivation ends in, and its lines; None for lines that cannot follow.

        `short` says whether the entries fit in a line of text.
        """
        index = self.add(expression, format_of(self.run.example, expression))
        planned, _ = plan_lines(self.run, expression)
        try:
            lines: Data = self.encoder.lines(expression, planned)
        except NotFollowedError:
            lines = None
        short = self.shown[index].quantity.values.size <= MOST_RESULTS
        return {"result": index, "lines": lines, "short": short}

    def cells(self, show: Heatmap) -> Data:
        """Return the expression of a heat map, that of its scores, and how many panels, rows and columns it has."""
        expression = show.quantity
        index = self.add(expression, (show.format or PLAIN).before(format_of(self.run.example, expression)))
        quantity = self.shown[index].quantity
        if not 1 <= quantity.values.ndim <= 3 or max(quantity.values.shape) > MOST_PANELS:
            return None
        axes, sizes = self.run.example.axes, zip(quantity.dimensions, quantity.values.shape, strict=True)
        heads = [list[Data](labels(dimension, size, axes)) for dimension, size in sizes]
        lights: Data = list[Data](heads) if len(heads) == 2 else None
        return [*self.panels(expression, index), list[Data](_ink_changes()), lights]

    def panels(self, expression: Expression, index: int) -> list[Data]:
        """Return the number of an expression, that of its scores, and how many panels, rows and columns it has."""
        quantity = self.shown[index].quantity
        shape = [1] * (3 - quantity.values.ndim) + list(quantity.values.shape)
        hidden = find_masked(self.run, expression.tree, quantity)
        node = find_scores(self.run, expression.tree) if hidden is not None else None
        scores = self.add(replace(expression, tree=node), PLAIN) if node else None
        return [index, scores, list[Data](shape)]

    def flow(self, show: Steps) -> Data:
        """Return what the boxes of a flow show, in the order in which they are drawn, and that of its steps."""
        stages = find_stages(self.run, show.quantities, evaluate)
        drawn = [stage.name for stage in (box.stage for box in place(find_rows(stages)).boxes.values())]
        own = {text_of(one.tree): one for one in show.quantities}
        steps = [f"{stage.name} = {stage.label}" if stage.label else stage.name for stage in stages]
        return {
            "boxes": [self.box(own[name]) for name in drawn],
            "order": [drawn.index(stage.name) for stage in stages],
            "steps": list[Data](steps),
            "inks": list[Data](_ink_changes()),
        }

    def box(self, expression: Expression) -> Data:
        index = self.add(expression, format_of(self.run.example, expression))
        scalar = not self.shown[index].quantity.dimensions
        return [index, None, None] if scalar else self.panels(expression, index)

    def curves(self, show: Plot) -> Data:
        """Return a plot: its field and scales, and which entries each of its series shows."""
        example = self.run.example
        named = [(plain_name(example, one), evaluate(self.run, one.tree)) for one in show.quantities]
        base = (plain_name(example, show.against), evaluate(self.run, show.against.tree)) if show.against else None
        forms = [(show.format or PLAIN).before(format_of(example, one)) for one in show.quantities]
        up = forms[0] if all(form == forms[0] for form in forms) else PLAIN
        across = format_of(example, show.against) if show.against else PLAIN
        look = plot.Look(show.drawn, up, across)
        drawn = plot.curves(named, example.axes, base, show.log, self.run.wording, look)
        indices = [self.add(one, form) for one, form in zip(show.quantities, forms, strict=True)]
        area = plot.place_curves(drawn)
        return {
            "area": [area.left, area.top, area.width, area.height],
            "up": _scale(area.up),
            "across": _scale(area.across) if area.across else None,
            "inset": plot.INSET,
            "places": area.places,
            "points": len(drawn.across),
            "xs": encode_numbers(np.array(drawn.across)),
            "against": self.add(show.against, across) if show.against else None,
            "series": self.series(indices, base, look),
            "drawn": show.drawn.value,
            "marks": plot.MOST_MARKED,
            "format": encode_format(up),
        }

    def series(self, indices: Sequence[int], against: plot.Named | None, look: plot.Look) -> list[Data]:
        """Return for each series its expression's number, its first entry, and how far one is from the next."""
        counted = [(str(index), self.count_entries(index)) for index in indices]
        words, axes = self.run.wording, self.run.example.axes
        drawn = plot.curves(counted, axes, against, frozenset(), words, plot.Look(look.drawn))
        return [self.entries(one) for one in drawn.series]

    def entries(self, series: plot.Series) -> Data:
        """Return which entries a series of numbers of entries shows."""
        first, second = (int(value) - _FIRST for value in (series.values[0], series.values[-1]))
        index = max(at for at, one in enumerate(self.shown) if one.first <= first)
        stride = (second - first) // max(len(series.values) - 1, 1)
        name = plain_name(self.run.example, self.shown[index].expression) if series.constant else ""
        return {"index": index, "start": first - self.shown[index].first, "stride": stride, "constant": name}

    def end(self, index: int) -> int:
        """Return the number after the last of an expression's entries."""
        return self.shown[index].first + self.shown[index].quantity.values.size

    def count_entries(self, index: int) -> Quantity:
        """Return an expression with the numbers of its entries in place of their values."""
        one = self.shown[index]
        numbers = np.arange(_FIRST + one.first, _FIRST + self.end(index), dtype=np.float64)
        return Quantity(numbers.reshape(one.quantity.values.shape), one.quantity.dimensions)

    def add(self, expression: Expression, form: Format) -> int:
        """Add an expression to what is shown; return its number."""
        found = evaluate(self.run, expression.tree)
        self.shown.append(_Shown(expression, found, form, self.used))
        self.used += found.values.size
        return len(self.shown) - 1

    def counting(self, quantities: Iterable[Expression], form: Format | None) -> Evaluate:
        """Return what evaluates an expression to the numbers of its entries."""
        known: Mapping[Node, Expression] = {one.tree: one for one in quantities}

        def count(_run: Run, tree: Node, _budget: Budget | None = None) -> Quantity:
            expression = known[tree]
            index = self.add(expression, (form or PLAIN).before(format_of(self.run.example, expression)))
            self.tabled.append(index)
            return self.count_entries(index)

        return count

    def blocks(self, markdown: str) -> Iterator[Data]:
        for block in markdown.split("\n\n"):
            lines = block.splitlines()
            if len(lines) > 2 and _RULE.fullmatch(lines[1]):
                yield [[self.place(cell) for cell in _CELL.split(line)[1:-1]] for line in lines[2:]]
            elif found := _NUMBER.findall(block):
                yield {"line": [self.place(one) for one in found]}

    def place(self, text: str) -> Data:
        """Return what a cell shows: the number of an expression and that of its entry; 0 for a label."""
        if not _NUMBER.fullmatch(text.strip()):
            return 0
        entry = int(text) - _FIRST
        index = max(at for at, one in enumerate(self.shown) if one.first <= entry)
        return [index, entry - self.shown[index].first]


@cache
def _ink_changes() -> tuple[float, ...]:
    """Return the opacities of a cell from which its number has the other colour.

    They are those of positive cells in the light and the dark scheme, then those of negative ones.
    """
    return tuple(
        next((at / 1000 for at in range(1001) if _ink(at / 1000, negative, scheme) != _ink(0, negative, scheme)), 2.0)
        for negative in (False, True)
        for scheme in (0, -1)
    )


def _ink(opacity: float, negative: bool, scheme: int) -> str:
    return text_on_cell(opacity, negative=negative).split("-")[scheme]


def _scale(scale: Scale) -> Data:
    return {"low": scale.low, "high": scale.high, "log": scale.log}


def _describe(run: Run, one: _Shown, tree: Data) -> Data:
    """Return an expression: its text, its tree, its format, and the labels that its values are positions of."""
    form = encode_format(one.form)
    axes = run.example.axes
    on = [axes[dimension.axis] for dimension in one.quantity.on if dimension.axis in axes]
    if not on or len(on) < len(one.quantity.on):
        return [one.expression.text, tree, form]
    count = prod(axis.size for axis in on)
    if count > MOST_LABELS:
        raise NotLoweredError("there are too many labels")
    return [one.expression.text, tree, form, [label_of(at, on) for at in range(count)]]

"""An example as data for the script of the site that lets a reader change given numbers and computes it again.

Which cell of a table shows which entry is found by laying out the tables once more with numbers of entries in place of
their values, so that both layouts agree by construction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from math import prod

import numpy as np

from zhixing.language import evaluate
from zhixing.language.budget import Budget
from zhixing.language.expect import label_of
from zhixing.language.lower import NotLoweredError
from zhixing.language.model import (
    Derivation,
    ExampleError,
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
)
from zhixing.language.nodes import Name, Node
from zhixing.language.run import Evaluate
from zhixing.language.tree_data import Data, encode_example
from zhixing.show.heatmap import MOST_PANELS, find_masked, find_scores
from zhixing.show.inputs import inputs
from zhixing.show.labels import format_of
from zhixing.show.numbers import PLAIN
from zhixing.show.svg import text_on_cell
from zhixing.show.tables import table

MOST_RESULTS = 12
"""The most entries of a result that stand in a line."""

MOST_LABELS = 60
"""The most labels that an entry which is a position may have."""
_FIRST = 7_300_000_000
"""The number of the first entry: no label of an axis looks so, and it is printed whole."""
_CELL = re.compile(r"(?<!\\)\|")
_NUMBER = re.compile(r"\b73\d{8}\b")
_RULE = re.compile(r"\|[ |:-]+\|")


@dataclass(frozen=True, slots=True)
class Live:
    """An example that a reader may change: its data as JSON, and a name made of them."""

    name: str
    data: str


def live(run: Run, shows: Sequence[Show]) -> Live | None:
    """Return an example as data; None where nothing given is shown, or where the script could not compute it."""
    finder = _Finder(run)
    try:
        blocks = [block for show in shows for block in finder.find(show)]
        statements, trees = encode_example(run, [one.expression for one in finder.shown])
        shown: list[Data] = [_describe(run, *pair) for pair in zip(finder.shown, trees, strict=True)]
    except (NotLoweredError, ExampleError):
        return None
    given = {one.name.name for one in run.example.given if not one.seeded and not one.file}
    editable = [isinstance(one.expression.tree, Name) and one.expression.tree.name in given for one in finder.shown]
    if not any(editable) or all(editable) or not blocks:
        return None
    data = {"id": run.example.id, "statements": statements, "shown": shown, "blocks": blocks, "given": sorted(given)}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Live(sha256(text.encode(errors="replace")).hexdigest()[:16], text)


@dataclass(frozen=True, slots=True)
class _Shown:
    """An expression whose entries stand in a table, how they are printed, and the axes whose labels they are."""

    expression: Expression
    quantity: Quantity
    form: Format
    first: int


@dataclass
class _Finder:
    """Lays tables out with numbers of entries, and keeps what they show."""

    run: Run
    shown: list[_Shown] = field(default_factory=list)
    used: int = 0

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
            yield {"derivation": self.result(show.quantity)}
        elif isinstance(show, Formula):
            yield {"derivation": None}
        elif isinstance(show, Heatmap):
            yield {"heatmap": self.cells(show)}
        elif isinstance(show, Plot | Steps):
            yield {"heatmap": None}

    def result(self, expression: Expression) -> Data:
        """Return the expression that a derivation comes to; None where it has too many entries for a line."""
        index = self.add(expression, format_of(self.run.example, expression))
        return index if self.shown[index].quantity.values.size <= MOST_RESULTS else None

    def cells(self, show: Heatmap) -> Data:
        """Return the expression of a heat map, that of its scores, and how many panels, rows and columns it has."""
        expression = show.quantity
        index = self.add(expression, (show.format or PLAIN).before(format_of(self.run.example, expression)))
        quantity = self.shown[index].quantity
        if not 1 <= quantity.values.ndim <= 3 or max(quantity.values.shape) > MOST_PANELS:
            return None
        shape = [1] * (3 - quantity.values.ndim) + list(quantity.values.shape)
        hidden = find_masked(self.run, expression.tree, quantity)
        node = find_scores(self.run, expression.tree) if hidden is not None else None
        scores = self.add(replace(expression, tree=node), PLAIN) if node else None
        return [index, scores, list[Data](shape), list[Data](_ink_changes())]

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
            one = self.shown[self.add(expression, (form or PLAIN).before(format_of(self.run.example, expression)))]
            numbers = np.arange(_FIRST + one.first, _FIRST + self.used, dtype=np.float64)
            return Quantity(numbers.reshape(one.quantity.values.shape), one.quantity.dimensions)

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


def _describe(run: Run, one: _Shown, tree: Data) -> Data:
    """Return an expression: its text, its tree, its format, and the labels that its values are positions of."""
    form: Data = [one.form.digits, one.form.percent, one.form.thousands, one.form.unit] if one.form != PLAIN else None
    axes = run.example.axes
    on = [axes[dimension.axis] for dimension in one.quantity.on if dimension.axis in axes]
    if not on or len(on) < len(one.quantity.on):
        return [one.expression.text, tree, form]
    count = prod(axis.size for axis in on)
    if count > MOST_LABELS:
        raise NotLoweredError("there are too many labels")
    return [one.expression.text, tree, form, [label_of(at, on) for at in range(count)]]

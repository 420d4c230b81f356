"""What an example declares and what a run of it returns: the nouns of the example language.

Nothing here reads YAML, evaluates an expression or prints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhixing.language.nodes import Node
from zhixing.problems import Code
from zhixing.source import Source, Span
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

# Axes, and arrays with a name for each dimension.

Array = NDArray[Any]
Axes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """A named axis: its size, and what heads its positions in tables and figures.

    `labels` is empty for an axis given by its size alone; `numbers` is filled where every label is a number
    (`T: [0.01, 1, 9.0877]`). `root` names the axis whose labels it shares (`键: 词` has root `词`), else itself.
    """

    name: str
    size: int
    labels: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    root: str = ""

    def label(self, position: int) -> str:
        """Return what stands for a position: its label, or the position itself."""
        return self.labels[position] if self.labels else str(position)

    def value(self, position: int) -> float:
        """Return what a position is worth where the axis is used as a value: its numeric label, or the position."""
        return self.numbers[position] if self.numbers else float(position)

    @property
    def values(self) -> Array:
        """The axis used as a value: its numeric labels, or positions from 0. Shape (size,)."""
        return np.array(self.numbers, dtype=np.float64) if self.numbers else np.arange(self.size, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of an array: the axis it runs along, and which of its positions are there.

    `axis` is "" where no axis is known (a list literal, a merge). `positions` is None for the whole axis in order,
    else the axis's positions that a slice kept (a range: no slice of a large axis may cost memory), so that labels
    survive slicing.
    """

    axis: str
    positions: Sequence[int] | None = None

    def position(self, place: int) -> int:
        """Return which position of the axis stands at a place of this dimension."""
        return place if self.positions is None else self.positions[place]

    def label(self, place: int, axes: Mapping[str, Axis]) -> str:
        """Return what stands for a place: the label of its position, the position itself where there is no axis."""
        position = self.position(place)
        return axes[self.axis].label(position) if self.axis in axes else str(position)


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """An array with a name for each dimension.

    `on` names the axes whose positions the values are (the result of `argmax`, a text given as tokens), so that they
    print as labels; a position over several axes is flat in C order. `values.ndim == len(dimensions)`.
    """

    values: Array
    dimensions: tuple[Dimension, ...] = ()
    on: tuple[Dimension, ...] = ()

    @property
    def axes(self) -> tuple[str, ...]:
        """The axis names, "" for a dimension without one."""
        return tuple(dimension.axis for dimension in self.dimensions)


def scalar(value: float) -> Quantity:
    """Return a single number."""
    return Quantity(np.asarray(value, np.float64))


@dataclass(frozen=True, slots=True)
class Record:
    """What a function with several results returns; its fields are quantities."""

    fields: Mapping[str, Quantity]


@dataclass(frozen=True, slots=True)
class Form:
    """A quantity without its numbers: its dimensions, its shape, and the axes whose positions it holds."""

    dimensions: tuple[Dimension, ...]
    shape: tuple[int, ...]
    on: tuple[Dimension, ...] = ()


RecordForm = Mapping[str, Form]
"""The forms of the results of a function with several results."""


def form_of(value: Quantity | Record) -> Form | RecordForm:
    """Return the form of a value."""
    if isinstance(value, Record):
        return {name: quantity_form(quantity) for name, quantity in value.fields.items()}
    return quantity_form(value)


def quantity_form(quantity: Quantity) -> Form:
    """Return the form of a quantity."""
    return Form(quantity.dimensions, quantity.values.shape, quantity.on)


__all__ = [
    "Array",
    "Axes",
    "Axis",
    "Change",
    "Declaration",
    "Definition",
    "Derivation",
    "Dimension",
    "Drawn",
    "Example",
    "Expectation",
    "Expression",
    "Form",
    "Format",
    "Formula",
    "Given",
    "Heatmap",
    "Inputs",
    "Outcome",
    "Plot",
    "Printed",
    "Quantity",
    "RecordForm",
    "Remark",
    "Run",
    "Said",
    "Says",
    "Seeded",
    "Show",
    "Start",
    "Step",
    "Steps",
    "Table",
    "Variation",
    "form_of",
    "quantity_form",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression: its text as written, its tree, and where the text stands in the note.

    Where it calls definitions of the example, `tree` has them put in, `written` is the tree as it was written, and
    `expanded` tells what became of the parts of that.
    """

    text: str
    tree: Node
    span: Span
    written: Node | None = None
    expanded: Mapping[Node, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Definition:
    """A function that the example defines of its parameters."""

    name: str
    parameters: tuple[str, ...]
    body: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Declaration:
    """A quantity's name with the axes declared for it: `V[键, 值]`. `span` is the key's."""

    name: str
    axes: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Seeded:
    """How a seeded array is made: normal numbers of a deviation, from a seed."""

    deviation: float
    seed: int


@dataclass(frozen=True, slots=True)
class Given:
    """A quantity whose values are written down, or how they are made: a seeded array holds no numbers until it runs.

    The values have the shape of the declared axes. `pins` holds the flat position and the span of each number that the
    author typed; mutation changes them one by one. `work` is how many operations making them takes. `file` is the data
    file of the vault that they stand in, or "". `single` tells that each pin stands for its own entry though there are
    fewer pins than entries; else one pin stands for all. `seeded` says how an array that nobody wrote down is made.
    """

    name: Declaration
    values: Quantity | Callable[[], Quantity]
    pins: tuple[tuple[int, Span], ...] = ()
    work: int = 0
    file: str = ""
    single: bool = False
    seeded: Seeded | None = None

    @property
    def quantity(self) -> Quantity:
        """The values; made each time where they are not written down."""
        return self.values if isinstance(self.values, Quantity) else self.values()


@dataclass(frozen=True, slots=True)
class Step:
    """A named expression, computed in order. `each` is the axis along which it is repeated, or ""."""

    name: Declaration
    expression: Expression
    each: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """What a repeated quantity is `back` steps before the first: values written down, or an expression.

    The expression is computed when the loop begins, from what stands before it. A single number is one for all entries.
    """

    name: Declaration
    value: Given | Expression
    back: int = 1


@dataclass(frozen=True, slots=True)
class Printed:
    """An expected value as written: text, or a number with the tolerance its printing implies."""

    text: str
    span: Span
    value: float | None
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Expectation:
    """A quantity (perhaps indexed) and the values it should have: nested tuples of `Printed`, or one."""

    target: Expression
    values: Any
    span: Span


@dataclass(frozen=True, slots=True)
class Says:
    """What a source states, to be held against the computation; or history, to be held against a paper.

    `instead` is what is true instead, a sentence of texts and of expressions whose values stand in it. `chosen` says
    which inputs of the example were chosen so that the statement comes out, "" where it could have failed.
    """

    document: str
    text: str
    expectations: tuple[Expectation, ...]
    holds: tuple[Expression, ...]
    cites: str
    span: Span
    instead: tuple[str | Expression, ...] = ()
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """How numbers are printed: to so many decimals, as percent, with commas between thousands, with a unit."""

    digits: int | None = None
    percent: bool = False
    thousands: bool = False
    unit: str = ""

    def before(self, other: Format) -> Format:
        """Return this format with what it leaves open as another has it."""
        digits = other.digits if self.digits is None else self.digits
        percent, thousands = self.percent or other.percent, self.thousands or other.thousands
        return Format(digits, percent, thousands, self.unit or other.unit)

    @property
    def bare(self) -> Format:
        """The precision alone, for a number that others are computed from: `0.0917` for 9.17 %."""
        digits = self.digits + 2 * self.percent if self.digits is not None else None
        return Format(digits)


@dataclass(frozen=True, slots=True)
class Table:
    """Show quantities as a table, its numbers in a format of its own where it has one."""

    quantities: tuple[Expression, ...]
    span: Span
    format: Format | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """Show the LaTeX of the expression that computed a quantity."""

    quantity: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Derivation:
    """Show how one entry came about, with its numbers: 0.6·10 + 0.4·5 + 0·2 = 8."""

    quantity: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Heatmap:
    """Draw a quantity of one, two or three axes as coloured cells; its numbers may have a format of their own."""

    quantity: Expression
    span: Span
    format: Format | None = None


class Drawn(Enum):
    """How the values of a plot are drawn: as curves with marks, as marks alone, or as bars from 0."""

    CURVES = "plot"
    MARKS = "scatter"
    BARS = "bars"


@dataclass(frozen=True, slots=True)
class Plot:
    """Draw one or several quantities against another quantity or their own axis. `log` holds "x", "y".

    The numbers at the vertical axis have a format of their own where it has one.
    """

    quantities: tuple[Expression, ...]
    against: Expression | None
    log: frozenset[str]
    span: Span
    drawn: Drawn = Drawn.CURVES
    format: Format | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Show a sentence between other things: plain text, in which no Markdown is read."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Inputs:
    """Show what is given: these quantities, or none. Without it an example shows every small one first."""

    quantities: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Steps:
    """Draw quantities as boxes with their numbers, in the order computed, with arrows between them."""

    quantities: tuple[Expression, ...]
    span: Span


Show = Remark | Inputs | Table | Formula | Derivation | Heatmap | Plot | Steps


@dataclass(frozen=True, slots=True)
class Change:
    """What a variation changes: given entries, or a step; and what these were, None where that is not written down.

    What they are now, the run of the variation has.
    """

    target: Expression
    before: Quantity | Expression | None


@dataclass(frozen=True, slots=True)
class Variation:
    """The example that a variation changes, by id, and its changes.

    `source` is the note of the variation and `home` that of the example, in which the spans of its steps are;
    `expectations` and `holds` are the example's own, which say what values it has on purpose. `span` is that of the
    changes.
    """

    of: str
    source: Source
    home: Source
    changes: tuple[Change, ...]
    expectations: tuple[Expectation, ...]
    holds: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example as declared in a note, read but not run."""

    id: str
    axes: Mapping[str, Axis]
    uses: Mapping[str, str]
    given: tuple[Given, ...]
    start: tuple[Start, ...]
    steps: tuple[Step, ...]
    symbols: Mapping[str, str]
    expectations: tuple[Expectation, ...]
    holds: tuple[Expression, ...]
    says: tuple[Says, ...]
    show: tuple[Show, ...]
    span: Span
    uses_spans: Mapping[str, Span] = field(default_factory=dict)
    definitions: tuple[Definition, ...] = ()
    formats: Mapping[str, Format] = field(default_factory=dict)
    variation: Variation | None = None

    def format_of(self, name: str) -> Format:
        """Return the format of a quantity: its own, or that of the record that it is a result of."""
        return self.formats.get(name) or self.formats.get(name.partition(".")[0]) or Format()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One expectation or `holds:` statement held against the run.

    `computed` is what the run has in its place (None where it could not be evaluated: then `code` and `fix` say more);
    `what` says the difference in a sentence and is empty where it holds; `at` is the offset that it is about.
    """

    claim: Expectation | Expression
    computed: Quantity | None
    what: str = ""
    code: Code | None = None
    fix: str = ""
    at: int | None = None

    @property
    def holds(self) -> bool:
        """Whether the computation agrees."""
        return not self.what


@dataclass(frozen=True, slots=True)
class Said:
    """A source's statement with its outcomes. It agrees where every outcome holds; history (`cites`) has none."""

    says: Says
    outcomes: tuple[Outcome, ...]

    @property
    def agrees(self) -> bool:
        """Whether the computation bears the source out."""
        return all(outcome.holds for outcome in self.outcomes)

    @property
    def wrong(self) -> bool:
        """Whether the computation or a cited paper contradicts the source."""
        return bool(self.says.cites) or not self.agrees


@dataclass(frozen=True)
class Run:
    """One run of an example: every quantity in the order computed, and what was held against it.

    A record's fields are quantities of their own under dotted names (`a.weights`). `outcomes` are the example's own
    expectations and statements; `said` the sources'. `axes` has the axes of every part of an expression that was
    computed; inside `each`, those that it has at a single position. `forms` has the form of each part of a step.
    `work` is how many operations the run took; `cut` says that it was stopped because other examples had used up what
    all share. `wording` has the words for readers.
    """

    example: Example
    quantities: Mapping[str, Quantity]
    outcomes: tuple[Outcome, ...] = ()
    said: tuple[Said, ...] = ()
    axes: Mapping[Node, Axes] = field(default_factory=dict)
    work: int = 0
    cut: bool = False
    wording: Wording = CHINESE
    forms: Mapping[Node, Form | RecordForm] = field(default_factory=dict)

"""The tree of a computation on arrays whose dimensions go by position, as NumPy has it.

`zhixing.language.lower` makes it of an example that has run: axis names have become transposes, new axes and numbers of
dimensions, labels have become positions. Whoever prints an example as a program in another language, or hands it to
another interpreter, walks these nodes and needs to know nothing of axis names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from zhixing.language.model import Array, Axes, Seeded

# Expressions.


class Kind(Enum):
    """What the entries of a value are.

    A plain number is one that no array ever was: divided by 0 it stops a program, where an array's entry is infinite.
    """

    FLOAT = auto()
    WHOLE = auto()
    TRUTH = auto()
    PLAIN = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """A word as an option of a function: `"same"`."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Nothing:
    """No value: an option that sets no limit."""


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """A quantity or an axis, by its name."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Here:
    """The position of a loop along an axis."""

    axis: str


@dataclass(frozen=True, slots=True, eq=False)
class At:
    """What a step of a loop gave at one of its positions."""

    name: str
    position: Tree


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One of several results of a function."""

    record: Tree
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """Operands joined by an operator: arithmetic, a comparison, `&`, `|`; a sign or `not` has one operand."""

    operator: str
    operands: tuple[Tree, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Apply:
    """A word of the language applied to arrays; `options` are given by name, `axis` is a tuple of dimensions."""

    word: str
    arguments: tuple[Tree, ...]
    options: tuple[tuple[str, Tree], ...] = ()
    axis: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Reorder:
    """Dimensions in another order."""

    operand: Tree
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Insert:
    """Dimensions of size 1 put in: for each dimension of the result, whether it is new."""

    operand: Tree
    new: tuple[bool, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reshape:
    """The same entries in another shape."""

    operand: Tree
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Repeat:
    """A value repeated to a shape."""

    operand: Tree
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Range:
    """A range of positions as an index; a bound that is None is the end."""

    lower: Tree | None = None
    upper: Tree | None = None
    step: Tree | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Pick:
    """Entries: an index for each of the first dimensions, None for a new one. At most one run of them are arrays."""

    operand: Tree
    indices: tuple[Tree | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Values put one under another as a new first dimension."""

    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Convert:
    """A value with entries of another kind: whole numbers for positions, 0 and 1 for statements."""

    operand: Tree
    kind: Kind
    single: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Derivative:
    """How a number changes with each entry of a quantity: through all steps between, at a loop's present position."""

    target: Tree
    wanted: Tree


Tree = (
    Literal | Word | Nothing | Variable | Here | At | Part | Operation | Apply | Reorder | Insert | Reshape | Repeat
    | Range | Pick | Stack | Convert | Derivative
)  # fmt: skip


# Statements.


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """Values that are written down: what is given, or taken from another example (`source`)."""

    name: str
    values: Array
    axes: Axes
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Random:
    """A seeded array."""

    name: str
    seeded: Seeded
    shape: tuple[int, ...]
    axes: Axes


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """An axis as an array: its numbers, or its positions from 0 where it has none."""

    name: str
    size: int
    numbers: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Assign:
    """A step: a name is given a value. `axes` are those of the value, None where it has several results."""

    name: str
    value: Tree
    axes: Axes | None


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """What a step of a loop, or one of its results, is at a position before the first."""

    name: str
    result: str
    position: int
    value: Tree | Constant | Random


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """Steps repeated along an axis; what each gives at every position is stacked under the axis."""

    axis: str
    size: int
    before: tuple[Before, ...]
    steps: tuple[Assign, ...]


Statement = Constant | Random | Positions | Assign | Loop


@dataclass(frozen=True, slots=True)
class Program:
    """An example as statements in the order of the computation. `labels` are those of its axes, where they have any."""

    statements: tuple[Statement, ...]
    labels: tuple[tuple[str, tuple[str, ...]], ...]

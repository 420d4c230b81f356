"""What a printer of formulas knows of an expression beside its tree: what names in it are, and the run's axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from zhixing.language.model import Axes, Axis, Definition, Run, Step
from zhixing.language.nodes import (
    Binary,
    Boolean,
    Call,
    Compare,
    Field,
    Index,
    ListLiteral,
    Name,
    NewAxis,
    Node,
    Number,
    TupleLiteral,
    Unary,
    mentions,
    quantity_name,
    text_of,
    walk,
)
from zhixing.language.run import find_axes
from zhixing.language.words import CONSTANTS, FUNCTIONS
from zhixing.language.words.word import Word
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE


@dataclass(frozen=True, slots=True)
class Context:
    """What names mean in an expression, and the axes that a run found for its nodes.

    `names` are the quantities, `on` has the axis of those whose values are positions of one. `loop` is the axis of the
    `each` that the expression stands in, or "", and `looped` are the steps repeated in it. `functions` are the
    definitions that are of numbers.
    """

    axes: Mapping[str, Axis] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    on: Mapping[str, str] = field(default_factory=dict)
    nodes: Mapping[Node, Axes] = field(default_factory=dict)
    loop: str = ""
    looped: frozenset[str] = frozenset()
    wording: Wording = CHINESE
    functions: frozenset[str] = frozenset()

    def dims(self, node: Node) -> Axes:
        """Return the axes of a node in order, "" for one without a name; () where the run has not computed it."""
        return self.nodes.get(node, ())

    def looks_back(self, node: Node) -> bool:
        """Return whether a node is `h[t - 1]`, this loop's own step at another position."""
        match node:
            case Index(Name(name), (first, *_)):
                return name in self.looped and mentions(first, self.loop)
        return False

    def is_axis(self, node: Node) -> bool:
        """Return whether a node is an axis used as numbers, one for each of its positions."""
        return isinstance(node, Name) and node.name in self.axes and node.name not in (self.loop, *self.names)

    def chosen_axis(self, node: Node) -> str:
        """Return the axis of which a node's values are positions, which print as its labels; "" for other values."""
        match node:
            case Name() | Field() if (name := quantity_name(node)) in self.on:
                return self.on[name]
            case Index(base):
                return self.chosen_axis(base)
            case Call(arguments=(argument, *_)) if (word := word_of(node)) and word.latex.chooses:
                over = axis_names(node) or self.dims(argument)
                return over[0] if len(over) == 1 else ""
        return ""

    def is_counted(self, name: str) -> bool:
        """Return whether a position along an axis may stand for its label."""
        axis = self.axes.get(name)
        return axis is None or not axis.numbers or axis.numbers == tuple(range(axis.size))

    def has_root(self, name: str, axis: str) -> bool:
        """Return whether one axis is another, or a second name of it."""
        a, b = self.axes.get(name), self.axes.get(axis)
        return a is not None and b is not None and a.root == b.root

    def same_labels(self, one: str, other: str) -> bool:
        """Return whether two axes have the same labels at the same positions."""
        a, b = self.axes.get(one), self.axes.get(other)
        return a is None or b is None or (a.labels, a.numbers) == (b.labels, b.numbers)


def step_context(run: Run, step: Step) -> Context:
    """Return what is known of a step's expression."""
    looped = frozenset(other.name.name for other in run.example.steps if step.each and other.each == step.each)
    return Context(
        run.example.axes, _names(run), _chosen(run), run.axes, step.each, looped, run.wording, functions_of_numbers(run)
    )


def context(run: Run, tree: Node) -> Context:
    """Return what is known of an expression over the quantities of a finished run."""
    return Context(run.example.axes, _names(run), _chosen(run), find_axes(run, tree), wording=run.wording)


def _names(run: Run) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in run.quantities)


def functions_of_numbers(run: Run) -> frozenset[str]:
    """Return the functions that an example defines on numbers."""
    return frozenset(one.name for one in run.example.definitions if is_of_numbers(one))


def is_of_numbers(defined: Definition) -> bool:
    """Return whether a definition is one of numbers, and of arrays entry by entry."""
    return all(_is_of_numbers(part, defined.parameters) for part in walk(defined.body.tree))


def _is_of_numbers(part: Node, parameters: Sequence[str]) -> bool:
    match part:
        case Name(name):
            return name in parameters or name in CONSTANTS
        case Call():
            return (word := word_of(part)) is not None and word.entrywise and not part.keywords
        case Binary(operator):
            return operator != "@"
    return isinstance(part, Number | Unary | Boolean | Compare)


def _chosen(run: Run) -> Mapping[str, str]:
    return {name: quantity.on[0].axis for name, quantity in run.quantities.items() if len(quantity.on) == 1}


def axis_names(node: Call) -> Axes | None:
    """Return the axes that `axis=` names in a call, None where it is left out."""
    named = node.keyword("axis")
    if named is None:
        return None
    return tuple(map(text_of, named.items if isinstance(named, ListLiteral | TupleLiteral) else (named,)))


def word_of(node: Node) -> Word | None:
    """Return the function that a node calls, None for any other node."""
    return FUNCTIONS.get(node.name) if isinstance(node, Call) else None


def item_axes(items: Sequence[Node], dims: Axes) -> list[str]:
    """Return the axis that each index is along, "" for a new one."""
    rest = iter(dims)
    return ["" if isinstance(item, NewAxis) else next(rest, "") for item in items]


def read_constant(node: Node | None) -> int | None:
    """Return the whole number that an index is, None for any other expression."""
    match node:
        case Number(value):
            return int(value) if value == value // 1 else None
        case Unary("-", Number(value)):
            return -int(value)
    return None

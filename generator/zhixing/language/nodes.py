"""The expression tree: what an expression consists of, and where each part stands in the note.

Nodes are made in one place, `zhixing.language.expression`, and are never changed: an edit returns a new tree. A node
is equal to itself alone, so that a run can record what it found for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from zhixing.source import Span

Sign = Literal["-", "+", "not"]
Arithmetic = Literal["+", "-", "*", "/", "//", "%", "**", "@"]
Comparison = Literal["<", "<=", ">", ">=", "==", "!="]
Connective = Literal["and", "or"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Placed:
    """What stands somewhere in a note. A part that no author wrote has the span of what it was made from."""

    span: Span = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Number(Placed):
    """A number: `2`, `0.6`, `1e-6`."""

    value: int | float

    @property
    def number(self) -> float:
        """The value as a float; infinite where it has more than 308 digits."""
        try:
            return float(self.value)
        except OverflowError:
            return float("inf")


@dataclass(frozen=True, slots=True, eq=False)
class Label(Placed):
    """A quoted label, used as an index, compared with, or given as an option: `"小明"`."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Name(Placed):
    """The name of a quantity, of an axis or of a constant."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class NewAxis(Placed):
    """`None` as an index, which puts in an axis of size 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Field(Placed):
    """One of the results of a function that has several: `a.weights`."""

    record: Node
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Transpose(Placed):
    """`K.T`."""

    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Unary(Placed):
    """A sign or a negation before an operand."""

    operator: Sign
    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Binary(Placed):
    """Two operands with an arithmetic operator between them."""

    operator: Arithmetic
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Boolean(Placed):
    """Two or more statements joined by `and`, or by `or`."""

    operator: Connective
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Compare(Placed):
    """A comparison, perhaps of several sides: `0 <= x < 1` has three sides and two operators."""

    sides: tuple[Node, ...]
    operators: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Keyword(Placed):
    """An argument given by name: `axis=键`."""

    name: str
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class Call(Placed):
    """A function applied to arguments. A name may stand twice among the keywords, which is a mistake to report."""

    name: str
    arguments: tuple[Node, ...]
    keywords: tuple[Keyword, ...] = ()

    def keyword(self, name: str) -> Node | None:
        """Return the value of an argument given by name, None where it is left out."""
        return next((keyword.value for keyword in self.keywords if keyword.name == name), None)


@dataclass(frozen=True, slots=True, eq=False)
class Index(Placed):
    """Entries of a quantity: `x[0, "小明"]`."""

    base: Node
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Slice(Placed):
    """A range of positions as an index: `1:3`, `::2`."""

    lower: Node | None
    upper: Node | None
    step: Node | None

    @property
    def bounds(self) -> tuple[Node | None, Node | None, Node | None]:
        """Its three parts."""
        return self.lower, self.upper, self.step


@dataclass(frozen=True, slots=True, eq=False)
class ListLiteral(Placed):
    """Values in square brackets: `[1, 2, 3]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TupleLiteral(Placed):
    """Values parted by commas without square brackets, which only `axis=` takes: `(行, 列)`."""

    items: tuple[Node, ...]


Node = (
    Number | Label | Name | NewAxis | Field | Transpose | Unary | Binary | Boolean | Compare | Keyword | Call | Index
    | Slice | ListLiteral | TupleLiteral
)  # fmt: skip


# Walking and editing a tree.


def children(node: Node) -> tuple[Node, ...]:  # noqa: C901, PLR0911 - a case for each kind of node
    """Return the parts of a node in the order in which they are written."""
    match node:
        case Number() | Label() | Name() | NewAxis():
            return ()
        case Field():
            return (node.record,)
        case Keyword():
            return (node.value,)
        case Transpose() | Unary():
            return (node.operand,)
        case Binary():
            return node.left, node.right
        case Boolean():
            return node.operands
        case Compare():
            return node.sides
        case Call():
            return *node.arguments, *node.keywords
        case Index():
            return node.base, *node.items
        case Slice():
            return tuple(bound for bound in node.bounds if bound is not None)
        case ListLiteral() | TupleLiteral():
            return node.items


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, one level after another."""
    level: tuple[Node, ...] = (node,)
    while level:
        yield from level
        level = tuple(child for parent in level for child in children(parent))


def map_children(node: Node, change: Callable[[Node], Node]) -> Node:  # noqa: C901, PLR0911 - a case for each kind of node
    """Return a node whose parts are those that `change` returns for its own."""
    match node:
        case Number() | Label() | Name() | NewAxis():
            return node
        case Field():
            return replace(node, record=change(node.record))
        case Keyword():
            return replace(node, value=change(node.value))
        case Transpose() | Unary():
            return replace(node, operand=change(node.operand))
        case Binary():
            return replace(node, left=change(node.left), right=change(node.right))
        case Boolean():
            return replace(node, operands=tuple(map(change, node.operands)))
        case Compare():
            return replace(node, sides=tuple(map(change, node.sides)))
        case Call():
            keywords = tuple(replace(keyword, value=change(keyword.value)) for keyword in node.keywords)
            return replace(node, arguments=tuple(map(change, node.arguments)), keywords=keywords)
        case Index():
            return replace(node, base=change(node.base), items=tuple(map(change, node.items)))
        case Slice():
            lower, upper, step = (bound and change(bound) for bound in node.bounds)
            return replace(node, lower=lower, upper=upper, step=step)
        case ListLiteral() | TupleLiteral():
            return replace(node, items=tuple(map(change, node.items)))


def replace_node(tree: Node, old: Node, new: Node) -> Node:
    """Return a tree in which one node is another."""
    return new if tree is old else map_children(tree, lambda child: replace_node(child, old, new))


def mentions(node: Node, name: str) -> bool:
    """Return whether an expression uses a name."""
    return any(isinstance(part, Name) and part.name == name for part in walk(node))


def quantity_name(node: Node) -> str:
    """Return the name that a quantity is kept under: `h`, or `cell.h` for a field; "" for any other expression."""
    if isinstance(node, Field) and isinstance(node.record, Name):
        return f"{node.record.name}.{node.name}"
    return node.name if isinstance(node, Name) else ""


def name_node(name: str, span: Span) -> Node:
    """Return the node that reads a quantity by the name that it is kept under, such as `cell.h`."""
    base, *fields = name.split(".")
    node: Node = Name(base, span=span)
    for field_name in fields:
        node = Field(node, field_name, span=span)
    return node


def indexed_base(node: Node) -> Node:
    """Return what is indexed in the end: `x` of `x[0][1]`, the node itself where nothing is."""
    while isinstance(node, Index):
        node = node.base
    return node


def is_condition(node: Node) -> bool:
    """Return whether a node is a statement, which is 1 where it holds and 0 elsewhere."""
    return isinstance(node, Compare | Boolean) or (isinstance(node, Unary) and node.operator == "not")


# A tree as the text of an expression.

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(9)
_BINDING: dict[str, int] = {
    "or": _OR, "and": _AND, "not": _NOT, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "//": _PRODUCT,
    "%": _PRODUCT, "@": _PRODUCT, "**": _POWER,
}  # fmt: skip
"""How tightly an operator binds its operands, loosest first."""


def text_of(node: Node, least: int = _OR) -> str:
    """Return an expression's text, spaced and bracketed as Python's style has it; it reads back as the same tree.

    What binds its parts less tightly than `least` goes into brackets.
    """
    text, binding = _text_and_binding(node)
    return text if binding >= least else f"({text})"


def _text_and_binding(node: Node) -> tuple[str, int]:  # noqa: C901, PLR0911, PLR0912 - a case for each kind of node
    match node:
        case Number():
            return repr(node.value).replace("inf", "1e309"), _ATOM
        case Label():
            return repr(node.text), _ATOM
        case Name():
            return node.name, _ATOM
        case NewAxis():
            return "None", _ATOM
        case Field():
            return f"{_owner(node.record)}.{node.name}", _ATOM
        case Transpose():
            return f"{_owner(node.operand)}.T", _ATOM
        case Keyword():
            return f"{node.name}={text_of(node.value)}", _ATOM
        case Call():
            return f"{node.name}({_listed((*node.arguments, *node.keywords))})", _ATOM
        case Index():
            return f"{text_of(node.base, _ATOM)}[{_items(node.items)}]", _ATOM
        case Slice():
            return _slice_text(node), _ATOM
        case ListLiteral():
            return f"[{_listed(node.items)}]", _ATOM
        case TupleLiteral():
            return f"({_listed(node.items)}{',' if len(node.items) == 1 else ''})", _ATOM
        case _:
            return _operation_text(node)


def _operation_text(node: Unary | Binary | Boolean | Compare) -> tuple[str, int]:
    if isinstance(node, Compare):
        first, *rest = (text_of(side, _SUM) for side in node.sides)
        return first + "".join(f" {op} {side}" for op, side in zip(node.operators, rest, strict=True)), _COMPARE
    if isinstance(node, Unary):
        binding = _NOT if node.operator == "not" else _SIGN
        return f"{node.operator}{' ' if binding == _NOT else ''}{text_of(node.operand, binding)}", binding
    binding = _BINDING[node.operator]
    if isinstance(node, Boolean):
        return f" {node.operator} ".join(text_of(operand, binding + 1) for operand in node.operands), binding
    power = node.operator == "**"  # binds to the right
    left, right = text_of(node.left, binding + power), text_of(node.right, binding + (not power))
    return f"{left} {node.operator} {right}", binding


def _owner(node: Node) -> str:
    """Return what stands before a dot; a whole number is parted from it, or it would be a decimal point."""
    whole = isinstance(node, Number) and isinstance(node.value, int)
    return f"{text_of(node, _ATOM)}{' ' if whole else ''}"


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(text_of(node) for node in nodes)


def _items(items: tuple[Node, ...]) -> str:
    return _listed(items) or "()"


def _slice_text(node: Slice) -> str:
    lower, upper, step = ("" if bound is None else text_of(bound) for bound in node.bounds)
    return f"{lower}:{upper}" + (f":{step}" if step else "")

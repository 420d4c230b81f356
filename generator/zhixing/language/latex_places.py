"""Where an entry stands along each axis, and where it then stands in the parts of an expression."""

from __future__ import annotations

from dataclasses import dataclass

from zhixing.language.latex_context import Context
from zhixing.language.latex_tree import Piece, label, number_piece, with_index
from zhixing.language.model import Axes, Axis
from zhixing.language.nodes import Binary, Boolean, Call, Compare, Field, Index, NewAxis, Node, Slice, Transpose, Unary


@dataclass(frozen=True, slots=True)
class At:
    """The position of a constant index. It is printed as its label.

    `fixed` says of a place that it is one of the whole axis, whatever part of the axis a slice has kept.
    """

    position: int
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Free:
    """An index that runs along an axis, and how many positions further the entry stands. It stands for labels."""

    piece: Piece
    axis: str
    shift: int = 0
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Computed:
    """An index whose value is a position."""

    piece: Piece
    fixed: bool = False


Place = At | Free | Computed


def label_piece(axis: Axis, position: int) -> Piece:
    """Return the label of a position; one that stands at other positions too has the position below it."""
    piece = label(axis.labels[position])
    return with_index(piece, (number_piece(position),)) if axis.labels.count(axis.labels[position]) > 1 else piece


def is_steady(axis: Axis) -> bool:
    """Return whether the labels of an axis are numbers that go up by 1."""
    return bool(axis.numbers) and all(b - a == 1 for a, b in zip(axis.numbers, axis.numbers[1:], strict=False))


def match_places(dimensions: Axes, own: Axes, places: tuple[Place, ...]) -> tuple[Place, ...]:
    """Return the places of an operand among those of the result, matched by name as the operation does."""
    if len(own) == len(dimensions) and all(a == b or not (a and b) for a, b in zip(own, dimensions, strict=True)):
        return places
    if not all(own):
        return places[len(places) - len(own) :]
    left = dict(enumerate(dimensions))
    found: list[Place | None] = []
    for axis in own:
        place = next((i for i, name in left.items() if name == axis), None)
        found.append(None if place is None else places[place])
        left.pop(place, None) if place is not None else None
    rest = iter(left)
    return tuple(places[next(rest)] if place is None else place for place in found)


def name_like(whole: Node, part: Node, known: Context) -> Axes:
    """Return the axes of an operand; a list has those of the first operand with names that has as many."""
    own = known.dims(part)
    if any(own) or not own:
        return own
    parts = whole.arguments if isinstance(whole, Call) else operands(whole)
    others = [axes for other in parts if other is not part and (axes := known.dims(other))]
    model = next((axes for axes in others if all(axes) and len(axes) >= len(own)), own)
    return own if all(len(axes) == len(own) for axes in others) else model[len(model) - len(own) :]


def find_slice(node: Node, dim: int, known: Context) -> Slice | None:
    """Return the slice that has cut a dimension of an expression, None where the axis is whole."""
    dims = known.dims(node)
    match node:
        case Index():
            return _find_in_index(node, dim, known)
        case Binary("@"):
            parts = _find_in_product(node, dim, known)
            return next((cut for part, i in parts if (cut := find_slice(part, i, known))), None)
        case Transpose(operand):
            swap = {len(dims) - 1: len(dims) - 2, len(dims) - 2: len(dims) - 1} if len(dims) > 1 else {}
            return find_slice(operand, swap.get(dim, dim), known)
        case Field(Call() as call) if dims:
            return next((cut for part in call.arguments if (cut := _find_in_argument(part, dims[dim], known))), None)
        case Binary() | Unary() | Boolean() | Compare() | Call() if dims:
            parts_of = node.arguments if isinstance(node, Call) else operands(node)
            return next((cut for part in parts_of if (cut := _find_in_argument(part, dims[dim], known))), None)
    return None


def _find_in_index(node: Index, dim: int, known: Context) -> Slice | None:
    """Follow a dimension of `x[items]` to the item that gives it, or to a dimension of x behind the items."""
    at = seen = 0
    for item in node.items[1:] if known.looks_back(node) else node.items:
        width = 1 if isinstance(item, Slice | NewAxis) else len(known.dims(item))
        if at <= dim < at + width:
            if isinstance(item, Slice):
                return item if any(item.bounds) else find_slice(node.base, seen, known)
            return None if isinstance(item, NewAxis) else find_slice(item, dim - at, known)
        at += width
        seen += not isinstance(item, NewAxis)
    rest = seen + dim - at
    return find_slice(node.base, rest, known) if rest < len(known.dims(node.base)) else None


def _find_in_product(node: Binary, dim: int, known: Context) -> list[tuple[Node, int]]:
    """Return the operands of a matrix product that have one of its dimensions, each with its own dimension."""
    dims, left, right = (known.dims(part) for part in (node, node.left, node.right))
    batch = len(dims) - (len(left) > 1) - (len(right) > 1)
    if dim < batch:
        sides = (node.left, left), (node.right, right)
        return [(part, own.index(dims[dim])) for part, own in sides if dims[dim] in own[:-2]]
    if dim == batch and len(left) > 1:
        return [(node.left, len(left) - 2)]
    return [(node.right, len(right) - 1)]


def _find_in_argument(part: Node, axis: str, known: Context) -> Slice | None:
    own = known.dims(part)
    return find_slice(part, own.index(axis), known) if axis in own else None


def operands(node: Node) -> tuple[Node, ...]:
    """Return the operands of an operation, none for any other node."""
    match node:
        case Binary():
            return node.left, node.right
        case Unary():
            return (node.operand,)
        case Boolean():
            return node.operands
        case Compare():
            return node.sides
    return ()

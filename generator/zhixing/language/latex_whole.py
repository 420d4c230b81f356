"""Which expressions mean as a whole, in matrix notation, what was computed entry by entry."""

from __future__ import annotations

from zhixing.language.latex_context import Context, item_axes, read_constant, word_of
from zhixing.language.latex_places import find_slice
from zhixing.language.model import Axes
from zhixing.language.nodes import (
    Binary,
    Boolean,
    Call,
    Compare,
    Field,
    Index,
    Label,
    ListLiteral,
    Name,
    NewAxis,
    Node,
    Number,
    Slice,
    Transpose,
    TupleLiteral,
    Unary,
    walk,
)
from zhixing.language.words.word import BigOperator, Fences, Layout, Mechanism, Merge, Ordering


def reads_whole(node: Node, known: Context) -> bool:  # noqa: PLR0911 - a case for each kind of node
    """Return whether an expression in matrix notation means what was computed, entry by entry.

    An expression without axes is always read so: what it does with arrays stands inside a sum or another function.
    """
    match node:
        case Name():
            return not known.is_axis(node)
        case Number() | Label() | ListLiteral() | TupleLiteral():
            return True
        case Binary():
            return _operation_reads_whole(node, known)
        case Unary() if node.operator != "not":
            return reads_whole(node.operand, known)
        case Transpose():
            return reads_whole(node.operand, known)
        case Field():
            return reads_whole(node.record, known)
        case Index():
            return _index_reads_whole(node, known)
        case Call():
            return _call_reads_whole(node, known)
        case Unary() | Boolean() | Compare():
            parts = (
                (node.operand,)
                if isinstance(node, Unary)
                else node.operands
                if isinstance(node, Boolean)
                else node.sides
            )
            return all(not known.dims(part) and reads_whole(part, known) for part in parts)
    return False


def _operation_reads_whole(node: Binary, known: Context) -> bool:
    if not reads_whole(node.left, known) or not reads_whole(node.right, known):
        return False
    left, right = known.dims(node.left), known.dims(node.right)
    literal = isinstance(node.left, ListLiteral) or isinstance(node.right, ListLiteral)
    alike = left == right or (literal and len(left) == len(right))
    match node.operator:
        case "@":
            stacks = set(left[:-2]), set(right[:-2])
            return stacks[0] <= stacks[1] or stacks[1] <= stacks[0]
        case "+" | "-":
            return alike or not left or not right or _is_bias(node, left, right)
        case "*":
            return alike or not left or not right
        case "/" | "//":
            return not right
    return not left and not right


def _is_bias(node: Binary, left: Axes, right: Axes) -> bool:
    """Return whether a vector is added to every row of a product: X W + b is the usual notation."""
    match node:
        case Binary("+", Binary("@")):
            return len(left) > 1 and left[-1:] == right
    return False


def _index_reads_whole(node: Index, known: Context) -> bool:
    if known.looks_back(node):
        return all(not known.dims(item) or isinstance(item, Slice) for item in node.items[1:])
    gathers = [item for item in node.items if not isinstance(item, Slice | NewAxis) and known.dims(item)]
    slices = [item for item in node.items if isinstance(item, Slice)]
    fits = all(len(known.dims(item)) == 1 and reads_whole(item, known) for item in gathers) and len(gathers) <= 1
    spelled = all(_is_plain_slice(item) for item in slices) and not _cuts_twice(node, known)
    if known.is_axis(node.base):
        return spelled and len(slices) == len(node.items) and all(any(item.bounds) for item in slices)
    return fits and spelled and reads_whole(node.base, known)


def _cuts_twice(node: Index, known: Context) -> bool:
    """Return whether an index applies to what another index has left, and would not be printed by its labels."""
    match node.base:
        case Index(_, items) if any(isinstance(item, Slice | NewAxis) or known.dims(item) for item in items):
            return True
        case Name() | Field():
            return False
    dims = [
        i
        for i, item in enumerate(item for item in node.items if not isinstance(item, NewAxis))
        if isinstance(item, Slice)
    ]
    return any(find_slice(node.base, i, known) for i in dims)


def _is_plain_slice(item: Slice) -> bool:
    """Return whether a slice can be printed by its first and last position."""
    return item.step is None or not (item.lower or item.upper)


def _call_reads_whole(node: Call, known: Context) -> bool:  # noqa: PLR0911 - a case for each kind of word
    word = word_of(node)
    if word is None and node.name in known.functions:
        return not known.dims(node) and all(reads_whole(a, known) for a in node.arguments)
    if word is None or not node.arguments:
        return True
    if not known.dims(node) and not isinstance(word.function, Mechanism | Ordering | Merge):
        return not word.entrywise or all(not known.dims(a) and reads_whole(a, known) for a in node.arguments)
    if isinstance(word.function, Mechanism | Ordering | Merge) or word.latex.notation is Layout.DERIVATIVE:
        return True
    if word.latex.notation is Layout.CASES:
        return _cases_read_whole(node, known)
    if word.entrywise:
        return word.latex.of_arrays and all(reads_whole(a, known) for a in node.arguments)
    plain = not isinstance(word.latex.notation, BigOperator | Fences)
    return plain and reads_whole(node.arguments[0], known)


def _cases_read_whole(node: Call, known: Context) -> bool:
    condition, *branches = node.arguments
    axes = {known.dims(branch) for branch in branches} - {()}
    return not known.dims(condition) and len(axes) < 2 and all(reads_whole(part, known) for part in node.arguments)


def find_numbered(tree: Node, known: Context) -> frozenset[str]:
    """Return the axes of numbers along which an index computes a position, printed as the label there: `t_{i}`."""
    found: set[str] = set()
    for node in walk(tree):
        if isinstance(node, Index) and not known.looks_back(node):
            pairs = zip(node.items, item_axes(node.items, known.dims(node.base)), strict=True)
            found |= {axis for item, axis in pairs if _is_numbered(item, axis, known)}
    return frozenset(found)


def _is_numbered(item: Node, axis: str, known: Context) -> bool:
    if known.is_counted(axis):
        return False
    if isinstance(item, Slice):
        return any(bound is not None and read_constant(bound) is None for bound in item.bounds)
    if isinstance(item, Label | NewAxis) or read_constant(item) is not None:
        return False
    chosen = known.chosen_axis(item) or (item.name if isinstance(item, Name) and item.name in known.axes else "")
    return not (chosen and known.same_labels(chosen, axis))


def sides_of(node: Node) -> tuple[Node, ...]:
    """Return the expressions that a statement compares, or the one that it is."""
    match node:
        case Compare():
            return node.sides
        case Boolean():
            return tuple(side for part in node.operands for side in sides_of(part))
        case Unary("not", operand):
            return sides_of(operand)
    return (node,)

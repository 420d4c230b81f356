"""Expressions in matrix notation or entry by entry, as statements or as values."""

from __future__ import annotations

from dataclasses import dataclass, replace

from zhixing.language.latex_calls import print_call, print_entry_of_call
from zhixing.language.latex_index import print_entry_of_index, print_index, subscript
from zhixing.language.latex_places import At, Computed, Free, Place
from zhixing.language.latex_printer import COMPARISONS, TOP, NoNotationError, Printer
from zhixing.language.latex_reduce import print_array, print_contraction
from zhixing.language.latex_tree import (
    LINE,
    Bracketed,
    Chain,
    Enclosed,
    Level,
    Piece,
    Prefixed,
    Symbol,
    add,
    at_least,
    behind,
    compare,
    fraction,
    indicator,
    label,
    last_factor,
    make_row,
    multiply,
    name_piece,
    negate,
    number_piece,
    raise_to,
    remainder,
    round_down,
    with_index,
)
from zhixing.language.latex_whole import reads_whole, sides_of
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
    Node,
    Number,
    Transpose,
    TupleLiteral,
    Unary,
    is_condition,
    quantity_name,
    text_of,
)


@dataclass(frozen=True, slots=True)
class ExpressionPrinter(Printer):
    """Prints expressions: as a whole, or an entry at given places."""

    # Values and statements.

    def value(self, node: Node) -> Piece:
        """Print an expression in a single way: as a whole where that reads right, else by its entries in brackets."""
        if reads_whole(node, self.known) or self.known.is_axis(node):
            return self.whole(node)
        return print_array(self, node)

    def statement(self, node: Node) -> Piece:
        """Print an expression as a statement, where a comparison stands for itself; it is about every entry."""
        dims = self._indexed_dims(node)
        free = self.free_indices(dims)
        return self.within(tuple(index.piece for index in free)).condition(node, tuple(free))

    def _indexed_dims(self, node: Node) -> Axes:
        whole = all(reads_whole(side, self.known) for side in sides_of(node))
        named = [side for side in sides_of(node) if not isinstance(side, ListLiteral)]
        same = len({self.known.dims(side) for side in named} - {()}) < 2
        return () if whole and same else self.known.dims(node)

    def condition(self, node: Node, places: tuple[Place, ...]) -> Piece:
        """Print a statement about an entry; without places, about arrays as they are."""
        match node:
            case Compare():
                sides = [self._side(node, side, places) for side in node.sides]
                return compare(sides, [COMPARISONS[op] for op in node.operators])
            case Boolean():
                level, sign = (Level.AND, r"\land") if node.operator == "and" else (Level.OR, r"\lor")
                parts = [self.condition(part, self.part(node, part, places)) for part in node.operands]
                bracketed = tuple(at_least(part, Level(level + 1)) for part in parts)
                return Chain(bracketed, (sign,) * (len(parts) - 1), level)
            case Unary("not", operand):
                return Prefixed(r"\lnot", at_least(self.condition(operand, places), Level.BIG), Level.NOT)
        if is_condition(node) or not places:
            return self.value(node)
        return self.entry(node, places)

    def _side(self, node: Compare, side: Node, places: tuple[Place, ...]) -> Piece:
        place = next(iter(self.part(node, side, places)), None) if self.known.is_axis(side) else None
        if isinstance(side, Name) and place is not None and any(isinstance(other, Label) for other in node.sides):
            return self._label_at(place, side.name)
        return (
            self.entry(side, self.part(node, side, places)) if places or not self.known.dims(side) else self.whole(side)
        )

    def _label_at(self, place: Place, name: str) -> Piece:
        """Print the label of an axis at a place, to be compared with another."""
        other = isinstance(place, Free) and not self.known.same_labels(place.axis, name)
        if (isinstance(place, Computed) or other) and self.known.is_counted(name):
            if self.axis(name).text in self.scope:
                raise NoNotationError  # beside the index of that axis, an index below it has no meaning
            return with_index(self.axis(name), (self.position(place),))
        return self.place(place, name)

    def option(self, node: Node) -> Piece:
        """Print what is given by name; an array's entries have their axes, by which it is matched."""
        if isinstance(node, Label) or reads_whole(node, self.known):
            return self.whole(node)
        outside = replace(self, scope=frozenset())
        free = outside.free_indices(self.known.dims(node))
        return outside.within([index.piece for index in free]).entry(node, tuple(free))

    # As a whole.

    def whole(self, node: Node) -> Piece:  # noqa: C901, PLR0911 - a case for each kind of node
        """Print an expression in matrix notation."""
        match node:
            case Name():
                piece = name_piece(node.name, self.symbols)
                return with_index(piece, (self.axis(self.known.loop),)) if node.name in self.known.looped else piece
            case Number():
                return number_piece(node.number)
            case Label():
                return label(node.text)
            case Binary():
                return self._print_binary(node, self.whole(node.left), self.whole_right(node))
            case Unary("not") | Boolean() | Compare():
                return indicator(self.condition(node, ()))
            case Unary():
                return negate(self.whole(node.operand)) if node.operator == "-" else self.whole(node.operand)
            case Transpose():
                turned = len(self.known.dims(node)) > 1
                return raise_to(self.whole(node.operand), Symbol(TOP)) if turned else self.whole(node.operand)
            case Field():
                return self._print_field(node)
            case Index():
                return print_index(self, node)
            case ListLiteral() | TupleLiteral():
                return self._print_list(node)
            case Call():
                return print_call(self, node)
        return label(text_of(node))

    def whole_right(self, node: Binary) -> Piece:
        """Print the right operand; the exponent of a power in small print."""
        return self.script(node.right) if node.operator == "**" else self.whole(node.right)

    def _print_binary(self, node: Binary, left: Piece, right: Piece, *, entry: bool = False) -> Piece:
        if node.operator == "@":
            return self._print_matmul(node, left, right)
        if node.operator == "**":
            return raise_to(left, right)
        if node.operator == "*":
            return self._print_product(node, left, right, entry=entry)
        if node.operator in ("+", "-"):
            return add((left, right), (node.operator,))
        if node.operator == "%":
            return remainder(behind(left, Level.LOOSE), right)
        quotient = fraction(left, right, inline=self.inline)
        return round_down(quotient) if node.operator == "//" else quotient

    def _print_product(self, node: Binary, left: Piece, right: Piece, *, entry: bool) -> Piece:
        sides = [self.known.dims(side) for side in (node.left, node.right)]
        arrays = not entry and all(sides)
        matrix = not entry and isinstance(node.right, Binary) and node.right.operator == "@"
        right = behind(right, Level.TIGHT) if matrix and (arrays or not sides[0]) else last_factor(right)
        return multiply(at_least(left, Level.LOOSE), right, array=arrays)

    def _print_matmul(self, node: Binary, left: Piece, right: Piece) -> Piece:
        vectors = all(len(self.known.dims(side)) == 1 for side in (node.left, node.right))
        left = at_least(left, Level.LOOSE if vectors else Level.TIGHT)
        return multiply(left, behind(right, Level.APPLIED), dot=vectors, elementwise=False)

    def _print_field(self, node: Field) -> Piece:
        if (name := quantity_name(node)) in self.symbols:
            piece = name_piece(name, self.symbols)
            looped = isinstance(node.record, Name) and node.record.name in self.known.looped
            return with_index(piece, (self.axis(self.known.loop),)) if looped else piece
        if isinstance(node.record, Call):
            return print_call(self, node.record, node.name)
        if isinstance(node.record, Name) and node.record.name in self.known.looped:
            own = name_piece(node.record.name, self.symbols)
            return with_index(own, (name_piece(node.name, {}), self.axis(self.known.loop)))
        return with_index(self.whole(node.record), (name_piece(node.name, {}),))

    def _print_list(self, node: ListLiteral | TupleLiteral) -> Piece:
        rows = [item for item in node.items if isinstance(item, ListLiteral)]
        nested = any(isinstance(item, ListLiteral) for row in rows for item in row.items)
        if rows and len(rows) == len(node.items) and not nested:
            lines = tuple(make_row(*map(self.value, row.items)) for row in rows)
            return Enclosed(r"\begin{bmatrix} ", lines, r" \end{bmatrix}", LINE)
        return Enclosed(r"\left[", tuple(map(self.value, node.items)), r"\right]")

    # Entry by entry.

    def entry(self, node: Node, places: tuple[Place, ...]) -> Piece:
        """Print an entry of an expression: one place for each of its axes."""
        if not places:
            return self.value(node) if reads_whole(node, self.known) else self._entry_of(node, ())
        match node:
            case Name() if self.known.is_axis(node):
                return self._axis_value(node, places[0])
        return self._entry_of(node, places)

    def _entry_of(self, node: Node, places: tuple[Place, ...]) -> Piece:  # noqa: PLR0911 - a case for each kind of node
        match node:
            case Name() | Field():
                return subscript(
                    self,
                    self.whole(node),
                    node,
                    places,
                    bracketed=isinstance(node, Field) and isinstance(node.record, Call),
                )
            case Transpose():
                swapped = (*places[:-2], places[-1], places[-2]) if len(places) > 1 else places
                return self.entry(node.operand, swapped)
            case ListLiteral() | TupleLiteral():
                return subscript(self, Bracketed(self.whole(node)), node, places)
            case Binary("@"):
                return print_contraction(self, node, places)
            case Binary():
                left = self.entry(node.left, self.part(node, node.left, places))
                mode = replace(self, inline=True) if node.operator == "**" else self
                right = mode.entry(node.right, self.part(node, node.right, places))
                return self._print_binary(node, left, right, entry=True)
            case Unary("not") | Boolean() | Compare():
                return indicator(self.condition(node, places))
            case Unary():
                operand = self.entry(node.operand, places)
                return negate(operand) if node.operator == "-" else operand
            case Index():
                return print_entry_of_index(self, node, places)
            case Call():
                return print_entry_of_call(self, node, places)
        return subscript(self, self.whole(node), node, places)

    def _axis_value(self, node: Name, place: Place) -> Piece:
        """Print the number that an axis has at a place: its label where that is a number, else the position."""
        if isinstance(place, At) and not self.has_numbers(node.name):
            return number_piece(place.position % self.known.axes[node.name].size)
        return self.place(place, node.name)

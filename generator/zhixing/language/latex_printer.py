"""How names, axes and places print, for all that prints expressions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from zhixing.language.latex_context import Context
from zhixing.language.latex_places import At, Computed, Free, Place, is_steady, label_piece, match_places, name_like
from zhixing.language.latex_tree import (
    Apply,
    Piece,
    Symbol,
    add,
    has_index,
    name_piece,
    number_piece,
    prime,
    with_index,
)
from zhixing.language.model import Axis
from zhixing.language.nodes import Comparison, Node

COMPARISONS: Mapping[Comparison, str] = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\neq"}


TOP = r"\top"


NEW = Symbol(r"\cdot")
"""Stands for the index of a new axis, which has one position."""


class NoNotationError(Exception):
    """An entry has no notation; the expression is printed as it is written."""


@dataclass(frozen=True, slots=True)
class Printer(ABC):
    """Prints names, axes and places, and declares what a printer of expressions can do.

    `inline`: inside a script. `scope` holds the indices in use, `numbered` the axes whose labels are printed by their
    position, `t_{i}`: an index of such an axis has a prime, since t alone would be taken for it.
    """

    symbols: Mapping[str, str]
    known: Context
    inline: bool = False
    scope: frozenset[str] = frozenset()
    numbered: frozenset[str] = frozenset()

    def axis(self, name: str) -> Piece:
        """Print an axis's name."""
        return name_piece(name, self.symbols)

    def within(self, pieces: Sequence[Piece]) -> Self:
        """Return a printer inside of which some indices are in use."""
        return replace(self, scope=self.scope | {piece.text for piece in pieces})

    def free_indices(self, names: Sequence[str], places: Sequence[Place] = ()) -> list[Free]:
        """Return an index for each axis, with a prime where the plain one is in use, perhaps inside of a place."""
        found: list[Free] = []
        inside = [place.piece for place in places if not isinstance(place, At)]
        for name in names:
            piece = self.axis(name) if name else self._unnamed_index()
            piece = prime(piece) if name in self.numbered else piece
            used = [other.piece.text for other in found]
            while piece.text in {*self.scope, *used} or any(has_index(other, piece) for other in inside):
                piece = prime(piece)
            found.append(Free(piece, name))
        return found

    def _unnamed_index(self) -> Piece:
        """Return an index for a dimension without a name: a letter that stands for nothing else."""
        taken = [name_piece(name, self.symbols) for name in (*self.known.axes, *self.known.names)]
        letters = map(Symbol, "klmnpqrabcdefghijostuvwxyz")
        free = (letter for letter in letters if not any(has_index(piece, letter) for piece in taken))
        return next(free, Symbol(r"\ell"))

    def place(self, place: Place, name: str) -> Piece:
        """Print a place along an axis: the label of a constant one, the index, or what computes the position."""
        axis = self.known.axes.get(name)
        match place:
            case At(position):
                return self._print_position(position, axis)
            case Free(piece, own, shift) if self.known.is_counted(name) or self.known.same_labels(own, name):
                return self._print_shifted(piece, shift, axis)
            case Free() | Computed() if name == self.known.loop and not self.known.is_counted(name):
                raise NoNotationError  # the loop's own index, of which `t_{i}` would be an entry
            case Free():
                return with_index(self.axis(name), (self.position(place),))
            case Computed(piece):
                return piece if self.known.is_counted(name) else with_index(self.axis(name), (piece,))

    def place_before(self, back: int) -> Piece:
        """Print the place so many steps before the first of the loop's axis."""
        axis = self.known.axes[self.known.loop]
        if axis.labels and not axis.numbers:
            return self._print_shifted(self._print_position(0, axis), -back, axis)
        if not axis.numbers or is_steady(axis):
            return number_piece((axis.numbers[0] if axis.numbers else 0) - back)
        return self._print_shifted(self._print_position(0, axis), -back, axis)

    def _print_position(self, position: int, axis: Axis | None) -> Piece:
        if axis is None:
            if position < 0:
                raise NoNotationError
            return number_piece(position)
        position += axis.size if position < 0 else 0
        if position >= axis.size or not axis.labels:
            return number_piece(position)
        return number_piece(axis.numbers[position]) if axis.numbers else label_piece(axis, position)

    def _print_shifted(self, piece: Piece, shift: int, axis: Axis | None) -> Piece:
        if not shift:
            return piece
        if axis is None or not axis.numbers or is_steady(axis):
            return add((piece, number_piece(abs(shift))), ("-" if shift < 0 else "+",))
        for _ in range(abs(shift)):
            piece = Apply(r"\operatorname{pred}" if shift < 0 else r"\operatorname{succ}", (piece,))
        return piece

    def position(self, place: Place) -> Piece:
        """Print a place as a position."""
        match place:
            case At(position):
                return number_piece(position)
            case Computed(piece):
                return piece
            case Free(piece, name, shift):
                axis = self.known.axes.get(name)
                if axis is not None and axis.numbers and axis.numbers != tuple(range(axis.size)):
                    raise NoNotationError
                return self._print_shifted(piece, shift, None)

    def has_numbers(self, axis: str) -> bool:
        """Return whether the labels of an axis are numbers."""
        return axis in self.known.axes and bool(self.known.axes[axis].numbers)

    def part(self, whole: Node, part: Node, places: tuple[Place, ...]) -> tuple[Place, ...]:
        """Return the places of an operand's entry that goes into an entry of an elementwise operation."""
        return match_places(self.known.dims(whole), name_like(whole, part, self.known), places) if places else ()

    def script(self, node: Node) -> Piece:
        """Print an exponent or an index."""
        return replace(self, inline=True).value(node)

    # `ExpressionPrinter` implements these; the modules that print parts of expressions call them.

    @abstractmethod
    def value(self, node: Node) -> Piece:
        """Print an expression in a single way: as a whole where that reads right, else by its entries in brackets."""

    @abstractmethod
    def condition(self, node: Node, places: tuple[Place, ...]) -> Piece:
        """Print a statement about an entry; without places, about arrays as they are."""

    @abstractmethod
    def option(self, node: Node) -> Piece:
        """Print what is given by name; an array's entries have their axes, by which it is matched."""

    @abstractmethod
    def whole(self, node: Node) -> Piece:
        """Print an expression in matrix notation."""

    @abstractmethod
    def entry(self, node: Node, places: tuple[Place, ...]) -> Piece:
        """Print an entry of an expression: one place for each of its axes."""

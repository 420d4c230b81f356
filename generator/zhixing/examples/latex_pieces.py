r"""Pieces of LaTeX that know how tightly they hold together, so that brackets stand where needed and only there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum


class Level(IntEnum):
    """How tightly a piece holds together, loosest first."""

    CASES = 0  # a brace open on the right takes in whatever follows
    OR = 1
    AND = 2
    NOT = 3
    COMPARE = 4
    SUM = 5
    BIG = 6  # \sum x, \ln 0.6: takes in the product that follows
    LOOSE = 7  # factors parted by a sign: a \odot b
    TIGHT = 8  # factors side by side: Q K
    APPLIED = 9  # f(x), \frac: a factor, but no base for a script
    BASE = 10  # a name, a number, anything in brackets


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of LaTeX: a base with its scripts.

    `subs` are printed as one subscript, parted by commas, so a second index never doubles it. `decoration` is a
    superscript that is part of a name (`T^*`); `power` one that was put on.
    """

    base: str
    level: Level = Level.BASE
    subs: tuple[str, ...] = ()
    decoration: str = ""
    power: str = ""

    @property
    def text(self) -> str:
        """The piece as LaTeX."""
        below = f"_{{{', '.join(self.subs)}}}" if self.subs else ""
        above = f"^{{{self.decoration or self.power}}}" if self.decoration or self.power else ""
        return f"{self.base}{below}{above}"

    @property
    def negative(self) -> bool:
        """Whether it begins with a minus sign, and so needs brackets behind another sign."""
        return self.base.startswith("-")

    @property
    def worded(self) -> bool:
        """Whether it is a word rather than a letter, and so needs a space beside another factor."""
        return self.base.startswith((r"\mathrm", r"\text"))


def bracketed(piece: Piece) -> Piece:
    """Return a piece in round brackets."""
    return Piece(rf"\left({piece.text}\right)")


def at_least(piece: Piece, level: Level) -> Piece:
    """Return a piece, in brackets if it holds together less tightly than `level`."""
    return piece if piece.level >= level else bracketed(piece)


def behind(piece: Piece, level: Level) -> Piece:
    """Return an operand that stands behind a sign, in brackets also if it begins with a minus."""
    return bracketed(piece) if piece.negative else at_least(piece, level)


def with_index(piece: Piece, indices: tuple[str, ...]) -> Piece:
    """Put indices under a piece, behind those that it has."""
    if not indices:
        return piece
    base = piece if piece.level is Level.BASE and not piece.power else bracketed(piece)
    return replace(base, subs=(*base.subs, *indices))


def raised(piece: Piece, power: str) -> Piece:
    """Put a superscript on a piece; one that has a superscript already goes into brackets first."""
    free = piece.level is Level.BASE and not piece.power and not piece.decoration
    return replace(piece if free else bracketed(piece), power=power)


def fraction(above: Piece, below: Piece, *, inline: bool) -> Piece:
    r"""Return `\frac{a}{b}`, or `a / b` inside an exponent or an index."""
    if not inline:
        return Piece(rf"\frac{{{above.text}}}{{{below.text}}}", Level.APPLIED)
    divisor = at_least(below, Level.APPLIED)
    return Piece(f"{at_least(above, Level.TIGHT).text} / {divisor.text}", Level.LOOSE)


def joined(left: Piece, right: Piece, *, array: bool = False, dot: bool = False, elementwise: bool = True) -> Piece:
    r"""Return a product: side by side, or with `\cdot` where two factors would run together or `\odot` between arrays.

    `dot` is the dot product of two vectors; `elementwise` is False for a matrix product, which binds as it is read.
    """
    sign = r"\odot" if array else r"\cdot" if dot or (elementwise and _runs_together(left, right)) else ""
    level = Level.LOOSE if sign else Level.TIGHT
    space = f" {sign} " if sign else r" \, " if left.worded or right.worded else " "
    return Piece(f"{left.text}{space}{right.text}", level)


def _runs_together(left: Piece, right: Piece) -> bool:
    r"""Tell whether two factors side by side read as something else: 2 3, 2\frac{1}{3}, x(y + 1)."""
    called = right.base.startswith(r"\left(") and left.level is Level.BASE and left.text[-1] not in "0123456789)"
    return called or right.base[0].isdigit() or right.base.startswith(r"\frac{")

r"""Pieces of a derivation: LaTeX with numbers in it, beside the value that those printed numbers give.

The value is computed from the printed numbers, so that a derivation knows whether its left side gives its right side.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zhixing.language import latex_tree as tree
from zhixing.language.latex_tree import Apply, Bracketed, Chain, Digits, Enclosed, Level, Piece, Product, Symbol
from zhixing.language.model import Format
from zhixing.show.numbers import PLAIN, print_number

LONGEST = 8
"""A sum of more terms is printed as its first three and its last."""


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of LaTeX and the value that it has as printed. `plain` is True for a single number.

    `limit` says that the value is only the limit that float64 rounds to: `e^{-800}` is not 0, `e^{800}` is not
    infinite, and no softmax of two finite numbers is 1.
    """

    piece: Piece
    value: float
    plain: bool = False
    limit: bool = False

    @property
    def text(self) -> str:
        """The LaTeX."""
        return self.piece.text


def number_term(value: float, digits: int = 5, form: Format = PLAIN) -> Term:
    """Return a number as it is printed."""
    printed = print_number(value, digits, form)
    if printed.exponent and printed.mantissa == "1":
        return Term(tree.raise_to(Digits("10"), Digits(str(printed.exponent))), printed.value, plain=True)
    return Term(Digits(printed.latex, scaled=bool(printed.exponent)), printed.value, plain=True)


def agrees(left: float, value: float, units: float = 0.5, slack: float = 1e-9, form: Format = PLAIN) -> bool:
    """Return whether a left side's printed numbers give the printed value within so many units of its last digit."""
    printed = print_number(value, form=form)
    right = printed.value
    if not math.isfinite(right) or not math.isfinite(left):
        return left == right or (math.isnan(left) and math.isnan(right))
    if not right:
        return abs(left) <= 1e-12  # the run has cleared the rounding of a sum; printed numbers still have it
    return abs(left - right) <= 2 * units * printed.half_unit + slack * max(abs(left), abs(right))


def add(left: Term, right: Term, sign: str = "+") -> Term:
    """Return a sum, or with the sign `-` a difference."""
    value = left.value + right.value if sign == "+" else left.value - right.value
    return Term(tree.add((left.piece, right.piece), (sign,)), value, limit=_vanishes(value, left, right))


def times(left: Term, right: Term) -> Term:
    r"""Return a product, always with its `\cdot`."""
    product = Product(tree.behind(left.piece, Level.LOOSE), tree.behind(right.piece, Level.APPLIED), r"\cdot")
    value = left.value * right.value
    return Term(product, value, limit=_underflows(value, left, right))


def _underflows(value: float, *factors: Term) -> bool:
    """Return whether a product is 0 only because it is below the range of float64."""
    vanishes = value == 0 and all(factor.value or factor.limit for factor in factors)
    return vanishes or _overflows(value, *factors)


def _vanishes(value: float, *parts: Term) -> bool:
    """Return whether a sum is 0, or no number, only because one of its parts is beyond the range of float64."""
    return (value == 0 and any(part.limit for part in parts)) or _overflows(value, *parts)


def _overflows(value: float, *parts: Term) -> bool:
    """Return whether a result is no number only because a part of it is above the range of float64."""
    return not math.isfinite(value) and any(part.limit and not math.isfinite(part.value) for part in parts)


def divide(left: Term, right: Term) -> Term:
    """Return a fraction."""
    with np.errstate(all="ignore"):
        value = float(np.divide(left.value, right.value))
    limit = (math.isfinite(right.value) and _underflows(value, left)) or _overflows(value, left, right)
    return Term(tree.fraction(left.piece, right.piece), value, limit=limit)


def floor_divide(left: Term, right: Term) -> Term:
    """Return a fraction rounded down."""
    quotient = divide(left, right)
    value = math.floor(quotient.value) if math.isfinite(quotient.value) else quotient.value
    return Term(tree.round_down(quotient.piece), value)


def modulo(left: Term, right: Term) -> Term:
    """Return the rest of a division, with the divisor's sign."""
    with np.errstate(all="ignore"):
        value = float(np.mod(left.value, right.value))
    return Term(tree.remainder(tree.behind(left.piece, Level.LOOSE), right.piece), value)


def compare(sides: Sequence[Term], signs: Sequence[str], value: float) -> Term:
    """Return a comparison as the number that it gives: 1 where it holds."""
    return Term(tree.indicator(tree.compare([side.piece for side in sides], signs)), value)


def power(base: Term, exponent: Term) -> Term:
    """Return a power."""
    bracketed = Bracketed(base.piece) if tree.is_negative(base.piece) else base.piece
    with np.errstate(all="ignore"):
        value = float(np.float_power(base.value, exponent.value))
    limit = math.isfinite(exponent.value) and _underflows(value, base)
    return Term(tree.raise_to(bracketed, exponent.piece), value, limit=limit)


def negate_term(operand: Term) -> Term:
    """Return an operand with a minus before it; a number just changes its sign."""
    if operand.plain:
        return number_term(-operand.value, 10)
    return Term(tree.negate(operand.piece), -operand.value, limit=operand.limit)


def applied(operator: str, arguments: Sequence[Term], function: Callable[..., float]) -> Term:
    r"""Return `operator\!\left(arguments\right)`; `function` gives its value."""
    with np.errstate(all="ignore"):
        value = float(function(*(argument.value for argument in arguments)))
    return Term(Apply(operator, tuple(argument.piece for argument in arguments)), value)


def enclosed(opening: str, operand: Term, closing: str, value: float) -> Term:
    """Return an operand between two marks that need no brackets."""
    return Term(Enclosed(opening, (operand.piece,), closing), value)


def square_root(operand: Term) -> Term:
    """Return a square root."""
    value = math.sqrt(operand.value) if operand.value >= 0 else math.nan
    return Term(tree.root(operand.piece), value)


def exponential(operand: Term) -> Term:
    """Return a power of e."""
    with np.errstate(all="ignore"):
        value = float(np.exp(operand.value))
    limit = value in (0, math.inf) and math.isfinite(operand.value)
    return Term(tree.raise_to(Symbol("e"), operand.piece), value, limit=limit)


def total(terms: Sequence[Term]) -> Term:
    """Return a sum of terms; of a long one the first three and the last are printed."""
    value = math.fsum(term.value for term in terms) if _all_finite(terms) else sum(term.value for term in terms)
    if len(terms) < 2:
        return Term(terms[0].piece if terms else Digits("0"), value)
    parts = shorten([term.piece for term in terms])
    return Term(tree.add(parts, "+" * (len(parts) - 1)), value, limit=_vanishes(value, *terms))


def shorten(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces to be printed one after another; of many the first three and the last."""
    return [*pieces[:3], Symbol(r"\dots"), pieces[-1]] if len(pieces) > LONGEST else list(pieces)


def _all_finite(terms: Sequence[Term]) -> bool:
    return all(math.isfinite(term.value) for term in terms)


def product(terms: Sequence[Term]) -> Term:
    """Return a product of terms, a long one cut as a sum is."""
    value = math.prod(term.value for term in terms)
    first, *rest = (term.piece for term in terms)
    parts = shorten([tree.at_least(first, Level.LOOSE), *(tree.behind(piece, Level.APPLIED) for piece in rest)])
    signs = (r"\cdot",) * (len(parts) - 1)
    piece = Chain(tuple(parts), signs, Level.LOOSE) if rest else first
    return Term(piece, value, limit=_underflows(value, *terms))


def softmax(entries: Sequence[Term], own: int) -> Term:
    """Return the share of one entry: `e` to it over the sum of `e` to each."""
    below = total([exponential(entry) for entry in entries])
    values = np.array([entry.value for entry in entries])
    with np.errstate(all="ignore"):
        shares = np.exp(values - np.max(values))
        value = float(shares[own] / shares.sum())
    finite = np.isfinite(values)
    limit = bool(finite[own] and finite.sum() > 1 and value in (0, 1))
    return Term(tree.fraction(exponential(entries[own]).piece, below.piece), value, limit=limit)

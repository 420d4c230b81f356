r"""Pieces of a derivation: LaTeX with numbers in it, beside the value that those printed numbers give.

The value is worked out from the numbers as printed, not as computed, so that a derivation knows whether its left side
agrees with its right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zhixing.language.latex_tree import Level, Piece, at_least, behind, bracketed, fraction, raised
from zhixing.show.numbers import print_number

LONGEST = 8
"""A sum of more terms is printed as its first three and its last."""


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of LaTeX and the value that it has as printed. `plain` is True for a single number."""

    piece: Piece
    value: float
    plain: bool = False

    @property
    def text(self) -> str:
        """The LaTeX."""
        return self.piece.text


def number_term(value: float, digits: int = 5) -> Term:
    """Return a number as it is printed."""
    printed = print_number(value, digits)
    if printed.exponent and printed.mantissa == "1":
        return Term(Piece("10", power=str(printed.exponent)), printed.value, plain=True)
    return Term(Piece(printed.latex, Level.LOOSE if printed.exponent else Level.BASE), printed.value, plain=True)


def agrees(left: float, value: float, units: float = 0.5, slack: float = 1e-9) -> bool:
    """Tell whether a left side's printed numbers give the printed value within so many units of its last digit."""
    printed = print_number(value)
    right = printed.value
    if not math.isfinite(right) or not math.isfinite(left):
        return left == right or (math.isnan(left) and math.isnan(right))
    return abs(left - right) <= 2 * units * printed.half_unit + slack * max(abs(left), abs(right)) + 1e-12


def add(left: Term, right: Term, sign: str = "+") -> Term:
    """Return a sum, or with the sign `-` a difference."""
    text = f"{at_least(left.piece, Level.SUM).text} {sign} {behind(right.piece, Level.BIG).text}"
    return Term(Piece(text, Level.SUM), left.value + right.value if sign == "+" else left.value - right.value)


def times(left: Term, right: Term) -> Term:
    r"""Return a product, always with its `\cdot`."""
    text = rf"{behind(left.piece, Level.LOOSE).text} \cdot {behind(right.piece, Level.APPLIED).text}"
    return Term(Piece(text, Level.LOOSE), left.value * right.value)


def divide(left: Term, right: Term) -> Term:
    """Return a fraction."""
    with np.errstate(all="ignore"):
        value = float(np.divide(left.value, right.value))
    return Term(fraction(left.piece, right.piece, inline=False), value)


def floor_divide(left: Term, right: Term) -> Term:
    """Return a fraction rounded down."""
    quotient = divide(left, right)
    value = math.floor(quotient.value) if math.isfinite(quotient.value) else quotient.value
    return enclosed(r"\left\lfloor ", quotient, r" \right\rfloor", value)


def modulo(left: Term, right: Term) -> Term:
    """Return the rest of a division, with the divisor's sign."""
    text = rf"{behind(left.piece, Level.LOOSE).text} \bmod {behind(right.piece, Level.APPLIED).text}"
    with np.errstate(all="ignore"):
        return Term(Piece(text, Level.LOOSE), float(np.mod(left.value, right.value)))


def indicator(sides: Sequence[Term], signs: Sequence[str], value: float) -> Term:
    """Return a comparison as the number that it gives: 1 where it holds."""
    first, *rest = (at_least(side.piece, Level.SUM).text for side in sides)
    stated = first + "".join(f" {sign} {side}" for sign, side in zip(signs, rest, strict=True))
    return Term(Piece(rf"\mathbf{{1}}\!\left[{stated}\right]", Level.APPLIED), value)


def power(base: Term, exponent: Term) -> Term:
    """Return a power."""
    raised_base = bracketed(base.piece) if base.piece.negative else base.piece
    with np.errstate(all="ignore"):
        value = float(np.float_power(base.value, exponent.value))
    return Term(raised(raised_base, exponent.text), value)


def negated(operand: Term) -> Term:
    """Return an operand with a minus before it; a number just changes its sign."""
    if operand.plain:
        return number_term(-operand.value, 10)
    inner = behind(operand.piece, Level.LOOSE)
    return Term(Piece(f"-{inner.text}", min(inner.level, Level.TIGHT)), -operand.value)


def applied(operator: str, arguments: Sequence[Term], function: Callable[..., float]) -> Term:
    r"""Return `operator\!\left(arguments\right)`; `function` gives its value."""
    inner = ", ".join(argument.text for argument in arguments)
    with np.errstate(all="ignore"):
        value = float(function(*(argument.value for argument in arguments)))
    return Term(Piece(rf"{operator}\!\left({inner}\right)", Level.APPLIED), value)


def enclosed(opening: str, operand: Term, closing: str, value: float) -> Term:
    """Return an operand between two marks that need no brackets."""
    return Term(Piece(f"{opening}{operand.text}{closing}"), value)


def root(operand: Term) -> Term:
    """Return a square root."""
    value = math.sqrt(operand.value) if operand.value >= 0 else math.nan
    return enclosed(r"\sqrt{", operand, "}", value)


def exponential(operand: Term) -> Term:
    """Return a power of e."""
    with np.errstate(all="ignore"):
        return Term(Piece("e", power=operand.text), float(np.exp(operand.value)))


def total(terms: Sequence[Term]) -> Term:
    """Return a sum of terms; of a long one the first three and the last are printed."""
    shown: list[str] = [at_least(terms[0].piece, Level.SUM).text] if terms else ["0"]
    shown += [behind(term.piece, Level.BIG).text for term in terms[1:]]
    if len(shown) > LONGEST:
        shown = [*shown[:3], r"\dots", shown[-1]]
    value = math.fsum(term.value for term in terms) if _all_finite(terms) else sum(term.value for term in terms)
    single = terms[0].piece if len(terms) == 1 else Piece(" + ".join(shown), Level.SUM)
    return Term(single, value)


def _all_finite(terms: Sequence[Term]) -> bool:
    return all(math.isfinite(term.value) for term in terms)


def product(terms: Sequence[Term]) -> Term:
    """Return a product of terms, a long one cut as a sum is."""
    shown = [at_least(terms[0].piece, Level.LOOSE).text, *(behind(t.piece, Level.APPLIED).text for t in terms[1:])]
    shown = [*shown[:3], r"\dots", shown[-1]] if len(shown) > LONGEST else shown
    single = terms[0].piece if len(terms) == 1 else Piece(r" \cdot ".join(shown), Level.LOOSE)
    return Term(single, math.prod(term.value for term in terms))


def softmax(entries: Sequence[Term], own: int) -> Term:
    """Return the share of one entry: `e` to it over the sum of `e` to each."""
    below = total([exponential(entry) for entry in entries])
    values = np.array([entry.value for entry in entries])
    with np.errstate(all="ignore"):
        shares = np.exp(values - np.max(values))
        value = float(shares[own] / shares.sum())
    return Term(fraction(exponential(entries[own]).piece, below.piece, inline=False), value)

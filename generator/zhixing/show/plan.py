r"""Plans: which operations on which entries a derivation shows, apart from its numbers.

A plan is printed with the numbers of a run (`work_out`), and handed to the script of the site as data, which prints it
with numbers that a reader has put in. Both do the same at every kind of node.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial

import numpy as np

from zhixing.language.latex_tree import Apply, Digits, Piece, Product, is_negative
from zhixing.language.model import Array, Format
from zhixing.language.nodes import Node
from zhixing.language.words import FUNCTIONS
from zhixing.language.words.word import Best, Entrywise, Reduction
from zhixing.show import terms
from zhixing.show.numbers import PLAIN
from zhixing.show.terms import Term, number_term

DIGITS = (5, 8, 10)
"""Significant digits of the numbers in a derivation: more where five, worked out, do not give the result."""


class Kind(Enum):
    """How the parts of a combination are combined, by the names that the script of the site has."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    FLOOR_DIVIDE = "//"
    MODULO = "%"
    POWER = "**"
    NEGATE = "negate"
    ROOT = "root"
    EXPONENTIAL = "exp"
    SUM = "sum"
    PRODUCT = "product"
    SHARE = "share"  # of the entry `own`: e to it over the sum of e to each
    ENTROPY = "entropy"
    NUMBER = "number"  # the value of the one part, printed as a number
    COMPARE = "compare"  # what it is worth, then its sides
    BRANCH = "branch"  # a condition, what is chosen where it holds, and the other
    APPLY = "apply"
    APPLY_BARE = "bare"  # without brackets where the argument is a plain number
    FENCES = "fences"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of an expression, and what it is in the run; the format is for derivations of few digits."""

    node: Node
    at: tuple[int, ...]
    shape: tuple[int, ...]
    value: float
    form: Format = PLAIN


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that does not change with those that are given."""

    value: float


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a constant as it stands in an expression."""

    term: Term


@dataclass(frozen=True, slots=True)
class Statistic:
    """What a word makes of entries, printed as a number."""

    word: str
    entries: tuple[Entry, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Combination:
    """Plans combined; `word` is the word that is applied, `marks` are the LaTeX of its operator, fences or signs."""

    kind: Kind
    parts: tuple[Plan, ...]
    word: str = ""
    marks: tuple[str, ...] = ()
    own: int = 0


Plan = Entry | Constant | Literal | Statistic | Combination


def work_out(plan: Plan, digits: int) -> Term:
    """Return a plan with its numbers, printed to so many significant digits."""
    return _work_out(plan, digits, {})


def _work_out(plan: Plan, digits: int, known: dict[int, Term]) -> Term:
    """Return a plan with its numbers; a part that stands in many places, as in a loop written out, is met once."""
    if id(plan) not in known:
        known[id(plan)] = _term_of(plan, digits, known)
    return known[id(plan)]


def _term_of(plan: Plan, digits: int, known: dict[int, Term]) -> Term:  # noqa: PLR0911 - a case for each kind of plan
    match plan:
        case Entry():
            return number_term(plan.value, digits, plan.form if digits == DIGITS[0] else PLAIN)
        case Constant():
            return number_term(plan.value, digits)
        case Literal():
            return plan.term
        case Statistic():
            return number_term(plan.value, digits)
        case Combination(Kind.BRANCH, (Entry() as condition, chosen, other)):
            return _work_out(chosen if condition.value != 0 else other, digits, known)
        case Combination(Kind.NUMBER, (part,)):
            return number_term(_work_out(part, digits, known).value, digits)
    return _COMBINE[plan.kind](plan, [_work_out(part, digits, known) for part in plan.parts])


def _subtract(left: Term, right: Term) -> Term:
    return terms.add(left, right, "-")


def _entropy(shares: Sequence[Term]) -> Term:
    r"""Return `-(p \ln p + …)`; what has no probability adds nothing."""
    pieces = [
        Term(
            Product(term.piece, Apply(r"\ln", (term.piece,), bare=_is_bare(term.piece))),
            term.value * math.log(term.value),
        )
        for term in shares
        if term.value > 0
    ]
    return terms.negate_term(terms.total(pieces))


def _is_bare(piece: Piece) -> bool:
    """Return whether a logarithm may stand before a number without brackets."""
    return isinstance(piece, Digits) and not piece.scaled and not is_negative(piece)


def _compare(plan: Combination, parts: Sequence[Term]) -> Term:
    worth, *sides = parts
    return terms.compare(sides, plan.marks, worth.value)


def _apply(plan: Combination, parts: Sequence[Term]) -> Term:
    return terms.applied(plan.marks[0], parts, partial(_value_at, plan.word))


def _apply_bare(plan: Combination, parts: Sequence[Term]) -> Term:
    piece = parts[0].piece
    if not _is_bare(piece):
        return _apply(plan, parts)
    return Term(Apply(plan.marks[0], (piece,), bare=True), _value_at(plan.word, parts[0].value))


def _fences(plan: Combination, parts: Sequence[Term]) -> Term:
    opening, closing = plan.marks
    return terms.enclosed(opening, parts[0], closing, _value_at(plan.word, parts[0].value))


def _value_at(word: str, *values: float) -> float:
    """Return what a word that works entry by entry makes of numbers; NaN for any other word."""
    function = FUNCTIONS[word].function
    if not isinstance(function, Entrywise):
        return math.nan
    with np.errstate(all="ignore"):
        return float(function.compute(*(np.asarray(value) for value in values)))


def _list(plan: Combination, parts: Sequence[Term]) -> Term:
    value = _reduce(plan.word, np.array([term.value for term in parts]))
    return Term(Apply(plan.marks[0], tuple(terms.shorten([term.piece for term in parts]))), value)


def _reduce(word: str, values: Array) -> float:
    function = FUNCTIONS[word].function
    if not values.size or not isinstance(function, Reduction | Best):
        return math.nan
    return float(function.compute(values, axis=-1))


def _of_parts(function: Callable[..., Term]) -> Callable[[Combination, Sequence[Term]], Term]:
    return lambda _, parts: function(*parts)


def _of_list(function: Callable[[Sequence[Term]], Term]) -> Callable[[Combination, Sequence[Term]], Term]:
    return lambda _, parts: function(parts)


_COMBINE: Mapping[Kind, Callable[[Combination, Sequence[Term]], Term]] = {
    Kind.ADD: _of_parts(terms.add),
    Kind.SUBTRACT: _of_parts(_subtract),
    Kind.MULTIPLY: _of_parts(terms.times),
    Kind.DIVIDE: _of_parts(terms.divide),
    Kind.FLOOR_DIVIDE: _of_parts(terms.floor_divide),
    Kind.MODULO: _of_parts(terms.modulo),
    Kind.POWER: _of_parts(terms.power),
    Kind.NEGATE: _of_parts(terms.negate_term),
    Kind.ROOT: _of_parts(terms.square_root),
    Kind.EXPONENTIAL: _of_parts(terms.exponential),
    Kind.SUM: _of_list(terms.total),
    Kind.PRODUCT: _of_list(terms.product),
    Kind.ENTROPY: _of_list(_entropy),
    Kind.SHARE: lambda plan, parts: terms.softmax(parts, plan.own),
    Kind.COMPARE: _compare,
    Kind.APPLY: _apply,
    Kind.APPLY_BARE: _apply_bare,
    Kind.FENCES: _fences,
    Kind.LIST: _list,
}

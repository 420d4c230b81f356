"""How an entry of a function's result came about: softmax, sums and means, norms, elementwise functions."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from itertools import product
from typing import Protocol

import numpy as np

from zhixing.examples.latex_axes import axis_names, function_name
from zhixing.examples.latex_calls import FENCES, OPERATORS
from zhixing.examples.latex_pieces import Level, Piece
from zhixing.examples.model import Array, Quantity, Run
from zhixing.examples.reductions import KEEPERS, places
from zhixing.examples.vocabulary import ELEMENTWISE
from zhixing.render import derivation_terms as terms
from zhixing.render.derivation_terms import Term

At = tuple[int, ...]


class Walking(Protocol):
    """What explains everything but calls: the walk, as far as this module needs it."""

    @property
    def run(self) -> Run:
        """The run whose numbers are shown."""

    def quantity(self, node: ast.expr) -> Quantity:
        """Return the value of a node."""

    def number(self, value: float) -> Term:
        """Return a number that is not explained further."""

    def entry(self, node: ast.expr, at: At) -> Term:
        """Return an entry of a node's value as a number."""

    def term(self, node: ast.expr, at: At) -> Term:
        """Explain an entry of an expression."""

    def arithmetic(self, node: ast.expr, at: At) -> Term:
        """Explain an entry as a term of a sum."""

    def part(self, whole: ast.expr, at: At, part: ast.expr) -> At:
        """Return where an operand's entry stands that goes into an entry of the whole."""


def _entries(walk: Walking, node: ast.Call, at: At) -> list[At]:
    """Return the places of the argument's entries that went into an entry of a reduction or of a softmax."""
    argument = walk.quantity(node.args[0])
    over = places(argument, axis_names(node), walk.run.example.axes)
    keeps = function_name(node) in KEEPING
    if keeps and axis_names(node) is None:
        over = over[-1:]
    fixed = iter(at if not keeps else [place for i, place in enumerate(at) if i not in over])
    template = [None if i in over else next(fixed) for i in range(argument.values.ndim)]
    ranges = (range(argument.values.shape[i]) if place is None else (place,) for i, place in enumerate(template))
    return list(product(*ranges))


def _values(walk: Walking, node: ast.Call, at: At) -> list[Term]:
    return [walk.entry(node.args[0], place) for place in _entries(walk, node, at)]


def _sum(walk: Walking, node: ast.Call, at: At) -> Term:
    return terms.total([walk.arithmetic(node.args[0], place) for place in _entries(walk, node, at)])


def _product(walk: Walking, node: ast.Call, at: At) -> Term:
    return terms.product([walk.arithmetic(node.args[0], place) for place in _entries(walk, node, at)])


def _mean(walk: Walking, node: ast.Call, at: At) -> Term:
    return _average(walk, _values(walk, node, at))


def _average(walk: Walking, entries: list[Term]) -> Term:
    return terms.divide(terms.total(entries), walk.number(float(len(entries))))


def _variance(walk: Walking, node: ast.Call, at: At) -> Term:
    entries = _values(walk, node, at)
    centre = walk.number(_average(walk, entries).value)
    two = walk.number(2.0)
    return _average(walk, [terms.power(terms.add(entry, centre, "-"), two) for entry in entries])


def _deviation(walk: Walking, node: ast.Call, at: At) -> Term:
    return terms.root(_variance(walk, node, at))


def _norm(walk: Walking, node: ast.Call, at: At) -> Term:
    two = walk.number(2.0)
    return terms.root(terms.total([terms.power(entry, two) for entry in _values(walk, node, at)]))


def _entropy(walk: Walking, node: ast.Call, at: At) -> Term:
    r"""Return `-(p \ln p + …)`; what has no probability adds nothing."""
    shares = [term for term in _values(walk, node, at) if term.value > 0]
    pieces = [
        Term(Piece(rf"{term.text} \ln {term.text}", Level.LOOSE), term.value * math.log(term.value)) for term in shares
    ]
    return terms.negated(terms.total(pieces))


def _extreme(walk: Walking, node: ast.Call, at: At) -> Term:
    """Return `max(a, b, …)`; of a long list the first three and the last are printed."""
    entries = _values(walk, node, at)
    values = np.array([term.value for term in entries])
    name = function_name(node)
    value = float(getattr(np, name)(values)) if values.size else math.nan
    texts = [term.text for term in entries]
    shown = [*texts[:3], r"\dots", texts[-1]] if len(texts) > terms.LONGEST else texts
    return Term(Piece(rf"{OPERATORS[name]}\!\left({', '.join(shown)}\right)", Level.APPLIED), value)


def _softmax(walk: Walking, node: ast.Call, at: At) -> Term:
    entries = _entries(walk, node, at)
    return terms.softmax([walk.entry(node.args[0], place) for place in entries], entries.index(at))


def _normalize(walk: Walking, node: ast.Call, at: At) -> Term:
    """Return `(x − mean) / √variance`, with what is added to the variance where that is not 0."""
    entries = np.array([walk.quantity(node.args[0]).values[place] for place in _entries(walk, node, at)])
    variance = walk.number(float(np.var(entries)))
    eps = next((walk.term(keyword.value, ()) for keyword in node.keywords if keyword.arg == "eps"), None)
    centred = terms.add(walk.entry(node.args[0], at), walk.number(float(np.mean(entries))), "-")
    return terms.divide(centred, terms.root(terms.add(variance, eps) if eps else variance))


def _size(walk: Walking, node: ast.Call, _at: At) -> Term:
    shape = walk.quantity(node.args[0]).values.shape
    return terms.product([walk.number(float(size)) for size in shape] or [walk.number(1.0)])


def _where(walk: Walking, node: ast.Call, at: At) -> Term:
    condition, chosen, other = node.args
    holds = walk.quantity(condition).values[walk.part(node, at, condition)] != 0
    branch = chosen if holds else other
    return walk.term(branch, walk.part(node, at, branch))


def elementwise(walk: Walking, node: ast.Call, at: At, explain: Callable[[ast.expr, At], Term] | None = None) -> Term:
    """Return a function applied to its arguments, each explained (in full, unless told otherwise)."""
    name = function_name(node)
    explain = explain or walk.term
    arguments = [explain(argument, walk.part(node, at, argument)) for argument in node.args]
    function = ELEMENTWISE[name].function
    if name in _SPECIAL:
        return _SPECIAL[name](arguments[0])
    if name in FENCES:
        opening, closing = FENCES[name]
        return terms.enclosed(opening, arguments[0], closing, _value_at(function, arguments[0].value))
    operator = OPERATORS.get(name, rf"\operatorname{{{name}}}")
    if operator.startswith((r"\ln", r"\log")) and arguments[0].plain and not arguments[0].piece.negative:
        return Term(Piece(f"{operator} {arguments[0].text}", Level.BIG), _value_at(function, arguments[0].value))
    return terms.applied(operator, arguments, lambda *values: _value_at(function, *values))


def _value_at(function: Callable[..., Array], *values: float) -> float:
    with np.errstate(all="ignore"):
        return float(function(*(np.asarray(value) for value in values)))


def _convolution(walk: Walking, node: ast.Call, at: At) -> Term:
    """Return the sum of a kernel's numbers times those of the window that it lies on."""
    image, kernel = (walk.quantity(argument).values for argument in node.args[:2])
    *lead, y, x = at
    if image.ndim != 2 or kernel.ndim != 2 or lead:
        return walk.entry(node, at)
    pairs = ((kernel[i, j], image[y + i, x + j]) for i, j in np.ndindex(*kernel.shape))
    return terms.total([terms.times(walk.number(float(a)), walk.number(float(b))) for a, b in pairs])


_SPECIAL: dict[str, Callable[[Term], Term]] = {"sqrt": terms.root, "exp": terms.exponential}
APPLIED = frozenset({"exp", "log", "sqrt", "tanh", "sigmoid", "relu", "abs", "sin", "cos"})
"""The functions that stay visible in the terms of a long sum."""
KEEPING = frozenset({*KEEPERS, "normalize"})

CALLS: dict[str, Callable[[Walking, ast.Call, At], Term]] = {
    **dict.fromkeys(ELEMENTWISE, elementwise),
    **dict.fromkeys(("max", "min", "argmax", "argmin"), _extreme),
    "where": _where,
    "softmax": _softmax,
    "normalize": _normalize,
    "sum": _sum,
    "prod": _product,
    "mean": _mean,
    "var": _variance,
    "std": _deviation,
    "norm": _norm,
    "entropy": _entropy,
    "size": _size,
    "conv2d": _convolution,
}

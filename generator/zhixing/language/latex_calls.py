"""Calls of functions, each in the notation of its word: roots, powers of e, cases, derivatives, norms, sums."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from zhixing.language.latex_context import word_of
from zhixing.language.latex_index import bracket, subscript
from zhixing.language.latex_places import Place
from zhixing.language.latex_printer import COMPARISONS, Printer
from zhixing.language.latex_reduce import (
    print_applied,
    print_big,
    print_kept,
    print_norm,
    print_operator,
    print_reduction,
)
from zhixing.language.latex_tree import (
    LINE,
    Apply,
    Bracketed,
    Chain,
    Digits,
    Enclosed,
    Level,
    Piece,
    Prefixed,
    Symbol,
    at_least,
    fraction,
    make_row,
    raise_to,
    root,
    with_index,
    write,
)
from zhixing.language.latex_whole import reads_whole
from zhixing.language.nodes import Call, ListLiteral, Node, is_condition, text_of
from zhixing.language.words.word import BigOperator, Fences, Layout, Word

_SHORT = 16  # an exponent of more characters is hard to read as one
_UNSEEN = re.compile(r"\\[A-Za-z]+|[{}_\\! ]")


def name_operator(name: str) -> str:
    r"""Return the name of a function in upright letters: `\operatorname{leaky\_relu}`."""
    escaped = name.replace("_", r"\_")
    return rf"\operatorname{{{escaped}}}"


def print_call(printer: Printer, node: Call, field: str = "") -> Piece:
    """Print a call as a whole. `field` is the part taken of a function with several results."""
    word = word_of(node)
    if word is None:  # a function that the example defines
        return Apply(name_operator(node.name), tuple(map(printer.value, node.arguments)))
    if not node.arguments:
        return print_applied(printer, word, node, field)
    if (piece := _print_notation(printer, word, node, ())) is not None:
        return piece
    if word.reduces:
        return print_reduction(printer, word, node, ())
    return print_applied(printer, word, node, field)


def print_entry_of_call(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece:  # noqa: PLR0911 - a case for each kind of word
    """Print an entry of what a call gives."""
    word = word_of(node)
    if word is None and node.name in printer.known.functions:
        entries = (printer.entry(a, printer.part(node, a, places)) for a in node.arguments)
        return Apply(name_operator(node.name), tuple(entries))
    if word is None or not node.arguments:
        return subscript(printer, bracket(printer.whole(node)), node, places)
    if (piece := _print_notation(printer, word, node, places)) is not None:
        return piece
    if word.entrywise:
        arguments = [printer.entry(a, printer.part(node, a, places)) for a in node.arguments]
        return print_operator(printer, word, node, arguments)
    if word.reduces:
        return print_reduction(printer, word, node, places)
    if word.keeps_axis:
        return print_kept(printer, word, node, places)
    return subscript(printer, bracket(printer.whole(node)), node, places)


def _print_notation(printer: Printer, word: Word, node: Call, places: tuple[Place, ...]) -> Piece | None:
    """Return a call in its word's own notation; None where it has none, or none that fits here."""
    match word.latex.notation:
        case Fences(opening, closing) if word.reduces:
            return print_norm(printer, node, places, opening, closing)
        case Fences(opening, closing):
            return Enclosed(opening, (_print_argument(printer, node, 0, places),), closing)
        case BigOperator(sign):
            return print_big(printer, node, places, sign)
        case Layout() as layout:
            return _LAYOUTS[layout](printer, node, places)
    return None


def _print_argument(printer: Printer, node: Call, which: int, places: tuple[Place, ...]) -> Piece:
    """Print an argument of a function that works entry by entry."""
    argument = node.arguments[which]
    whole = not places and printer.known.dims(node)
    return printer.whole(argument) if whole else printer.entry(argument, printer.part(node, argument, places))


def _print_root(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece:
    return root(_print_argument(printer, node, 0, places))


def _print_power_of_e(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece | None:
    """Return `e^{x}` for a short exponent without scripts above, where no quantity is called e."""
    exponent = _print_argument(replace(printer, inline=True), node, 0, places)
    printed = write(exponent)
    plain = len(_UNSEEN.sub("", printed)) <= _SHORT and not any(
        mark in printed for mark in ("^", r"\frac", r"\begin", r"\sum", r"\left")
    )
    return raise_to(Symbol("e"), exponent) if plain and "e" not in {*printer.known.names, *printer.known.axes} else None


def _print_cases(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece | None:
    rows: list[Piece] = []
    rest: Node = node
    while isinstance(rest, Call) and word_of(rest) is word_of(node) and len(rest.arguments) == 3:
        whole = printer.part(node, rest, places)
        condition, chosen, other = rest.arguments
        rows.append(make_row(_branch(printer, rest, chosen, whole), _print_condition(printer, rest, condition, whole)))
        last = rest, whole
        rest = other
    if not rows:
        return None
    rows.append(
        make_row(_branch(printer, last[0], rest, last[1]), Symbol(rf"\text{{{printer.known.wording.otherwise}}}"))
    )
    return Enclosed(r"\begin{cases} ", tuple(rows), r" \end{cases}", LINE, Level.CASES)


def _branch(printer: Printer, whole: Node, branch: Node, places: tuple[Place, ...]) -> Piece:
    if not places:
        return printer.whole(branch) if reads_whole(branch, printer.known) else printer.value(branch)
    return printer.entry(branch, printer.part(whole, branch, places))


def _print_condition(printer: Printer, whole: Node, node: Node, places: tuple[Place, ...]) -> Piece:
    """Return a condition; one that is a number holds where it is not 0."""
    own = printer.part(whole, node, places)
    if is_condition(node):
        return printer.condition(node, own)
    return Chain((at_least(printer.entry(node, own), Level.SUM), Digits("0")), (COMPARISONS["!="],), Level.COMPARE)


def _print_pseudo_inverse(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece:
    piece = raise_to(printer.value(node.arguments[0]), Symbol("+"))
    if not places:
        return piece
    names = printer.known.dims(node)
    pieces = tuple(printer.place(place, name) for place, name in zip(places, names, strict=True))
    return with_index(Bracketed(piece), pieces)


def _print_merge(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece | None:
    if len(node.arguments) != 2 or not isinstance(node.arguments[1], ListLiteral):
        return None
    names = tuple(printer.axis(text_of(item)) for item in node.arguments[1].items)
    piece = Apply(r"\operatorname{merge}", (printer.value(node.arguments[0]),), below=names)
    if not places:
        return piece
    dims = printer.known.dims(node)
    pieces = tuple(printer.place(place, name) for place, name in zip(places, dims, strict=True))
    return with_index(Bracketed(piece), pieces)


def _print_derivative(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece | None:
    r"""Return `\frac{\partial L}{\partial W}`."""
    if len(node.arguments) != 2:
        return None
    above, below = (
        Prefixed(r"\partial", at_least(printer.value(part), Level.BASE), Level.TIGHT) for part in node.arguments
    )
    piece = fraction(above, below)
    names = printer.known.dims(node)
    pieces = tuple(printer.place(place, name) for place, name in zip(places, names, strict=False))
    return with_index(Bracketed(piece), pieces) if pieces else piece


_LAYOUTS: Mapping[Layout, Callable[[Printer, Call, tuple[Place, ...]], Piece | None]] = {
    Layout.ROOT: _print_root,
    Layout.POWER_OF_E: _print_power_of_e,
    Layout.CASES: _print_cases,
    Layout.PSEUDO_INVERSE: _print_pseudo_inverse,
    Layout.MERGE: _print_merge,
    Layout.DERIVATIVE: _print_derivative,
}

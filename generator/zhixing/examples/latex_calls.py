r"""Function calls as LaTeX: roots, sums, norms, cases, else `\operatorname{softmax}_{k}\!\left(x\right)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Protocol

from zhixing.examples.latex_axes import KEEPING, REDUCING, Declared, axes_of, axis_names, function_name
from zhixing.examples.latex_pieces import Level, Piece, behind, raised
from zhixing.examples.vocabulary import ELEMENTWISE

OTHERWISE = r"\text{否则}"

OPERATORS = {
    "log": r"\ln", "log2": r"\log_{2}", "log10": r"\log_{10}", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan",
    "tanh": r"\tanh", "exp": r"\exp", "max": r"\max", "min": r"\min", "maximum": r"\max", "minimum": r"\min",
    "sigmoid": r"\sigma", "relu": r"\operatorname{ReLU}", "gelu": r"\operatorname{GELU}",
    "silu": r"\operatorname{SiLU}", "sign": r"\operatorname{sgn}", "var": r"\operatorname{Var}",
    "argmax": r"\operatorname{arg\,max}", "argmin": r"\operatorname{arg\,min}",
    "attention": r"\operatorname{Attention}",
}  # fmt: skip
FENCES = {
    "abs": (r"\left\lvert ", r" \right\rvert"),
    "norm": (r"\left\lVert ", r" \right\rVert"),
    "floor": (r"\left\lfloor ", r" \right\rfloor"),
    "ceil": (r"\left\lceil ", r" \right\rceil"),
}
_BIG = {"sum": r"\sum", "prod": r"\prod"}
_SHORT = 16  # an exponent of more characters is hard to read as one
_UNSEEN = re.compile(r"\\[A-Za-z]+|[{}_\\! ]")


class Printing(Protocol):
    """What prints everything but calls: the printer, as far as this module needs it."""

    @property
    def known(self) -> Declared:
        """What is declared of names and axes."""

    @property
    def indexed(self) -> bool:
        """Whether entries are printed, with an index on every array."""

    def value(self, node: ast.expr) -> Piece:
        """Print an expression as a number."""

    def statement(self, node: ast.expr) -> Piece:
        """Print an expression as a statement."""

    def whole(self, node: ast.expr) -> Piece:
        """Print an operand that is taken as a whole."""

    def script(self, node: ast.expr) -> str:
        """Print an exponent or an index."""

    def axis(self, name: str) -> str:
        """Print an axis's name."""

    def as_entries(self, indexed: bool) -> Printing:
        """Return a printer that prints entries, or one that does not."""


def call_piece(printer: Printing, node: ast.Call, field: str = "") -> Piece:
    """Return a call. `field` is the part taken of a function with several results."""
    special = _SPECIAL.get(function_name(node))
    piece = special(printer, node) if special and node.args else None
    return piece or _applied(printer, node, field)


def _over(printer: Printing, node: ast.Call) -> tuple[str, ...]:
    """Return the axes to print under a function: those it names, or where entries are printed, those it takes."""
    names = axis_names(node)
    if names is None and printer.indexed and node.args:
        inner = axes_of(node.args[0], printer.known) or ()
        names = inner if function_name(node) in REDUCING else inner[-1:] if function_name(node) in KEEPING else ()
    return tuple(printer.axis(name) for name in names or ())


def _argument(printer: Printing, node: ast.Call) -> Piece:
    """Print the first argument: of a reduction over everything on its own terms, else in the printer's mode."""
    whole = axis_names(node) is None and function_name(node) in REDUCING
    return printer.whole(node.args[0]) if whole and not printer.indexed else printer.value(node.args[0])


def _applied(printer: Printing, node: ast.Call, field: str) -> Piece:
    r"""Return `\operatorname{f}_{axes}\!\left(arguments\right)`; an operator stands bare before a plain number."""
    name = function_name(node)
    operator = _operator(printer, name)
    below = ", ".join(_over(printer, node) or ((rf"\mathrm{{{field}}}",) if field not in ("", "output") else ()))
    subscript = rf"_{{{below}}}" if below else ""
    bare = node.args[0] if len(node.args) == 1 and not node.keywords else None
    if isinstance(bare, ast.Constant) and operator.startswith((r"\ln", r"\log", r"\sin", r"\cos", r"\tan")):
        return Piece(rf"{operator}{subscript} {printer.value(bare).text}", Level.BIG)
    return Piece(rf"{operator}{subscript}\!\left({_arguments(printer, node)}\right)", Level.APPLIED)


def _operator(printer: Printing, name: str) -> str:
    taken = {"sigmoid": {"sigma", "σ"}}.get(name, set())
    if name in OPERATORS and not taken & set(printer.known.names):
        return OPERATORS[name]
    escaped = name.replace("_", r"\_")
    return rf"\operatorname{{{escaped}}}"


def _arguments(printer: Printing, node: ast.Call) -> str:
    statement = function_name(node) in ("all", "any")
    entries = function_name(node) in REDUCING | KEEPING | frozenset(ELEMENTWISE)
    mode = printer if entries else printer.as_entries(False)
    first = [mode.statement(a) if statement else _one(mode, node, a) for a in node.args]
    options = (rf"\mathrm{{{k.arg}}} = {mode.value(k.value).text}" for k in node.keywords if k.arg != "axis")
    return r";\ ".join([", ".join(piece.text for piece in first), *options])


def _one(printer: Printing, node: ast.Call, argument: ast.expr) -> Piece:
    return _argument(printer, node) if argument is node.args[0] else printer.value(argument)


def _root(printer: Printing, node: ast.Call) -> Piece:
    return Piece(rf"\sqrt{{{printer.value(node.args[0]).text}}}")


def _power_of_e(printer: Printing, node: ast.Call) -> Piece | None:
    """Return `e^{x}` for a short exponent without scripts above, where no quantity is called e."""
    exponent = printer.script(node.args[0])
    plain = len(_UNSEEN.sub("", exponent)) <= _SHORT and not any(
        mark in exponent for mark in ("^", r"\frac", r"\begin", r"\sum")
    )
    return Piece("e", power=exponent) if plain and "e" not in printer.known.names else None


def _fenced(printer: Printing, node: ast.Call) -> Piece:
    opening, closing = FENCES[function_name(node)]
    over = axis_names(node)
    inner = _argument(printer, node).text
    return Piece(f"{opening}{inner}{closing}", subs=tuple(printer.axis(name) for name in over or ()))


def _big(printer: Printing, node: ast.Call) -> Piece | None:
    r"""Return `\sum_{k} x_{k}`, where the axes of what is summed are known."""
    inner = axes_of(node.args[0], printer.known)
    names = axis_names(node) if axis_names(node) is not None else inner
    if inner is None or not names:
        return None
    body = printer.as_entries(True).value(node.args[0])
    body = behind(body, Level.LOOSE)
    return Piece(rf"{_BIG[function_name(node)]}_{{{', '.join(map(printer.axis, names))}}} {body.text}", Level.BIG)


def _cases(printer: Printing, node: ast.Call) -> Piece | None:
    rows: list[str] = []
    rest: ast.expr = node
    while isinstance(rest, ast.Call) and function_name(rest) == "where" and len(rest.args) == 3:
        condition, chosen, rest = rest.args
        rows.append(rf"{printer.value(chosen).text} & {_condition(printer, condition)}")
    rows.append(rf"{printer.value(rest).text} & {OTHERWISE}")
    lines = r" \\ ".join(rows)
    return Piece(rf"\begin{{cases}} {lines} \end{{cases}}", Level.CASES) if len(rows) > 1 else None


def _condition(printer: Printing, node: ast.expr) -> str:
    r"""Return a condition; one that is a number holds where it is not 0."""
    stated = isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp)
    return printer.statement(node).text if stated else rf"{printer.value(node).text} \neq 0"


def _pseudo_inverse(printer: Printing, node: ast.Call) -> Piece:
    return raised(printer.whole(node.args[0]), "+")


def _merged(printer: Printing, node: ast.Call) -> Piece | None:
    if len(node.args) != 2 or not isinstance(node.args[1], ast.List):
        return None
    names = ", ".join(printer.axis(ast.unparse(item)) for item in node.args[1].elts)
    return Piece(rf"\operatorname{{merge}}_{{{names}}}\!\left({printer.whole(node.args[0]).text}\right)", Level.APPLIED)


_SPECIAL: dict[str, Callable[[Printing, ast.Call], Piece | None]] = {
    "sqrt": _root, "exp": _power_of_e, "sum": _big, "prod": _big, "where": _cases, "pinv": _pseudo_inverse,
    "merge": _merged, **dict.fromkeys(FENCES, _fenced),
}  # fmt: skip

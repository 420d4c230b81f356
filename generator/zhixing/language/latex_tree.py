r"""Pieces of LaTeX that know how tightly they hold together, so that brackets stand where needed and only there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

# Names, labels and numbers as LaTeX: `W_Q` is `W_{Q}`, `alpha` is `\alpha`, 权重 is `\text{权重}`.

# fmt: off
_GREEK = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi",
    "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
]
# fmt: on
_LETTERS = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", _GREEK, strict=True))
_COMMANDS = {**{name: f"\\{name}" for name in _GREEK}, **{letter: f"\\{name}" for letter, name in _LETTERS.items()}}
_COMMANDS |= {"epsilon": r"\varepsilon", "ε": r"\varepsilon", "phi": r"\varphi", "φ": r"\varphi"}
_CONSTANTS = {"inf": r"\infty", "nan": r"\mathrm{NaN}", "pi": r"\pi"}

# What a formula has no need of and a renderer may obey: links, classes, macros.
_REFUSED = re.compile(
    r"""[$\n\r%#&] | \\\\ | \\(?:href|url|html\w*|include\w*|[egx]?def|let|futurelet|global|long|class|cssId|style
    |(?:re|provide)?newcommand|require|input|begin|end|left|right|middle)(?![A-Za-z])""",
    re.VERBOSE,
)

_SPECIALS = {"\\": r"\backslash ", "<": r"{\lt}", ">": r"{\gt}", "^": r"{\wedge}", "~": r"{\sim}", "`": "`"}
_SPECIAL = re.compile(r"([\\{}$&#%_^~<>`])")
# Neither Markdown nor XML can carry these.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def label(text: str) -> str:
    r"""Return a label upright: `\text{BOS}`. Specials stand outside `\text`, since renderers differ on them inside."""
    pieces = _SPECIAL.split(_CONTROL.sub("�", " ".join(text.split())))
    parts = (_SPECIALS.get(p, "\\" + p) if _SPECIAL.fullmatch(p) else rf"\text{{{p}}}" for p in pieces if p)
    return "".join(parts) or r"\text{ }"


def name_piece(name: str, symbols: Mapping[str, str]) -> Piece:
    """Return a name: its symbol if it has one, else by its spelling."""
    if name in symbols and (piece := symbol_piece(symbols[name])):
        return piece
    if name in _CONSTANTS:
        return Piece(_CONSTANTS[name])
    head, *rest = [part for part in name.split("_") if part] or ["\\_"]
    stem = head.rstrip("0123456789")
    digits = head[len(stem) :]
    if digits and (len(stem) == 1 or stem in _COMMANDS):
        head, rest = stem, [digits, *rest]
    return Piece(_word(head), subs=tuple(_word(part) for part in rest))


def _word(word: str) -> str:
    if word in _COMMANDS:
        return _COMMANDS[word]
    if not word.isascii():
        return label(word)
    return word if len(word) == 1 or word == "\\_" or word.isdigit() else rf"\mathrm{{{word}}}"


def symbol_piece(symbol: str) -> Piece | None:
    r"""Split the LaTeX that an author gives for a name into base, subscript and superscript.

    Returns None where it cannot be used: its braces do not pair, or it would end the formula that it stands in.
    """
    symbol = symbol.strip()
    parts = _scripts(symbol)
    if not symbol or parts is None or _REFUSED.search(symbol):
        return None
    base, below, above = parts
    if not base or len(below) > 1 or len(above) > 1:
        return Piece(rf"{{{symbol}}}", Level.APPLIED)
    return Piece(base, subs=tuple(below), decoration="".join(above))


def _scripts(symbol: str) -> tuple[str, list[str], list[str]] | None:
    """Return base, subscripts and superscripts at brace depth 0, or None where braces do not pair."""
    base, position = "", 0
    found: dict[str, list[str]] = {"_": [], "^": []}
    while position < len(symbol):
        here = symbol[position]
        end = _argument(symbol, position + (here in "_^"))
        if end is None:
            return None
        if here in "_^":
            argument = symbol[position + 1 : end].strip()
            found[here].append(argument[1:-1] if argument.startswith("{") else argument)
        elif any(found.values()):
            return (symbol, ["", ""], []) if _pairs(symbol) else None
        else:
            base += symbol[position:end]
        position = end
    return base.strip(), found["_"], found["^"]


def _argument(symbol: str, start: int) -> int | None:
    """Return where the group, command or character that begins at `start` ends."""
    if start >= len(symbol) or symbol[start] == "}":
        return None
    if symbol[start] == "\\":
        command = re.compile(r"\\(?:[A-Za-z]+\s*|.)").match(symbol, start)
        return command.end() if command else None
    if symbol[start] != "{":
        return start + 1
    depth = 0
    for position in range(start, len(symbol)):
        escaped = symbol[position - 1] == "\\" and position > start
        depth += 0 if escaped else (symbol[position] == "{") - (symbol[position] == "}")
        if depth == 0:
            return position + 1
    return None


def _pairs(symbol: str) -> bool:
    position: int | None = 0
    while position is not None and position < len(symbol):
        position = _argument(symbol, position)
    return position is not None


def number_piece(value: float) -> Piece:
    r"""Return a number as it was typed in an expression: `0.6`, `10000`, `10^{-6}`, `2.5 \cdot 10^{-9}`."""
    if value in (float("inf"), float("-inf")) or value != value:  # noqa: PLR0124 - NaN alone differs from itself
        return Piece(r"\mathrm{NaN}" if value != value else r"\infty")  # noqa: PLR0124 - as above
    text = str(int(value)) if value == int(value) and abs(value) < 1e16 else repr(value)
    mantissa, marked, exponent = text.partition("e")
    if not marked:
        return Piece(text)
    power = Piece("10", power=str(int(exponent)))
    return power if mantissa == "1" else Piece(rf"{mantissa} \cdot {power.text}", Level.LOOSE)


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

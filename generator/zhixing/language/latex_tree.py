r"""A formula as a small tree whose pieces know how tightly they hold together: brackets stand where needed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import cast

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
_ACCENTS = {
    "\u0300": "grave", "\u0301": "acute", "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0306": "breve",
    "\u0307": "dot", "\u0308": "ddot", "\u030a": "mathring", "\u030c": "check",
}  # fmt: skip
_CONSTANTS = {"inf": r"\infty", "nan": r"\mathrm{NaN}", "pi": r"\pi"}

# What a formula has no need of and a renderer may obey: links, classes, macros.
_REFUSED = re.compile(
    r"""[$\n\r%#&] | \\\\ | \\(?:href|url|html\w*|include\w*|[egx]?def|let|futurelet|global|long|class|cssId|style
    |(?:re|provide)?newcommand|require|input|begin|end|left|right|middle)(?![A-Za-z])""",
    re.VERBOSE,
)

_FACTORS = re.compile(r"^[^\\]*[^\s\\]\s+\S")
"""Letters with a space between them: a product, whose scripts are those of the last factor."""

_WORD = re.compile(r"\\(?:mathrm|text|operatorname)\{[^{}]*\}|\\[A-Za-z]+")

_SPECIALS = {"\\": r"\backslash ", "<": r"{\lt}", ">": r"{\gt}", "^": r"{\wedge}", "~": r"{\sim}", "`": "`"}
_SPECIAL = re.compile(r"([\\{}$&#%_^~<>`])")
# Neither Markdown nor XML can carry these.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def label(text: str) -> Symbol:
    r"""Return a label upright: `\text{BOS}`. Specials stand outside `\text`, since renderers differ on them inside."""
    pieces = _SPECIAL.split(_CONTROL.sub("�", " ".join(text.split())))
    parts = (_SPECIALS.get(p, "\\" + p) if _SPECIAL.fullmatch(p) else rf"\text{{{p}}}" for p in pieces if p)
    return Symbol("".join(parts) or r"\text{ }")


def name_piece(name: str, symbols: Mapping[str, str]) -> Piece:
    """Return a name: its symbol if it has one, else by its spelling."""
    if name in symbols and (piece := symbol_piece(symbols[name])):
        return piece
    if name in _CONSTANTS:
        return Symbol(_CONSTANTS[name])
    head, *rest = name.split("_")
    if "" in (head, *rest):
        return spell_name(name)
    stem = head.rstrip("0123456789")
    if not rest and _is_letter(stem) and stem != head:
        return with_index(_word(stem), (Digits(head[len(stem) :]),))
    if not rest:
        return _word(head)
    return with_index(_word(head), (_words(rest),)) if _is_letter(head) else _words((head, *rest))


def spell_name(name: str) -> Symbol:
    r"""Return a name letter by letter, with its underscores: `\mathrm{x\_12}`."""
    spelled = _spell(name.replace("_", r"\_"))
    return Symbol(rf"\mathrm{{{spelled}}}") if spelled and name != "_" else label(name)


def prime(piece: Piece) -> Piece:
    """Return an index with a prime."""
    return replace(piece, base=prime(piece.base)) if isinstance(piece, Scripted) else Symbol(f"{write(piece)}'")


def has_index(piece: Piece, index: Piece) -> bool:
    """Return whether an index stands in a piece."""
    name, text = write(index), write(piece)
    if name.startswith("\\"):
        return name in text
    return bool(re.search(rf"(?<![A-Za-z]){re.escape(name)}(?!')", _WORD.sub(" ", text)))


def _is_letter(word: str) -> bool:
    """Return whether a word is a single letter, perhaps the name of a Greek one or one with an accent."""
    return word in _COMMANDS or len(word) == 1 or bool(_accented(word))


def _words(words: Sequence[str]) -> Piece:
    r"""Return words as one name: `\mathrm{given\ result}`."""
    if len(words) == 1:
        return _word(words[0])
    spelled = [_spell(word) for word in words]
    joined = r"\ ".join(spelled)
    return Symbol(rf"\mathrm{{{joined}}}") if all(spelled) else label(" ".join(words))


def _spell(word: str) -> str:
    """Return a word of ASCII and Greek letters as LaTeX for upright letters, "" for any other."""
    parts = [f"{_COMMANDS[letter]} " if letter in _LETTERS else letter for letter in word]
    return "".join(parts).strip() if all(part.isascii() for part in parts) else ""


def _accented(word: str) -> str:
    r"""Return a letter with an accent as LaTeX: `\hat{x}`; "" for any other word."""
    letter, mark = unicodedata.normalize("NFD", word)[:1], unicodedata.normalize("NFD", word)[1:]
    if mark not in _ACCENTS or not letter.isalpha():
        return ""
    base = _COMMANDS.get(letter, letter)
    return f"\\{_ACCENTS[mark]}{{{base}}}" if base.isascii() else ""


def _word(word: str) -> Symbol:
    if word in _COMMANDS:
        return Symbol(_COMMANDS[word])
    if accented := _accented(word):
        return Symbol(accented)
    if (len(word) == 1 and word.isascii()) or (word.isdecimal() and word.isascii()):
        return Symbol(word)
    spelled = _spell(word)
    return Symbol(rf"\mathrm{{{spelled}}}") if spelled else label(word)


def symbol_piece(symbol: str) -> Piece | None:
    r"""Split the LaTeX that an author gives for a name into base, subscript and superscript.

    Returns None where it cannot be used: its braces do not pair, or it would end the formula that it stands in.
    """
    symbol = symbol.strip()
    parts = _scripts(symbol)
    if not symbol or parts is None or _REFUSED.search(symbol):
        return None
    base, below, above = parts
    if not base or len(below) > 1 or len(above) > 1 or _FACTORS.search(base):
        return Symbol(rf"{{{symbol}}}", opaque=True)
    scripted = bool(below or above)
    return Scripted(Symbol(base), tuple(map(Symbol, below)), mark="".join(above)) if scripted else Symbol(base)


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
        return Symbol(r"\mathrm{NaN}" if value != value else r"\infty")  # noqa: PLR0124 - as above
    text = str(int(value)) if value == int(value) and abs(value) < 1e16 else repr(value)
    mantissa, marked, exponent = text.partition("e")
    if not marked:
        return Digits(text)
    power = Scripted(Digits("10"), power=Digits(str(int(exponent))))
    return power if mantissa == "1" else Digits(rf"{mantissa} \cdot {write(power)}", scaled=True)


class Level(IntEnum):
    """How tightly a piece holds together, loosest first."""

    CASES = 0  # a brace open on the right takes in whatever follows
    OR = 1
    AND = 2
    NOT = 3
    COMPARE = 4
    SUM = 5
    BIG = 6  # \sum x, \ln 0.6, a \bmod b: takes in the product that follows
    LOOSE = 7  # factors parted by a sign: a \odot b
    TIGHT = 8  # factors side by side: Q K
    APPLIED = 9  # f(x), \frac: a factor, but no base for a script
    BASE = 10  # a name, a number, anything in brackets


# The pieces of a formula. Brackets are put in by the functions below that build pieces from others.


@dataclass(frozen=True, slots=True)
class _Printable:
    """A piece of LaTeX."""

    @property
    def text(self) -> str:
        """The piece as LaTeX."""
        return write(cast("Piece", self))

    @property
    def level(self) -> Level:
        """How tightly the piece holds together."""
        return level_of(cast("Piece", self))


@dataclass(frozen=True, slots=True)
class Symbol(_Printable):
    """A name, a label or a sign, printed as it is. An `opaque` one is LaTeX that can carry no further script."""

    latex: str
    opaque: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it is a word rather than a letter, and so needs a space beside another factor."""
        return self.latex.startswith((r"\mathrm", r"\text"))


@dataclass(frozen=True, slots=True)
class Digits(_Printable):
    """A number in digits. `scaled`: with a power of ten behind a sign of multiplication."""

    latex: str
    scaled: bool = False


@dataclass(frozen=True, slots=True)
class Scripted(_Printable):
    """A base with scripts.

    `below` are printed as one subscript, parted by commas, so a second index never doubles it. `mark` is a superscript
    that is part of a name (`T^*`); `power` one that was put on.
    """

    base: Piece
    below: tuple[Piece, ...] = ()
    power: Piece | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Enclosed(_Printable):
    """A piece between two marks, which needs no further brackets: a root, an absolute value, a matrix."""

    opening: str
    inside: tuple[Piece, ...]
    closing: str
    parting: str = ", "
    binding: Level = Level.BASE


@dataclass(frozen=True, slots=True)
class Bracketed(_Printable):
    """A piece in round brackets."""

    inside: Piece


@dataclass(frozen=True, slots=True)
class Fraction(_Printable):
    r"""`\frac{a}{b}`, or `a / b` inside an exponent or an index."""

    above: Piece
    below: Piece
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Apply(_Printable):
    r"""An operator applied to arguments and to options by name: `\operatorname{f}_{k}\!\left(x;\ n = 2\right)`.

    `bare`: without brackets before its one argument, `\ln 0.6`.
    """

    operator: str
    arguments: tuple[Piece, ...]
    options: tuple[tuple[Piece, Piece], ...] = ()
    below: tuple[Piece, ...] = ()
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Prefixed(_Printable):
    r"""A sign before an operand: `-x`, `\lnot x`, `\sum_{k} x`."""

    sign: str
    operand: Piece
    binding: Level
    below: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Product(_Printable):
    """Two factors, side by side or with a sign between them; `dot` says that they are vectors, and it a number."""

    left: Piece
    right: Piece
    sign: str = ""
    dot: bool = False


@dataclass(frozen=True, slots=True)
class Chain(_Printable):
    """Two or more pieces with signs between them: a sum, a comparison, a conjunction. `signs` is one shorter."""

    parts: tuple[Piece, ...]
    signs: tuple[str, ...]
    binding: Level


Piece = Symbol | Digits | Scripted | Enclosed | Bracketed | Fraction | Apply | Prefixed | Product | Chain


_WORD_SPACE = r" \, "
"""Parts two factors of which one is a word."""


def write(piece: Piece) -> str:  # noqa: PLR0911 - a case for each kind of piece
    """Return a piece as LaTeX. This is the only place that prints."""
    match piece:
        case Symbol(latex) | Digits(latex):
            return latex
        case Scripted(base, below, power, mark):
            above = mark or (write(power) if power else "")
            return f"{write(base)}{_below(below)}{f'^{{{above}}}' if above else ''}"
        case Enclosed(opening, inside, closing, parting):
            return f"{opening}{parting.join(map(write, inside))}{closing}"
        case Bracketed(inside):
            return rf"\left({write(inside)}\right)"
        case Fraction(above, below, inline):
            return f"{write(above)} / {write(below)}" if inline else rf"\frac{{{write(above)}}}{{{write(below)}}}"
        case Apply():
            return _write_call(piece)
        case Prefixed(sign, operand, _, below):
            return f"{sign}{_below(below)}{'' if sign == '-' else ' '}{write(operand)}"
        case Product(left, right, sign):
            worded = _is_word(first_of(left)) or _is_word(first_of(right))
            return f"{write(left)}{f' {sign} ' if sign else _WORD_SPACE if worded else ' '}{write(right)}"
        case Chain(parts, signs):
            rest = zip(signs, parts[1:], strict=True)
            return write(parts[0]) + "".join(f" {sign} {write(part)}" for sign, part in rest)


LINE = r" \\ "
"""Parts the lines of a matrix or of cases."""


def _below(below: Sequence[Piece]) -> str:
    return f"_{{{', '.join(map(write, below))}}}" if below else ""


def _write_call(call: Apply) -> str:
    operator = f"{call.operator}{_below(call.below)}"
    if call.bare:
        return f"{operator} {write(call.arguments[0])}"
    options = (f"{write(name)} = {write(value)}" for name, value in call.options)
    inside = r";\ ".join([", ".join(map(write, call.arguments)), *options])
    return rf"{operator}\!\left({inside}\right)"


def level_of(piece: Piece) -> Level:  # noqa: PLR0911 - a case for each kind of piece
    """Return how tightly a piece holds together."""
    match piece:
        case Symbol(opaque=opaque):
            return Level.APPLIED if opaque else Level.BASE
        case Digits(scaled=scaled):
            return Level.LOOSE if scaled else Level.BASE
        case Scripted() | Bracketed():
            return Level.BASE
        case Fraction(inline=inline):
            return Level.LOOSE if inline else Level.APPLIED
        case Apply(bare=bare):
            return Level.BIG if bare else Level.APPLIED
        case Product(sign=sign):
            return Level.BIG if _goes_on(piece) else Level.LOOSE if sign else Level.TIGHT
        case Enclosed() | Prefixed() | Chain():
            return piece.binding


def first_of(piece: Piece) -> Piece:
    """Return what a piece begins with: `a` of `a b`, of `a + b` and of `a_{0}`."""
    match piece:
        case Scripted(base=inner) | Product(left=inner) | Chain(parts=(inner, *_)) | Fraction(inner, _, True):
            return first_of(inner)
    return piece


def is_negative(piece: Piece) -> bool:
    """Return whether a piece begins with a minus sign, and so needs brackets behind another sign."""
    match first_of(piece):
        case Prefixed("-"):
            return True
        case Digits(latex) | Symbol(latex):
            return latex.startswith("-")
    return False


def _is_word(piece: Piece) -> bool:
    return isinstance(piece, Symbol) and piece.is_word


def at_least(piece: Piece, level: Level) -> Piece:
    """Return a piece, in brackets if it holds together less tightly than `level`."""
    return piece if level_of(piece) >= level else Bracketed(piece)


def behind(piece: Piece, level: Level) -> Piece:
    """Return an operand that stands behind a sign, in brackets also if it begins with a minus."""
    return Bracketed(piece) if is_negative(piece) else at_least(piece, level)


def with_index(piece: Piece, indices: tuple[Piece, ...]) -> Piece:
    """Put indices under a piece, behind those that it has."""
    if not indices:
        return piece
    if isinstance(piece, Scripted) and piece.power is None:
        return replace(piece, below=(*piece.below, *indices))
    free = level_of(piece) is Level.BASE and not isinstance(piece, Scripted)
    return Scripted(piece if free else Bracketed(piece), indices)


def raise_to(piece: Piece, power: Piece) -> Piece:
    """Put a superscript on a piece; one that has a superscript already goes into brackets first."""
    if isinstance(piece, Scripted) and piece.power is None and not piece.mark:
        return replace(piece, power=power)
    free = level_of(piece) is Level.BASE and not isinstance(piece, Scripted)
    return Scripted(piece if free else Bracketed(piece), power=power)


def negate(operand: Piece) -> Piece:
    """Return an operand with a minus before it."""
    inner = behind(operand, Level.LOOSE if isinstance(operand, Chain) else Level.BIG)
    return Prefixed("-", inner, min(level_of(inner), Level.TIGHT))


def add(parts: Sequence[Piece], signs: Sequence[str]) -> Piece:
    r"""Return a sum or a difference. What a `\sum` takes in would go on behind it, so it stands in brackets or last."""
    bracketed = [at_least(parts[0], Level.SUM), *(behind(part, Level.BIG) for part in parts[1:])]
    return Chain((*map(_close, bracketed[:-1]), bracketed[-1]), tuple(signs), Level.SUM)


def _close(piece: Piece) -> Piece:
    r"""Return a piece with brackets around the `\sum` in which it ends."""
    if not _goes_on(piece):
        return piece
    match piece:
        case Chain(parts=(*parts, last)):
            return replace(piece, parts=(*parts, _close(last)))
        case Prefixed("-", operand):
            return replace(piece, operand=_close(operand))
    return Bracketed(piece)


def last_factor(piece: Piece) -> Piece:
    r"""Return the last factor of a product. What ends in a `\sum` needs no brackets there: `2 \sum_{k} x_{k}`."""
    return behind(piece, Level.BIG if _ends_in_sum(piece) else Level.APPLIED)


def big(sign: str, body: Piece, below: tuple[Piece, ...]) -> Prefixed:
    r"""Return a sum or a product of all that `below` runs over: `\sum_{k} x_{k}`, `\sum_{i} \sum_{k} x_{i, k}`."""
    return Prefixed(sign, behind(body, Level.BIG if _ends_in_sum(body) else Level.LOOSE), Level.BIG, below)


def _ends_in_sum(piece: Piece) -> bool:
    return _goes_on(piece) and level_of(piece) is Level.BIG


def _goes_on(piece: Piece) -> bool:
    r"""Return whether a piece ends in what a `\sum` takes in."""
    match piece:
        case Prefixed(sign, operand):
            return sign in (r"\sum", r"\prod") or _goes_on(operand)
        case Product(_, right):
            return _goes_on(right)
        case Chain(parts):
            return _goes_on(parts[-1])
    return False


def compare(sides: Sequence[Piece], signs: Sequence[str]) -> Piece:
    """Return a comparison."""
    return Chain(tuple(at_least(side, Level.SUM) for side in sides), tuple(signs), Level.COMPARE)


def indicator(statement: Piece) -> Piece:
    """Return a statement as the number that it is worth: 1 where it holds, else 0."""
    return Enclosed(r"\mathbf{1}\!\left[", (statement,), r"\right]", binding=Level.APPLIED)


def remainder(left: Piece, right: Piece) -> Piece:
    """Return the rest of a division."""
    return Chain((left, behind(right, Level.APPLIED)), (r"\bmod",), Level.BIG)


def round_down(piece: Piece) -> Piece:
    """Return a piece rounded down."""
    return Enclosed(r"\left\lfloor ", (piece,), r" \right\rfloor")


def root(piece: Piece) -> Piece:
    """Return a square root."""
    return Enclosed(r"\sqrt{", (piece,), "}")


def fraction(above: Piece, below: Piece, *, inline: bool = False) -> Piece:
    r"""Return `\frac{a}{b}`, or `a / b` inside an exponent or an index."""
    if not inline:
        return Fraction(above, below)
    return Fraction(at_least(above, Level.TIGHT), at_least(below, Level.APPLIED), inline=True)


def multiply(left: Piece, right: Piece, *, array: bool = False, dot: bool = False, elementwise: bool = True) -> Piece:
    r"""Return a product: side by side, or with `\cdot` where two factors would run together or `\odot` between arrays.

    `dot` is the dot product of two vectors; `elementwise` is False for a matrix product, which binds as it is read.
    """
    left = Bracketed(left) if isinstance(left, Product) and left.dot else left
    sign = r"\odot" if array else r"\cdot" if dot or (elementwise and _runs_together(left, right)) else ""
    return Product(left, right, sign, dot)


def _runs_together(left: Piece, right: Piece) -> bool:
    r"""Return whether two factors side by side read as something else: 2 3, 2\frac{1}{3}, x(y + 1), 1 / x y."""
    if isinstance(left, Fraction) and left.inline:
        return True
    match first_of(right):
        case Bracketed():
            return level_of(left) is Level.BASE and not _ends_a_factor(left)
        case Digits(latex) | Symbol(latex):
            return latex[0].isdigit() or latex.startswith(r"\frac{")
        case Fraction():
            return True
    return False


def _ends_a_factor(piece: Piece) -> bool:
    """Return whether brackets behind a piece read as a factor and not as its argument: behind digits and brackets."""
    return isinstance(piece, Bracketed) or (isinstance(piece, Digits | Symbol) and piece.latex[-1] in "0123456789)")


def make_row(*cells: Piece) -> Piece:
    """Return a row of a matrix or of cases."""
    return Enclosed("", cells, "", " & ")

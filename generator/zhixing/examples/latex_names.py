r"""Names, labels and numbers as LaTeX: `W_Q` is `W_{Q}`, `alpha` is `\alpha`, 权重 is `\text{权重}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from zhixing.examples.latex_pieces import Level, Piece

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

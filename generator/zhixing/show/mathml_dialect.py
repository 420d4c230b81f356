"""What Obsidian's MathJax reads in formulas beyond the LaTeX that the site's converter knows, written in what it knows.

Chemistry is the part of mhchem that formulas and reactions are written in; what is beyond it stays as it is, and so is
reported with the formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# Commands that are others, with their arguments.
MACROS = {
    "LaTeX": r"\text{LaTeX}",
    "TeX": r"\text{TeX}",
    "substack": r"\begin{subarray}{c}#1\end{subarray}",
}
_KNOWN = re.compile(r"\\(ce|href|tag|require)(?![A-Za-z])")
_TAG = re.compile(r"\\tag(\*?)\s*\{([^{}]*)\}")
_REQUIRE = re.compile(r"\\require\s*\{[A-Za-z]*\}")
_SAFE = re.compile(r"\s*(?:https?://|mailto:|#)[^\s<>\"\\]*\s*", re.IGNORECASE)


def adapt(latex: str, *, display: bool) -> str:
    """Return a formula in the LaTeX that is known; one that says nothing beyond it as it is."""
    if not _KNOWN.search(latex):
        return latex
    latex = _REQUIRE.sub("", latex)
    latex = _replace_command(latex, "ce", lambda arguments: read_chemistry(arguments[0]), 1)
    latex = _replace_command(latex, "href", _unlink, 2)
    if "\\begin" in latex or not _TAG.search(latex):
        return latex
    if display and all(tag[2].isascii() for tag in _TAG.finditer(latex)):
        return rf"\begin{{equation*}}{latex}\end{{equation*}}"
    return _TAG.sub(lambda tag: rf"\qquad\text{{{tag[2]}}}" if tag[1] else rf"\qquad\text{{({tag[2]})}}", latex)


def _unlink(arguments: list[str]) -> str | None:
    """Return what a link in a formula shows; None where it does not lead to a safe place."""
    address, shown = arguments
    return f"{{{shown}}}" if _SAFE.fullmatch(address) else None


def _replace_command(latex: str, name: str, write: Callable[[list[str]], str | None], count: int) -> str:
    """Return LaTeX with each use of a command written anew, or as it was where that cannot be done."""
    parts: list[str] = []
    at = 0
    for found in re.finditer(rf"\\{name}(?![A-Za-z])", latex):
        if found.start() < at:
            continue
        arguments, end = _read_arguments(latex, found.end(), count)
        if len(arguments) < count:
            break  # what is open is open for all that follow
        written = write(arguments)
        if written is not None:
            parts += [latex[at : found.start()], written]
            at = end
    return "".join([*parts, latex[at:]])


def _read_arguments(latex: str, at: int, count: int) -> tuple[list[str], int]:
    """Return the arguments in braces that begin at an offset, and where they end."""
    found: list[str] = []
    while len(found) < count:
        while at < len(latex) and latex[at].isspace():
            at += 1
        end = _closing(latex, at)
        if end < 0:
            break
        found.append(latex[at + 1 : end])
        at = end + 1
    return found, at


def _closing(latex: str, at: int) -> int:
    """Return where the brace that opens at an offset is closed, -1 where none opens there or is closed."""
    depth = 0
    if not latex.startswith("{", at):
        return -1
    for step in re.compile(r"\\.|[{}]", re.DOTALL).finditer(latex, at):
        depth += {"{": 1, "}": -1}.get(step[0], 0)
        if depth == 0:
            return step.start()
    return -1


# Chemistry.

_ARROWS = {
    "<=>": r"\rightleftharpoons", "<->": r"\leftrightarrow", "->": r"\rightarrow", "<-": r"\leftarrow",
}  # fmt: skip
_OVER = {"->": r"\xrightarrow", "<-": r"\xleftarrow", "<->": r"\xleftrightarrow", "<=>": r"\xrightleftharpoons"}
_PIECE = re.compile(
    r"""(?P<arrow><=>|<->|->|<-)(?:\[(?P<above>[^\[\]{}\\]*)\](?:\[(?P<below>[^\[\]{}\\]*)\])?)?
    | \^\{(?P<raised>[^{}\\]*)\} | \^(?P<charge>\d*[+-]) | _\{(?P<lowered>[^{}\\]*)\} | _(?P<low>\d+)
    | (?P<gas>(?<=\s)\^(?=\s|$)) | (?P<solid>(?<=\s)v(?=\s|$))
    | (?P<letters>[A-Z][a-z]?|[a-z]+) | (?P<number>\d+(?:/\d+)?|\d*\.\d+)
    | (?P<ion>(?<=[A-Za-z0-9)\]])[+-](?=\s|$|[)\]])) | (?P<plus>(?<=\s)\+(?=\s)) | (?P<bond>[-=\#])
    | (?P<dot>[*.]) | (?P<sign>[()\[\],]) | (?P<space>\s+)""",
    re.VERBOSE,
)
_BONDS = {"-": "{-}", "=": "{=}", "#": r"{\equiv}"}
_TEXT = r"\mathrm{{{}}}"


def read_chemistry(formula: str) -> str | None:
    """Return a formula or reaction of mhchem as LaTeX, None where something in it is not known here."""
    written: list[str] = []
    at = 0
    subject = False  # whether something stands before that a number is an index of
    while at < len(formula):
        piece = _PIECE.match(formula, at)
        if piece is None or piece.end() == at:
            return None
        written.append(_write(piece, subject=subject))
        kind = piece.lastgroup
        subject = kind in {"letters", "raised", "charge", "lowered", "low"} or (kind == "sign" and piece[0] in ")]")
        at = piece.end()
    return f"{{{''.join(written)}}}"


def _write(piece: re.Match[str], *, subject: bool) -> str:
    """Return a piece of a chemical formula as LaTeX."""
    text = piece[0]
    if piece["arrow"]:
        return _arrow(piece)
    if piece["number"]:
        return f"_{{{text}}}" if subject else rf"{text}\,"
    raised = piece["raised"] or piece["charge"] or piece["ion"]
    if raised:
        return f"^{{{raised}}}"
    lowered = piece["lowered"] or piece["low"]
    if lowered:
        return f"_{{{lowered}}}"
    if piece["letters"]:
        return _TEXT.format(text)
    kinds = {"gas": r"\uparrow ", "solid": r"\downarrow ", "plus": "+", "dot": r"\cdot ", "space": r"\ "}
    return next((sign for name, sign in kinds.items() if piece[name]), _BONDS.get(text, text))


def _arrow(piece: re.Match[str]) -> str:
    above, below = piece["above"], piece["below"]
    if not above and not below:
        return f"{_ARROWS[piece['arrow']]} "
    under = rf"[\text{{{below}}}]" if below else ""
    return rf"{_OVER[piece['arrow']]}{under}{{\text{{{above or ''}}}}}"

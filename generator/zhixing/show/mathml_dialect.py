"""What Obsidian's MathJax reads in formulas beyond the LaTeX that the site's converter knows, written in what it knows.

Chemistry is the part of mhchem that formulas and reactions are written in; what is beyond it stays as it is, and so is
reported with the formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from zhixing.show.mathml_commands import COUNTED, ENVIRONMENTS, ROWS

_KNOWN = re.compile(
    r"\\(?:ce|href|tag|require|smash|operatorname|mathop|color|textcolor|unicode|bbox|sideset"
    r"|(?:left|right|[bB]igg?[lrm]?)\s*[<>]|mskip|mkern|mspace|(?:p?matrix|cases|eqalign|displaylines)\s*\{"
    r"|(?:begin|end)\s*\{|[A-Za-z]+\*)|\\[\r\n]|\$"
)
_TAG = re.compile(r"\\tag(\*?)\s*\{([^{}]*)\}")
_NUMBERED = re.compile(r"\\begin\s*\{(?:align|alignat|equation|gather|multline|flalign|eqnarray)\*?\}")
_REQUIRE = re.compile(r"\\require\s*\{[A-Za-z]*\}")
_SAFE = re.compile(r"\s*(?:https?://|mailto:|#)[^\s<>\"\\]*\s*", re.IGNORECASE)
# A backslash before a line's end is a space; one behind another ends a row.
_SPACED_LINE = re.compile(r"\\(\\|[\r\n])")
# To the converter a star is part of any command's name.
_STAR = re.compile(
    r"\\(?!(?:operatorname|tag|hspace|vspace|newcommand|renewcommand|DeclareMathOperator)\*)([A-Za-z]+)\*"
)
_OPTION = re.compile(r"\\(smash|bbox)\s*\[[^\[\]{}]*\]|\\bbox(?![A-Za-z])")
_ANGLE = re.compile(r"\\(left|right|[bB]igg?[lrm]?)\s*([<>])")
_MU = re.compile(r"\\(?:mskip|mkern)\s*(-?[\d.]+)\s*mu|\\(?:mspace|mkern|mskip)\s*\{\s*(-?[\d.]+)\s*mu\s*\}")
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+\*?)\}(\s*\[[A-Za-z]\])?(\s*\{\s*\d+\s*\})?")
_HEX = re.compile(r"#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})")
_CODE_POINT = re.compile(r"\s*(?:[xX]([0-9A-Fa-f]{1,6})|(\d{1,7}))\s*")
_OPERATOR = re.compile(r"\\(mathop|operatorname(?:\*|(?![A-Za-z])))(?![A-Za-z])")
_SPACED_NAME = re.compile(r"(?:[^\\{}]|\\[,;:! ])*")
_LIMITS = re.compile(r"\s*\\limits(?![A-Za-z])")
_SCRIPT = re.compile(r"\s*([_^])\s*")
_ATOM = re.compile(r"\\[A-Za-z]+|[^\s{}\\_^&]")
_FONT = re.compile(r"\\(?:mathrm|rm|text|textrm)(?![A-Za-z])\s*\{?\s*([A-Za-z ]+?)\s*\}?")
_TEXTS = ("text", "textrm", "textbf", "textit", "mbox", "hbox", "textnormal")


def adapt(latex: str, *, display: bool) -> str:
    """Return a formula in the LaTeX that is known; one that says nothing beyond it as it is."""
    if not _KNOWN.search(latex):
        return latex
    latex = _REQUIRE.sub("", latex)
    latex = _SPACED_LINE.sub(lambda found: found[0] if found[1] == "\\" else "\\ ", latex)
    latex = _OPTION.sub("", latex)
    latex = _STAR.sub(r"\\\1 *", latex)
    latex = _ANGLE.sub(lambda found: rf"\{found[1]}\{'l' if found[2] == '<' else 'r'}angle ", latex)
    latex = _MU.sub(lambda found: rf"\hspace{{{_in_em(found[1] or found[2])}em}}", latex)
    latex = _ENVIRONMENT.sub(_rename_environment, latex)
    for name, write, count in _COMMANDS:
        latex = _replace_command(latex, name, write, count)
    latex = _write_operators(latex, display=display)
    return _write_tags(latex, display=display)


def _in_em(mu: str) -> str:
    try:
        return f"{float(mu) / 18:.3f}"
    except ValueError:
        return mu


def _rename_environment(found: re.Match[str]) -> str:
    """Return the beginning or the end of an environment under the name that is known."""
    edge, name, _, count = found.groups("")
    if name not in ENVIRONMENTS:
        return found[0]
    return rf"\{edge}{{{ENVIRONMENTS[name]}}}" + ("" if name in COUNTED else count)


def _write_tags(latex: str, *, display: bool) -> str:
    """Return a formula with its tags at the end of a line where it has lines, else behind it."""
    if _NUMBERED.search(latex) or not _TAG.search(latex):
        return latex
    if display and all(tag[2].isascii() and "$" not in tag[2] for tag in _TAG.finditer(latex)):
        return rf"\begin{{equation*}}{latex}\end{{equation*}}"
    return _TAG.sub(_write_tag, latex)


def _write_tag(tag: re.Match[str]) -> str:
    shown = tag[2].replace("$", "")
    return rf"\qquad\text{{{shown}}}" if tag[1] else rf"\qquad\text{{({shown})}}"


def _write_operators(latex: str, *, display: bool) -> str:
    """Return a formula in which the author's own operators have their limits below and above, as `\\sum` has."""
    parts: list[str] = []
    at = 0
    for found in _OPERATOR.finditer(latex):
        arguments, end = _read_arguments(latex, found.end(), 1) if found.start() >= at else ([], 0)
        if not arguments:
            if found.start() >= at and latex[found.end() :].lstrip().startswith("{"):
                break  # what is open is open for all that follow
            continue
        written = _write_operator(found[1], arguments[0])
        stacked = _LIMITS.match(latex, end)
        if written is None and not stacked:
            continue
        scripts, end = _read_scripts(latex, stacked.end()) if stacked else ({}, end)
        if not stacked and (found[1] == "operatorname*" or (display and found[1] == "mathop")):
            scripts, end = _read_scripts(latex, end)
        parts += [latex[at : found.start()], _stack(written or rf"\mathop{{{arguments[0]}}}", scripts)]
        at = end
    return "".join([*parts, latex[at:]])


def _write_operator(command: str, name: str) -> str | None:
    """Return an operator as the converter knows it, None where it knows it as it is written."""
    if command == "mathop":
        return rf"\mathop{{{name}}}"
    if "\\" not in name or _SPACED_NAME.fullmatch(name):
        return None
    upright = _FONT.fullmatch(name.strip())
    return rf"\operatorname{{{upright[1]}}}" if upright else rf"\mathop{{{name}}}"


def _read_scripts(latex: str, at: int) -> tuple[dict[str, str], int]:
    """Return what stands below (`_`) and above (`^`) what ends at an offset, and where that ends."""
    scripts: dict[str, str] = {}
    while (found := _SCRIPT.match(latex, at)) and found[1] not in scripts:
        arguments, end = _read_arguments(latex, found.end(), 1)
        if not arguments:
            one = _ATOM.match(latex, found.end())
            if one is None:
                break
            arguments, end = [one[0]], one.end()
        scripts[found[1]] = arguments[0]
        at = end
    return scripts, at


def _stack(operator: str, scripts: Mapping[str, str]) -> str:
    """Return an operator with what stands below and above it."""
    for sign, place in (("_", "underset"), ("^", "overset")):
        if sign in scripts:
            operator = rf"\{place}{{{scripts[sign]}}}{{{operator}}}"
    return operator


def _write_text(command: str) -> Callable[[list[str]], str | None]:
    """Return what writes a text that holds formulas (`\\text{if $a$}`) as texts and formulas."""

    def write(arguments: list[str]) -> str | None:
        parts = re.split(r"(?<!\\)\$", arguments[0])
        if len(parts) < 3 or len(parts) % 2 == 0:
            return None
        return "".join(f"{{{part}}}" if at % 2 else rf"\{command}{{{part}}}" for at, part in enumerate(parts) if part)

    return write


def _write_rows(environment: str) -> Callable[[list[str]], str | None]:
    return lambda arguments: rf"\begin{{{environment}}}{arguments[0]}\end{{{environment}}}"


def _write_colour(arguments: list[str]) -> str | None:
    """Return a colour given by its number; the converter knows the names of colours itself."""
    found = _HEX.fullmatch(arguments[0].strip())
    if found is None:
        return None
    number = found[1] if len(found[1]) == 6 else "".join(one * 2 for one in found[1])
    colour = rf"\color[HTML]{{{number.upper()}}}"
    return rf"{{{colour} {arguments[1]}}}" if len(arguments) > 1 else f"{colour} "


def _write_character(arguments: list[str]) -> str | None:
    """Return the character of a code point (`\\unicode{x263a}`); None for one that is no character of a text."""
    found = _CODE_POINT.fullmatch(arguments[0])
    number = int(found[1], 16) if found and found[1] else int(found[2]) if found else 0
    return rf"\text{{{chr(number)}}}" if 0xA0 <= number < 0x110000 and chr(number).isprintable() else None


def _unlink(arguments: list[str]) -> str | None:
    """Return what a link in a formula shows; None where it does not lead to a safe place."""
    address, shown = arguments
    return f"{{{shown}}}" if _SAFE.fullmatch(address) else None


_COMMANDS: tuple[tuple[str, Callable[[list[str]], str | None], int], ...] = (
    ("ce", lambda arguments: read_chemistry(arguments[0]), 1),
    ("href", _unlink, 2),
    *((name, _write_text(name), 1) for name in _TEXTS),
    *((name, _write_rows(environment), 1) for name, environment in ROWS.items()),
    ("color", _write_colour, 1),
    ("textcolor", _write_colour, 2),
    ("unicode", _write_character, 1),
)


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

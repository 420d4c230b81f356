"""Expressions: from the text a person types to a syntax tree of the few things the language allows.

Nothing here evaluates. Full-width and typographic operators are read as their ASCII twins outside strings, because
Chinese input methods make them; what stands in quotes is a label and stays as it is, backslashes too.
"""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings
from collections.abc import Iterator

from zhixing.language.model import ExampleError, Expression
from zhixing.problems import Code
from zhixing.source import Span

# Characters that Chinese input methods and typesetting make, and the ASCII that is meant by them.

_TWINS = {
    "（": "(", "）": ")", "［": "[", "］": "]", "【": "[", "】": "]", "｛": "{", "｝": "}",
    "，": ",", "、": ",", "．": ".",
    "＋": "+", "−": "-", "－": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "＊": "*", "÷": "/", "／": "/",
    "＝": "=", "＜": "<", "＞": ">", "！": "!", "≤": "<=", "≥": ">=", "≠": "!=", "％": "%", "＠": "@", "：": ":",
    "“": '"', "”": '"', "„": '"', "＂": '"', "‘": "'", "’": "'", "＇": "'", "＃": "#", "∞": "inf",
    "\n": " ", "\r": " ", "\t": " ", "\u3000": " ", "\u00a0": " ",
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
}  # fmt: skip


def _walk(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield each character's place, what it is read as, and whether it stands outside of strings."""
    quote = ""
    for index, character in enumerate(text):
        twin = _TWINS.get(character, character)
        if not quote:
            quote = twin if twin in ("'", '"') else ""
            yield index, twin, not quote
        elif twin == quote:
            quote = ""
            yield index, twin, False
        else:  # a label is what it looks like: no escapes
            yield index, "\\\\" if character == "\\" else character, False


def twins(text: str) -> Iterator[tuple[int, str]]:
    """Yield each character's place and its ASCII twin; characters inside a string stay as they are."""
    return ((index, twin) for index, twin, _ in _walk(text))


def bare(text: str) -> Iterator[tuple[int, str]]:
    """Yield the places and twins of the characters outside of strings."""
    return ((index, twin) for index, twin, outside in _walk(text) if outside)


def ascii_twin(text: str) -> str:
    """Return the expression with full-width operators, brackets and quotes as ASCII, strings untouched."""
    return "".join(twin for _, twin in twins(text))


def raised_character(character: str) -> str:
    """Return what a superscript or subscript would turn into (`ᵀ` into `T`), "" for any other character."""
    raised = unicodedata.decomposition(character[:1]).startswith(("<super>", "<sub>"))
    return unicodedata.normalize("NFKC", character) if raised else ""


def normal_name(name: str) -> str:
    """Return a name as expressions see it (NFKC).

    Raises:
        ExampleError: a superscript or subscript would turn into a plain letter (`Kᵀ` into `KT`).
    """
    normal = unicodedata.normalize("NFKC", name)
    raised = next((character for character in name if raised_character(character)), "")
    if raised:
        fix = f"Write {name.partition(raised)[0]}.T for a transpose, W_Q for an index"
        raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} would be read as {normal!r}", fix)
    return normal


# What an expression may be made of: a whitelist of syntax, and what to write instead of the rest.

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.keyword, ast.Attribute, ast.Subscript, ast.Slice,
    ast.Tuple, ast.List, ast.Name, ast.Constant, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult, ast.USub, ast.UAdd, ast.Not,
    ast.And, ast.Or, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq,
)  # fmt: skip

_EACH = "Repeat a step along an axis with `each AXIS:`"
_INSTEAD: dict[type[ast.AST], tuple[str, str]] = {
    ast.IfExp: ("`a if b else c`", "Write where(condition, a, b)"),
    ast.BitAnd: ("`&`", "Write `and`"),
    ast.BitOr: ("`|`", "Write `or`"),
    ast.Invert: ("`~`", "Write `not`"),
    ast.BitXor: ("`^`", "A power is written **"),
    ast.ListComp: ("A comprehension", _EACH),
    ast.SetComp: ("A comprehension", _EACH),
    ast.DictComp: ("A comprehension", _EACH),
    ast.GeneratorExp: ("A comprehension", _EACH),
    ast.JoinedStr: ("An f-string", "A label is a plain quoted string"),
    ast.NamedExpr: ("`:=`", "Name the step under `compute:`"),
    ast.Is: ("`is`", "Compare with =="),
    ast.IsNot: ("`is not`", "Compare with !="),
    ast.In: ("`in`", "Compare with =="),
    ast.NotIn: ("`not in`", "Compare with !="),
    ast.Lambda: ("`lambda`", "Name the step under `compute:`"),
    ast.Starred: ("`*` before a value", "Write each argument out"),
    ast.Dict: ("A dictionary", "Write values by label under `given:`"),
    ast.Set: ("A set", "Write a list in [ ]"),
    ast.Await: ("`await`", "Remove it"),
}


def check_tree(tree: ast.expr, most: int) -> None:
    """Hold a tree against the whitelist.

    Raises:
        ExampleError: it is nested deeper than `most` levels, or uses what the language does not have.
    """
    level: list[tuple[ast.AST, ast.AST]] = [(tree, tree)]
    for _ in range(most):
        for node, parent in level:
            _check_node(node, parent)
        level = [(child, node) for node, _ in level for child in ast.iter_child_nodes(node)]
    # Operators and contexts are leaves of one level more, which says nothing about depth.
    deep = next((node for node, _ in level if isinstance(node, ast.expr)), None)
    if deep:
        what = f"This expression is nested more than {most} deep"
        raise ExampleError(Code.EXPRESSION_SYNTAX, what, "Name its parts as steps of their own", deep)
    for node, parent in level:
        _check_node(node, parent)


def _check_node(node: ast.AST, parent: ast.AST) -> None:
    """Check one node; an operator has no place of its own, so its parent's is named."""
    if not isinstance(node, _ALLOWED):
        plain = (f"{type(node).__name__}", "Use arithmetic, comparisons, indexing and the functions of the language")
        what, fix = _INSTEAD.get(type(node), plain)
        place = node if hasattr(node, "col_offset") else parent
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, f"{what} is not part of the language", fix, place)
    if isinstance(node, ast.Call) and not isinstance(node.func, ast.Name):
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, "Only named functions can be called", "Call it by its name", node)
    if isinstance(node, ast.keyword) and node.arg is None:
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, "`**` arguments are not read", "Write each argument out", node)
    if isinstance(node, ast.Constant) and not isinstance(node.value, str | int | float | None):
        what = f"{node.value!r} is not part of the language"
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, what, "Use numbers, labels in quotes, or None", node)


MAX_LENGTH = 500
MAX_DEPTH = 50

_CUT = "; YAML splits a flow list at commas and begins a comment at “ #”"
_AS_LIST = "Write it as a block list, a line beginning with “- ” for each"


def offset_of(expression: Expression, node: ast.AST | None) -> int:
    """Return where a node of an expression stands in its note."""
    return expression.offset(index_of(expression.text, node))


def index_of(text: str, node: ast.AST | None) -> int:
    """Return which character of an expression's text a node begins with; 0 for a node that has no place."""
    if node is None or not hasattr(node, "col_offset"):
        return 0
    places = [index for index, twin in twins(text) for _ in twin]
    ascii_text = ascii_twin(text)
    margin = len(ascii_text) - len(ascii_text.lstrip())
    column = margin + len(ascii_text.lstrip().encode()[: node.col_offset].decode(errors="ignore"))
    return places[column] if column < len(places) else 0


def parse_expression(text: str, span: Span, *, flow: bool = False, places: tuple[int, ...] = ()) -> Expression:
    """Read an expression.

    `flow` says that YAML may have cut it: it stood in a flow list, which splits at commas, or before a comment.
    `places` is where its characters stand, where they do not stand in the note as they are.

    Raises:
        ExampleError: it is too long, too deep, no expression, or uses what the language does not have. Its `index` is
            the character at fault.
    """
    if len(text) > MAX_LENGTH:
        what = f"This expression has {len(text)} characters; {MAX_LENGTH} are allowed"
        raise ExampleError(Code.EXPRESSION_SYNTAX, what, "Name its parts as steps of their own", index=0)
    if not text.strip():
        raise ExampleError(Code.EXPRESSION_SYNTAX, "An expression is missing", "Write one, or remove the line", index=0)
    _check_characters(text)
    _check_brackets(text, flow=flow)
    tree = _parsed(text)
    try:
        check_tree(tree, MAX_DEPTH)
    except ExampleError as error:
        error.index = index_of(text, error.node)
        raise
    return Expression(text, tree, span, places)


def _parsed(text: str) -> ast.expr:
    ascii_text = ascii_twin(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # `1if` and the like: Python only warns
            return ast.parse(ascii_text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, Warning) as error:
        raise _syntax_error(text, ascii_text, error) from None


def _check_characters(text: str) -> None:
    """Refuse what Python would quietly drop or turn into something else: comments and raised letters."""
    for index, character in bare(text):
        if character == "#":
            what = "“#” begins a comment, which an expression cannot have"
            raise ExampleError(Code.EXPRESSION_SYNTAX, what, "Put a comment on a line of its own", index=index)
        if instead := raised_character(character):
            name = re.split(r"\W", text[:index])[-1]
            what = f"{name + character!r} would be read as {name + instead!r}"
            fix = f"Write {name}.T for a transpose, {name} ** 2 for a power, W_Q for an index"
            raise ExampleError(Code.EXAMPLE_NAME, what, fix, index=index)


def _check_brackets(text: str, *, flow: bool) -> None:
    pairs = {")": "(", "]": "[", "}": "{"}
    open_at: list[tuple[int, str]] = []
    for index, character in bare(text):
        if character in pairs.values():
            open_at.append((index, character))
        elif character in pairs and (not open_at or open_at.pop()[1] != pairs[character]):
            raise _unpaired(text, index, flow=flow)
        if len(open_at) > MAX_DEPTH:
            what = f"Brackets are nested more than {MAX_DEPTH} deep"
            raise ExampleError(Code.EXPRESSION_SYNTAX, what, "Name its parts as steps of their own", index=index)
    if open_at:
        raise _unpaired(text, open_at[-1][0], flow=flow)


def _unpaired(text: str, index: int, *, flow: bool) -> ExampleError:
    what = f"The brackets of {_short(text)!r} do not pair{_CUT if flow else ''}"
    fix = _AS_LIST if flow else "Close each bracket that is opened, with its own kind"
    return ExampleError(Code.EXPRESSION_SYNTAX, what, fix, index=index)


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 60 else f"{text[:59]}…"


def _syntax_error(text: str, ascii_text: str, error: BaseException) -> ExampleError:
    message = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
    what = f"{_short(text)!r} is no expression: {message}"
    places = [index for index, twin in twins(text) for _ in twin]
    offset = error.offset if isinstance(error, SyntaxError) and error.offset is not None else 1
    # Python's 0 is the end: something is missing there.
    column = (offset - 1 if offset else len(ascii_text.strip()) - 1) + len(ascii_text) - len(ascii_text.lstrip())
    index = places[min(max(column, 0), len(places) - 1)]
    assigned = re.search(r"(?<![=<>!*/+-])=(?!=)", "".join(character for _, character in bare(text)))
    if assigned and "invalid syntax" in message and "=" in ascii_text[column : column + 1]:
        return ExampleError(Code.EXPRESSION_SYNTAX, what, "Compare with ==", index=index)
    return ExampleError(Code.EXPRESSION_SYNTAX, what, "Write it as you would in Python", index=index)

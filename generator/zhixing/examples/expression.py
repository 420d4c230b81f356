"""Expressions: from the text a person types to a syntax tree of the few things the language allows.

Nothing here evaluates. Full-width and typographic operators are read as their ASCII twins outside strings, because
Chinese input methods make them.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator

from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Expression
from zhixing.problems import Code
from zhixing.source import Span

MAX_LENGTH = 500
MAX_DEPTH = 50

_TWINS = {
    "（": "(", "）": ")", "［": "[", "］": "]", "【": "[", "】": "]", "，": ",", "、": ",", "．": ".",
    "＋": "+", "−": "-", "－": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "＊": "*", "÷": "/", "／": "/",
    "＝": "=", "＜": "<", "＞": ">", "！": "!", "≤": "<=", "≥": ">=", "≠": "!=", "％": "%", "＠": "@", "：": ":",
    "“": '"', "”": '"', "„": '"', "＂": '"', "‘": "'", "’": "'", "＇": "'", "\u3000": " ", "\u00a0": " ",
    "∞": "inf",
}  # fmt: skip

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.keyword, ast.Attribute, ast.Subscript, ast.Slice,
    ast.Tuple, ast.List, ast.Name, ast.Constant, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult, ast.USub, ast.UAdd, ast.Not,
    ast.And, ast.Or, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq,
)  # fmt: skip

_INSTEAD: dict[type[ast.AST], str] = {
    ast.IfExp: "Write where(condition, a, b)",
    ast.BitAnd: "Write `and`",
    ast.BitOr: "Write `or`",
    ast.Invert: "Write `not`",
    ast.BitXor: "A power is written **",
    ast.ListComp: "Repeat a step along an axis with `each AXIS:`",
    ast.GeneratorExp: "Repeat a step along an axis with `each AXIS:`",
    ast.JoinedStr: "A label is a plain quoted string",
    ast.NamedExpr: "Name the step under `compute:`",
    ast.Is: "Compare with ==",
    ast.In: "Compare with ==",
}


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield each character's place and its ASCII twin; characters inside a string stay as they are."""
    quote = ""
    for index, character in enumerate(text):
        twin = _TWINS.get(character, character)
        if quote:
            closes = twin == quote
            yield index, twin if closes else character
            quote = "" if closes else quote
        else:
            quote = twin if twin in ("'", '"') else ""
            yield index, twin


def ascii_twin(text: str) -> str:
    """Return the expression with full-width operators, brackets and quotes as ASCII, strings untouched."""
    return "".join(twin for _, twin in _pieces(text))


def offset_of(expression: Expression, node: ast.AST | None) -> int:
    """Return where a node of an expression stands in its note."""
    typed_alone = expression.span.end - expression.span.start == len(expression.text)
    if node is None or not hasattr(node, "col_offset") or not typed_alone or getattr(node, "lineno", 1) > 1:
        return expression.span.start
    places = [index for index, twin in _pieces(expression.text) for _ in twin]
    encoded = ascii_twin(expression.text).encode()
    column = len(encoded[: node.col_offset].decode(errors="ignore"))
    return expression.span.start + (places[column] if column < len(places) else 0)


def parse_expression(text: str, span: Span, *, flow: bool = False) -> Expression:
    """Read an expression.

    `flow` says that it stood in a YAML flow list, which splits at commas.

    Raises:
        ExampleError: it is too long, too deep, no expression, or uses what the language does not have.
    """
    ascii_text = ascii_twin(text).strip()
    if len(text) > MAX_LENGTH:
        what = f"This expression has {len(text)} characters; {MAX_LENGTH} are allowed"
        raise ExampleError(Code.EXPRESSION_SYNTAX, what, "Name its parts as steps of their own")
    _check_brackets(ascii_text, flow=flow)
    try:
        tree = ast.parse(ascii_text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _syntax_error(ascii_text, error) from None
    _check_tree(tree)
    return Expression(text, tree, span)


def _check_brackets(text: str, *, flow: bool) -> None:
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", text)
    depth = 0
    for character in bare:
        depth += (character in "([{") - (character in ")]}")
        if depth > MAX_DEPTH:
            raise ExampleError(
                Code.EXPRESSION_SYNTAX, f"Brackets are nested more than {MAX_DEPTH} deep", "Name the parts"
            )
        if depth < 0:
            break
    if depth:
        mend = (
            "Write it as a block list, a line beginning with “- ” for each" if flow else "Close each bracket you open"
        )
        cut = "; YAML splits a flow list at commas and begins a comment at “ #”" if flow else ""
        raise ExampleError(Code.EXPRESSION_SYNTAX, f"The brackets of {text!r} do not pair{cut}", mend)


def _syntax_error(text: str, error: BaseException) -> ExampleError:
    message = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
    what = f"{text!r} is no expression: {message}"
    if re.search(r"(?<![=<>!])=(?!=)", re.sub(r"\w+=", "", text)):
        return ExampleError(Code.EXPRESSION_SYNTAX, what, "Compare with ==")
    return ExampleError(Code.EXPRESSION_SYNTAX, what, "Write it as you would in Python")


def _check_tree(tree: ast.expr) -> None:
    level, depth = [tree], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            what = f"This expression is nested more than {MAX_DEPTH} deep"
            raise ExampleError(Code.EXPRESSION_SYNTAX, what, "Name its parts as steps of their own")
        for node in level:
            _check_node(node)
        level = [child for node in level for child in ast.iter_child_nodes(node)]  # type: ignore[misc]  # any node


def _check_node(node: ast.AST) -> None:
    if not isinstance(node, _ALLOWED):
        mend = _INSTEAD.get(type(node), "Use arithmetic, comparisons, indexing and the functions of the language")
        what = f"{type(node).__name__} is not part of the language"
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, what, mend, node)
    if isinstance(node, ast.Call) and not isinstance(node.func, ast.Name):
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, "Only named functions can be called", "Call it by its name", node)
    if isinstance(node, ast.keyword) and node.arg is None:
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, "`**` arguments are not read", "Write each argument out", node)
    if isinstance(node, ast.Constant) and not isinstance(node.value, str | int | float | None):
        what = f"{node.value!r} is not part of the language"
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, what, "Use numbers, labels in quotes, or None", node)


def normal_name(name: str) -> str:
    """Return a name as expressions see it (NFKC).

    Raises:
        ExampleError: a superscript or subscript would turn into a plain letter (`Kᵀ` into `KT`).
    """
    normal = unicodedata.normalize("NFKC", name)
    raised = [c for c in name if unicodedata.decomposition(c).startswith(("<super>", "<sub>"))]
    if raised:
        mend = f"Write {name.partition(raised[0])[0]}.T for a transpose, W_Q for an index"
        raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} would be read as {normal!r}", mend)
    return normal

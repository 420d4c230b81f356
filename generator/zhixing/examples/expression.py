"""Expressions: from the text a person types to a syntax tree of the few things the language allows.

Nothing here evaluates. Full-width and typographic operators are read as their ASCII twins outside strings, because
Chinese input methods make them; what stands in quotes is a label and stays as it is, backslashes too.
"""

from __future__ import annotations

import ast
import re
import warnings

from zhixing.examples.errors import ExampleError
from zhixing.examples.forbidden import check_tree
from zhixing.examples.model import Expression
from zhixing.examples.twins import ascii_twin, bare, raised_character, twins
from zhixing.problems import Code
from zhixing.source import Span

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
            mend = f"Write {name}.T for a transpose, {name} ** 2 for a power, W_Q for an index"
            raise ExampleError(Code.EXAMPLE_NAME, what, mend, index=index)


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
    mend = _AS_LIST if flow else "Close each bracket that is opened, with its own kind"
    return ExampleError(Code.EXPRESSION_SYNTAX, what, mend, index=index)


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

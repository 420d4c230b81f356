"""Expressions: from the text a person types to a tree of the few things the language allows.

Python's own parser reads the text. What it returns is checked against a whitelist and turned into the language's nodes,
each with its place in the note; no other module sees it. Nothing here evaluates. Full-width and typographic operators
are read as their ASCII twins outside strings, because Chinese input methods make them; what stands in quotes is a label
and stays as it is, backslashes too.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from zhixing.language.errors import ExampleError
from zhixing.language.model import Expression
from zhixing.language.names import ascii_twin, bare, raised_character, twins
from zhixing.language.nodes import (
    Arithmetic,
    Binary,
    Boolean,
    Call,
    Compare,
    Comparison,
    Field,
    Index,
    Keyword,
    Label,
    ListLiteral,
    Name,
    NewAxis,
    Node,
    Number,
    Sign,
    Slice,
    Transpose,
    TupleLiteral,
    Unary,
)
from zhixing.problems import Code
from zhixing.source import Span

# What an expression may be made of: a whitelist of syntax, and what to write instead of the rest.

_SIGNS: dict[type[ast.unaryop], Sign] = {ast.USub: "-", ast.UAdd: "+", ast.Not: "not"}
_ARITHMETIC: dict[type[ast.operator], Arithmetic] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@",
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], Comparison] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.keyword, ast.Attribute, ast.Subscript, ast.Slice,
    ast.Tuple, ast.List, ast.Name, ast.Constant, ast.Load, ast.And, ast.Or, *_SIGNS, *_ARITHMETIC, *_COMPARISONS,
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


MAX_LENGTH = 500
MAX_DEPTH = 50

_CUT = "; YAML splits a flow list at commas and begins a comment at “ #”"
_AS_LIST = "Write it as a block list, a line beginning with “- ” for each"


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of an expression, and where its characters stand in the note.

    `places` holds the offset of each character where the text does not stand in the note as it is (folded lines,
    escapes); it is empty where it does. `flow` says that YAML may have cut the text.
    """

    text: str
    inner: Span
    places: tuple[int, ...]
    flow: bool

    def offset(self, index: int) -> int:
        """Return where a character stands in the note."""
        if self.places:
            return self.places[min(index, len(self.places) - 1)]
        return min(self.inner.start + index, self.inner.end)

    def part(self, start: int, end: int) -> Span:
        """Return where some of its characters stand in the note."""
        return Span(self.offset(start), self.offset(max(end - 1, start)) + 1)

    @property
    def span(self) -> Span:
        """Where all of it stands in the note."""
        return self.part(0, len(self.text)) if self.text else self.inner

    def error(self, code: Code, what: str, fix: str, index: int = 0) -> ExampleError:
        """Return an error at a character."""
        return ExampleError(code, what, fix, self.part(index, index + 1))


def parse_expression(text: str, span: Span, *, flow: bool = False, places: tuple[int, ...] = ()) -> Expression:
    """Read an expression.

    `flow` says that YAML may have cut it: it stood in a flow list, which splits at commas, or before a comment.
    `places` is where its characters stand, where they do not stand in the note as they are.

    Raises:
        ExampleError: it is too long, too deep, no expression, or uses what the language does not have. The error names
            its place in the note.
    """
    typed = _Text(text, span, places, flow)
    if len(text) > MAX_LENGTH:
        what = f"This expression has {len(text)} characters; {MAX_LENGTH} are allowed"
        raise typed.error(Code.EXPRESSION_SYNTAX, what, "Name its parts as steps of their own")
    if not text.strip():
        raise ExampleError(Code.EXPRESSION_SYNTAX, "An expression is missing", "Write one, or remove the line")
    if text.isascii() and text.isidentifier() and not keyword.iskeyword(text):
        return Expression(text, Name(text, span=typed.span), typed.span)  # most of what is shown is a name
    _check_characters(typed)
    _check_brackets(typed)
    ascii_text = ascii_twin(text)
    tree = _parse(typed, ascii_text)
    reader = _Reader(_byte_indices(text), typed)
    reader.check(tree)
    return Expression(text, reader.read(tree), typed.span)


def _parse(typed: _Text, ascii_text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # `1if` and the like: Python only warns
            return ast.parse(ascii_text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, Warning) as error:
        raise _syntax_error(typed, ascii_text, error) from None


def _byte_indices(text: str) -> list[int]:
    """Return which character of a text each byte belongs to that Python reads of it."""
    read = [(index, character) for index, twin in twins(text) for character in twin]
    first = next(place for place, (_, character) in enumerate(read) if not character.isspace())
    return [index for index, character in read[first:] for _ in character.encode(errors="surrogatepass")]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes nodes of the language from Python's, once these are held against the whitelist."""

    indices: list[int]
    typed: _Text

    def span(self, node: ast.expr | ast.keyword) -> Span:
        """Return where a node of Python's stands in the note."""
        end = node.end_col_offset or node.col_offset + 1
        last = len(self.indices) - 1
        return self.typed.part(self.indices[min(node.col_offset, last)], self.indices[min(end - 1, last)] + 1)

    def check(self, tree: ast.expr) -> None:
        """Hold a tree against the whitelist.

        Raises:
            ExampleError: it is nested too deeply, or uses what the language does not have.
        """
        level: list[tuple[ast.AST, ast.AST]] = [(tree, tree)]
        for _ in range(MAX_DEPTH):
            if not level:
                return
            for node, parent in level:
                self._check_node(node, parent)
            level = [(child, node) for node, _ in level for child in ast.iter_child_nodes(node)]
        # Operators and contexts are leaves of one level more, which says nothing about depth.
        deep = next((node for node, _ in level if isinstance(node, ast.expr)), None)
        if deep:
            what = f"This expression is nested more than {MAX_DEPTH} deep"
            raise ExampleError(Code.EXPRESSION_SYNTAX, what, "Name its parts as steps of their own", self.span(deep))
        for node, parent in level:
            self._check_node(node, parent)

    def _check_node(self, node: ast.AST, parent: ast.AST) -> None:
        """Check one node; an operator has no place of its own, so its parent's is named."""
        found = _refusal(node)
        if found:
            place = node if isinstance(node, ast.expr | ast.keyword) else parent
            at = self.span(place) if isinstance(place, ast.expr | ast.keyword) else self.typed.part(0, 1)
            raise ExampleError(Code.EXPRESSION_FORBIDDEN, *found, at)

    def read(self, node: ast.expr) -> Node:  # noqa: C901, PLR0911 - a case for each kind of node
        """Return the language's node for one of Python's that is on the whitelist."""
        span = self.span(node)
        match node:
            case ast.Name():
                return Name(node.id, span=span)
            case ast.Constant():
                return _read_constant(node.value, span)
            case ast.UnaryOp():
                return Unary(_SIGNS[type(node.op)], self.read(node.operand), span=span)
            case ast.BinOp():
                return Binary(_ARITHMETIC[type(node.op)], self.read(node.left), self.read(node.right), span=span)
            case ast.BoolOp():
                return Boolean("and" if isinstance(node.op, ast.And) else "or", self._all(node.values), span=span)
            case ast.Compare():
                operators = tuple(_COMPARISONS[type(op)] for op in node.ops)
                return Compare(self._all([node.left, *node.comparators]), operators, span=span)
            case ast.Attribute(attr="T"):
                return Transpose(self.read(node.value), span=span)
            case ast.Attribute():
                return Field(self.read(node.value), node.attr, span=span)
            case ast.List():
                return ListLiteral(self._all(node.elts), span=span)
            case ast.Tuple():
                return TupleLiteral(self._all(node.elts), span=span)
            case _:
                return self._read_compound(node, span)

    def _read_compound(self, node: ast.expr, span: Span) -> Node:
        match node:
            case ast.Call(func=ast.Name(id=name)):
                keywords = (Keyword(str(one.arg), self.read(one.value), span=self.span(one)) for one in node.keywords)
                return Call(name, self._all(node.args), tuple(keywords), span=span)
            case ast.Subscript():
                items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                return Index(self.read(node.value), self._all(items), span=span)
            case ast.Slice():
                lower, upper, step = (
                    None if bound is None else self.read(bound) for bound in (node.lower, node.upper, node.step)
                )
                return Slice(lower, upper, step, span=span)
        raise AssertionError(f"{type(node).__name__} is on the whitelist, but not read")

    def _all(self, nodes: Iterable[ast.expr]) -> tuple[Node, ...]:
        return tuple(map(self.read, nodes))


def _refusal(node: ast.AST) -> tuple[str, str] | None:
    """Return why the language does not have a node of Python's, and what to write instead; None where it has."""
    if not isinstance(node, _ALLOWED):
        plain = (f"{type(node).__name__}", "Use arithmetic, comparisons, indexing and the functions of the language")
        what, fix = _INSTEAD.get(type(node), plain)
        return f"{what} is not part of the language", fix
    if isinstance(node, ast.Call) and not isinstance(node.func, ast.Name):
        return "Only named functions can be called", "Call it by its name"
    if isinstance(node, ast.keyword) and node.arg is None:
        return "`**` arguments are not read", "Write each argument out"
    if isinstance(node, ast.Constant) and not isinstance(node.value, str | int | float | None):
        return f"{node.value!r} is not part of the language", "Use numbers, labels in quotes, or None"
    return None


def _read_constant(value: object, span: Span) -> Node:
    if isinstance(value, str):
        return Label(value, span=span)
    return Number(value, span=span) if isinstance(value, int | float) else NewAxis(span=span)


def _check_characters(typed: _Text) -> None:
    """Refuse comments, which Python ignores, and raised letters, which it turns into plain ones."""
    for index, character in bare(typed.text):
        if character == "#":
            what = "“#” begins a comment, which an expression cannot have"
            raise typed.error(Code.EXPRESSION_SYNTAX, what, "Put a comment on a line of its own", index)
        if instead := raised_character(character):
            name = re.split(r"\W", typed.text[:index])[-1]
            what = f"{name + character!r} would be read as {name + instead!r}"
            fix = f"Write {name}.T for a transpose, {name} ** 2 for a power, W_Q for an index"
            raise typed.error(Code.EXAMPLE_NAME, what, fix, index)


def _check_brackets(typed: _Text) -> None:
    pairs = {")": "(", "]": "[", "}": "{"}
    open_at: list[tuple[int, str]] = []
    for index, character in bare(typed.text):
        if character in pairs.values():
            open_at.append((index, character))
        elif character in pairs and (not open_at or open_at.pop()[1] != pairs[character]):
            raise _unpaired(typed, index)
        if len(open_at) > MAX_DEPTH:
            what = f"Brackets are nested more than {MAX_DEPTH} deep"
            raise typed.error(Code.EXPRESSION_SYNTAX, what, "Name its parts as steps of their own", index)
    if open_at:
        raise _unpaired(typed, open_at[-1][0])


def _unpaired(typed: _Text, index: int) -> ExampleError:
    what = f"The brackets of {_short(typed.text)!r} do not pair{_CUT if typed.flow else ''}"
    fix = _AS_LIST if typed.flow else "Close each bracket that is opened, with its own kind"
    return typed.error(Code.EXPRESSION_SYNTAX, what, fix, index)


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 60 else f"{text[:59]}…"


def _syntax_error(typed: _Text, ascii_text: str, error: BaseException) -> ExampleError:
    message = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
    what = f"{_short(typed.text)!r} is no expression: {message}"
    places = [index for index, twin in twins(typed.text) for _ in twin]
    offset = error.offset if isinstance(error, SyntaxError) and error.offset is not None else 1
    # Python's 0 is the end: something is missing there.
    column = (offset - 1 if offset else len(ascii_text.strip()) - 1) + len(ascii_text) - len(ascii_text.lstrip())
    index = places[min(max(column, 0), len(places) - 1)]
    assigned = re.search(r"(?<![=<>!*/+-])=(?!=)", "".join(character for _, character in bare(typed.text)))
    if assigned and "invalid syntax" in message and "=" in ascii_text[column : column + 1]:
        return typed.error(Code.EXPRESSION_SYNTAX, what, "Compare with ==", index)
    return typed.error(Code.EXPRESSION_SYNTAX, what, "Write it as you would in Python", index)

"""The expressions of bases: the part of them that asks notes for what stands in them, and no more.

Source: https://help.obsidian.md/bases/functions. What is not known here raises UnsupportedError, so that a view is
shown as its author meant it or not at all. Nothing grows while it is computed, and no expression calls itself.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from zhixing.markdown.links import Wikilink
from zhixing.vault.note import Note
from zhixing.vault.vault import fold

Value = str | float | bool | None | list["Value"]
MAX_LENGTH = 2_000
MAX_DEPTH = 30
_NUMBER = re.compile(r"\s*[+-]?\d{1,30}(?:\.\d{1,30})?\s*", re.ASCII)
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d][\w-]*)|(?P<sign>&&|\|\||[=!<>]=|.))""",
    re.DOTALL,
)


class UnsupportedError(Exception):
    """What of an expression is not known here, by its name."""


@dataclass(slots=True)
class Row:
    """A note that is asked; `formulas` are those of its base, `known` their values so far, `inside` those begun."""

    note: Note
    formulas: Mapping[str, Expression]
    known: dict[str, Value] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)

    def formula(self, name: str) -> Value:
        """Return the value of a formula. Raises UnsupportedError for one that there is not, or that asks for itself."""
        if name not in self.formulas or name in self.inside:
            raise UnsupportedError(f"formula.{name}")
        if name not in self.known:
            self.inside.add(name)
            self.known[name] = self.formulas[name](self)
            self.inside.discard(name)
        return self.known[name]

    def property(self, name: str) -> Value:
        """Return a property of the note, in any case."""
        fields = self.note.frontmatter.fields
        if name.lower() in {"tags", "tag"}:
            return [*self.note.tags]
        found = fields.get(name) or next((one for key, one in fields.items() if key.lower() == name.lower()), None)
        return _plain(found.value) if found else None


Expression = Callable[[Row], Value]


def _plain(value: object) -> Value:
    """Return a property's value as expressions have them."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, str | bool) else str(value)


def parse(text: str) -> Expression:
    """Return an expression as what computes it. Raises UnsupportedError."""
    if len(text) > MAX_LENGTH:
        raise UnsupportedError(f"{text[:20]}…")
    parser = _Parser([found for found in _TOKEN.finditer(text.strip()) if found[0].strip()])
    expression = parser.read_or()
    if parser.at < len(parser.tokens):
        raise UnsupportedError(parser.peek())
    return expression


@dataclass(slots=True)
class _Parser:
    tokens: Sequence[re.Match[str]]
    at: int = 0
    depth: int = 0

    def peek(self) -> str:
        return self.tokens[self.at][0].strip() if self.at < len(self.tokens) else ""

    def take(self, *signs: str) -> str:
        """Return the next token and pass over it if it is one of these, "" if not."""
        sign = self.peek()
        if sign not in signs:
            return ""
        self.at += 1
        return sign

    def expect(self, sign: str) -> None:
        if not self.take(sign):
            raise UnsupportedError(self.peek() or sign)

    def read_or(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UnsupportedError("(")
        parts = [self._and()]
        while self.take("||"):
            parts.append(self._and())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else lambda row: any(is_true(part(row)) for part in parts)

    def _and(self) -> Expression:
        parts = [self._comparison()]
        while self.take("&&"):
            parts.append(self._comparison())
        return parts[0] if len(parts) == 1 else lambda row: all(is_true(part(row)) for part in parts)

    def _comparison(self) -> Expression:
        left = self._unary()
        sign = self.take("==", "!=", "<=", ">=", "<", ">")
        if not sign:
            return left
        right = self._unary()
        if sign in {"==", "!="}:
            return lambda row: is_same(left(row), right(row)) == (sign == "==")
        return lambda row: _compare(left(row), right(row), sign)

    def _unary(self) -> Expression:
        negated = False
        while self.take("!"):
            negated = not negated
        inside = self._postfix()
        return (lambda row: not is_true(inside(row))) if negated else inside

    def _postfix(self) -> Expression:
        expression = self._primary()
        while self.take("."):
            name = self._name()
            expression = self._call(name, expression) if self.peek() == "(" else _field(name, expression)
        return expression

    def _name(self) -> str:
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token is None or token["name"] is None:
            raise UnsupportedError(self.peek())
        self.at += 1
        return token["name"]

    def _arguments(self) -> list[Expression]:
        self.expect("(")
        found: list[Expression] = []
        while not self.take(")"):
            found.append(self.read_or())
            if not self.take(",") and self.peek() != ")":
                raise UnsupportedError(self.peek())
        return found

    def _call(self, name: str, of: Expression) -> Expression:
        arguments = self._arguments()
        if name not in _METHODS:
            raise UnsupportedError(f"{name}()")
        method = _METHODS[name]
        return lambda row: method(of(row), [one(row) for one in arguments])

    def _primary(self) -> Expression:
        if self.take("("):
            inside = self.read_or()
            self.expect(")")
            return inside
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token is None:
            raise UnsupportedError("…")
        if token["name"]:
            return self._named(self._name())
        self.at += 1
        if token["text"]:
            text = token["text"][1:-1]
            return lambda _: text
        if token["number"]:
            number = float(token["number"])
            return lambda _: number
        raise UnsupportedError(token[0].strip())

    def _named(self, name: str) -> Expression:
        """Return what a name at the start of an expression means."""
        if name in {"true", "false", "null"}:
            constant = {"true": True, "false": False, "null": None}[name]
            return lambda _: constant
        if self.peek() == "(":
            return self._function(name)
        if name == "file":
            return self._file()
        if name in {"note", "formula"}:
            return self._of(name)
        if name == "this":
            raise UnsupportedError(name)
        return lambda row: row.property(name)

    def _of(self, name: str) -> Expression:
        if self.take("["):
            text = self.tokens[self.at]["text"] if self.at < len(self.tokens) else None
            if text is None:
                raise UnsupportedError(self.peek())
            self.at += 1
            self.expect("]")
            key = text[1:-1]
        else:
            self.expect(".")
            key = self._name()
        return (lambda row: row.formula(key)) if name == "formula" else (lambda row: row.property(key))

    def _function(self, name: str) -> Expression:
        arguments = self._arguments()
        if name == "if" and len(arguments) in {2, 3}:
            condition, then, *other = arguments
            return lambda row: then(row) if is_true(condition(row)) else other[0](row) if other else None
        if name not in _FUNCTIONS or len(arguments) != 1:
            raise UnsupportedError(f"{name}()")
        function = _FUNCTIONS[name]
        return lambda row: function(arguments[0](row))

    def _file(self) -> Expression:
        self.expect(".")
        name = self._name()
        if name == "properties" or (self.peek() != "(" and name not in _FILE):
            raise UnsupportedError(f"file.{name}")
        if self.peek() != "(":
            read = _FILE[name]
            return lambda row: read(row.note)
        arguments = self._arguments()
        if name not in _ASKED:
            raise UnsupportedError(f"file.{name}()")
        ask = _ASKED[name]
        return lambda row: any(ask(row.note, as_text(one(row))) for one in arguments)


# Values.


def is_true(value: Value) -> bool:
    """Return whether a filter takes a value for true."""
    return value not in (None, "", 0, False) and value != []


def as_text(value: Value) -> str:
    """Return a value as text."""
    if isinstance(value, list):
        return ", ".join(map(as_text, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return value or ""


def as_number(value: Value) -> float | None:
    """Return a value as a number, None where it is none."""
    if isinstance(value, float | bool):
        return float(value)
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _target(text: str) -> str:
    """Return the name of the note that a wikilink, or a path, names."""
    link = Wikilink.parse(text)
    return fold(PurePosixPath(link.path if link else text).name).removesuffix(".md")


def is_same(one: Value, other: Value) -> bool:
    """Return whether two values are equal: numbers as numbers, links by the notes that they name."""
    if isinstance(one, list) or isinstance(other, list):
        return one == other
    number, second = as_number(one), as_number(other)
    if number is not None and second is not None:
        return number == second
    if isinstance(one, str) and isinstance(other, str) and (Wikilink.parse(one) or Wikilink.parse(other)):
        return _target(one) == _target(other)
    return one == other


_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def _compare(one: Value, other: Value, sign: str) -> bool:
    """Return how values compare: as numbers where both are, else as texts, which dates are; nothing with nothing."""
    if one is None or other is None:
        return False
    number, second = as_number(one), as_number(other)
    if number is not None and second is not None:
        return bool(_SIGNS[sign](number, second))
    return bool(_SIGNS[sign](as_text(one), as_text(other)))


def _field(name: str, of: Expression) -> Expression:
    if name != "length":
        raise UnsupportedError(f".{name}")

    def length(row: Row) -> Value:
        value = of(row)
        return float(len(value)) if isinstance(value, str | list) else 0.0

    return length


def _contains(value: Value, wanted: Value) -> bool:
    if isinstance(value, list):
        return any(is_same(one, wanted) for one in value)
    return as_text(wanted).lower() in as_text(value).lower()


_Method = Callable[[Value, list[Value]], Value]
_METHODS: dict[str, _Method] = {
    "contains": lambda value, wanted: any(_contains(value, one) for one in wanted),
    "containsAny": lambda value, wanted: any(_contains(value, one) for one in wanted),
    "containsAll": lambda value, wanted: all(_contains(value, one) for one in wanted),
    "isEmpty": lambda value, _: value in (None, "") or value == [],
    "startsWith": lambda value, wanted: any(as_text(value).startswith(as_text(one)) for one in wanted),
    "endsWith": lambda value, wanted: any(as_text(value).endswith(as_text(one)) for one in wanted),
    "lower": lambda value, _: as_text(value).lower(),
    "trim": lambda value, _: as_text(value).strip(),
    "toString": lambda value, _: as_text(value),
    "isTruthy": lambda value, _: is_true(value),
}
_FUNCTIONS: dict[str, Callable[[Value], Value]] = {
    "list": lambda value: value if isinstance(value, list) else [value],
    "number": as_number,
    "date": as_text,
    "link": lambda value: f"[[{as_text(value)}]]",
}


def _folder(note: Note) -> str:
    return "" if note.path.parent == PurePosixPath() else str(note.path.parent)


def _has_tag(note: Note, wanted: str) -> bool:
    name = fold(wanted.removeprefix("#"))
    return any(fold(tag) == name or fold(tag).startswith(f"{name}/") for tag in note.tags)


def _is_in(note: Note, folder: str) -> bool:
    return f"{_folder(note)}/".startswith(f"{folder.strip('/')}/") or not folder.strip("/")


_FILE: dict[str, Callable[[Note], Value]] = {
    "name": lambda note: note.name,
    "basename": lambda note: note.name,
    "path": lambda note: str(note.path),
    "folder": _folder,
    "ext": lambda note: note.path.suffix[1:],
    "tags": lambda note: [*note.tags],
    "aliases": lambda note: [*note.aliases],
    "links": lambda note: [f"[[{link.path}]]" for link in note.links if link.path],
}
_ASKED: dict[str, Callable[[Note, str], bool]] = {
    "hasTag": _has_tag,
    "inFolder": _is_in,
    "hasLink": lambda note, name: any(_target(link.path) == _target(name) for link in note.links if link.path),
    "hasProperty": lambda note, name: any(key.lower() == name.lower() for key in note.frontmatter.fields),
}

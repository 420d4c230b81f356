"""The expressions of bases, as far as they ask notes for what is in them.

Source: https://help.obsidian.md/bases/functions. What is not known here raises UnsupportedError, so that a view is
shown as its author meant it or not at all. No text grows beyond a bound, and no expression calls itself.
"""

from __future__ import annotations

import math
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
MAX_TEXT = 10_000
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?!\d)", re.ASCII)
_NUMBER = re.compile(r"\s*[+-]?\d{1,30}(?:\.\d{1,30})?\s*", re.ASCII)
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d][\w-]*)|(?P<sign>&&|\|\||[=!<>]=|.))""",
    re.DOTALL,
)


class UnsupportedError(Exception):
    """What of an expression is not known here, by its name."""


@dataclass(slots=True)
class Row:
    """A note that is asked; `formulas` are those of its base, `known` their values so far, `inside` those begun.

    `this` is the note that the base stands in, None for a base that is a file of its own.
    """

    note: Note
    formulas: Mapping[str, Expression]
    known: dict[str, Value] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)
    this: Note | None = None

    def formula(self, name: str) -> Value:
        """Return the value of a formula. Raises UnsupportedError for one that there is not, or that asks for itself."""
        if name not in self.formulas or name in self.inside:
            raise UnsupportedError(f"formula.{name}")
        if name not in self.known:
            self.inside.add(name)
            self.known[name] = self.formulas[name](self)
            self.inside.discard(name)
        return self.known[name]

    def host(self) -> Note:
        """Return the note that the base stands in. Raises UnsupportedError where it stands in none."""
        if self.this is None:
            raise UnsupportedError("this")
        return self.this


Expression = Callable[[Row], Value]
# The note that a part of an expression asks: the row's own, or the one that the base stands in.
_Asked = Callable[[Row], Note]


def _own(row: Row) -> Note:
    return row.note


def find_property(note: Note, name: str) -> Value:
    """Return a property of a note, in any case."""
    fields = note.frontmatter.fields
    if name.lower() in {"tags", "tag"}:
        return [*note.tags]
    found = fields.get(name) or next((one for key, one in fields.items() if key.lower() == name.lower()), None)
    return _plain(found.value) if found else None


def _link_to(note: Note) -> str:
    return f"[[{note.path.with_suffix('')}|{note.name}]]"


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
        left = self._sum()
        sign = self.take("==", "!=", "<=", ">=", "<", ">")
        if not sign:
            return left
        right = self._sum()
        if sign in {"==", "!="}:
            return lambda row: is_same(left(row), right(row)) == (sign == "==")
        return lambda row: _compare(left(row), right(row), sign)

    def _sum(self) -> Expression:
        found = self._product()
        while sign := self.take("+", "-"):
            found = _calculation(sign, found, self._product())
        return found

    def _product(self) -> Expression:
        found = self._unary()
        while sign := self.take("*", "/", "%"):
            found = _calculation(sign, found, self._unary())
        return found

    def _unary(self) -> Expression:
        if self.take("-"):
            return _calculation("-", lambda _: 0.0, self._postfix())
        negated = False
        while self.take("!"):
            negated = not negated
        inside = self._postfix()
        return (lambda row: not is_true(inside(row))) if negated else inside

    def _postfix(self) -> Expression:
        expression = self._primary()
        while sign := self.take(".", "["):
            if sign == "[":
                index = self.read_or()
                self.expect("]")
                expression = _item(expression, index)
                continue
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
            return self._file(_own)
        if name in {"note", "formula"}:
            return self._of(name)
        if name == "this":
            return self._this()
        return lambda row: find_property(row.note, name)

    def _this(self) -> Expression:
        """Return what is asked of the note that the base stands in: the note itself, its file, or a property."""
        if not self.take("."):
            return lambda row: _link_to(row.host())
        name = self._name()
        return self._file(Row.host) if name == "file" else lambda row: find_property(row.host(), name)

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
        return (lambda row: row.formula(key)) if name == "formula" else (lambda row: find_property(row.note, key))

    def _function(self, name: str) -> Expression:
        arguments = self._arguments()
        if name == "if" and len(arguments) in {2, 3}:
            condition, then, *other = arguments
            return lambda row: then(row) if is_true(condition(row)) else other[0](row) if other else None
        if name in _OF_SEVERAL and arguments:
            choose = _OF_SEVERAL[name]
            return lambda row: choose([one(row) for one in arguments])
        if name not in _FUNCTIONS or len(arguments) != 1:
            raise UnsupportedError(f"{name}()")
        function = _FUNCTIONS[name]
        return lambda row: function(arguments[0](row))

    def _file(self, asked: _Asked) -> Expression:
        if not self.take("."):
            return lambda row: _link_to(asked(row))
        name = self._name()
        if name == "properties" or (self.peek() != "(" and name not in _FILE):
            raise UnsupportedError(f"file.{name}")
        if self.peek() != "(":
            read = _FILE[name]
            return lambda row: read(asked(row))
        arguments = self._arguments()
        if name == "asLink":
            return lambda row: _link_to(asked(row))
        if name not in _ASKED:
            raise UnsupportedError(f"file.{name}()")
        ask = _ASKED[name]
        return lambda row: any(ask(asked(row), as_text(one(row))) for one in arguments)


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


def _calculation(sign: str, left: Expression, right: Expression) -> Expression:
    return lambda row: _calculate(sign, left(row), right(row))


def _calculate(sign: str, one: Value, other: Value) -> Value:
    """Return a sum, difference, product, quotient or remainder of numbers, or two texts in a row.

    Raises UnsupportedError for dates, which have their own arithmetic, and for what grows too long.
    """
    number, second = as_number(one), as_number(other)
    if number is not None and second is not None:
        return _of_numbers(sign, number, second)
    if one is None or other is None:
        return None
    if sign != "+" or isinstance(one, list) or isinstance(other, list) or any(map(_is_date, (one, other))):
        raise UnsupportedError(sign)
    return _check_length(as_text(one) + as_text(other))


_OPERATIONS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
}


def _of_numbers(sign: str, one: float, other: float) -> Value:
    if sign in "/%" and other == 0:
        return None
    found = _OPERATIONS[sign](one, other)
    return found if math.isfinite(found) else None


def _is_date(value: Value) -> bool:
    return isinstance(value, str) and _DATE.match(value) is not None


def _check_length(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise UnsupportedError("…")
    return text


def _item(of: Expression, index: Expression) -> Expression:
    def item(row: Row) -> Value:
        value, at = of(row), as_number(index(row))
        if not isinstance(value, list) or at is None or at != int(at) or not 0 <= at < len(value):
            return None
        return value[int(at)]

    return item


def _field(name: str, of: Expression) -> Expression:
    if name in _OF_DATES:
        first, last = _OF_DATES[name]
        return lambda row: float(found[first:last]) if _is_date(found := as_text(of(row))) else None
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
    "join": lambda value, wanted: _join(_items(value), as_text(_one(wanted))),
    "unique": lambda value, _: [*{repr(one): one for one in _items(value)}.values()],
    "reverse": lambda value, _: _items(value)[::-1] if isinstance(value, list) else as_text(value)[::-1],
    "sort": lambda value, _: sorted(_items(value), key=_rank),
    "slice": lambda value, wanted: _slice(value, [as_number(one) for one in wanted]),
    "split": lambda value, wanted: [*as_text(value).split(as_text(_one(wanted)) or None)],
    "replace": lambda value, wanted: _replace(as_text(value), wanted),
    "title": lambda value, _: as_text(value).title(),
    "abs": lambda value, _: _round(value, abs),
    "ceil": lambda value, _: _round(value, math.ceil),
    "floor": lambda value, _: _round(value, math.floor),
    "round": lambda value, wanted: _round(value, lambda number: _half_up(number, _digits(wanted))),
    "toFixed": lambda value, wanted: _fixed(value, _digits(wanted)),
}


def _one(arguments: list[Value]) -> Value:
    return arguments[0] if arguments else ""


def _items(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _rank(value: Value) -> tuple[int, float, str]:
    number = as_number(value)
    return (1, number, "") if number is not None else (2, 0.0, as_text(value))


def _join(values: list[Value], between: str) -> Value:
    if len(values) * len(between) > MAX_TEXT:
        raise UnsupportedError("…")
    return _check_length(between.join(map(as_text, values)))


def _slice(value: Value, ends: list[float | None]) -> Value:
    first, last = ([int(one) if one is not None else None for one in ends] + [None, None])[:2]
    return value[first:last] if isinstance(value, list) else as_text(value)[first:last]


def _replace(text: str, wanted: list[Value]) -> Value:
    if len(wanted) != 2 or not as_text(wanted[0]):
        raise UnsupportedError("replace()")
    old, new = map(as_text, wanted)
    if len(text) + text.count(old) * len(new) > MAX_TEXT:
        raise UnsupportedError("…")
    return text.replace(old, new)


def _digits(wanted: list[Value]) -> int:
    return int(min(max(as_number(_one(wanted)) or 0, 0), 20))


def _half_up(number: float, digits: int) -> float:
    """Return a number rounded to so many digits, halves up, where Python would round them to the even digit."""
    return math.floor(number * 10.0**digits + 0.5) / 10.0**digits


def _round(value: Value, function: Callable[[float], float]) -> Value:
    number = as_number(value)
    return None if number is None else float(function(number))


def _fixed(value: Value, digits: int) -> Value:
    number = as_number(value)
    return None if number is None else f"{number:.{digits}f}"


def _extreme(choose: Callable[[list[float]], float]) -> Callable[[list[Value]], Value]:
    def find(values: list[Value]) -> Value:
        numbers = [number for value in values for one in _items(value) if (number := as_number(one)) is not None]
        return choose(numbers) if numbers else None

    return find


_OF_SEVERAL: Mapping[str, Callable[[list[Value]], Value]] = {
    "min": _extreme(min),
    "max": _extreme(max),
    "link": lambda values: f"[[{'|'.join(as_text(one).strip('[]') for one in values[:2])}]]",
}
# The characters of a date that say its year, month and so on.
_OF_DATES = {"year": (0, 4), "month": (5, 7), "day": (8, 10)}
_FUNCTIONS: dict[str, Callable[[Value], Value]] = {
    "list": lambda value: value if isinstance(value, list) else [value],
    "number": as_number,
    "date": as_text,
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
    "embeds": lambda note: [f"[[{link.path}]]" for link in note.links if link.path and link.embed],
}
_ASKED: dict[str, Callable[[Note, str], bool]] = {
    "hasTag": _has_tag,
    "inFolder": _is_in,
    "hasLink": lambda note, name: any(_target(link.path) == _target(name) for link in note.links if link.path),
    "hasProperty": lambda note, name: any(key.lower() == name.lower() for key in note.frontmatter.fields),
}

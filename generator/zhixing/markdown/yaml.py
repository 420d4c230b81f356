"""A strict reading of YAML that keeps what the author typed: each scalar's text, quoting and place.

YAML's own ideas of types are not used (`no` is no boolean, `1:30` no number), and what can surprise is refused: tags,
anchors, repeated keys, keys that are not plain text. Full-width colons and leading tabs, which Chinese input methods
and Obsidian make, are met with a message and with four spaces.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from zhixing.problems import Code, Problem
from zhixing.source import Source, Span

# What YAML holds, as it was typed: scalars, lists and mappings, each with its place.

_HEX = {"x": 2, "u": 4, "U": 8}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as typed. `quoted` tells `"00"` from `00`; `block` marks the `|` and `>` styles,
    `flow` what stands in [ ] or { }, where YAML splits at commas.

    `span` covers the quotes too. `places` holds the offset of each character of `text` where YAML made the text of
    what stands there (folded lines, escapes); it is empty where the text stands as it is.
    """

    text: str
    span: Span
    quoted: bool = False
    block: bool = False
    flow: bool = False
    places: tuple[int, ...] = ()

    @property
    def inner(self) -> Span:
        """The place of the text, without quotes."""
        return Span(self.span.start + self.quoted, self.span.end - self.quoted)

    def offset(self, index: int) -> int:
        """Return where a character of the text stands in the note."""
        if not self.text:
            return self.span.start
        last = min(index, len(self.text) - 1)
        return self.places[last] if self.places else self.inner.start + last

    def part(self, start: int, end: int) -> Span:
        """Return where `text[start:end]` stands in the note."""
        return Span(self.offset(start), self.offset(end - 1) + 1)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their nodes, in the order written."""

    items: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, name: str) -> Node | None:
        """Return the node under a key, or None."""
        return next((node for key, node in self.items if key.text == name), None)


Node = Scalar | Sequence | Mapping


def places_of(typed: str, text: str, start: int, *, quote: str) -> tuple[int, ...]:
    """Return where each character of a scalar's text stands, `typed` being what stands from `start` on.

    YAML folds lines, drops indentation and reads escapes; every other character of the text stands there in order.
    """
    if typed.startswith(text):
        return ()
    places: list[int] = []
    at = 0
    for character in text:
        if not character.isspace():
            at = _skip_space(typed, at, quote)
        places.append(start + min(at, len(typed) - 1))
        if not character.isspace() or typed[at : at + 1] in (character, "\\" if quote == '"' else character):
            at += _width(typed, at, quote)
    return tuple(places)


def _skip_space(typed: str, at: int, quote: str) -> int:
    """Pass over white space, and over the backslash that folds a line in double quotes."""
    while at < len(typed):
        folds = quote == '"' and typed[at] == "\\" and typed[at + 1 : at + 2] in ("\r", "\n")
        if not typed[at].isspace() and not folds:
            break
        at += 1
    return at


def _width(typed: str, at: int, quote: str) -> int:
    """Return how many characters stand for one: two or more in an escape."""
    if quote == "'" and typed.startswith("''", at):
        return 2
    if quote == '"' and typed[at : at + 1] == "\\":
        return 2 + _HEX.get(typed[at + 1 : at + 2], 0)
    return 1


# What YAML's own messages mean to somebody who writes a note, and in Chinese.

_WIDE = re.compile(r"[ \t]*(?:- )?[^\s:'\"#\[{：]+(：)")
_MEANINGS = (
    (
        "mapping values are not allowed",
        "A second colon stands in this value",
        "Put it in quotes, or line this key up with those above",
    ),
    (
        "expected ',' or",
        "A bracket is not closed, or a comma is missing",
        "Close the [ ] or { }, part values by commas",
    ),
    (
        "expected node content",
        "A value is missing, or a bracket is not closed",
        "Give the value, and close [ ] and { }",
    ),
    ("could not find expected ':'", "A key has no colon", "Write “key: value”, with a space behind the colon"),
    ("cannot start any token", "A value cannot begin with this character", "Put the value in quotes"),
    ("a tab character", "A tab stands where YAML allows only spaces", "Indent with spaces"),
    ("unexpected end of stream", "A quote is never closed", "Close it, or put the value in the other quotes"),
    ("unknown escape character", "A backslash in double quotes is an escape", "Use single quotes"),
    ("expected <document start>", "A second YAML document begins here", "Declare each example in its own block"),
    ("found another document", "A second YAML document begins here", "Declare each example in its own block"),
    ("block sequence entries are not allowed", "A list begins where none can", "Begin it on a line of its own"),
    (
        "did not find expected key",
        "This line is indented like no line above it",
        "Line it up with the keys it belongs to",
    ),
    ("expected <block end>", "This line is indented like no line above it", "Line it up with the keys it belongs to"),
    ("expected '-' indicator", "This line is indented like the list above it", "Begin it with “- ”, or line it up"),
)


WIDE = ("A full-width colon “：” stands where YAML needs “: ”", "Type an ASCII colon and a space")


def explained(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str, str]:
    """Return the index in the text where an error is, what is wrong, and how to fix it."""
    mark = error.problem_mark or error.context_mark
    index = mark.index if mark else 0
    wide = wide_colon(text, index)
    if wide is not None:
        return wide, *WIDE
    if text[index : index + 1] == "[" and re.match(r"\w", text[index - 1 : index]):
        what = "A name with brackets cannot be a key in { }"
        return index, what, "Write each name on a line of its own"
    message = str(error.problem or error.context)
    if "quoted scalar" in str(error.context) and error.context_mark:
        index = error.context_mark.index
    for part, what, fix in _MEANINGS:
        if part in message:
            return index, what, fix
    return index, f"This YAML cannot be read: {message}", "Check the indentation, quotes and brackets before this place"


def wide_colon(text: str, before: int) -> int | None:
    """Return where a full-width colon parts a key from its value, in the line of an error or the last before it."""
    end = text.find("\n", before)
    lines = text[: end if end >= 0 else len(text)].split("\n")
    start = sum(len(line) + 1 for line in lines)
    for tried, line in enumerate(reversed([line for line in lines if line.strip()])):
        start = text.rindex(line, 0, start)
        if match := _WIDE.match(line):
            return start + match.start(1)
        if tried:
            break
    return None


_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_LENGTH = 100_000
MAX_DEPTH = 20
# What YAML refuses, and what it takes for a line end though nobody can see it.
_UNREADABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\ufeff\u2028\u2029]|\r(?!\n)"
)


def _index(mark: yaml.error.Mark | yaml._yaml.Mark | None) -> int:
    return mark.index if mark else 0


@dataclass
class _Reader:
    """One reading: the text given to YAML, and how its places map back to the note's offsets.

    `lines` holds for each line where it begins in the text given to YAML and in the note, and how many characters of
    indentation it has in each.
    """

    source: Source
    content: Span
    problems: list[Problem] = field(default_factory=list)
    lines: list[tuple[int, int, int, int]] = field(default_factory=list)

    def text(self) -> str:
        """Return the block with leading tabs as four spaces and plain line ends; remember how to map back."""
        lines: list[str] = []
        start, begins = self.content.start, 0
        for line in self.content.of(self.source.text).split("\n"):
            typed = len(line) - len(line.lstrip(" \t"))
            indent = line[:typed].replace("\t", "    ")
            self.lines.append((begins, start, len(indent), typed))
            lines.append(indent + line[typed:].removesuffix("\r"))
            start += len(line) + 1
            begins += len(lines[-1]) + 1
        return "\n".join(lines)

    def offset(self, index: int) -> int:
        begins, start, indent, typed = self.lines[bisect_right(self.lines, (index, self.content.end + 1)) - 1]
        column = index - begins
        return min(start + (column - indent + typed if column >= indent else 0), self.content.end)

    def span(self, node: yaml.Node) -> Span:
        return Span(self.offset(_index(node.start_mark)), self.offset(_index(node.end_mark)))

    def report(self, index: int, what: str, fix: str) -> None:
        self.problems.append(self.source.problem(Code.EXAMPLE_YAML, self.offset(index), what, fix))

    def refuse_events(self, text: str) -> None:
        """Report tags, anchors and aliases, and stop at nesting that no example needs."""
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                self.report(_index(event.start_mark), f"This YAML is nested more than {MAX_DEPTH} deep", "Flatten it")
                return
            if getattr(event, "anchor", None):
                self.report(
                    _index(event.start_mark), "Anchors and aliases (& and *) are not read", "Write the value out"
                )
            if tag := getattr(event, "tag", None):
                self.report(_index(event.start_mark), f"The tag {tag!r} is not read", "Remove it, or quote the value")

    def convert(self, node: yaml.Node, *, flow: bool = False) -> Node:
        """Return a node as typed; `flow` says that it stands in [ ] or { }."""
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, flow=flow)
        flow = isinstance(node, yaml.CollectionNode) and bool(node.flow_style)
        if isinstance(node, yaml.SequenceNode):
            return Sequence(tuple(self.convert(item, flow=flow) for item in node.value), self.span(node))
        return Mapping(tuple(self._pairs(node, flow=flow)), self.span(node))

    def _scalar(self, node: yaml.ScalarNode, *, flow: bool) -> Scalar:
        span, style = self.span(node), node.style or ""
        quoted, block = style in ("'", '"'), style in ("|", ">")
        start = span.start + quoted
        if block:  # its text begins on the line below the | or >
            start = self.source.text.find("\n", start, span.end) + 1 or span.end
        typed = self.source.text[start : span.end]
        return Scalar(node.value, span, quoted, block, flow, places_of(typed, node.value, start, quote=style))

    def _pairs(self, node: yaml.Node, *, flow: bool) -> Iterator[tuple[Scalar, Node]]:
        seen: set[str] = set()
        for key_node, value in node.value:
            key = self.convert(key_node, flow=flow)
            if not isinstance(key, Scalar):
                self.report(_index(key_node.start_mark), "A key is a list or a mapping", "Use plain text as the key")
            elif key.text in seen:
                self.report(_index(key_node.start_mark), f"The key {key.text!r} stands twice", "Keep one of them")
            else:
                seen.add(key.text)
                yield key, self.convert(value, flow=flow)


def read_yaml(source: Source, content: Span) -> tuple[Node | None, list[Problem]]:
    """Read the YAML in a part of a note. Where it cannot be read, the node is None and the problems say why."""
    if refused := _refused(source, content):
        return None, [refused]
    reader = _Reader(source, content)
    text = reader.text()
    try:
        reader.refuse_events(text)
        if reader.problems:
            return None, reader.problems
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        reader.report(*explained(error, text))
        return None, reader.problems
    if node is None:
        return None, [source.problem(Code.EXAMPLE_YAML, content, "The block is empty", "Declare an example in it")]
    return reader.convert(node), reader.problems


def _refused(source: Source, content: Span) -> Problem | None:
    """Return the problem of a block that is not even handed to YAML."""
    if content.end - content.start > MAX_LENGTH:
        what = f"This block is longer than {MAX_LENGTH:,} characters"
        return source.problem(Code.EXAMPLE_YAML, content, what, "Split it into several examples")
    found = _UNREADABLE.search(source.text, content.start, content.end)
    if found:
        what = f"The character U+{ord(found[0]):04X} is not read"
        return source.problem(Code.EXAMPLE_YAML, found.start(), what, "Remove it")
    return None

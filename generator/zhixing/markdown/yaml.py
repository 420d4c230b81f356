"""YAML as a tree of what its author typed, each node with its place, and an explanation of each mistake.

This is the one reader of YAML: of frontmatter, of the blocks that declare examples and lists, and of mkdocs.yml.
YAML's types are not resolved (`no` is no boolean, `1:30` no number). What can surprise is refused: tags, anchors, keys
that stand twice, keys that are not plain text. The tree is built from the parser's events in one pass with a stack of
its own, so neither depth nor aliases can exhaust anything.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence as Items
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
    what stands there (folded lines, escapes); it is empty where the text stands as it is. `tag` is the tag before it,
    which only a dialect that passes over tags leaves here.
    """

    text: str
    span: Span
    quoted: bool = False
    block: bool = False
    flow: bool = False
    places: tuple[int, ...] = ()
    tag: str = ""

    @property
    def plain(self) -> bool:
        """Whether it is written without quotes, `|` and `>`."""
        return not (self.quoted or self.block)

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
    """Keys with their nodes, in the order written.

    Left out are `repeated`, keys that stood here already, and `unread`, the places of keys that are no text.
    """

    items: tuple[tuple[Scalar, Node], ...]
    span: Span
    repeated: tuple[Scalar, ...] = ()
    unread: tuple[Span, ...] = ()

    def get(self, name: str) -> Node | None:
        """Return the node under a key, or None."""
        return next((node for key, node in self.items if key.text == name), None)


Node = Scalar | Sequence | Mapping


def find_wide_colon(node: Node) -> int | None:
    """Return where a full-width colon stands in a plain scalar, None where there is none.

    A text where a mapping is needed usually is a mapping whose colons are full-width.
    """
    at = node.text.find("：") if isinstance(node, Scalar) and node.plain else -1
    return node.offset(at) if isinstance(node, Scalar) and at >= 0 else None


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
    """Return the place behind white space, and behind a backslash that folds a line in double quotes."""
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


# What each use of YAML allows.


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one use of YAML allows, and the code of its problems.

    `own` is a block that zhixing alone reads: tabs in its indentation count as four spaces, and characters that nobody
    sees are refused. What Obsidian or MkDocs read too has to be read as they do. `empty` says what belongs in a block
    that must not be empty. `passes_tags` lets tags, anchors and aliases stand; tags are not executed.
    """

    code: Code
    name: str
    shorten: str
    own: bool = False
    empty: str = ""
    length: int = 100_000
    depth: int = 20
    passes_tags: bool = False


FRONTMATTER = Dialect(Code.FRONTMATTER_INVALID, "The frontmatter", "Move text into the note")
EXAMPLE = Dialect(
    Code.EXAMPLE_YAML, "This block", "Split it into several examples", own=True, empty="Declare an example in it"
)
LIST = Dialect(
    Code.LIST_INVALID, "This block", "Remove what is no key of a list", own=True, empty="Say `id:` and `of:`"
)
PROJECT = Dialect(
    Code.CONFIG_INVALID, "This file", "Split it, or name the notes with --vault DIR", length=5_000_000, depth=100,
    passes_tags=True,
)  # fmt: skip


# The text as it is given to the parser, and the way back to the note's offsets.

# What no YAML may hold. libyaml takes the characters of the second set for line ends or passes over them; Obsidian does
# not, so where Obsidian reads too they become a space that means nothing to YAML.
_UNREADABLE = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_INVISIBLE = "[\x85\ufeff\u2028\u2029]"
_REFUSED = re.compile(_UNREADABLE)
_REFUSED_IN_OWN = re.compile(f"{_UNREADABLE}|{_INVISIBLE}|\r(?!\n)")
_SPACES = dict.fromkeys(map(ord, "\x85\ufeff\u2028\u2029"), "\xa0")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line: where it begins in the text for the parser and in the note, and its indentation in each."""

    begins: int
    start: int
    indent: int
    typed: str


class _Block:
    """A part of a note as the text that the parser reads."""

    def __init__(self, source: Source, content: Span, dialect: Dialect) -> None:
        self.source = source
        self.content = content
        self.dialect = dialect
        self.lines: list[_Line] = []
        self.text = self._prepare()
        self.begins = [line.begins for line in self.lines]

    def _prepare(self) -> str:
        """Return the text with plain line ends, and with leading tabs as four spaces where the dialect says so."""
        lines: list[str] = []
        start, begins = self.content.start, 0
        for line in self.content.of(self.source.text).split("\n"):
            typed = line[: len(line) - len(line.lstrip(" \t"))]
            indent = typed.replace("\t", "    ") if self.dialect.own else typed
            self.lines.append(_Line(begins, start, len(indent), typed))
            lines.append(indent + line[len(typed) :].removesuffix("\r"))
            start += len(line) + 1
            begins += len(lines[-1]) + 1
        text = "\n".join(lines)
        return text if self.dialect.own else text.translate(_SPACES)

    def line(self, index: int) -> int:
        """Return the number of the line, from 0, in which an index of the text stands."""
        return bisect_right(self.begins, index) - 1

    def offset(self, index: int) -> int:
        """Return where the character at an index of the text stands in the note."""
        line = self.lines[self.line(index)]
        column = index - line.begins
        in_line = column - line.indent + len(line.typed) if column >= line.indent else 0
        return min(line.start + in_line, self.content.end)

    def problem(self, index: int, what: str, fix: str) -> Problem:
        """Return a problem at an index of the text."""
        return self.source.problem(self.dialect.code, self.offset(index), what, fix)


def _index(mark: yaml.error.Mark | yaml._yaml.Mark | None) -> int:
    return mark.index if mark else 0


# What the parser's messages mean to somebody who writes a note, and in Chinese.

WIDE = ("A full-width colon “：” stands where YAML needs “: ”", "Type an ASCII colon and a space")
_SECOND_COLON = (
    "A second colon stands in this value",
    "Put it in quotes, or line this key up with those above",
)
_NO_LINE = "This line is indented like no line above it"
_TAB = ("A tab stands where YAML allows only spaces", "Indent with spaces")
_MIXED = ("A tab stands in this indentation, and spaces in that of lines around it", "Indent every line with spaces")
_MEANINGS = (
    ("mapping values are not allowed", *_SECOND_COLON),
    ("expected ',' or", "A comma is missing before this", "Part values by commas"),
    ("expected node content", "A value is missing", "Give the value, or remove the comma or colon before it"),
    ("could not find expected ':'", "A key has no colon", "Write “key: value”, with a space behind the colon"),
    ("cannot start any token", "A value cannot begin with this character", "Put the value in quotes"),
    ("alphabetic or numeric character", "A value cannot begin with this character", "Put the value in quotes"),
    ("a tab character", *_TAB),
    ("unexpected end of stream", "A quote is never closed", "Close it, or put the value in the other quotes"),
    ("unknown escape character", "A backslash in double quotes is an escape", "Use single quotes"),
    ("expected <document start>", "A second YAML document begins here", "Remove the line of `...` or `---` above it"),
    ("block sequence entries are not allowed", "A list begins where none can", "Begin it on a line of its own"),
    ("did not find expected key", _NO_LINE, "Line it up with the keys it belongs to"),
    ("expected <block end>", _NO_LINE, "Line it up with the keys it belongs to"),
    ("expected '-' indicator", "This line is indented like the list above it", "Begin it with “- ”, or line it up"),
)
# Messages whose cause may be the indentation, or the colon, of this line or of the one before.
_STRUCTURAL = (
    "mapping values are not allowed", "could not find expected ':'", "did not find expected key",
    "expected <block end>", "expected '-' indicator", "block sequence entries are not allowed",
)  # fmt: skip
_IN_BRACKETS = ("expected ',' or", "expected node content", "could not find expected ':'")
_CLOSERS = {"[": "]", "{": "}"}
# A key with a full-width colon at the beginning of a line; axes in brackets may stand before the colon.
_WIDE_KEY = re.compile(
    r"[ \t]*+(?:(?>- ))*+[^\s:'\"#\[\]{}：][^:'\"#\[\]{}：\n]*+(?:(?>\[[^\[\]：\n]*+\]))?+[ \t]*+(：)"
)
# Strings in flow collections begin behind a space or an indicator; brackets inside them mean nothing.
_BRACKET = re.compile(r"""(?<=[\s\[{,:])(?:'(?:(?>[^']|''))*+'|"(?:[^"\\]|\\.)*+"|\#[^\n]*+)|[\[\]{}]""", re.DOTALL)


def _explain(error: yaml.MarkedYAMLError, block: _Block, bracket: int | None) -> Problem:
    """Return the problem that a parser's error means; `bracket` is where the outermost open bracket stands, if any."""
    text, message = block.text, str(error.problem or error.context)
    index = _index(error.problem_mark or error.context_mark)
    begun = _index(error.context_mark) if error.context_mark else index
    structural = any(part in message for part in _STRUCTURAL)
    wide = _find_wide_key(text, index, begun, structural=structural)
    if wide is not None:
        return block.problem(wide, *WIDE)
    if text[index : index + 1] == "[" and re.match(r"\w", text[index - 1 : index]):
        return block.problem(
            index, "A name with brackets cannot be a key in { }", "Write each name on a line of its own"
        )
    if (tab := _find_tab(block, index, begun, structural=structural)) is not None:
        return block.source.problem(block.dialect.code, tab, *(_MIXED if block.dialect.own else _TAB))
    brackets = bracket is not None and any(part in message for part in _IN_BRACKETS)
    if brackets and (found := _explain_bracket(text, bracket or 0)) is not None:
        return block.problem(*found)
    if "unexpected end of stream" in message or "could not find expected ':'" in message:
        return block.problem(begun, *_meaning(message))
    return block.problem(*_explain_place(text, index, message))


def _explain_place(text: str, index: int, message: str) -> tuple[int, str, str]:
    """Return what an error means by the character at which it was noticed, else by its message."""
    before = text[text.rfind("\n", 0, index) + 1 : index]
    if text[index : index + 1] in ("]", "}"):
        return index, f"Nothing is open that “{text[index]}” could close", "Remove it, or put the value in quotes"
    if "did not find expected key" in message and before.strip():
        return index, "More text stands behind the end of this value", "Put the whole value in quotes"
    if "did not find expected key" in message and text[index : index + 1] == "-":
        return index, "A list item stands among keys", "Put it below the key that it belongs to"
    if "expected ',' or" in message and text[index : index + 1] == ":":
        return index, *_SECOND_COLON
    return index, *_meaning(message)


def _meaning(message: str) -> tuple[str, str]:
    for part, what, fix in _MEANINGS:
        if part in message:
            return what, fix
    return f"This YAML cannot be read: {message}", "Check the indentation, quotes and brackets before this place"


def _find_wide_key(text: str, index: int, begun: int, *, structural: bool) -> int | None:
    """Return where a full-width colon stands in place of a key's colon: just before an error, or in its line.

    Where the structure is at fault, the line in which the parser began and the line before the error are looked at.
    """
    if text[:index].rstrip(" ").endswith("："):
        return text.rindex("：", 0, index)
    starts = [text.rfind("\n", 0, index) + 1]
    if structural:
        starts.append(text.rfind("\n", 0, begun) + 1)
        starts.append(text.rfind("\n", 0, len(text[: starts[0]].rstrip())) + 1)
    for start in starts:
        match = _WIDE_KEY.match(text, start)
        if match and match.start(1) < index:
            return match.start(1)
    return None


def _find_tab(block: _Block, index: int, begun: int, *, structural: bool) -> int | None:
    """Return the offset of a tab that is why a line does not stand where its author sees it, None if none is."""
    if block.text[index : index + 1] == "\t":
        return block.offset(index)
    line = block.lines[block.line(index)]
    if not structural or ": " in block.text[line.begins : index]:
        return None
    if not block.dialect.own:
        return line.start + line.typed.index("\t") if "\t" in line.typed else None
    first = min(block.line(begun), max(0, block.line(index) - 1))
    around = [one for one in block.lines[first : block.line(index) + 1] if one.typed]
    tabbed = [one for one in around if "\t" in one.typed]
    if not tabbed or len(tabbed) == len(around):
        return None
    return tabbed[-1].start + tabbed[-1].typed.index("\t")


def _explain_bracket(text: str, start: int) -> tuple[int, str, str] | None:
    """Return which bracket from `start` on is not closed, or closed by one of another kind; None if all are closed."""
    waiting: list[int] = []
    for match in _BRACKET.finditer(text, start):
        found = match[0]
        if found in _CLOSERS:
            waiting.append(match.start())
        elif found in ("]", "}"):
            wanted = _CLOSERS[text[waiting.pop()]]
            if found != wanted:
                fix = "Close each bracket with one of its own kind"
                return match.start(), f"“{found}” stands where “{wanted}” is needed", fix
            if not waiting:
                return None
    opened = text[waiting[-1]]
    return waiting[-1], f"This “{opened}” is never closed", f"Close it with “{_CLOSERS[opened]}”"


# Building the tree from the parser's events.

_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Start = yaml.SequenceStartEvent | yaml.MappingStartEvent
# `isinstance` takes a tuple in a fraction of the time that it takes to make a union.
_STARTS = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_TAGGED = (yaml.ScalarEvent, yaml.CollectionStartEvent)


@dataclass
class _Tree:
    """The tree under construction: the collections that are open, with their nodes so far, and the problems found.

    `refused` says that something was found without which the rest means something else.
    """

    block: _Block
    root: Node | None = None
    refused: bool = False
    problems: list[Problem] = field(default_factory=list)
    open: list[tuple[_Start, list[Node]]] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)

    def build(self) -> None:
        """Read the whole text, up to what cannot be read."""
        try:
            for event in yaml.parse(self.block.text, Loader=_LOADER):
                self._take(event)
                if len(self.open) > self.block.dialect.depth:
                    what = f"Values nest more than {self.block.dialect.depth} levels deep"
                    self._refuse(event, what, "Flatten them")
                    return
        except yaml.MarkedYAMLError as error:
            opened = (_index(start.start_mark) for start, _ in self.open if start.flow_style)
            self.problems.append(_explain(error, self.block, next(opened, None)))
            self.refused = True

    def _refuse(self, event: yaml.Event, what: str, fix: str) -> None:
        self.problems.append(self.block.problem(_index(event.start_mark), what, fix))
        self.refused = True

    def _take(self, event: yaml.Event) -> None:
        if not self.block.dialect.passes_tags:
            self._check(event)
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self._refuse(event, "A second YAML document begins here", "Remove this line, or use a block of its own")
        elif isinstance(event, _STARTS):
            self.open.append((event, []))
        elif isinstance(event, yaml.CollectionEndEvent):
            start, nodes = self.open.pop()
            self._add(self._collection(start, nodes, event), start.anchor)
        elif isinstance(event, yaml.ScalarEvent):
            self._add(self._scalar(event), event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._add(self.anchors.get(event.anchor or "", Scalar("", self._span(event, event))), None)

    def _check(self, event: yaml.Event) -> None:
        """Refuse tags, anchors and aliases."""
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            what = "YAML anchors and aliases (`&`, `*`) are not read here"
            self._refuse(event, what, "Write the value out, or quote it")
        if isinstance(event, _TAGGED) and event.tag:
            self._refuse(event, "YAML tags (`!`) are not read here", "Remove the tag, or quote the value")

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if self.open:
            self.open[-1][1].append(node)
        elif self.root is None:
            self.root = node

    def _span(self, first: yaml.Event, last: yaml.Event) -> Span:
        return Span(self.block.offset(_index(first.start_mark)), self.block.offset(_index(last.end_mark)))

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        span, style = self._span(event, event), event.style or ""
        quoted, block = style in ("'", '"'), style in ("|", ">")
        flow = bool(self.open and self.open[-1][0].flow_style)
        text, start = self.block.source.text, span.start + quoted
        if block:  # its text begins on the line below the | or >
            start = text.find("\n", start, span.end) + 1 or span.end
        places = places_of(text[start : span.end], event.value, start, quote=style)
        return Scalar(event.value, span, quoted, block, flow, places, event.tag or "")

    def _collection(self, start: _Start, nodes: list[Node], end: yaml.Event) -> Node:
        if isinstance(start, yaml.SequenceStartEvent):
            return Sequence(tuple(nodes), self._span(start, end))
        return self._mapping(nodes, self._span(start, end))

    def _mapping(self, nodes: Items[Node], span: Span) -> Mapping:
        """Return a mapping without the keys that are no text or stand a second time, which are reported."""
        items: dict[str, tuple[Scalar, Node]] = {}
        repeated: list[Scalar] = []
        unread: list[Span] = []
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key, Scalar):
                unread.append(key.span)
                self._report(key.span.start, "A key is a list or a mapping", "Quote it, if its brackets are meant")
            elif key.text in items:
                repeated.append(key)
                line, _ = self.block.source.position(items[key.text][0].span.start)
                what = f"The key {key.text[:60]!r} stands already in line {line}"
                self._report(key.span.start, what, "Keep one of the two")
            elif self.block.dialect.own and _swallows_colon(key, value):
                self._report(key.offset(key.text.index("：")), *WIDE)
            else:
                items[key.text] = key, value
        return Mapping(tuple(items.values()), span, tuple(repeated), tuple(unread))

    def _report(self, offset: int, what: str, fix: str) -> None:
        self.problems.append(self.block.source.problem(self.block.dialect.code, offset, what, fix))


def _swallows_colon(key: Scalar, value: Node) -> bool:
    """Return whether a key has run on over a full-width colon, as `V[键]：{apple` in `V[键]：{apple: 1}`."""
    name, colon, rest = key.text.partition("：")
    if not colon or not name or not key.plain:
        return False
    valueless = key.flow and isinstance(value, Scalar) and value.plain and not value.text
    return valueless or rest.lstrip().startswith(("[", "{", '"', "'"))


def read_yaml(source: Source, content: Span, dialect: Dialect) -> tuple[Node | None, list[Problem]]:
    """Return the tree of the YAML in a part of a note, and its problems in the order of their places.

    The tree is None where the part is empty or cannot be read. Where only some keys of a mapping are refused, there is
    a tree without them.
    """
    if refused := _refuse_text(source, content, dialect):
        return None, [refused]
    tree = _Tree(_Block(source, content, dialect))
    tree.build()
    if tree.root is None and not tree.problems and dialect.empty:
        tree.problems.append(source.problem(dialect.code, content, "The block is empty", dialect.empty))
    return None if tree.refused else tree.root, sorted(tree.problems, key=lambda problem: problem.order)


def _refuse_text(source: Source, content: Span, dialect: Dialect) -> Problem | None:
    """Return the problem of a text that is not even given to the parser."""
    if content.end - content.start > dialect.length:
        what = f"{dialect.name} is longer than {dialect.length:,} characters"
        return source.problem(dialect.code, content, what, dialect.shorten)
    found = (_REFUSED_IN_OWN if dialect.own else _REFUSED).search(source.text, content.start, content.end)
    if found:
        what = f"The character U+{ord(found[0]):04X} is not read"
        return source.problem(dialect.code, found.start(), what, "Remove it")
    return None

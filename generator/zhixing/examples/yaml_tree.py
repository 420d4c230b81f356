"""A strict reading of YAML that keeps what the author typed: each scalar's text, quoting and place.

YAML's own ideas of types are not used (`no` is no boolean, `1:30` no number), and what can surprise is refused: tags,
anchors, repeated keys, keys that are not plain text. Full-width colons and leading tabs, which Chinese input methods
and Obsidian make, are met with a message and with four spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from zhixing.problems import Code, Problem
from zhixing.source import Source, Span

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Mark = Any  # yaml's two Mark classes, one of them in C, have `line` and `column` in common and no base class
MAX_LENGTH = 100_000
MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as typed. `quoted` tells `"00"` from `00`; `block` marks the `|` and `>` styles."""

    text: str
    span: Span
    quoted: bool = False
    block: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes. `flow` tells `[a, b]` from a block list."""

    items: tuple[Node, ...]
    span: Span
    flow: bool = False


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their nodes, in the order written."""

    items: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, name: str) -> Node | None:
        """Return the node under a key, or None."""
        return next((node for key, node in self.items if key.text == name), None)


Node = Scalar | Sequence | Mapping


@dataclass
class _Reader:
    """One reading: the text given to YAML, and how its lines and columns map back to the note's offsets."""

    source: Source
    content: Span
    problems: list[Problem] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    shifts: list[tuple[int, int]] = field(default_factory=list)

    def text(self) -> str:
        """Return the block with leading tabs as four spaces and plain line ends; remember how to map back."""
        lines, start = [], self.content.start
        for line in self.content.of(self.source.text).split("\n"):
            indent = re.match(r"[ \t]*", line)
            typed = indent.group() if indent else ""
            spaces = typed.replace("\t", "    ")
            self.starts.append(start)
            self.shifts.append((len(spaces), len(typed)))
            lines.append(spaces + line[len(typed) :].removesuffix("\r"))
            start += len(line) + 1
        return "\n".join(lines)

    def offset(self, mark: Mark | None) -> int:
        if mark is None:
            return self.content.start
        line = min(int(mark.line), len(self.starts) - 1)
        spaces, typed = self.shifts[line]
        column = int(mark.column) - spaces + typed if mark.column >= spaces else 0
        return min(self.starts[line] + column, self.content.end)

    def span(self, node: yaml.Node) -> Span:
        return Span(self.offset(node.start_mark), self.offset(node.end_mark))

    def report(self, mark: Mark | None, what: str, mend: str) -> None:
        self.problems.append(self.source.problem(Code.EXAMPLE_YAML, self.offset(mark), what, mend))

    def refuse_events(self, text: str) -> None:
        """Report tags, anchors and aliases, and stop at nesting that no example needs."""
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                self.report(event.start_mark, f"This YAML is nested more than {MAX_DEPTH} deep", "Flatten it")
                return
            if getattr(event, "anchor", None):
                self.report(event.start_mark, "Anchors and aliases (& and *) are not read", "Write the value out")
            if tag := getattr(event, "tag", None):
                self.report(event.start_mark, f"The tag {tag!r} is not read", "Remove it, or quote the value")

    def convert(self, node: yaml.Node) -> Node:
        if isinstance(node, yaml.ScalarNode):
            style = node.style or ""
            return Scalar(node.value, self.span(node), style in "'\"" and style != "", style in "|>" and style != "")
        if isinstance(node, yaml.SequenceNode):
            return Sequence(tuple(self.convert(item) for item in node.value), self.span(node), bool(node.flow_style))
        return Mapping(tuple(self._pairs(node)), self.span(node))

    def _pairs(self, node: yaml.Node) -> Iterator[tuple[Scalar, Node]]:
        seen: set[str] = set()
        for key_node, value in node.value:
            key = self.convert(key_node)
            if not isinstance(key, Scalar):
                self.report(key_node.start_mark, "A key is a list or a mapping", "Use plain text as the key")
            elif key.text in seen:
                self.report(key_node.start_mark, f"The key {key.text!r} stands twice", "Keep one of them")
            else:
                seen.add(key.text)
                yield key, self.convert(value)


def read_yaml(source: Source, content: Span) -> tuple[Node | None, list[Problem]]:
    """Read the YAML in a part of a note. Where it cannot be read, the node is None and the problems say why."""
    reader = _Reader(source, content)
    if content.end - content.start > MAX_LENGTH:
        what = f"This block is longer than {MAX_LENGTH:,} characters"
        return None, [source.problem(Code.EXAMPLE_YAML, content, what, "Split it into several examples")]
    text = reader.text()
    try:
        reader.refuse_events(text)
        if reader.problems:
            return None, reader.problems
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        return None, [_syntax_problem(reader, text, error)]
    except yaml.YAMLError as error:
        return None, [source.problem(Code.EXAMPLE_YAML, content, f"This is not YAML: {error}", "Remove the character")]
    if node is None:
        return None, [source.problem(Code.EXAMPLE_YAML, content, "The block is empty", "Declare an example in it")]
    return reader.convert(node), reader.problems


def _syntax_problem(reader: _Reader, text: str, error: yaml.MarkedYAMLError) -> Problem:
    """Say what YAML's own message means to somebody who types Chinese."""
    for number, line in enumerate(text.split("\n")):
        wide = re.match(r"\s*(?:- )?[^\s:'\"#\[{]*(：)", line)
        if wide:
            offset = reader.offset(yaml.Mark("", 0, number, wide.start(1), None, 0))
            what = "A full-width colon “：” stands where YAML needs “: ”"
            return reader.source.problem(Code.EXAMPLE_YAML, offset, what, "Type an ASCII colon and a space")
    mark = error.problem_mark or error.context_mark
    offset = reader.offset(mark)
    what = f"This YAML cannot be read: {error.problem or error.context}"
    mend = "Check the indentation, and the quotes and brackets before this place"
    return reader.source.problem(Code.EXAMPLE_YAML, offset, what, mend)

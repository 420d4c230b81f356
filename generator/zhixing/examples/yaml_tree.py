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

from zhixing.examples.nodes import Mapping, Node, Scalar, Sequence, places_of
from zhixing.examples.yaml_errors import explained
from zhixing.problems import Code, Problem
from zhixing.source import Source, Span

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

    def report(self, index: int, what: str, mend: str) -> None:
        self.problems.append(self.source.problem(Code.EXAMPLE_YAML, self.offset(index), what, mend))

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

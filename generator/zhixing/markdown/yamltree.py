"""YAML as a tree of scalars by their text, each with its place: what PyYAML's loader forgets.

Nothing is resolved or built: no tags, no anchors, no merging, no dates. The nodes come from parser events and an
explicit stack, so neither depth nor aliases can exhaust anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from zhixing.source import Span

DEPTH = 20
_Loader: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar: its text, its place with quotes, and whether it is written without them."""

    text: str
    span: Span
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in order, duplicates included."""

    pairs: tuple[tuple[Node, Node], ...]
    span: Span


Node = Scalar | Sequence | Mapping


class YamlError(Exception):
    """YAML that cannot be read or is refused: the offset, what is wrong and how to fix it."""

    def __init__(self, at: int, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.at = at
        self.what = what
        self.fix = fix


def parse_yaml(text: str, inside: Span) -> Node | None:
    """Return the tree of the YAML that stands at `inside` in `text`, None if it is empty.

    Raises YamlError for what is no YAML, and for tags, anchors, aliases, several documents and more than DEPTH levels.
    """
    part = inside.of(text)
    try:
        return _Tree(inside.start).build(yaml.parse(part, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = inside.start + min(_index(mark), max(0, len(part) - 1))
        what = f"This is no YAML: {error.problem or error.context}"
        raise YamlError(at, what, "Check the brackets, quotes and indentation before this place") from error
    except yaml.reader.ReaderError as error:
        at = inside.start + min(error.position, max(0, len(part) - 1))
        raise YamlError(at, f"YAML cannot hold the character U+{ord(text[at]):04X}", "Remove it") from error
    except UnicodeEncodeError as error:
        raise YamlError(inside.start + error.start, "This is no text", "Save the file as UTF-8") from error


def _index(mark: yaml.error.Mark | yaml._yaml.Mark | None) -> int:
    return mark.index if mark else 0


class _Tree:
    """Builds the tree from the events of one document."""

    def __init__(self, base: int) -> None:
        self.base = base
        self.open: list[tuple[yaml.Event, list[Node]]] = []
        self.root: Node | None = None

    def build(self, events: Iterator[yaml.Event]) -> Node | None:
        for event in events:
            self._check(event)
            if isinstance(event, yaml.ScalarEvent):
                self._add(Scalar(event.value, self._span(event, event), not event.style))
            elif isinstance(event, yaml.CollectionStartEvent):
                self.open.append((event, []))
            elif isinstance(event, yaml.CollectionEndEvent):
                self._add(self._collection(event))
        return self.root

    def _span(self, first: yaml.Event, last: yaml.Event) -> Span:
        return Span(self.base + _index(first.start_mark), self.base + _index(last.end_mark))

    def _check(self, event: yaml.Event) -> None:
        at = self.base + _index(event.start_mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlError(
                at, "YAML anchors and aliases (`&`, `*`) are not read here", "Write the value out, or quote it"
            )
        if getattr(event, "tag", None):
            raise YamlError(at, "YAML tags (`!`) are not read here", "Remove the tag, or quote the value")
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise YamlError(at, "A second YAML document begins here", "Keep everything in one")
        if len(self.open) > DEPTH:
            raise YamlError(at, f"Values nest more than {DEPTH} levels deep", "Flatten them")

    def _collection(self, end: yaml.Event) -> Node:
        start, nodes = self.open.pop()
        span = self._span(start, end)
        if isinstance(start, yaml.SequenceStartEvent):
            return Sequence(tuple(nodes), span)
        return Mapping(tuple(zip(nodes[::2], nodes[1::2], strict=True)), span)

    def _add(self, node: Node) -> None:
        if self.open:
            self.open[-1][1].append(node)
        else:
            self.root = node

"""A note's YAML frontmatter with a place for every key and item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from zhixing.markdown import yaml
from zhixing.markdown.blocks import Kind, Region
from zhixing.markdown.links import Wikilink
from zhixing.markdown.yaml import FRONTMATTER, WIDE, Node, Scalar, Sequence, find_wide_colon, read_yaml
from zhixing.problems import Code, Problem
from zhixing.source import Source, Span

Value = str | bool | None | list["Value"] | dict[str, "Value"]

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Item:
    """One scalar in a property's value: its text and its place, quotes included."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """A property: its value (scalars by their text, plain true, false and null aside) and where key and value stand.

    `items` are the scalars in it, nested lists flattened, nulls left out; a single scalar counts as a list of one.
    `entries` are the places of the list's entries as written, of the value where it is no list.
    """

    value: Value
    key_span: Span
    value_span: Span
    items: tuple[Item, ...] = ()
    entries: tuple[Span, ...] = ()

    def wikilinks(self, text: str) -> tuple[tuple[Wikilink, Span], ...]:
        """Return the notes it names, each with its place in `text`, the note's.

        `"[[A]]"`, `[[A]]` unquoted (a list in a list to YAML), `["A"]` and plain `A` are read alike.
        """
        if whole := Wikilink.parse(self.value_span.of(text)):
            return ((whole, self.value_span),)
        found: list[tuple[Wikilink, Span]] = []
        for entry in self.entries:
            if unquoted := Wikilink.parse(entry.of(text)):
                found.append((unquoted, entry))
            else:
                inside = (item for item in self.items if item.span.start in entry)
                found += ((Wikilink.parse(item.text) or Wikilink(item.text.strip()), item.span) for item in inside)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Frontmatter:
    """The properties by key, in order, and the place of the YAML (an empty span at 0 where a note has none)."""

    fields: Mapping[str, Field]
    span: Span


def read_frontmatter(source: Source, regions: tuple[Region, ...]) -> tuple[Frontmatter, list[Problem]]:
    """Return a note's frontmatter and what is wrong with it: bad YAML, duplicate keys, anchors, aliases and tags.

    Where the YAML cannot be read there are no fields; of a duplicate key the first value counts.
    """
    if not regions or regions[0].kind is not Kind.FRONTMATTER:
        return Frontmatter({}, Span(0, 0)), []
    inside = regions[0].content
    root, problems = read_yaml(source, inside, FRONTMATTER)
    if isinstance(root, yaml.Mapping):
        return Frontmatter({key.text: _field(key, value) for key, value in root.items}, inside), problems
    if root is not None:
        problems.append(_no_pairs(source, root))
    return Frontmatter({}, inside), problems


def _no_pairs(source: Source, root: Node) -> Problem:
    wide = find_wide_colon(root)
    if wide is not None:
        return source.problem(Code.FRONTMATTER_INVALID, wide, *WIDE)
    what = "The frontmatter holds no `key: value` pairs"
    return source.problem(Code.FRONTMATTER_INVALID, root.span, what, "Begin each line with a key")


def _field(key: Scalar, value: Node) -> Field:
    entries = tuple(item.span for item in value.items) if isinstance(value, Sequence) else (value.span,)
    return Field(_value(value), key.span, value.span, tuple(_items(value)), entries)


def _value(node: Node) -> Value:
    """Return a node as data. Depth is bounded by the tree's."""
    if isinstance(node, Sequence):
        return [_value(item) for item in node.items]
    if isinstance(node, yaml.Mapping):
        return {key.text: _value(value) for key, value in node.items}
    return _WORDS.get(node.text.lower(), node.text) if node.plain else node.text


def _items(node: Node) -> Iterator[Item]:
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _items(item)
    elif isinstance(node, Scalar) and _value(node) is not None:
        yield Item(node.text, node.span)

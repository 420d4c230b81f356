"""A note's YAML frontmatter with a place for every key and item."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from zhixing.markdown import yaml
from zhixing.markdown.blocks import Kind, Region
from zhixing.markdown.links import Wikilink
from zhixing.markdown.plain_yaml import read_plain_yaml
from zhixing.markdown.yaml import FRONTMATTER, WIDE, Node, Scalar, Sequence, find_wide_colon, read_yaml
from zhixing.problems import Code, Problem
from zhixing.source import Source, Span

Value = str | bool | None | list["Value"] | dict[str, "Value"]

# YAML's words for truth and nothing, each in the three spellings that YAML 1.2 and Obsidian know.
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
# A note whose first line is a fence of properties or one that says who may see it; so many regions may be properties.
_HEAD = re.compile(r"[\s\ufeff\u200b]*+(?:[-—–+;]{2}|(?:publish|published|draft)[ \t]*+[:：=])", re.IGNORECASE)
_SWITCH = re.compile(r"^[ \t\ufeff\xa0]*+[\"']?(publish(?:ed)?|draft)[\"']?[ \t]*+[:：=]", re.IGNORECASE | re.MULTILINE)
_LOST_REGIONS = 50


class Item(NamedTuple):
    """One scalar in a property's value: its text and its place, quotes included."""

    text: str
    span: Span


class Property(NamedTuple):
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
        starts = [item.span.start for item in self.items]  # in order, as they stand in the text
        for entry in self.entries:
            if unquoted := Wikilink.parse(entry.of(text)):
                found.append((unquoted, entry))
            else:
                inside = self.items[bisect_left(starts, entry.start) : bisect_left(starts, entry.end)]
                found += ((Wikilink.parse(item.text) or Wikilink(item.text.strip()), item.span) for item in inside)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Frontmatter:
    """The properties by key, in order, and the place of the YAML (an empty span at 0 where a note has none).

    `repeated` holds the places of keys that stand a second time, `unread` the place of what could not be read, if any.
    """

    fields: Mapping[str, Property]
    span: Span
    repeated: Mapping[str, Span] = field(default_factory=dict)
    unread: Span | None = None


def read_frontmatter(source: Source, regions: tuple[Region, ...]) -> tuple[Frontmatter, list[Problem]]:
    """Return a note's frontmatter and what is wrong with it: bad YAML, duplicate keys, anchors, aliases and tags.

    Where the YAML cannot be read there are no fields; of a duplicate key the first value counts.
    """
    if not regions or regions[0].kind is not Kind.FRONTMATTER:
        return _find_lost(source, regions)
    inside = regions[0].content
    plain = read_plain_yaml(source.text, inside)
    root, problems = (plain, []) if plain else read_yaml(source, inside, FRONTMATTER)
    if isinstance(root, yaml.Mapping):
        fields = {key.text: _field(key, value) for key, value in root.items}
        repeated = {key.text: key.span for key in root.repeated}
        return Frontmatter(fields, inside, repeated, next(iter(root.unread), None)), problems
    if root is not None:
        problems.append(_no_pairs(source, root))
    return Frontmatter({}, inside, unread=inside if problems else None), problems


def _find_lost(source: Source, regions: tuple[Region, ...]) -> tuple[Frontmatter, list[Problem]]:
    """Return that there is no frontmatter; where a note begins like one that hides it, that it cannot be read.

    Properties that are never closed, or that stand below an empty line, are text to every reader. If they say who may
    see the note, the text must not be shown for that.
    """
    empty = Frontmatter({}, Span(0, 0))
    head = _HEAD.match(source.text)
    if head is None:
        return empty, []
    for region in regions[:_LOST_REGIONS]:
        found = (
            _SWITCH.search(source.text, region.span.start, region.span.end) if region.kind is not Kind.FENCE else None
        )
        if found:
            what = f"`{found[1]}` stands in no frontmatter, and is text"
            fix = "Begin the note with a line of `---`, end its properties with another"
            problem = source.problem(Code.FRONTMATTER_INVALID, found.start(1), what, fix)
            return Frontmatter({}, Span(0, 0), unread=Span(found.start(1), found.end(1))), [problem]
    return empty, []


def _no_pairs(source: Source, root: Node) -> Problem:
    wide = find_wide_colon(root)
    if wide is not None:
        return source.problem(Code.FRONTMATTER_INVALID, wide, *WIDE)
    what = "The frontmatter holds no `key: value` pairs"
    return source.problem(Code.FRONTMATTER_INVALID, root.span, what, "Begin each line with a key")


def _field(key: Scalar, value: Node) -> Property:
    entries = tuple(item.span for item in value.items) if isinstance(value, Sequence) else (value.span,)
    return Property(_value(value), key.span, value.span, tuple(_items(value)), entries)


def _value(node: Node) -> Value:
    """Return a node as data. Depth is bounded by the tree's."""
    if isinstance(node, Sequence):
        return [_value(item) for item in node.items]
    if isinstance(node, yaml.Mapping):
        return {key.text: _value(value) for key, value in node.items}
    return _WORDS.get(node.text, node.text) if node.plain else node.text


def _items(node: Node) -> list[Item]:
    if isinstance(node, Sequence):
        return [one for item in node.items for one in _items(item)]
    return [Item(node.text, node.span)] if isinstance(node, Scalar) and _value(node) is not None else []

"""A note's YAML frontmatter with a place for every key and item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zhixing.problems import Problem
from zhixing.source import Source, Span
from zhixing.text.regions import Region
from zhixing.text.wikilink import Wikilink

Value = str | bool | None | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True, slots=True)
class Item:
    """One scalar in a property's value: its text and its place."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """A property: its value (scalars by their text, `true`/`false` and null aside) and where key and value stand.

    `items` are the scalars in it, nested lists flattened, nulls left out; a single scalar counts as a list of one.
    """

    value: Value
    key_span: Span
    value_span: Span
    items: tuple[Item, ...] = ()

    def wikilinks(self, text: str) -> tuple[tuple[Wikilink, Span], ...]:
        """Return the notes it names: `"[[A]]"`, `[[A]]` unquoted, `["A"]` and plain `A` alike, each with its place."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Frontmatter:
    """The properties by key, in order, and the place of the YAML (empty span at 0 where a note has none)."""

    fields: Mapping[str, Field]
    span: Span


def read_frontmatter(source: Source, regions: tuple[Region, ...]) -> tuple[Frontmatter, list[Problem]]:
    """Return a note's frontmatter and what is wrong with it: bad YAML, duplicate keys, anchors, aliases and tags."""
    raise NotImplementedError

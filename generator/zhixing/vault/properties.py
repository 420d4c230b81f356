"""A note's properties: the frontmatter keys we know, read in every spelling Obsidian accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from zhixing.markdown.frontmatter import Field, Frontmatter
from zhixing.problems import Code, Problem
from zhixing.source import Source

_COMMA = re.compile(r"\s*[,，]\s*")
_DATE = re.compile(r"\s*\d{4}-\d\d-\d\d", re.ASCII)
_SPACE = re.compile(r"[\s,，]+")


@dataclass(frozen=True, slots=True)
class Properties:
    """The values of the keys we know; "" or empty where a note does not give them."""

    title: str
    type: str
    status: str
    date: str
    aliases: tuple[str, ...]
    tags: tuple[str, ...]
    published: bool


def read_properties(source: Source, frontmatter: Frontmatter) -> tuple[Properties, list[Problem]]:
    """Return a note's properties and a problem for each value of the wrong kind."""
    reader = _Reader(source, frontmatter)
    # Obsidian's own name is `publish`. Of both, one `false` is enough: what is hidden can still be shown.
    publish, published = reader.truth("publish", default=True), reader.truth("published", default=True)
    properties = Properties(
        title=reader.text("title"),
        type=reader.text("type"),
        status=reader.text("status"),
        date=reader.text("date"),
        aliases=tuple(dict.fromkeys(reader.names(_COMMA, "aliases", "alias"))),
        tags=tuple(dict.fromkeys(name.removeprefix("#") for name in reader.names(_SPACE, "tags", "tag"))),
        published=publish and published,
    )
    return properties, reader.problems


class _Reader:
    def __init__(self, source: Source, frontmatter: Frontmatter) -> None:
        self.source = source
        self.fields = frontmatter.fields
        self.problems: list[Problem] = []

    def _wrong(self, key: str, field: Field, wanted: str, fix: str) -> None:
        what = f"The property `{key}` is not {wanted}"
        self.problems.append(self.source.problem(Code.FRONTMATTER_TYPE, field.value_span, what, fix))

    def text(self, key: str) -> str:
        """Return a scalar by its text."""
        field = self.fields.get(key)
        if field is None or field.value is None:
            return ""
        if isinstance(field.value, list | dict):
            self._wrong(key, field, "a single value", f"Write `{key}: …` in one line, in quotes if it holds brackets")
            return ""
        return field.items[0].text.strip()

    def names(self, separator: re.Pattern[str], *keys: str) -> Iterator[str]:
        """Yield the entries of a list, or of a text that `separator` divides."""
        for key in keys:
            field = self.fields.get(key)
            if field is None:
                continue
            if isinstance(field.value, dict):
                self._wrong(key, field, "a list", "Write each entry on a line of its own, after `- `")
            single = not isinstance(field.value, list)
            for item in field.items:
                yield from (name for name in (separator.split(item.text) if single else [item.text.strip()]) if name)

    def truth(self, key: str, *, default: bool) -> bool:
        """Return a `true` or `false`."""
        field = self.fields.get(key)
        if field is None or field.value is None or (isinstance(field.value, str) and _DATE.match(field.value)):
            return default  # Obsidian's web clipper writes the date when a page was published
        if not isinstance(field.value, bool):
            self._wrong(key, field, "`true` or `false`", "Write one of the two, without quotes")
            return default
        return field.value

"""A note's properties: the frontmatter keys we know, read in every spelling Obsidian accepts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from zhixing.markdown.frontmatter import Frontmatter, Property
from zhixing.problems import Code, Problem
from zhixing.source import Source, Span

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
    permalink: str = ""


def read_properties(
    source: Source, frontmatter: Frontmatter, *, marked_only: bool = False
) -> tuple[Properties, list[Problem]]:
    """Return a note's properties and a problem for each value of the wrong kind."""
    reader = _Reader(source, frontmatter)
    public, doubts = read_public(source, frontmatter, marked_only=marked_only)
    properties = Properties(
        title=reader.read_value("title"),
        type=reader.read_value("type"),
        status=reader.read_value("status"),
        date=reader.read_value("date"),
        aliases=reader.read_names(_COMMA, "aliases", "alias"),
        tags=tuple(dict.fromkeys(name.removeprefix("#") for name in reader.read_names(_SPACE, "tags", "tag"))),
        published=public,
        permalink=reader.read_word("permalink"),
    )
    return properties, [*reader.problems, *doubts]


class _Reader:
    """Reads properties; `problems` are those of values of the wrong kind so far."""

    def __init__(self, source: Source, frontmatter: Frontmatter) -> None:
        self.source = source
        self.fields = frontmatter.fields
        self.problems: list[Problem] = []

    def _wrong(self, key: str, field: Property, wanted: str, fix: str) -> None:
        what = f"The property `{key}` is not {wanted}"
        self.problems.append(self.source.problem(Code.FRONTMATTER_TYPE, field.value_span, what, fix))

    def read_value(self, key: str) -> str:
        """Return a scalar by its text."""
        field = self.fields.get(key)
        if field is None or field.value is None:
            return ""
        if key == "date" and isinstance(field.value, dict) and isinstance(created := field.value.get("created"), str):
            return created.strip()  # a blog of Material says when a post was created and updated
        if isinstance(field.value, list | dict):
            self._wrong(key, field, "a single value", f"Write `{key}: …` in one line, in quotes if it holds brackets")
            return ""
        return field.items[0].text.strip()

    def read_word(self, key: str) -> str:
        """Return a scalar by its text, "" for any other value: other programs may mean something else by it."""
        field = self.fields.get(key)
        return field.items[0].text.strip() if field is not None and isinstance(field.value, str) else ""

    def read_names(self, separator: re.Pattern[str], *keys: str) -> tuple[str, ...]:
        """Return the entries of lists, or of texts that `separator` divides, each once."""
        names: list[str] = []
        for key in keys:
            field = self.fields.get(key)
            if field is None:
                continue
            if isinstance(field.value, dict):
                self._wrong(key, field, "a list", "Write each entry on a line of its own, after `- `")
            single = not isinstance(field.value, list)
            for item in field.items:
                names += separator.split(item.text) if single else [item.text.strip()]
        return tuple(dict.fromkeys(name for name in names if name))


# Who may see a note: Obsidian's `publish`, `published`, its garden's `dg-publish`, and the `draft` of other generators.

_SWITCHES = {"publish": True, "published": True, "dg-publish": True, "draft": False}
_NEAR = 0.85


def read_public(source: Source, frontmatter: Frontmatter, *, marked_only: bool = False) -> tuple[bool, list[Problem]]:
    """Return whether everybody may see a note, and why not where its frontmatter does not say so plainly.

    With `marked_only`, one of its properties has to say that it is published.

    What is in doubt hides the note: it can still be shown, but what was shown cannot be taken back.
    """
    problems = [*_doubts(source, frontmatter)]
    says = [
        (name, field.value is _SWITCHES[name])
        for key, field in frontmatter.fields.items()
        if (name := _switch(key)) and isinstance(field.value, bool)
    ]
    marked = any(shows for name, shows in says if _SWITCHES[name])
    return all(shows for _, shows in says) and not problems and (marked or not marked_only), problems


def _doubts(source: Source, frontmatter: Frontmatter) -> Iterator[Problem]:
    """Yield a problem for whatever leaves in doubt whether everybody may see a note."""

    def hides(at: Span, what: str, fix: str) -> Problem:
        return source.problem(Code.NOTE_HIDDEN, at, f"{what}, so this note is not shown", fix)

    if frontmatter.unread is not None:
        fix = "Correct it; to hide a note on purpose write `publish: false`"
        yield hides(frontmatter.unread, "The frontmatter cannot be read", fix)
    for key, at in frontmatter.repeated.items():
        if _switch(key):
            yield hides(at, f"The property `{key}` stands twice", "Keep one of the two")
    for key, field in frontmatter.fields.items():
        name = _switch(key)
        if key == "<<":
            yield hides(field.key_span, "The key `<<` brings properties that are not read", "Write them out")
        elif name and not _is_plain(name, key, field):
            shows, hidden = ("true", "false") if _SWITCHES[name] else ("false", "true")
            fix = f"Write `{name}: {hidden}` to keep it hidden, `{name}: {shows}` to show it"
            yield hides(field.value_span, f"The property `{key}` is neither `true` nor `false`", fix)
        elif not name and isinstance(field.value, bool) and (near := get_close_matches(key, _SWITCHES, 1, _NEAR)):
            yield hides(field.key_span, f"The property `{key}` is nearly `{near[0]}`", f"Write `{near[0]}:`")


@lru_cache(maxsize=1000)  # most notes have the same keys
def _switch(key: str) -> str:
    """Return which property that says who may see a note a key is, or is meant to be; "" for every other."""
    name = "".join(one for one in unicodedata.normalize("NFKC", key) if unicodedata.category(one) != "Cf")
    name = name.casefold().partition(":")[0].strip()
    return name if name in _SWITCHES else ""


def _is_plain(name: str, key: str, field: Property) -> bool:
    """Return whether such a property is a plain truth value; Obsidian's clipper gives `published` a date or nothing."""
    dated = field.value is None or (isinstance(field.value, str) and _DATE.match(field.value))
    return ":" not in unicodedata.normalize("NFKC", key) and (
        isinstance(field.value, bool) or (name == "published" and bool(dated))
    )

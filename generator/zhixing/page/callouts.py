"""The first line of a callout, under the name that themes know."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zhixing.source import Span

_HEAD = re.compile(r"[ \t]*\[!([^\]|\n]+)(\|[^\]\n]*)?\]([+-]?)[ \t]*(?:(#{1,6})[ \t]+)?([^\n]*?)[ \t]*\Z")
# Obsidian's thirteen kinds, and what the site itself puts into boxes.
KINDS = frozenset(
    [
        *("note", "abstract", "info", "todo", "tip", "success", "question", "warning", "failure", "danger", "bug"),
        *("example", "quote", "embed", "source"),
    ]
)
_ALIASES = {
    "summary": "abstract",
    "tldr": "abstract",
    "hint": "tip",
    "important": "tip",
    "check": "success",
    "done": "success",
    "help": "question",
    "faq": "question",
    "caution": "warning",
    "attention": "warning",
    "fail": "failure",
    "missing": "failure",
    "error": "danger",
    "cite": "quote",
}


@dataclass(frozen=True, slots=True)
class Head:
    """What the first line of a callout says. `title` is where its title stands in the line.

    `kind` is Obsidian's first name for it; one that Obsidian does not know has its own. `name` is what it is called
    where it has no title.
    """

    kind: str
    name: str
    title: Span
    fold: str = ""
    level: int = 0
    classes: tuple[str, ...] = ()


def kind_of(written: str) -> str:
    """Return the kind of a callout by any of its names."""
    return _ALIASES.get(written, written)


def read_head(line: str) -> Head | None:
    """Return what the first line of a quote says if it begins a callout."""
    found = _HEAD.match(line)
    if found is None:
        return None
    written = "-".join(found[1].split()).lower()
    kind = kind_of(written)
    words = tuple(re.sub(r"[^\w-]+", "-", word.strip()) for word in (found[2] or "").split("|") if word.strip())
    return Head(kind, written.title(), Span(*found.span(5)), found[3], len(found[4] or ""), words)

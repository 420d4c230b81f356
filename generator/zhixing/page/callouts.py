"""The first line of a callout, under the name that themes know."""

from __future__ import annotations

import re

_HEAD = re.compile(r"\[!([^\]|\n]+)(\|[^\]\n]*)?\]([+-]?)[ \t]*([^\n]*)")
# Obsidian's thirteen kinds and their other names.
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


def callout_head(line: str) -> str | None:
    """Return a callout's first line with its kind by its first name and its title written out; None if it is none.

    A kind that has another name keeps that name as its title where it has no other, as Obsidian shows it.
    """
    found = _HEAD.fullmatch(line.strip())
    if found is None:
        return None
    written = "-".join(found[1].split()).lower()
    kind = _ALIASES.get(written, written)
    meta = re.sub(r"[^\w|-]+", "-", found[2] or "")
    title = found[4].strip() or ("" if kind == written else written.title())
    return f"[!{kind}{meta}]{found[3]}{f' {title}' if title else ''}"

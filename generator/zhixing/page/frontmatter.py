"""The properties that readers other than Obsidian use, as YAML before a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import yaml

from zhixing.page.titles import title
from zhixing.vault.note import Note


def render_properties(note: Note) -> str:
    """Return a note's title, date, tags and aliases as the lines that begin a page."""
    return render_frontmatter(title(note), _date(note.date), note.tags, note.aliases)


def render_frontmatter(title: str, date: date | str = "", tags: Sequence[str] = (), aliases: Sequence[str] = ()) -> str:
    """Return the lines that begin a page, without properties that have no value."""
    properties = {"title": " ".join(title.split()), "date": date, "tags": list(tags), "aliases": list(aliases)}
    given = {key: value for key, value in properties.items() if value}
    return f"---\n{yaml.safe_dump(given, allow_unicode=True, sort_keys=False, width=1_000_000)}---\n"


def _date(written: str) -> date | str:
    """Return a date as YAML's own, so that it needs no quotes; any other text as it is."""
    try:
        read = date.fromisoformat(written)
    except ValueError:
        return written
    return read if read.isoformat() == written else written

"""What a page is called, and the properties that readers other than Obsidian use, as YAML."""

from __future__ import annotations

from datetime import date

import yaml

from zhixing.vault.note import Note


def title(note: Note) -> str:
    """Return what a note is called: its title, or of a folder's index that has none, its first heading."""
    if note.name.lower() != "index" or "title" in note.frontmatter.fields:
        return note.title
    return next((heading.text for heading in note.headings if heading.level == 1), note.title)


def frontmatter(note: Note) -> str:
    """Return a note's title, date, tags and aliases as the lines that begin a page."""
    properties = {
        "title": " ".join(title(note).split()),
        "date": _date(note.date),
        "tags": list(note.tags),
        "aliases": list(note.aliases),
    }
    given = {key: value for key, value in properties.items() if value}
    return f"---\n{yaml.safe_dump(given, allow_unicode=True, sort_keys=False, width=1_000_000)}---\n"


def _date(written: str) -> date | str:
    """Return a date as YAML's own, so that it needs no quotes; any other text as it is."""
    try:
        read = date.fromisoformat(written)
    except ValueError:
        return written
    return read if read.isoformat() == written else written

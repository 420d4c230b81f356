"""What a note is called where it is listed."""

from __future__ import annotations

from zhixing.vault.note import Note


def title(note: Note) -> str:
    """Return what a note is called: its title, or of a folder's index that has none, its first heading."""
    if note.name.lower() != "index" or "title" in note.frontmatter.fields:
        return note.title
    return next((heading.text for heading in note.headings if heading.level == 1), note.title)

"""What a link shows on a page, and where it leads."""

from __future__ import annotations

from zhixing.markdown.links import default_text
from zhixing.page import targets
from zhixing.page.media import fragment
from zhixing.page.tree import Place
from zhixing.vault.note import Link
from zhixing.vault.resolve import Resolution
from zhixing.wording.model import Wording


def display(link: Link) -> str:
    """Return what a link shows: a text of its own, else where it leads."""
    return link.display or default_text(link.path, link.headings, link.block)


def place(resolution: Resolution, link: Link) -> Place | None:
    """Return where a resolved link leads, None where there is nothing to see, as of a template."""
    if resolution.file is not None:
        note = resolution.file.suffix.lower() == ".md"
        return None if note else Place(resolution.file, fragment(link.headings))
    if resolution.note is None or not resolution.note.published:
        return None
    return Place(resolution.note.path, anchor(resolution, link), resolution.html_id)


def anchor(resolution: Resolution, link: Link) -> str:
    """Return the id of the heading, block or element that a link names, "" where it names none."""
    if resolution.block and link.block:
        named = resolution.block
        return targets.example_id(named.id) if named.results else targets.block_id(named.id)
    if resolution.html_id:
        return targets.own_name(resolution.html_id)
    return targets.element_id(resolution.heading.slug) if resolution.heading else ""


def reason(resolution: Resolution, words: Wording) -> str:
    """Return why a link to a note leads nowhere: the note is still to be written, or is not published or a template."""
    return words.no_note if resolution.note is None and resolution.file is None else words.not_shown

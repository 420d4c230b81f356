"""What a link shows on a page, and where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zhixing.markdown.links import default_text
from zhixing.page import targets
from zhixing.page.media import fragment
from zhixing.page.tree import Place
from zhixing.show.bodies import Body
from zhixing.vault.note import Link
from zhixing.vault.resolve import Resolution
from zhixing.wording.model import Wording

NO_BODIES: Mapping[str, Body] = MappingProxyType({})


def display(link: Link) -> str:
    """Return what a link shows: a text of its own, else where it leads."""
    return link.display or default_text(link.path, link.headings, link.block)


def place(resolution: Resolution, link: Link, bodies: Mapping[str, Body] = NO_BODIES) -> Place | None:
    """Return where a resolved link leads, None where there is nothing to see, as of a template.

    `bodies` are those of `anchor`.
    """
    if resolution.file is not None:
        note = resolution.file.suffix.lower() == ".md"
        return None if note else Place(resolution.file, fragment(link.headings))
    if resolution.note is None or not resolution.note.published:
        return None
    return Place(resolution.note.path, anchor(resolution, link, bodies), resolution.html_id)


def anchor(resolution: Resolution, link: Link, bodies: Mapping[str, Body] = NO_BODIES) -> str:
    """Return the id of the heading, block or element that a link names, "" where it names none.

    `bodies` are what examples show, by id. For a result that its example does not show, or whose example is not among
    them, it is the id of the example.
    """
    if resolution.block and link.block:
        named = resolution.block
        if not named.results:
            return targets.block_id(named.id)
        shown = bodies.get(named.id) if named.part else None
        return targets.example_id(f"{named.id}.{named.part}" if shown and named.part in shown.places else named.id)
    if resolution.html_id:
        return targets.own_name(resolution.html_id)
    return targets.element_id(resolution.heading.slug) if resolution.heading else ""


def reason(resolution: Resolution, words: Wording) -> str:
    """Return why a link to a note leads nowhere: the note is still to be written, or is not published or a template."""
    return words.no_note if resolution.note is None and resolution.file is None else words.not_shown

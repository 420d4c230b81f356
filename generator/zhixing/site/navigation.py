"""A page's navigation, no longer than a reader looks through, however many notes stand in its folder."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from markupsafe import escape
from mkdocs.structure import StructureItem
from mkdocs.structure.nav import Link, Navigation, Section
from mkdocs.structure.pages import Page

from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

# So many entries are shown on either side of the page's own. Every page of a folder lists the folder: without a bound
# a thousand notes in one would be a million entries, most of the time that a site takes to build, and of its size.
REACH = 40


def escape_titles(items: Sequence[StructureItem]) -> None:
    """Escape the titles of sections, which are names of folders: themes print them as they are."""
    waiting = [*items]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Section):
            item.title = escape(item.title)
            waiting += item.children


def around(nav: Navigation, words: Wording = CHINESE, more: Sequence[StructureItem] = ()) -> Navigation:
    """Return the navigation as the active page needs it: of long lists what is near to it, and links to the rest.

    `more` stands at its end. Lists that do not hold the active page are as they were; nothing that other pages see is
    changed.
    """
    items = [*_near(nav.items, words), *more] if more else _near(nav.items, words)
    if items is nav.items:
        return nav
    shown = copy(nav)
    shown.items = list(items)
    return shown


def _near(items: Sequence[StructureItem], words: Wording) -> Sequence[StructureItem]:
    """Return the entries near to the active one, which is opened in turn; the same object where nothing is left out."""
    at = next((number for number, item in enumerate(items) if getattr(item, "active", False)), None)
    if at is None:
        return items
    active = _opened(items[at], words)
    whole = len(items) <= 2 * REACH + 1
    if whole and active is items[at]:
        return items
    first, last = (0, len(items)) if whole else (max(0, at - REACH), min(len(items), at + REACH + 1))
    return [
        *_rest(items[:first][::-1], words.more_before),
        *items[first:at],
        active,
        *items[at + 1 : last],
        *_rest(items[last:], words.more_after),
    ]


def _opened(item: StructureItem, words: Wording) -> StructureItem:
    """Return a section with its own entries bounded."""
    if not isinstance(item, Section):
        return item
    children = _near(item.children, words)
    if children is item.children:
        return item
    shown = copy(item)
    shown.children = list(children)
    return shown


def _rest(items: Sequence[StructureItem], text: str) -> list[StructureItem]:
    """Return a link to the nearest page of those left out, from which one sees further; none where none is a page."""
    page = next((item for item in items if isinstance(item, Page)), None)
    return [Link(text.format(count=len(items)), page.url)] if page is not None else []

"""A page's navigation, no longer than a reader looks through, however many notes stand in its folder.

The entries that are not the page's own are the same on all pages of a folder, so they are rendered once for a folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from pathlib import PurePosixPath

from markupsafe import escape
from mkdocs.structure import StructureItem
from mkdocs.structure.nav import Link, Navigation, Section
from mkdocs.structure.pages import Page
from mkdocs.utils import dirname_to_title

from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

# So many entries are shown on either side of the page's own. Every page of a folder lists the folder: without a bound
# a thousand notes in one would be a million entries, most of the time that a site takes to build, and of its size.
REACH = 17


def name_folders(items: Sequence[StructureItem]) -> None:
    """Call sections as their folders are called, where MkDocs changed the name, escaped: themes print it as it is."""
    waiting = [(item, 0) for item in items]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, Section):
            item.title = escape(_folder(item, depth) or item.title)
            waiting += [(child, depth + 1) for child in item.children]


def _folder(section: Section, depth: int) -> str:
    """Return the folder that a section so many levels down was made of, "" for one that was made otherwise."""
    item: StructureItem | None = section
    while isinstance(item, Section):
        item = next(iter(item.children), None)
    parts = PurePosixPath(item.file.src_uri).parts if isinstance(item, Page) else ()
    is_folder = len(parts) > depth + 1 and dirname_to_title(parts[depth]) == section.title
    return parts[depth] if is_folder else ""


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


# Entries rendered once for a folder.

_PLAIN = frozenset({Page, Section, Link})
_BLANK_LINES = re.compile(r"\n\s+")

_Render = Callable[[StructureItem, str, int, Section | None], str]


class Entries:
    """The rendered entries of the navigation as the pages of one folder see them.

    MkDocs builds the pages of a folder one after another, so no more than those of one folder are kept. Addresses are
    relative: a page that has others below it sees them by other addresses than its neighbours do, and is a folder of
    its own.
    """

    def __init__(self, urls: Iterable[str]) -> None:
        self._folders = {url[: at + 1] for url in urls for at in _slashes(url.rstrip("/"))} | {""}
        self._folder: str | None = None
        self._known: dict[tuple[int, str, int, bool], tuple[StructureItem, str]] = {}

    def render(
        self,
        render: _Render,
        page: Page | None,
        items: Sequence[StructureItem],
        index: StructureItem | None,
        path: str,
        level: int,
        parent: Section | None,
    ) -> str:
        """Return the entries of a list but `index`, which stands for its section, without the theme's blank lines.

        `path` begins the ids of those that hold others. What is known of an entry is not rendered again.
        """
        if page:
            self._enter(page.url)
        active = parent is not None and parent.active
        written = []
        for number, item in enumerate(items, 1):
            if index and item == index:
                continue
            place = f"{path}_{number}"
            key = (id(item), place if isinstance(item, Section) else "", level, active)
            if not page or not _is_same_on_all(item, page):
                entry = render(item, place, level, parent)
                # An entry of the first level holds those below it: once for all of them is enough.
                written.append(_without_blank_lines(entry) if level == 1 else entry)
                continue
            if key not in self._known:
                # With the entry itself, so that no other one gets its id meanwhile.
                self._known[key] = item, _without_blank_lines(render(item, place, level, parent))
            written.append(self._known[key][1])
        return "".join(written)

    def _enter(self, url: str) -> None:
        """Forget what pages of another folder see."""
        folder = f"{url}/" if url in self._folders else url.rstrip("/").rpartition("/")[0]
        if folder != self._folder:
            self._folder, self._known = folder, {}


def _is_same_on_all(item: StructureItem, page: Page) -> bool:
    """Return whether an entry is the same on all pages of a folder: not the page's own, nor one of a plugin's types.

    A page sees its own address in another way than its neighbours do.
    """
    own = isinstance(item, Link) and item.url == page.url
    return type(item) in _PLAIN and not getattr(item, "active", False) and not own


def _without_blank_lines(entry: str) -> str:
    return _BLANK_LINES.sub("\n", entry)


def _slashes(url: str) -> list[int]:
    return [at for at, character in enumerate(url) if character == "/"]

"""A page's navigation, no longer than a reader looks through, however many notes stand in its folder.

What many pages see alike of it is rendered once: closed sections, and entries that are not the page's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from pathlib import PurePosixPath
from posixpath import normpath

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
    at = next((number for number, item in enumerate(items) if _is_active(item)), None)
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


def _is_active(item: StructureItem) -> bool:
    """Return whether an entry is the page or holds it; links never are."""
    return isinstance(item, (Page, Section)) and item.active


def _opened(item: StructureItem, words: Wording) -> StructureItem:
    """Return a section with its own entries bounded."""
    if not isinstance(item, Section):
        return item
    children = _near(item.children, words)
    return item if children is item.children else _OpenedSection(item, children)


class _OpenedSection(Section):
    """A section with its own entries bounded, as one page needs it; `whole` is the section itself."""

    def __init__(self, whole: Section, children: Iterable[StructureItem]) -> None:
        vars(self).update(vars(whole))
        self.children = list(children)
        self.whole = whole


def _rest(items: Sequence[StructureItem], text: str) -> list[StructureItem]:
    """Return a link to the nearest page of those left out, from which one sees further; none where none is a page."""
    page = next((item for item in items if isinstance(item, Page)), None)
    return [_link_to(text.format(count=len(items)), page.url)] if page is not None else []


@lru_cache(maxsize=1_000)
def _link_to(title: str, url: str) -> Link:
    """Return a link: the same object for all pages that show it, so that it is rendered once for them."""
    return Link(title, url)


# Entries rendered once for all pages that see them alike.

_PLAIN = frozenset({Page, Section, Link})
_SECTIONS = frozenset({Section, _OpenedSection})
_BLANK_LINES = re.compile(r"\n\s+")
_GAP = "\0entries\0"

_Render = Callable[[StructureItem, str, int, Section | None], str]


@dataclass(frozen=True, slots=True)
class _OpenSection:
    """A section that holds the active page, rendered around its entries: what stands before and behind them.

    The others are what the template asks for its entries with.
    """

    before: str
    after: str
    index: StructureItem | None
    path: str
    level: int


class Entries:
    """The rendered entries of the navigation.

    Addresses are relative. What a page sees of a section depends on where it leaves the section's folder, so a closed
    section is rendered once for all folders that leave it alike. Pages, and the sections that are open, are kept for
    one folder only: MkDocs builds the pages of a folder one after another. A page that has others below it sees all by
    other addresses than its neighbours do, and is a folder of its own.
    """

    def __init__(self, urls: Iterable[str]) -> None:
        self._folders = {url[: at + 1] for url in urls for at in _slashes(url.rstrip("/"))} | {""}
        self._folder: str | None = None
        self._parts: list[str] = []
        self._known: dict[tuple[object, ...], tuple[StructureItem, str]] = {}
        self._closed: dict[tuple[object, ...], tuple[Section, str]] = {}
        self._open: dict[tuple[int, bool, str, int], _OpenSection | None] = {}
        self._common: dict[int, list[str]] = {}
        self._opening: Section | None = None
        self._asked: tuple[Sequence[StructureItem], StructureItem | None, str, int] | None = None

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
        if parent is not None and parent is self._opening:
            self._opening, self._asked = None, (items, index, path, level)
            return _GAP
        if page:
            self._enter(page.url)
        shown = ((f"{path}_{number}", item) for number, item in enumerate(items, 1) if not (index and item == index))
        entries = [self._entry(render, page, item, place, level, parent) for place, item in shown]
        return "".join(entries) if level == 1 else _join(entries)

    def _entry(
        self, render: _Render, page: Page | None, item: StructureItem, place: str, level: int, parent: Section | None
    ) -> str:
        if page and _is_same_on_all(item, page):
            return self._same_on_all(render, item, place, level, parent)
        # The index of a section stands in the section's own line.
        if page and isinstance(item, Section) and type(item) in _SECTIONS and item.active and not page.is_index:
            return self._open_section(render, page, item, place, level, parent)
        return _without_blank_lines(render(item, place, level, parent))

    def _same_on_all(self, render: _Render, item: StructureItem, place: str, level: int, parent: Section | None) -> str:
        """Return an entry that is not the page's own."""
        active = parent is not None and parent.active
        if isinstance(item, Section) and (steps := self._count_common(item)) is not None:
            seen = (id(item), place, level, active, len(self._parts), steps)
            if seen not in self._closed:
                self._closed[seen] = item, _without_blank_lines(render(item, place, level, parent))
            return self._closed[seen][1]
        key = (id(item), place if isinstance(item, Section) else "", level, active)
        if key not in self._known:
            # With the entry itself, so that no other one gets its id meanwhile.
            self._known[key] = item, _without_blank_lines(render(item, place, level, parent))
        return self._known[key][1]

    def _count_common(self, section: Section) -> int | None:
        """Return how many folders the page shares with all of a section; None where it stands among its pages."""
        if id(section) not in self._common:
            self._common[id(section)] = _common_folder(_urls(section))
        folder = self._common[id(section)]
        steps = _count_same(self._parts, folder)
        return steps if steps < len(folder) else None

    def _open_section(
        self, render: _Render, page: Page, section: Section, place: str, level: int, parent: Section | None
    ) -> str:
        """Return a section that holds the page, whose entries alone differ from page to page of a folder."""
        whole = section.whole if isinstance(section, _OpenedSection) else section
        # The section's own page may be among the entries that are left out.
        has_own = any(isinstance(one, Page) and one.is_index for one in section.children)
        key = (id(whole), has_own, place, level)
        if key not in self._open:
            self._open[key] = self._render_around(render, section, place, level, parent)
        found = self._open[key]
        if found is None:
            return _without_blank_lines(render(section, place, level, parent))
        inside = self.render(render, page, section.children, found.index, found.path, found.level, section)
        return _join([found.before, inside, found.after])

    def _render_around(
        self, render: _Render, section: Section, place: str, level: int, parent: Section | None
    ) -> _OpenSection | None:
        """Return what a template writes around a section's entries; None where it shows these not just once."""
        self._opening, self._asked = section, None
        text = render(section, place, level, parent)
        self._opening = None
        if self._asked is None or self._asked[0] is not section.children or text.count(_GAP) != 1:
            return None
        before, after = map(_without_blank_lines, text.split(_GAP))
        _, index, path, level = self._asked
        return _OpenSection(before, after, index, path, level)

    def _enter(self, url: str) -> None:
        """Forget what pages of another folder see."""
        folder = f"{url}/" if url in self._folders else url.rstrip("/").rpartition("/")[0]
        if folder != self._folder:
            self._folder, self._known, self._open = folder, {}, {}
            self._parts = _parts_of(url if "." not in url.rpartition("/")[2] else url.rpartition("/")[0])


def _urls(section: Section) -> Iterator[str]:
    """Yield the addresses of all that a section holds."""
    for item in section.children:
        if isinstance(item, Section):
            yield from _urls(item)
        else:
            yield getattr(item, "url", "") or ""


def _common_folder(urls: Iterable[str]) -> list[str]:
    """Return the folder that all addresses are in."""
    first, *others = [_parts_of(url) for url in urls] or [[]]
    return first[: min((_count_same(first, parts) for parts in others), default=len(first))]


def _count_same(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many parts two addresses begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _parts_of(url: str) -> list[str]:
    return [part for part in normpath(f"/{url}").split("/") if part]


def _is_same_on_all(item: StructureItem, page: Page) -> bool:
    """Return whether an entry is the same on all pages of a folder: not the page's own, nor one of a plugin's types.

    A page sees its own address in another way than its neighbours do.
    """
    own = isinstance(item, Link) and item.url == page.url
    return type(item) in _PLAIN and not _is_active(item) and not own


def _without_blank_lines(entry: str) -> str:
    return _BLANK_LINES.sub("\n", entry)


def _join(pieces: Iterable[str]) -> str:
    """Return texts without blank lines as one that has none either."""
    joined: list[str] = []
    for piece in pieces:
        rest = piece.lstrip() if joined and joined[-1].endswith("\n") else piece
        if rest:
            joined.append(rest)
    return "".join(joined)


def _slashes(url: str) -> list[int]:
    return [at for at, character in enumerate(url) if character == "/"]

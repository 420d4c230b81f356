"""The navigation of a page: bounded, and still a way to everything."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure import StructureItem
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Link, Navigation, Section, get_navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from zhixing.site.navigation import REACH, Entries, around
from zhixing.site.templates import render_once


def settings(*features: str) -> MkDocsConfig:
    config = MkDocsConfig()
    config.load_dict({"site_name": "x", "docs_dir": "docs", "theme": {"name": "material", "features": [*features]}})
    config.validate()
    return config


def made(*names: str) -> Navigation:
    config = settings()
    files = [File(name, "docs", "site", use_directory_urls=True) for name in names]
    return get_navigation(Files(files), config)


def titles(items: list[object]) -> list[str]:
    return [item.url if isinstance(item, Page) else str(getattr(item, "title", "")) for item in items]


def folder(nav: Navigation) -> Section:
    (section,) = (item for item in nav.items if isinstance(item, Section))
    return section


NAMES = ["index.md", *(f"f/n{number:03}.md" for number in range(300))]


def test_a_long_folder_shows_what_is_near_and_leads_to_the_rest() -> None:
    nav = made(*NAMES)
    nav.pages[151].active = True
    shown = folder(around(nav)).children
    first, *near, last = shown
    assert isinstance(first, Link)
    assert isinstance(last, Link)
    assert [item.url for item in near if isinstance(item, Page)] == [
        f"f/n{n:03}/" for n in range(150 - REACH, 151 + REACH)
    ]
    assert (first.title, first.url) == (f"… 前面还有 {150 - REACH} 项", f"f/n{149 - REACH:03}/")
    assert (last.title, last.url) == (f"… 后面还有 {149 - REACH} 项", f"f/n{151 + REACH:03}/")
    assert folder(around(nav)).active
    assert len(folder(nav).children) == 300  # what other pages see


def test_at_its_ends_only_one_side_is_left_out() -> None:
    nav = made(*NAMES)
    nav.pages[1].active = True
    shown = folder(around(nav)).children
    assert len(shown) == REACH + 2
    assert [type(shown[0]), type(shown[-1])] == [Page, Link]


def test_short_lists_and_those_of_other_pages_stay() -> None:
    nav = made(*NAMES)
    nav.pages[0].active = True
    assert around(nav) is nav
    nav = made(*NAMES[: 2 * REACH])
    nav.pages[5].active = True
    assert around(nav).items == nav.items


# A page beside a folder of its name, a folder with a page of its own, a folder in a folder, a full stop in a name.
NESTED = [
    f"{name}.md"
    for name in [
        "index",
        "0",
        "a",
        "b",
        "a/b",
        "a/c",
        "d/index",
        "d/e",
        "d/f/g",
        "d/f/h",
        "d/v1.6",
        "d/z",
        "k/f/g",
        "k/f/h",
        "k/m",
    ]
]
_WHOLE = '{% import "partials/language.html" as lang with context %}{% set features = config.theme.features or [] %}'
_WHOLE += '{% include "partials/nav.html" %}'


# More pages than are shown, in a folder with a page of its own and in one below it.
_MANY = [f"n{number:02}.md" for number in range(2 * REACH + 6)]
LONG = ["index.md", "l/index.md", *(f"l/{name}" for name in _MANY), *(f"l/m/{name}" for name in _MANY), "z.md"]


def rendered(*features: str, names: Sequence[str], once: bool) -> list[str]:
    """Return the navigation of each page as Material renders it, without the space between elements."""
    config = settings(*features)
    files = Files([File(name, "docs", "site", use_directory_urls=True) for name in names])
    nav = get_navigation(files, config)
    env = config.theme.get_env()
    if once:
        render_once(env, files, alone=True)
    found = []
    for page in nav.pages:
        page.meta = {}
        page.active = True
        written = env.from_string(_WHOLE).render(get_context(around(nav), files, config, page))
        page.active = False
        found.append(re.sub(r"\s*([<>])\s*", r"\1", written))
    return found


@pytest.mark.parametrize("names", [NESTED, LONG], ids=["nested", "long"])
@pytest.mark.parametrize(
    "features",
    [(), ("navigation.prune",), ("navigation.indexes", "navigation.sections"), ("navigation.tabs",)],
    ids=str,
)
def test_entries_rendered_once_for_a_folder_are_those_that_each_page_would_render(
    features: tuple[str, ...], names: Sequence[str]
) -> None:
    assert rendered(*features, names=names, once=True) == rendered(*features, names=names, once=False)


def test_an_entry_is_rendered_once_for_a_folder() -> None:
    rendered_for: list[str] = []

    def render(item: StructureItem, _path: str, _level: int, _parent: Section | None) -> str:
        rendered_for.append(str(item.title))
        return "entry"

    entries = Entries(["f/a/", "f/b/", "g/c/"])
    config = settings()
    for name in ("f/a.md", "f/b.md", "g/c.md"):
        page = Page("x", File(name, "docs", "site", use_directory_urls=True), config)
        assert entries.render(render, page, [SAME], None, "", 1, None) == "entry"
    assert rendered_for == ["same", "same"]


def test_a_section_is_rendered_once_where_it_is_closed_and_once_for_each_folder_where_it_is_open() -> None:
    names = ["f/a/1.md", "f/a/2.md", "f/b/3.md", "f/b/4.md", "g/c/5.md", "g/c/6.md"]
    nav, rendered_for = made(*names), []
    entries = Entries(page.url for page in nav.pages)

    def render(item: StructureItem, path: str, level: int, _: Section | None) -> str:
        if not isinstance(item, Section):
            return f"{item.title} "
        rendered_for.append(str(item.title))
        inside = entries.render(render, page, item.children, None, path, level + 1, item) if item.active else ""
        return f"{item.title}({inside})"

    seen = []
    for page in nav.pages:
        page.active = True
        seen.append(entries.render(render, page, nav.items, None, "", 1, None))
        page.active = False
    near_f, near_g = "F(A(None None )B())G()", "F()G(C(None None ))"
    assert seen == [near_f, near_f, *["F(A()B(None None ))G()"] * 2, near_g, near_g]
    assert rendered_for == ["F", "A", "B", "G", "F", "A", "B", "F", "G", "C"]


def test_a_section_of_many_pages_is_rendered_once_for_all_of_them() -> None:
    nav, rendered_for = made(*NAMES), []
    entries = Entries(page.url for page in nav.pages)

    def render(item: StructureItem, path: str, level: int, _: Section | None) -> str:
        if not isinstance(item, Section):
            return f"{item.title} "
        rendered_for.append("open" if item.active else "closed")
        inside = entries.render(render, page, item.children, None, path, level + 1, item) if item.active else ""
        return f"{item.title}({inside})"

    for page in nav.pages:
        page.active = True
        entries.render(render, page, around(nav).items, None, "", 1, None)
        page.active = False
    assert rendered_for == ["closed", "open"]


def test_a_link_to_the_page_itself_is_not_that_of_its_neighbours() -> None:
    entries, config = Entries(["a/", "b/"]), settings()
    pages = [Page("x", File(name, "docs", "site", use_directory_urls=True), config) for name in ("a.md", "b.md")]
    link = Link("a", "a/")
    seen = []
    for page in pages:
        address = get_relative_url(link.url, page.url)
        seen.append(entries.render(lambda *_, address=address: address, page, [link], None, "", 1, None))
    assert seen == ["./", "../a/"]


SAME = Link("same", "x/")

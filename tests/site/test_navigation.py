"""The navigation of a page: bounded, and still a way to everything."""

from __future__ import annotations

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Link, Navigation, Section, get_navigation
from mkdocs.structure.pages import Page

from zhixing.site.navigation import REACH, around


def made(*names: str) -> Navigation:
    config = MkDocsConfig()
    config.load_dict({"site_name": "x", "docs_dir": "docs"})
    config.validate()
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

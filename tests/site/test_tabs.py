"""Tabs of MkDocs as a reader uses them: by mouse, by keyboard, through a link, on paper, and without a script."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from conftest import run, run_axe, served
from playwright.sync_api import Browser, Page
from test_axe import SCREENS

SETTINGS = (
    "site_name: 站\ndocs_dir: notes\ntheme: {name: material, font: false}\nplugins: [zhixing]\n"
    "markdown_extensions: [pymdownx.tabbed]\n"
)
NOTE = '[去](#深处)\n\n=== "甲"\n\n    文一\n\n=== "乙"\n\n    <i>文二</i>\n\n    ## 深处\n\n    文三\n'

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def tabs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with tabs."""
    folder = tmp_path_factory.mktemp("tabs")
    (folder / "notes").mkdir()
    (folder / "mkdocs.yml").write_text(SETTINGS, encoding="utf-8")
    (folder / "notes" / "index.md").write_text(NOTE, encoding="utf-8")
    done = run(sys.executable, "-m", "mkdocs", "build", "-q", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    with served(Path(folder, "site")) as address:
        yield address


@contextmanager
def opened(browser: Browser, address: str, *, script: bool = True) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def shown(page: Page) -> list[bool]:
    return [page.get_by_text(text, exact=True).is_visible() for text in ("文一", "文二", "文三")]


@pytest.mark.parametrize("script", [True, False])
def test_one_tab_is_seen_and_another_may_be_chosen(browser: Browser, tabs: str, script: bool) -> None:
    with opened(browser, tabs, script=script) as page:
        assert shown(page) == [True, False, False]
        page.locator("label", has_text="乙").click()
        assert shown(page) == [False, True, True]


def test_arrow_keys_choose_a_tab(browser: Browser, tabs: str) -> None:
    with opened(browser, tabs) as page:
        page.get_by_role("radio", name="甲").focus()
        page.keyboard.press("ArrowRight")
        assert shown(page) == [False, True, True]


@pytest.mark.parametrize("script", [True, False])
def test_a_link_into_a_tab_shows_it(browser: Browser, tabs: str, script: bool) -> None:
    with opened(browser, tabs, script=script) as page:
        page.get_by_role("link", name="去").click()
        page.get_by_text("文三").wait_for(state="visible")


def test_paper_shows_all(browser: Browser, tabs: str) -> None:
    with opened(browser, tabs) as page:
        page.emulate_media(media="print")
        assert shown(page) == [True, True, True]


@pytest.mark.parametrize(("width", "scheme"), SCREENS, ids=["wide, light", "narrow, dark"])
def test_tabs_shut_nobody_out(browser: Browser, tabs: str, width: int, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(tabs)
    answer = run_axe(page)
    context.close()
    assert [(rule["id"], node["html"]) for rule in answer["violations"] for node in rule["nodes"]] == []

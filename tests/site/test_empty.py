"""Pages without Markdown are rendered without a parser, and as a parser would render them."""

from __future__ import annotations

from pathlib import Path

import pytest
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from zhixing.site.empty import render_without_parser


def render(folder: Path, text: str, *, parser: bool) -> tuple[object, ...]:
    """Return what a page of a text is after it was rendered, by default or by its parser."""
    config = MkDocsConfig()
    config.load_dict({"site_name": "x", "docs_dir": str(folder), "site_dir": str(folder / "site")})
    config.validate()
    files = Files([File("a.md", str(folder), str(folder), use_directory_urls=True)])
    page = Page(None, next(iter(files)), config)
    page.markdown = text
    if not parser:
        render_without_parser(page)
    page.render(config, files)
    return page.content, str(page.toc), page.title, page.present_anchor_ids, page.links_to_anchors


@pytest.mark.parametrize("text", ["", "# A\n\n[text](b.md#c)"])
def test_a_page_is_as_its_parser_makes_it(tmp_path: Path, text: str) -> None:
    assert render(tmp_path, text, parser=False) == render(tmp_path, text, parser=True)


def test_no_parser_is_made_for_an_empty_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Page, "render", lambda *_: pytest.fail("a parser is made"))
    assert render(tmp_path, "", parser=False)[0] == ""

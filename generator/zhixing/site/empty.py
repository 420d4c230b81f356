"""Pages without Markdown for MkDocs to render, such as those of notes, whose HTML the plugin makes.

MkDocs makes a parser with all its extensions for each page, even for an empty text.
"""

from __future__ import annotations

from functools import partial

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents


def render_without_parser(page: Page) -> None:
    """Have a page rendered without a parser, unless another plugin gives it a text before that."""
    page.render = partial(_render, page)  # type: ignore[method-assign]  # MkDocs has no hook for it


def _render(page: Page, config: MkDocsConfig, files: Files) -> None:
    del page.render  # it is the method of all pages again
    if page.markdown:
        page.render(config, files)
    else:
        page.content, page.toc = "", TableOfContents([])
        page.present_anchor_ids, page.links_to_anchors = set(), {}

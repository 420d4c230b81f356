"""The MkDocs plugin: hooks and nothing else. It reads the vault and never writes into it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink
from mkdocs.utils import get_relative_url

from zhixing.build import Memory
from zhixing.problems import Severity
from zhixing.site import assets, html
from zhixing.site import page as page_parts
from zhixing.site.markdown import with_extensions
from zhixing.site.math import title_with_mathml
from zhixing.site.shown import Shown, show
from zhixing.vault.note import Note

_log = get_plugin_logger("zhixing")
# `mkdocs build --strict` fails on warnings; a stub is information.
_LEVELS = {Severity.ERROR: logging.WARNING, Severity.WARNING: logging.WARNING, Severity.INFO: logging.DEBUG}


class PluginConfig(Config):  # type: ignore[no-untyped-call]  # MkDocs types no __init_subclass__
    """The plugin's settings: there are none, what a vault is says its mkdocs.yml."""


class ZhixingPlugin(BasePlugin[PluginConfig]):  # type: ignore[no-untyped-call]  # the same
    """Shows a vault of Obsidian notes as a site, its examples computed anew."""

    shown: Shown
    files: Files

    def __init__(self) -> None:
        super().__init__()
        self.memory = Memory()

    def on_startup(self, **_: object) -> None:
        """Tell MkDocs, by being there, to keep this plugin between rebuilds: only what a save changed is computed."""

    def on_config(self, config: MkDocsConfig) -> None:
        """Set the Markdown extensions and add the styles."""
        with_extensions(config.markdown_extensions, config.mdx_configs)
        if assets.STYLES not in config.extra_css:
            config.extra_css.insert(0, assets.STYLES)

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Load the vault, take out what is not published, and put in figures as they are drawn now."""
        self.shown = show(Path(config.docs_dir), Path(config.config_file_path).parent / "templates", self.memory)
        self.files = files
        for problem in self.shown.problems:
            _log.log(_LEVELS[problem.code.severity], "%s", problem)
        for file in list(files.documentation_pages()):
            note = self.shown.note(file.src_uri)
            if note is not None and not note.published:
                files.remove(file)
        assets.add_figures(files, config, self.shown.figures)
        assets.add_assets(files, config, mermaid=self.shown.has_mermaid)
        return files

    @event_priority(100)
    def on_page_markdown(self, markdown: str, *, page: Page, **_: object) -> str:
        """Translate a note, before any other plugin reads it."""
        note = self.shown.note(page.file.src_uri)
        if note is None:
            return markdown
        page.meta = {"title": page_parts.title(note), "tags": list(note.tags)}
        return self.shown.markdown(note)

    @event_priority(100)
    def on_page_content(self, content: str, *, page: Page, **_: object) -> str:
        """Clean a page, typeset its formulas, and add its properties and backlinks."""
        note = self.shown.note(page.file.src_uri)
        if note is None:
            return content
        for item in self._headings(page):
            item.title = title_with_mathml(item.title)
        head = page_parts.head(note, self.shown.requires(note), lambda other: self._address(other, page))
        foot = page_parts.foot(self.shown.links_here(note), lambda other: self._address(other, page))
        return html.compose(page_parts.title(note), head, html.clean(content), foot)

    def on_post_page(self, output: str, *, page: Page, **_: object) -> str:
        """Keep a page from asking other hosts for anything."""
        return html.with_policy(assets.with_mermaid(output, get_relative_url(".", page.url)))

    def _headings(self, page: Page) -> Iterator[AnchorLink]:
        """Yield every entry of a page's table of contents."""
        waiting = list(page.toc.items)
        while waiting:
            item = waiting.pop()
            waiting += item.children
            yield item

    def _address(self, note: Note, page: Page) -> str:
        """Return a note's address as seen from a page, "" where it has none."""
        file = self.files.get_file_from_path(str(note.path))
        return get_relative_url(file.url, page.url) if file else ""

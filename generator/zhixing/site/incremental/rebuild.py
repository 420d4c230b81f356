"""The builds of `mkdocs serve` after the first: only what a save changed is built, in the folder of the last build.

MkDocs itself empties the folder and builds everything. That is still done where the settings have changed, or what
nearly every page shows, such as the title of a note, which stands in the navigation.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from mkdocs.commands.build import _build_page, _populate_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files, InclusionLevel, set_exclusions
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page

from zhixing.site.builder import SiteBuilder
from zhixing.site.incremental.build import other_files

_log = get_plugin_logger("zhixing")


class Rebuild:
    """Builds a served site again, in place of the builder of MkDocs."""

    def __init__(self, builder: SiteBuilder, build_whole: Callable[[], None]) -> None:
        self._builder = builder
        self._build_whole = build_whole
        self._settings_text = _read_settings(builder.config)

    def __call__(self) -> None:
        """Build what has changed since the last build, or everything where more may have changed than single pages."""
        began = time.monotonic()
        text, incremental = _read_settings(self._builder.config), self._builder.incremental
        if incremental.kept is None or text != self._settings_text or not self._build_changed():
            self._settings_text = text
            self._build_whole()
        else:
            _log.info("Built %d pages in %.2f seconds", len(incremental.changed or ()), time.monotonic() - began)

    def _build_changed(self) -> bool:
        """Build the pages that have changed; return False, with nothing written, where all of them have to be built."""
        builder, incremental = self._builder, self._builder.incremental
        builder.load_vault(builder.config)
        if not builder.renew_files():
            self._find_files()
        if not incremental.is_same_site:
            return False
        builder.skip_unchanged()
        incremental.forget()
        try:
            self._write()
            builder.finish(builder.config)
        except BaseException:  # the folder has pages of two builds
            incremental.forget_builds()
            raise
        return True

    def _find_files(self) -> None:
        """Find the files of the site and its navigation in the way of MkDocs."""
        builder, config = self._builder, self._builder.config
        files = builder.add_files(Files(builder.theme_files), config)
        set_exclusions(files, config)
        nav = get_navigation(files, config)
        for file in files.documentation_pages(inclusion=InclusionLevel.is_in_serve):
            if file.page is None:
                Page(None, file, config)
        builder.take_navigation(nav, files, config)

    def _write(self) -> None:
        """Write the pages and other files that have changed. The site map names only their day, so it stays."""
        builder, incremental, config = self._builder, self._builder.incremental, self._builder.config
        files = builder.layout.files
        pages = files.documentation_pages(inclusion=InclusionLevel.is_in_serve)
        made = [file.page for file in pages if file.page and incremental.is_made(file)]
        for page in made:
            _populate_page(page, config, files)
        for file in other_files(files):
            if incremental.is_copied(file):
                file.copy_file()
        for page in made:
            excluded = page.file.inclusion in (InclusionLevel.EXCLUDED, InclusionLevel.DRAFT)
            _build_page(page, config, pages, builder.nav, builder.env, excluded=excluded)


def _read_settings(config: MkDocsConfig) -> bytes:
    path = Path(config.config_file_path)
    return path.read_bytes() if path.is_file() else b""

"""The builds of `mkdocs serve` after the first: only what a save changed is built, in the folder of the last build.

MkDocs itself empties the folder and builds everything. That is still done where the settings have changed. A save that
changes many pages, as one of a title, which stands in the navigation of all, has the page of the saved note built
first. Browsers see it before the others are built, and a save leaves those to the next build.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from mkdocs.commands.build import _build_page, _build_theme_template, _populate_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel, set_exclusions
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page

from zhixing.site.builder import SiteBuilder
from zhixing.site.incremental.browsers import Browsers
from zhixing.site.incremental.build import other_files
from zhixing.site.incremental.kept import remove_files
from zhixing.vault.note import Note

_log = get_plugin_logger("zhixing")
# So many pages besides that of the saved note are built before browsers reload, which they then do once.
_FEW = 4


class Rebuild:
    """Builds a served site again, in place of the builder of MkDocs."""

    def __init__(self, builder: SiteBuilder, build_whole: Callable[[], None], browsers: Browsers) -> None:
        self._builder = builder
        self._build_whole = build_whole
        self._browsers = browsers
        self._settings_text = _read_settings(builder.config)

    def __call__(self) -> None:
        """Build what has changed since the last build, or everything where nothing is known of it.

        A build of many pages is left where another save waits.
        """
        text, incremental = _read_settings(self._builder.config), self._builder.incremental
        try:
            if incremental.kept is None or text != self._settings_text or not self._build_changed():
                self._settings_text = text
                self._build_whole()
        except BaseException:
            self._browsers.end()
            raise
        if not incremental.is_left:
            self._browsers.end()

    def _build_changed(self) -> bool:
        """Build the pages that have changed; return False, with nothing written, where all of them have to be built."""
        began, builder = time.monotonic(), self._builder
        files, notes = builder.layout.files, builder.vault.shown.vault.notes
        try:
            builder.load_vault(builder.config)
            if not builder.renew_files():
                self._find_files()
            if builder.incremental.now is None:
                return False
            count = self._write(files, notes)
        except BaseException:  # the folder may have pages of two builds
            builder.incremental.forget_builds()
            raise
        _log.info("Built %d pages in %.2f seconds", count, time.monotonic() - began)
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

    def _write(self, former: Files, notes: Mapping[PurePosixPath, Note]) -> int:
        """Write what has changed since the site had its former files, made of notes; return how many pages."""
        builder, incremental = self._builder, self._builder.incremental
        is_same_site, files = incremental.is_same_site, builder.layout.files
        builder.skip_unchanged()
        incremental.begin_writing()
        if not is_same_site:
            self._remove(former)
        for file in other_files(files):
            if incremental.is_copied(file):
                file.copy_file()
        if not is_same_site:
            for template in builder.config.theme.static_templates:
                _build_theme_template(template, builder.env, files, builder.config, builder.nav)
        pages = [file.page for file in _pages_of(files) if file.page and incremental.is_made(file)]
        now = builder.vault.shown.vault.notes
        saved = {str(path) for path, note in now.items() if notes.get(path) is not note}
        pages.sort(key=lambda page: page.file.src_uri not in saved)
        return self._write_pages(pages, sum(page.file.src_uri in saved for page in pages))

    def _remove(self, former: Files) -> None:
        """Remove what the site no longer has; redirects as well, at whose addresses there may be pages now."""
        builder = self._builder
        files, site = builder.layout.files, Path(builder.config.site_dir)
        places = {file.dest_uri for file in (*_pages_of(files), *other_files(files))}
        builder.incremental.remove_redirects(site)
        remove_files(site, [file.dest_uri for file in former if file.dest_uri not in places])

    def _write_pages(self, pages: list[Page], saved: int) -> int:
        """Write pages, of which the first were saved; return how many until another save came."""
        builder, browsers = self._builder, self._browsers
        waiting = {page.file.dest_uri: page for page in pages}
        saved = min(saved, _FEW)
        first = len(pages) if len(pages) <= saved + _FEW else saved
        for page in pages:  # the navigation shows the names of these
            if builder.incremental.is_always_made(page.file):
                _populate_page(page, builder.config, builder.layout.files)
        for page in pages[:first]:
            self._write_page(waiting.pop(page.file.dest_uri))
        if waiting:
            builder.write_live()
            browsers.release(waiting)
        while waiting:
            if browsers.is_save_waiting:
                builder.incremental.leave()
                return len(pages) - len(waiting)
            place = browsers.choose(waiting)
            self._write_page(waiting.pop(place))
            browsers.tell_built(place)
        builder.finish(builder.config)
        return len(pages)

    def _write_page(self, page: Page) -> None:
        builder, config, files = self._builder, self._builder.config, self._builder.layout.files
        if not builder.incremental.is_always_made(page.file):
            _populate_page(page, config, files)
        excluded = page.file.inclusion in (InclusionLevel.EXCLUDED, InclusionLevel.DRAFT)
        _build_page(page, config, _pages_of(files), builder.nav, builder.env, excluded=excluded)
        builder.keep_page(page.file.src_uri)


def _pages_of(files: Files) -> Sequence[File]:
    return files.documentation_pages(inclusion=InclusionLevel.is_in_serve)


def _read_settings(config: MkDocsConfig) -> bytes:
    path = Path(config.config_file_path)
    return path.read_bytes() if path.is_file() else b""

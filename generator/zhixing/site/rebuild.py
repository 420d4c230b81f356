"""The builds of `mkdocs serve` after the first: what a save changed is built, in place, and nothing else.

MkDocs builds everything anew in an emptied folder. That is still done where more has changed than pages show of notes:
the settings, or what nearly every page shows, as a title does through the navigation.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from jinja2 import Environment
from mkdocs.commands.build import _build_page, _populate_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel, set_exclusions
from mkdocs.structure.nav import Navigation, get_navigation
from mkdocs.structure.pages import Page

from zhixing.problems import Problem
from zhixing.site.incremental import Incremental, other_files

_log = get_plugin_logger("zhixing")


@dataclass(frozen=True)
class KnownFiles:
    """What was found with the files of a site, and stays while they do.

    `on_site` are the notes that everybody may see, `shown` the files, `left_out` the problems of those that have no
    place on the site. `date` is that of the build, and `mermaid` says whether a diagram stands on a page.
    """

    on_site: tuple[PurePosixPath, ...]
    shown: tuple[str, ...]
    left_out: tuple[Problem, ...]
    date: str
    mermaid: bool


class Hooks(Protocol):
    """What a rebuild asks of the plugin. `files` and `nav` are those of the last build."""

    incremental: Incremental
    theme_files: tuple[File, ...]
    settings: MkDocsConfig
    env: Environment
    files: Files
    nav: Navigation

    def load_vault(self, config: MkDocsConfig) -> None:
        """Read the vault, and compute what its notes show."""

    def renew_files(self, config: MkDocsConfig) -> bool:
        """Put in what the vault shows now, and sign the pages, where the site has the same files; return whether."""

    def add_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Return the site's files."""

    def on_nav(self, nav: Navigation, *, files: Files, config: MkDocsConfig) -> None:
        """Take the navigation, and sign the pages."""

    def skip_unchanged(self) -> None:
        """Make only pages that have changed."""

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write what comes of all pages together."""


class Rebuild:
    """Builds a served site again, in place of the builder of MkDocs."""

    def __init__(self, hooks: Hooks, build_whole: Callable[[], None]) -> None:
        self.hooks = hooks
        self.build_whole = build_whole
        self.read = _read(hooks.settings)

    def __call__(self) -> None:
        """Build what has changed."""
        began = time.monotonic()
        read = _read(self.hooks.settings)
        if self.hooks.incremental.kept is None or read != self.read or not self._build_changed():
            self.read = read
            self.build_whole()
        else:
            count = len(self.hooks.incremental.changed or ())
            _log.info("Built %d pages in %.2f seconds", count, time.monotonic() - began)

    def _build_changed(self) -> bool:
        """Build the pages that have changed; return whether that is enough."""
        hooks, config = self.hooks, self.hooks.settings
        hooks.load_vault(config)
        if not hooks.renew_files(config):
            self._find_files()
        if not hooks.incremental.is_same_site:
            return False
        hooks.skip_unchanged()
        hooks.incremental.forget()
        try:
            self._write()
            hooks.on_post_build(config=config)
        except BaseException:  # pages of two builds are in the folder
            hooks.incremental.look_away()
            raise
        return True

    def _find_files(self) -> None:
        """Find the files of the site and its navigation, as MkDocs does."""
        hooks, config = self.hooks, self.hooks.settings
        files = hooks.add_files(Files(hooks.theme_files), config)
        set_exclusions(files, config)
        nav = get_navigation(files, config)
        for file in files.documentation_pages(inclusion=InclusionLevel.is_in_serve):
            if file.page is None:
                Page(None, file, config)
        hooks.on_nav(nav, files=files, config=config)

    def _write(self) -> None:
        """Write the pages and the other files that have changed; the site map tells nothing of them but the day."""
        incremental, config, files = self.hooks.incremental, self.hooks.settings, self.hooks.files
        pages = files.documentation_pages(inclusion=InclusionLevel.is_in_serve)
        made = [file.page for file in pages if file.page and incremental.is_made(file)]
        for page in made:
            _populate_page(page, config, files)
        for file in other_files(files):
            if incremental.is_copied(file):
                file.copy_file()
        for page in made:
            excluded = page.file.inclusion in (InclusionLevel.EXCLUDED, InclusionLevel.DRAFT)
            _build_page(page, config, pages, self.hooks.nav, self.hooks.env, excluded=excluded)


def _read(config: MkDocsConfig) -> bytes:
    path = Path(config.config_file_path)
    return path.read_bytes() if path.is_file() else b""

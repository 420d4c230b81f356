"""The steps of a build, which the hooks of MkDocs and the builds after a save both take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Link, Navigation

from zhixing.site.config import SiteSettings
from zhixing.site.files import LIVE, SEARCH, redirect_facts, write_redirects
from zhixing.site.incremental.build import Incremental, other_files
from zhixing.site.incremental.changed import digest
from zhixing.site.incremental.kept import MadeOf, builds_alone
from zhixing.site.incremental.signing import sign_pages, sign_site
from zhixing.site.layout import Layout, find_layout, renew_layout
from zhixing.site.live import LiveFolder
from zhixing.site.load import LoadedVault, VaultReader
from zhixing.site.logs import PROGRESS, Teller
from zhixing.site.navigation import name_folders
from zhixing.site.nearby import find_surroundings
from zhixing.site.page_writer import PageWriter
from zhixing.site.recent import find_recent
from zhixing.site.shown import sort_for_terminal
from zhixing.site.social import FEED, write_feed
from zhixing.site.templates import forget_contents, forget_rendered


class SiteBuilder:
    """Builds a site, and keeps what the next build of the same process takes of this one.

    `theme_files` are the files that those of the vault are added to. Of the build under way are `vault`, `layout` and
    `pages`, each from the step on that finds it.
    """

    settings: SiteSettings
    config: MkDocsConfig
    env: Environment
    theme_files: tuple[File, ...]
    vault: LoadedVault
    layout: Layout
    nav: Navigation
    links: tuple[Link, ...]
    pages: PageWriter

    def __init__(self, *, is_served: bool = False, is_dirty: bool = False) -> None:
        self.incremental = Incremental(is_served, is_dirty)
        self._reader = VaultReader(is_served, is_dirty)
        self._teller = Teller(get_plugin_logger("zhixing"))
        self._live_folder = LiveFolder()
        # Whether the next build may renew the layout, and whether this one did.
        self._is_signed = False
        self._is_renewed = False
        self._inputs = b""

    def is_unchanged(self, config: MkDocsConfig) -> bool:
        """Return whether the site's folder has all that this build would write; the vault's problems are then told.

        MkDocs has warnings of its own for a navigation that the author wrote, so such a site is looked at as a whole.
        """
        project, written = self.settings.read_project(config), self.settings.list_written(config)
        inputs = self._reader.survey(project, (*written, config.strict))
        self._inputs = inputs if builds_alone(config) and config.nav is None else b""
        problems = self.incremental.find_problems(self._inputs, config)
        if problems is not None:
            self._teller.tell(sort_for_terminal(project.notes, problems))
        return problems is not None

    def load_vault(self, config: MkDocsConfig) -> None:
        """Read the vault, and compute what its notes show."""
        project, alone = self.settings.read_project(config), builds_alone(config)
        self.vault = self._reader.read(project, strict=config.strict, builds_alone=alone)

    def add_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Return the files of the site: these, those of the vault, and those that the plugin makes."""
        self._is_signed = self._is_renewed = False
        self.layout = find_layout(self.vault, files, config, self._reader.state_notes)
        self._teller.tell(self.layout.problems)
        return self.layout.files

    def take_navigation(self, nav: Navigation, files: Files, config: MkDocsConfig) -> None:
        """Take the files as they are when every plugin has added and removed its own; call folders by their names."""
        self.nav, self.config = nav, config
        self.layout = layout = replace(self.layout, files=files)
        edited = self.vault.edited
        around = edited.around if edited else find_surroundings(layout.shown.vault, layout.is_on_site)
        if config.nav is None:
            name_folders(nav.items)
        self.links = layout.lists.links(files)
        self.pages = PageWriter(layout, around, layout.find_social(), self.settings)
        if self.incremental.is_kept and builds_alone(config):
            written = self.settings.list_written(config)
            self._sign(sign_site(layout, self.pages.social, self.settings.terms, *written))
        else:
            self.incremental.forget_builds()
        self.incremental.resume(files, config, layout.meta_for_others)
        self.pages.live = self.incremental.find_unmade_live()
        self._begin_progress()

    def _sign(self, site: bytes) -> None:
        signatures = sign_pages(self.layout, self.pages.around, self.incremental.digests)
        self.incremental.begin(site, signatures, other_files(self.layout.files), self._find_made_of())
        self._is_signed = True

    def _find_made_of(self) -> MadeOf | None:
        """Return what the site is made of; None where that is unknown or where files have problems beside the notes."""
        shown = self.layout.shown
        known = self._inputs and not self.layout.left_out and self._reader.is_as_surveyed(shown.vault)
        return MadeOf(self._inputs, shown.found) if known else None

    def _begin_progress(self) -> None:
        """Count the pages that this build makes."""
        pages = self.layout.files.documentation_pages(inclusion=InclusionLevel.is_in_serve)
        PROGRESS.begin(sum(map(self.incremental.is_made, pages)))

    def renew_files(self) -> bool:
        """Put what the vault shows now into the files of the last build; return whether the site has the same files."""
        is_signed, self._is_signed = self._is_signed, False
        self.incremental.stop_skipping(self.layout.files, self.config)
        kept, state_notes = self.incremental.kept, self._reader.state_notes
        if not is_signed or kept is None:
            return False
        layout = renew_layout(self.layout, self.vault, self.config.docs_dir, state_notes)
        if layout is None:
            return False
        self._teller.tell(layout.problems)
        notes, around = layout.shown.vault.notes, self.pages.around
        around = replace(around, notes={path: notes[path] for path in around.notes})
        self.layout = layout
        self.pages = PageWriter(layout, around, self.pages.social, self.settings)
        self._sign(kept.site)
        self._is_renewed = True
        return True

    def skip_unchanged(self) -> None:
        """Make only pages that have changed, and take what was kept of the others."""
        files, find_meta = self.layout.files, self.layout.meta_for_others
        if self._is_renewed:
            self.incremental.limit_again(files, find_meta)
            PROGRESS.begin(len(self.incremental.changed or ()))
            forget_contents(self.env)
        else:
            self.incremental.limit(files, find_meta)
            self._begin_progress()
            forget_rendered(self.env, files, alone=builds_alone(self.config))
        self.pages.live = self.incremental.find_unmade_live()

    def write_live(self) -> None:
        """Write the data of all examples that readers may change, before the pages that show them are all written."""
        self._live_folder.write(self.vault.live, Path(self.config.site_dir) / LIVE)

    def keep_page(self, path: str) -> None:
        """Keep that a page was written, should the build be left before its end."""
        pages = self.pages
        self.incremental.keep_page(path, pages.search.entries.get(path), pages.live.get(path, frozenset()))

    def finish(self, config: MkDocsConfig) -> None:
        """Write what comes of all pages together, and keep what was built."""
        PROGRESS.clear()
        site, pages = Path(config.site_dir), self.pages
        if self.settings.has_search:
            self.incremental.write_search(pages.search.entries, site / SEARCH)
        live = frozenset[str]().union(*pages.live.values())
        self._live_folder.write({name: self.vault.live[name] for name in live}, site / LIVE)
        self._reader.keep_runs()
        if self._is_renewed and not self.incremental.is_left:
            self.incremental.keep_redirects()
        else:
            self._write_names(config)
        self.incremental.finish(pages.search.entries, pages.live, self._keep)

    def _write_names(self, config: MkDocsConfig) -> None:
        """Write the feed and the redirects, which show titles, dates and addresses of notes."""
        vault, files, site = self.layout.shown.vault, self.layout.files, Path(config.site_dir)
        recent = find_recent(vault, self.layout.is_on_site)
        if FEED not in {file.dest_uri for file in files}:
            (site / FEED).unlink(missing_ok=True)
        write_feed([(note, files.src_uris[str(note.path)].url) for note in recent], config)
        pages = [
            (note, files.src_uris[str(note.path)]) for note in filter(self.layout.is_on_site, vault.notes.values())
        ]
        aliases = digest(redirect_facts(vault))
        self.incremental.renew_redirects(site, aliases, lambda: write_redirects(vault, pages, config))

    def _keep(self) -> Iterator[None]:
        """Keep what was read of the vault for other processes; yield between steps."""
        yield from self._reader.keep_notes(self.vault.shown.vault)
        if self.incremental.kept is not None:
            self._reader.keep_site(self.vault.shown, self.pages.around, self.incremental.signatures)

"""The files of a site and the pages that it makes, found for each build, or renewed where they are the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from markupsafe import escape
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils import get_build_date

from zhixing.page.faults import Faults
from zhixing.page.titles import title
from zhixing.page.tree import Place
from zhixing.problems import Problem
from zhixing.site.files import (
    ASSETS,
    Addresses,
    add_assets,
    add_figures,
    add_pages,
    is_shown,
    names_in_use,
    renew_figures,
)
from zhixing.site.head import meta as note_meta
from zhixing.site.home import PAGE as HOME
from zhixing.site.home import has_home, home_page
from zhixing.site.inputs import renew_inert, theme_places, vault_files
from zhixing.site.list_pages import ListPages, make_list_pages
from zhixing.site.load import LoadedVault
from zhixing.site.map import Map, find_maps
from zhixing.site.recent import find_recent
from zhixing.site.sheets import Sheets, find_sheets
from zhixing.site.shown import Shown
from zhixing.site.social import FEED, Social, find_picture, has_day
from zhixing.site.state import PAGE as STATE
from zhixing.site.state import StateNotes, state_page
from zhixing.vault.addresses import find_addresses
from zhixing.vault.note import Note


@dataclass(frozen=True, slots=True)
class Layout:
    """What a site consists of: its vault, its files, and the pages that come from no note.

    `on_site` are the notes that everybody may see, `shown_files` the files. `left_out` are the problems of files that
    have no place on the site. `date` is that of the build, and `mermaid` says whether a diagram stands on a page.
    """

    vault: LoadedVault
    files: Files
    lists: ListPages
    sheets: Sheets
    maps: tuple[Map, ...]
    on_site: tuple[PurePosixPath, ...]
    shown_files: tuple[str, ...]
    left_out: tuple[Problem, ...]
    date: str
    mermaid: bool

    @property
    def shown(self) -> Shown:
        """What the site shows of its vault."""
        return self.vault.shown

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the vault and of its files."""
        return (*self.shown.problems, *self.left_out)

    @property
    def has_state(self) -> bool:
        """Whether there is a page of the vault's state."""
        return str(STATE) in self.lists.pages

    def is_on_site(self, note: Note) -> bool:
        """Return whether a note has a page for everybody: published, not excluded, no draft."""
        return _is_on_site(self.files, note)

    def page(self, path: PurePosixPath | None) -> Page | None:
        """Return the page of a note on the site."""
        file = self.files.get_file_from_path(str(path)) if path else None
        return file.page if file else None

    def addresses(self, url: str) -> Addresses:
        """Return where things are, seen from the page at an address."""
        maps = {one.canvas: Place(one.note, one.anchor) for one in self.maps}
        trusted = self.shown.vault.settings.extras.trusted
        return Addresses(self.files, self.lists.tags, url, self.sheets.places, maps, trusted)

    def meta(self, file: File) -> Mapping[str, object] | None:
        """Return what MkDocs is told of a note or of a page of the plugin's own; None for other pages."""
        note, name = self.shown.note(file.src_uri), self.lists.titles.get(file.src_uri)
        if note is not None:
            return note_meta(note, self.lists.tags)
        if file.src_uri in self.sheets.pages:
            # A canvas takes the room of the contents: its headings are those of its cards.
            hide = ["toc"] if self.sheets.is_canvas(file.src_uri) else []
            return {"title": escape(self.sheets.name(file.src_uri)), "hide": hide}
        return {"title": name, "search": {"exclude": True}} if name else None

    def meta_for_others(self, file: File) -> Mapping[str, object] | None:
        """Return what other pages are told of a note or of a page of the plugin's own; None for other pages."""
        note = self.shown.note(file.src_uri)
        return {"title": escape(title(note))} if note is not None else self.meta(file)

    def picture(self, note: Note) -> str:
        """Return the address, seen from the site's own, of the picture that a note names; "" for none."""
        raw = Addresses(self.files, self.lists.tags, "./").raw
        return find_picture(self.shown.vault, self.shown.private, note, raw)

    def find_social(self) -> Social:
        """Return what all pages tell elsewhere: the picture of the home page, and whether there is a feed."""
        home = next((self.shown.note(file.src_uri) for file in self.files if file.dest_uri == "index.html"), None)
        dated = find_recent(self.shown.vault, self.is_on_site)
        return Social(self.picture(home) if home else "", any(map(has_day, dated)))


def find_layout(vault: LoadedVault, theme: Files, config: MkDocsConfig, known: StateNotes) -> Layout:
    """Return the site of a vault, whose other files are those of the theme; `known` makes the page of the state."""
    shown, taken = vault.shown, theme_places(theme, config, (*ASSETS, FEED))
    from_vault, left_out = vault_files(shown.public, config, taken, find_addresses(shown.vault).pages)
    files = Files([*from_vault, *theme])
    in_use, is_on_site = names_in_use(files), partial(_is_on_site, files)
    lists = make_list_pages(shown.vault, is_on_site, in_use)
    on_site = tuple(path for path, note in shown.vault.notes.items() if is_on_site(note))
    if vault.is_served and vault.faults and str(STATE) not in files.src_uris:
        lists = _add_state(lists, vault, on_site, known)
    add_pages(files, config, map(PurePosixPath, lists.pages))
    add_figures(files, config, shown.figures)
    maps = find_maps(shown.results, filter(is_on_site, shown.public.notes.values()), shown.figures)
    shown_files = [file.src_uri for file in files if is_shown(file)]
    sheets = find_sheets(shown, lists.tags, shown_files, in_use, {one.canvas for one in maps})
    add_pages(files, config, map(PurePosixPath, sheets.pages), InclusionLevel.INCLUDED)
    mermaid = shown.has_mermaid or sheets.has_mermaid
    add_assets(files, config, mermaid=mermaid)
    if not has_home(files):
        home = home_page(config.site_name, (shown.vault.notes[path] for path in on_site), shown.vault.wording)
        files, lists = _add_home(files, config), lists.add(home, shown.vault.wording.root_folder)
    found = (on_site, tuple(shown_files), tuple(left_out), get_build_date())
    return Layout(vault, files, lists, sheets, maps, *found, mermaid=mermaid)


def renew_layout(before: Layout, vault: LoadedVault, docs: str, known: StateNotes) -> Layout | None:
    """Return the site of a vault where it has the same files as before, in which its figures are put.

    It has them where nothing but texts of notes has changed, as by most saves, and what is computed from them. Return
    None where it may have others.
    """
    then, now = before.shown, vault.shown
    if now.vault.outline is not then.vault.outline or now.private != then.private:
        return None
    if now.figures.keys() != then.figures.keys() or before.date != get_build_date():
        return None
    notes = (now.public.notes[path] for path in before.on_site if path in now.public.notes)
    maps = find_maps(now.results, notes, now.figures)
    if [(one.canvas, one.note) for one in maps] != [(one.canvas, one.note) for one in before.maps]:
        return None
    canvases = {one.canvas for one in maps}
    sheets = find_sheets(now, before.lists.tags, before.shown_files, maps=canvases, known=before.sheets)
    if (now.has_mermaid or sheets.has_mermaid) != before.mermaid or not renew_inert(before.files, docs):
        return None
    renew_figures(before.files, then.figures, now.figures)
    lists = _add_state(before.lists, vault, before.on_site, known) if before.has_state else before.lists
    return replace(before, vault=vault, lists=lists, sheets=sheets, maps=maps)


def _is_on_site(files: Files, note: Note) -> bool:
    file = files.src_uris.get(str(note.path))
    return file is not None and is_shown(file)


def _add_state(lists: ListPages, vault: LoadedVault, on_site: Iterable[PurePosixPath], known: StateNotes) -> ListPages:
    """Return pages with that of the state of a vault."""
    notes = [vault.shown.vault.notes[path] for path in on_site]
    page = state_page(vault.shown, vault.faults or Faults({}), notes, known)
    return lists.add(page, vault.shown.vault.wording.state)


def _add_home(files: Files, config: MkDocsConfig) -> Files:
    """Return files with a page at the site's own address before all others."""
    inclusion = InclusionLevel.NOT_IN_NAV if config.nav else InclusionLevel.INCLUDED
    with_home = Files([])
    add_pages(with_home, config, [HOME], inclusion)
    for file in files:
        with_home.append(file)
    return with_home

"""The MkDocs plugin: hooks and nothing else. It reads the vault and never writes into it."""

from __future__ import annotations

import gc
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jinja2 import Environment, Template
from markupsafe import escape as marked
from mkdocs.config.base import Config
from mkdocs.config.config_options import Choice, Optional, Type
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Link as NavLink
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents
from mkdocs.utils import get_build_date, get_relative_url
from mkdocs.utils.templates import TemplateContext

from zhixing.compose import Memory, open_memory
from zhixing.markdown.dialect import Dialect, choose_dialect
from zhixing.page import Document
from zhixing.page.faults import Faults
from zhixing.page.html import write_html
from zhixing.page.tags import Tags, tag_pages, tags_of, walk
from zhixing.page.titles import title
from zhixing.page.tree import Place
from zhixing.problems import Problem, visible
from zhixing.site import files as site_files
from zhixing.site import head as page_parts
from zhixing.site import html, policy, social
from zhixing.site.card import with_card
from zhixing.site.changed import Signatures, digest
from zhixing.site.edited import Edited, EditedTexts
from zhixing.site.empty import render_without_parser
from zhixing.site.faults import badge, fault_banner, state_line
from zhixing.site.files import LIVE, SEARCH, Addresses, is_shown, write_redirects
from zhixing.site.home import PAGE as HOME
from zhixing.site.home import has_home, home_page
from zhixing.site.incremental import Incremental, other_files
from zhixing.site.inputs import EmptyDocs, renew_inert, theme_places, vault_files, watch_real_folders
from zhixing.site.kept import Kept, builds_alone, sign_site
from zhixing.site.kept_notes import KeptNotes
from zhixing.site.live import LiveExample, LiveFolder, live_data, names_in, with_live
from zhixing.site.logs import LEVELS, PROGRESS, Teller, write_visibly
from zhixing.site.map import Map, MapEdge, find_maps, with_map_script, with_maps
from zhixing.site.navigation import around, name_folders
from zhixing.site.nearby import Surroundings, draw_nearby, find_surroundings
from zhixing.site.papers import with_papers
from zhixing.site.policy import Trusted
from zhixing.site.rebuild import KnownFiles, Rebuild
from zhixing.site.recent import find_recent, recent_page, recent_place
from zhixing.site.search import Entry
from zhixing.site.search_box import begin_search, with_search
from zhixing.site.search_text import Section, sections_of, sections_of_html, text_of_html
from zhixing.site.settings import TERMS, unused_settings
from zhixing.site.sheets import Sheets, find_sheets
from zhixing.site.shown import Shown, is_large, show
from zhixing.site.staging import Staging
from zhixing.site.state import PAGE as STATE
from zhixing.site.state import StateNotes, state_page
from zhixing.site.templates import forget_contents, forget_rendered, render_once
from zhixing.site.theme_files import pass_over_hidden_folders
from zhixing.vault.addresses import find_addresses
from zhixing.vault.load import OBSIDIAN, Project, ProjectError, Stamps, read_wording
from zhixing.vault.note import Note
from zhixing.vault.settings import read_values
from zhixing.vault.store import INDEX, open_store
from zhixing.vault.vault import Vault
from zhixing.wording.languages import find_wording, language_codes
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

_TAG_LIST = re.compile(r"<!--\s*material/tags\b[^<>]*-->")
_log = get_plugin_logger("zhixing")
_SEARCH_REPLACED = (
    "The site has zhixing's own search. Remove the plugin 'search' from mkdocs.yml; it does nothing here."
)
_NO_ADDRESS = "site_url is not set in mkdocs.yml: the site gets no site map, no canonical addresses and no feed."


class PluginConfig(Config):  # type: ignore[no-untyped-call]  # MkDocs types no __init_subclass__
    """The plugin's settings. `language` is that of the words that the tool writes; without it, the theme's.

    The others are read by `vault/settings.py`, which the command line asks too.
    """

    addresses = Optional(Type(object))
    frames = Optional(Type(object))
    html = Optional(Type(object))
    policy = Optional(Type(object))
    language = Optional(Choice(language_codes()))
    publish = Optional(Type(object))
    problems = Optional(Type(object))
    properties = Optional(Type(object))
    remote = Optional(Type(object))
    templates = Optional(Type(object))


def _wording(settings: PluginConfig, file: Path) -> Wording:
    """Return the words for a vault's readers: those that the command line finds in the same file."""
    try:
        return (find_wording(settings.language) if settings.language else None) or read_wording(file)
    except ProjectError:
        # MkDocs reads settings that this reader refuses, among them a file of more than a megabyte.
        return CHINESE


def _written(config: Config) -> Sequence[Mapping[str, Any]]:
    """Return what the author wrote of some settings. MkDocs has no other way to it, and warns at each use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        written: Sequence[Mapping[str, Any]] = config.user_configs
    return written


def _said(config: Config) -> list[object]:
    """Return what the author wrote of MkDocs' settings; the folder that it serves has another name each time."""
    return [{key: value for key, value in one.items() if key != "site_dir"} for one in _written(config)]


def _dialect(config: MkDocsConfig) -> Dialect:
    """Return the syntax of the extensions that mkdocs.yml lists, as the command line reads it there."""
    siblings_first = not (Path(config.docs_dir) / OBSIDIAN).is_dir()
    return choose_dialect(config.markdown_extensions, siblings_first=siblings_first, hooks=bool(config.hooks))


class ZhixingPlugin(BasePlugin[PluginConfig]):  # type: ignore[no-untyped-call]  # the same
    """Shows a vault of Obsidian notes as a site, its examples computed anew."""

    shown: Shown
    files: Files
    settings: MkDocsConfig
    tags: Tags
    tag_titles: dict[str, str]
    tag_pages: Mapping[str, Document]
    sheets: Sheets
    nav: Navigation
    known_files: KnownFiles
    maps: tuple[Map, ...]
    around: Surroundings
    recent: PurePosixPath
    lists: tuple[NavLink, ...]
    social: social.Social
    live: Mapping[str, LiveExample]
    is_late: bool
    terms: bool
    has_search: bool
    env: Environment
    template: Template

    def __init__(self) -> None:
        super().__init__()
        self.memory: Memory | None = None
        self.kept_notes = KeptNotes()
        self.edited_texts = EditedTexts()
        self.edited: Edited | None = None
        self.previous: Vault | None = None
        self.stamps: Stamps = {}
        self.told: set[Problem] = set()
        self.teller = Teller(_log)
        self.docs = EmptyDocs()
        self.staging: Staging | None = None
        self.serving = False
        self.faults: Faults | None = None
        self.trusted: dict[tuple[str, str], Trusted] = {}
        self.searched: dict[str, Entry] = {}
        self.live_names: dict[str, frozenset[str]] = {}
        self.live_folder = LiveFolder()
        self.state_notes = StateNotes()
        self.incremental = Incremental()
        self.has_same_files = False
        self.theme_files: tuple[File, ...] = ()
        self.last: Page | None = None
        self.built: Shown | None = None

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Build beside the site that readers see, except where MkDocs serves a folder of its own.

        A plugin with this method is also kept between rebuilds: only what a save changed is computed.
        """
        # Nearly all that a build creates lasts until its end, and looking for garbage among it takes long.
        gc.set_threshold(50_000, 50, 100)
        self.serving = command == "serve"
        self.incremental = Incremental(self.serving, dirty)
        self.staging = None if self.serving or dirty else Staging()

    @event_priority(-1000)
    def on_config(self, config: MkDocsConfig) -> None:
        """Add the styles, and say which settings cannot act on notes."""
        self.incremental.start()
        self.terms = TERMS in config.markdown_extensions
        for problem in unused_settings(config):
            if problem not in self.told:
                self.told.add(problem)
                _log.log(LEVELS[problem.severity], "%s", visible(str(problem)))
        if site_files.STYLES not in config.extra_css:
            config.extra_css.insert(0, site_files.STYLES)
        write_visibly()
        site_files.add_scripts(config)
        self.has_search, replaced = begin_search(config)
        if replaced:
            _log.info("%s", _SEARCH_REPLACED)
        if not config.site_url:
            _log.info("%s", _NO_ADDRESS)
        self.docs.hide(config)
        pass_over_hidden_folders(config.theme)
        if self.staging:
            self.staging.begin(config)

    @event_priority(100)
    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Load the vault and put in what it shows: what is published, and figures as they are drawn now."""
        self.docs.show(config)
        self.theme_files = tuple(files)
        self.load_vault(config)
        return self.add_files(files, config)

    def load_vault(self, config: MkDocsConfig) -> None:
        """Read the vault, and compute what its notes show."""
        self.searched = {}
        self.live_names = {}
        self.shown = self._show(config)
        self.is_late = self.staging is not None and is_large(self.shown.vault) and builds_alone(config)
        self.previous = self.shown.vault
        # A strict build fails on whatever does not hold; other builds show it to their readers.
        self.faults = None if config.strict else Faults.of(self.shown.found, to_author=self.serving)
        self.live = live_data(self.shown.results, self.shown.public.notes.values())

    def add_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Put in the files of the vault, and the pages of the plugin's own."""
        self.built = None
        taken = theme_places(files, config, (*site_files.ASSETS, social.FEED))
        addresses = find_addresses(self.shown.vault).pages
        from_vault, left_out = vault_files(self.shown.public, config, taken, addresses)
        self.files = files = Files([*from_vault, *files])
        self.teller.tell((*self.shown.problems, *left_out))
        in_use = site_files.names_in_use(files)
        self.tags = tags_of(self.shown.vault, self._on_site, in_use)
        self.tag_titles = {str(tag.path): f"#{tag.name}" for tag in walk(self.tags.roots)}
        self.tag_titles[str(self.tags.index)] = self.tags.wording.tags
        self.tag_pages = {str(path): page for path, page in tag_pages(self.tags).items()}
        self.recent = recent_place(in_use)
        if document := recent_page(self.shown.vault, self.recent, self._on_site):
            self.tag_titles[str(self.recent)] = self.tags.wording.recent
            self.tag_pages = {**self.tag_pages, str(self.recent): document}
        on_site = tuple(path for path, note in self.shown.vault.notes.items() if self._on_site(note))
        if self.serving and self.faults and str(STATE) not in files.src_uris:
            self.tag_pages = {**self.tag_pages, str(STATE): self._make_state(on_site)}
            self.tag_titles[str(STATE)] = self.shown.vault.wording.state
        site_files.add_pages(files, config, map(PurePosixPath, self.tag_pages))
        site_files.add_figures(files, config, self.shown.figures)
        notes = [note for note in self.shown.public.notes.values() if self._on_site(note)]
        self.maps = find_maps(self.shown.results, notes, self.shown.figures)
        shown = [file.src_uri for file in files if is_shown(file)]
        self.sheets = find_sheets(self.shown, self.tags, shown, in_use, {one.canvas for one in self.maps})
        site_files.add_pages(files, config, map(PurePosixPath, self.sheets.pages), InclusionLevel.INCLUDED)
        mermaid = self.shown.has_mermaid or self.sheets.has_mermaid
        site_files.add_assets(files, config, mermaid=mermaid)
        if not has_home(files):
            self._add_home(files, config)
        self.known_files = KnownFiles(on_site, tuple(shown), tuple(left_out), get_build_date(), mermaid=mermaid)
        self.has_same_files = False
        return self.files

    def _make_state(self, on_site: Iterable[PurePosixPath]) -> Document:
        """Return the page of the state of the vault."""
        notes = [self.shown.vault.notes[path] for path in on_site]
        return state_page(self.shown, self.faults or Faults({}), notes, self.state_notes)

    def renew_files(self, config: MkDocsConfig) -> bool:
        """Put what the vault shows now into the files of the last build; return whether the site has the same files.

        It has where nothing but texts of notes has changed, as by most saves, and what comes of them.
        """
        before, shown, known = self.built, self.shown, self.known_files
        self.built = None
        self.incremental.stop_skipping(self.files)
        if before is None or shown.vault.outline is not before.vault.outline or shown.private != before.private:
            return False
        if shown.figures.keys() != before.figures.keys() or known.date != get_build_date():
            return False
        notes = (shown.public.notes[path] for path in known.on_site if path in shown.public.notes)
        maps = find_maps(shown.results, notes, shown.figures)
        if [(one.canvas, one.note) for one in maps] != [(one.canvas, one.note) for one in self.maps]:
            return False
        canvases = {one.canvas for one in maps}
        sheets = find_sheets(shown, self.tags, known.shown, maps=canvases, known=self.sheets)
        mermaid = shown.has_mermaid or sheets.has_mermaid
        if mermaid != known.mermaid or not renew_inert(self.files, config.docs_dir):
            return False
        site_files.renew_figures(self.files, before.figures, shown.figures)
        self.sheets, self.maps = sheets, maps
        if str(STATE) in self.tag_pages:
            self.tag_pages = {**self.tag_pages, str(STATE): self._make_state(known.on_site)}
        self.teller.tell((*shown.problems, *known.left_out))
        self.around = replace(self.around, notes={path: shown.vault.notes[path] for path in self.around.notes})
        self._sign(config, known=self.incremental.kept)
        self.built, self.has_same_files = shown, True
        return True

    def _show(self, config: MkDocsConfig) -> Shown:
        """Load the vault: as a whole, or where texts were edited and nothing else, what these edits change."""
        file = Path(config.config_file_path)
        values = {key: value for said in _written(self.config) for key, value in said.items()}
        settings = replace(read_values(str(file), values), dialect=_dialect(config))
        wording = _wording(self.config, file)
        templates = file.parent / "templates"
        docs = Path(config.docs_dir)
        if self.memory is None:
            store = open_store(docs, INDEX)
            self.memory = open_memory(store)
            self.kept_notes = KeptNotes(store if self.incremental.is_kept else None)
            self.state_notes.store = store if self.serving else None
            self.edited_texts = EditedTexts(store if self.incremental.dirty and not self.serving else None)
        project = Project(docs, templates, wording, file, settings)
        said = (_said(config), config.site_url, config.strict, _written(self.config))
        self.edited = self.edited_texts.find(project, said, self.kept_notes, self.memory)
        if self.edited:
            return self.edited.shown
        known, condense = (self.previous, self.stamps, self.kept_notes), self.staging is not None
        return show(docs, templates, self.memory, wording, settings, *known, condense=condense)

    def _add_home(self, files: Files, config: MkDocsConfig) -> None:
        """Put a page at the site's own address, before all others, where the vault has none."""
        notes = (note for note in self.shown.vault.notes.values() if self._on_site(note))
        page = home_page(config.site_name, notes, self.shown.vault.wording)
        self.tag_pages = {**self.tag_pages, str(HOME): page}
        self.tag_titles[str(HOME)] = self.shown.vault.wording.root_folder
        self.files = Files([])
        inclusion = InclusionLevel.NOT_IN_NAV if config.nav else InclusionLevel.INCLUDED
        site_files.add_pages(self.files, config, [HOME], inclusion)
        for file in files:
            self.files.append(file)

    def on_nav(self, nav: Navigation, *, files: Files, config: MkDocsConfig) -> None:
        """Take the files as they are when every plugin has added and removed its own; call folders by their names."""
        self.files, self.settings, self.nav = files, config, nav
        self.around = self.edited.around if self.edited else find_surroundings(self.shown.vault, self._on_site)
        if config.nav is None:
            name_folders(nav.items)
        self.lists = self._links_to_lists()
        home = next((self.shown.note(file.src_uri) for file in files if file.dest_uri == "index.html"), None)
        dated = find_recent(self.shown.vault, self._on_site)
        self.social = social.Social(self._picture(home) if home else "", any(map(social.has_day, dated)))
        if self.incremental.is_kept and builds_alone(config):
            self._sign(config)
            self.built = self.shown
        else:
            self.incremental.look_away()
        self.incremental.resume(files, config, self._find_name)
        self.live_names = self.incremental.known_live()
        self._begin_progress()

    def _begin_progress(self) -> None:
        """Count the pages that this build makes."""
        pages = self.files.documentation_pages(inclusion=InclusionLevel.is_in_serve)
        PROGRESS.begin(sum(map(self.incremental.is_made, pages)))

    def _sign(self, config: MkDocsConfig, known: Kept | None = None) -> None:
        """Find what each page is made from, and what nearly all of them show, unless it is `known` to be the same."""
        incremental, words = self.incremental, self.shown.vault.wording
        made = self.tag_pages, self.sheets.pages
        same = self.edited.signatures if self.edited else {}
        signed = Signatures(self.shown, self.around, self.faults, self._badge, incremental.digests, *made, same)
        pages = [file.src_uri for file in self.files.documentation_pages(inclusion=InclusionLevel.is_in_serve)]
        if known is not None:
            incremental.begin(known.site, signed.of_pages(pages), other_files(self.files))
            return
        titles = (part for path, note in self.shown.vault.notes.items() for part in (path, title(note)))
        named = [part for entry in self.tag_titles.items() for part in entry]
        named += [str(part) for one in self.maps for part in (one.canvas, one.note)]
        # The address of a site that is served is that of the server.
        said = _said(config), config.site_url, _written(self.config)
        rest = (words.tag, self.social, self.terms, self.faults is None, *said)
        site = sign_site(self.files, [*titles, *named], self.shown.private, *rest)
        incremental.begin(site, signed.of_pages(pages), other_files(self.files))

    def skip_unchanged(self) -> None:
        """Make only pages that have changed, and take what was kept of the others."""
        if self.has_same_files:
            self.incremental.limit_again(self.files, self._find_name)
            PROGRESS.begin(len(self.incremental.changed or ()))
            forget_contents(self.env)
        else:
            self.incremental.limit(self.files, self._find_name)
            self._begin_progress()
            forget_rendered(self.env, self.files, alone=builds_alone(self.settings))
        self.live_names = self.incremental.known_live()

    def _find_name(self, file: File) -> Mapping[str, object] | None:
        """Return what other pages are told of a note or of a page of the plugin's own; None for other pages."""
        note = self.shown.note(file.src_uri)
        return {"title": marked(title(note))} if note is not None else self._meta(file)

    def _meta(self, file: File) -> Mapping[str, object] | None:
        """Return what MkDocs is told of a note or of a page of the plugin's own; None for other pages."""
        note, name = self.shown.note(file.src_uri), self.tag_titles.get(file.src_uri)
        if note is not None:
            return page_parts.meta(note, self.tags)
        if file.src_uri in self.sheets.pages:
            # A canvas takes the room of the contents: its headings are those of its cards.
            hide = ["toc"] if self.sheets.is_canvas(file.src_uri) else []
            return {"title": marked(self.sheets.name(file.src_uri)), "hide": hide}
        return {"title": name, "search": {"exclude": True}} if name else None

    @event_priority(-1000)
    def on_env(self, env: Environment, *, files: Files, **_: object) -> None:
        """Take the theme's templates as every plugin has left them."""
        render_once(env, files, alone=builds_alone(self.settings))
        self.env = env
        if self.staging and not self.is_late:
            for note in filter(self.shown.is_embedded, self.shown.vault.notes.values()):
                self.shown.forget(note)
        if self.staging:
            # What is kept now lasts until the end: the garbage collector need not look at it.
            gc.freeze()
        self.trusted = {}

    def on_page_read_source(self, *, page: Page, **_: object) -> str | None:
        """Keep MkDocs from reading a note's frontmatter: its YAML reader has no bounds."""
        return "" if self.shown.note(page.file.src_uri) else None

    @event_priority(100)
    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, **_: object) -> str:
        """Take a note from MkDocs before any other plugin reads it: its page is made without the parser of MkDocs."""
        note, meta = self.shown.note(page.file.src_uri), self._meta(page.file)
        if meta is not None:
            page.meta = dict(meta)
        if note is not None:
            # Obsidian hides comments; the theme's own plugin for tags puts its list where one of them stood.
            markdown = "\n\n".join(_TAG_LIST.findall(note.source.text) if "material/tags" in config.plugins else [])
        if not markdown:
            render_without_parser(page)
        return markdown

    @event_priority(100)
    def on_page_content(self, content: str, *, page: Page, **_: object) -> str:
        """Give MkDocs a note's page, finished, and its table of contents."""
        PROGRESS.step()
        note = self.shown.note(page.file.src_uri)
        if note is not None:
            return content if self.is_late else self._write_note(note, page) + content
        if page.file.src_uri in self.tag_pages:
            return html.tag_page(self._written(self.tag_pages[page.file.src_uri], page))
        if page.file.src_uri in self.sheets.pages:
            tree = self.sheets.pages[page.file.src_uri]
            self._search(page, sections_of(tree), name=self.sheets.name(page.file.src_uri))
            return self._written(tree, page)
        self._search(page, sections_of_html(content))
        return content

    def _write_note(self, note: Note, page: Page) -> str:
        """Return a note's HTML, and enter it into the search."""
        tree = self.shown.page(note, self.tags, terms=self.terms, faults=self.faults, bases=self.sheets.show_base)
        sections = sections_of(tree)
        self._search(page, sections, note)
        page.meta = {"description": page_parts.describe(sections), **(page.meta or {})}
        written = html.titled(title(note), self._written(tree, page))
        # While the site is served, or built anew in parts, the next build takes what was read.
        if self.is_late:
            self.shown.forget_all(note)
        elif self.staging and not self.shown.is_embedded(note):
            self.shown.forget(note)
        return written

    def _search(self, page: Page, sections: tuple[Section, ...], note: Note | None = None, name: str = "") -> None:
        """Enter a page that everybody may see into the search."""
        settings = (page.meta or {}).get("search")
        if not self.has_search or not is_shown(page.file) or (isinstance(settings, dict) and settings.get("exclude")):
            return
        name = title(note) if note else name or str(page.title or "")
        # What a page calls itself is as good a name as that of its file.
        own = (one.heading for one in sections if one.level == 1 and one.heading != name)
        aliases = tuple(dict.fromkeys((*(note.aliases if note else ()), *own)))
        words = self.shown.vault.wording
        status = words.statuses.get(note.status, note.status) if note else ""
        status = " · ".join(part for part in (status, self._badge(note) if note else "") if part)
        self.searched[page.file.src_uri] = Entry(page.url, name, sections, aliases, status)

    def _badge(self, note: Note) -> str:
        """Return what lists say of a note that does not hold, while the site is served."""
        faults = self.faults if self.serving else None
        return badge(faults.count(note), self.shown.vault.wording) if faults else ""

    def _written(self, tree: Document, page: Page) -> str:
        """Return a page's HTML, and enter its headings into the page of MkDocs."""
        place, said = self._addresses(page).place, self.shown.vault.settings
        described, remote, extras = self._described, said.remote, said.extras
        edge = html.edge_of(place, words=with_papers, described=described, remote=remote, extras=extras)
        written = write_html(tree, edge)
        page.toc = TableOfContents([*html.contents_of(written.contents), *page.toc])
        page.present_anchor_ids = {*(page.present_anchor_ids or ()), *(entry.id for entry in written.contents)}
        return f"{self._banner(page, written.faults)}{self._with_maps(written.body, page)}"

    def _with_maps(self, body: str, page: Page) -> str:
        """Return a page's HTML with maps to walk in place of their pictures."""
        to = self._addresses(page)
        maps = {escape(to.file(one.picture)): one for one in self.maps}
        edge = MapEdge(self.shown.vault.notes.get, to.note, self._badge, to.raw, self.shown.vault.wording)
        return with_maps(body, maps, edge)

    def _banner(self, page: Page, count: int) -> str:
        """Return the line over a page that leads to what does not hold, while the site is served."""
        state = self._addresses(page).file(STATE) if str(STATE) in self.tag_pages else ""
        words = self.shown.vault.wording
        if not self.serving or page.file.src_uri == str(STATE):
            return ""
        return fault_banner(count, words, state) or (state_line(state, words) if state and page.is_homepage else "")

    @event_priority(-100)
    def on_page_context(self, context: TemplateContext, *, page: Page, nav: Navigation, **_: object) -> None:
        """Add a page's properties and backlinks: after searches have read it, which these say nothing new to."""
        context["nav"] = around(nav, self.shown.vault.wording, self.lists)
        note = self.shown.note(page.file.src_uri)
        if note is not None:
            if self.is_late:
                page.content = self._write_note(note, page)
            to = self._addresses(page)
            head = page_parts.head(self.shown.vault, note, self.shown.requires(note), to)
            foot = page_parts.foot(self.shown.links_here(note), to, self.shown.vault.wording, self._badge)
            near = draw_nearby(self.around, note, to.note, self.shown.vault.wording)
            page.content = html.surrounded(head, page.content or "", near + foot)
            if note.path in self.around.place:
                page.previous_page, page.next_page = map(self._page, self.around.beside(note.path))
            self._search_around(page, head, foot)
        key = _template(page)
        if key not in self.trusted:
            page_without = self.env.get_template(key[0]).render(policy.without_notes(context))
            self.trusted[key] = policy.trust(page_without)

    def _search_around(self, page: Page, head: str, foot: str) -> None:
        """Add what a page shows around its text to what the search knows of it."""
        entry = self.searched.get(page.file.src_uri)
        if entry is not None:
            name = self.shown.vault.wording.backlinks
            around = (Section("", "", text_of_html(head)), Section(name, "", text_of_html(foot)))
            self.searched[page.file.src_uri] = replace(entry, around=tuple(one for one in around if one.text))

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig, **_: object) -> str:
        """Keep a page from running scripts of notes, and from asking other hosts for more than is set."""
        PROGRESS.step()
        self._drop_last(page)
        key = _template(page)
        found = names_in(output) & self.live.keys()
        self.live_names[page.file.src_uri] = frozenset(found)
        words = self.shown.vault.wording
        page_with_all = with_live(site_files.with_mermaid(output, key[1]), key[1], words, found)
        page_with_all = with_map_script(with_card(self._with_search(page_with_all), key[1], words), key[1], words)
        page_with_all = html.name_path(self._with_social(page_with_all, page, config), words)
        settings = self.shown.vault.settings
        return policy.with_policy(page_with_all, self.trusted[key], settings.remote, settings.extras)

    def _with_social(self, output: str, page: Page, config: MkDocsConfig) -> str:
        note, words = self.shown.note(page.file.src_uri), self.shown.vault.wording
        picture = self._picture(note) if note else ""
        return social.with_social(output, page, config, words, self.social, picture)

    def _picture(self, note: Note) -> str:
        """Return the address, seen from the site's own, of the picture that a note names; "" for none."""
        raw = Addresses(self.files, self.tags, "./").raw
        return social.find_picture(self.shown.vault, self.shown.private, note, raw)

    def _drop_last(self, page: Page) -> None:
        """Drop the content of the page before this one, which is written: all pages together take much memory."""
        if self.staging and self.last:
            self.last.content = None
            if self.is_late:
                self.last.toc = TableOfContents([])
                self.last.present_anchor_ids = None
        self.last = page

    def _with_search(self, page: str) -> str:
        return with_search(page, self.shown.vault.wording) if self.has_search else page

    def on_pre_template(self, template: Template, **_: object) -> None:
        """Keep the template of a page that no file is behind, until its context is known."""
        self.template = template

    @event_priority(-1000)
    def on_template_context(self, context: TemplateContext, *, template_name: str, **_: object) -> None:
        """Find the theme's scripts in such a page, whose navigation ends as that of all others does."""
        if template_name.endswith(".html"):
            context["nav"] = around(context["nav"], self.shown.vault.wording, self.lists)
            page = self.template.render(policy.without_notes(context))
            self.trusted[template_name, ""] = policy.trust(page)

    def on_post_template(self, output: str, *, template_name: str, config: MkDocsConfig, **_: object) -> str:
        """Keep pages that no file is behind, as that of addresses which lead nowhere, to the same."""
        trusted = self.trusted.get((template_name, ""))
        if template_name == "404.html":
            output = html.missing_page(output, self.shown.vault.wording, home=urlsplit(config.site_url or "/").path)
        if not trusted:
            return output
        said = self.shown.vault.settings
        return policy.with_policy(self._with_search(output), trusted, said.remote, said.extras)

    @event_priority(-1000)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the search, and redirects at the notes' former names, after all others have written what is theirs."""
        PROGRESS.clear()
        if self.has_search:
            self.incremental.write_search(self.searched, Path(config.site_dir, SEARCH))
        live = frozenset[str]().union(*self.live_names.values())
        self.live_folder.write({name: self.live[name] for name in live}, Path(config.site_dir, LIVE))
        if self.memory:
            self.memory.runs.kept.save()
        if self.has_same_files:
            self.incremental.keep_redirects()
        else:
            self._write_names(config)
        self.incremental.finish(self.searched, self.live_names, self._keep)
        if self.staging:
            self.staging.finish(config)

    def _write_names(self, config: MkDocsConfig) -> None:
        """Write the feed and the redirects, which show titles, dates and addresses of notes."""
        recent = find_recent(self.shown.vault, self._on_site)
        if social.FEED not in {file.dest_uri for file in self.files}:
            Path(config.site_dir, social.FEED).unlink(missing_ok=True)
        social.write_feed([(note, self.files.src_uris[str(note.path)].url) for note in recent], config)
        shown = (note for note in self.shown.vault.notes.values() if self._on_site(note))
        pages = [(note, self.files.src_uris[str(note.path)]) for note in shown]
        names, site = digest(site_files.redirect_facts(self.shown.vault)), Path(config.site_dir)
        self.incremental.renew_redirects(site, names, lambda: write_redirects(self.shown.vault, pages, config))

    def _keep(self) -> None:
        """Keep what was read of the vault for the next build."""
        self.kept_notes.save(self.shown.vault)
        self.state_notes.save()
        if self.incremental.kept is not None:
            self.edited_texts.save(self.shown, self.around, self.incremental.signatures)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Callable[[], None]) -> None:
        """Build what a save changed; follow no links to folders; let the script run that MkDocs adds to pages."""
        server.builder = Rebuild(self, builder)
        # What the first build made lasts: looking for garbage among it would take longer than a build after a save.
        gc.collect()
        gc.freeze()
        from zhixing.site.watch import watch_closely  # noqa: PLC0415  # a build needs no server

        watch_closely(server)
        watch_real_folders(server, config.docs_dir)
        inject: Callable[[bytes, int], bytes] = server._inject_js_into_html

        def add(content: bytes, epoch: int) -> bytes:
            return policy.with_reloading(inject(content, epoch))

        server._inject_js_into_html = add  # type: ignore[method-assign]  # MkDocs has no hook for what it adds

    def on_build_error(self, **_: object) -> None:
        """Remove what was built; the old site stays, and of one that is served nothing is known."""
        PROGRESS.clear()
        self.incremental.look_away()
        if self.staging:
            self.staging.discard()

    def on_shutdown(self) -> None:
        """Remove what an interrupted build left, and the empty folder."""
        self.incremental.close()
        self.docs.close()
        if self.staging:
            self.staging.discard()

    def _described(self, path: PurePosixPath) -> str:
        figure = self.shown.figures.get(path, "")
        return html.description_of(figure) if figure.startswith("<svg") else ""

    def _page(self, path: PurePosixPath | None) -> Page | None:
        """Return the page of a note on the site."""
        file = self.files.get_file_from_path(str(path)) if path else None
        return file.page if file else None

    def _links_to_lists(self) -> tuple[NavLink, ...]:
        """Return links to the pages that no note is and that nothing else leads to: all tags, and the last changes."""
        lists = ((self.tags.wording.recent, self.recent), (self.tags.wording.tags, self.tags.index))
        found = ((name, self.files.get_file_from_path(str(path))) for name, path in lists if path)
        return tuple(NavLink(name, file.url) for name, file in found if file)

    def _addresses(self, page: Page) -> Addresses:
        """Return where things are, seen from a page."""
        maps = {one.canvas: Place(one.note, one.anchor) for one in self.maps}
        trusted = self.shown.vault.settings.extras.trusted
        return Addresses(self.files, self.tags, page.url, self.sheets.places, maps, trusted)

    def _on_site(self, note: Note) -> bool:
        """Return whether a note has a page for everybody: published, not excluded, no draft."""
        file = self.files.src_uris.get(str(note.path))
        return file is not None and is_shown(file)


def _template(page: Page) -> tuple[str, str]:
    """Return what decides over a page's scripts: its template, and the address of the site as the page sees it."""
    return str((page.meta or {}).get("template", "main.html")), get_relative_url(".", page.url)

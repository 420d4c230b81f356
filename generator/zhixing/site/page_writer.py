"""The pages of a build: a note's text, what stands around it, and what a whole page gets when its theme is rendered."""

from __future__ import annotations

from html import escape
from pathlib import PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents
from mkdocs.utils import get_relative_url

from zhixing.page import Document
from zhixing.page.html import write_html
from zhixing.page.titles import title
from zhixing.site import head as page_parts
from zhixing.site import html
from zhixing.site.card import with_card
from zhixing.site.config import SiteSettings
from zhixing.site.faults import fault_banner, state_line
from zhixing.site.files import Addresses, with_mermaid
from zhixing.site.layout import Layout
from zhixing.site.live import names_in, with_live
from zhixing.site.map import MapEdge, with_map_script, with_maps
from zhixing.site.nearby import Surroundings, draw_nearby
from zhixing.site.papers import with_papers
from zhixing.site.search.box import with_search
from zhixing.site.search.entries import SearchEntries
from zhixing.site.search.text import sections_of, sections_of_html
from zhixing.site.social import Social, with_social
from zhixing.site.state import PAGE as STATE
from zhixing.vault.note import Note


class PageWriter:
    """Writes the pages of a site.

    `search` is what was told of them to the search, `live` the names of the examples on each that readers may change.
    Unless the site is served, each page is written once: what was read of a note is dropped with its page.
    """

    def __init__(self, layout: Layout, around: Surroundings, social: Social, settings: SiteSettings) -> None:
        self.search = SearchEntries(layout.vault, is_used=settings.has_search)
        self.live: dict[str, frozenset[str]] = {}
        self.around = around
        self.social = social
        self._layout = layout
        self._vault = layout.vault
        self._shown = layout.shown
        self._words = layout.shown.vault.wording
        self._settings = settings
        self._is_once = not layout.vault.is_served
        self._last: Page | None = None

    def write(self, page: Page, content: str) -> str:
        """Return the content of a page, which MkDocs made of what other plugins left of a note, or of another page."""
        path, lists, sheets = page.file.src_uri, self._layout.lists.pages, self._layout.sheets
        note = self._shown.note(path)
        if note is not None:
            return content if self._vault.is_late else self._write_note(note, page) + content
        if path in lists:
            return html.tag_page(self._write_tree(lists[path], page))
        if path in sheets.pages:
            self.search.add(page, sections_of(sheets.pages[path]), name=sheets.name(path))
            return self._write_tree(sheets.pages[path], page)
        self.search.add(page, sections_of_html(content))
        return content

    def _write_note(self, note: Note, page: Page) -> str:
        """Return a note's HTML, and enter it into the search."""
        lists, sheets = self._layout.lists, self._layout.sheets
        tree = self._shown.page(
            note, lists.tags, terms=self._settings.terms, faults=self._vault.faults, bases=sheets.show_base
        )
        sections = sections_of(tree)
        self.search.add(page, sections, note)
        page.meta = {"description": page_parts.describe(sections), **(page.meta or {})}
        written = html.titled(title(note), self._write_tree(tree, page))
        # While the site is served, the next build takes what was read.
        if self._vault.is_late:
            self._shown.forget_all(note)
        elif self._is_once and not self._shown.is_embedded(note):
            self._shown.forget(note)
        return written

    def _write_tree(self, tree: Document, page: Page) -> str:
        """Return a page's HTML, and enter its headings into the page of MkDocs."""
        place, said = self._addresses(page).place, self._shown.vault.settings
        described, remote, extras = self._describe, said.remote, said.extras
        edge = html.edge_of(place, words=with_papers, described=described, remote=remote, extras=extras)
        written = write_html(tree, edge)
        page.toc = TableOfContents([*html.contents_of(written.contents), *page.toc])
        page.present_anchor_ids = {*(page.present_anchor_ids or ()), *(entry.id for entry in written.contents)}
        return f"{self._banner(page, written.faults)}{self._with_maps(written.body, page)}"

    def _describe(self, path: PurePosixPath) -> str:
        figure = self._shown.figures.get(path, "")
        return html.description_of(figure) if figure.startswith("<svg") else ""

    def _with_maps(self, body: str, page: Page) -> str:
        """Return a page's HTML with maps to walk in place of their pictures."""
        to = self._addresses(page)
        maps = {escape(to.file(one.picture)): one for one in self._layout.maps}
        edge = MapEdge(self._shown.vault.notes.get, to.note, self._vault.badge, to.raw, self._words)
        return with_maps(body, maps, edge)

    def _banner(self, page: Page, count: int) -> str:
        """Return the line over a page that leads to its problems, while the site is served."""
        if not self._vault.is_served or page.file.src_uri == str(STATE):
            return ""
        state = self._addresses(page).file(STATE) if self._layout.has_state else ""
        line = state_line(state, self._words) if state and page.is_homepage else ""
        return fault_banner(count, self._words, state) or line

    def _addresses(self, page: Page) -> Addresses:
        """Return where things are, seen from a page."""
        return self._layout.addresses(page.url)

    def add_around(self, page: Page) -> None:
        """Add the properties and backlinks of a note to its page, and lead to the notes beside it."""
        note = self._shown.note(page.file.src_uri)
        if note is None:
            return
        if self._vault.is_late:
            page.content = self._write_note(note, page)
        to = self._addresses(page)
        head = page_parts.head(self._shown.vault, note, self._shown.requires(note), to)
        foot = page_parts.foot(self._shown.links_here(note), to, self._words, self._vault.badge)
        near = draw_nearby(self.around, note, to.note, self._words)
        page.content = html.surrounded(head, page.content or "", near + foot)
        if note.path in self.around.place:
            page.previous_page, page.next_page = map(self._layout.page, self.around.beside(note.path))
        self.search.add_around(page, head, foot)

    def finish(self, output: str, page: Page, config: MkDocsConfig) -> str:
        """Return a rendered page with the scripts, the search and the previews that it needs."""
        self._drop_last(page)
        base, words = get_relative_url(".", page.url), self._words
        found = names_in(output) & self._vault.live.keys()
        self.live[page.file.src_uri] = frozenset(found)
        output = self.add_search(with_live(with_mermaid(output, base), base, words, found))
        output = with_map_script(with_card(output, base, words), base, words)
        note = self._shown.note(page.file.src_uri)
        picture = self._layout.picture(note) if note else ""
        return html.name_path(with_social(output, page, config, words, self.social, picture), words)

    def add_search(self, output: str) -> str:
        """Return a rendered page with the search in its header, if the site has it."""
        return with_search(output, self._words) if self._settings.has_search else output

    def _drop_last(self, page: Page) -> None:
        """Drop the content of the page before this one, which is written: all pages together take much memory."""
        if self._is_once and self._last:
            self._last.content = None
            if self._vault.is_late:
                self._last.toc = TableOfContents([])
                self._last.present_anchor_ids = None
        self._last = page

    def forget_embedded(self) -> None:
        """Drop what was read of notes that others embed, where each note is read once more, for its page."""
        if self._is_once and not self._vault.is_late and self._vault.edited is None:
            for note in filter(self._shown.is_embedded, self._shown.vault.notes.values()):
                self._shown.forget(note)

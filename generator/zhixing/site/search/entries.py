"""What the search is told of the pages of a build."""

from __future__ import annotations

from dataclasses import replace

from mkdocs.structure.pages import Page

from zhixing.page.titles import title
from zhixing.site.files import is_shown
from zhixing.site.load import LoadedVault
from zhixing.site.search.index import Entry
from zhixing.site.search.text import Section, text_of_html
from zhixing.vault.note import Note


class SearchEntries:
    """The entries of pages that were made, by the paths of the pages. A site without our search has none."""

    def __init__(self, vault: LoadedVault, *, is_used: bool) -> None:
        self.entries: dict[str, Entry] = {}
        self._vault = vault
        self._is_used = is_used

    def add(self, page: Page, sections: tuple[Section, ...], note: Note | None = None, name: str = "") -> None:
        """Add a page that everybody may see. It is called `name` unless it is a note's or has a title."""
        settings = (page.meta or {}).get("search")
        if not self._is_used or not is_shown(page.file) or (isinstance(settings, dict) and settings.get("exclude")):
            return
        name = title(note) if note else name or str(page.title or "")
        # What a page calls itself is as good a name as that of its file.
        own = (one.heading for one in sections if one.level == 1 and one.heading != name)
        aliases = tuple(dict.fromkeys((*(note.aliases if note else ()), *own)))
        self.entries[page.file.src_uri] = Entry(page.url, name, sections, aliases, self._status(note) if note else "")

    def _status(self, note: Note) -> str:
        words = self._vault.shown.vault.wording
        parts = (words.statuses.get(note.status, note.status), self._vault.badge(note))
        return " · ".join(part for part in parts if part)

    def add_around(self, page: Page, head: str, foot: str) -> None:
        """Add what a page shows around its text: properties and backlinks, as HTML."""
        entry = self.entries.get(page.file.src_uri)
        if entry is not None:
            name = self._vault.shown.vault.wording.backlinks
            around = (Section("", "", text_of_html(head)), Section(name, "", text_of_html(foot)))
            self.entries[page.file.src_uri] = replace(entry, around=tuple(one for one in around if one.text))

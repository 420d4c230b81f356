"""The pages of a site that come from no note: of tags, of the last changes, of the vault's state, and a home page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from mkdocs.structure.files import Files
from mkdocs.structure.nav import Link

from zhixing.page import Document
from zhixing.page.tags import Tags, tag_pages, tags_of, walk
from zhixing.site.recent import recent_page, recent_place
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class ListPages:
    """The pages and their titles, by their paths. `recent` is the place of the last changes, if they have a page."""

    tags: Tags
    recent: PurePosixPath
    pages: Mapping[str, Document]
    titles: Mapping[str, str]

    def add(self, page: Document, title: str) -> ListPages:
        """Return these pages and another one, in place of an earlier one at its path."""
        path = str(page.path)
        return replace(self, pages={**self.pages, path: page}, titles={**self.titles, path: title})

    def links(self, files: Files) -> tuple[Link, ...]:
        """Return links to the pages that nothing else leads to: all tags, and the last changes."""
        lists = ((self.tags.wording.recent, self.recent), (self.tags.wording.tags, self.tags.index))
        found = ((name, files.get_file_from_path(str(path))) for name, path in lists)
        return tuple(Link(name, file.url) for name, file in found if file)


def make_list_pages(vault: Vault, is_on_site: Callable[[Note], bool], in_use: Collection[str]) -> ListPages:
    """Return the pages of tags and of the last changes, at places that are not in use."""
    tags, recent = tags_of(vault, is_on_site, in_use), recent_place(in_use)
    titles = {str(tag.path): f"#{tag.name}" for tag in walk(tags.roots)}
    titles[str(tags.index)] = tags.wording.tags
    pages = ListPages(tags, recent, {str(path): page for path, page in tag_pages(tags).items()}, titles)
    document = recent_page(vault, recent, is_on_site)
    return pages.add(document, tags.wording.recent) if document else pages

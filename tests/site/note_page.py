"""A note's page as the site makes it, without MkDocs: the very functions that the plugin calls."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from small_vaults import vault_of
from zhixing.compose import check, plan, results
from zhixing.markdown.dialect import OBSIDIAN, Dialect
from zhixing.page import Document, read_page
from zhixing.page.faults import Faults
from zhixing.page.html import write_html
from zhixing.page.targets import relative
from zhixing.page.tree import Place
from zhixing.site.html import edge_of
from zhixing.vault.remote import ALL_MEDIA, NO_EXTRAS, Extras, Remote

PAGE = PurePosixPath("页.md")


def shown(
    text: str,
    others: dict[str, str] | None = None,
    files: Iterable[str] = (),
    *,
    faults: bool = False,
    dialect: Dialect = OBSIDIAN,
) -> str:
    """Return the HTML of a note, in a vault with `others` by path and further `files`."""
    return to_html(as_tree(text, others, files, faults=faults, dialect=dialect))


def as_tree(
    text: str,
    others: dict[str, str] | None = None,
    files: Iterable[str] = (),
    *,
    faults: bool = False,
    dialect: Dialect = OBSIDIAN,
) -> Document:
    """Return the same note as a tree."""
    vault = vault_of({**dict.fromkeys(files, ""), **(others or {}), str(PAGE): text}, dialect)
    found = results(vault)
    problems = Faults.of(check(vault, found, plan(vault, found), {}), to_author=True) if faults else None
    return read_page(vault, vault.notes[PAGE], found, faults=problems)


def to_html(page: Document, remote: Remote = ALL_MEDIA, extras: Extras = NO_EXTRAS) -> str:
    """Return a page as the site shows it; places are relative paths of notes."""

    def address(place: Place) -> str:
        return relative(place.path, page.path, place.anchor)

    edge = edge_of(address, permalinks=False, remote=remote, extras=extras)
    return write_html(page, edge).body

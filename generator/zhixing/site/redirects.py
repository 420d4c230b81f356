"""Former addresses of notes: a page for each alias, beside its note, that leads to it."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from html import escape
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File
from mkdocs.utils import get_relative_url

from zhixing.portable.titles import title
from zhixing.site.html import with_policy
from zhixing.vault.index import fold, same_file
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault

# What no note's file can have been called where Obsidian runs; a leading dot hides a file.
_NO_NAME = re.compile(r"[\\/:*?\"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]|^\.|\.$")
_MAX_BYTES = 200
_SLASH = re.compile("/")

_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="canonical" href="{canonical}">
<meta name="robots" content="noindex">
<script>location.replace({script} + location.search + location.hash)</script>
<meta http-equiv="refresh" content="0; url={url}">
</head>
<body><p><a href="{url}">{title}</a></p></body>
</html>
"""


def write_redirects(vault: Vault, pages: Iterable[tuple[Note, File]], config: MkDocsConfig) -> None:
    """Write a redirect for each alias of the notes that have pages, into a site that is otherwise finished.

    Passed over: an alias that several notes claim, one that no file can be called, and one whose place anything has,
    in any case. Nothing is written outside the site, and over nothing.
    """
    aliased = [(note, file) for note, file in pages if note.aliases]
    taken = _Taken(config.site_dir) if aliased else None
    for note, file in aliased:
        for alias in note.aliases:
            if taken and _is_name(alias) and _claimants(vault, alias) == {note.path}:
                former = note.path.with_name(f"{unicodedata.normalize('NFC', alias)}.md")
                old = File(str(former), None, config.site_dir, config.use_directory_urls)
                if taken.take(old.dest_uri):
                    _write(Path(config.site_dir, old.dest_uri), _page(title(note), old.url, file.url, config))


class _Taken:
    """The files and folders of a site, as the most forgiving file system tells them apart."""

    def __init__(self, site: str) -> None:
        self.files: set[str] = set()
        self.folders: set[str] = set()
        for folder, inside, names in os.walk(site):
            place = same_file(os.path.relpath(folder, site).replace(os.sep, "/"))
            at = "" if place == "." else f"{place}/"
            self.folders.add(place)
            links = [name for name in inside if Path(folder, name).is_symlink()]  # they may lead anywhere
            self.files.update(at + same_file(name) for name in [*names, *links])

    def take(self, path: str) -> bool:
        """Take a place for a file; False where it, or one of its folders, is taken."""
        place = same_file(path)
        folders = [place[: slash.start()] for slash in _SLASH.finditer(place)]
        if place in self.files or place in self.folders or not self.files.isdisjoint(folders):
            return False
        self.files.add(place)
        self.folders.update(folders)
        return True


def _claimants(vault: Vault, alias: str) -> set[PurePosixPath]:
    """Return the notes that go by an alias, or by it as their name."""
    index = vault.index
    return {*index.aliases.get(fold(alias), ()), *index.bare.get(fold(alias), ())}


def _is_name(alias: str) -> bool:
    """Tell whether a note's file can have been called so."""
    return not _NO_NAME.search(alias) and len(alias.encode()) <= _MAX_BYTES


def _page(name: str, old: str, new: str, config: MkDocsConfig) -> str:
    url = get_relative_url(new, old)
    values = {
        "lang": escape(str(config.theme.get("language") or config.theme.locale)),
        "title": escape(name),
        "canonical": escape(urljoin(config.site_url, new) if config.site_url else url),
        "url": escape(url),
        "script": json.dumps(url).replace("<", "\\u003c"),
    }
    return with_policy(_PAGE.format_map(values))


def _write(path: Path, text: str) -> None:
    """Write a new file, over nothing that stands there."""
    with suppress(FileExistsError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)

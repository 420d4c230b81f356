"""Where the pages of notes stand on a site: by their files' names, by those of Quartz, or where a `permalink` says.

An address is held as the path of the note whose page would stand there: `a/b.md` for the address `a/b/`. Each note's
own path is kept for it, so that a page that cannot have the address it claims always has one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote

from zhixing.problems import Code, Problem
from zhixing.vault.note import Note
from zhixing.vault.settings import PERMALINK, QUARTZ
from zhixing.vault.vault import Vault, once_for_outline, same_file

PROPERTY = "permalink"
_MAX_BYTES = 200
_MAX_DEPTH = 16
# Names that no file or folder of a site may have: `..`, hidden ones, and those that some file system refuses.
_NO_NAME = re.compile(r"[\\:*?\"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]|^\.|\.$|^\s|\s$")
# Suffixes of documents that browsers run, and of files whose place a page's folder would take.
_FILE = re.compile(r"\.(?:html?|xhtml|php|xml|gz|js|json|css)$", re.IGNORECASE)
# Folders of the theme and of the search, and the page of addresses that lead nowhere.
_OF_SITE = frozenset({"assets", "search", "404"})
_INDEX = frozenset({"index", "readme"})


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a vault's notes that are not those of their files.

    `pages` has the notes whose pages stand elsewhere, `former` the further addresses from which each note is reached.
    """

    pages: Mapping[PurePosixPath, PurePosixPath] = field(default_factory=dict)
    former: Mapping[PurePosixPath, tuple[PurePosixPath, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@once_for_outline
def find_addresses(vault: Vault) -> Addresses:
    """Return the addresses of a vault's notes; worked out once for all vaults that differ in texts only.

    `problems` are those of addresses that notes claim and cannot have, where the owner has set which addresses count.
    """
    is_asked = vault.settings.addresses or any(note.permalink for note in vault.notes.values())
    return _Finder(vault).find() if is_asked else Addresses()


def quartz_address(path: PurePosixPath) -> PurePosixPath:
    """Return where Quartz puts the page of the note at a path.

    Source: quartz/util/path.ts of Quartz 4, `slugifyFilePath`.
    """
    parts = [_slug(part) for part in (*path.parent.parts, path.stem)]
    if parts[-1] == "_index":
        parts[-1] = "index"
    return PurePosixPath(*parts[:-1], f"{parts[-1]}.md")


def _slug(name: str) -> str:
    slug = re.sub(r"\s", "-", unicodedata.normalize("NFC", name))
    return slug.replace("&", "-and-").replace("%", "-percent").replace("?", "").replace("#", "")


def read_permalink(written: str) -> PurePosixPath | None:
    """Return the address that a `permalink` names; None where no page can stand there."""
    text = unicodedata.normalize("NFC", unquote(written.strip()))
    parts = text.removeprefix("/").removesuffix("/").split("/") if text.strip("/") else ["index"]
    if len(parts) > _MAX_DEPTH or same_file(parts[0]) in _OF_SITE or text.startswith("//") or _FILE.search(parts[-1]):
        return None
    if any(not part or _NO_NAME.search(part) or len(part.encode()) > _MAX_BYTES for part in parts):
        return None
    return PurePosixPath(*parts[:-1], f"{parts[-1]}.md")


def _place(address: PurePosixPath) -> str:
    """Return a key that is the same for two addresses which exclude each other: some file systems ignore case."""
    name = "index" if address.stem.lower() in _INDEX else address.stem
    return same_file(str(address.with_name(name)))


class _Finder:
    """Gives each note the addresses that it claims, where no other note has them."""

    def __init__(self, vault: Vault) -> None:
        self._notes = vault.notes
        self._set = vault.settings.addresses
        files = {same_file(str(path)): path for path in vault.files}
        self._own = files | {_place(path): path for path in vault.notes}
        self._claimed: dict[str, PurePosixPath] = {}
        self._problems: list[Problem] = []

    def find(self) -> Addresses:
        """Return the addresses of all notes. Pages choose before redirects."""
        if self._set == QUARTZ:
            slugs, links = self._take_slugs(), self._take_permalinks()
        else:
            links, slugs = self._take_permalinks(), self._take_slugs()
        pages = {QUARTZ: slugs, PERMALINK: links}.get(self._set, {})
        former = {}
        for path in slugs.keys() | links.keys():
            page = pages.get(path, path)
            others = (path, slugs.get(path, page), links.get(path, page))
            former[path] = tuple(dict.fromkeys(one for one in others if _place(one) != _place(page)))
        return Addresses(pages, former, tuple(self._problems))

    def _take_permalinks(self) -> dict[PurePosixPath, PurePosixPath]:
        """Return the addresses that notes claim by a property; those of published notes come first."""
        claims = []
        for note in self._notes.values():
            address = read_permalink(note.permalink) if note.permalink else None
            if address is not None:
                claims.append((note, address))
            elif note.permalink:
                what = f"No page of the site can have the address {note.permalink!r}"
                self._report(note, PROPERTY, what, "Write a path below the site's own address, `notes/first`")
        claims.sort(key=lambda claim: not claim[0].published)
        return {note.path: address for note, address in claims if self._take(note, address, PROPERTY)}

    def _take_slugs(self) -> dict[PurePosixPath, PurePosixPath]:
        """Return the addresses that Quartz gives to notes and their files do not, where the owner asks for any."""
        if not self._set:
            return {}
        slugs = ((note, quartz_address(note.path)) for note in self._notes.values())
        others = ((note, slug) for note, slug in slugs if _place(slug) != _place(note.path))
        return {note.path: slug for note, slug in others if self._take(note, slug, "")}

    def _take(self, note: Note, address: PurePosixPath, key: str) -> bool:
        """Take an address for a note; False, and a problem, where another note has it."""
        place = _place(address)
        other = self._own.get(place, note.path)
        if other == note.path:
            other = self._claimed.setdefault(place, note.path)
        if other == note.path:
            return True
        # Unless the owner wants the addresses of Quartz, nobody chose this one, and only a redirect is missing.
        if key or self._set == QUARTZ:
            what = f"The address {str(address.with_suffix(''))!r} is that of {other} too"
            self._report(note, key, what, "Give one of them another")
        return False

    def _report(self, note: Note, key: str, what: str, fix: str) -> None:
        """Add a problem at a property or at the note's start, where the owner has set which addresses count."""
        said = note.frontmatter.fields.get(key)
        if self._set:
            place = said.value_span if said else 0
            self._problems.append(note.source.problem(Code.ADDRESS_REFUSED, place, what, fix))

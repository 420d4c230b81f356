"""The files of a site beyond those of MkDocs: their addresses, what the plugin adds, and redirects at former names."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from html import escape
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin

from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.utils import get_relative_url

from zhixing.page.links import anchor
from zhixing.page.tags import Tags
from zhixing.page.targets import encode, trusted_name
from zhixing.page.titles import title
from zhixing.page.tree import Place
from zhixing.site.inputs import TakenPlaces
from zhixing.site.policy import trust, with_policy
from zhixing.vault.addresses import find_addresses
from zhixing.vault.note import Link, Note
from zhixing.vault.pages import name_pages
from zhixing.vault.resolve import Resolution
from zhixing.vault.vault import Vault, fold

# Addresses as one page of the site sees them.


_UNLISTED = InclusionLevel.NOT_IN_NAV
_UNSEEN = (InclusionLevel.EXCLUDED, InclusionLevel.DRAFT)


def is_shown(file: File) -> bool:
    """Return whether everybody may see a file: it is neither excluded nor a draft."""
    return file.inclusion not in _UNSEEN


# A page's head, text, picture of what is near and backlinks lead to the same pages.
_relative = lru_cache(maxsize=1_000)(get_relative_url)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things are, seen from the page at `url`; "" for what the site does not show."""

    files: Files
    tags: Tags
    url: str
    pages: Mapping[PurePosixPath, PurePosixPath] = field(default_factory=dict)
    maps: Mapping[PurePosixPath, Place] = field(default_factory=dict)
    trusted: bool = False
    """Whether authors' HTML keeps its ids."""

    def file(self, path: PurePosixPath) -> str:
        """Return the address of a file of the vault: of its page where it has one, which leads to the file itself.

        The canvas of a map leads to the map.
        """
        # To look a path up takes longer than to see that there is nothing to find.
        if self.maps and path in self.maps:
            return self.place(self.maps[path])
        page = self.files.src_uris.get(str(self.pages[path])) if self.pages and path in self.pages else None
        if page is not None and page.url != self.url:
            return get_relative_url(page.url, self.url)
        return self.raw(path)

    def raw(self, path: PurePosixPath) -> str:
        """Return the address of a file itself."""
        file = self.files.src_uris.get(str(path))
        return _relative(file.url, self.url) if file and is_shown(file) else ""

    def place(self, place: Place) -> str:
        """Return the address of a place: a file or note of the vault, and an id on its page."""
        if self.maps and place.path in self.maps:
            place = self.maps[place.path]
        name = trusted_name(place.html_id) if self.trusted and place.html_id else place.anchor
        anchor = f"#{encode(name)}" if name else ""
        address = self.file(place.path)
        here = self.files.src_uris.get(str(place.path)) if anchor and address else None
        return anchor if here is not None and here.url == self.url else address and f"{address}{anchor}"

    def note(self, note: Note) -> str:
        """Return a note's address."""
        return self.file(note.path)

    def tag(self, name: str) -> str:
        """Return the address of a tag's page."""
        tag = self.tags.find(name)
        return self.file(tag.path) if tag else ""

    def link(self, link: Link, resolution: Resolution) -> str:
        """Return where a resolved link leads, its heading or block included."""
        path = resolution.file or (resolution.note.path if resolution.note else None)
        address = self.file(path) if path else ""
        kept = self.trusted and resolution.html_id and not (resolution.block and link.block)
        place = trusted_name(resolution.html_id) if kept else anchor(resolution, link)
        return f"{address}#{encode(place)}" if address and place else address


# The files that the plugin adds to a site: styles and font, figures drawn anew, tags' pages, mermaid where used.

FOLDER = "assets/zhixing"
STYLES = f"{FOLDER}/zhixing.css"
_HERE = Path(__file__).parent / "assets"
_FONT = ("STIXTwoMath-Common.woff2", "STIXTwoMath-Regular.woff2", "STIXTwoMath-LICENSE.txt")
_LIVE_PARTS = ("", "-example", "-tables", "-figures", "-plots", "-prose", "-derivations", "-exercise")
_LIVE = (
    "arrays.js",
    *(f"live{part}.js" for part in _LIVE_PARTS),
)
_ALWAYS = ("zhixing.css", "search.js", "card.js", "map.js", *_LIVE, "preview.js", "tables.js", *_FONT)
_SOCIAL = "social.png"
_MERMAID = ("mermaid.min.js", "diagrams.js", "mermaid-LICENSE.txt")
SEARCH = f"{FOLDER}/search"
LIVE = f"{FOLDER}/live"
ASSETS = (*(f"{FOLDER}/{name}" for name in (*_ALWAYS, _SOCIAL, *_MERMAID)), SEARCH, LIVE)
"""The addresses on the site of all that the plugin may add."""
# Material fetches mermaid from another host unless it is there when its own script starts.
_MATERIAL = '<script id="__config"'


def add_assets(files: Files, config: MkDocsConfig, *, mermaid: bool) -> None:
    """Add the plugin's own files to a site's."""
    # Links to the picture need the address of the site.
    social = (_SOCIAL,) if config.site_url else ()
    for name in (*_ALWAYS, *social, *(_MERMAID if mermaid else ())):
        files.append(File.generated(config, f"{FOLDER}/{name}", abs_src_path=str(_HERE / name)))


_OF_MATERIAL = (f"{FOLDER}/preview.js", f"{FOLDER}/tables.js")


def add_scripts(config: MkDocsConfig) -> None:
    """Add the scripts of previews and of tables to every page of a site of Material, whose pages they know."""
    there = set(map(str, config.extra_javascript)) if config.theme.name == "material" else {*_OF_MATERIAL}
    for name in _OF_MATERIAL:
        if name not in there:
            script = ExtraScriptValue(name)
            script.defer = True
            config.extra_javascript.append(script)


def add_figures(files: Files, config: MkDocsConfig, figures: Mapping[PurePosixPath, str]) -> None:
    """Put figures as they are drawn now in place of those on disk; nothing is written to the vault."""
    for path, svg in figures.items():
        on_disk = files.get_file_from_path(str(path))
        if on_disk is not None:
            files.remove(on_disk)
        files.append(File.generated(config, str(path), content=svg))


def renew_figures(files: Files, before: Mapping[PurePosixPath, str], figures: Mapping[PurePosixPath, str]) -> None:
    """Put figures as they are drawn now in place of those that were drawn before."""
    for path, svg in figures.items():
        if before[path] != svg:
            files.src_uris[str(path)].content_string = svg


def add_pages(
    files: Files, config: MkDocsConfig, pages: Iterable[PurePosixPath], inclusion: InclusionLevel = _UNLISTED
) -> None:
    """Add pages that come from no note, without their text, by default outside the navigation that every page lists."""
    for path in pages:
        files.append(File.generated(config, str(path), content="", inclusion=inclusion))


def has_mermaid(page: str) -> bool:
    """Return whether a page holds a diagram."""
    return '<pre class="mermaid">' in page


def with_mermaid(page: str, base: str) -> str:
    """Return a whole page that draws its diagrams with the site's own copy of mermaid."""
    if not has_mermaid(page):
        return page
    scripts = "".join(f'<script src="{base}/{FOLDER}/{name}"></script>' for name in ("mermaid.min.js", "diagrams.js"))
    return page.replace(_MATERIAL, f"{scripts}{_MATERIAL}", 1)


# What no note's file can have been called where Obsidian runs; a leading dot hides a file.
_NO_NAME = re.compile(r"[\\/:*?\"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]|^\.|\.$")
_MAX_BYTES = 200

_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="canonical" href="{canonical}">
<meta name="robots" content="noindex">
{script}
<meta http-equiv="refresh" content="0; url={url}">
</head>
<body><p><a href="{url}">{title}</a></p></body>
</html>
"""


def write_redirects(vault: Vault, pages: Iterable[tuple[Note, File]], config: MkDocsConfig) -> tuple[str, ...]:
    """Write a redirect for each further address and each alias of the notes that have pages, into a finished site.

    Return the places on the site of those that were written.

    Passed over: an alias beyond those that a vault may have pages for, one that several notes claim, one that no file
    can be called, and what anything else has the place of, in any case. Nothing is written outside the site, and over
    nothing.
    """
    notes = list(pages)
    further = find_addresses(vault).former
    wanted = [(note, file, address) for note, file in notes for address in further.get(note.path, ())]
    wanted += [(note, file, former) for note, file in notes for former in _former_names(vault, note)]
    taken = _places_on(config.site_dir) if wanted else TakenPlaces()
    written = []
    for note, file, former in wanted:
        old = File(str(former), None, config.site_dir, config.use_directory_urls)
        if taken.take(old.dest_uri):
            _write(Path(config.site_dir, old.dest_uri), _page(title(note), old.url, file.url, config))
            written.append(old.dest_uri)
    return tuple(written)


def _former_names(vault: Vault, note: Note) -> list[PurePosixPath]:
    """Return where a note would be if it were called by one of its aliases."""
    kept = name_pages(vault).aliases if note.aliases else frozenset()
    names = (alias for alias in note.aliases if (note.path, alias) in kept and _is_name(alias))
    alone = (alias for alias in names if _claimants(vault, alias) == {note.path})
    return [note.path.with_name(f"{unicodedata.normalize('NFC', alias)}.md") for alias in alone]


def redirect_facts(vault: Vault) -> list[object]:
    """Return what a vault's redirects depend on."""
    former = find_addresses(vault).former
    return [part for path, note in vault.notes.items() for part in (path, *note.aliases, "", *former.get(path, ()))]


def names_in_use(files: Files) -> list[str]:
    """Return the paths that no page of the plugin's own may have: those of files, and of pages that stand elsewhere."""
    return [*files.src_uris, *(file.dest_uri for file in files.documentation_pages())]


def _places_on(site: str) -> TakenPlaces:
    """Return the files and folders of a site, as the most forgiving file system tells them apart."""
    places = TakenPlaces()
    waiting = [(site, "")]
    while waiting:
        folder, at = waiting.pop()
        with suppress(PermissionError), os.scandir(folder) as entries:
            for entry in entries:
                place = f"{at}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    places.take_folder(place)
                    waiting.append((entry.path, f"{place}/"))
                else:  # links may lead anywhere
                    places.take(place)
    return places


def _claimants(vault: Vault, alias: str) -> set[PurePosixPath]:
    """Return the notes that go by an alias, or by it as their name."""
    index = vault.index
    return {*index.aliases.get(fold(alias), ()), *index.bare.get(fold(alias), ())}


def _is_name(alias: str) -> bool:
    """Return whether a note's file can have been called so."""
    return not _NO_NAME.search(alias) and len(alias.encode()) <= _MAX_BYTES


def _page(name: str, old: str, new: str, config: MkDocsConfig) -> str:
    url = get_relative_url(new, old)
    values = {
        "lang": escape(str(config.theme.get("language") or config.theme.locale)),
        "title": escape(name),
        "canonical": escape(urljoin(config.site_url, new) if config.site_url else url),
        "url": escape(url),
    }
    to = json.dumps(url).replace("<", "\\u003c")
    script = f"<script>location.replace({to} + location.search + location.hash)</script>"
    return with_policy(_PAGE.format_map({**values, "script": script}), trust(script))


def _write(path: Path, text: str) -> None:
    """Write a new file, over nothing that stands there."""
    with suppress(FileExistsError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(text.encode())


def write_folder(folder: Path, texts: Iterable[tuple[str, str]], also: Collection[str] = ()) -> dict[str, str]:
    """Write a folder of the plugin's own: these files and no others but `also`; return a digest of each by its name.

    Files that are the same already stay.
    """
    known = {path.name: path for path in folder.iterdir()} if folder.is_dir() else {}
    written: dict[str, str] = {}
    for name, text in texts:
        if not written:
            folder.mkdir(parents=True, exist_ok=True)
        written[name] = write_changed(folder / name, text, is_there=name in known)
    for name in known.keys() - written.keys() - set(also):
        known[name].unlink()
    if known and not written:
        folder.rmdir()
    return written


def write_changed(path: Path, text: str, *, is_there: bool) -> str:
    """Write a file unless it holds the text already; return a digest of it."""
    data = text.encode("utf-8", "replace")
    if not is_there or path.read_bytes() != data:
        path.write_bytes(data)
    return blake2b(data, digest_size=16).hexdigest()

"""The files that MkDocs builds a site from: those that the vault's reader allows, and no other.

MkDocs collects files itself before any plugin sees them. It follows links to folders, without end where they form a
circle, opens pipes, and makes pages of files that are no notes. So it is given an empty folder to collect, and then the
files that the vault was read from.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel, file_sort_key, set_exclusions

from zhixing.checks.places import RUNS
from zhixing.problems import Code, Problem
from zhixing.site.inert import is_active, make_inert
from zhixing.vault.vault import Vault, same_file

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer


class EmptyDocs:
    """Hides a vault from MkDocs while it collects files."""

    def __init__(self) -> None:
        self._empty = TemporaryDirectory(prefix="zhixing-")
        self._docs = ""

    def close(self) -> None:
        """Remove the empty folder; nothing is hidden any more."""
        self._empty.cleanup()

    def hide(self, config: MkDocsConfig) -> None:
        """Give MkDocs an empty folder in place of the vault."""
        if config.docs_dir != self._empty.name:
            self._docs, config.docs_dir = config.docs_dir, self._empty.name

    def show(self, config: MkDocsConfig) -> None:
        """Give MkDocs, and the plugins that follow, the vault's folder again."""
        if config.docs_dir == self._empty.name:
            config.docs_dir = self._docs


def watch_real_folders(server: LiveReloadServer, docs: str) -> None:
    """Have `mkdocs serve` watch each folder of a vault by itself where a link leads to a folder.

    It follows such links, and two of them that lead back make it look at ever longer paths without end.
    """
    folders = [docs]
    linked = False
    for folder, names, _ in os.walk(docs):
        names[:] = [name for name in names if not name.startswith(".")]
        linked = linked or any(Path(folder, name).is_symlink() for name in names)
        folders += (str(Path(folder, name)) for name in names if not Path(folder, name).is_symlink())
    if linked:
        server.unwatch(docs)
        for folder in folders:
            server.watch(folder, recursive=False)


class TakenPlaces:
    """The addresses that are taken on a site, as paths below it; `fold` says which of them are the same."""

    def __init__(self, fold: Callable[[str], str] = same_file) -> None:
        self._fold = fold
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def is_free(self, path: str) -> bool:
        """Return whether a file can be put at a path: neither it nor one of its folders is another file."""
        place = self._fold(path)
        return self._is_free(place, _folders(place))

    def _is_free(self, place: str, folders: Sequence[str]) -> bool:
        return place not in self._files and place not in self._folders and self._files.isdisjoint(folders)

    def take(self, path: str) -> bool:
        """Take a place for a file; False where it, or one of its folders, is taken."""
        place = self._fold(path)
        folders = _folders(place)
        if not self._is_free(place, folders):
            return False
        self._files.add(place)
        self._folders.update(folders)
        return True

    def take_folder(self, path: str) -> None:
        """Take a place for a folder, which may hold nothing yet."""
        self._folders.add(self._fold(path))


def _folders(path: str) -> list[str]:
    return [path[:at] for at, character in enumerate(path) if character == "/"]


def vault_files(
    vault: Vault,
    config: MkDocsConfig,
    taken: Iterable[str],
    addresses: Mapping[PurePosixPath, PurePosixPath] = MappingProxyType({}),
) -> tuple[list[File], list[Problem]]:
    """Return the files of a vault that a site shows, in the order of MkDocs, and a problem for each without a place.

    `addresses` has the notes whose pages stand elsewhere than their files. Left out are notes that are not published,
    templates, and what would stand at one of the addresses `taken` by the theme and the plugins. Documents that a
    browser would run are changed so that nothing in them runs.
    """
    paths = [path for path, note in vault.notes.items() if note.published and path.suffix == ".md"]
    paths += [path for path in vault.files if path.suffix.lower() != ".md"]
    files = sorted((_file(path, config) for path in paths), key=file_sort_key)
    set_exclusions(files, config)
    own, theme = TakenPlaces(str), TakenPlaces()
    for place in taken:
        theme.take(place)
    left_out: dict[str, Problem] = {}
    # As in MkDocs a README stands for its folder where there is no index.
    for file in sorted(files, key=lambda one: one.src_uri.rpartition("/")[2] == "README.md"):
        if addresses:
            _move(file, addresses.get(PurePosixPath(file.src_uri)), config, (own, theme))
        problem = _obstacle(file, own, theme) or _made_inert(file)
        if problem:
            left_out[file.src_uri] = problem
    return [file for file in files if file.src_uri not in left_out], [*left_out.values()]


# Of two files of one address the one that is shown has it.
_SHOWN = (InclusionLevel.INCLUDED, InclusionLevel.NOT_IN_NAV)


def theme_places(files: Files, config: MkDocsConfig, own: Iterable[str]) -> list[str]:
    """Return the addresses of a site that no file of the vault may have."""
    written = ["sitemap.xml.gz", "search/search_index.json", *config.theme.static_templates, *config.extra_templates]
    return [*(file.dest_uri for file in files), *written, *own]


def _file(path: PurePosixPath, config: MkDocsConfig) -> File:
    return File(str(path), config.docs_dir, config.site_dir, config.use_directory_urls)


def _move(file: File, address: PurePosixPath | None, config: MkDocsConfig, taken: Iterable[TakenPlaces]) -> None:
    """Put a page at another address, unless the site has something there."""
    if address is not None:
        place = _file(address, config).dest_uri
        if all(one.is_free(place) for one in taken):
            file.dest_uri = place


def _obstacle(file: File, own: TakenPlaces, theme: TakenPlaces) -> Problem | None:
    """Return why a file has no place on the site; else take its place."""
    if not theme.is_free(file.dest_uri):
        what = f"The site has a file of its own at {file.dest_uri}"
        return _left_out(file, what, "Rename this one, or move it")
    if file.inclusion in _SHOWN and not own.take(file.dest_uri):
        what = f"Another file of the vault has this one's address on the site, {file.dest_uri}"
        return _left_out(file, what, "Rename one of them")
    return None


def _made_inert(file: File) -> Problem | None:
    """Change a document so that a browser runs nothing in it; return a problem where that cannot be done."""
    if not is_active(file.src_uri):
        return None
    content = _read_inert(file.src_uri, str(file.abs_src_path), stamp_of(str(file.abs_src_path)))
    if content is None:
        return _left_out(file, *RUNS)
    file.content_bytes = content
    return None


def renew_inert(files: Files, docs: str) -> bool:
    """Read the documents of a vault again that a browser would run; return whether all of them can be cleaned."""
    others = [file for file in files if file.src_dir == docs and not file.src_uri.endswith(".md")]
    documents = [file for file in others if is_active(file.src_uri)]
    for file in documents:
        file.abs_src_path = str(Path(docs, file.src_uri))
    return not any(map(_made_inert, documents))


@lru_cache(maxsize=2_000)
def _read_inert(name: str, path: str, _: tuple[int, ...]) -> bytes | None:
    """Return what a file holds without anything that runs; a file that is as it was is not read again."""
    return make_inert(name, Path(path))


def stamp_of(path: str) -> tuple[int, ...]:
    """Return what is another value when a file has changed; the same for all that cannot be read."""
    try:
        found = Path(path).stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev


def _left_out(file: File, what: str, fix: str) -> Problem:
    path = Path(os.path.relpath(file.abs_src_path or file.src_uri)).as_posix()
    return Problem(path, 1, 1, Code.FILE_LEFT_OUT, what, fix)

"""Builds that make only the pages that have changed since the last build, and keep what it found of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils import clean_directory

from zhixing.problems import Problem
from zhixing.site.incremental.changed import Digests
from zhixing.site.incremental.kept import Kept, KeptPage, MadeOf, remove_files, stamp
from zhixing.site.incremental.kept_site import KeptSite
from zhixing.site.incremental.later import Later
from zhixing.site.incremental.served import ServedFolder
from zhixing.site.search.again import write_search_again
from zhixing.site.search.index import Entry, write_search

# Templates of the theme that show only what nearly all pages show.
_OF_SITE = frozenset({"404.html", "sitemap.xml"})

Inclusion = Callable[[InclusionLevel], bool]
Meta = Callable[[File], Mapping[str, object] | None]


@dataclass
class Incremental:
    """What is known of the last build, and which pages the build under way makes.

    `kept` is the last build, None where it is unknown what the site's folder holds; `now` is the build under way, None
    where nothing is to be kept of it. `changed` are the pages that it makes, None for all; `always` are those that any
    build makes. `site` has what an earlier process built. A served site stands in `folder`, None where no folder is
    kept for it.
    """

    serving: bool = False
    dirty: bool = False
    folder: ServedFolder | None = field(default_factory=ServedFolder)
    site: KeptSite | None = None
    is_resumed: bool = False
    is_by_mkdocs: bool = False
    later: Later = field(default_factory=Later)
    digests: Digests = field(default_factory=Digests)
    kept: Kept | None = None
    now: Kept | None = None
    signatures: Mapping[str, bytes] = field(default_factory=dict)
    changed: frozenset[str] | None = None
    always: frozenset[str] | None = None
    _skipped_templates: frozenset[str] | set[str] = frozenset()
    _keep_notes: Callable[[], Iterator[None]] | None = None

    @property
    def is_kept(self) -> bool:
        """Whether anything is kept of the builds of this process."""
        return self.serving or self.dirty

    def start(self) -> None:
        """Begin a build that MkDocs makes, which empties the folder of a served site."""
        self.is_by_mkdocs = True
        self.forget()

    def find_problems(self, inputs: bytes, config: MkDocsConfig) -> list[Problem] | None:
        """Return the problems of a vault whose site is built of the same inputs; None where something is to be built.

        Only a process that builds once asks this, of the site's folder as another process left it.
        """
        if self.serving or not self.dirty or not inputs:
            return None
        return KeptSite(Path(config.docs_dir), Path(config.site_dir)).read_problems(inputs)

    def forget(self) -> None:
        """Drop what is kept of the site for other processes, since its folder is about to be written."""
        self.later.begin()
        if self.site is not None:
            self.site.forget()

    def begin(
        self, site: bytes, signatures: Mapping[str, bytes], others: Iterable[File], made_of: MadeOf | None = None
    ) -> None:
        """Begin a build of a site and its pages, given by their signatures, and of other files; all are made."""
        self.now = Kept(site, stamps={file.dest_uri: stamp(file) for file in others}, made_of=made_of)
        self.signatures = signatures
        self.changed = None

    def forget_builds(self) -> None:
        """Keep nothing of this build, and treat the last one as unknown."""
        self.kept = self.now = self.changed = None

    @property
    def is_same_site(self) -> bool:
        """Whether what nearly all pages show is as it was in the last build."""
        return self.kept is not None and self.now is not None and self.kept.site == self.now.site

    def resume(self, files: Files, config: MkDocsConfig, meta: Meta) -> None:
        """Have MkDocs build what has changed since an earlier process built the site; everything where that is unknown.

        This limits only the first build of a process. Later builds by MkDocs make everything, and `Rebuild` limits its
        own.
        """
        if not self.is_by_mkdocs:
            return
        self.is_by_mkdocs = False
        is_first = not self.is_resumed and self.now is not None
        self.is_resumed = True
        if is_first:
            self._read_site(Path(config.docs_dir), Path(config.site_dir))
        if is_first and self.is_same_site:
            self._skipped_templates = config.theme.static_templates & _OF_SITE
            config.theme.static_templates -= _OF_SITE
            self.limit(files, meta)
            self._skip_unchanged(files)
        elif self.dirty or is_first:
            clean_directory(config.site_dir)
        if self.dirty:
            self._tell_modified(files)

    def _read_site(self, vault: Path, site: Path) -> None:
        """Read what an earlier process kept of a site."""
        kept = site if not self.serving else self.folder.put(vault, site) if self.folder else None
        if kept is not None:
            self.site = KeptSite(vault, kept)
            self.kept = self.site.read()
            self.site.forget()

    def _skip_unchanged(self, files: Files) -> None:
        """Have MkDocs skip what is on the site already, as it does with `--dirty`, also while it serves."""
        self._tell_modified(files)
        pages, copy = files.documentation_pages, files.copy_static_files

        def documentation_pages(*, inclusion: Inclusion = InclusionLevel.is_included) -> Sequence[File]:
            # MkDocs asks with this predicate for the pages to build; the site map and the navigation need all pages.
            found = pages(inclusion=inclusion)
            return [file for file in found if self.is_made(file)] if inclusion is InclusionLevel.is_in_serve else found

        def copy_static_files(*, inclusion: Inclusion = InclusionLevel.is_included, **_: object) -> None:
            copy(dirty=True, inclusion=inclusion)

        if self.serving:
            files.documentation_pages = documentation_pages  # type: ignore[method-assign]  # MkDocs has no hook for it
            files.copy_static_files = copy_static_files  # type: ignore[method-assign,assignment]

    def stop_skipping(self, files: Files, config: MkDocsConfig) -> None:
        """Undo what `resume` did to files and settings, which the next build uses too."""
        config.theme.static_templates |= self._skipped_templates
        for name in ("documentation_pages", "copy_static_files"):
            vars(files).pop(name, None)

    def _tell_modified(self, files: Files) -> None:
        for file in files:
            decide = self.is_made if file.is_documentation_page() else self.is_copied
            file.is_modified = partial(decide, file)  # type: ignore[method-assign]  # what MkDocs asks of each file

    def limit(self, files: Files, meta: Meta) -> None:
        """Make only pages that have changed, and write only other files that have.

        The navigation of each page names all others: `meta` returns the properties of a page that is not made, None
        for a page that every build makes.
        """
        kept = self.kept
        if kept is None:
            return
        changed = set(kept.find_changed(self.signatures) if self.is_same_site else self.signatures)
        always = set[str]()
        for file in files.documentation_pages(inclusion=InclusionLevel.is_in_serve):
            found = meta(file) if file.page else None
            if found is None or file.page is None:
                always.add(file.src_uri)
            else:
                _skip(file.page, found)
        self.changed, self.always = frozenset(changed | always), frozenset(always)

    def limit_again(self, files: Files, meta: Meta) -> None:
        """Limit the build as `limit` does, where the pages and their properties are those of the last build."""
        if self.kept is None or self.always is None:
            self.limit(files, meta)
        else:
            self.changed = self.kept.find_changed(self.signatures) | self.always

    def begin_writing(self) -> None:
        """Treat what is about to be written as unknown, since the build may be left before its end."""
        kept, now, changed = self.kept, self.now, self.changed
        if kept is None or now is None or changed is None:
            return
        self.forget()
        unknown = {path: replace(page, signature=b"") for path, page in kept.pages.items() if path in changed}
        pages = {path: page for path, page in (kept.pages | unknown).items() if path in self.signatures}
        stamps = {place: one for place, one in kept.stamps.items() if one == now.stamps.get(place)}
        unsearched = {path: entry for path, entry in kept.unsearched.items() if path in pages.keys() - changed}
        self.kept = replace(kept, site=now.site, pages=pages, stamps=stamps, unsearched=unsearched)

    def keep_page(self, path: str, entry: Entry | None, live: frozenset[str]) -> None:
        """Keep that a page stands on the site as it is signed; the search is told of it at the end of a build."""
        if self.kept is None:
            return
        self.kept.pages[path] = KeptPage(self.signatures[path], (entry.title, entry.url) if entry else None, live)
        if entry is not None:
            self.kept.unsearched[path] = entry

    def leave(self) -> None:
        """Leave the build to the next one, which takes what this one has written."""
        if self.kept is not None:
            self.kept.is_whole = False

    @property
    def is_left(self) -> bool:
        """Whether the last build was left before its end."""
        return self.kept is not None and not self.kept.is_whole

    def is_always_made(self, file: File) -> bool:
        """Return whether a page is made in every build."""
        return self.always is None or file.src_uri in self.always

    def is_made(self, file: File) -> bool:
        """Return whether a page is made in this build."""
        return self.changed is None or file.src_uri in self.changed

    def find_unmade_live(self) -> dict[str, frozenset[str]]:
        """Return the examples that readers may change, by the pages that are not made."""
        return {path: page.live for path, page in self._unmade()}

    def _unmade(self) -> list[tuple[str, KeptPage]]:
        if self.kept is None or self.changed is None:
            return []
        left = self.signatures.keys() - self.changed
        return [(path, page) for path, page in self.kept.pages.items() if path in left]

    def is_copied(self, file: File) -> bool:
        """Return whether a file that is no page is copied in this build: the site does not hold it as it is now."""
        if self.changed is None or self.kept is None or self.now is None:
            return True
        made = self.now.stamps.get(file.dest_uri)
        return not made or self.kept.stamps.get(file.dest_uri) != made

    def write_search(self, entries: Mapping[str, Entry], folder: Path) -> None:
        """Write the search: `entries` of the pages that were made, by their paths, and what is kept of the others."""
        before = self.kept.search if self.kept and self.changed is not None else None
        if before is None:
            written = write_search(entries.values(), folder)
        else:
            told = {**self.kept.unsearched, **entries} if self.kept else entries
            others = [page.name for path, page in self._unmade() if page.name and path not in told]
            written = write_search_again(before, folder, {entry.url: entry for entry in told.values()}, others)
        if self.now is not None:
            self.now.search = written

    def renew_redirects(self, site: Path, aliases: bytes, write: Callable[[], tuple[str, ...]]) -> None:
        """Write the redirects of a site in place of earlier ones, unless the aliases of its notes have not changed."""
        same = self.kept if self.kept and self.changed is not None else None
        if self.now is None:
            write()
        elif same and same.aliases == aliases:
            self.now.redirects, self.now.aliases = same.redirects, aliases
        else:
            remove_files(site, same.redirects if same else ())
            self.now.redirects, self.now.aliases = write(), aliases

    def remove_redirects(self, site: Path) -> None:
        """Remove the redirects of the last build."""
        if self.kept is not None:
            remove_files(site, self.kept.redirects)
            self.kept.redirects, self.kept.aliases = (), b""

    def keep_redirects(self) -> None:
        """Keep the redirects of the last build, whose notes had the same names and addresses."""
        if self.now is not None and self.kept is not None:
            self.now.redirects, self.now.aliases = self.kept.redirects, self.kept.aliases

    def finish(
        self, entries: Mapping[str, Entry], live: Mapping[str, frozenset[str]], keep_notes: Callable[[], Iterator[None]]
    ) -> None:
        """Keep what was built, and with `keep_notes` the notes that it was built from, for other processes as well."""
        before = dict(self._unmade())
        names = {path: (entry.title, entry.url) for path, entry in entries.items()}
        self.kept = self.now
        if self.kept is not None:
            self.kept.pages = {
                path: before.get(path) or KeptPage(signature, names.get(path), live.get(path, frozenset()))
                for path, signature in self.signatures.items()
            }
        self._keep_notes = keep_notes
        if self.serving:
            self.later.do(self._write)
        elif self.is_kept:
            self._write_all()

    def _write_all(self) -> None:
        for _ in self._write():
            pass

    def _write(self) -> Iterator[None]:
        """Keep what is known of the site and its notes for another process; yield between steps."""
        if self.site is not None and self.kept is not None and self.kept.is_whole:
            self.site.write(self.kept)
        yield
        if self._keep_notes is not None:
            yield from self._keep_notes()
            self._keep_notes = None

    def close(self) -> None:
        """Keep what is known, and give MkDocs its folder back, at the end of the process."""
        self.later.begin()
        self._write_all()
        if self.folder is not None:
            self.folder.take_away()


def _skip(page: Page, meta: Mapping[str, object]) -> None:
    """Give a page that is not made the properties that other pages show of it."""
    page.markdown = ""
    page.meta = dict(meta)


def other_files(files: Files) -> list[File]:
    """Return the files of a site that are no pages and that are shown while it is served."""
    return [
        file for file in files if not file.is_documentation_page() and file.inclusion is not InclusionLevel.EXCLUDED
    ]

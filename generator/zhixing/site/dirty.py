"""What `mkdocs build --dirty` knows of the site that an earlier process built, from a store outside the vault.

It is believed only where the site's folder is exactly as that process left it. All else is a whole build.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import astuple
from hashlib import blake2b
from pathlib import Path
from typing import Any

from zhixing.site.changed import digest
from zhixing.site.kept import Kept, KeptPage
from zhixing.site.search import Entry
from zhixing.site.search_text import Section
from zhixing.vault.store import Store, open_store

_SITE, _PAGE = "site", "page"
_WHOLE = b"whole"


class KeptSite:
    """What is kept of the site in a folder, made of the vault in another."""

    def __init__(self, vault: Path, site: Path) -> None:
        self._site = site
        self._pages: dict[bytes, bytes] = {}
        name = blake2b(os.fsencode(site.absolute()), digest_size=8).hexdigest()
        self._store: Store | None = open_store(vault, f"site-{name}")

    def read(self) -> Kept | None:
        """Return what is known of the site, None where nothing is or where its folder has changed since."""
        if self._store is None:
            return None
        whole = self._store.get(_SITE, _WHOLE)
        if whole is None:
            return None
        try:
            facts = json.loads(whole)
            if bytes.fromhex(facts["outputs"]) != _outputs(self._site):
                return None
            self._pages = self._store.get_all(_PAGE)
            if len(self._pages) != facts["pages"]:
                return None
            return _read(facts, self._pages)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def forget(self) -> None:
        """Forget the site before its folder is written: a build that is killed leaves a part of it."""
        if self._store is not None:
            self._store.update(_SITE, {_WHOLE: None})

    def write(self, kept: Kept) -> None:
        """Keep what is known of the site that was built."""
        if self._store is None:
            return
        pages = {path.encode("utf-8", "surrogateescape"): _write_page(page) for path, page in kept.pages.items()}
        changed: dict[bytes, bytes | None] = {key: page for key, page in pages.items() if self._pages.get(key) != page}
        gone: dict[bytes, bytes | None] = dict.fromkeys(self._pages.keys() - pages.keys())
        facts = {
            "site": kept.site.hex(),
            "aliases": kept.aliases.hex(),
            "redirects": kept.redirects,
            "stamps": {path: stamp.hex() for path, stamp in kept.stamps.items()},
            "outputs": _outputs(self._site).hex(),
            "pages": len(pages),
        }
        self._store.update(_PAGE, changed | gone)
        self._store.update(_SITE, {_WHOLE: json.dumps(facts).encode()})


def _outputs(site: Path) -> bytes:
    """Return a digest of the names, sizes and times of all files of a site but hidden ones, which builds leave."""
    return digest(sorted(_walk(site, ""), key=str))


def _walk(folder: Path, below: str) -> Iterator[tuple[str, int, int]]:
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            place = f"{below}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if below or not entry.name.startswith("."):
                    yield from _walk(Path(entry.path), f"{place}/")
            elif below or not entry.name.startswith("."):
                found = entry.stat(follow_symlinks=False)
                yield place, found.st_size, found.st_mtime_ns


def _read(facts: Any, pages: dict[bytes, bytes]) -> Kept:
    return Kept(
        bytes.fromhex(facts["site"]),
        {key.decode("utf-8", "surrogateescape"): _read_page(page) for key, page in pages.items()},
        {path: bytes.fromhex(stamp) for path, stamp in facts["stamps"].items()},
        tuple(facts["redirects"]),
        bytes.fromhex(facts["aliases"]),
    )


def _write_page(page: KeptPage) -> bytes:
    entry = astuple(page.entry) if page.entry else None
    return json.dumps([page.signature.hex(), entry, sorted(page.live)]).encode()


def _read_page(written: bytes) -> KeptPage:
    signature, entry, live = json.loads(written)
    return KeptPage(bytes.fromhex(signature), _read_entry(*entry) if entry else None, frozenset(live))


def _read_entry(url: str, title: str, sections: Any, aliases: Any, status: str, around: Any) -> Entry:
    own, others = (tuple(Section(*one) for one in part) for part in (sections, around))
    return Entry(url, title, own, tuple(aliases), status, others)

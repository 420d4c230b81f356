"""What is known of a site that an earlier process built or served, from a store outside the vault.

It is believed only where the site's folder is exactly as that process left it. All else is a whole build.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from zhixing.problems import Problem
from zhixing.site.incremental.kept import Kept, KeptPage
from zhixing.site.search.index import Written
from zhixing.vault.note_data import dump_problems, load_problems
from zhixing.vault.store import Store, open_store

_KIND, _KEY, _MADE_OF = "site", b"whole", b"made of"


class KeptSite:
    """What is kept of the site in a folder, made of the vault in another."""

    def __init__(self, vault: Path, site: Path) -> None:
        self._site = site
        name = blake2b(os.fsencode(site.absolute()), digest_size=8).hexdigest()
        self._store: Store | None = open_store(vault, f"site-{name}")
        self._is_known = True

    def read(self) -> Kept | None:
        """Return what is known of the site, None where nothing is or where its folder has changed since."""
        kept = self._store.get(_KIND, _KEY) if self._store else None
        if kept is None:
            return None
        try:
            facts = json.loads(kept)
            return _read(facts) if bytes.fromhex(facts["outputs"]) == _outputs(self._site) else None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def read_problems(self, inputs: bytes) -> list[Problem] | None:
        """Return the problems of a vault whose site is built of these inputs; None where a build may write another."""
        kept = self._store.get(_KIND, _MADE_OF) if self._store else None
        if kept is None:
            return None
        try:
            made_of, outputs, problems = json.loads(kept)
            is_same = made_of == inputs.hex() and outputs == _outputs(self._site).hex()
            return load_problems(problems) if is_same else None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def forget(self) -> None:
        """Forget the site before its folder is written: a build that is killed leaves a part of it."""
        if self._store is not None and self._is_known:
            self._store.update(_KIND, {_KEY: None, _MADE_OF: None})
            self._is_known = False

    def write(self, kept: Kept) -> None:
        """Keep what is known of the site that was built."""
        if self._store is not None and not self._is_known:
            outputs, made_of = _outputs(self._site).hex(), kept.made_of
            same = [made_of.inputs.hex(), outputs, dump_problems(made_of.problems)] if made_of else None
            entries = {_KEY: {"outputs": outputs, **_write(kept)}, _MADE_OF: same}
            self._store.update(_KIND, {key: _dump(entry) if entry else None for key, entry in entries.items()})
            self._is_known = True


def _dump(entry: object) -> bytes:
    return json.dumps(entry, separators=(",", ":")).encode()


def _outputs(site: Path) -> bytes:
    """Return a digest of the names, sizes and times of all files of a site but hidden ones, which builds leave."""
    total = blake2b(digest_size=16)
    for line in sorted(_walk(str(site))):
        total.update(line.encode(errors="surrogateescape"))
    return total.digest()


def _walk(site: str) -> Iterator[str]:
    """Yield a line for each file of a site: its name, its size, and when it was changed."""
    waiting = [""] if Path(site).is_dir() else []
    while waiting:
        below = waiting.pop()
        with os.scandir(f"{site}/{below}") as entries:
            for entry in entries:
                if not below and entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{below}{entry.name}/")
                else:
                    found = entry.stat(follow_symlinks=False)
                    yield f"{below}{entry.name}\0{found.st_size}\0{found.st_mtime_ns}\0"


def _write(kept: Kept) -> dict[str, object]:
    return {
        "site": kept.site.hex(),
        "pages": {path: [page.signature.hex(), page.name, sorted(page.live)] for path, page in kept.pages.items()},
        "stamps": {path: stamp.hex() for path, stamp in kept.stamps.items()},
        "redirects": kept.redirects,
        "aliases": kept.aliases.hex(),
        "search": [kept.search.names, kept.search.size, dict(kept.search.digests)] if kept.search else None,
    }


def _read(facts: Any) -> Kept:
    return Kept(
        bytes.fromhex(facts["site"]),
        {path: _read_page(*page) for path, page in facts["pages"].items()},
        {path: bytes.fromhex(stamp) for path, stamp in facts["stamps"].items()},
        tuple(facts["redirects"]),
        bytes.fromhex(facts["aliases"]),
        _read_search(*facts["search"]) if facts["search"] else None,
    )


def _read_page(signature: str, name: Any, live: Any) -> KeptPage:
    return KeptPage(bytes.fromhex(signature), _read_name(*name) if name else None, frozenset(live))


def _read_search(names: Any, size: int, digests: Any) -> Written:
    return Written(tuple(_read_name(*name) for name in names), size, dict(digests))


def _read_name(title: str, url: str) -> tuple[str, str]:
    return title, url

"""The folder that a served site stands in, kept outside the vault from one `mkdocs serve` to the next.

MkDocs serves a folder of its own, which it removes at the end. That folder is replaced by a symbolic link to the kept
one. Only one process uses a kept folder at a time; another that serves the same vault builds all of its site.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from zhixing.vault.store import cache_folder

if sys.platform != "win32":
    import fcntl

_PREFIX = "served-"
# So many sites are kept; those that were served longest ago are removed.
_MOST = 4


class ServedFolder:
    """Puts a kept folder in the place of the one that MkDocs serves."""

    def __init__(self) -> None:
        self._site: Path | None = None
        self._lock: int | None = None

    def put(self, vault: Path, site: Path) -> Path | None:
        """Replace an empty folder of MkDocs by a link to the one kept for a vault, and return the kept one.

        Return None where nothing can be kept, or where another process uses it.
        """
        cache = cache_folder()
        if cache is None or cache.resolve().is_relative_to(vault.resolve()):
            return None
        name = f"{_PREFIX}{blake2b(os.fsencode(vault.resolve()), digest_size=16).hexdigest()}"
        self._lock = _lock(cache / f"{name}.lock")
        if self._lock is None:
            return None
        try:
            return self._link(cache / name, site)
        except OSError:
            self.take_away()
            return None
        finally:
            _remove_oldest(cache)

    def _link(self, kept: Path, site: Path) -> Path:
        kept.mkdir(exist_ok=True, mode=0o700)
        os.utime(kept)
        site.rmdir()
        try:
            site.symlink_to(kept, target_is_directory=True)
        except OSError:
            site.mkdir()
            raise
        self._site = site
        return kept

    def take_away(self) -> None:
        """Give MkDocs its empty folder back."""
        if self._site is not None:
            with suppress(OSError):
                self._site.unlink()
                self._site.mkdir()
            self._site = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _lock(path: Path) -> int | None:
    """Return a descriptor that holds a lock until it is closed; None where another process has it, or there is none."""
    if sys.platform == "win32":
        return None
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _remove_oldest(cache: Path) -> None:
    """Remove the kept folders beyond the newest, except those that a process uses."""
    with suppress(OSError):
        folders = [path for path in cache.glob(f"{_PREFIX}*") if path.is_dir()]
        for folder in sorted(folders, key=lambda path: -path.stat().st_mtime)[_MOST:]:
            lock = _lock(folder.with_name(f"{folder.name}.lock"))
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)

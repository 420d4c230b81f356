"""What is kept between runs, outside the vault: entries in SQLite in the user's cache folder.

Nothing depends on it. An entry that is damaged, missing or another version's is computed again, and where the folder
cannot be written nothing is kept. Entries hold text of private notes, so only their owner may read them.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import zhixing

_Result = TypeVar("_Result")

FOLDER = "zhixing"
INDEX = "index"
"""The purpose of the store that all commands and the site share: what was found in a vault, runs and what they show."""
MAX_BYTES = 1_000_000_000
"""How much all stores may take together; those that were used longest ago are removed first."""
_WAIT = 5.0
"""Seconds to wait for another process that writes: its transactions are short."""
_DIGEST = 16
_TABLE = "CREATE TABLE IF NOT EXISTS entries (kind TEXT, key BLOB, sum BLOB, value BLOB, PRIMARY KEY (kind, key))"
_KEEP_NEWEST = (
    "DELETE FROM entries WHERE kind = ? AND rowid NOT IN"
    " (SELECT rowid FROM entries WHERE kind = ? ORDER BY rowid DESC LIMIT ?)"
)
_KEEP_NEWEST_BYTES = (
    "DELETE FROM entries WHERE rowid IN (SELECT id FROM"
    " (SELECT rowid AS id, SUM(LENGTH(value)) OVER (ORDER BY rowid DESC) AS total FROM entries WHERE kind = ?)"
    " WHERE total > ?)"
)

# Where stores lie, and which version of the tool may read them.


def cache_folder() -> Path | None:
    """Return the tool's folder in the user's cache folder, made where it is missing; None where that is impossible.

    It is not used where it belongs to somebody else, who might read notes there or write into it.
    Source: the XDG Base Directory Specification, "XDG_CACHE_HOME".
    """
    try:
        folder = find_cache_folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder if _make_private(folder) else None
    except (OSError, RuntimeError):  # a user without a home
        return None


def find_cache_folder() -> Path:
    """Return where the tool's cache folder is or would be. Raises RuntimeError for a user without a home."""
    named = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    return (Path(named) if Path(named).is_absolute() else Path.home() / ".cache") / FOLDER


def _make_private(folder: Path) -> bool:
    """Take other users' rights to a folder away; tell whether it is the user's own. Raises OSError as `chmod` does."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or (sys.platform != "win32" and found.st_uid != os.getuid()):
        return False
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)
    return os.access(folder, os.W_OK | os.X_OK)


@cache
def version_digest() -> str:
    """Return a digest of the tool's own files, of Python and of all installed packages and their versions."""
    total = blake2b(f"{zhixing.__version__} {sys.version} {sys.platform}".encode(), digest_size=_DIGEST)
    for path in sorted(_own_files(Path(zhixing.__file__).parent)):
        total.update(path.encode() + b"\0" + blake2b(Path(path).read_bytes()).digest())
    for name in sorted(set(_installed())):
        total.update(name.encode(errors="surrogateescape") + b"\0")
    return total.hexdigest()


def _own_files(package: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(package):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (f"{folder}/{name}" for name in names)


def _installed() -> Iterator[str]:
    """Yield the names of installed packages, which have their versions in them. Reading the metadata takes longer."""
    for folder in sys.path:
        with suppress(OSError), os.scandir(folder or ".") as entries:
            yield from (entry.name for entry in entries if entry.name.endswith((".dist-info", ".egg-info")))


# Entries.


class Store:
    """Values by kind and key. What fails on disk is no error: a value is then missing, or is not kept."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, kind: str, key: bytes) -> bytes | None:
        """Return a value, None where there is none or it is damaged."""
        return self.get_all(kind, [key]).get(key)

    def get_all(self, kind: str, keys: Iterable[bytes] | None = None) -> dict[bytes, bytes]:
        """Return the values of keys, by default of all keys of a kind; those that are missing or damaged left out."""

        def read(connection: sqlite3.Connection) -> dict[bytes, bytes]:
            query = "SELECT key, sum, value FROM entries WHERE kind = ?"
            if keys is None:
                rows = connection.execute(query, (kind,)).fetchall()
            else:
                found = (connection.execute(f"{query} AND key = ?", (kind, key)).fetchone() for key in keys)
                rows = [row for row in found if row]
            return {key: value for key, total, value in rows if total == _checksum(kind, key, value)}

        return self._attempt(read, {}) if self.path.exists() else {}

    def update(
        self,
        kind: str,
        values: Mapping[bytes, bytes | None],
        *,
        most: int | None = None,
        most_bytes: int | None = None,
    ) -> None:
        """Keep values, and remove those that are None. All or nothing.

        Of the kind at most the newest `most` stay, and of these at most the newest that have `most_bytes` together.
        """

        def write(connection: sqlite3.Connection) -> None:
            kept = [(kind, key, _checksum(kind, key, one), one) for key, one in values.items() if one is not None]
            gone = [(kind, key) for key, one in values.items() if one is None]
            connection.executemany("DELETE FROM entries WHERE kind = ? AND key = ?", gone)
            connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", kept)
            if most is not None:
                connection.execute(_KEEP_NEWEST, (kind, kind, most))
            if most_bytes is not None:
                connection.execute(_KEEP_NEWEST_BYTES, (kind, most_bytes))

        if values:
            self._attempt(write, None)

    def drop(self) -> None:
        """Forget everything."""
        _remove(self.path)

    def _attempt(self, work: Callable[[sqlite3.Connection], _Result], default: _Result) -> _Result:
        """Do a piece of work in one transaction; return the default, with the store dropped if damaged, if it fails."""
        try:
            with self._open() as connection, connection:
                return work(connection)
        except sqlite3.OperationalError:  # locked, read-only, or the disk is full
            return default
        except (sqlite3.DatabaseError, TypeError, UnicodeError, OverflowError):  # no database, or not ours
            self.drop()
            return default

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            # SQLite would make it with the mode that the umask gives, and its journal takes the mode of the file.
            with suppress(OSError):
                os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(self.path, timeout=_WAIT)) as connection:
            # After a power cut the last writes may be damaged, which checksums show; waiting for the disk would be most
            # of the cost of a save.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(_TABLE)
            yield connection


def _checksum(kind: str, key: bytes, value: bytes) -> bytes:
    total = blake2b(kind.encode() + b"\0" + key + b"\0", digest_size=_DIGEST)
    total.update(value)
    return total.digest()


def open_store(vault: Path, purpose: str) -> Store | None:
    """Return the store of a vault for one purpose, such as "check"; None where nothing can be kept.

    Those that other versions of the tool made for it are removed, and of all vaults' those used longest ago.
    """
    folder = cache_folder()
    root = vault.resolve()
    # A cache inside the vault would be a file of the vault, and might be published with it.
    if folder is None or folder.resolve().is_relative_to(root):
        return None
    prefix = f"{purpose}-{blake2b(os.fsencode(root), digest_size=_DIGEST).hexdigest()}-"
    path = folder / f"{prefix}{version_digest()}.sqlite"
    _remove_old(folder, prefix, path)
    with suppress(OSError):
        os.utime(path)
    return Store(path)


def _remove_old(folder: Path, prefix: str, current: Path) -> None:
    """Remove the stores that begin with a prefix and are not the current one, and the oldest beyond `MAX_BYTES`."""
    with suppress(OSError):
        stores = [entry for entry in os.scandir(folder) if entry.name.endswith(".sqlite")]
        facts = {entry.name: entry.stat() for entry in stores if entry.name != current.name}
        left = MAX_BYTES
        for name in sorted(facts, key=lambda name: -facts[name].st_mtime):
            left -= facts[name].st_size
            if left < 0 or name.startswith(prefix):
                _remove(folder / name)


def _remove(path: Path) -> None:
    for name in (path, path.with_name(f"{path.name}-journal")):
        with suppress(OSError):
            name.unlink()

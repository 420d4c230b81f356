"""Stamps of files: whether a file still is what was read of it can be told without reading it again."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

Stamp = tuple[int, ...]
_MISSING: Stamp = ()
# A file may change twice within one tick of its disk's clock. FAT's, the slowest, has ticks of two seconds.
_TICK = 2_000_000_000


def stamp(path: Path | str) -> Stamp | None:
    """Return the stamp of a file or of its absence; None where it cannot vouch for the content.

    That is so for a file changed within the last two seconds, which may change again without its times telling, and for
    a symbolic link, whose target has times of its own.
    """
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return _MISSING
    except OSError:
        return None
    young = time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) < _TICK
    if young or not stat.S_ISREG(found.st_mode):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def stamps(root: Path, paths: Iterable[PurePosixPath]) -> tuple[Stamp, ...] | None:
    """Return the stamps of files of a folder, None where one of them has none."""
    found = [stamp(f"{root}/{path}") for path in paths]
    return tuple(one for one in found if one is not None) if None not in found else None


def stamps_below(root: Path) -> dict[str, Stamp]:
    """Return the times and sizes of all that lies below a folder, by path; hidden files and folders are left out."""
    found: dict[str, Stamp] = {}
    folders = [str(root)]
    while folders:
        for entry in _entries(folders.pop()):
            if entry.name.startswith("."):
                continue
            try:
                seen = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            found[entry.path] = (seen.st_ino, seen.st_mode, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)
    return found


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []

"""The cache of the segmenter of Chinese words, in a folder that nobody else can write.

jieba keeps its dictionary in the system's folder for temporary files, under a name that everybody knows, and loads it
with `marshal`, which can run code that was put there first.
"""

from __future__ import annotations

import importlib
import os
import stat
from pathlib import Path
from tempfile import TemporaryDirectory


def keep_cache_private() -> None:
    """Tell jieba, where it is installed, to keep its cache in a folder of the user's own."""
    try:
        jieba = importlib.import_module("jieba")
    except ImportError:
        return
    jieba.dt.tmp_dir = str(private_folder())


def private_folder() -> Path:
    """Return a folder for the cache that only its owner can write; one that is removed at the end if there is none."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    folder = (named if named.is_absolute() else Path.home() / ".cache") / "zhixing" / "jieba"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_private(folder):
            return folder
    except OSError:
        pass
    return Path(_own_folder().name)


def _is_private(folder: Path) -> bool:
    """Return whether a folder is the user's and nobody else may write it."""
    if not hasattr(os, "getuid"):  # Windows: the user's own folders are
        return True
    found = folder.lstat()
    others = stat.S_IWGRP | stat.S_IWOTH
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & others


_KEPT: list[TemporaryDirectory[str]] = []


def _own_folder() -> TemporaryDirectory[str]:
    """Return a temporary folder that lasts as long as the process."""
    if not _KEPT:
        _KEPT.append(TemporaryDirectory(prefix="zhixing-"))
    return _KEPT[0]

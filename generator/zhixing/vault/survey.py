"""A survey of a vault's files: which there are, and a digest of each one's content, read only where it may be another.

What `check` finds depends on nothing else, so that two equal surveys mean the same problems. As in Git's index, a file
is unchanged where its size, times and inode are; a file that was changed right before it was read is read again, since
a second change may have left its times as they were.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from zhixing.markdown.generated import SEAL
from zhixing.vault.load import CONFIG, MAX_FILE_BYTES, REPORT_HEAD, SETTINGS, Project, read_bounded, report_file
from zhixing.vault.note import AUDIO, PICTURES, VIDEO
from zhixing.vault.store import Store

_SETTLED = 3_000_000_000
"""Nanoseconds after a change in which a file system may give another change the same time."""
# Of these it only matters that they are there. An SVG may be a generated figure, whose text is looked at.
_MEDIA = tuple((PICTURES | AUDIO | VIDEO | {".pdf"}) - {".svg"})
_THERE = "there"
_UNREAD = "unread"

Facts = tuple[int, int, int, int]
"""A file's size, its times of modification and change in nanoseconds, and its inode."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file whose content has this digest as long as the facts stay the same."""

    facts: Facts
    digest: str


@dataclass(frozen=True)
class Survey:
    """The digest of each file's content by path, and one of the settings and templates that stand elsewhere.

    `seen` are the files that need not be read again while their facts stay the same.
    """

    files: Mapping[str, str]
    others: str
    seen: Mapping[str, Seen]

    @cached_property
    def digest(self) -> bytes:
        """A digest of it all."""
        return self.digest_without(frozenset())

    def digest_without(self, without: Collection[str]) -> bytes:
        """Return a digest of it all, some files left out."""
        total = blake2b(self.others.encode(), digest_size=16)
        for path in sorted(self.files.keys() - without if without else self.files):
            total.update(f"{path}\0{self.files[path]}\0".encode(errors="surrogateescape"))
        return total.digest()


class UnknownError(Exception):
    """What a file or folder holds cannot be said for certain."""


def survey(project: Project, known: Mapping[str, Seen]) -> Survey:
    """Return the survey of a project's files; those that are still as `known` has them are not read.

    Raises:
        UnknownError: a folder cannot be read, or there is a symbolic link, whose target may be anywhere.
    """
    now = time.time_ns()
    files: dict[str, str] = {}
    seen: dict[str, Seen] = {}
    for path, full, facts in _walk(project.notes):
        before = known.get(path)
        if path.endswith(_MEDIA):
            files[path] = _THERE
        elif before is not None and before.facts == facts:
            files[path], seen[path] = before.digest, before
        else:
            files[path] = _digest(full, facts, mark=SEAL if path == report_file(project.wording) else None)
            if max(facts[1:3]) < now - _SETTLED and not files[path].startswith(_UNREAD):
                seen[path] = Seen(facts, files[path])
    return Survey(files, _digest_of_settings(project), seen)


def _walk(root: Path) -> Iterator[tuple[str, str, Facts]]:
    """Yield each file below a folder: its path there, its full path, and its facts. Hidden folders are left out."""
    folders = [""]
    try:
        while folders:
            folder = folders.pop()
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    found = entry.stat(follow_symlinks=False)
                    path = f"{folder}{entry.name}"
                    # The loader passes over hidden files, but a template's name may begin with a dot.
                    if entry.name.startswith(".") and not entry.name.endswith(".md"):
                        continue
                    if stat.S_ISLNK(found.st_mode):
                        raise UnknownError
                    if not stat.S_ISDIR(found.st_mode):
                        yield path, entry.path, _facts(found)
                    else:
                        folders.append(f"{path}/")
    except OSError as error:
        raise UnknownError from error


def _facts(found: os.stat_result) -> Facts:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _digest(path: str, facts: Facts, mark: str | None = None) -> str:
    """Return the digest of a file's content; of one that nobody reads, why. `mark` is that of a list of problems."""
    if facts[0] > MAX_FILE_BYTES:
        return "too large"
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return "no regular file"
            content = read_bounded(file, MAX_FILE_BYTES)
            # What `zhixing watch --report` writes after each save is neither a note nor a file of the vault.
            if mark and mark in content[: 4 * REPORT_HEAD].decode(errors="replace")[:REPORT_HEAD]:
                return "a report"
            return blake2b(content, digest_size=16).hexdigest()
    except OSError as error:
        return f"{_UNREAD}: {error.errno}"


def _digest_of_settings(project: Project) -> str:
    """Return a digest of where the project lies, and of what is read beside its notes: settings and templates."""
    notes, templates = project.notes, project.templates
    files = {notes.parent / CONFIG, notes / SETTINGS, project.config or notes / CONFIG, *_markdown_in(templates)}
    # A file that one user may not read another may.
    parts = [
        str(notes),
        str((notes / SETTINGS.parent).is_dir()),
        str(project.config),
        str(templates),
        str(os.geteuid() if hasattr(os, "geteuid") else ""),
    ]
    for path in sorted(files):
        if path.is_symlink() or (notes / SETTINGS.parent).is_symlink():
            raise UnknownError
        parts += [str(path), _digest(str(path), _facts(path.stat())) if path.exists() else ""]
    return blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def _markdown_in(folder: Path) -> list[Path]:
    if folder.is_symlink():
        raise UnknownError
    return list(folder.glob("*.md")) if folder.is_dir() else []


# The files that were seen, as they are kept.


def read_seen(store: Store) -> dict[str, Seen]:
    """Return the files that were seen when the store was last written."""
    try:
        rows: dict[str, tuple[int, int, int, int, str]] = json.loads(store.get("files", b"") or b"{}")
        return {
            path: Seen((size, mtime, ctime, inode), found) for path, (size, mtime, ctime, inode, found) in rows.items()
        }
    except (ValueError, TypeError, AttributeError):
        return {}


def keep_seen(store: Store, seen: Mapping[str, Seen]) -> None:
    """Keep the files that were seen."""
    rows = {path: [*one.facts, one.digest] for path, one in seen.items()}
    store.update("files", {b"": json.dumps(rows, separators=(",", ":")).encode()})

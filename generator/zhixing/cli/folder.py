"""A folder of generated files: a second run replaces exactly what the first one wrote, and nothing else.

A manifest in the folder names each file with the digest of what was written. A file that is no longer that was edited
by hand, one that is not named belongs to somebody else: in the way of the run, both stop it before anything is written.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from zhixing.problems import Code, Problem
from zhixing.vault.load import read_text
from zhixing.weave.writer import WriteError, digest, parts, remove, remove_leftovers, write, write_bytes

MANIFEST = PurePosixPath(".zhixing-export.json")
_VERSION = 1
# What the manifest says of a file: the digest of what was written. While a run is under way, that of what will be too,
# so that one that was cut short finds its own files again.
Known = Mapping[PurePosixPath, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class File:
    """A file to be written: its place in the folder, its digest, and its content in parts, each time anew."""

    path: PurePosixPath
    digest: str
    content: Callable[[], Iterable[bytes]]


def from_text(path: PurePosixPath, text: str) -> File:
    """Return a file of this text."""
    return File(path, digest([text.encode()]), lambda: [text.encode()])


def from_file(path: PurePosixPath, source: Path) -> File:
    """Return a copy of a file. Raises OSError where it cannot be read."""
    return File(path, digest(parts(source)), lambda: parts(source))


@dataclass(frozen=True, slots=True)
class FolderUpdate:
    """The files that a run wrote and removed, and the problems of those that it could not."""

    written: tuple[PurePosixPath, ...] = ()
    removed: tuple[PurePosixPath, ...] = ()
    problems: tuple[Problem, ...] = ()


def refusal(folder: Path, vault: Path) -> Problem | None:
    """Return why a folder cannot take an export: it is the vault, inside or above it, or holds files of others."""
    here, notes = folder.resolve(), vault.resolve()
    fix = "Name a new or empty folder outside the vault"
    if here.is_relative_to(notes) or notes.is_relative_to(here):
        return _problem(folder, "The vault's own folder, one inside it or one above it cannot take an export", fix)
    if not os.path.lexists(folder):
        return None
    if not here.is_dir():
        return _problem(folder, "This is no folder", fix)
    if not (here / MANIFEST).exists():
        # A version control's files, or a file manager's, are no content.
        foreign = sorted(entry.name for entry in here.iterdir() if not entry.name.startswith("."))
        return _problem(folder, f"The folder holds what no export wrote: {foreign[0]!r}", fix) if foreign else None
    if _manifest(here) is None:
        what = "The export's manifest cannot be read"
        return _problem(folder / MANIFEST, what, "Restore it, or delete the folder and export anew")
    return None


def bring_up_to_date(folder: Path, files: Iterable[File]) -> FolderUpdate:
    """Make a folder hold these files, and none that an earlier run wrote and this one does not.

    Writes only what differs; where a file was edited by hand, or is somebody else's, writes nothing.
    """
    root = folder.resolve()
    left = remove_leftovers(root)
    before, wanted = _manifest(root) or {}, {file.path: file for file in files}
    found = {path: _found(root / path) for path in {*before, *wanted}}
    strangers = [problem for path in sorted(found) if (problem := _stranger(root, path, found[path], before, wanted))]
    if strangers:
        return FolderUpdate(problems=tuple(strangers))
    after = {path: (file.digest,) for path, file in wanted.items()}
    between = {path: tuple(dict.fromkeys([*before.get(path, ()), *after.get(path, ())])) for path in found}
    if before != after and (problem := _save_manifest(root, between)):
        return FolderUpdate(problems=(problem,))
    late = [file for path, file in sorted(wanted.items()) if found[path] != file.digest]
    gone = [path for path in sorted(before.keys() - wanted.keys()) if found[path]]
    writes = {file.path: _write(root, file, found[file.path]) for file in late}
    removals = {path: _remove(root, path, found[path]) for path in gone}
    failed = {path: problem for path, problem in (writes | removals).items() if problem}
    unsaved = _save_manifest(root, {**after, **{path: between[path] for path in failed}})
    return FolderUpdate(
        tuple(path for path in writes if path not in failed),
        tuple(path for path in removals if path not in failed),
        (*left, *failed.values(), *([unsaved] if unsaved else [])),
    )


def _stranger(
    root: Path, path: PurePosixPath, found: str | None, before: Known, wanted: Mapping[PurePosixPath, File]
) -> Problem | None:
    """Return a problem where a file is neither what an earlier run wrote nor what this one would write."""
    if found is None or found in before.get(path, ()) or (path in wanted and found == wanted[path].digest):
        return None
    if path in before:
        what, fix = (
            "The file was edited after it was exported",
            "Take the edit over into the vault and delete this file",
        )
    else:
        what, fix = (
            "The export did not write this file, and it is in the way",
            "Move it, or export into another folder",
        )
    return _problem(root / path, what, fix, Code.EXPORT_EDITED)


def _found(file: Path) -> str | None:
    """Return the digest of a file, None where there is nothing, "" for what is no regular file or cannot be read."""
    if not os.path.lexists(file):
        return None
    try:
        return digest(parts(file)) if stat.S_ISREG(file.lstat().st_mode) else ""
    except OSError:
        return ""


def _write(root: Path, file: File, before: str | None) -> Problem | None:
    return _attempt(root, file.path, lambda: write_bytes(root, file.path, file.content(), before=before))


def _remove(root: Path, path: PurePosixPath, before: str | None) -> Problem | None:
    return _attempt(root, path, lambda: remove(root, path, before=before or ""))


def _attempt(root: Path, path: PurePosixPath, work: Callable[[], object]) -> Problem | None:
    """Do a piece of work on a file; return its problem if it failed."""
    try:
        work()
    except WriteError as error:
        return replace(error.problem, path=str(root / path))
    return None


def _manifest(root: Path) -> Known | None:
    """Return what earlier runs wrote; None where no manifest can be read."""
    try:
        read = json.loads(read_text(root / MANIFEST) or "")
        json.dumps(read, ensure_ascii=False).encode()  # what cannot be written again is none of ours
        if read["version"] != _VERSION:
            return None
        return {PurePosixPath(path): tuple(map(str, digests)) for path, digests in read["files"].items()}
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return None


def _save_manifest(root: Path, known: Known) -> Problem | None:
    """Write the manifest where it differs from what is there; return the problem if that failed."""
    before = read_text(root / MANIFEST)
    files = {str(path): list(digests) for path, digests in sorted(known.items())}
    text = f"{json.dumps({'version': _VERSION, 'files': files}, ensure_ascii=False, indent=1)}\n"
    if text == before:
        return None
    return _attempt(root, MANIFEST, lambda: write(root, MANIFEST, text, before=before))


def _problem(path: Path, what: str, fix: str, code: Code = Code.EXPORT_FOLDER) -> Problem:
    # As from the root: problems are shown as seen from where the command runs.
    return Problem(str(Path.cwd() / path), 1, 1, code, what, fix)

"""A folder of generated files: a later run replaces exactly the files that an earlier run wrote.

A manifest in the folder holds the digest of each file written. A file with another digest was edited by hand; a file
that is not in the manifest is foreign. If such a file is in the way, the run stops before anything is written.
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
# The digests that the manifest holds of each file. During a run these include the digest to be written, so that after
# an interrupted run its own files are recognised.
Known = Mapping[PurePosixPath, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class File:
    """A file to be written: its path in the folder, its digest, and a function that yields its content in parts."""

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
    """Return the problem of a folder that cannot take an export: it overlaps the vault or holds foreign files."""
    here, notes = folder.resolve(), vault.resolve()
    fix = "Name a new or empty folder outside the vault"
    if here.is_relative_to(notes) or notes.is_relative_to(here):
        return _problem(folder, "The vault's own folder, one inside it or one above it cannot take an export", fix)
    if not os.path.lexists(folder):
        return None
    if not here.is_dir():
        return _problem(folder, "This is no folder", fix)
    if not (here / MANIFEST).exists():
        # Hidden files belong to version control or a file manager.
        foreign = sorted(entry.name for entry in here.iterdir() if not entry.name.startswith("."))
        return _problem(folder, f"The folder holds what no export wrote: {foreign[0]!r}", fix) if foreign else None
    if _manifest(here) is None:
        what = "The export's manifest cannot be read"
        return _problem(folder / MANIFEST, what, "Restore it, or delete the folder and export anew")
    return None


def bring_up_to_date(folder: Path, files: Iterable[File]) -> FolderUpdate:
    """Write these files into a folder, and remove the files that an earlier run wrote and this one does not.

    Only files that differ are written; if one was edited by hand or is foreign, nothing is.
    """
    root = folder.resolve()
    left = remove_leftovers(root)
    before, wanted = _manifest(root) or {}, {file.path: file for file in files}
    found = {path: _digest_of(root / path) for path in {*before, *wanted}}
    strangers = [
        problem for path in sorted(found) if (problem := _check_foreign(root, path, found[path], before, wanted))
    ]
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


def _check_foreign(
    root: Path, path: PurePosixPath, found: str | None, before: Known, wanted: Mapping[PurePosixPath, File]
) -> Problem | None:
    """Return a problem for a file with neither the content of an earlier run nor that of this one."""
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


def _digest_of(file: Path) -> str | None:
    """Return the digest of a file, None if there is no file, "" if it is not regular or cannot be read."""
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
    """Return the manifest; None where it cannot be read."""
    try:
        read = json.loads(read_text(root / MANIFEST) or "")
        json.dumps(read, ensure_ascii=False).encode()  # a manifest with lone surrogates was not written by us
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
    # An absolute path: problems are printed relative to the working folder.
    return Problem(str(Path.cwd() / path), 1, 1, code, what, fix)

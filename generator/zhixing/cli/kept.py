"""Keeping what --accept overwrites: somebody wrote it, and may want it back."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import click

from zhixing.compose import Change
from zhixing.problems import Code, Problem, visible
from zhixing.vault.vault import Vault


def keep_edited(vault: Vault, changes: Iterable[Change]) -> tuple[tuple[Change, ...], list[Problem]]:
    """Copy the files whose hand-edited text is about to be overwritten; say where they are.

    Return the changes that may be made, and a problem for each file that could not be copied and so stays as it is.
    """
    allowed: list[Change] = []
    problems: list[Problem] = []
    folder = new_folder(vault.root)
    for change in changes:
        try:
            if change.edited and change.before is not None:
                copy = keep(folder, Path(change.path), change.before)
                click.echo(f"kept what was edited by hand in {visible(str(copy))}", err=True)
            allowed.append(change)
        except OSError as error:
            what = f"What was edited by hand cannot be kept in {folder}: {error.strerror}"
            fix = "Set XDG_STATE_HOME to a folder that can be written, or copy the file and delete it"
            problems.append(Problem(str(change.path), 1, 1, Code.FILE_UNWRITABLE, what, fix))
    return tuple(allowed), problems


def new_folder(root: Path) -> Path:
    """Return where this run keeps what it overwrites in a vault: in the user's folder for what programs keep."""
    place = root.resolve()
    name = f"{place.name}-{sha256(os.fsencode(place)).hexdigest()[:8]}"
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%f")
    return _state_folder() / "zhixing" / "overwritten" / name / now


def keep(folder: Path, path: Path, text: str) -> Path:
    """Write a text into a folder that only its owner can read. Raises OSError where it cannot be written."""
    copy = folder / path
    copy.parent.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return copy


def _state_folder() -> Path:
    """Return the user's folder for state: XDG's, or that of the system.

    Source: the XDG Base Directory Specification, "XDG_STATE_HOME".
    """
    named = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_STATE_HOME", "")
    return Path(named) if Path(named).is_absolute() else Path.home() / ".local" / "state"

"""What a command found in a vault, kept for the next run: where no file has changed, the vault is not read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from zhixing.problems import Code, Problem, Severity
from zhixing.vault.load import Project
from zhixing.vault.store import INDEX, Store, open_store
from zhixing.vault.survey import Survey, UnknownError, keep_seen, read_seen, survey

_MOST = 8
"""So many outcomes of a command are kept: who goes back to another branch finds the one of that branch."""
_MAX_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command found in all notes of a vault, before anything is chosen of it.

    `notes` are the notes by path, each with the figures and canvases that it declares. `unread` are the paths of files
    that are no notes and have problems. `examples` is how many ran.
    """

    root: Path
    notes: Mapping[PurePosixPath, tuple[PurePosixPath, ...]]
    unread: frozenset[str]
    problems: tuple[Problem, ...]
    examples: int


class Recall:
    """The outcome of a command's last run on these very files, where there is one; and a place for that of this run."""

    def __init__(self, project: Project, command: str, *, cached: bool = True) -> None:
        """Without `cached`, what was kept of the vault is dropped, and nothing is kept."""
        self._project = project
        self._command = command
        self._store = open_store(project.notes, INDEX)
        if self._store and not cached:
            self._store.drop()
            self._store = None
        self._before = _take_survey(project, self._store) if self._store else None

    @property
    def store(self) -> Store | None:
        """Where things are kept; None where nothing is."""
        return self._store

    @property
    def survey(self) -> Survey | None:
        """The files as they were before the run; None where nothing is kept."""
        return self._before

    def find(self, files: bytes | None = None) -> Outcome | None:
        """Return the outcome for these very files or for those of an earlier digest; None where none was kept."""
        if self._store is None or self._before is None:
            return None
        kept = self._store.get(self._command, files or self._before.digest)
        return _decode(self._project.notes, kept) if kept else None

    def find_base(self) -> bytes:
        """Return what was kept with the last outcome, so that the next edit need not mean to check everything."""
        return (self._store and self._store.get("base", self._command.encode())) or b""

    def keep(self, outcome: Outcome, base: bytes = b"") -> None:
        """Keep an outcome, unless a file has changed since the survey: it may have been read before or after that."""
        if self._store and (before := self._before):
            after, encoded = _take_survey(self._project, self._store, before), _encode(outcome)
            same = after is not None and (after.files, after.others) == (before.files, before.others)
            if same and len(encoded) <= _MAX_BYTES:
                self._store.update(self._command, {before.digest: encoded}, most=_MOST)
                self._store.update("base", {self._command.encode(): base if len(base) <= _MAX_BYTES else None})


def _take_survey(project: Project, store: Store, earlier: Survey | None = None) -> Survey | None:
    """Return the survey of a project, and keep which files were seen; None where it cannot be taken."""
    known = earlier.seen if earlier else read_seen(store)
    try:
        found = survey(project, known)
    except UnknownError:
        return None
    if found.seen != known:
        keep_seen(store, found.seen)
    return found


def _encode(outcome: Outcome) -> bytes:
    data = {
        "notes": {str(path): [str(file) for file in files] for path, files in outcome.notes.items()},
        "unread": sorted(outcome.unread),
        "problems": [
            [one.path, one.line, one.column, one.code.slug, one.what, one.fix, one.level and one.level.value]
            for one in outcome.problems
        ],
        "examples": outcome.examples,
    }
    return json.dumps(data, separators=(",", ":")).encode()


def _decode(root: Path, kept: bytes) -> Outcome | None:
    """Return an outcome as `_encode` wrote it; None where that is something else."""
    try:
        data = json.loads(kept)
        problems = tuple(_problem(*fields) for fields in data["problems"])
        notes = {PurePosixPath(path): tuple(map(PurePosixPath, files)) for path, files in data["notes"].items()}
        return Outcome(root, notes, frozenset(data["unread"]), problems, data["examples"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


_CODES = {code.slug: code for code in Code}


def _problem(path: str, line: int, column: int, code: str, what: str, fix: str, level: str | None) -> Problem:
    return Problem(path, line, column, _CODES[code], what, fix, Severity(level) if level else None)

"""Checking a vault of which few notes have changed since the last check.

Importing this takes little. What examines notes with examples, which imports NumPy, is in `examine_part`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from zhixing.checks.again import Again, Examined, check_again
from zhixing.checks.faces import Face, Faces
from zhixing.cli.computed import Computed, digest_beginning, digest_listed
from zhixing.cli.outcome import Outcome, Recall
from zhixing.vault.load import Project
from zhixing.vault.store import Store
from zhixing.vault.survey import Survey
from zhixing.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class _Base:
    """What was kept with the last outcome: digests of the files by path, of all others, and of them all together.

    `computed` is None where an edit of what is computed, or any edit where there are lists, concerns all notes.
    """

    survey: bytes
    rest: str
    known: Mapping[str, str]
    faces: Faces
    computed: Computed | None


def check_edited(project: Project, recall: Recall) -> tuple[Outcome, bytes] | None:
    """Return the outcome of a check, made of the last one and of the notes that an edit may concern; and its base.

    Return None where there is no last one, where more has changed than the texts of notes and the figures that they
    declare, or where that is not enough.
    """
    base, survey = _read_base(recall.find_base()), recall.survey
    before = recall.find(base.survey) if base else None
    if base is None or survey is None or before is None:
        return None
    if not survey.files.keys() >= base.known.keys() or survey.digest_without(base.known.keys()).hex() != base.rest:
        return None
    changed = _find_changed(base, survey, before)
    examination = _Examination(base.computed, recall.store, before.notes)
    again = check_again(project, Again(before.problems, base.faces), changed, examination.examine)
    if again is None:
        return None
    outcome = replace(before, problems=again.problems)
    return outcome, encode_base(survey, outcome, again.faces, examination.after)


def _find_changed(base: _Base, survey: Survey, before: Outcome) -> set[str]:
    """Return the notes that are not as they were, or that declare a file that is not."""
    changed = {path for path, digest in base.known.items() if survey.files[path] != digest}
    notes = {face.path for face in base.faces.notes}
    declaring = {str(path) for path, files in before.notes.items() if not changed.isdisjoint(map(str, files))}
    return (changed & notes) | declaring


def _read_base(kept: bytes) -> _Base | None:
    try:
        data = json.loads(kept)
        faces = Faces(tuple(Face(*row) for row in data["faces"]), tuple(data["files"]))
        computed = Computed.decode(data["computed"]) if data["computed"] else None
        return _Base(bytes.fromhex(data["survey"]), str(data["rest"]), dict(data["known"]), faces, computed)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def encode_base(survey: Survey | None, outcome: Outcome, faces: Faces, computed: Computed | None) -> bytes:
    """Return what is kept with an outcome for the next edit; nothing where these are not the files of the survey."""
    paths = {*(face.path for face in faces.notes), *_declared(outcome, computed)}
    if survey is None or not survey.files.keys() >= {face.path for face in faces.notes}:
        return b""
    known = {path: survey.files[path] for path in sorted(paths & survey.files.keys())}
    data = {
        "survey": survey.digest.hex(),
        "rest": survey.digest_without(known.keys()).hex(),
        "known": known,
        "faces": faces.notes,
        "files": faces.files,
        "computed": computed and computed.encode(),
    }
    return json.dumps(data, separators=(",", ":")).encode()


def _declared(outcome: Outcome, computed: Computed | None) -> Iterable[str]:
    """Return the files that notes declare, where it is known what is computed in them."""
    return (str(file) for files in outcome.notes.values() for file in files) if computed else ()


@dataclass
class _Examination:
    """Examines what is computed in the notes that an edit may concern; `after` is what the vault computes then.

    `declared` has the files that each note declares. Without a `before` the vault has no lists, and an edit of what is
    computed takes a check of all notes.
    """

    before: Computed | None
    store: Store | None
    declared: Mapping[PurePosixPath, tuple[PurePosixPath, ...]]
    after: Computed | None = field(init=False)

    def __post_init__(self) -> None:
        self.after = self.before

    def examine(
        self, vault: Vault, length: int, changed: Collection[PurePosixPath], concerned: Collection[PurePosixPath],
        *, plain: bool,
    ) -> Examined | None:  # fmt: skip
        """Return the problems of what is computed in the notes concerned, and which those are with all that rest on it.

        Return None where that takes a look at all notes. In `plain` notes nothing is computed. `length` counts the
        characters of all notes.
        """
        found = Examined(frozenset(), (), {}) if plain else self._examine_part(vault, changed, concerned)
        if self.after and length < self.after.least_length:
            return None
        return found if found is not None and self._lists_stay(vault, {*changed, *found.paths}) else None

    def _examine_part(
        self, vault: Vault, changed: Collection[PurePosixPath], concerned: Collection[PurePosixPath]
    ) -> Examined | None:
        if self.before is None or self.store is None:
            return None
        from zhixing.cli.examine_part import examine_part  # noqa: PLC0415

        found = examine_part(vault, self.before, self.store, changed, concerned)
        if found is None or any(files != self.declared.get(path, ()) for path, files in found[0].files.items()):
            return None
        self.after = found[1]
        return found[0]

    def _lists_stay(self, vault: Vault, paths: Collection[PurePosixPath]) -> bool:
        """Return whether lists say of these notes what they said, so that no note with a list need be looked at."""
        if self.after is None or not self.after.listed:
            return True
        after = self.after
        for path in paths:
            note, row = vault.notes[path], after.rows.get(str(path))
            now = digest_listed(vault, note, digest_beginning(note), row, linked=after.linked)
            if now != after.listed.get(str(path)):
                return False
        return True

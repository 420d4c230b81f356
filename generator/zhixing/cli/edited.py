"""Checking a vault of which few notes have changed since the last check."""

from __future__ import annotations

import json
from dataclasses import replace

from zhixing.checks.again import Again, check_again
from zhixing.checks.faces import Face, Faces
from zhixing.cli.outcome import Outcome, Recall
from zhixing.vault.load import Project
from zhixing.vault.survey import Survey


def check_edited(project: Project, recall: Recall) -> tuple[Outcome, Faces] | None:
    """Return the outcome of a check, made of the last one and of the notes that an edit may concern.

    Return None where there is no last one, where more has changed than the texts of notes, or where that is not enough.
    """
    kept, survey = recall.find_base(), recall.survey
    if not kept or survey is None:
        return None
    try:
        base = json.loads(kept)
        faces = Faces(tuple(Face(*row) for row in base["faces"]), tuple(base["files"]))
        known, rest, earlier = list(base["notes"]), str(base["rest"]), bytes.fromhex(base["survey"])
    except (KeyError, TypeError, ValueError):
        return None
    paths = [face.path for face in faces.notes]
    before = recall.find(earlier)
    same_files = survey.files.keys() >= set(paths) and survey.digest_without(set(paths)).hex() == rest
    if before is None or not same_files or len(known) != len(paths):
        return None
    changed = [path for path, digest in zip(paths, known, strict=True) if survey.files[path] != digest]
    again = check_again(project, Again(before.problems, faces), changed)
    return (replace(before, problems=again.problems), again.faces) if again else None


def encode_base(survey: Survey | None, faces: Faces | None) -> bytes:
    """Return what is kept with an outcome for the next edit; nothing where there are no faces of these notes."""
    paths = [face.path for face in faces.notes] if faces else []
    if survey is None or faces is None or not survey.files.keys() >= set(paths):
        return b""
    data = {
        "survey": survey.digest.hex(),
        "rest": survey.digest_without(set(paths)).hex(),
        "notes": [survey.files[path] for path in paths],
        "faces": faces.notes,
        "files": faces.files,
    }
    return json.dumps(data, separators=(",", ":")).encode()

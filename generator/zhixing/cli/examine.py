"""Examining a vault: the work of `zhixing check` where nothing is kept of an earlier run."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath

from zhixing import compose
from zhixing.checks.faces import Faces, read_faces
from zhixing.cli.common import progress
from zhixing.cli.outcome import Outcome
from zhixing.compose import Results
from zhixing.language.budget import CLAIMING, Budget
from zhixing.markdown.fences import list_fences
from zhixing.problems import Problem
from zhixing.vault.load import Project, read_templates
from zhixing.vault.store import Store
from zhixing.vault.vault import Vault


def examine(project: Project, vault: Vault) -> Outcome:
    """Return every problem of a vault. What is read of its notes is dropped again."""
    return examine_with_faces(project, vault)[0]


def examine_with_faces(project: Project, vault: Vault, store: Store | None = None) -> tuple[Outcome, Faces | None]:
    """Return every problem of a vault, and the faces of its notes. A `store` keeps runs and what they show.

    There are none where a note may change what another shows or claims: through a list, or through what all claims of
    a vault may cost together, where they come near to that.
    """
    outcome, claiming = _examine(project, vault, store)
    listed = any(True for note in vault.notes.values() for _ in list_fences(note))
    return outcome, None if listed or claiming.used > CLAIMING // 2 else read_faces(vault)


def _examine(project: Project, vault: Vault, store: Store | None) -> tuple[Outcome, Budget]:
    sources = read_templates(project.templates)
    with progress("Checking") as tell:
        found = compose.results(vault, tell, compose.open_memory(store))
    planned = compose.plan(vault, found, templates=sources)
    problems = compose.check(vault, found, planned, compose.templates_of(sources), condense=True)
    return as_outcome(vault, found, problems), found.claiming


def as_outcome(vault: Vault, found: Results, problems: Collection[Problem]) -> Outcome:
    """Return the problems of all notes of a vault as an outcome."""
    unread = frozenset(problem.path for problem in vault.problems)
    return Outcome(vault.root, declared_files(vault, found), unread, tuple(problems), len(found.book.runs))


def declared_files(vault: Vault, found: Results) -> dict[PurePosixPath, tuple[PurePosixPath, ...]]:
    """Return for each note the figures and canvases that it declares."""
    return {path: (*found.figures(note), *found.maps(note)) for path, note in vault.notes.items()}

"""Examining a vault: the work of `zhixing check` where nothing is kept of an earlier run."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from zhixing import compose
from zhixing.cli.common import progress
from zhixing.cli.outcome import Outcome
from zhixing.compose import Results
from zhixing.problems import Problem
from zhixing.vault.load import Project, read_templates
from zhixing.vault.vault import Vault


def examine(project: Project, vault: Vault) -> Outcome:
    """Return every problem of a vault. What is read of its notes is dropped again."""
    with _rare_collections():
        return _examine(project, vault)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let Python look for unreachable circles rarely: nearly all of what is read stays, and is looked at each time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _examine(project: Project, vault: Vault) -> Outcome:
    sources = read_templates(project.templates)
    with progress("Checking") as tell:
        found = compose.results(vault, tell)
    planned = compose.plan(vault, found, templates=sources)
    problems = compose.check(vault, found, planned, compose.templates_of(sources), condense=True)
    return as_outcome(vault, found, problems)


def as_outcome(vault: Vault, found: Results, problems: Collection[Problem]) -> Outcome:
    """Return the problems of all notes of a vault as an outcome."""
    unread = frozenset(problem.path for problem in vault.problems)
    return Outcome(vault.root, declared_files(vault, found), unread, tuple(problems), len(found.book.runs))


def declared_files(vault: Vault, found: Results) -> dict[PurePosixPath, tuple[PurePosixPath, ...]]:
    """Return for each note the figures and canvases that it declares."""
    return {path: (*found.figures(note), *found.maps(note)) for path, note in vault.notes.items()}

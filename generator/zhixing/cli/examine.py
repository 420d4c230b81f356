"""Examining a vault: the work of `zhixing check` where nothing is kept of an earlier run."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

from zhixing import compose
from zhixing.checks.faces import Faces, read_faces
from zhixing.checks.template import choose_templates
from zhixing.cli.common import progress
from zhixing.cli.computed import Computed
from zhixing.cli.examine_part import add_links, count_spent, find_length_for, read_computed
from zhixing.cli.outcome import Outcome
from zhixing.cli.workers import read_in_workers
from zhixing.compose import Memory, Results
from zhixing.markdown.fences import list_fences
from zhixing.problems import Problem
from zhixing.vault.load import Project, read_templates
from zhixing.vault.note import Note
from zhixing.vault.store import Store
from zhixing.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Base:
    """What a check after the next edit begins with: the faces of all notes, and what is computed in them.

    `computed` is None where any edit of what is computed concerns all notes.
    """

    faces: Faces
    computed: Computed | None


def examine(project: Project, vault: Vault) -> Outcome:
    """Return every problem of a vault. What is read of its notes is dropped again."""
    return _examine(project, vault, Memory(None), kept=False)[0]


def examine_all(project: Project, vault: Vault, store: Store | None) -> tuple[Outcome, Base | None]:
    """Return every problem of a vault, and what the next check begins with. A `store` keeps runs and what they show.

    There is no such beginning where a note may change what another shows or claims in ways that nobody keeps track of:
    through a list, or through its length, with which grows what all may cost together.
    """
    memory = Memory(store)
    outcome, found, computed = _examine(project, vault, memory, kept=store is not None)
    listed = any(True for note in vault.notes.values() for _ in list_fences(note))
    if computed is None and (listed or _may_be_refused(vault, found, memory)):
        return outcome, None
    return outcome, Base(read_faces(vault), computed and add_links(vault, computed))


def _examine(project: Project, vault: Vault, memory: Memory, *, kept: bool) -> tuple[Outcome, Results, Computed | None]:
    """Return every problem of a vault, its results, and where runs are kept what is computed in it."""
    sources = read_templates(project.templates)
    with progress("Running") as tell:
        found = compose.results(vault, tell, memory)
    planned = compose.plan(vault, found, templates=sources)
    computed = read_computed(vault, found, memory) if kept else None
    templates = choose_templates(compose.templates_of(sources), vault.settings)
    own = read_in_workers(vault, templates)
    problems = compose.check(vault, found, planned, templates, done=Note.condense, own=own)
    return as_outcome(vault, found, problems), found, computed


def _may_be_refused(vault: Vault, found: Results, memory: Memory) -> bool:
    """Return whether something was refused, or would be if the pools did not grow with the notes of the vault."""
    cut = any(run.cut for run in found.book.runs.values()) or any(one.cut for one in found.rendered.values())
    spent = count_spent(found, memory, found.book.runs, vault.notes)
    return cut or found.claiming.spent or find_length_for(spent) != 0


def as_outcome(vault: Vault, found: Results, problems: Collection[Problem]) -> Outcome:
    """Return the problems of all notes of a vault as an outcome."""
    unread = frozenset(problem.path for problem in vault.problems)
    return Outcome(vault.root, declared_files(vault, found), unread, tuple(problems), len(found.book.runs))


def declared_files(vault: Vault, found: Results) -> dict[PurePosixPath, tuple[PurePosixPath, ...]]:
    """Return for each note the figures and canvases that it declares."""
    return {path: (*found.figures(note), *found.maps(note)) for path, note in vault.notes.items()}

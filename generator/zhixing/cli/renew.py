"""Renewing results: the work of `zhixing regenerate` where it is not known that there is nothing to write."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from zhixing import compose
from zhixing.checks.dependents import dependents, resting_on
from zhixing.cli.changes import print_diff, write_changes
from zhixing.cli.common import display_path, progress, select_notes
from zhixing.cli.examine import as_outcome, declared_files
from zhixing.cli.kept import keep_edited
from zhixing.cli.outcome import Outcome
from zhixing.compose import Change, Results
from zhixing.problems import STALE, Problem, visible
from zhixing.vault.load import Project, load_project, read_templates
from zhixing.vault.store import Store
from zhixing.vault.vault import Vault
from zhixing.weave.regions import Accepted


@dataclass(frozen=True, slots=True)
class Renewal:
    """What `zhixing regenerate` was asked for: with `only_look` nothing is written; `diff` shows all changes."""

    only_look: bool = False
    diff: bool = False
    accept: Accepted = False
    fix_claims: bool = False
    bind: bool = False


@dataclass(frozen=True, slots=True)
class Renewed:
    """What came of it: how many files were or would be written, and the problems that are to be reported.

    `stale` says that there was anything to write. `outcome` has all problems, as if nothing had been written.
    """

    outcome: Outcome
    problems: list[Problem]
    count: int
    stale: bool


def renew(project: Project, named: Collection[Path], asked: Renewal, store: Store | None) -> Renewed:
    """Run the examples of a vault and write their results into the notes named, and what they draw into figures.

    The `store` keeps runs and what they show.

    Raises:
        click.UsageError: a name matches no note, or an id no example.
    """
    vault = load_project(project)
    chosen = select_notes(vault, named)
    with progress("Running") as tell:
        found = compose.results(vault, tell, compose.Memory(store))
    _require_known(asked.accept, found)
    templates = read_templates(project.templates) if chosen.all else ()
    planned = compose.plan(
        vault, found, chosen.notes, templates, accept=asked.accept, fix_claims=asked.fix_claims, bind=asked.bind
    )
    declared = declared_files(vault, found)
    problems = [one for one in (*vault.problems, *found.problems) if chosen.keeps(one, declared)]
    problems += [problem for path in chosen.notes for problem in vault.notes[path].problems]
    problems += planned.problems
    outcome = as_outcome(vault, found, problems)
    changes, problems = _write(vault, planned.changes, problems, asked)
    print_diff(vault, changes if asked.diff else [change for change in changes if change.edited])
    _tell_dependents(vault, found, changes)
    return Renewed(outcome, problems, len(changes), bool(planned.changes))


def _write(
    vault: Vault, changes: tuple[Change, ...], problems: list[Problem], asked: Renewal
) -> tuple[tuple[Change, ...], list[Problem]]:
    """Write changes unless only a look is asked for; return those written, and the problems that are left or new."""
    if asked.only_look:
        return changes, problems
    allowed, unkept = keep_edited(vault, changes)
    written, failed = write_changes(vault, allowed)
    return written, [*(problem for problem in problems if problem.code not in STALE), *unkept, *failed]


def _require_known(accept: Accepted, found: Results) -> None:
    """Raise a UsageError for an id to accept that no example and no list of the vault has."""
    known = {block.name for blocks in found.blocks.values() for block in blocks}
    for name in () if isinstance(accept, bool) else sorted(accept):
        if name not in known:
            raise click.UsageError(f"No example or list has the id {name!r}.")


def _tell_dependents(vault: Vault, found: Results, changes: Iterable[Change]) -> None:
    """Print the notes that depend on examples whose results changed: their text may be wrong now."""
    names = dict.fromkeys(name for change in changes for name in change.examples)
    if names:
        for name, notes in resting_on(names, dependents(vault, found.book)).items():
            resting = ", ".join(display_path(vault, one) for one in notes)
            click.echo(visible(f"{name} changed, and these rest on it: {resting}"), err=True)

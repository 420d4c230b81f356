"""`zhixing regenerate`: run the examples and write what they compute."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from difflib import unified_diff
from pathlib import Path, PurePosixPath

import click

from zhixing import build
from zhixing.build import Change, Results
from zhixing.checks.dependents import dependents, resting_on
from zhixing.cli.common import notes_argument, open_vault, progress, report, selected, shown, summary, vault_option
from zhixing.problems import STALE, Problem, Severity, exit_status
from zhixing.vault.vault import Vault
from zhixing.weave.writer import WriteError, write


@click.command()
@notes_argument
@click.option("--check", "dry", is_flag=True, help="Write nothing; exit with 3 where something is stale.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.option("--accept", is_flag=True, help="Take what was computed where a region was edited by hand.")
@click.option(
    "--fix-claims", is_flag=True, help="Also rewrite the digits of claims in prose that are wrong; shows the diff."
)
@vault_option
def regenerate(
    notes: tuple[Path, ...], *, dry: bool, diff: bool, accept: bool, fix_claims: bool, vault: Path | None
) -> None:
    """Run the examples and write their results into notes and figures.

    What somebody edited by hand is refused, unless --accept says to overwrite it. The rest of a note keeps its bytes.

    \b
    Example:
      zhixing regenerate
      zhixing regenerate notes/注意力/多头注意力.md --diff
      zhixing regenerate --fix-claims
    """
    _, loaded = open_vault(vault)
    chosen = selected(loaded, notes)
    with progress("Running") as tell:
        found = build.results(loaded, tell)
    planned = build.plan(loaded, found, chosen, accept=accept, fix_claims=fix_claims)
    names = {str(path) for path in chosen}
    own = [problem for problem in (*loaded.problems, *found.problems) if problem.path in names]
    own += [problem for path in chosen for problem in loaded.notes[path].problems]
    problems = [*own, *planned.problems]
    if not dry and not diff:
        problems = [problem for problem in problems if problem.code not in STALE]
        problems += _write(loaded, planned.changes)
        _tell_dependents(loaded, found, planned.changes)
    if diff or fix_claims:
        click.echo("".join(_diff(loaded, change) for change in planned.changes), nl=False)
    report(loaded, problems, least=Severity.WARNING)
    done = "would be written" if dry or diff else "written"
    click.echo(f"{len(planned.changes)} files {done}: {summary(problems)}", err=True)
    sys.exit(exit_status(problems))


def _write(vault: Vault, changes: Iterable[Change]) -> list[Problem]:
    """Write each change; a file that cannot be written does not keep the others back."""
    problems = []
    for change in changes:
        try:
            write(vault.root, change.path, change.after, before=change.before)
            click.echo(f"wrote {shown(vault, change.path)}", err=True)
        except WriteError as error:
            problems.append(error.problem)
    return problems


def _tell_dependents(vault: Vault, found: Results, changes: Iterable[Change]) -> None:
    """Name the notes that rest on the examples of the notes written: their claims may be wrong now."""
    written = {change.path for change in changes if change.before is not None}
    names = [one.example.id for one in found.book.declared if one.example and one.note.path in written]
    if names:
        for name, notes in resting_on(names, dependents(vault, found.book)).items():
            click.echo(f"{name} is used by {', '.join(shown(vault, note) for note in notes)}", err=True)


def _diff(vault: Vault, change: Change) -> str:
    name = shown(vault, PurePosixPath(change.path))
    before = (change.before or "").splitlines(keepends=True)
    lines = unified_diff(before, change.after.splitlines(keepends=True), name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

"""`zhixing regenerate`: run the examples and write what they compute."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from difflib import unified_diff
from pathlib import Path, PurePosixPath

import click

from zhixing import build
from zhixing.build import Change, Results
from zhixing.checks.dependents import dependents, resting_on
from zhixing.cli.common import (
    files,
    notes_argument,
    open_vault,
    progress,
    report,
    selected,
    shown,
    summary,
    vault_option,
)
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
    planned = build.plan(loaded, found, chosen.notes, accept=accept, fix_claims=fix_claims)
    problems = [one for one in (*loaded.problems, *found.problems) if chosen.keeps(one, found, loaded)]
    problems += [problem for path in chosen.notes for problem in loaded.notes[path].problems]
    problems += planned.problems
    only_look = dry or diff
    changes = planned.changes
    if not only_look:
        changes, failed = _write(loaded, changes)
        problems = [*(problem for problem in problems if problem.code not in STALE), *failed]
    if diff or fix_claims:
        click.echo("".join(_diff(loaded, change) for change in changes), nl=False)
    _tell_dependents(loaded, found, changes)
    report(loaded, problems, least=Severity.WARNING)
    done = "would be written" if only_look else "written"
    click.echo(f"{files(len(changes))} {done}: {summary(problems)}", err=True)
    # A claim that --fix-claims would rewrite makes a note as stale as a region does.
    sys.exit(exit_status(problems) or (3 if only_look and planned.changes else 0))


def _write(vault: Vault, changes: Iterable[Change]) -> tuple[tuple[Change, ...], list[Problem]]:
    """Write each change; a file that cannot be written does not keep the others back. Return those written."""
    written: list[Change] = []
    problems: list[Problem] = []
    for change in changes:
        try:
            write(vault.root, change.path, change.after, before=change.before)
            written.append(change)
            click.echo(f"wrote {shown(vault, change.path)}", err=True)
        except WriteError as error:
            problems.append(error.problem)
    return tuple(written), problems


def _tell_dependents(vault: Vault, found: Results, changes: Iterable[Change]) -> None:
    """Name the notes that rest on examples whose results changed: what they say may be wrong now."""
    names = dict.fromkeys(name for change in changes for name in change.examples)
    if names:
        for name, notes in resting_on(names, dependents(vault, found.book)).items():
            click.echo(
                f"{name} changed, and these rest on it: {', '.join(shown(vault, one) for one in notes)}", err=True
            )


def _diff(vault: Vault, change: Change) -> str:
    name = shown(vault, PurePosixPath(change.path))
    # Lines end at line feeds alone, as in a Source: other separators may stand within one.
    before, after = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (change.before or "", change.after))
    lines = unified_diff(before, after, name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

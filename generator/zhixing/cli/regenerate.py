"""`zhixing regenerate`: run the examples and write what they compute."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from zhixing import compose
from zhixing.checks.dependents import dependents, resting_on
from zhixing.cli.changes import print_diff, write_changes
from zhixing.cli.common import (
    display_path,
    files,
    notes_argument,
    open_vault,
    progress,
    report,
    select_notes,
    summarise,
    vault_option,
)
from zhixing.cli.kept import keep_edited
from zhixing.compose import Change, Results
from zhixing.problems import STALE, Severity, exit_status, visible
from zhixing.vault.load import read_templates
from zhixing.vault.vault import Vault


@click.command()
@notes_argument
@click.option("--check", "dry", is_flag=True, help="Write nothing; exit with 3 where something is stale.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.option(
    "--accept",
    is_flag=True,
    help="Take what was computed where results were edited by hand; shows the diff, and keeps what is overwritten.",
)
@click.option("--id", "ids", multiple=True, metavar="ID", help="With --accept: only of this example or list.")
@click.option(
    "--fix-claims", is_flag=True, help="Also rewrite the digits of claims in prose that are wrong; shows the diff."
)
@click.option(
    "--bind",
    is_flag=True,
    help="Also fill empty markers, 0.88<!--=-->, with the quantity that prints so; shows the diff.",
)
@vault_option
def regenerate(
    notes: tuple[Path, ...],
    *,
    dry: bool,
    diff: bool,
    accept: bool,
    ids: tuple[str, ...],
    fix_claims: bool,
    bind: bool,
    vault: Path | None,
) -> None:
    """Run the examples and write their results into notes and figures.

    What somebody edited by hand is refused, unless --accept says to overwrite it: of the notes named, and of the ids
    named. What is overwritten is kept in a folder of yours outside the vault. The rest of a note keeps its bytes,
    and a file its mode, owner and extended attributes; its time of creation becomes that of the write.

    \b
    Example:
      zhixing regenerate
      zhixing regenerate notes/注意力/多头注意力.md --diff
      zhixing regenerate --fix-claims
      zhixing regenerate --bind
      zhixing regenerate --accept --id 水果
    """
    if ids and not accept:
        raise click.UsageError("--id goes with --accept.")
    project, loaded = open_vault(vault)
    chosen = select_notes(loaded, notes)
    with progress("Running") as tell:
        found = compose.results(loaded, tell)
    templates = read_templates(project.templates) if chosen.all else ()
    _require_known(ids, found)
    accepted = frozenset(ids) or accept
    planned = compose.plan(loaded, found, chosen.notes, templates, accept=accepted, fix_claims=fix_claims, bind=bind)
    problems = [one for one in (*loaded.problems, *found.problems) if chosen.keeps(one, found, loaded)]
    problems += [problem for path in chosen.notes for problem in loaded.notes[path].problems]
    problems += planned.problems
    only_look = dry or diff
    changes = planned.changes
    if not only_look:
        changes, unkept = keep_edited(loaded, changes)
        changes, failed = write_changes(loaded, changes)
        problems = [*(problem for problem in problems if problem.code not in STALE), *unkept, *failed]
    print_diff(loaded, changes if diff or fix_claims or bind else [change for change in changes if change.edited])
    _tell_dependents(loaded, found, changes)
    report(loaded, problems, least=Severity.WARNING)
    done = "would be written" if only_look else "written"
    click.echo(f"{files(len(changes))} {done}: {summarise(problems)}", err=True)
    # A claim that --fix-claims would rewrite makes a note as stale as a region does.
    sys.exit(exit_status(problems) or (3 if only_look and planned.changes else 0))


def _require_known(ids: Iterable[str], found: Results) -> None:
    """Raise a UsageError for an id that no example and no list of the vault has."""
    known = {block.name for blocks in found.blocks.values() for block in blocks}
    for name in ids:
        if name not in known:
            raise click.UsageError(f"No example or list has the id {name!r}.")


def _tell_dependents(vault: Vault, found: Results, changes: Iterable[Change]) -> None:
    """Print the notes that depend on examples whose results changed: their text may be wrong now."""
    names = dict.fromkeys(name for change in changes for name in change.examples)
    if names:
        for name, notes in resting_on(names, dependents(vault, found.book)).items():
            resting = ", ".join(display_path(vault, one) for one in notes)
            click.echo(visible(f"{name} changed, and these rest on it: {resting}"), err=True)

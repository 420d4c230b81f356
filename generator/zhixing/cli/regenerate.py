"""`zhixing regenerate`: run the examples and write what they compute."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from zhixing.cli.common import (
    cache_option,
    files,
    notes_argument,
    open_project,
    rare_collections,
    report,
    summarise,
    vault_option,
)
from zhixing.cli.outcome import Recall
from zhixing.problems import STALE, Severity, exit_status
from zhixing.weave.writer import remove_leftovers


@click.command()
@notes_argument
@click.option("--check", "dry", is_flag=True, help="Write nothing; exit with 3 where something is stale.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.option(
    "--accept",
    is_flag=True,
    help="Overwrite results that were edited by hand; shows the diff, and keeps what is overwritten.",
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
@cache_option
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
    cached: bool,
    vault: Path | None,
) -> None:
    """Run the examples and write their results into notes and figures.

    Results that somebody edited by hand are left alone and reported, unless --accept overwrites them: in the notes
    named, and of the ids named. What is overwritten is kept in a folder of yours outside the vault. The rest of a
    note keeps its bytes, and a file its mode, owner and extended attributes; its time of creation becomes that of the
    write.

    A run that finds nothing to write is remembered in your cache folder, outside the vault, until a file changes.

    \b
    Example:
      zhixing regenerate
      zhixing regenerate notes/注意力/多头注意力.md --diff
      zhixing regenerate --fix-claims
      zhixing regenerate --bind
      zhixing regenerate --accept --id 水果
      zhixing regenerate --no-cache
    """
    if ids and not accept:
        raise click.UsageError("--id goes with --accept.")
    project = open_project(vault)
    recall = Recall(project, "regenerate", cached=cached)
    plain = not (notes or accept or fix_claims or bind)
    outcome = recall.find() if plain else None
    only_look = dry or diff
    count, stale = 0, False
    if outcome is not None:
        problems = [*outcome.problems]
        if not only_look:
            problems = [one for one in problems if one.code not in STALE] + remove_leftovers(project.notes)
    else:
        # This imports most of the tool, which takes longer than to say that there is nothing to write.
        from zhixing.cli.renew import Renewal, renew  # noqa: PLC0415

        renewal = Renewal(only_look, diff or fix_claims or bind, frozenset(ids) or accept, fix_claims, bind)
        with rare_collections():
            renewed = renew(project, notes, renewal, recall.store)
        outcome, problems, count, stale = renewed.outcome, renewed.problems, renewed.count, renewed.stale
        if plain and not stale:
            recall.keep(outcome)
    report(outcome, problems, least=Severity.WARNING)
    done = "would be written" if only_look else "written"
    click.echo(f"{files(count)} {done}: {summarise(problems)}", err=True)
    # A claim that --fix-claims would rewrite makes a note as stale as a region does.
    sys.exit(exit_status(problems) or (3 if only_look and stale else 0))

"""`zhixing check`: every problem of a vault."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from zhixing import build
from zhixing.cli.common import notes_argument, open_vault, progress, report, selected, summary, vault_option
from zhixing.problems import Severity, exit_status
from zhixing.vault.files import read_templates


@click.command()
@notes_argument
@click.option("--json", "form", flag_value="json", help="Print problems as JSON.")
@click.option("--quiet", is_flag=True, help="Leave out what is only information.")
@vault_option
def check(notes: tuple[Path, ...], *, form: str | None, quiet: bool, vault: Path | None) -> None:
    """Report every problem: links, templates, frontmatter, examples, claims, stale and edited regions.

    \b
    Example:
      zhixing check
      zhixing check notes/注意力 --json
    """
    project, loaded = open_vault(vault)
    with progress("Checking") as tell:
        found = build.results(loaded, tell)
    planned = build.plan(loaded, found)
    problems = build.check(loaded, found, planned, build.templates_of(read_templates(project.templates)))
    chosen = {str(path) for path in selected(loaded, notes)}
    kept = [problem for problem in problems if not notes or problem.path in chosen]
    report(loaded, kept, form=form or "text", least=Severity.WARNING if quiet else Severity.INFO)
    click.echo(f"{len(chosen)} notes, {len(found.book.runs)} examples: {summary(kept)}", err=True)
    sys.exit(exit_status(kept))

"""`zhixing run`: one example's steps in the terminal; nothing is written."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from zhixing.cli.common import open_vault, progress, report, vault_option, visible
from zhixing.cli.steps import steps_of
from zhixing.examples.book import run_all
from zhixing.examples.twins import normal_name
from zhixing.problems import Severity, did_you_mean, exit_status


@click.command()
@click.argument("example", metavar="ID")
@vault_option
def run(example: str, vault: Path | None) -> None:
    """Run one example and print its steps.

    \b
    Example:
      zhixing run 水果查找
    """
    _, loaded = open_vault(vault)
    with progress("Running") as tell:
        book = run_all(loaded, tell)
    name = normal_name(example)
    own = [one for one in book.declared if one.name == name]
    problems = [problem for problem in book.problems if any(one.holds(problem) for one in own)]
    if name in book.runs:
        click.echo("\n".join(map(visible, steps_of(book.runs[name]).split("\n"))))
    elif not own:
        mend = did_you_mean(name, book.runs) or f"Known: {', '.join(sorted(book.runs)) or 'none'}"
        click.echo(f"There is no example {example!r}. {mend}", err=True)
    report(loaded, problems, least=Severity.WARNING)
    sys.exit(exit_status(problems) if name in book.runs else 1)

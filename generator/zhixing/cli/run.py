"""`zhixing run`: one example's steps in the terminal; nothing is written."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from zhixing.cli.common import open_vault, progress, report, vault_option
from zhixing.cli.steps import steps_of
from zhixing.examples.book import Declared, run_all
from zhixing.problems import Problem, Severity, did_you_mean, exit_status


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
    own = [one for one in book.declared if one.example is None or one.example.id == example]
    problems = [problem for problem in book.problems if any(_inside(problem, one) for one in own)]
    if example not in book.runs:
        report(loaded, problems, least=Severity.WARNING)
        mend = did_you_mean(example, book.runs) or f"Known: {', '.join(sorted(book.runs)) or 'none'}"
        click.echo(f"There is no run of {example!r}. {mend}", err=True)
        sys.exit(1)
    click.echo(steps_of(book.runs[example]))
    report(loaded, problems, least=Severity.WARNING)
    sys.exit(exit_status(problems))


def _inside(problem: Problem, declared: Declared) -> bool:
    """Tell whether a problem stands in an example's block."""
    source = declared.note.source
    first, _ = source.position(declared.fence.span.start)
    last, _ = source.position(declared.fence.span.end)
    return problem.path == source.path and first <= problem.line <= last

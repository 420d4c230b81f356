"""`zhixing experiment`: train a small model again, and write what it learned as data files."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path, PurePath

import click

from zhixing.cli.common import files
from zhixing.experiments.learned import EXPERIMENTS
from zhixing.problems import Code, Problem, exit_status, visible
from zhixing.vault.load import read_text
from zhixing.weave.writer import WriteError, write


@click.command()
@click.argument("name", type=click.Choice(list(EXPERIMENTS)), metavar="NAME")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER")
def experiment(name: str, folder: Path) -> None:
    """Train a small model from its seed, and write its weights as data files into FOLDER/NAME.

    Examples read the weights with `{file: 附件/NAME/W_Q1.csv}`. The same seed gives the same files; one that
    holds something else is left alone.

    \b
    Example:
      zhixing experiment 反转 notes/附件
    """
    target, written, problems = folder / name, 0, list[Problem]()
    for stem, text in EXPERIMENTS[name]().items():
        file = target / f"{stem}.csv"
        found = read_text(file)
        if found == text:
            continue
        if os.path.lexists(file):
            what, fix = "The file holds other numbers than this experiment gives", "Move it, or name another folder"
            problems.append(Problem(str(file), 1, 1, Code.FILE_EDITED, what, fix))
            continue
        target.mkdir(parents=True, exist_ok=True)
        try:
            write(target.resolve(), PurePath(file.name), text, before=None)
            written += 1
        except WriteError as error:
            problems.append(replace(error.problem, path=str(file)))
    for problem in problems:
        click.echo(visible(str(problem)))
    click.echo(f"{files(written)} written", err=True)
    sys.exit(exit_status(problems))

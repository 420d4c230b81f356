"""`zhixing experiment`: train a small model again, and write what it learned as data files."""

from __future__ import annotations

from pathlib import Path

import click

from zhixing.cli.common import files
from zhixing.experiments.learned import EXPERIMENTS


@click.command()
@click.argument("name", type=click.Choice(list(EXPERIMENTS)), metavar="NAME")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER")
def experiment(name: str, folder: Path) -> None:
    """Train a small model from its seed, and write its weights as data files into FOLDER/NAME.

    Examples are given them by `{file: 附件/NAME/W_Q1.csv}`. The same seed gives the same files.

    \b
    Example:
      zhixing experiment 反转 notes/附件
    """
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    written = EXPERIMENTS[name]()
    for stem, text in written.items():
        (target / f"{stem}.csv").write_text(text, encoding="utf-8", newline="\n")
    click.echo(f"{files(len(written))} written", err=True)

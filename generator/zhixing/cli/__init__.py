"""The command line: `zhixing COMMAND`. Problems go to standard output, progress and summaries to standard error."""

from __future__ import annotations

import click

import zhixing
from zhixing.cli.check import check
from zhixing.cli.experiment import experiment
from zhixing.cli.export import export
from zhixing.cli.graph import graph
from zhixing.cli.mutate import mutate_command
from zhixing.cli.new import new
from zhixing.cli.regenerate import regenerate
from zhixing.cli.run import run

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(zhixing.__version__, prog_name="zhixing")
def main() -> None:
    """知行: concept notes that run.

    Worked examples declared in notes are run, their results written back, and what the prose claims is checked.

    The vault is found by the nearest mkdocs.yml (its docs_dir), or named with --vault DIR.

    Exit status: 0 all is well, 1 there are errors, 3 something generated is stale, 2 the command is used wrongly.

    \b
    Example:
      zhixing new 余弦相似度      write a note from the template
      zhixing regenerate         run the examples, write the results
      zhixing check              report every problem
    """


for command in (new, run, regenerate, check, graph, mutate_command, export, experiment):
    main.add_command(command)

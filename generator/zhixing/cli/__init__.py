"""The command line: `zhixing COMMAND`. Problems go to standard output, progress and summaries to standard error."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

import zhixing
from zhixing.problems import did_you_mean

__all__ = ["main"]

# Each command's line in the help of `zhixing`. A command is imported when it is called: numpy and the rest of the tool
# take longer to import than `zhixing --help` or a completion may take.
_COMMANDS = {
    "init": "Start a vault with a first example, or add what a folder of notes lacks; shown before it is written.",
    "doctor": "Say what is wrong with a set-up and how to fix it: versions, settings of MkDocs and Obsidian.",
    "new": "Write a note from the template; its skeleton example already runs.",
    "run": "Run one example and print its steps.",
    "regenerate": "Run the examples and write their results into notes and figures.",
    "watch": "Write results into the notes after every save, until Ctrl-C.",
    "check": "Report every problem: links, templates, frontmatter, examples, claims, stale and edited regions.",
    "graph": "Show what links to what, what no note links to, and what is mentioned without a link.",
    "mutate": "Change each given number and each step, and list the changes that no expectation and no claim notices.",
    "export": "Write the vault in a form that other tools read.",
    "experiment": "Train a small model from its seed, and write its weights as data files into FOLDER/NAME.",
    "schema": "Print the JSON Schema of examples, lists and properties, for editors.",
}


class _LateGroup(click.Group):
    """A group whose commands are imported when they are called, each from the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands, in the order in which they are used."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Return a command. Raises click.UsageError, with near names, where there is none of this name."""
        if cmd_name not in _COMMANDS:
            near = did_you_mean(cmd_name, _COMMANDS) or f"The commands are {', '.join(_COMMANDS)}."
            raise click.UsageError(f"There is no command {cmd_name!r}. {near}", ctx)
        command: click.Command = getattr(import_module(f"zhixing.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_LateGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(zhixing.__version__, prog_name="zhixing")
@click.option(
    "--vault",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The folder of notes; may stand behind the command too.",
)
def main(vault: Path | None) -> None:
    """知行: concept notes that run.

    Worked examples declared in notes are run, their results written back, and what the prose claims is checked.

    The notes are those of the nearest mkdocs.yml (its docs_dir), else of the nearest folder that Obsidian opened as a
    vault, else of the working folder; or name their folder with --vault DIR.

    Exit status: 0 all is well, 1 there are errors, 3 something generated is stale, 2 the command is used wrongly.

    \b
    Example:
      zhixing init 我的笔记       start a vault with a first example
      zhixing new 余弦相似度      write a note from the template
      zhixing regenerate         run the examples, write the results
      zhixing check              report every problem
    """

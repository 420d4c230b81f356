"""`zhixing export`: the vault in forms that other tools read. Each form is a command of its own."""

from __future__ import annotations

import click

from zhixing.cli.export_canvas import canvas
from zhixing.cli.export_markdown import markdown


@click.group()
def export() -> None:
    """Write the vault in a form that other tools read. Notes are only read.

    \b
    Example:
      zhixing export markdown ../handbook      portable Markdown, for any site generator
      zhixing export canvas notes/地图.canvas   a map of the notes, for Obsidian
    """


for command in (markdown, canvas):
    export.add_command(command)

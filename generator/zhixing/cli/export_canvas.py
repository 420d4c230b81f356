"""`zhixing export canvas`: a map of the notes, for Obsidian and whatever else reads JSON Canvas."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path, PurePath

import click

from zhixing.cli.common import notes_argument, open_vault, report, selected, vault_option
from zhixing.pages.concept_map import concept_map, relations
from zhixing.problems import Code, Severity, exit_status
from zhixing.source import Source
from zhixing.vault.files import read_text
from zhixing.weave import files
from zhixing.weave.writer import WriteError, write


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@notes_argument
@click.option("--type", "kind", default="", metavar="TYPE", help="Only notes of this type.")
@click.option("--accept", is_flag=True, help="Write over a file that was edited by hand, or is somebody's own.")
@vault_option
def canvas(file: Path, notes: tuple[Path, ...], *, kind: str, accept: bool, vault: Path | None) -> None:
    """Draw a map of the notes: one band for each folder, arrows from what is read first to what requires it.

    Where no note requires another, links join them. Put FILE into the vault to open it in Obsidian: cards name notes
    by their path in it.

    \b
    Example:
      zhixing export canvas notes/地图.canvas
      zhixing export canvas notes/概念.canvas --type concept
    """
    _, loaded = open_vault(vault)
    chosen = selected(loaded, notes)
    kept = [note for path, note in loaded.notes.items() if path in chosen.notes and kind in ("", note.type)]
    if not kept:
        raise click.UsageError(f"There is no note{f' of type {kind!r}' if kind else ''} to draw.")
    before = read_text(file)
    woven = files.weave_file(Source(file.name, before or ""), concept_map(loaded, kept), files.canvas, accept=accept)
    mend = "Choose another name, or write over it with --accept"
    edited = (one for one in woven.problems if one.code is Code.FILE_EDITED)
    problems = [replace(one, path=str(file.resolve()), mend=mend) for one in edited]
    if not problems and woven.text != before:
        try:
            write(file.resolve().parent, PurePath(file.name), woven.text, before=before)
        except WriteError as error:
            problems.append(replace(error.problem, path=str(file.resolve())))
    report(loaded, problems, least=Severity.WARNING)
    joined = relations(loaded, kept)
    left = f", {joined.left_out} left out" if joined.left_out else ""
    what = "arrows" if joined.required else "links"
    click.echo(f"{len(kept)} notes, {len(joined.arrows)} {what}{left}", err=True)
    sys.exit(exit_status(problems))

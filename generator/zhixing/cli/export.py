"""`zhixing export`: the vault in forms that other tools read. Each form is a command of its own."""

from __future__ import annotations

import errno
import sys
from dataclasses import replace
from pathlib import Path, PurePath, PurePosixPath

import click

from zhixing.cli.common import (
    files,
    notes_argument,
    open_vault,
    progress,
    report,
    select_notes,
    summarise,
    vault_option,
)
from zhixing.cli.folder import File, bring_up_to_date, from_file, from_text, refusal
from zhixing.cli.kept import keep, new_folder
from zhixing.compose import results
from zhixing.lists.concept_map import concept_map, relations
from zhixing.page.export import Export
from zhixing.page.export import export as exported
from zhixing.problems import Code, Problem, Severity, exit_status, visible
from zhixing.source import Source
from zhixing.vault.load import read_text
from zhixing.vault.vault import Vault
from zhixing.weave import generated_files
from zhixing.weave.regions import Verdict
from zhixing.weave.writer import WriteError, write

# `zhixing export markdown`: the vault as portable Markdown, in a folder of its own.


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--html-anchors", is_flag=True, help="For readers without attribute lists: anchors as HTML, pictures without sizes."
)
@vault_option
def markdown(folder: Path, *, html_anchors: bool, vault: Path | None) -> None:
    """Write every published note as portable Markdown, with its figures and the files that it shows.

    Links are relative paths, examples stand there as they are computed now, and no Obsidian syntax is left. A second
    run replaces what the first one wrote; what others put into DIR stays, and what was edited by hand is refused.

    \b
    Example:
      zhixing export markdown ../handbook/docs
      zhixing export markdown ../wiki --html-anchors      for code hosts and editors
    """
    _, loaded = open_vault(vault)
    if problem := refusal(folder, loaded.root):
        report(loaded, [problem])
        sys.exit(1)
    with progress("Running") as tell:
        found = results(loaded, tell)
    with progress("Translating") as tell:
        export = exported(loaded, found, tell, attributes=not html_anchors)
    problems = [*loaded.problems, *found.problems]
    problems += [problem for note in loaded.notes.values() if note.published for problem in note.problems]
    exported_files, unread = files_of(loaded, export)
    update = bring_up_to_date(folder, exported_files)
    problems += [*unread, *update.problems]
    report(loaded, problems, least=Severity.WARNING)
    done = f"{files(len(update.written))} written, {len(update.removed)} removed"
    click.echo(f"{done}: {summarise(problems)}", err=True)
    sys.exit(exit_status(problems))


def files_of(vault: Vault, export: Export) -> tuple[list[File], list[Problem]]:
    """Return the files of an export, and a problem for each file of the vault that cannot be read."""
    exported_files = [from_text(path, text) for path, text in export.texts.items()]
    problems: list[Problem] = []
    for path in export.copies:
        try:
            exported_files.append(from_file(path, _inside(vault.root, path)))
        except (OSError, RuntimeError) as error:  # a circle of links is a RuntimeError
            what = f"The file cannot be read: {getattr(error, 'strerror', None) or error}"
            fix = "Fix the cause and run the command again"
            problems.append(Problem(str(path), 1, 1, Code.FILE_UNREADABLE, what, fix))
    return exported_files, problems


def _inside(root: Path, path: PurePosixPath) -> Path:
    """Return the real file of the vault behind a path, which may have become a link since the vault was read."""
    real = (root / path).resolve(strict=True)
    if not real.is_relative_to(root.resolve()):
        raise PermissionError(errno.EPERM, "it leads out of the vault")
    return real


# `zhixing export canvas`: a map of the notes, for Obsidian and whatever else reads JSON Canvas.


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
    chosen = select_notes(loaded, notes)
    kept = [note for path, note in loaded.notes.items() if path in chosen.notes and kind in ("", note.type)]
    if not kept:
        raise click.UsageError(f"There is no note{f' of type {kind!r}' if kind else ''} to draw.")
    before = read_text(file)
    woven = generated_files.weave_file(
        Source(file.name, before or ""), concept_map(loaded, kept), generated_files.canvas_content, accept=accept
    )
    fix = "Choose another name, or write over it with --accept"
    edited = (one for one in woven.problems if one.code is Code.FILE_EDITED)
    problems = [replace(one, path=str(file.resolve()), fix=fix) for one in edited]
    if not problems and woven.text != before:
        try:
            if before is not None and Verdict.EDITED in woven.verdicts.values():
                kept_in = keep(new_folder(file.parent), Path(file.name), before)
                click.echo(f"kept what was there in {visible(str(kept_in))}", err=True)
            write(file.resolve().parent, PurePath(file.name), woven.text, before=before)
        except WriteError as error:
            problems.append(replace(error.problem, path=str(file.resolve())))
        except OSError as error:
            what = f"What was there cannot be kept: {error.strerror}"
            problems.append(Problem(str(file.resolve()), 1, 1, Code.FILE_UNWRITABLE, what, "Set XDG_STATE_HOME"))
    report(loaded, problems, least=Severity.WARNING)
    joined = relations(loaded, kept)
    left = f", {joined.left_out} left out" if joined.left_out else ""
    what = "arrows" if joined.required else "links"
    click.echo(f"{len(kept)} notes, {len(joined.arrows)} {what}{left}", err=True)
    sys.exit(exit_status(problems))


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

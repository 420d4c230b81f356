"""`zhixing export markdown`: the vault as portable Markdown, in a folder of its own."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import click

from zhixing.build import results
from zhixing.cli.common import files, open_vault, progress, report, summary, vault_option
from zhixing.cli.folder import File, bring_up_to_date, from_file, from_text, refusal
from zhixing.portable.export import Export
from zhixing.portable.export import export as exported
from zhixing.problems import Code, Problem, Severity, exit_status
from zhixing.vault.vault import Vault


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
    outcome = bring_up_to_date(folder, files_of(loaded, export, problems))
    problems += outcome.problems
    report(loaded, problems, least=Severity.WARNING)
    done = f"{files(len(outcome.written))} written, {len(outcome.removed)} removed"
    click.echo(f"{done}: {summary(problems)}", err=True)
    sys.exit(exit_status(problems))


def files_of(vault: Vault, export: Export, problems: list[Problem]) -> Iterator[File]:
    """Yield what an export holds; a file of the vault that cannot be read is a problem."""
    for path, text in export.texts.items():
        yield from_text(path, text)
    for path in export.copies:
        try:
            yield from_file(path, _inside(vault.root, path))
        except (OSError, RuntimeError) as error:  # a circle of links is a RuntimeError
            what = f"The file cannot be read: {getattr(error, 'strerror', None) or error}"
            problems.append(
                Problem(str(path), 1, 1, Code.FILE_UNREADABLE, what, "Mend the cause and run the command again")
            )


def _inside(root: Path, path: PurePosixPath) -> Path:
    """Return the real file of the vault behind a path, which may have become a link since the vault was read."""
    real = (root / path).resolve(strict=True)
    if not real.is_relative_to(root.resolve()):
        raise PermissionError(errno.EPERM, "it leads out of the vault")
    return real

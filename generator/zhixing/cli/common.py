"""What every command shares: finding and loading the vault, progress, and printing problems."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn, TypeVar

import click

from zhixing.problems import Code, Problem, Severity
from zhixing.source import Source
from zhixing.vault.load import load
from zhixing.vault.project import Project, ProjectError, find_project
from zhixing.vault.vault import Vault

_F = TypeVar("_F", bound=Callable[..., Any])


def vault_option(command: _F) -> _F:
    """Add --vault DIR."""
    kind = click.Path(path_type=Path, file_okay=False)
    return click.option(
        "--vault", type=kind, metavar="DIR", help="The folder of notes, instead of looking for mkdocs.yml."
    )(command)


def notes_argument(command: _F) -> _F:
    """Add the notes or folders that a command limits itself to."""
    return click.argument("notes", nargs=-1, type=click.Path(path_type=Path), metavar="[NOTE_OR_FOLDER]...")(command)


def open_vault(folder: Path | None) -> tuple[Project, Vault]:
    """Find and load the vault; without one, say why and exit with status 2."""
    try:
        project = find_project(Path.cwd(), folder)
    except ProjectError as error:
        click.echo(str(error.problem))
        sys.exit(2)
    return project, load(project.notes)


def shown(vault: Vault, path: PurePosixPath | str) -> str:
    """Return a path of the vault as seen from where the command runs, so that a terminal can open it."""
    return Path(os.path.relpath(vault.root / path)).as_posix()


def selected(vault: Vault, paths: Iterable[Path]) -> frozenset[PurePosixPath]:
    """Return the notes that are meant: all where nothing is named; by path, by folder, or by a note's name.

    Raises:
        click.UsageError: a name fits no note.
    """
    chosen: set[PurePosixPath] = set()
    named = list(paths)
    for path in named:
        absolute = path.resolve()
        inside = {note for note in vault.notes if _within(vault.root / note, absolute)}
        inside |= {note for note in vault.notes if str(path) in (note.stem, str(note), str(note.with_suffix("")))}
        if not inside:
            raise click.UsageError(f"There is no note or folder {str(path)!r} in {vault.root}")
        chosen |= inside
    return frozenset(chosen if named else vault.notes)


def _within(note: Path, folder: Path) -> bool:
    return note.resolve().is_relative_to(folder)


def report(vault: Vault, problems: Iterable[Problem], *, form: str = "text", least: Severity = Severity.INFO) -> None:
    """Print problems sorted by place, as lines or as JSON, leaving out those less serious than `least`."""
    order = [Severity.ERROR, Severity.WARNING, Severity.INFO]
    wanted = order[: order.index(least) + 1]
    kept = sorted((p for p in set(problems) if p.code.severity in wanted), key=lambda problem: problem.order)
    kept = [replace(problem, path=shown(vault, problem.path)) for problem in kept]
    if form == "json":
        click.echo(json.dumps([as_data(problem) for problem in kept], ensure_ascii=False, indent=2))
        return
    for problem in kept:
        click.echo(_annotation(problem) if form == "github" else str(problem))


def _annotation(problem: Problem) -> str:
    """Return a problem as a workflow command, which a code host shows beside the line."""
    level = {Severity.ERROR: "error", Severity.WARNING: "warning"}.get(problem.code.severity, "notice")
    message = f"{problem.what}. {problem.mend}".replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    path = problem.path.replace("%", "%25").replace(",", "%2C").replace(":", "%3A")
    return f"::{level} file={path},line={problem.line},col={problem.column},title={problem.code}::{message}"


def as_data(problem: Problem) -> dict[str, str | int]:
    """Return a problem as plain data."""
    return {
        "path": problem.path, "line": problem.line, "column": problem.column, "code": problem.code.slug,
        "severity": problem.code.severity.value, "what": problem.what, "mend": problem.mend,
    }  # fmt: skip


def summary(problems: Iterable[Problem]) -> str:
    """Return how many errors, warnings and pieces of information there are, and how many regions are stale."""
    found = set(problems)
    parts = []
    for severity, name in ((Severity.ERROR, "error"), (Severity.WARNING, "warning")):
        count = sum(problem.code.severity is severity for problem in found)
        parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    notes = sum(problem.code.severity is Severity.INFO for problem in found)
    return f"{', '.join(parts)}, {notes} for information"


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far long work is, on a terminal only; elsewhere say nothing."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield tell
        bar.update((bar.length or 1) - bar.pos)


def fail(vault: Vault, path: str, code: Code, what: str, mend: str) -> NoReturn:
    """Print one problem of a file and exit with status 1."""
    click.echo(str(Source(shown(vault, path), "").problem(code, 0, what, mend)))
    sys.exit(1)

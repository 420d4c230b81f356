"""Parts shared by all commands: finding and loading the vault, progress, and printing problems."""

from __future__ import annotations

import gc
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Protocol, TypeVar

import click

from zhixing.checks.overview import render_overview
from zhixing.problems import CONTROL, Problem, Severity, visible
from zhixing.vault.load import CONFIG, Project, ProjectError, find_project, load_project
from zhixing.vault.vault import Vault

_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T")


class Rooted(Protocol):
    """A vault, or what is known of one: paths in it are printed from its folder on."""

    @property
    def root(self) -> Path:
        """The folder of notes."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The notes that a command is limited to. `paths` also holds notes that cannot be read."""

    notes: frozenset[PurePosixPath]
    paths: frozenset[str]
    all: bool

    def keeps(self, problem: Problem, declared: Mapping[PurePosixPath, Collection[PurePosixPath]]) -> bool:
        """Return whether a problem belongs to these notes, or to a figure or canvas that one of them declares."""
        if self.all or problem.path in self.paths:
            return True
        path = PurePosixPath(problem.path)
        notes = [note for note in self.notes if note.parent in (path.parent, path.parent.parent)]
        return any(path in declared[note] for note in notes)


def vault_option(command: _F) -> _F:
    """Add --vault DIR, which may also stand before the command."""
    kind = click.Path(path_type=Path, file_okay=False)
    return click.option(
        "--vault",
        type=kind,
        metavar="DIR",
        callback=_vault_of_command,
        help="The folder of notes, instead of looking for it.",
    )(command)


def _vault_of_command(context: click.Context, _option: click.Parameter, named: Path | None) -> Path | None:
    """Return the vault named behind the command, or else the one before it."""
    before: Path | None = context.find_root().params.get("vault")
    return named or before


def notes_argument(command: _F) -> _F:
    """Add the notes or folders that a command is limited to."""
    return click.argument("notes", nargs=-1, type=click.Path(path_type=Path), metavar="[NOTE_OR_FOLDER]...")(command)


def cache_option(command: _F) -> _F:
    """Add --no-cache."""
    help_text = "Use nothing that earlier runs kept, and forget it."
    return click.option("--no-cache", "cached", flag_value=False, default=True, help=help_text)(command)


def open_project(folder: Path | None) -> Project:
    """Find the vault. Where nothing names its folder, say which was taken; where none can be, exit with 2."""
    try:
        project = find_project(Path.cwd(), folder)
    except ProjectError as error:
        click.echo(visible(str(error.problem)))
        sys.exit(2)
    if folder is None and project.config is None:
        click.echo(visible(f"No {CONFIG} here or above; the notes are those in {project.notes}"), err=True)
    return project


def open_vault(folder: Path | None) -> tuple[Project, Vault]:
    """Find and load the vault, as `open_project` does."""
    project = open_project(folder)
    return project, load_project(project)


def display_path(vault: Rooted, path: PurePosixPath | str) -> str:
    """Return a path of the vault relative to the working folder, so that a terminal can open it."""
    return Path(os.path.relpath(vault.root / path)).as_posix()


def select_notes(vault: Vault, named: Collection[Path]) -> Selection:
    """Return the notes of a vault that `named` names, as `select` does."""
    return select(vault.root, vault.notes, (problem.path for problem in vault.problems), named)


def select(folder: Path, notes: Collection[PurePosixPath], unread: Iterable[str], named: Collection[Path]) -> Selection:
    """Return the notes named by path, by folder or by a note's name; all notes where nothing is named.

    `unread` are the paths of files that are no notes and have problems; they may be named too.

    Paths are relative to the working folder or to the vault's folder.

    Raises:
        click.UsageError: a name matches no note and no folder of the vault.
    """
    if not named:
        return Selection(frozenset(notes), frozenset(map(str, notes)), all=True)
    files = {*notes, *map(PurePosixPath, unread)}
    root = folder.resolve()
    chosen: set[PurePosixPath] = set()
    for path in named:
        places = list(_places(root, path))
        inside = {file for file in files for place in places if file.is_relative_to(place)}
        inside |= {file for file in files if _nfc(str(path)) in (_nfc(file.stem), _nfc(str(file.with_suffix(""))))}
        if not inside and not any((root / place).is_dir() for place in places):
            raise click.UsageError(f"There is no note or folder {str(path)!r} in {folder}")
        chosen |= inside
    own = frozenset(notes) & chosen
    return Selection(own, frozenset(map(str, chosen or own)), all=False)


def _places(root: Path, path: Path) -> Iterator[PurePosixPath]:
    """Yield the places in the vault that a path may mean; of a symbolic link its own place and its target's."""
    for full in {path.resolve(), path.parent.resolve() / path.name, root / path}:
        if root.is_relative_to(full):
            yield PurePosixPath()
        elif full.is_relative_to(root):
            yield PurePosixPath(full.relative_to(root).as_posix())


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def report(
    vault: Rooted,
    problems: Iterable[Problem],
    *,
    form: str = "text",
    least: Severity = Severity.INFO,
    most: int | None = None,
) -> None:
    """Print problems sorted by place, as lines or as JSON, leaving out those less serious than `least`.

    Of more than `most` problems, text is their overview; data is always complete, since programs read it.
    """
    order = [Severity.ERROR, Severity.WARNING, Severity.INFO]
    wanted = order[: order.index(least) + 1]
    kept = sorted((p for p in set(problems) if p.severity in wanted), key=lambda problem: problem.order)
    kept = [replace(problem, path=display_path(vault, problem.path)) for problem in kept]
    if form == "json":
        click.echo(to_json([as_data(problem) for problem in kept]))
        return
    if form == "text" and most is not None and len(kept) > most:
        lines = render_overview(kept)
    else:
        lines = [_annotation(problem) if form == "github" else str(problem) for problem in kept]
    for line in lines:
        click.echo(visible(line))


def to_json(data: object) -> str:
    """Return data as JSON that may be printed to a terminal: Python leaves some control characters as they are."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    return CONTROL.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)


def _annotation(problem: Problem) -> str:
    """Return a problem as a workflow command, which a code host shows beside the line."""
    level = {Severity.ERROR: "error", Severity.WARNING: "warning"}.get(problem.severity, "notice")
    path = _escape(problem.path).replace(",", "%2C").replace(":", "%3A")
    place = f"file={path},line={problem.line},col={problem.column},title={problem.code}"
    return f"::{level} {place}::{_escape(problem.sentences)}"


def _escape(text: str) -> str:
    """Return a text escaped for a workflow command: a line end in it would begin another command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def as_data(problem: Problem) -> dict[str, str | int]:
    """Return a problem as plain data."""
    return {
        "path": problem.path, "line": problem.line, "column": problem.column, "code": problem.code.slug,
        "severity": problem.severity.value, "what": problem.what, "fix": problem.fix,
    }  # fmt: skip


def summarise(problems: Iterable[Problem]) -> str:
    """Return how many errors, warnings and pieces of information there are, and how many regions are stale."""
    found = set(problems)
    parts = []
    for severity, name in ((Severity.ERROR, "error"), (Severity.WARNING, "warning")):
        count = sum(problem.severity is severity for problem in found)
        parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    notes = sum(problem.severity is Severity.INFO for problem in found)
    return f"{', '.join(parts)}, {notes} for information"


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield tell
        bar.update((bar.length or 1) - bar.pos)


def track(label: str, items: Collection[_T]) -> Iterator[_T]:
    """Yield the items, and show on a terminal how many of them are done."""
    with progress(label) as tell:
        for done, item in enumerate(items, 1):
            yield item
            tell(done, len(items))


def files(count: int) -> str:
    """Return a number of files in words."""
    return f"{count} file{'' if count == 1 else 's'}"


@contextmanager
def rare_collections() -> Iterator[None]:
    """Let Python look for unreachable circles rarely: nearly all of what is read stays, and is looked at each time.

    What is there in the end is not looked at any more: the process ends soon.
    """
    before = gc.get_threshold()
    gc.set_threshold(2_000_000, 50, 100)
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*before)

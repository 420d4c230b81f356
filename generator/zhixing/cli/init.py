"""`zhixing init`: start a vault, or add what a folder of notes lacks to become a site."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

import click

from zhixing.cli.common import files
from zhixing.cli.doctor import check_config
from zhixing.compose import render_template
from zhixing.problems import ZhixingError, visible
from zhixing.show.templates import note_text, shipped_templates
from zhixing.source import Source
from zhixing.vault.load import CONFIG, OBSIDIAN, ProjectError, find_project
from zhixing.vault.load import SETTINGS as TEMPLATE_SETTINGS
from zhixing.weave.generated_files import seal_file, text_content
from zhixing.weave.writer import WriteError, write
from zhixing.wording.languages import choose_wording, language_codes
from zhixing.wording.model import Wording

_NEW_NOTES = "notes"
_QUARTZ, _QUARTZ_NOTES = ("quartz.config.ts", "quartz.config.yaml"), "content"
# These names of folders say nothing of what the notes are about.
_USUAL_NOTES = frozenset({_NEW_NOTES, _QUARTZ_NOTES, "docs"})
_HOMES = ("index.md", "README.md")
# A repository has these before it has any note.
_NO_NOTES = frozenset({"README", "LICENSE", "CHANGELOG", "CONTRIBUTING", "SECURITY", "CODE_OF_CONDUCT"})


class _StartError(ZhixingError):
    """A vault cannot be started here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a vault is or will be: `root` has its mkdocs.yml, `notes` is its folder of notes, below `root`."""

    root: Path
    notes: PurePosixPath
    has_notes: bool


@click.command()
@click.argument("folder", default=".", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--language",
    default="zh",
    show_default=True,
    type=click.Choice(language_codes()),
    help="The language of the first notes, and of what the tool writes.",
)
@click.option("--yes", is_flag=True, help="Do not ask before files are added to a folder that holds some.")
def init(folder: Path, *, language: str, yes: bool) -> None:
    """Start a vault with a first example, or add what a folder of notes lacks; shown before it is written.

    It is ready for Obsidian and for `mkdocs serve`. Nothing that is there is changed; a folder that holds nothing yet
    is filled without a question.

    \b
    Example:
      zhixing init 我的笔记
      zhixing init my-notes --language en
      zhixing init ~/Documents/vault
    """
    try:
        place = find_place(folder.resolve())
        missing = find_missing(place, language)
        if missing and _is_wanted(place, missing, yes=yes):
            _write_all(place, missing)
            _tell_settings(place)
            _tell_next(place)
    except (ProjectError, WriteError) as error:
        click.echo(visible(str(error.problem)))
        sys.exit(2 if isinstance(error, ProjectError) else 1)
    except _StartError as error:
        raise click.UsageError(visible(str(error))) from None
    if not missing:
        _tell_settings(place)
        click.echo(visible(f"No file is missing in {place.root}; `zhixing doctor` looks closer"), err=True)


# Where the vault is.


def find_place(folder: Path) -> Place:
    """Return where the vault of a folder is, or is to be: MkDocs' own, Quartz', Obsidian's, or a new one.

    Raises:
        ProjectError: the folder's mkdocs.yml cannot be read, or names no folder of notes.
        _StartError: the folder of notes is the root of a disk, beside which no mkdocs.yml can stand.
    """
    if (configured := _find_configured(folder)) is not None:
        return configured
    if any((folder / name).is_file() for name in _QUARTZ) and (folder / _QUARTZ_NOTES).is_dir():
        return Place(folder, PurePosixPath(_QUARTZ_NOTES), has_notes=True)
    if not (folder / OBSIDIAN).is_dir() and not any(_top_notes(folder)):
        inside = [child.name for child in _folders(folder) if _has_notes(child)]
        if len(inside) < 2:
            return Place(folder, PurePosixPath(*inside or [_NEW_NOTES]), has_notes=bool(inside))
    # MkDocs refuses a mkdocs.yml inside the folder of notes.
    if folder == folder.parent:
        raise _StartError("A vault cannot be the root of a disk. Name a folder")
    return Place(folder.parent, PurePosixPath(folder.name), has_notes=True)


def _find_configured(folder: Path) -> Place | None:
    """Return the place that a mkdocs.yml names, where it lies in the folder or its notes hold the folder."""
    try:
        project = find_project(folder)
    except ProjectError:
        if (folder / CONFIG).is_file():
            raise
        return None
    root = project.config.parent if project.config else None
    if root is None or not (root == folder or folder.is_relative_to(project.notes)):
        return None
    return Place(root, PurePosixPath(project.notes.relative_to(root).as_posix()), has_notes=True)


def _has_notes(folder: Path) -> bool:
    """Return whether a folder is a vault of Obsidian or holds a Markdown file at any depth; links are not followed."""
    if (folder / OBSIDIAN).is_dir():
        return True
    for _, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]
        if any(name.lower().endswith(".md") for name in names):
            return True
    return False


def _top_notes(folder: Path) -> Iterator[Path]:
    """Yield the notes right in a folder; what a repository says of itself is none."""
    for path in folder.glob("*.md") if folder.is_dir() else ():
        if path.stem.partition(".")[0].upper() not in _NO_NOTES:
            yield path


def _folders(folder: Path) -> Iterator[Path]:
    """Yield the folders of a folder that are not hidden; links are not followed."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".") and path.name != "node_modules":
            yield path


# What it lacks.


def find_missing(place: Place, language: str) -> dict[PurePosixPath, str]:
    """Return the files that a vault lacks, by their paths from its root, with their texts."""
    name = place.root.name if place.notes.name in _USUAL_NOTES else place.notes.name
    values = {"name": name, "docs": str(place.notes), "language": language}
    quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    wanted = {PurePosixPath(CONFIG): note_text(_read_shipped(CONFIG), quoted)}
    if not place.has_notes:
        wanted |= _new_files(place, language)
    elif not any(os.path.lexists(place.root / place.notes / name) for name in _HOMES):
        wanted[place.notes / "index.md"] = _read_shipped(f"{language}/home.md").text
    return {path: text for path, text in wanted.items() if not os.path.lexists(place.root / path)}


def _new_files(place: Place, language: str) -> dict[PurePosixPath, str]:
    """Return the files of a new vault but for its mkdocs.yml."""
    notes = {path.name for path in (shipped_templates() / "start" / language).glob("*.md")} - {"home.md"}
    template = _read_shipped("../概念.md" if language == "zh" else f"../{language}/concept.md")
    name = PurePosixPath(template.path).name
    return {
        **{place.notes / name: _read_shipped(f"{language}/{name}").text for name in sorted(notes)},
        **_obsidian_files(place, template, choose_wording(language, "")),
        PurePosixPath("templates", name): template.text,
        PurePosixPath(".gitignore"): _read_shipped("gitignore").text,
    }


def _obsidian_files(place: Place, template: Source, wording: Wording) -> dict[PurePosixPath, str]:
    """Return Obsidian's settings for links and templates, and the template that its command "Insert template" offers.

    Its core plugin for templates is on in every new vault.
    """
    folder = wording.template_folder
    settings = {"folder": folder, "dateFormat": "YYYY-MM-DD", "timeFormat": "HH:mm"}
    text = seal_file(render_template(template, wording), text_content)
    return {
        place.notes / OBSIDIAN / "app.json": _read_shipped("app.json").text,
        place.notes / TEMPLATE_SETTINGS: json.dumps(settings, ensure_ascii=False, indent=2) + "\n",
        place.notes / folder / PurePosixPath(template.path).name: text,
    }


def _read_shipped(name: str) -> Source:
    return Source(name, (shipped_templates() / "start" / name).read_text(encoding="utf-8"))


# Adding it.


def _is_wanted(place: Place, missing: Mapping[PurePosixPath, str], *, yes: bool) -> bool:
    """Return whether the files are to be written: asked on a terminal where the folder holds anything."""
    if yes or not (place.root.is_dir() and any(place.root.iterdir())):
        return True
    click.echo(visible(f"In {place.root} this would add {files(len(missing))}, and change nothing else:"), err=True)
    for path in missing:
        click.echo(visible(str(path)))
    if not sys.stdin.isatty():
        message = "Nothing was written. Say --yes to add them"
        raise _StartError(message)
    return click.confirm("Add them?", err=True)


def _write_all(place: Place, missing: Mapping[PurePosixPath, str]) -> None:
    """Write the files, mkdocs.yml last: until it is there, the folder is as it was to other commands."""
    for path in reversed(list(missing)):
        write(place.root, PurePath(path), missing[path], before=None)
        click.echo(visible(os.path.relpath(place.root / path)))
    click.echo(f"{files(len(missing))} written", err=True)


def _tell_settings(place: Place) -> None:
    """Say what a mkdocs.yml that was there lacks; only its owner may change it."""
    for problem in check_config(place.root / CONFIG):
        click.echo(visible(str(problem)))


def _tell_next(place: Place) -> None:
    """Say which commands come next."""
    here = os.path.relpath(place.root)
    steps = ["mkdocs serve    # then open http://127.0.0.1:8000", "zhixing check"]
    for step in [*([] if here == "." else [f"cd {here}"]), *steps]:
        click.echo(visible(f"  {step}"), err=True)

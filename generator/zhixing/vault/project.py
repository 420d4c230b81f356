"""Where a vault is: beside a mkdocs.yml, or the folder itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from zhixing.problems import Code, Problem, ZhixingError

CONFIG = "mkdocs.yml"


class ProjectError(ZhixingError):
    """No vault can be found; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Project:
    """A vault's folder of notes and the folder of its note templates (which need not exist)."""

    notes: Path
    templates: Path


def find_project(start: Path, vault: Path | None = None) -> Project:
    """Return the project of a folder: the nearest mkdocs.yml at or above `start`, or `vault` itself where it is given.

    Raises:
        ProjectError: there is neither, or mkdocs.yml names no folder of notes.
    """
    if vault is not None:
        if not vault.is_dir():
            raise ProjectError(_problem(vault, "There is no such folder", "Name the folder that holds the notes"))
        beside = vault / CONFIG
        return _configured(beside) if beside.is_file() else Project(vault, _templates(vault))
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file():
            return _configured(folder / CONFIG)
    what = "There is no mkdocs.yml here or above"
    raise ProjectError(_problem(start, what, "Go to a vault, or name one with --vault DIR"))


def _templates(vault: Path) -> Path:
    """Return the templates beside a folder of notes; inside it where the project has no other folder."""
    return vault.parent / "templates" if (vault.parent / CONFIG).is_file() else vault / "templates"


def _configured(config: Path) -> Project:
    """Read docs_dir from mkdocs.yml without executing its tags: MkDocs may run code from there, this does not."""
    try:
        node = yaml.compose(config.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        what = f"This file cannot be read: {str(error).splitlines()[0]}"
        raise ProjectError(_problem(config, what, "Mend it, or name the notes with --vault DIR", line)) from None
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    docs = next((value for key, value in pairs if key.value == "docs_dir"), None)
    name = docs.value if isinstance(docs, yaml.ScalarNode) and docs.tag == "tag:yaml.org,2002:str" else "docs"
    notes = config.parent / name
    line = docs.start_mark.line + 1 if docs else 1
    if not notes.is_dir():
        what = f"docs_dir is {name!r}, and there is no such folder"
        raise ProjectError(_problem(config, what, "Set docs_dir to the folder of notes", line))
    if not notes.resolve().is_relative_to(config.parent.resolve()):
        what = f"docs_dir is {name!r}, which leads out of this project"
        raise ProjectError(_problem(config, what, "If these notes are meant, name them with --vault DIR", line))
    return Project(notes, config.parent / "templates")


def _problem(path: Path, what: str, mend: str, line: int = 1) -> Problem:
    return Problem(str(path), line, 1, Code.CONFIG_INVALID, what, mend)

"""The vault under test, loaded and run once a session."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from zhixing import compose
from zhixing.compose import Results
from zhixing.language.book import Declared
from zhixing.language.model import Expectation, Outcome, Printed, Run
from zhixing.problems import Problem, Severity
from zhixing.vault.load import Project, ProjectError, find_project, load, load_project
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault


@dataclass(frozen=True)
class Tested:
    """A vault with the results of its examples."""

    vault: Vault
    found: Results

    def note(self, path: Path) -> Note | None:
        """Return the note in a file."""
        inside = path.resolve().relative_to(self.vault.root.resolve())
        return self.vault.notes.get(PurePosixPath(inside.as_posix()))

    def unread(self, path: Path) -> list[Problem]:
        """Return the problems that keep a file from being a note; none for a file in a hidden folder."""
        inside = path.resolve().relative_to(self.vault.root.resolve()).as_posix()
        return [problem for problem in self.vault.problems if problem.path == inside]

    def problems(self, declared: Declared) -> list[Problem]:
        """Return the errors of reading and running an example."""
        errors = (one for one in self.found.book.problems if one.code.severity is Severity.ERROR)
        return [problem for problem in errors if declared.contains(problem)]


@cache
def project_of(folder: Path) -> Path | None:
    """Return the folder of notes of the project that a folder belongs to, None if it belongs to none."""
    project = _find(folder)
    return project.notes.resolve() if project else None


@cache
def _find(folder: Path) -> Project | None:
    """Return the project that a mkdocs.yml makes of a folder: without one, its Markdown files are no tests."""
    try:
        project = find_project(folder)
    except ProjectError:
        return None
    return project if project.config else None


@cache
def load_tested(root: Path) -> Tested:
    """Load and run a vault."""
    project = _find(root)
    vault = load_project(project) if project else load(root)
    return Tested(vault, compose.results(vault))


def explain(run: Run, outcome: Outcome) -> str:
    """Return what was expected, what was computed, and the steps before it."""
    lines = [f"expected: {_expectation_text(outcome)}", f"computed: {outcome.what}"]
    steps = {step.name.name: step.expression.text for step in run.example.steps}
    lines += [
        f"  {name} = {steps.get(name.partition('.')[0], 'given')} → {_values(run, name)}" for name in run.quantities
    ]
    return "\n".join(lines)


def _expectation_text(outcome: Outcome) -> str:
    if not isinstance(outcome.claim, Expectation):
        return outcome.claim.text
    return f"{outcome.claim.target.text} = {_value_text(outcome.claim.values)}"


def _value_text(values: object) -> str:
    if isinstance(values, Printed):
        return values.text
    return f"[{', '.join(map(_value_text, values))}]" if isinstance(values, tuple) else str(values)


def _values(run: Run, name: str) -> str:
    values = run.quantities[name].values
    return f"{values.tolist()}" if values.size <= 12 else f"array of {'×'.join(map(str, values.shape))}"

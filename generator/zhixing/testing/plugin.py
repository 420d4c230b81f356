"""The pytest plugin. A note is a file of tests, an example a collector, an expectation or claim an item.

注意力机制.md::水果查找::value
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from zhixing.claims.judge import judge_note
from zhixing.claims.report import Judged
from zhixing.language.book import Declared
from zhixing.language.model import Expectation, Outcome, Run
from zhixing.problems import Code, Problem, Severity, ZhixingError
from zhixing.testing.vaults import Tested, explain, load_tested, project_of
from zhixing.vault.note import Note


class NoteError(ZhixingError):
    """An expectation or a claim of a note fails; the message is the whole report."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --no-notes."""
    group = parser.getgroup("zhixing")
    group.addoption("--no-notes", action="store_true", help="do not collect Markdown notes as tests")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a Markdown file that is a note: it lies in the docs_dir of a project."""
    if file_path.suffix != ".md" or parent.config.getoption("--no-notes"):
        return None
    root = project_of(file_path.parent)
    if root is None or not file_path.resolve().is_relative_to(root):
        return None
    return NoteFile.from_parent(parent, path=file_path)


class NoteFile(pytest.File):
    """A note."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield its examples, and its claims."""
        root = project_of(self.path.parent)
        vault = load_tested(root) if root else None
        note = vault.note(self.path) if vault else None
        if vault is None:
            return
        if note is None:
            yield from (UnreadItem.from_parent(self, name="is read", problem=one) for one in vault.unread(self.path))
            return
        for one in vault.found.book.declared:
            if one.note is note:
                name = one.example.id if one.example else f"line {note.source.position(one.fence.span.start)[0]}"
                yield ExampleCollector.from_parent(self, name=name, vault=vault, declared=one)
        for problem in note.claim_problems:
            yield UnreadItem.from_parent(self, name=f"{problem.line}: {problem.code}", problem=problem)
        for judged in judge_note(note, vault.found.backing):
            line = note.source.position(judged.claim.span.start)[0]
            yield ClaimItem.from_parent(self, name=f"{line}: {judged.claim.reference}", note=note, judged=judged)


class ExampleCollector(pytest.Collector):
    """A worked example."""

    def __init__(self, *, vault: Tested, declared: Declared, **others: object) -> None:
        super().__init__(**others)  # type: ignore[arg-type]  # pytest hands its own arguments through
        self.vault = vault
        self.declared = declared

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for the run itself, and one for each expectation and statement."""
        yield RunItem.from_parent(self, name="runs", vault=self.vault, declared=self.declared)
        run = self.vault.found.book.runs.get(self.declared.example.id) if self.declared.example else None
        for outcome in run.outcomes if run else ():
            claim = outcome.claim
            name = claim.target.text if isinstance(claim, Expectation) else claim.text
            yield OutcomeItem.from_parent(self, name=name, note=self.declared.note, run=run, outcome=outcome)


class NoteItem(pytest.Item):
    """Anything that can fail in a note; a failure is its own report, without a Python traceback."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Return the report of a failure."""
        if isinstance(excinfo.value, NoteError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, style))  # type: ignore[arg-type]  # pytest's own style names

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the location of the item."""
        return self.path, None, self.name


class UnreadItem(NoteItem):
    """That a note, or a claim in it, can be read at all: collected only where it cannot."""

    def __init__(self, *, problem: Problem, **others: object) -> None:
        super().__init__(**others)  # type: ignore[arg-type]  # pytest hands its own arguments through
        self.problem = problem

    def runtest(self) -> None:
        """Fail with the problem."""
        raise NoteError(str(self.problem))


class RunItem(NoteItem):
    """That an example can be read and run."""

    def __init__(self, *, vault: Tested, declared: Declared, **others: object) -> None:
        super().__init__(**others)  # type: ignore[arg-type]  # pytest hands its own arguments through
        self.vault = vault
        self.declared = declared

    def runtest(self) -> None:
        """Fail with every problem in the example's block, its expectations aside."""
        own = {Code.EXPECT_FAILED, Code.HOLDS_FAILED}
        problems = [one for one in self.vault.problems(self.declared) if one.code not in own]
        if problems:
            raise NoteError("\n".join(map(str, problems)))


class OutcomeItem(NoteItem):
    """That an expectation holds."""

    def __init__(self, *, note: Note, run: Run, outcome: Outcome, **others: object) -> None:
        super().__init__(**others)  # type: ignore[arg-type]  # pytest hands its own arguments through
        self.note = note
        self.run = run
        self.outcome = outcome

    def runtest(self) -> None:
        """Fail with what was expected, what was computed, and the steps before it."""
        if not self.outcome.holds:
            line, column = self.note.source.position(self.outcome.claim.span.start)
            place = f"{self.note.source.path}:{line}:{column}"
            raise NoteError(f"{place}\n{explain(self.run, self.outcome)}")


class ClaimItem(NoteItem):
    """That a claim in prose is true."""

    def __init__(self, *, note: Note, judged: Judged, **others: object) -> None:
        super().__init__(**others)  # type: ignore[arg-type]  # pytest hands its own arguments through
        self.note = note
        self.judged = judged

    def runtest(self) -> None:
        """Fail with what the prose says and what was computed."""
        judged = self.judged
        if judged.code is None or judged.code.severity is Severity.INFO:
            return
        line, column = self.note.source.position(judged.claim.span.start)
        said = judged.claim.bound.text if judged.claim.bound else ""
        place = f"{self.note.source.path}:{line}:{column}"
        raise NoteError(f"{place}\nprose says: {said}\ncomputed: {judged.claim.reference} = {judged.text}")

"""`zhixing watch`: write results into the notes after every save."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import FrameType

import click

from zhixing import compose
from zhixing.checks.report import render_report
from zhixing.cli.common import display_path, open_vault, progress, report, summarise, vault_option
from zhixing.cli.wake import Wake
from zhixing.compose import Change, Memory, Plan, Results
from zhixing.problems import STALE, Code, Problem, Severity, visible
from zhixing.source import Source
from zhixing.vault.load import Project, ProjectError, find_project, load_project, read_templates, report_file
from zhixing.vault.stamps import Stamp
from zhixing.vault.store import INDEX, open_store
from zhixing.vault.vault import Vault
from zhixing.weave.writer import WriteError, remove_leftovers, write

# What is tried again after so many seconds, twice as many each time, up to the longest.
_RETRY = 0.05
_LONGEST_RETRY = 5.0
# The whole vault is checked for the report, so that it waits until nobody saves.
_BEFORE_REPORT = 0.3
_EDITED_FIX = "Rename or delete it; the next save writes it anew"


@click.command()
@click.option("--report", "reports", is_flag=True, help="Also keep a note that lists the problems, with links.")
@vault_option
def watch(*, reports: bool, vault: Path | None) -> None:
    """Write results into the notes after every save, until Ctrl-C.

    Runs beside Obsidian or any editor: save a note, and what its examples compute stands in it at once. A note that
    changed since it was read is never written over; it is read again. Results that somebody edited by hand are left
    alone, and reported once.

    With --report a note of the vault, 检查.md (Problems.md in English), lists what fails and leads to it. It is neither
    checked nor published.

    \b
    Example:
      zhixing watch
      zhixing watch --vault ~/笔记 --report
    """
    project, loaded = open_vault(vault)
    interrupts = Interrupts()
    memory = Memory(open_store(project.notes, INDEX))
    session = Session(vault, project, loaded, interrupts, memory, reports=reports)
    try:
        with interrupts, Wake(project) as wake:
            session.begin()
            # What was read of the vault lasts: looking for garbage among it would take longer than most looks at it.
            gc.collect()
            gc.freeze()
            if not wake.is_told:
                click.echo("The system tells of no changes here; the files are compared now and then.", err=True)
            while True:
                session.go_on(changed=wake.wait(session.pause))
                wake.follow(session.project)
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)


class Interrupts:
    """Ctrl-C and termination raise KeyboardInterrupt, but not while files are written."""

    def __init__(self) -> None:
        self._held = False
        self._came = False
        self._before: dict[int, object] = {}

    def __enter__(self) -> Interrupts:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # it is what `signal` returned

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        self._came = True
        if not self._held:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold interrupts back until the end of the block."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._came:
            raise KeyboardInterrupt


Told = frozenset[tuple[str, Code, str]]


@dataclass(frozen=True)
class _Look:
    """What one look at a vault found."""

    vault: Vault
    found: Results
    planned: Plan
    templates: tuple[Source, ...]

    def equals(self, other: _Look | None) -> bool:
        """Return whether a check of both would find the same."""
        if other is None or self.templates != other.templates or self.planned != other.planned:
            return False
        one, two = self.vault, other.vault
        same = one.notes == two.notes and one.files == two.files and one.problems == two.problems
        return same and one.settings == two.settings and one.wording is two.wording


@dataclass
class Session:
    """A vault that is looked at again and again: what is known of it, and what was said of it."""

    named: Path | None
    project: Project
    vault: Vault
    interrupts: Interrupts
    memory: Memory = field(default_factory=Memory)
    stamps: dict[PurePosixPath, Stamp] = field(default_factory=dict)
    reports: bool = False
    told: Told = frozenset()
    told_of_report: Told = frozenset()
    retry: float | None = None
    latest: _Look | None = None
    reported: _Look | None = None

    @property
    def pause(self) -> float | None:
        """How long to wait for a change: until what failed is tried again, or a burst of saves is over."""
        return self.retry or (_BEFORE_REPORT if self._is_report_due() else None)

    def go_on(self, *, changed: bool) -> None:
        """Do what is due after a wait in which something `changed`, or nothing."""
        if changed or self.retry or not self._is_report_due():
            self.look()
        else:
            self.write_report()

    def begin(self) -> None:
        """Write what is not up to date, and report every problem of it."""
        left = remove_leftovers(self.vault.root)
        found = self._regenerate(show_progress=True)
        self._tell([*left, *found])
        if self.latest and self.latest.planned.changes:
            # A note with new results is read anew, and its examples run again: now, not when the first save waits.
            self.look()
        if self.reports:
            self.write_report()
        counts = f"{len(self.vault.notes)} notes, {len(self.memory.runs.runs)} examples: {summarise(found)}"
        click.echo(f"{counts}. Watching; Ctrl-C ends.", err=True)

    def look(self) -> None:
        """Write what is not up to date any more, and report the problems that are new."""
        try:
            self.project = find_project(Path.cwd(), self.named)
            self.vault = load_project(self.project, self.vault, self.stamps)
        except ProjectError as error:
            self._tell([error.problem])
        except NotADirectoryError:
            what = "The folder of notes is gone"
            gone = Problem(str(self.project.notes), 1, 1, Code.FILE_UNREADABLE, what, "Put it back, or press Ctrl-C")
            self._tell([gone])
        else:
            self._tell(self._regenerate())

    def _regenerate(self, *, show_progress: bool = False) -> list[Problem]:
        """Run what changed and write it; return what is wrong with the vault's examples, lists and results."""
        vault, templates = self.vault, read_templates(self.project.templates)
        with progress("Running") if show_progress else _no_progress() as tell:
            found = compose.results(vault, tell, self.memory)
        planned = compose.plan_again(vault, found, templates, self.memory)
        self.latest = _Look(vault, found, planned, tuple(templates))
        problems = [*vault.problems, *found.problems, *planned.problems]
        problems += [problem for note in vault.notes.values() for problem in note.problems]
        failed, changed = self._write(planned.changes)
        self.retry = min(2 * (self.retry or _RETRY / 2), _LONGEST_RETRY) if changed else None
        return [*(one for one in problems if one.code not in STALE), *failed]

    def _write(self, changes: Iterable[Change]) -> tuple[list[Problem], bool]:
        """Write changes; return what could not be written, and whether a file changed after it was read."""
        problems: list[Problem] = []
        changed = False
        for change in changes:
            try:
                with self.interrupts.held():
                    problems += write(self.vault.root, change.path, change.after, before=change.before)
                click.echo(f"wrote {visible(display_path(self.vault, change.path))}", err=True)
            except WriteError as error:
                newer = error.problem.code is Code.FILE_CHANGED
                changed = changed or newer
                problems += [error.problem] if error.kept or not newer else []
        return problems, changed

    def _is_report_due(self) -> bool:
        return self.reports and self.latest is not None and not self.latest.equals(self.reported)

    def write_report(self) -> None:
        """Write the list of problems into the vault where it says something else than it did."""
        if self.latest is None:
            return
        self.reported = latest = self.latest
        problems = compose.check(latest.vault, latest.found, latest.planned, compose.templates_of(latest.templates))
        text = render_report(latest.vault, (one for one in problems if one.code not in STALE))
        plan = compose.plan_text(latest.vault, PurePosixPath(report_file(latest.vault.wording)), text)
        failed, _ = self._write(plan.changes)
        edited = (replace(one, fix=_EDITED_FIX) for one in plan.problems if one.code not in STALE)
        self.told_of_report = self._tell_new([*edited, *failed], self.told_of_report)

    def _tell(self, problems: Iterable[Problem]) -> None:
        self.told = self._tell_new(problems, self.told)

    def _tell_new(self, problems: Iterable[Problem], told: Told) -> Told:
        """Report the problems that are not among those told of; return all. One may stand on another line by now."""
        now = {(one.path, one.code, one.what): one for one in problems}
        report(self.vault, (one for key, one in now.items() if key not in told), least=Severity.WARNING)
        sys.stdout.flush()
        return frozenset(now)


@contextmanager
def _no_progress() -> Iterator[compose.Progress]:
    yield lambda _done, _total: None

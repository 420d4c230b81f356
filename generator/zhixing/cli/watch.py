"""`zhixing watch`: write results into the notes after every save."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import click

from zhixing import compose
from zhixing.cli.common import display_path, open_vault, progress, report, summarise, vault_option
from zhixing.cli.wake import Wake
from zhixing.compose import Change, Memory
from zhixing.problems import STALE, Code, Problem, Severity, visible
from zhixing.vault.load import Project, ProjectError, find_project, load_project, read_templates
from zhixing.vault.vault import Vault
from zhixing.weave.writer import WriteError, remove_leftovers, write

# What is tried again after so many seconds, twice as many each time, up to the longest.
_RETRY = 0.05
_LONGEST_RETRY = 5.0


@click.command()
@vault_option
def watch(*, vault: Path | None) -> None:
    """Write results into the notes after every save, until Ctrl-C.

    Runs beside Obsidian or any editor: save a note, and what its examples compute stands in it at once. A note that
    changed since it was read is never written over; it is read again. Results that somebody edited by hand are left
    alone, and reported once.

    \b
    Example:
      zhixing watch
      zhixing watch --vault ~/笔记
    """
    project, loaded = open_vault(vault)
    interrupts = Interrupts()
    session = Session(vault, project, loaded, interrupts)
    try:
        with interrupts, Wake(project) as wake:
            session.begin()
            if not wake.is_told:
                click.echo("The system tells of no changes here; the files are compared now and then.", err=True)
            while True:
                wake.wait(session.pause)
                session.look()
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


@dataclass
class Session:
    """A vault that is looked at again and again: what is known of it, and what was said of it."""

    named: Path | None
    project: Project
    vault: Vault
    interrupts: Interrupts
    memory: Memory = field(default_factory=Memory)
    told: set[tuple[str, Code, str]] = field(default_factory=set)
    pause: float | None = None

    def begin(self) -> None:
        """Write what is not up to date, and report every problem of it."""
        left = remove_leftovers(self.vault.root)
        found = self._regenerate(show_progress=True)
        self._tell([*left, *found])
        counts = f"{len(self.vault.notes)} notes, {len(self.memory.runs.runs)} examples: {summarise(found)}"
        click.echo(f"{counts}. Watching; Ctrl-C ends.", err=True)

    def look(self) -> None:
        """Write what is not up to date any more, and report the problems that are new."""
        try:
            self.project = find_project(Path.cwd(), self.named)
            self.vault = load_project(self.project, self.vault)
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
        problems = [*vault.problems, *found.problems, *planned.problems]
        problems += [problem for note in vault.notes.values() for problem in note.problems]
        return [*(one for one in problems if one.code not in STALE), *self._write(planned.changes)]

    def _write(self, changes: Iterable[Change]) -> list[Problem]:
        """Write changes; return what could not be written. A file that changed meanwhile is looked at again soon."""
        problems: list[Problem] = []
        changed = False
        for change in changes:
            try:
                with self.interrupts.held():
                    problems += write(self.vault.root, change.path, change.after, before=change.before)
                click.echo(f"wrote {visible(display_path(self.vault, change.path))}", err=True)
            except WriteError as error:
                changed = changed or error.problem.code is Code.FILE_CHANGED
                problems += [error.problem] if error.problem.code is not Code.FILE_CHANGED or error.kept else []
        self.pause = min(2 * (self.pause or _RETRY / 2), _LONGEST_RETRY) if changed else None
        return problems

    def _tell(self, problems: Iterable[Problem]) -> None:
        """Report the problems that did not stand at the last look; a problem may have moved to another line since."""
        now = {(one.path, one.code, one.what): one for one in problems}
        report(self.vault, (one for key, one in now.items() if key not in self.told), least=Severity.WARNING)
        self.told = set(now)
        sys.stdout.flush()


@contextmanager
def _no_progress() -> Iterator[compose.Progress]:
    yield lambda _done, _total: None

"""What a build says: no name or text of a vault can steer a terminal, nothing is said twice, and how far it is."""

from __future__ import annotations

import logging
import sys
from collections.abc import Collection, Iterable, Mapping
from typing import TextIO

from zhixing.checks.overview import MOST_LINES, render_overview
from zhixing.problems import Problem, Severity, visible

# Fewer pages are made in a few seconds.
FEW_PAGES = 300
_CLEAR = "\r\x1b[K"


class PageProgress:
    """Says in one line, on a terminal only, how many of a site's pages are made. Each is read, then written."""

    def __init__(self, out: TextIO | None = None) -> None:
        """Begin with no pages; `out` is standard error unless it is given."""
        self.out = out
        self.steps = self.done = 0
        self.line = ""

    def begin(self, pages: int) -> None:
        """Begin to count the pages of a build; few are not worth a line."""
        self.clear()
        out = self.out or sys.stderr
        self.steps, self.done = (2 * pages, 0) if pages > FEW_PAGES and out.isatty() else (0, 0)

    def step(self) -> None:
        """Count one more page that is read or written, and say so."""
        self.done += 1
        if self.done > self.steps:
            return
        pages = self.steps // 2
        line = f"Reading pages: {self.done} of {pages}"
        if self.done > pages:
            line = f"Writing pages: {self.done - pages} of {pages}"
        if not self.line or self.done % 50 == 0:
            self._write(f"{_CLEAR}{line}")
            self.line = line

    def clear(self) -> None:
        """Take the line away."""
        if self.line:
            self._write(_CLEAR)
            self.line = ""

    def _write(self, text: str) -> None:
        out = self.out or sys.stderr
        out.write(text)
        out.flush()


PROGRESS = PageProgress()
"""The progress of this process. Messages clear its line before they are written."""


class _Visible(logging.Filter):
    """Writes out control characters; line ends stay where the message itself has them, not what is put into it."""

    def filter(self, record: logging.LogRecord) -> bool:
        PROGRESS.clear()
        record.msg = "\n".join(map(visible, record.getMessage().split("\n")))
        record.args = ()
        return True


_FILTER = _Visible()


def write_visibly() -> None:
    """Have every message that MkDocs prints written out. Filters of a logger do not see what its children log."""
    for handler in logging.getLogger("mkdocs").handlers:
        handler.addFilter(_FILTER)


# `mkdocs build --strict` fails on warnings; a stub is information.
LEVELS: Mapping[Severity, int] = {
    Severity.ERROR: logging.WARNING, Severity.WARNING: logging.WARNING, Severity.INFO: logging.DEBUG,
}  # fmt: skip


class Teller:
    """Tells the problems of a vault: all of them at first, of many an overview; at each rebuild those that are new."""

    def __init__(self, log: logging.LoggerAdapter[logging.Logger]) -> None:
        self._log = log
        self._told: frozenset[Problem] = frozenset()
        self._told_once: set[Problem] = set()

    def tell_once(self, problems: Iterable[Problem]) -> None:
        """Log the problems of settings that were not logged before: they are the same at each build."""
        new = [one for one in problems if one not in self._told_once]
        self._told_once.update(new)
        self._log_each(new)

    def tell(self, problems: Collection[Problem]) -> None:
        """Log the problems that were not there the last time, and how many others there are."""
        now = frozenset(problems)
        self._log_new(sorted(now - self._told, key=lambda one: one.order))
        as_before = sum(one.severity is not Severity.INFO for one in now & self._told)
        if as_before:
            self._log.info("%d as before. All problems: zhixing check", as_before)
        self._told = now

    def _log_new(self, problems: list[Problem]) -> None:
        """Log problems line by line, so that each has its level; of more than fit a screen, their overview."""
        serious = [one for one in problems if one.severity is not Severity.INFO]
        if len(serious) > MOST_LINES:
            self._log.warning("%d problems\n%s", len(serious), "\n".join(map(visible, render_overview(serious))))
            return
        self._log_each(problems)

    def _log_each(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self._log.log(LEVELS[problem.severity], "%s", visible(str(problem)))

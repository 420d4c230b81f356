"""What MkDocs logs: no name or text of a vault can steer a terminal, and nothing is said twice while it serves."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

from zhixing.checks.overview import MOST_LINES, render_overview
from zhixing.problems import Problem, Severity, visible


class _Visible(logging.Filter):
    """Writes out control characters; line ends stay where the message itself has them, not what is put into it."""

    def filter(self, record: logging.LogRecord) -> bool:
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
        for problem in problems:
            self._log.log(LEVELS[problem.severity], "%s", visible(str(problem)))

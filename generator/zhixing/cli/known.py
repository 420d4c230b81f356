"""Problems that are known: those that a baseline lists, or that an earlier revision had. New ones are told from them.

A problem is known by its file, its code and what it says, not by its line: text above it may grow. Of problems that
say the same in one file, so many are known as are listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

import click

from zhixing.problems import Problem, visible
from zhixing.vault.load import read_text
from zhixing.weave.writer import WriteError, write

_HEAD = "# Problems that `zhixing check --baseline` takes for known, a line each. Any line may be removed.\n"


@dataclass(frozen=True, slots=True)
class Known:
    """Problems that are known, as lines of a baseline, with how often each is."""

    lines: Counter[str]

    def split(self, problems: Iterable[Problem]) -> tuple[list[Problem], int, int]:
        """Return the problems that are new, how many are known, and how many that are known are gone."""
        left, new = self.lines.copy(), list[Problem]()
        for problem in sorted(set(problems), key=lambda one: one.order):
            line = _line(problem)
            if left[line]:
                left[line] -= 1
            else:
                new.append(problem)
        gone = left.total()
        return new, self.lines.total() - gone, gone


def known_of(problems: Iterable[Problem]) -> Known:
    """Return problems as known ones."""
    return Known(Counter(map(_line, set(problems))))


def read_baseline(file: Path) -> Known:
    """Return what a baseline lists.

    Raises:
        click.UsageError: there is no such file, or it is no text.
    """
    text = read_text(file)
    if text is None:
        what = f"There is no baseline {str(file)!r}. Write it with: zhixing check --write-baseline {file}"
        raise click.UsageError(what)
    lines = (line.strip() for line in text.splitlines())
    return Known(Counter(line for line in lines if line and not line.startswith("#")))


def write_baseline(file: Path, problems: Iterable[Problem]) -> None:
    """List problems in a baseline, sorted, so that its changes read well.

    Raises:
        click.ClickException: the file cannot be written.
    """
    text = _HEAD + "".join(f"{line}\n" for line in sorted(map(_line, set(problems))))
    before = read_text(file)
    if before != text:
        try:
            write(file.resolve().parent, PurePath(file.name), text, before=before)
        except WriteError as error:
            raise click.ClickException(str(error)) from None


def _line(problem: Problem) -> str:
    """Return a problem as a line that no control character of a note can break."""
    return visible(f"{problem.path}: {problem.code}: {problem.what}").strip()

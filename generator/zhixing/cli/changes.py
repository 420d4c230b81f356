"""Changes of a vault's files: writing them, and printing them as a diff."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import PurePosixPath

import click

from zhixing.cli.common import display_path
from zhixing.compose import Change
from zhixing.problems import Problem, visible
from zhixing.vault.vault import Vault
from zhixing.weave.writer import WriteError, remove_leftovers, write

# A diff that is to be applied needs its tabs and the carriage returns of its line ends.
_KEPT = re.compile(r"(\t|\r?\n\Z)")
# Matching takes, at worst, the product of the lengths; beyond this, a change is shown as one hunk.
_MATCHED = 4_000_000


def write_changes(vault: Vault, changes: Iterable[Change]) -> tuple[tuple[Change, ...], list[Problem]]:
    """Write each change that can be written. Return the changes written, and what failed or was lost.

    What earlier runs left when they were killed is removed first.
    """
    written: list[Change] = []
    problems = remove_leftovers(vault.root)
    for change in changes:
        try:
            problems += write(vault.root, change.path, change.after, before=change.before)
            written.append(change)
            click.echo(f"wrote {visible(display_path(vault, change.path))}", err=True)
        except WriteError as error:
            problems.append(error.problem)
    return tuple(written), problems


def print_diff(vault: Vault, changes: Iterable[Change], *, err: bool = False) -> None:
    """Print the changes as one unified diff, with control characters written out (`\\x1b`)."""
    for change in changes:
        name = visible(display_path(vault, PurePosixPath(change.path)))
        click.echo("".join(unified_diff(change.before or "", change.after, name)), nl=False, err=err)


def unified_diff(before: str, after: str, name: str) -> Iterator[str]:
    """Yield a unified diff. Only a line feed ends a line, as in a Source.

    `difflib.unified_diff` would do, but for the time that it takes for long notes in which much has changed.
    """
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (before, after))
    for number, hunk in enumerate(_Matcher(old, new).get_grouped_opcodes(3)):
        if number == 0:
            yield f"--- {name}\n+++ {name}\n"
        (_, first, _, start, _), (_, _, last, _, end) = hunk[0], hunk[-1]
        yield f"@@ -{_range(first, last)} +{_range(start, end)} @@\n"
        for tag, i, j, k, m in hunk:
            signs = ((" ", old[i:j]),) if tag == "equal" else (("-", old[i:j]), ("+", new[k:m]))
            yield from (_line(sign + line) for sign, lines in signs for line in lines)


class _Matcher(SequenceMatcher[str]):
    """Matches lines. Two texts of as many lines are compared line by line, however long they are."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        bounded = len(old) * len(new) <= _MATCHED
        super().__init__(None, *((old, new) if bounded else ("", "")), autojunk=False)
        if len(old) == len(new):
            self.opcodes = _by_place([one == other for one, other in zip(old, new, strict=True)])
        elif not bounded:
            self.opcodes = _whole(old, new)


_Opcode = tuple[str, int, int, int, int]


def _by_place(same: Sequence[bool]) -> list[_Opcode]:
    """Return the runs of lines that are the same, and of those that are not."""
    edges = [0, *(i for i in range(1, len(same)) if same[i] != same[i - 1]), len(same)]
    return [("equal" if same[i] else "replace", i, j, i, j) for i, j in pairwise(edges) if i < j]


def _whole(old: Sequence[str], new: Sequence[str]) -> list[_Opcode]:
    """Return one change: everything between the common head and the common tail."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    tail = next((i for i in range(shorter - head) if old[-1 - i] != new[-1 - i]), shorter - head)
    i, j = len(old) - tail, len(new) - tail
    return [("equal", 0, head, 0, head), ("replace", head, i, head, j), ("equal", i, len(old), j, len(new))]


def _range(start: int, stop: int) -> str:
    """Return a range of lines as in the head of a hunk: counted from 1; an empty range names the line before it."""
    length = stop - start
    first = start + 1 if length else start
    return f"{first}" if length == 1 else f"{first},{length}"


def _line(line: str) -> str:
    parts = _KEPT.split(line)
    written = "".join(part if number % 2 else visible(part) for number, part in enumerate(parts))
    return written if line.endswith("\n") else f"{written}\n\\ No newline at end of file\n"

"""Writing changes of a vault's files, and showing them as a diff: the same for every command."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import PurePosixPath

import click

from zhixing.build import Change
from zhixing.cli.common import shown, visible
from zhixing.problems import Problem
from zhixing.vault.vault import Vault
from zhixing.weave.writer import WriteError, write

# Tabs, and the carriage return of a line end, are what a diff must hold to be applied.
_KEPT = re.compile(r"(\t|\r?\n\Z)")
# Matching takes the product of the lengths at worst; beyond this a change is shown whole.
_MATCHED = 4_000_000


def write_all(vault: Vault, changes: Iterable[Change]) -> tuple[tuple[Change, ...], list[Problem]]:
    """Write each change; a file that cannot be written does not keep the others back. Return those written."""
    written: list[Change] = []
    problems: list[Problem] = []
    for change in changes:
        try:
            write(vault.root, change.path, change.after, before=change.before)
            written.append(change)
            click.echo(f"wrote {visible(shown(vault, change.path))}", err=True)
        except WriteError as error:
            problems.append(error.problem)
    return tuple(written), problems


def show(vault: Vault, changes: Iterable[Change], *, err: bool = False) -> None:
    """Print what changes as one unified diff, with control characters written out (`\\x1b`)."""
    for change in changes:
        name = visible(shown(vault, PurePosixPath(change.path)))
        click.echo("".join(unified(change.before or "", change.after, name)), nl=False, err=err)


def unified(before: str, after: str, name: str) -> Iterator[str]:
    """Yield a unified diff. Lines end at line feeds alone, as in a Source: other separators may stand within one."""
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (before, after))
    for number, hunk in enumerate(_Lines(old, new).get_grouped_opcodes(3)):
        if number == 0:
            yield f"--- {name}\n+++ {name}\n"
        (_, first, _, start, _), (_, _, last, _, end) = hunk[0], hunk[-1]
        yield f"@@ -{_range(first, last)} +{_range(start, end)} @@\n"
        for tag, i, j, k, m in hunk:
            signs = ((" ", old[i:j]),) if tag == "equal" else (("-", old[i:j]), ("+", new[k:m]))
            yield from (_line(sign + line) for sign, lines in signs for line in lines)


class _Lines(SequenceMatcher[str]):
    """Finds what differs. Where no line is new or gone, lines are compared by place, however many there are."""

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
    """Return one change of all that stands between the same head and the same tail."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    tail = next((i for i in range(shorter - head) if old[-1 - i] != new[-1 - i]), shorter - head)
    i, j = len(old) - tail, len(new) - tail
    return [("equal", 0, head, 0, head), ("replace", head, i, head, j), ("equal", i, len(old), j, len(new))]


def _range(start: int, stop: int) -> str:
    """Return lines as a hunk's head gives them: from 1; an empty range names the line before it."""
    length = stop - start
    first = start + 1 if length else start
    return f"{first}" if length == 1 else f"{first},{length}"


def _line(line: str) -> str:
    parts = _KEPT.split(line)
    written = "".join(part if number % 2 else visible(part) for number, part in enumerate(parts))
    return written if line.endswith("\n") else f"{written}\n\\ No newline at end of file\n"

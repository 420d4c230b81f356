"""Writing changes of a vault's files, and showing them as a diff: the same for every command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import unified_diff
from pathlib import PurePosixPath

import click

from zhixing.build import Change
from zhixing.cli.common import shown, visible
from zhixing.problems import Problem
from zhixing.vault.vault import Vault
from zhixing.weave.writer import WriteError, write

# Tabs, and the carriage return of a line end, are what a diff must hold to be applied.
_KEPT = re.compile(r"(\t|\r?\n\Z)")


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
    click.echo("".join(_diff(vault, change) for change in changes), nl=False, err=err)


def _diff(vault: Vault, change: Change) -> str:
    name = visible(shown(vault, PurePosixPath(change.path)))
    # Lines end at line feeds alone, as in a Source: other separators may stand within one.
    before, after = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (change.before or "", change.after))
    return "".join(_line(line) for line in unified_diff(before, after, name, name))


def _line(line: str) -> str:
    parts = _KEPT.split(line)
    written = "".join(part if number % 2 else visible(part) for number, part in enumerate(parts))
    return written if line.endswith("\n") else f"{written}\n\\ No newline at end of file\n"

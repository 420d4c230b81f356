"""Measuring coverage: how much of the prose of some notes is backed by claims."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

import click

from zhixing.checks.coverage import Counts, Coverage, coverage_of, coverage_problems, total
from zhixing.cli.common import Rooted, display_path
from zhixing.compose import templates_of
from zhixing.problems import Problem, visible
from zhixing.show.svg import badge
from zhixing.vault.load import Project, read_templates, read_text
from zhixing.vault.vault import Vault
from zhixing.weave.writer import WriteError, write


@dataclass(frozen=True, slots=True)
class Measured:
    """The coverage of notes by path, and a problem for each numeral in them that nothing backs."""

    parts: Mapping[str, Coverage]
    problems: list[Problem]

    @property
    def share(self) -> float:
        """The coverage in total."""
        return self.total.share

    @property
    def total(self) -> Counts:
        """The counts of all notes together."""
        return total(part.counts for part in self.parts.values())

    def print(self, vault: Rooted) -> None:
        """Print coverage by note and in total; nothing where there are no notes."""
        for path, part in sorted(self.parts.items()):
            click.echo(f"{_row(part.counts)}  {visible(display_path(vault, path))}", err=True)
        if self.parts:
            click.echo(f"{_row(self.total)}  in total", err=True)

    def write_badge(self, path: Path) -> None:
        """Write the badge where it differs from what is there. Where that fails, say so and exit with 1."""
        folder, text = path.resolve().parent, badge("数字有据", self.share)
        before = read_text(path)
        if before != text:
            try:
                write(folder, PurePath(path.name), text, before=before)
            except WriteError as error:
                click.echo(str(error))
                sys.exit(1)


def measure(project: Project, vault: Vault, chosen: Collection[PurePosixPath]) -> Measured:
    """Return the coverage of the chosen notes."""
    notes = {path: vault.notes[path] for path in chosen}
    parts = coverage_of(notes, templates_of(read_templates(project.templates)))
    return Measured(parts, [one for path, note in notes.items() for one in coverage_problems(note, parts[str(path)])])


def _row(part: Counts) -> str:
    return f"{part.share:7.1%}  {part.claims:4} claims {part.waived:3} waived {part.unmarked:4} unmarked"

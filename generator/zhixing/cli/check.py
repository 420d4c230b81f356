"""`zhixing check`: report every problem of a vault, and the coverage of its prose by claims."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhixing.checks.overview import MOST_LINES
from zhixing.cli.common import (
    Selection,
    cache_option,
    notes_argument,
    open_project,
    rare_collections,
    report,
    select,
    select_notes,
    summarise,
    vault_option,
)
from zhixing.cli.outcome import Outcome, Recall
from zhixing.problems import Code, Problem, Severity, did_you_mean, exit_status, visible
from zhixing.vault.load import Project, load_project
from zhixing.vault.vault import Vault

if TYPE_CHECKING:
    from zhixing.cli.measure import Measured


def _read_codes(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> frozenset[Code]:
    """Return the codes that an option lists.

    Raises:
        click.BadParameter: a name is no code; near names are offered.
    """
    known = {code.slug: code for code in Code}
    names = [name.strip() for value in values for name in value.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise click.BadParameter(f"There is no code {visible(name)!r}. {did_you_mean(name, known)}".strip())
    if values and not names:
        raise click.BadParameter("Name at least one code, as link-note")
    return frozenset(known[name] for name in names)


@click.command()
@notes_argument
@click.option("--json", "form", flag_value="json", help="Print problems as JSON (short for --format json).")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), help="How problems are printed.")
@click.option("--quiet", is_flag=True, help="Leave out what is only information.")
@click.option("--all", "every", is_flag=True, help="Print every line, however many, and no overview.")
@click.option(
    "--only", multiple=True, callback=_read_codes, metavar="CODE[,CODE]", help="Report these codes and no others."
)
@click.option("--ignore", multiple=True, callback=_read_codes, metavar="CODE[,CODE]", help="Leave out these codes.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Leave out what FILE lists; only the rest fails.",
)
@click.option(
    "--write-baseline", type=click.Path(path_type=Path), metavar="FILE", help="List what is found in FILE, as known."
)
@click.option("--since", metavar="REV", help="Leave out what was wrong at a git revision already.")
@click.option("--fix", is_flag=True, help="Rewrite links whose meaning is certain, and show the diff.")
@click.option("--diff", is_flag=True, help="Write nothing; show what --fix would change.")
@click.option(
    "--coverage", "covered", is_flag=True, help="Also list numerals that nothing backs, and coverage by note."
)
@click.option(
    "--min", "least", type=click.FloatRange(0, 100), metavar="N", help="With --coverage: fail below N percent."
)
@click.option("--badge", type=click.Path(path_type=Path), metavar="FILE", help="With --coverage: write a badge (SVG).")
@cache_option
@vault_option
def check(
    notes: tuple[Path, ...],
    *,
    form: str | None,
    quiet: bool,
    every: bool,
    only: frozenset[Code],
    ignore: frozenset[Code],
    baseline: Path | None,
    write_baseline: Path | None,
    since: str | None,
    fix: bool,
    diff: bool,
    covered: bool,
    least: float | None,
    badge: Path | None,
    cached: bool,
    vault: Path | None,
) -> None:
    """Report every problem: links, templates, frontmatter, examples, claims, stale and edited regions.

    What was found is kept in your cache folder, outside the vault, so that files that have not changed since are not
    read again.

    \b
    Example:
      zhixing check
      zhixing check notes/注意力 --json
      zhixing check --only link-note,link-heading --all
      zhixing check --write-baseline known.txt
      zhixing check --baseline known.txt
      zhixing check --since main
      zhixing check --fix
      zhixing check --coverage --min 90 --badge coverage.svg
      zhixing check --no-cache
    """
    project = open_project(vault)
    vault_now = _Late(project)
    fixed, failed = False, list[Problem]()
    if fix or diff:
        # Standard output is for data alone where data is asked for.
        fixed, failed = _fix(vault_now, notes, dry=diff, err=form in {"json", "github"})
    outcome = _look(vault_now, cached=cached)
    chosen = select(outcome.root, outcome.notes.keys(), outcome.unread, notes)
    problems = [problem for problem in outcome.problems if chosen.keeps(problem, outcome.notes)]
    measured = _measure(vault_now, chosen) if covered or least is not None or badge else None
    problems += measured.problems if measured else []
    # What could not be written is no matter of codes: it is always said.
    problems = [one for one in problems if one.code in (only or Code) and one.code not in ignore]
    problems = _leave_out_known(project, problems, baseline, since, write=write_baseline) + failed
    least_severe = Severity.WARNING if quiet else Severity.INFO
    report(outcome, problems, form=form or "text", least=least_severe, most=None if every else MOST_LINES)
    if measured:
        measured.print(outcome)
    if measured and badge:
        measured.write_badge(badge)
    click.echo(f"{len(chosen.notes)} notes, {outcome.examples} examples: {summarise(problems)}", err=True)
    short = measured is not None and least is not None and measured.share * 100 < least
    sys.exit(1 if short else exit_status(problems) or (3 if diff and fixed else 0))


def _leave_out_known(
    project: Project, problems: list[Problem], baseline: Path | None, since: str | None, *, write: Path | None
) -> list[Problem]:
    """Return the problems that neither a baseline nor an earlier revision knows; list those there are where asked."""
    if baseline is None and since is None and write is None:
        return problems
    from zhixing.cli.known import known_of, read_baseline, write_baseline  # noqa: PLC0415

    if since is not None:
        problems, count, _ = known_of(_look_at_revision(project, since)).split(problems)
        click.echo(f"{count} known at {visible(since)}", err=True)
    if write is not None:
        write_baseline(write, problems)
        click.echo(visible(f"{len(set(problems))} listed in {write}"), err=True)
        return []
    if baseline is not None:
        problems, count, gone = read_baseline(baseline).split(problems)
        renew = f", {gone} gone: list what is left with --write-baseline {baseline}" if gone else ""
        click.echo(visible(f"{count} known from {baseline}{renew}"), err=True)
    return problems


def _look_at_revision(project: Project, revision: str) -> tuple[Problem, ...]:
    """Return the problems of a vault as it was, by the settings and templates of now."""
    from zhixing.cli.examine import examine  # noqa: PLC0415
    from zhixing.cli.revision import copy_revision  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        copy_revision(project.notes, revision, Path(folder))
        then = replace(project, notes=Path(folder), settings=replace(project.settings, problems=()))
        return examine(then, load_project(then)).problems


class _Late:
    """The vault of a project, loaded when it is first asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._loaded: Vault | None = None

    def load(self) -> Vault:
        """Return the vault as it was when it was first asked for."""
        self._loaded = self._loaded or load_project(self.project)
        return self._loaded

    def reload(self) -> Vault:
        """Return the vault as it is now; notes that are as they were are not read again."""
        self._loaded = load_project(self.project, self._loaded)
        return self._loaded


# What follows imports most of the tool, which takes longer than to say what an earlier run found.


def _look(late: _Late, *, cached: bool) -> Outcome:
    """Return every problem of a vault, as an earlier run found them where no file has changed since."""
    recall = Recall(late.project, "check", cached=cached)
    known = recall.find()
    if known is not None:
        return known
    from zhixing.cli.edited import check_edited  # noqa: PLC0415

    with rare_collections():
        outcome, base = check_edited(late.project, recall) or _examine(late, recall)
        recall.keep(outcome, base)
    return outcome


def _examine(late: _Late, recall: Recall) -> tuple[Outcome, bytes]:
    """Return every problem of a vault, and what is kept for the check after the next edit."""
    from zhixing.cli.edited import encode_base  # noqa: PLC0415
    from zhixing.cli.examine import examine_all  # noqa: PLC0415

    # What was loaded before the survey may be older than what was surveyed.
    outcome, base = examine_all(late.project, late.reload(), recall.store)
    return outcome, encode_base(recall.survey, outcome, base.faces, base.computed) if base else b""


def _fix(late: _Late, named: Collection[Path], *, dry: bool, err: bool) -> tuple[bool, list[Problem]]:
    """Rewrite links whose meaning is certain, and print the diff; a dry run writes nothing.

    Return whether there was anything to fix, and what could not be written.
    """
    from zhixing.checks.fix_links import fix_links  # noqa: PLC0415
    from zhixing.cli.changes import print_diff, write_changes  # noqa: PLC0415
    from zhixing.compose import Change  # noqa: PLC0415

    vault = late.load()
    fixable = fix_links(vault, select_notes(vault, named).notes)
    fixes = [Change(note.path, note.source.text, text) for note, text in fixable]
    print_diff(vault, fixes, err=err)
    if dry or not fixes:
        return bool(fixes), []
    _, failed = write_changes(vault, fixes)
    late.reload()
    return True, failed


def _measure(late: _Late, chosen: Selection) -> Measured:
    """Return the coverage of the chosen notes."""
    from zhixing.cli.measure import measure  # noqa: PLC0415

    return measure(late.project, late.load(), chosen.notes)

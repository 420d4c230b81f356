"""`zhixing check`: report every problem of a vault, and the coverage of its prose by claims."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from pathlib import Path, PurePath

import click

from zhixing import compose
from zhixing.checks.coverage import Coverage, coverage_of, coverage_problems, total
from zhixing.checks.fix_links import fix_links
from zhixing.cli.changes import print_diff, write_changes
from zhixing.cli.common import (
    Selection,
    display_path,
    notes_argument,
    open_vault,
    progress,
    report,
    select_notes,
    summarise,
    vault_option,
)
from zhixing.cli.overview import MOST_LINES
from zhixing.compose import Change
from zhixing.problems import Code, Problem, Severity, did_you_mean, exit_status, visible
from zhixing.show.svg import badge as draw
from zhixing.source import Source
from zhixing.vault.load import load_project, read_templates, read_text
from zhixing.vault.vault import Vault
from zhixing.weave.writer import WriteError, write


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
@click.option("--fix", is_flag=True, help="Write links anew where what they mean is certain, and show the diff.")
@click.option("--diff", is_flag=True, help="Write nothing; show what --fix would change.")
@click.option(
    "--coverage", "covered", is_flag=True, help="Also list numerals that nothing backs, and coverage by note."
)
@click.option(
    "--min", "least", type=click.FloatRange(0, 100), metavar="N", help="With --coverage: fail below N percent."
)
@click.option("--badge", type=click.Path(path_type=Path), metavar="FILE", help="With --coverage: write a badge (SVG).")
@vault_option
def check(
    notes: tuple[Path, ...],
    *,
    form: str | None,
    quiet: bool,
    every: bool,
    only: frozenset[Code],
    ignore: frozenset[Code],
    fix: bool,
    diff: bool,
    covered: bool,
    least: float | None,
    badge: Path | None,
    vault: Path | None,
) -> None:
    """Report every problem: links, templates, frontmatter, examples, claims, stale and edited regions.

    \b
    Example:
      zhixing check
      zhixing check notes/注意力 --json
      zhixing check --only link-note,link-heading --all
      zhixing check --fix
      zhixing check --coverage --min 90 --badge coverage.svg
    """
    project, loaded = open_vault(vault)
    chosen = select_notes(loaded, notes)
    fixes = _find_fixes(loaded, chosen) if fix or diff else []
    # Standard output is for data alone where data is asked for.
    print_diff(loaded, fixes, err=form in {"json", "github"})
    failed: list[Problem] = []
    if fixes and not diff:
        _, failed = write_changes(loaded, fixes)
        loaded = load_project(project, loaded)
    sources = read_templates(project.templates)
    found, problems = _find_problems(loaded, sources, chosen)
    parts: Mapping[str, Coverage] = {}
    if covered or least is not None or badge:
        parts, unmarked = _measure_coverage(loaded, sources, chosen)
        problems += unmarked
    # What could not be written is no matter of codes: it is always said.
    problems = [one for one in problems if one.code in (only or Code) and one.code not in ignore] + failed
    least_severe = Severity.WARNING if quiet else Severity.INFO
    report(loaded, problems, form=form or "text", least=least_severe, most=None if every else MOST_LINES)
    if parts:
        _print_coverage(loaded, parts)
    if badge:
        _write_badge(badge, total(parts.values()).share)
    click.echo(f"{len(chosen.notes)} notes, {len(found.book.runs)} examples: {summarise(problems)}", err=True)
    short = least is not None and total(parts.values()).share * 100 < least
    sys.exit(1 if short else exit_status(problems) or (3 if diff and fixes else 0))


def _find_fixes(vault: Vault, chosen: Selection) -> list[Change]:
    """Return the changes of the notes whose links can be fixed."""
    return [Change(note.path, note.source.text, text) for note, text in fix_links(vault, chosen.notes)]


def _find_problems(
    vault: Vault, templates: Collection[Source], chosen: Selection
) -> tuple[compose.Results, list[Problem]]:
    """Return the results of a vault, and the problems of the chosen notes."""
    with progress("Checking") as tell:
        found = compose.results(vault, tell)
    planned = compose.plan(vault, found, templates=templates)
    problems = compose.check(vault, found, planned, compose.templates_of(templates))
    return found, [problem for problem in problems if chosen.keeps(problem, found, vault)]


def _measure_coverage(
    vault: Vault, templates: Collection[Source], chosen: Selection
) -> tuple[dict[str, Coverage], list[Problem]]:
    """Return the coverage of each chosen note by path, and a problem for each numeral that nothing backs."""
    notes = {path: vault.notes[path] for path in chosen.notes}
    parts = coverage_of(notes, compose.templates_of(templates))
    return parts, [one for path, note in notes.items() for one in coverage_problems(note, parts[str(path)])]


def _print_coverage(vault: Vault, parts: Mapping[str, Coverage]) -> None:
    """Print coverage by note and in total."""
    for path, part in sorted(parts.items()):
        click.echo(f"{_row(part)}  {visible(display_path(vault, path))}", err=True)
    click.echo(f"{_row(total(parts.values()))}  in total", err=True)


def _write_badge(path: Path, share: float) -> None:
    """Write the badge where it differs from what is there."""
    folder, text = path.resolve().parent, draw("数字有据", share)
    before = read_text(path)
    if before != text:
        try:
            write(folder, PurePath(path.name), text, before=before)
        except WriteError as error:
            click.echo(str(error))
            sys.exit(1)


def _row(part: Coverage) -> str:
    return f"{part.share:7.1%}  {part.claims:4} claims {part.waived:3} waived {len(part.unmarked):4} unmarked"

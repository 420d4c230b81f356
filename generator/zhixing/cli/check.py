"""`zhixing check`: every problem of a vault, and how much of its prose is backed by computation."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path, PurePath

import click

from zhixing import compose
from zhixing.checks.coverage import Coverage, coverage_of, coverage_problems, total
from zhixing.checks.fix_links import fix_links
from zhixing.cli.common import (
    Selection,
    notes_argument,
    open_vault,
    progress,
    report,
    selected,
    show,
    shown,
    summary,
    vault_option,
    write_all,
)
from zhixing.compose import Change
from zhixing.problems import Severity, exit_status
from zhixing.show.svg import badge as draw
from zhixing.vault.load import load, read_templates, read_text
from zhixing.vault.vault import Vault
from zhixing.weave.writer import WriteError, write


@click.command()
@notes_argument
@click.option("--json", "form", flag_value="json", help="Print problems as JSON (short for --format json).")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), help="How problems are printed.")
@click.option("--quiet", is_flag=True, help="Leave out what is only information.")
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
      zhixing check --fix
      zhixing check --coverage --min 90 --badge coverage.svg
    """
    project, loaded = open_vault(vault)
    chosen = selected(loaded, notes)
    fixes = _link_fixes(loaded, chosen) if fix or diff else []
    # What is printed as data stays data.
    show(loaded, fixes, err=form in {"json", "github"})
    _, failed = write_all(loaded, [] if diff else fixes)
    loaded = load(project.notes, loaded) if fixes and not diff else loaded
    with progress("Checking") as tell:
        found = compose.results(loaded, tell)
    sources = read_templates(project.templates)
    templates = compose.templates_of(sources)
    problems = compose.check(loaded, found, compose.plan(loaded, found, templates=sources), templates)
    kept = [*failed, *(problem for problem in problems if chosen.keeps(problem, found, loaded))]
    parts: Mapping[str, Coverage] = {}
    if covered or least is not None or badge:
        parts = coverage_of({path: loaded.notes[path] for path in chosen.notes}, templates)
        kept += [one for path in chosen.notes for one in coverage_problems(loaded.notes[path], parts[str(path)])]
    report(loaded, kept, form=form or "text", least=Severity.WARNING if quiet else Severity.INFO)
    short = _coverage(loaded, parts, least) if parts else False
    if badge:
        _write_badge(badge, total(parts.values()).share)
    click.echo(f"{len(chosen.notes)} notes, {len(found.book.runs)} examples: {summary(kept)}", err=True)
    sys.exit(1 if short else exit_status(kept) or (3 if diff and fixes else 0))


def _link_fixes(vault: Vault, chosen: Selection) -> list[Change]:
    """Return the changes of the notes whose links can be fixed."""
    return [Change(note.path, note.source.text, text) for note, text in fix_links(vault, chosen.notes)]


def _coverage(vault: Vault, parts: Mapping[str, Coverage], least: float | None) -> bool:
    """Print coverage by note and in total; tell whether it is less than asked for."""
    for path, part in sorted(parts.items()):
        click.echo(f"{_row(part)}  {shown(vault, path)}", err=True)
    whole = total(parts.values())
    click.echo(f"{_row(whole)}  in total", err=True)
    return least is not None and whole.share * 100 < least


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

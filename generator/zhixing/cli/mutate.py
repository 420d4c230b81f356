"""`zhixing mutate`: list the changes of examples that no expectation and no claim notices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import click

from zhixing.checks import mutation
from zhixing.checks.mutation import Score
from zhixing.cli.common import display_path, notes_argument, open_vault, progress, select_notes, vault_option
from zhixing.language.runs import run_all
from zhixing.problems import visible
from zhixing.vault.vault import Vault


@click.command()
@notes_argument
@click.option("--min", "least", type=click.FloatRange(0, 100), metavar="N", help="Fail where givens score below N %.")
@vault_option
def mutate(notes: tuple[Path, ...], *, least: float | None, vault: Path | None) -> None:
    """Change each given number and each step, and list the changes that no expectation and no claim notices.

    A given number grows by a tenth, 0 becomes 0.1, an infinity 0. A step loses a sign, a transpose or a divisor, or
    gets another operator or a neighbouring function. Expectations that only repeat a given do not count.

    \b
    Example:
      zhixing mutate
      zhixing mutate 指代消解
    """
    _, loaded = open_vault(vault)
    chosen = select_notes(loaded, notes)
    with progress("Running") as tell:
        book = run_all(loaded, tell)
    with progress("Mutating") as tell:
        scores = mutation.mutate(loaded, book, lambda one: one.note.path in chosen.notes, tell)
    by_note: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        by_note[str(score.declared.note.path)].append(score)
    for path, own in by_note.items():
        _print_unnoticed(loaded, path, own)
    for path, own in by_note.items():
        click.echo(visible(f"{_row(own)}  {display_path(loaded, path)}"))
    click.echo(f"{_row(scores)}  in total")
    left_out = sum(one.note.path in chosen.notes for one in book.declared) - len(scores)
    if left_out:
        click.echo(f"Left out because they fail already (see `zhixing check`): {left_out}", err=True)
    if least is not None and _share(scores) * 100 < least:
        raise SystemExit(1)


def _print_unnoticed(vault: Vault, path: str, scores: Sequence[Score]) -> None:
    for score in scores:
        for mutant in score.unnoticed:
            line, column = score.declared.note.source.position(mutant.span.start)
            kind = "given" if mutant.given else "step"
            example = score.declared.example.id if score.declared.example else ""
            place = f"{display_path(vault, path)}:{line}:{column}"
            click.echo(visible(f"{place}: unnoticed {kind}: {example}: {mutant.what}"))


def _share(scores: Sequence[Score]) -> float:
    tried = sum(score.givens for score in scores)
    return sum(score.givens_noticed for score in scores) / tried if tried else 1.0


def _row(scores: Sequence[Score]) -> str:
    givens, noticed = sum(score.givens for score in scores), sum(score.givens_noticed for score in scores)
    steps, seen = sum(score.steps for score in scores), sum(score.steps_noticed for score in scores)
    return f"{_share(scores):7.1%}  givens {noticed}/{givens}, steps {seen}/{steps}"

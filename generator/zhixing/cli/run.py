"""`zhixing run`: print the steps of one example; nothing is written."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import click

from zhixing.cli.common import open_vault, progress, report, vault_option
from zhixing.language.model import Expectation, Quantity, Run
from zhixing.language.names import normal_name
from zhixing.language.numpy_code import numpy_code
from zhixing.language.runs import run_all
from zhixing.problems import Severity, did_you_mean, exit_status, visible
from zhixing.show.labels import entry

# A run as text: each quantity with its expression, and its numbers in columns under their labels.

MOST = 12  # entries shown along an axis


def steps_of(run: Run) -> str:
    """Return the quantities of a run in the order computed, and its expectations."""
    expressions = {step.name.name: step.expression.text for step in run.example.steps}
    lines: list[str] = []
    for name, quantity in run.quantities.items():
        base = name.partition(".")[0]
        axes = ", ".join(axis or "·" for axis in quantity.axes)
        head = f"{name}[{axes}]" if axes else name
        lines.append(f"{head} = {expressions[base]}" if base in expressions else head)
        lines += [f"  {line}" for line in _lines(quantity, run)]
    for outcome in (*run.outcomes, *(o for said in run.said for o in said.outcomes)):
        source = "" if outcome in run.outcomes else "a source says "
        claim = outcome.claim
        text = claim.target.text if isinstance(claim, Expectation) else claim.text
        lines.append(f"{'✓' if outcome.holds else '✗'} {source}{text}{f': {outcome.what}' if outcome.what else ''}")
    return "\n".join(lines)


def _lines(quantity: Quantity, run: Run) -> Iterator[str]:
    """Yield the numbers: a scalar, a vector as a row under its labels, else a table for each leading index."""
    if not quantity.dimensions:
        yield entry(quantity, float(quantity.values), run.example.axes)
        return
    *leading, last = range(len(quantity.dimensions))
    rows = leading[-1:]
    for outer in product(*(range(min(quantity.values.shape[i], MOST)) for i in leading[:-1])):
        if outer:
            yield ", ".join(quantity.dimensions[i].label(place, run.example.axes) for i, place in enumerate(outer))
        yield from _table(quantity, outer, rows, last, run)


def _table(quantity: Quantity, outer: tuple[int, ...], rows: Sequence[int], last: int, run: Run) -> Iterator[str]:
    columns, axes = range(min(quantity.values.shape[last], MOST)), run.example.axes
    cut = quantity.values.shape[last] > MOST
    head = [
        "",
        *(quantity.dimensions[last].label(place, run.example.axes) for place in columns),
        *(["…"] if cut else []),
    ]
    body = []
    for row in product(*(range(min(quantity.values.shape[i], MOST)) for i in rows)):
        label = quantity.dimensions[rows[0]].label(row[0], axes) if rows else ""
        cells = [entry(quantity, float(quantity.values[(*outer, *row, place)]), axes) for place in columns]
        body.append([label, *cells, *(["…"] if cut else [])])
    if rows and quantity.values.shape[rows[0]] > MOST:
        body.append(["…"])
    widths = [max(_width(line[i]) for line in [head, *body] if i < len(line)) for i in range(len(head))]
    for line in [head, *body]:
        yield "  ".join(_pad(cell, width) for cell, width in zip(line, widths, strict=False)).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _pad(text: str, width: int) -> str:
    return " " * (width - _width(text)) + text


@click.command()
@click.argument("example", metavar="ID")
@click.option("--numpy", is_flag=True, help="Print it as a program in Python that needs NumPy alone.")
@vault_option
def run(example: str, vault: Path | None, *, numpy: bool) -> None:
    """Run one example and print its steps.

    \b
    Example:
      zhixing run 水果查找
      zhixing run 水果查找 --numpy > fruit.py
    """
    _, loaded = open_vault(vault)
    with progress("Running") as tell:
        book = run_all(loaded, tell)
    name = normal_name(example)
    own = [one for one in book.declared if one.name == name]
    problems = [problem for problem in book.problems if any(one.contains(problem) for one in own)]
    if name in book.runs:
        text = numpy_code(book.runs[name]) if numpy else steps_of(book.runs[name])
        if text is None:
            click.echo(f"{name} has no form in NumPy alone. It uses a word that NumPy has nothing for", err=True)
            sys.exit(1)
        click.echo("\n".join(map(visible, text.rstrip("\n").split("\n"))))
    elif not own:
        fix = did_you_mean(name, book.runs) or f"Known: {', '.join(sorted(book.runs)) or 'none'}"
        click.echo(f"There is no example {example!r}. {fix}", err=True)
    report(loaded, problems, least=Severity.WARNING)
    sys.exit(exit_status(problems) if name in book.runs else 1)

"""Quantities as Markdown tables: those with the same first axis share a table with that axis's labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from zhixing.language.model import Dimension, Expression, Format, Quantity, Run
from zhixing.language.nodes import name_node
from zhixing.language.run import Evaluate
from zhixing.language.run import evaluate as evaluate_in_run
from zhixing.show.escape import escape_markdown
from zhixing.show.labels import Axes, axis_heading, corner, entry, format_of, labels, markdown_name
from zhixing.show.numbers import PLAIN
from zhixing.show.templates import environment
from zhixing.wording.model import Wording

_T = TypeVar("_T")

MOST_ROWS, MOST_COLUMNS, MOST_TABLES = 16, 12, 8
_LAST_ROWS, _LAST_COLUMNS = 5, 3
"""Rows and columns kept at the end of a table that is cut."""


@dataclass(frozen=True, slots=True)
class Named:
    """A quantity, its name in Markdown, and how its numbers are printed."""

    name: str
    quantity: Quantity
    form: Format


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head in Markdown, and a quantity of one axis."""

    head: str
    quantity: Quantity
    form: Format


def table(
    run: Run, quantities: Sequence[Expression], evaluate: Evaluate = evaluate_in_run, form: Format | None = None
) -> str:
    """Return quantities as one or several Markdown tables, parted by blank lines, without a line end at the end.

    Quantities with the same first axis share a table: one axis gives a column, two axes a column for each position of
    the second. More axes give a table for each position of the first. Single numbers share a table of names and values.
    A table that is too large is cut and says how much is left out. `form` goes before the formats of the quantities.

    Raises:
        ExampleError: a reference cannot be evaluated.
    """
    named = [
        Named(markdown_name(run, one), evaluate(run, one.tree), (form or PLAIN).before(format_of(run.example, one)))
        for one in quantities
    ]
    return "\n\n".join(_blocks(named, run.example.axes, run.wording))


def render_table(one: Named, axes: Axes, words: Wording) -> str:
    """Return one quantity as one or several Markdown tables."""
    return "\n\n".join(_blocks([one], axes, words))


def _blocks(named: Sequence[Named], axes: Axes, words: Wording) -> Iterator[str]:
    groups: dict[tuple[object, ...], list[Named]] = {}
    for one in named:
        groups.setdefault(_key(one.quantity), []).append(one)
    for group in groups.values():
        depth = len(group[0].quantity.dimensions)
        if not depth:
            yield grid([words.quantity, words.value], [[one.name, _cell(one, (), axes)] for one in group])
        elif depth > 2:
            yield from _tables_by_position(group, axes, words)
        else:
            yield _shared_rows(group, axes, words)


def _key(quantity: Quantity) -> tuple[object, ...]:
    """Return the key that quantities of one table share."""
    if not quantity.dimensions:
        return ()
    return len(quantity.dimensions) > 2, quantity.dimensions[0], quantity.values.shape[0]


def _tables_by_position(group: Sequence[Named], axes: Axes, words: Wording) -> Iterator[str]:
    first, size = group[0].quantity.dimensions[0], group[0].quantity.values.shape[0]
    for position, label in enumerate(labels(first, size, axes)[:MOST_TABLES]):
        yield f"**{escape_markdown(words.pair(axis_heading(first, words), label))}**"
        yield from _blocks([replace(one, quantity=_at(one.quantity, position)) for one in group], axes, words)
    if size > MOST_TABLES:
        axis = escape_markdown(axis_heading(first, words))
        left_out = words.tables_left_out.format(axis=axis, size=size, count=size - MOST_TABLES)
        yield words.parentheses.format(text=left_out)


def _at(quantity: Quantity, position: int) -> Quantity:
    return Quantity(np.asarray(quantity.values[position]), quantity.dimensions[1:], quantity.on)


def _shared_rows(group: Sequence[Named], axes: Axes, words: Wording) -> str:
    down, size = group[0].quantity.dimensions[0], group[0].quantity.values.shape[0]
    columns, omitted = _cut(
        [c for one in group for c in _columns(one, axes, words, alone=len(group) == 1)], MOST_COLUMNS
    )
    rows, left_out = _cut(list(enumerate(labels(down, size, axes))), MOST_ROWS)
    header = [_head(group, down, words), *("…" if c is None else c.head for c in columns)]
    if omitted:
        header = [words.columns_left_out.format(count=omitted) if head == "…" else head for head in header]
    cells = [_row(row, columns, words.rows_left_out.format(count=left_out), axes) for row in rows]
    return grid(header, cells)


def _row(row: tuple[int, str] | None, columns: Sequence[Column | None], left_out: str, axes: Axes) -> list[str]:
    if row is None:
        return [left_out, *("…" for _ in columns)]
    position, label = row
    return [escape_markdown(label), *(_cell(c, (position,), axes) if c else "…" for c in columns)]


def _head(group: Sequence[Named], down: Dimension, words: Wording) -> str:
    """Return the heading of the rows: their axis; for a single matrix its name and both axes."""
    if len(group) == 1 and len(group[0].quantity.dimensions) == 2:
        across = group[0].quantity.dimensions[1]
        corner_text = corner(axis_heading(down, words), axis_heading(across, words))
        return words.pair(group[0].name, escape_markdown(corner_text))
    return escape_markdown(axis_heading(down, words))


def _columns(one: Named, axes: Axes, words: Wording, *, alone: bool) -> Iterator[Column]:
    quantity = one.quantity
    if len(quantity.dimensions) == 1:
        yield Column(one.name, quantity, one.form)
        return
    down, across = quantity.dimensions
    for position, label in enumerate(labels(across, quantity.values.shape[1], axes)):
        head = escape_markdown(label) if alone else words.pair(one.name, escape_markdown(label))
        yield Column(head, Quantity(quantity.values[:, position], (down,), quantity.on), one.form)


def _cut(items: Sequence[_T], most: int) -> tuple[list[_T | None], int]:
    """Return the first and last of too many items, with None for those in between, and the number of these."""
    if len(items) <= most:
        return list(items), 0
    last = _LAST_ROWS if most == MOST_ROWS else _LAST_COLUMNS
    first = most - last - 1
    return [*items[:first], None, *items[-last:]], len(items) - first - last


def _cell(one: Named | Column, place: tuple[int, ...], axes: Axes) -> str:
    return escape_markdown(entry(one.quantity, float(one.quantity.values[place]), axes, one.form))


_NUMBER = re.compile(r"[^\s\d]{0,4}[\d,]+(?:\.(?P<decimals>\d+))?%?(?: [^\s\d]+)?")
_FIGURE_SPACE, _POINT_SPACE = "\u2007", "\u2008"
"""As wide as a digit, and as a point."""


def align_points(column: Sequence[str]) -> list[str]:
    """Return the cells of a column, which stands to the right, with spaces behind numbers so that their points align.

    Digits are not added, since zeros at the end say that a number was rounded. What has a power of ten stays.
    """
    found = [_NUMBER.fullmatch(cell) for cell in column]
    decimals = [len(number["decimals"] or "") if number else -1 for number in found]
    most = max(decimals, default=0)
    return [
        cell if count < 0 else cell + (_POINT_SPACE if most > 0 == count else "") + _FIGURE_SPACE * (most - count)
        for cell, count in zip(column, decimals, strict=True)
    ]


def grid(header: Sequence[str], rows: Sequence[Sequence[str]], heads: int = 1) -> str:
    """Return a Markdown table of cells that are Markdown already; the first `heads` columns are headings of rows."""
    columns = list(zip(*rows, strict=True))
    aligned = list(zip(*columns[:heads], *map(align_points, columns[heads:]), strict=True))
    rule = [*("---" for _ in header[:heads]), *("---:" for _ in header[heads:])]
    text = environment().get_template("tables/table.md").render(header=header, rule=rule, rows=aligned)
    return text.rstrip("\n")


def single(run: Run, name: str) -> str:
    """Return one quantity of a run as Markdown: a table, or a line for a single number."""
    example, quantity = run.example, run.quantities[name]
    named = Expression(name, name_node(name, example.span), example.span)
    if quantity.dimensions:
        return table(run, [named])
    text = entry(quantity, float(quantity.values), example.axes, format_of(example, named))
    return f"{markdown_name(run, named)} = {escape_markdown(text)}"

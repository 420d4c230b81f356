"""Names of quantities in tables of results: a name that is a letter is set as in formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from zhixing.page.tree import Inline, Math, Text

if TYPE_CHECKING:
    from zhixing.language.model import Run

# A name that is a letter, perhaps with an index, by itself or before what it is a column of: `V`, `W_Q：动作`.
_LETTER = re.compile(r"([^\W\d_](?:_[^\W_]+)?)(?=$|：|: )")
_DOWN = "↓"

Cell = tuple[Inline, ...]


def write_symbols(run: Run, rows: Sequence[list[Cell]]) -> None:
    """Write names of quantities in the heads of a table as formulas; labels of axes stay words.

    The corner of a single matrix holds its name. Else names head the rows, where all of them are names, or the columns.
    """
    first = [row[0] for row in rows[1:]]
    if _DOWN in _text(rows[0][0]):
        rows[0][0] = _symbol(run, rows[0][0])
    elif first and all(_name(run, cell) == _text(cell) for cell in first):
        for row in rows[1:]:
            row[0] = _symbol(run, row[0])
    else:
        rows[0][1:] = [_symbol(run, cell) for cell in rows[0][1:]]


def _text(cell: Cell) -> str:
    return "".join(one.text for one in cell if isinstance(one, Text))


def _name(run: Run, cell: Cell) -> str:
    """Return the name of a quantity that a cell of nothing but words begins with, "" where it begins with none."""
    found = _LETTER.match(_text(cell))
    alone = all(isinstance(one, Text) for one in cell)
    return found[1] if found and alone and found[1].isascii() and found[1] in run.quantities else ""


def _symbol(run: Run, cell: Cell) -> Cell:
    """Return a cell with the name that it begins with as a formula."""
    from zhixing.language.latex import latex  # noqa: PLC0415 - a page without results prints none
    from zhixing.language.nodes import name_node  # noqa: PLC0415

    name = _name(run, cell)
    if not name or not isinstance(first := cell[0], Text):
        return cell
    formula = Math(first.span, latex(run, name_node(name, run.example.span)))
    rest = _text(cell)[len(name) :]
    return (formula, replace(first, text=rest)) if rest else (formula,)

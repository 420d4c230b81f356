"""How the names of an example print, such that no two print alike and none prints like an entry of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zhixing.language.latex_tree import Piece, Scripted, label, name_piece, number_piece, spell_name, with_index
from zhixing.language.model import Axis, Quantity, Run

_MOST_LABELS = 1000


def notation(run: Run) -> Mapping[str, str]:
    """Return the symbols of an example, and for each name that would print like another one its spelling.

    `x_12` beside `x12` is spelled out, as is `X_2` where `X_{2}` is an entry of X.
    """
    symbols = dict(run.example.symbols)
    taken: set[str] = set()
    for name in _names(run):
        text = print_name(name, symbols).text
        if text in taken or (name not in run.example.symbols and _is_entry(name, symbols, run)):
            symbols[name] = spell_name(name).text
        taken.add(text)
    return symbols


def print_name(name: str, symbols: Mapping[str, str]) -> Piece:
    """Return the name of a quantity; a result of a function with several, `a.weights`, is `a_{\\mathrm{weights}}`."""
    record, dot, field = name.partition(".")
    if name in symbols or not dot:
        return name_piece(name, symbols)
    return with_index(name_piece(record, symbols), (name_piece(field, {}),))


def _names(run: Run) -> Iterator[str]:
    """Yield every name of a run: those with a symbol first, as their author wants them."""
    steps = (step.name.name for step in run.example.steps)
    names = dict.fromkeys((*run.example.axes, *run.quantities, *steps))
    yield from sorted(names, key=lambda name: (name not in run.example.symbols, "." not in name, "_" in name))


def _is_entry(name: str, symbols: Mapping[str, str], run: Run) -> bool:
    """Return whether a name with a subscript prints like an entry of another quantity."""
    piece = print_name(name, symbols)
    if not isinstance(piece, Scripted) or "." in name:
        return False
    indices = [one.text for one in piece.below]
    others = (q for other, q in run.quantities.items() if print_name(other, symbols).text == piece.base.text)
    return any(_may_index(quantity, indices, symbols, run.example.axes) for quantity in others)


def _may_index(quantity: Quantity, indices: list[str], symbols: Mapping[str, str], axes: Mapping[str, Axis]) -> bool:
    if len(indices) > len(quantity.dimensions):
        return False
    letters = {name_piece(axis, symbols).text for axis in axes}
    pairs = zip(indices, quantity.axes, quantity.values.shape, strict=False)
    return all(index in letters or _is_label(index, axes.get(axis), size) for index, axis, size in pairs)


def _is_label(index: str, axis: Axis | None, size: int) -> bool:
    if axis is None or not axis.labels:
        return index.isdecimal() and int(index) < size
    if axis.numbers:
        return index in {number_piece(number).text for number in axis.numbers[:_MOST_LABELS]}
    words = {label(text).text for text in axis.labels[:_MOST_LABELS]}
    return not words.isdisjoint({index, index.replace(r"\mathrm", r"\text")})

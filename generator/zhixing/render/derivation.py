r"""Derivations: how an entry came about, with its numbers.

`value: weights @ V` becomes `\mathrm{value} = 0.6 \cdot 10 + 0.4 \cdot 5 + 0 \cdot 2 = 8`. Every number is of the run;
`=` turns into `\approx` where the printed numbers, worked out, do not give the printed result.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from zhixing.examples import evaluate as evaluate_in_run
from zhixing.examples.latex import Printer, example_latex
from zhixing.examples.latex_axes import declared
from zhixing.examples.latex_names import label, name_piece, number_piece
from zhixing.examples.latex_pieces import with_index
from zhixing.examples.model import Dimension, Expression, Quantity, Run, Step
from zhixing.render.derivation_steps import Evaluate, unrolled
from zhixing.render.derivation_terms import Term, agrees
from zhixing.render.derivation_walk import Walk
from zhixing.render.numbers import latex_number

MOST = 4
"""So many entries are derived; of a longer quantity the first three."""

DIGITS = (5, 8, 10)
"""Significant digits of the numbers in a derivation: more where five, worked out, are off by more than `NEAR`."""

NEAR = 5.0
"""Units of the result's last digit by which a left side may be off and still be printed, with `\\approx`."""

LOOSE = 1e-3
"""What is off by more than this share even at ten digits is no derivation of the value."""

_PLACES = "·places"


@dataclass(frozen=True, slots=True)
class _Target:
    """What a reference means: a quantity of the run, and which of its entries, as positions in C order."""

    name: str
    quantity: Quantity
    entries: tuple[int, ...]


def derivation(run: Run, reference: Expression, evaluate: Evaluate = evaluate_in_run) -> str:
    """Return LaTeX that shows how an entry (each entry of a short quantity) was computed.

    Args:
        run: The run whose numbers are shown.
        reference: A quantity, `value`; some of its entries, `output["love", 1]`; or any expression.
        evaluate: What evaluates an expression in a run.

    Raises:
        ExampleError: the reference cannot be evaluated.
    """
    target = _target(run, reference.tree, evaluate)
    cut = len(target.entries) > MOST
    lines = [_line(run, target, entry, reference.tree, evaluate) for entry in target.entries[: 3 if cut else MOST]]
    if len(lines) == 1:
        return f"{lines[0][0]} = {lines[0][1]}"
    rows = [f"{left} &= {right}" for left, right in lines] + [r"&\vdots"] * cut
    return rf"\begin{{aligned}} {(' ' + chr(92) * 2 + ' ').join(rows)} \end{{aligned}}"


def _target(run: Run, tree: ast.expr, evaluate: Evaluate) -> _Target:
    """Find the entries that a reference names, by indexing an array of positions in place of the quantity."""
    base = tree
    while isinstance(base, ast.Subscript):
        base = base.value
    name = ast.unparse(base) if isinstance(base, ast.Name | ast.Attribute) else ""
    if name not in run.quantities:
        quantity = evaluate(run, tree)
        return _Target("", quantity, tuple(range(quantity.values.size)))
    quantity = run.quantities[name]
    places = np.arange(quantity.values.size, dtype=np.float64).reshape(quantity.values.shape)
    known = replace(run, quantities={**run.quantities, _PLACES: Quantity(places, quantity.dimensions)})
    found = evaluate(known, _renamed(tree, base))
    return _Target(name, quantity, tuple(int(place) for place in np.ravel(found.values)))


def _renamed(tree: ast.expr, base: ast.expr) -> ast.expr:
    """Return the reference with the array of positions in place of its quantity; its indices stay as they are."""
    if tree is base:
        return ast.copy_location(ast.Name(_PLACES, ast.Load()), base)
    copy = deepcopy(tree)
    inner = copy
    while isinstance(inner, ast.Subscript) and isinstance(inner.value, ast.Subscript):
        inner = inner.value
    if isinstance(inner, ast.Subscript):
        inner.value = ast.copy_location(ast.Name(_PLACES, ast.Load()), base)
    return copy


def _line(run: Run, target: _Target, entry: int, tree: ast.expr, evaluate: Evaluate) -> tuple[str, str]:
    """Return the two sides of one entry's derivation."""
    at = tuple(int(place) for place in np.unravel_index(entry, target.quantity.values.shape))
    value = float(target.quantity.values[at])
    result = result_latex(run, target.quantity, value)
    left = _entry_name(run, target, at) if target.name else example_latex(run.example, tree)
    term = _best(run, target, at, tree, evaluate)
    if term is None or term.plain:
        general = _formula(run, target, at)  # nothing to explain, or nothing that explains it
        return left, f"{general} = {result}" if general else result
    sign = "=" if target.quantity.on or agrees(term.value, value) else r"\approx"
    return left, f"{term.text} {sign} {result}"


def _best(run: Run, target: _Target, at: tuple[int, ...], tree: ast.expr, evaluate: Evaluate) -> Term | None:
    """Return the right side with as few digits as bear the result out.

    None where none do: better no sum than a wrong one.
    """
    value = float(target.quantity.values[at])
    tried: list[Term] = []
    for digits in DIGITS:
        tried.append(_explained(run, target, at, tree, partial(Walk, evaluate=evaluate, digits=digits)))
        if tried[-1].plain or target.quantity.on or agrees(tried[-1].value, value, units=NEAR):
            return tried[-1]
    return tried[0] if agrees(tried[-1].value, value, slack=LOOSE) else None


def _explained(run: Run, target: _Target, at: tuple[int, ...], tree: ast.expr, walk: Callable[[Run], Walk]) -> Term:
    """Return the right side of an entry's derivation."""
    if not target.name:
        return walk(run).term(tree, at)
    step = _step(run, target.name)
    if step is None:
        return walk(run).number(float(target.quantity.values[at]))
    looped = bool(step.each)
    known, expression = unrolled(run, step, at[0] if looped else 0, walk(run).evaluate)
    own = walk(known)
    field = target.name.partition(".")[2]
    if field:
        return own.field(expression, field, at[looped:])
    return own.declared(expression, [d.axis for d in target.quantity.dimensions[looped:]], at[looped:])


def _formula(run: Run, target: _Target, at: tuple[int, ...]) -> str:
    """Return the expression behind an entry as a formula, "" where it only names another quantity."""
    step = _step(run, target.name)
    if (
        step is None
        or step.each
        or step.name.name != target.name
        or isinstance(step.expression.tree, ast.Name | ast.Subscript | ast.Attribute)
    ):
        return ""
    piece = Printer(run.example.symbols, declared(run.example, step)).value(step.expression.tree)
    places = zip(target.quantity.dimensions, at, strict=True)
    return with_index(piece, tuple(place_latex(run, dimension, place) for dimension, place in places)).text


def _step(run: Run, name: str) -> Step | None:
    own = name.partition(".")[0]
    return next((step for step in run.example.steps if step.name.name == own), None)


def _entry_name(run: Run, target: _Target, at: tuple[int, ...]) -> str:
    """Return a quantity's name with the labels of one entry under it."""
    printer = Printer(run.example.symbols, declared(run.example))
    own = name_piece(target.name, run.example.symbols) if target.name in run.example.symbols else None
    base = own or printer.piece(ast.parse(target.name, mode="eval").body)
    places = zip(target.quantity.dimensions, at, strict=True)
    return with_index(base, tuple(place_latex(run, dimension, place) for dimension, place in places)).text


def place_latex(run: Run, dimension: Dimension, place: int) -> str:
    """Return what stands for a position of a dimension: its label, its number, or the position itself."""
    position = place if dimension.positions is None else dimension.positions[place]
    axis = run.example.axes.get(dimension.axis)
    if axis is None or not axis.labels:
        return str(position)
    return number_piece(axis.numbers[position]).text if axis.numbers else label(axis.labels[position])


def result_latex(run: Run, quantity: Quantity, value: float) -> str:
    """Return a result: a number, or the label of the position that it is."""
    axes = [run.example.axes[dimension.axis] for dimension in quantity.on if dimension.axis in run.example.axes]
    if not axes or len(axes) < len(quantity.on) or not np.isfinite(value):
        return latex_number(value)
    places = np.unravel_index(int(value), [axis.size for axis in axes])
    pairs = zip(axes, places, strict=True)
    return ", ".join(place_latex(run, Dimension(axis.name), int(place)) for axis, place in pairs)

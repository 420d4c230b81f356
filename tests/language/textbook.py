"""Holding printed formulas against a run: whoever takes them at their word gets the computed values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from textbook_reader import NotSmoothError, Reader, Symbols, UnreadableError, Value, _split, _step_aside
from zhixing.language.latex import definition, formula
from zhixing.language.latex_context import is_of_numbers
from zhixing.language.latex_tree import Piece, Scripted, label
from zhixing.language.model import Array, Given, Run, Step
from zhixing.language.nodes import Name, text_of
from zhixing.language.notation import notation, print_name

LOOP_POSITIONS = 12


def symbol_parts(piece: Piece) -> tuple[str, tuple[str, ...], str]:
    """Return base, subscripts and superscript of a printed name."""
    if isinstance(piece, Scripted):
        return piece.base.text, tuple(one.text for one in piece.below), piece.mark
    return piece.text, (), ""


def symbols_of(run: Run) -> Symbols:
    """Return what printed symbols stand for in a run."""
    printed = notation(run)
    quantities: dict[tuple[str, tuple[str, ...], str], str] = {}
    for name in run.quantities:
        key = symbol_parts(print_name(name, printed))
        if key in quantities:
            raise UnreadableError(f"{name} and {quantities[key]} print alike")
        quantities[key] = name
    axes = {print_name(axis, printed).text: axis for axis in run.example.axes}
    return Symbols(quantities, axes)


def functions_of(run: Run) -> dict[str, tuple[tuple[str, ...], str, bool]]:
    """Return the parameters and the body of each function that the example defines, as they are printed.

    The third says whether it is one of numbers.
    """
    found: dict[str, tuple[tuple[str, ...], str, bool]] = {}
    for one in run.example.definitions:
        operator, _, rest = definition(run, one).partition(r"\!\left(")
        parameters, _, body = rest.partition(r"\right) = ")
        found[operator] = (tuple(_split(parameters)), body, is_of_numbers(one))
    return found


def is_as_written(run: Run, step: Step) -> bool:
    """Return whether a formula is no mathematics but the expression as it is written, for want of a notation."""
    trees = step.expression.tree, step.expression.written
    texts = [f" = {label(text_of(tree)).text}" for tree in trees if tree and not isinstance(tree, Name)]
    return any(text in formula(run, step) for text in texts)


def read_formula(run: Run, step: Step) -> tuple[str, str]:
    """Return how the formula of a step reads as something else than it computed, and why it could not be held to it.

    Both are "" where it reads right.
    """
    text = formula(run, step)
    if is_as_written(run, step):
        return "", "as written"
    if r"\partial" in text and step.each:
        return "", "a derivative in a recurrence"  # which is held against differences elsewhere
    try:
        return _compare(run, step, text), ""
    except NotSmoothError as error:
        return "", str(error)
    except UnreadableError as error:
        return f"{text}\n    {error}", ""


def _compare(run: Run, step: Step, text: str) -> str:
    left, _, rest = text.partition(" = ")
    main, *conditions = rest.split(r", \quad ")
    symbols = symbols_of(run)
    name = step.name.name
    if name not in run.quantities:
        results = [key for key in run.quantities if key.startswith(f"{name}.")]
        if not results:
            return ""
        name = f"{name}.output" if f"{name}.output" in results else results[0]
        base = print_name(step.name.name, notation(run)).text
        items = _split(left[len(base) + 2 : -1]) if left != base else []
    else:
        base, own, mark = symbol_parts(print_name(name, notation(run)))
        items = _items(left, base, own, mark)
    computed = run.quantities[name]
    rounding = 1e-15 * sum(_noise(quantity.values) * 1e6 for quantity in run.quantities.values())
    reader = Reader(main, run, symbols, indices={}, functions=functions_of(run))
    for condition in conditions:
        _read_start(reader, condition, symbols, run)
    for item in items:
        if reader.axis_of(item) is None:
            raise UnreadableError(f"{item} on the left is no index")
    if step.each:
        positions = range(run.example.axes[step.each].size)[:LOOP_POSITIONS]
        for position in positions:
            axis = run.example.axes[step.each]
            on = axis.name if axis.labels and not axis.numbers else ""
            bound = {items[0]: Value(np.asarray(axis.value(position)), on=on)}
            inner = replace(reader, bound=bound, indices=_indices(reader, items[1:]), place=0)
            wrong = _differs(inner.read_all(), computed.values[position], items[1:], rounding)
            if wrong:
                return f"{text}\n    at {position}: {wrong}"
        return ""
    inner = replace(reader, indices=_indices(reader, items), place=0)
    named = computed.on[0].axis if len(computed.on) == 1 else ""
    expected = reader.labelled(Value(computed.values, (), computed.axes, named)).values
    wrong = _differs(inner.read_all(), expected, items, rounding)
    return f"{text}\n    {wrong}" if wrong else ""


def _indices(reader: Reader, items: list[str]) -> dict[str, str]:
    return {item: reader.axis_of(item) or "" for item in items}


def _items(left: str, base: str, own: tuple[str, ...], mark: str) -> list[str]:
    rest = left.removeprefix(rf"\left({base}\right)").removeprefix(base)
    rest = rest.removesuffix(f"^{{{mark}}}") if mark else rest
    items = _split(rest[2:-1]) if rest else []
    assert tuple(items[: len(own)]) == own, (left, base, own)
    return items[len(own) :]


def _read_start(reader: Reader, text: str, symbols: Symbols, run: Run) -> None:
    left, _, right = text.partition(" = ")
    if r"\ldots" in right or left in symbols.axes:
        return
    for (base, own, mark), name in symbols.quantities.items():
        if left.startswith(base + "_") and _split(left[len(base) + 2 : -1])[: len(own)] == list(own):
            items = _items(left, base, own, mark)
            if len(items) != 1:
                continue
            values = replace(reader, text=right, place=0).read_all().values if right != r"\dots" else _long(run, name)
            reader.starts.setdefault(name, {})[_before(reader, items[0], run, name)] = values
            return


def _long(run: Run, name: str) -> object:
    """Return a start that is too long to be printed."""
    found = next(start.value for start in run.example.start if start.name.name == name)
    return found.quantity.values if isinstance(found, Given) else None


def _before(reader: Reader, text: str, run: Run, name: str) -> float:
    """Return the place of a start; of labels it is counted from the first."""
    axis = run.quantities[name].axes[0]
    words = reader.positions_of(axis) if not run.example.axes[axis].numbers else {}
    text, distance = _step_aside(text)
    if distance:
        found = reader.pick(text, axis, run.example.axes[axis].size)[0]
        return float(found) + distance
    word = next((one for one in sorted(words, key=len, reverse=True) if text.startswith(one)), "")
    text = text.replace(word, str(words[word]), 1) if word else text
    return float(replace(reader, text=text, place=0).read_all().values)


def _differs(value: Value, computed: Array, items: list[str], rounding: float) -> str:  # noqa: PLR0911 - a reason for each
    extra = set(value.free) - set(items)
    if extra:
        return f"the right side has the free indices {extra}"
    if items and value.pos and len(items) + len(value.pos) != computed.ndim:
        return f"an array {value.pos} stands for an entry"
    read = np.asarray(value.along(items), float)
    if not items and read.ndim != computed.ndim and read.ndim:
        return f"an array of the shape {read.shape}, computed {computed.shape}"
    if read.ndim and read.ndim != computed.ndim:
        return f"indices {items} for the shape {computed.shape}"
    try:
        full = np.broadcast_to(read, computed.shape)
    except ValueError:
        return f"an array of the shape {read.shape}, computed {computed.shape}"
    if np.allclose(full, computed, rtol=1e-5, atol=_noise(computed) + rounding, equal_nan=True):
        return ""
    return f"reads as {np.ravel(full)[:4]}, computed {np.ravel(computed)[:4]}"


def _noise(values: Array) -> float:
    """Return what rounding may make of a difference of numbers of this size."""
    finite = np.abs(values[np.isfinite(values)])
    return 1e-9 + 1e-6 * float(finite.max(initial=0))


def misreadings(run: Run) -> list[str]:
    """Return what is read wrongly of the formulas of a run."""
    return [wrong for wrong, _ in read_formulas(run) if wrong]


def read_formulas(run: Run) -> list[tuple[str, str]]:
    """Return what `read_formula` says of each step that has a result."""
    having = {name.partition(".")[0] for name in run.quantities}
    return [read_formula(run, step) for step in run.example.steps if step.name.name in having]

"""What an example starts from, as Markdown: its given numbers in one line, its small arrays in tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from zhixing.language.errors import ExampleError
from zhixing.language.model import Dimension, Expression, Heatmap, Inputs, Quantity, Run, Table
from zhixing.language.nodes import Name, Transpose, name_node
from zhixing.language.run import Evaluate
from zhixing.problems import Code, did_you_mean
from zhixing.show.escape import escape_markdown
from zhixing.show.labels import Axes, axis_heading, corner, entry, format_of, labels, markdown_name
from zhixing.show.tables import MOST_COLUMNS, Named, grid, render_table
from zhixing.wording.model import Wording

MOST_CELLS = 30
"""The largest given array that is shown without being asked for."""
_SHARED_COLUMNS = 8
"""Columns that several arrays may have in one table; what has more stands alone."""
_LONGEST_LABELS = 50
"""Characters that the labels of a vector may have together where they head its columns."""


def default_inputs(run: Run) -> Inputs | None:
    """Return the inputs that are shown though nobody asked: the small ones that no table or heat map shows whole.

    None where there is none of them, where `show:` says itself which inputs it wants, and of a variation.
    """
    example = run.example
    if example.variation or any(isinstance(show, Inputs) for show in example.show):
        return None
    elsewhere = _find_shown_whole(run)
    wanted = [
        given.name.name
        for given in example.given
        if given.name.name in run.quantities.keys() - elsewhere and _is_small(run.quantities[given.name.name])
    ]
    names = tuple(Expression(name, name_node(name, example.span), example.span) for name in wanted)
    return Inputs(names, example.span) if names else None


def _is_small(quantity: Quantity) -> bool:
    return 0 < quantity.values.size <= MOST_CELLS


def _find_shown_whole(run: Run) -> set[str]:
    """Return the names of the quantities that a table or a heat map of the example shows with all entries."""
    shown: set[str] = set()
    for show in run.example.show:
        quantities = show.quantities if isinstance(show, Table) else ()
        for one in (*quantities, *([show.quantity] if isinstance(show, Heatmap) else [])):
            tree = one.tree.operand if isinstance(one.tree, Transpose) else one.tree
            shown |= {tree.name} if isinstance(tree, Name) else set()
    return shown


def inputs(run: Run, quantities: Sequence[Expression], evaluate: Evaluate) -> str:
    """Return the Markdown of some inputs: the single numbers in one line, vectors across, matrices as tables.

    Raises:
        ExampleError: one of them is not given.
    """
    named = [_without_single(_read(run, one, evaluate)) for one in quantities]
    axes, words = run.example.axes, run.wording
    numbers = [one for one in named if not one.quantity.dimensions]
    arrays = [one for one in named if one.quantity.dimensions]
    line = words.comma.join(f"{one.name} = {_entry(one, (), axes)}" for one in numbers)
    head = f"**{words.given}**"
    blocks = [words.pair(head, line) if line else head]
    return "\n\n".join([*blocks, *_arrays(arrays, axes, words)])


def _read(run: Run, one: Expression, evaluate: Evaluate) -> Named:
    example = run.example
    names = [*(given.name.name for given in example.given), *example.uses]
    if not isinstance(one.tree, Name) or one.tree.name not in names:
        fix = did_you_mean(one.text, names) or "Show what is computed with `table:`"
        raise ExampleError(Code.EXAMPLE_NAME, f"{one.text!r} is not given in this example", fix, one.span)
    return Named(markdown_name(run, one), evaluate(run, one.tree), format_of(example, one))


def _without_single(one: Named) -> Named:
    """Return a small array without its axes of one position: nobody needs a table for a single number."""
    quantity = one.quantity
    if not _is_small(quantity):
        return one
    pairs = zip(quantity.dimensions, quantity.values.shape, strict=True)
    kept = tuple(dimension for dimension, size in pairs if size > 1)
    return replace(one, quantity=Quantity(quantity.values.squeeze(), kept, quantity.on))


def _arrays(arrays: Sequence[Named], axes: Axes, words: Wording) -> Iterator[str]:
    """Yield the tables of arrays: those with the same rows stand side by side as far as they fit."""
    groups: dict[tuple[Dimension, ...], list[Named]] = defaultdict(list)
    for one in map(_turn, arrays):
        groups[_rows(one)].append(one)
    for group in groups.values():
        large = [one for one in group if not _is_small(one.quantity)]
        small = [one for one in group if _is_small(one.quantity)]
        for one in large:
            yield render_table(one, axes, words)
        if small and all(len(one.quantity.dimensions) == 1 for one in small):
            yield from _vectors(small, axes, words)
        elif small:
            yield from (_matrices(part, axes, words) for part in _fitting(small))


def _turn(one: Named) -> Named:
    """Return a matrix with its longer side down where it is too wide for a table."""
    quantity = one.quantity
    if not _is_small(quantity) or len(quantity.dimensions) != 2 or quantity.values.shape[1] <= MOST_COLUMNS:
        return one
    return replace(one, quantity=Quantity(quantity.values.T, quantity.dimensions[::-1], quantity.on))


def _rows(one: Named) -> tuple[Dimension, ...]:
    """Return the dimensions that go down: all but the last, which goes across; those of a vector are its own."""
    dimensions = one.quantity.dimensions
    return dimensions[:-1] or dimensions


def _fitting(group: Sequence[Named]) -> Iterator[list[Named]]:
    """Yield the members of a group in parts that have no more columns than a shared table may have."""
    part: list[Named] = []
    for one in group:
        if part and sum(map(_width, [*part, one])) > _SHARED_COLUMNS:
            yield part
            part = []
        part.append(one)
    yield part


def _width(one: Named) -> int:
    return one.quantity.values.shape[-1] if len(one.quantity.dimensions) > 1 else 1


def _matrices(group: Sequence[Named], axes: Axes, words: Wording) -> str:
    """Return arrays with the same rows as one table, which has a column of labels for each axis that goes down."""
    down, sizes = _rows(group[0]), group[0].quantity.values.shape[: len(_rows(group[0]))]
    heads = [axis_heading(dimension, words) for dimension in down]
    across = [escape_markdown(head) for head in heads]
    if len(group) == 1:
        last = axis_heading(group[0].quantity.dimensions[-1], words)
        across[-1] = words.pair(group[0].name, escape_markdown(corner(heads[-1], last)))
    columns = [head for one in group for head in _column_heads(one, axes, words, alone=len(group) == 1)]
    rows, before = [], ("",) * len(down)
    for place in product(*map(range, sizes)):
        names = tuple(labels(d, size, axes)[at] for d, size, at in zip(down, sizes, place, strict=True))
        cells = [_entry(one, (*place, *at), axes) for one in group for at in _places(one)]
        rows.append([*(map(escape_markdown, _without_repeats(names, before))), *cells])
        before = names
    return grid([*across, *columns], rows, len(down))


def _without_repeats(names: Sequence[str], before: Sequence[str]) -> Iterator[str]:
    """Yield the labels of a row, but not those that it shares with the row before it, up to the first other one."""
    same = True
    for name, last in zip(names, before, strict=True):
        same = same and name == last
        yield "" if same else name


def _places(one: Named) -> list[tuple[int, ...]]:
    """Return the places of an array along what goes across; the only one of a vector, which is a column, is ()."""
    return [(at,) for at in range(_width(one))] if len(one.quantity.dimensions) > 1 else [()]


def _column_heads(one: Named, axes: Axes, words: Wording, *, alone: bool) -> list[str]:
    if len(one.quantity.dimensions) == 1:
        return [one.name]
    texts = labels(one.quantity.dimensions[-1], _width(one), axes)
    return [escape_markdown(text) if alone else words.pair(one.name, escape_markdown(text)) for text in texts]


def _vectors(group: Sequence[Named], axes: Axes, words: Wording) -> Iterator[str]:
    """Yield vectors over one axis: a row for each below its labels, or lines of text where that would be too wide."""
    axis, size = group[0].quantity.dimensions[0], group[0].quantity.values.size
    heads = labels(axis, size, axes)
    if size > MOST_COLUMNS:
        yield from (_line(one, axes, words) for one in group)
    elif sum(map(len, heads)) > _LONGEST_LABELS:
        yield _matrices(group, axes, words)
    else:
        rows = [[one.name, *(_entry(one, (place,), axes) for place in range(size))] for one in group]
        yield grid([escape_markdown(text) for text in (axis_heading(axis, words), *heads)], rows)


def _line(one: Named, axes: Axes, words: Wording) -> str:
    """Return a long vector in a line; its labels stand before its entries where the axis has any."""
    axis, size = one.quantity.dimensions[0], one.quantity.values.size
    heads = labels(axis, size, axes) if axis.axis in axes and axes[axis.axis].labels else [""] * size
    entries = (f"{escape_markdown(head)} {_entry(one, (place,), axes)}".strip() for place, head in enumerate(heads))
    name = f"{one.name}{words.parentheses.format(text=escape_markdown(axis_heading(axis, words)))}"
    return words.pair(name, words.comma.join(entries))


def _entry(one: Named, place: tuple[int, ...], axes: Axes) -> str:
    return escape_markdown(entry(one.quantity, float(one.quantity.values[place]), axes, one.form))

"""Functions with their axes below them: sums, means, norms, softmax; matrix products as sums; arrays by entries."""

from __future__ import annotations

from collections.abc import Sequence

from zhixing.language.latex_context import axis_names, read_constant
from zhixing.language.latex_index import bracket, subscript
from zhixing.language.latex_places import Free, Place, find_slice
from zhixing.language.latex_printer import NEW, NoNotationError, Printer
from zhixing.language.latex_tree import (
    Apply,
    Chain,
    Digits,
    Enclosed,
    Level,
    Piece,
    Symbol,
    at_least,
    big,
    has_index,
    last_factor,
    multiply,
    number_piece,
    raise_to,
    root,
    with_index,
)
from zhixing.language.latex_whole import reads_whole
from zhixing.language.model import Axes, Axis
from zhixing.language.nodes import Binary, Call, Field, Label, Name, Node, Number
from zhixing.language.words.word import Word


def print_array(printer: Printer, node: Node) -> Piece:
    """Print an array by its entries in brackets."""
    dims = printer.known.dims(node)
    free = printer.free_indices(dims)
    pieces = tuple(index.piece for index in free)
    entry = printer.within(pieces).entry(node, tuple(free))
    new = [not index.axis and not has_index(entry, index.piece) for index in free]
    below = tuple(NEW if new[i] else _print_range_of(printer, node, i, index) for i, index in enumerate(free))
    return with_index(Enclosed(r"\left[", (entry,), r"\right]"), below) if pieces else entry


def _print_range_of(printer: Printer, node: Node, dim: int, index: Free) -> Piece:
    """Return what stands below a sum: the index, with its bound where a slice has cut the axis."""
    cut = find_slice(node, dim, printer.known)
    if cut is None:
        return index.piece
    axis = printer.known.axes.get(index.axis)
    bounds = tuple(None if bound is None else read_constant(bound) for bound in cut.bounds)
    known = all((a is None) == (b is None) for a, b in zip(bounds, cut.bounds, strict=True))
    if axis is not None and known:
        return _print_first(printer, index, axis, len(range(axis.size)[slice(*bounds)]))
    if cut.lower is not None or cut.upper is None or cut.step is not None or not printer.known.is_counted(index.axis):
        raise NoNotationError
    return Chain((index.piece, printer.script(cut.upper)), ("<",), Level.COMPARE)


def _print_first(printer: Printer, index: Free, axis: Axis, count: int) -> Piece:
    """Return an index that runs over the first so many positions of its axis."""
    if count == axis.size:
        return index.piece
    if printer.known.is_counted(axis.name):
        return Chain((index.piece, number_piece(count)), ("<",), Level.COMPARE)
    if list(axis.numbers) != sorted(set(axis.numbers)):
        raise NoNotationError
    return Chain((index.piece, number_piece(axis.numbers[count])), ("<",), Level.COMPARE)


def print_contraction(printer: Printer, node: Binary, places: tuple[Place, ...]) -> Piece:
    """Print an entry of a matrix product: its sum, where the product cannot stand as a whole."""
    left, right = printer.known.dims(node.left), printer.known.dims(node.right)
    if reads_whole(node, printer.known):
        return subscript(printer, bracket(printer.whole(node)), node, places)
    own = printer.known.dims(node)
    inner = printer.free_indices(left[-1:] if left[-1] else right[-2:][:1], places)[0]
    batch = len(own) - (len(left) > 1) - (len(right) > 1)
    lead = dict(zip(own[:batch], places[:batch], strict=True))
    row = places[batch : batch + (len(left) > 1)]
    column = places[len(places) - (len(right) > 1) :] if len(right) > 1 else ()
    mode = printer.within((inner.piece,))
    a = mode.entry(node.left, (*(lead[axis] for axis in left[:-2]), *row, inner))
    b = mode.entry(node.right, (*(lead[axis] for axis in right[:-2]), inner, *column))
    product = multiply(at_least(a, Level.LOOSE), last_factor(b))
    return big(r"\sum", product, (_print_range_of(printer, node.left, len(left) - 1, inner),))


def _split(
    printer: Printer, node: Call, places: tuple[Place, ...]
) -> tuple[tuple[Place, ...], list[Free], tuple[int, ...]]:
    """Return the places of a reduction's argument, the indices that are bound, and their dimensions."""
    dims = printer.known.dims(node.arguments[0])
    names = axis_names(node)
    over = tuple(range(len(dims))) if names is None else tuple(find_dimension(printer, dims, name) for name in names)
    bound = printer.free_indices([dims[i] if names is None else names[over.index(i)] for i in over], places)
    rest = iter(places)
    full = tuple(bound[over.index(i)] if i in over else next(rest) for i in range(len(dims)))
    return full, bound, over


def find_dimension(printer: Printer, dims: Axes, name: str) -> int:
    """Return the dimension that `axis=` names, perhaps by a second name of its axis."""
    if name in dims:
        return dims.index(name)
    alike = [i for i, own in enumerate(dims) if own and printer.known.same_labels(own, name)]
    roots = (
        [i for i in alike if printer.known.axes[dims[i]].root == printer.known.axes[name].root]
        if name in printer.known.axes
        else []
    )
    if not roots:
        raise NoNotationError
    return roots[0]


def print_big(printer: Printer, node: Call, places: tuple[Place, ...], sign: str) -> Piece | None:
    r"""Return `\sum_{k} x_{k}`."""
    argument = node.arguments[0]
    if not printer.known.dims(argument):
        return printer.value(argument)
    full, bound, over = _split(printer, node, places)
    mode = printer.within(tuple(index.piece for index in bound))
    body = mode.entry(argument, full)
    below = _print_bounds(printer, argument, over, bound, body)
    return big(sign, body, below) if below else body


def _print_bounds(
    printer: Printer, node: Node, over: Sequence[int], bound: Sequence[Free], entry: Piece
) -> tuple[Piece, ...]:
    """Return what stands below a reduction; the index of a new axis, of which no entry depends, is left out."""
    pairs = ((i, index) for i, index in zip(over, bound, strict=True) if index.axis or has_index(entry, index.piece))
    return tuple(_print_range_of(printer, node, i, index) for i, index in pairs)


def print_norm(printer: Printer, node: Call, places: tuple[Place, ...], opening: str, closing: str) -> Piece | None:
    """Return a norm: of a vector, of all entries of a matrix (with an F), or as the root of a sum of squares."""
    argument = node.arguments[0]
    dims = printer.known.dims(argument)
    if not dims:
        return Enclosed(r"\left\lvert ", (printer.value(argument),), r" \right\rvert")
    full, bound, over = _split(printer, node, places)
    named = isinstance(argument, Name | Field) and not (
        isinstance(argument, Field) and isinstance(argument.record, Call)
    )
    if len(over) == len(dims) and reads_whole(argument, printer.known):
        fenced = Enclosed(opening, (printer.whole(argument),), closing)
        return with_index(fenced, (Symbol("F"),)) if len(dims) > 1 else fenced
    if named and len(over) == 1 and not printer.known.is_axis(argument):
        return Enclosed(opening, (_print_row(printer, argument, full, over[0]),), closing)
    square = raise_to(printer.within(tuple(i.piece for i in bound)).entry(argument, full), Digits("2"))
    below = _print_bounds(printer, argument, over, bound, square)
    return root(big(r"\sum", square, below))


def _print_row(printer: Printer, node: Node, places: tuple[Place, ...], over: int) -> Piece:
    """Print a quantity at all places but one, along which it is whole: `A_{i}`, `A_{:, j}`."""
    names = printer.known.dims(node)
    pieces = [
        Symbol(":") if i == over else printer.place(p, n) for i, (p, n) in enumerate(zip(places, names, strict=True))
    ]
    return with_index(printer.whole(node), tuple(pieces[:-1] if over == len(places) - 1 else pieces))


def print_reduction(printer: Printer, word: Word, node: Call, places: tuple[Place, ...]) -> Piece:
    """Print a reduction with the axes below it: as a whole without places, else the entry there."""
    argument = node.arguments[0]
    if not printer.known.dims(argument):
        return print_operator(printer, word, node, [printer.value(argument)])
    dims = printer.known.dims(argument)
    named = {dims[find_dimension(printer, dims, name)] for name in axis_names(node) or ()}
    used = {name for name in named if printer.axis(name).text in printer.scope} | (named & printer.numbered)
    apart = not used or len(named) == len(dims)
    if not places and apart and reads_whole(argument, printer.known):
        return print_applied(printer, word, node, "")
    if not places and printer.known.dims(node):  # an index in use stands below the function
        return print_array(printer, node)
    full, bound, over = _split(printer, node, places)
    mode = printer.within(tuple(index.piece for index in bound))
    entry = mode.condition(argument, full) if word.latex.statement else mode.entry(argument, full)
    below = _print_bounds(printer, argument, over, bound, entry)
    return print_operator(printer, word, node, [entry], below)


def print_kept(printer: Printer, word: Word, node: Call, places: tuple[Place, ...]) -> Piece:
    """Print an entry of a softmax: the index along its axis is that of the entry."""
    argument = node.arguments[0]
    dims = printer.known.dims(argument)
    names = axis_names(node) or dims[-1:]
    over = tuple(find_dimension(printer, dims, name) for name in names)
    plain = all(isinstance(p := places[i], Free) and not p.shift and p.piece.text in printer.scope for i in over)
    if not plain and reads_whole(node, printer.known):
        return subscript(printer, bracket(printer.whole(node)), node, places)
    if not plain:
        return _print_at(printer, word, node, places, over)
    below = tuple(_print_range_of(printer, argument, i, p) for i in over if isinstance(p := places[i], Free))
    return print_operator(printer, word, node, [printer.entry(argument, places)], below)


def _print_at(printer: Printer, word: Word, node: Call, places: tuple[Place, ...], over: tuple[int, ...]) -> Piece:
    r"""Return `\left. f \right|_{k = 3}`: a function along an axis, at a place that is no plain index."""
    dims = printer.known.dims(node)
    free = dict(zip(over, printer.free_indices([dims[i] for i in over], places), strict=True))
    mode = printer.within(tuple(index.piece for index in free.values()))
    inner = print_kept(mode, word, node, tuple(free.get(i, place) for i, place in enumerate(places)))
    at = tuple(
        Chain((index.piece, printer.place(places[i], dims[i])), ("=",), Level.COMPARE) for i, index in free.items()
    )
    return with_index(Enclosed(r"\left.", (inner,), r"\right|"), at)


def print_applied(printer: Printer, word: Word, node: Call, field: str) -> Piece:
    r"""Return `\operatorname{f}_{axes}\!\left(arguments\right)` of whole arguments."""
    dims = printer.known.dims(node.arguments[0]) if node.arguments else ()
    names = [dims[find_dimension(printer, dims, name)] for name in axis_names(node) or ()]
    names = [] if word.reduces and len(names) == len(dims) else names
    below = tuple(printer.axis(name) for name in names)
    below = below or ((_make_upright(field),) if field not in ("", "output") else ())
    mode = printer.within(below) if names and word.reduces else printer
    if word.latex.statement and node.arguments and not printer.known.dims(node.arguments[0]):
        return print_operator(printer, word, node, [mode.condition(node.arguments[0], ())], below)
    return print_operator(printer, word, node, [mode.value(a) for a in node.arguments], below)


def print_operator(
    printer: Printer, word: Word, node: Call, arguments: Sequence[Piece], below: tuple[Piece, ...] = ()
) -> Piece:
    """Return an operator with its arguments and options; a logarithm stands bare before a plain number."""
    operator = word.operator(printer.known.names)
    if len(arguments) == 1 and not node.keywords and word.latex.bare and isinstance(node.arguments[0], Number | Label):
        return Apply(operator, tuple(arguments), below=below, bare=True)
    options = tuple((_make_upright(k.name), printer.option(k.value)) for k in node.keywords if k.name != "axis")
    return Apply(operator, tuple(arguments), options, below)


def _make_upright(word: str) -> Symbol:
    r"""Return a word of the language in upright letters: `\mathrm{memory\_mask}`."""
    escaped = word.replace("_", r"\_")
    return Symbol(rf"\mathrm{{{escaped}}}")

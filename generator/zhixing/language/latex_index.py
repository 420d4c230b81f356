"""Indexing: `x[items]` with its items as they are, and an entry of it as the entry of x where it stands."""

from __future__ import annotations

from dataclasses import replace

from zhixing.language.latex_context import item_axes, read_constant
from zhixing.language.latex_places import At, Computed, Free, Place, find_slice, match_places
from zhixing.language.latex_printer import NEW, NoNotationError, Printer
from zhixing.language.latex_tree import (
    Bracketed,
    Chain,
    Digits,
    Enclosed,
    Level,
    Piece,
    Scripted,
    Symbol,
    add,
    at_least,
    behind,
    label,
    multiply,
    name_piece,
    number_piece,
    with_index,
)
from zhixing.language.model import Axes, Axis
from zhixing.language.nodes import Binary, Field, Index, Label, Name, NewAxis, Node, Number, Slice, text_of


def print_index(printer: Printer, node: Index) -> Piece:
    """Print `x[items]` as a whole, with the items as its indices."""
    back = printer.known.looks_back(node)
    base, dims = _print_base(printer, node, back)
    items: list[Piece] = []
    dim = 0
    for item, axis in zip(node.items, item_axes(node.items, dims), strict=True):
        items.append(_print_item(printer, item, axis, None if back else (node.base, dim)))
        dim += not isinstance(item, NewAxis)
    own = isinstance(node.base, Name | Field | Index) or back
    indexed = isinstance(base, Scripted) and base.below and not isinstance(node.base, Name | Field | Index)
    return with_index(Bracketed(base) if indexed else base if own else bracket(base), tuple(items))


def _print_base(printer: Printer, node: Index, back: bool) -> tuple[Piece, Axes]:
    """Return what is indexed, and the axes of its indices."""
    dims = printer.known.dims(node.base)
    if not back or not isinstance(node.base, Name):
        return printer.whole(node.base), dims
    return name_piece(node.base.name, printer.symbols), (printer.known.loop, *dims)


def _print_item(printer: Printer, item: Node, axis: str, of: tuple[Node, int] | None) -> Piece:
    """Print an index; `of` is what is indexed, and which of its dimensions."""
    if isinstance(item, Slice):
        return _print_slice(printer, item, axis)
    if isinstance(item, NewAxis):
        return NEW
    place = _read_item(printer, item, axis)
    labelled = isinstance(item, Label) or of is None
    return printer.place(place if labelled or of is None else _shift(printer, *of, place, axis), axis)


def _read_item(printer: Printer, item: Node, axis: str) -> Place:
    """Return where an index without axes of its own stands."""
    if isinstance(item, Label):
        piece = label(item.text) if not printer.has_numbers(axis) else number_piece(float(item.text))
        return Free(piece, axis, fixed=True)
    constant = read_constant(item)
    if constant is not None:
        return At(constant)
    loop = printer.known.loop
    match item:
        case Name(name) if name == loop and printer.known.has_root(loop, axis):
            return Free(printer.axis(loop), loop)
        case Binary("-" | "+" as sign, Name(name), right) if name == loop == axis and read_constant(right) is not None:
            return Free(printer.axis(loop), loop, (read_constant(right) or 0) * (1 if sign == "+" else -1))
    if chosen := printer.known.chosen_axis(item):
        return _place_chosen(printer, printer.script(item), chosen, axis)
    return Computed(printer.script(item))


def _print_slice(printer: Printer, node: Slice, axis: str) -> Piece:
    r"""Print `:` for all, `a \ldots b` with both ends included, or `\{a, b, \ldots, c\}`."""
    step = read_constant(node.step) if node.step else 1
    size = printer.known.axes[axis].size if axis in printer.known.axes else None
    lower, upper = (None if b is None else read_constant(b) for b in (node.lower, node.upper))
    if not any(node.bounds):
        return Symbol(":")
    if (
        size is not None
        and step is not None
        and all((c is None) == (b is None) for c, b in zip((lower, upper), node.bounds, strict=False))
    ):
        places = range(size)[slice(lower, upper, step)]
        return _print_range(printer, places, axis)
    if isinstance(node.upper, Binary) and _is_next(node.lower, node.upper) and node.lower:
        return Enclosed(r"\{", (printer.place(_read_item(printer, node.lower, axis), axis),), r"\}")
    first = printer.place(_read_item(printer, node.lower, axis) if node.lower else At(0), axis)
    if node.upper is None:
        last = printer.place(At(-1), axis)
    else:
        last = printer.place(Computed(_less_one(printer.script(node.upper), node.upper)), axis)
    return Enclosed("", (first, last), "", r" \ldots ")


def _print_range(printer: Printer, places: range, axis: str) -> Piece:
    ends = [printer.place(At(place), axis) for place in (*places[:2], *places[-1:])]
    if len(places) < 2:
        return Enclosed(r"\{", tuple(ends[:1]) if places else (), r"\}")
    if abs(places.step) == 1:
        return Enclosed("", (ends[0], ends[-1]), "", r" \ldots ")
    return Enclosed(r"\{", tuple(ends[:2]) if len(places) == 2 else (*ends[:2], Symbol(r"\ldots"), ends[-1]), r"\}")


def print_entry_of_index(printer: Printer, node: Index, places: tuple[Place, ...]) -> Piece:
    """Print an entry of `x[items]` as the entry of x where it stands."""
    back = printer.known.looks_back(node)
    dims = (*((printer.known.loop,) if back else ()), *printer.known.dims(node.base))
    axes = item_axes(node.items, dims)
    waiting = list(places)
    gathers = [
        item for item in node.items if not isinstance(item, Slice | NewAxis | Label) and printer.known.dims(item)
    ]
    rest = len(dims) - sum(not isinstance(item, NewAxis) for item in node.items)
    kept = rest + sum(isinstance(item, Slice | NewAxis) for item in node.items)
    shared = len(places) - kept
    names = printer.known.dims(node)
    found: list[Place] = []
    group: tuple[tuple[Place, ...], Axes] | None = None
    for item, axis in zip(node.items, axes, strict=True):
        if isinstance(item, NewAxis):
            waiting.pop(0)
        elif isinstance(item, Slice):
            found.append(_place_in_slice(printer, waiting.pop(0), item, axis))
        elif item in gathers:
            if group is None:
                at = len(places) - len(waiting)
                group = tuple(waiting[:shared]), names[at : at + shared]
                del waiting[:shared]
            own = match_places(group[1], printer.known.dims(item), group[0])
            found.append(_gather(printer, item, own, axis))
        else:
            found.append(_read_item(printer, item, axis))
    found += waiting
    if back and isinstance(node.base, Name):
        pieces = (printer.place(place, name) for place, name in zip(found, dims, strict=True))
        return with_index(name_piece(node.base.name, printer.symbols), tuple(pieces))
    return printer.entry(node.base, tuple(found))


def _gather(printer: Printer, item: Node, places: tuple[Place, ...], axis: str) -> Place:
    if (
        printer.known.is_axis(item)
        and isinstance(item, Name)
        and (not printer.has_numbers(item.name) or printer.known.has_root(item.name, axis))
        and isinstance(places[0], Free | At)
    ):
        return replace(places[0], fixed=printer.known.has_root(item.name, axis))
    piece = replace(printer, inline=True).entry(item, places)
    chosen = printer.known.chosen_axis(item)
    if isinstance(piece, Digits) and piece.latex.isdecimal():
        return At(int(piece.latex))
    return _place_chosen(printer, piece, chosen, axis) if chosen else Computed(piece)


def _place_chosen(printer: Printer, piece: Piece, chosen: str, axis: str) -> Place:
    """Return the place along an axis of what prints as the label of a position, perhaps of another axis.

    Raises:
        NoNotationError: the label says nothing about the position.
    """
    fixed = printer.known.has_root(chosen, axis)
    if printer.known.same_labels(chosen, axis):
        return Free(piece, axis, fixed=fixed)
    if printer.known.axes[chosen].labels:
        raise NoNotationError
    return Computed(piece, fixed)


def subscript(
    printer: Printer, piece: Piece, node: Node, places: tuple[Place, ...], *, bracketed: bool = False
) -> Piece:
    """Put places under what is printed of an expression; `bracketed` says that it needs brackets for that."""
    names = printer.known.dims(node)
    piece = bracket(piece) if bracketed else piece
    shifted = [_shift(printer, node, i, *pair) for i, pair in enumerate(zip(places, names, strict=True))]
    return with_index(piece, tuple(printer.place(*pair) for pair in zip(shifted, names, strict=True)))


def _shift(printer: Printer, node: Node, dim: int, place: Place, axis: str) -> Place:
    """Return a place of an expression by the labels of the axis, of which a slice may have kept a part."""
    named = isinstance(node, Name) or (isinstance(node, Field) and isinstance(node.record, Name))
    cut = None if named else find_slice(node, dim, printer.known)
    return place if cut is None else _place_in_slice(printer, place, cut, axis)


def _place_in_slice(printer: Printer, place: Place, item: Slice, axis: str) -> Place:  # noqa: PLR0911 - a case for each slice
    if place.fixed:
        return place
    bounds = [None if bound is None else read_constant(bound) for bound in item.bounds]
    known = all((a is None) == (b is None) for a, b in zip(bounds, item.bounds, strict=True))
    if isinstance(place, At) and known and axis in printer.known.axes:
        return At(range(printer.known.axes[axis].size)[slice(*bounds)][place.position])
    if isinstance(place, Free) and bounds == [None, None, -1] and not printer.known.is_counted(axis):
        return _mirror(printer, place, printer.known.axes[axis])
    if item.step is None:
        lower = read_constant(item.lower) if item.lower else 0
        if lower is not None and lower < 0:
            if axis not in printer.known.axes:
                raise NoNotationError
            return _step_on(place, printer.known.axes[axis].size + lower)
        return _move(printer, place, item.lower)
    step, size = read_constant(item.step), printer.known.axes[axis].size if axis in printer.known.axes else None
    if step is None or size is None or item.lower or item.upper:
        raise NoNotationError
    position = printer.position(place)
    if step < 0:
        return Computed(add((number_piece(size - 1), _times(-step, position)), ("-",)))
    return Computed(_times(step, position))


def _mirror(printer: Printer, place: Free, axis: Axis) -> Place:
    """Return where an entry of a reversed axis of numbers stands, if these are evenly spaced."""
    pairs = zip(axis.numbers, axis.numbers[::-1], strict=True)
    ends = axis.numbers[0] + axis.numbers[-1]
    if place.shift or not printer.known.same_labels(place.axis, axis.name) or any(a + b != ends for a, b in pairs):
        raise NoNotationError
    return Free(add((number_piece(ends), place.piece), ("-",)), axis.name)


def _step_on(place: Place, distance: int) -> Place:
    match place:
        case At(position):
            return At(position + distance)
        case Free():
            return replace(place, shift=place.shift + distance)
        case Computed(piece):
            return Computed(add((piece, number_piece(distance)), ("+",)))


def _move(printer: Printer, place: Place, distance: Node | None) -> Place:
    """Return a place so many positions further."""
    constant = 0 if distance is None else read_constant(distance)
    if constant is None and distance is not None:
        script = printer.script(distance)
        return Computed(script if place == At(0) else add((printer.position(place), script), ("+",)))
    if not constant:
        return place
    match place:
        case At(position):
            return At(position + constant)
        case Free():
            return replace(place, shift=place.shift + constant)
        case Computed(piece):
            return Computed(add((piece, number_piece(constant)), ("+",)))


def _is_next(lower: Node | None, upper: Binary) -> bool:
    """Return whether a slice is `t:t + 1`, which has one entry."""
    match upper:
        case Binary("+", left, Number(1)):
            return lower is not None and text_of(left) == text_of(lower)
    return False


def _less_one(piece: Piece, node: Node) -> Piece:
    match node:
        case Binary("+", _, Number(1)):
            if isinstance(piece, Chain):
                return piece.parts[0]
    return add((piece, Digits("1")), ("-",))


def _times(factor: int, piece: Piece) -> Piece:
    return at_least(piece, Level.LOOSE) if factor == 1 else multiply(number_piece(factor), behind(piece, Level.APPLIED))


def bracket(piece: Piece) -> Piece:
    """Return a piece in brackets, unless it is in brackets or a bare name."""
    return (
        piece
        if isinstance(piece, Bracketed | Scripted | Symbol) and not (isinstance(piece, Scripted) and piece.power)
        else Bracketed(piece)
    )

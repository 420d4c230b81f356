r"""The LaTeX of the very expression that ran, such that whoever takes it at its word gets the computed value.

`softmax(Q @ K.T / sqrt(2))` is `\operatorname{softmax}\!\left(\frac{Q K^{\top}}{\sqrt{2}}\right)`: an expression is
printed as a whole where matrix notation means what was computed. Where it would mean something else (`P ** 2` is no
P²), or would hide which axes are matched (broadcasting, a sum along an axis, an axis used as a number), entries are
printed with their indices: `P_{i, j}^{2}`. Brackets follow the syntax tree: `W_2 (W_1 x)` keeps its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from zhixing.language.latex_tree import (
    LINE,
    Apply,
    Bracketed,
    Chain,
    Digits,
    Enclosed,
    Level,
    Piece,
    Prefixed,
    Scripted,
    Symbol,
    add,
    at_least,
    behind,
    big,
    compare,
    fraction,
    has_index,
    indicator,
    label,
    last_factor,
    multiply,
    name_piece,
    negate,
    number_piece,
    prime,
    raise_to,
    remainder,
    root,
    round_down,
    with_index,
    write,
)
from zhixing.language.model import Axes, Axis, Declaration, Definition, Expression, Run, Start, Step
from zhixing.language.nodes import (
    Binary,
    Boolean,
    Call,
    Compare,
    Comparison,
    Field,
    Index,
    Label,
    ListLiteral,
    Name,
    NewAxis,
    Node,
    Number,
    Slice,
    Transpose,
    TupleLiteral,
    Unary,
    children,
    is_condition,
    map_children,
    mentions,
    quantity_name,
    text_of,
    walk,
)
from zhixing.language.notation import notation, print_name
from zhixing.language.run import find_axes, find_order
from zhixing.language.words import CONSTANTS, FUNCTIONS
from zhixing.language.words.word import BigOperator, Fences, Layout, Mechanism, Merge, Ordering, Word
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

# What a printer knows of an expression beside its tree: what the names in it are, and what the run says of each node.


@dataclass(frozen=True, slots=True)
class Context:
    """What names mean in an expression, and the axes that a run found for its nodes.

    `names` are the quantities, `on` has the axis of those whose values are positions of one. `loop` is the axis of the
    `each` that the expression stands in, or "", and `looped` are the steps repeated in it. `functions` are the
    definitions that are of numbers.
    """

    axes: Mapping[str, Axis] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    on: Mapping[str, str] = field(default_factory=dict)
    nodes: Mapping[Node, Axes] = field(default_factory=dict)
    loop: str = ""
    looped: frozenset[str] = frozenset()
    wording: Wording = CHINESE
    functions: frozenset[str] = frozenset()

    def dims(self, node: Node) -> Axes:
        """Return the axes of a node in order, "" for one without a name; () where the run has not computed it."""
        return self.nodes.get(node, ())

    def looks_back(self, node: Node) -> bool:
        """Return whether a node is `h[t - 1]`, this loop's own step at another position."""
        match node:
            case Index(Name(name), (first, *_)):
                return name in self.looped and mentions(first, self.loop)
        return False

    def is_axis(self, node: Node) -> bool:
        """Return whether a node is an axis used as numbers, one for each of its positions."""
        return isinstance(node, Name) and node.name in self.axes and node.name not in (self.loop, *self.names)

    def chosen_axis(self, node: Node) -> str:
        """Return the axis of which a node's values are positions, which print as its labels; "" for other values."""
        match node:
            case Name() | Field() if (name := quantity_name(node)) in self.on:
                return self.on[name]
            case Index(base):
                return self.chosen_axis(base)
            case Call(arguments=(argument, *_)) if (word := word_of(node)) and word.latex.chooses:
                over = axis_names(node) or self.dims(argument)
                return over[0] if len(over) == 1 else ""
        return ""

    def is_counted(self, name: str) -> bool:
        """Return whether a position along an axis may stand for its label."""
        axis = self.axes.get(name)
        return axis is None or not axis.numbers or axis.numbers == tuple(range(axis.size))

    def has_root(self, name: str, axis: str) -> bool:
        """Return whether one axis is another, or a second name of it."""
        a, b = self.axes.get(name), self.axes.get(axis)
        return a is not None and b is not None and a.root == b.root

    def same_labels(self, one: str, other: str) -> bool:
        """Return whether two axes have the same labels at the same positions."""
        a, b = self.axes.get(one), self.axes.get(other)
        return a is None or b is None or (a.labels, a.numbers) == (b.labels, b.numbers)


def step_context(run: Run, step: Step) -> Context:
    """Return what is known of a step's expression."""
    looped = frozenset(other.name.name for other in run.example.steps if step.each and other.each == step.each)
    return Context(
        run.example.axes, _names(run), _chosen(run), run.axes, step.each, looped, run.wording, _functions(run)
    )


def context(run: Run, tree: Node) -> Context:
    """Return what is known of an expression over the quantities of a finished run."""
    return Context(run.example.axes, _names(run), _chosen(run), find_axes(run, tree), wording=run.wording)


def _names(run: Run) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in run.quantities)


def _functions(run: Run) -> frozenset[str]:
    return frozenset(one.name for one in run.example.definitions if is_of_numbers(one))


def _chosen(run: Run) -> Mapping[str, str]:
    return {name: quantity.on[0].axis for name, quantity in run.quantities.items() if len(quantity.on) == 1}


def axis_names(node: Call) -> Axes | None:
    """Return the axes that `axis=` names in a call, None where it is left out."""
    named = node.keyword("axis")
    if named is None:
        return None
    return tuple(map(text_of, named.items if isinstance(named, ListLiteral | TupleLiteral) else (named,)))


def word_of(node: Node) -> Word | None:
    """Return the function that a node calls, None for any other node."""
    return FUNCTIONS.get(node.name) if isinstance(node, Call) else None


# Which expressions mean as a whole what was computed.


def reads_whole(node: Node, known: Context) -> bool:  # noqa: PLR0911 - a case for each kind of node
    """Return whether an expression in matrix notation means what was computed, entry by entry.

    An expression without axes is always read so: what it does with arrays stands inside a sum or another function.
    """
    match node:
        case Name():
            return not known.is_axis(node)
        case Number() | Label() | ListLiteral() | TupleLiteral():
            return True
        case Binary():
            return _operation_reads_whole(node, known)
        case Unary() if node.operator != "not":
            return reads_whole(node.operand, known)
        case Transpose():
            return reads_whole(node.operand, known)
        case Field():
            return reads_whole(node.record, known)
        case Index():
            return _index_reads_whole(node, known)
        case Call():
            return _call_reads_whole(node, known)
        case Unary() | Boolean() | Compare():
            parts = (
                (node.operand,)
                if isinstance(node, Unary)
                else node.operands
                if isinstance(node, Boolean)
                else node.sides
            )
            return all(not known.dims(part) and reads_whole(part, known) for part in parts)
    return False


def _operation_reads_whole(node: Binary, known: Context) -> bool:
    if not reads_whole(node.left, known) or not reads_whole(node.right, known):
        return False
    left, right = known.dims(node.left), known.dims(node.right)
    literal = isinstance(node.left, ListLiteral) or isinstance(node.right, ListLiteral)
    alike = left == right or (literal and len(left) == len(right))
    match node.operator:
        case "@":
            stacks = set(left[:-2]), set(right[:-2])
            return stacks[0] <= stacks[1] or stacks[1] <= stacks[0]
        case "+" | "-":
            return alike or not left or not right or _is_bias(node, left, right)
        case "*":
            return alike or not left or not right
        case "/" | "//":
            return not right
    return not left and not right


def _is_bias(node: Binary, left: Axes, right: Axes) -> bool:
    """Return whether a vector is added to every row of a product: X W + b is the usual notation."""
    match node:
        case Binary("+", Binary("@")):
            return len(left) > 1 and left[-1:] == right
    return False


def _index_reads_whole(node: Index, known: Context) -> bool:
    if known.looks_back(node):
        return all(not known.dims(item) or isinstance(item, Slice) for item in node.items[1:])
    gathers = [item for item in node.items if not isinstance(item, Slice | NewAxis) and known.dims(item)]
    slices = [item for item in node.items if isinstance(item, Slice)]
    fits = all(len(known.dims(item)) == 1 and reads_whole(item, known) for item in gathers) and len(gathers) <= 1
    spelled = all(_is_plain_slice(item) for item in slices) and not _cuts_twice(node, known)
    if known.is_axis(node.base):
        return spelled and len(slices) == len(node.items) and all(any(item.bounds) for item in slices)
    return fits and spelled and reads_whole(node.base, known)


def _cuts_twice(node: Index, known: Context) -> bool:
    """Return whether an index applies to what another index has left, and would not be printed by its labels."""
    match node.base:
        case Index(_, items) if any(isinstance(item, Slice | NewAxis) or known.dims(item) for item in items):
            return True
        case Name() | Field():
            return False
    dims = [
        i
        for i, item in enumerate(item for item in node.items if not isinstance(item, NewAxis))
        if isinstance(item, Slice)
    ]
    return any(find_slice(node.base, i, known) for i in dims)


def _is_plain_slice(item: Slice) -> bool:
    """Return whether a slice can be printed by its first and last position."""
    return item.step is None or not (item.lower or item.upper)


def _call_reads_whole(node: Call, known: Context) -> bool:  # noqa: PLR0911 - a case for each kind of word
    word = word_of(node)
    if word is None and node.name in known.functions:
        return not known.dims(node) and all(reads_whole(a, known) for a in node.arguments)
    if word is None or not node.arguments:
        return True
    if not known.dims(node) and not isinstance(word.function, Mechanism | Ordering | Merge):
        return not word.entrywise or all(not known.dims(a) and reads_whole(a, known) for a in node.arguments)
    if isinstance(word.function, Mechanism | Ordering | Merge) or word.latex.notation is Layout.DERIVATIVE:
        return True
    if word.latex.notation is Layout.CASES:
        return _cases_read_whole(node, known)
    if word.entrywise:
        return word.latex.of_arrays and all(reads_whole(a, known) for a in node.arguments)
    plain = not isinstance(word.latex.notation, BigOperator | Fences)
    return plain and reads_whole(node.arguments[0], known)


def _cases_read_whole(node: Call, known: Context) -> bool:
    condition, *branches = node.arguments
    axes = {known.dims(branch) for branch in branches} - {()}
    return not known.dims(condition) and len(axes) < 2 and all(reads_whole(part, known) for part in node.arguments)


def find_numbered(tree: Node, known: Context) -> frozenset[str]:
    """Return the axes of numbers along which an index computes a position, printed as the label there: `t_{i}`."""
    found: set[str] = set()
    for node in walk(tree):
        if isinstance(node, Index) and not known.looks_back(node):
            pairs = zip(node.items, _item_axes(node.items, known.dims(node.base)), strict=True)
            found |= {axis for item, axis in pairs if _is_numbered(item, axis, known)}
    return frozenset(found)


def _is_numbered(item: Node, axis: str, known: Context) -> bool:
    if known.is_counted(axis):
        return False
    if isinstance(item, Slice):
        return any(bound is not None and _constant(bound) is None for bound in item.bounds)
    if isinstance(item, Label | NewAxis) or _constant(item) is not None:
        return False
    chosen = known.chosen_axis(item) or (item.name if isinstance(item, Name) and item.name in known.axes else "")
    return not (chosen and known.same_labels(chosen, axis))


# Where an entry stands along an axis.


@dataclass(frozen=True, slots=True)
class At:
    """The position of a constant index. It is printed as its label.

    `fixed` says of a place that it is one of the whole axis, whatever part of the axis a slice has kept.
    """

    position: int
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Free:
    """An index that runs along an axis, and how many positions further the entry stands. It stands for labels."""

    piece: Piece
    axis: str
    shift: int = 0
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Computed:
    """An index whose value is a position."""

    piece: Piece
    fixed: bool = False


Place = At | Free | Computed


def label_piece(axis: Axis, position: int) -> Piece:
    """Return the label of a position; one that stands at other positions too has the position below it."""
    piece = label(axis.labels[position])
    return with_index(piece, (number_piece(position),)) if axis.labels.count(axis.labels[position]) > 1 else piece


# Function calls as LaTeX: roots, sums, norms, cases, else `\operatorname{softmax}_{k}\!\left(x\right)`.

MOST_STARTS = 12
"""So many numbers of a start are printed."""

TOP = r"\top"

NEW = Symbol(r"\cdot")
"""Stands for the index of a new axis, which has one position."""

_SHORT = 16  # an exponent of more characters is hard to read as one
_UNSEEN = re.compile(r"\\[A-Za-z]+|[{}_\\! ]")

COMPARISONS: Mapping[Comparison, str] = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\neq"}


def name_operator(name: str) -> str:
    r"""Return the name of a function in upright letters: `\operatorname{leaky\_relu}`."""
    escaped = name.replace("_", r"\_")
    return rf"\operatorname{{{escaped}}}"


# Functions that an example defines.


def is_of_numbers(defined: Definition) -> bool:
    """Return whether a definition is one of numbers, and of arrays entry by entry."""
    return all(_is_of_numbers(part, defined.parameters) for part in walk(defined.body.tree))


def _is_of_numbers(part: Node, parameters: Sequence[str]) -> bool:
    match part:
        case Name(name):
            return name in parameters or name in CONSTANTS
        case Call():
            return (word := word_of(part)) is not None and word.entrywise and not part.keywords
        case Binary(operator):
            return operator != "@"
    return isinstance(part, Number | Unary | Boolean | Compare)


def definition(run: Run, defined: Definition) -> str:
    r"""Return a definition: `\operatorname{elu}\!\left(x\right) = …`.

    One that is not of numbers is printed as it is of arrays with the axes that its first call has.
    """
    if is_of_numbers(defined):
        return _print_definition(run, defined, {})
    for step in run.example.steps:
        for call in _calls_of(step.expression, defined):
            return _print_definition(run, defined, _axes_at(run, defined, step.expression.expanded[call]))
    return _print_left(run, defined) + label(text_of(defined.body.written or defined.body.tree)).text


def _cuts(node: Node) -> bool:
    """Return whether a node keeps a part of an axis, whose positions then are others than its labels say."""
    return isinstance(node, Index) and any(not isinstance(item, Number | Label) for item in node.items)


def _calls_of(expression: Expression, defined: Definition) -> list[Node]:
    return [n for n in walk(expression.written or expression.tree) if isinstance(n, Call) and n.name == defined.name]


def _axes_at(run: Run, defined: Definition, made: Node) -> Mapping[Node, Axes]:
    """Return the axes that the parts of a definition have where a call has become `made`."""
    pairs = [(defined.body.tree, made)]
    nodes: dict[Node, Axes] = {}
    while pairs:
        own, put_in = pairs.pop()
        nodes[own] = run.axes.get(put_in, ())
        if not (isinstance(own, Name) and own.name in defined.parameters):
            pairs += zip(children(own), children(put_in), strict=True)
    return nodes | {own: nodes[put_in] for own, put_in in defined.body.expanded.items() if put_in in nodes}


def _print_left(run: Run, defined: Definition) -> str:
    arguments = tuple(name_piece(name, run.example.symbols) for name in defined.parameters)
    return f"{Apply(name_operator(defined.name), arguments).text} = "


def _print_definition(run: Run, defined: Definition, nodes: Mapping[Node, Axes]) -> str:
    known = Context(run.example.axes, frozenset(defined.parameters), nodes=nodes, wording=run.wording)
    known = replace(known, functions=_functions(run))
    body = defined.body.written or defined.body.tree
    called = {part.name for part in walk(body) if isinstance(part, Call) and word_of(part) is None}
    body = body if called <= known.functions else defined.body.tree
    parameters = [name_piece(name, run.example.symbols) for name in defined.parameters]
    printer = Printer(run.example.symbols, known, numbered=find_numbered(body, known)).within(parameters)
    try:
        return _print_left(run, defined) + printer.value(body).text
    except NoNotationError:
        return _print_left(run, defined) + label(text_of(body)).text


def _find_tree(run: Run, step: Step, known: Context) -> tuple[Node, Context]:
    """Return a step's expression as its author wrote it, with calls of functions that the example defines.

    A definition that does not mean the same of the arguments of a call is put in there.
    """
    expression = step.expression
    if expression.written is None:
        return expression.tree, known
    nodes = dict(known.nodes) | {own: run.axes[m] for own, m in expression.expanded.items() if m in run.axes}
    definitions = {one.name: one for one in run.example.definitions}

    def rewrite(node: Node) -> Node:
        defined = definitions.get(node.name) if isinstance(node, Call) else None
        if defined is not None and not is_of_numbers(defined):
            made = expression.expanded[node]
            if any(map(_cuts, walk(node))):
                return made
            if _print_definition(run, defined, _axes_at(run, defined, made)) != definition(run, defined):
                return made
        new = map_children(node, rewrite)
        if node in nodes:
            nodes[new] = nodes[node]
        return new

    return rewrite(expression.written), replace(known, nodes=nodes)


def formula(run: Run, step: Step) -> str:
    r"""Return a step's name and the expression that computed it, with where it starts if it looks back.

    `h_{t} = \tanh\!\left(x_{t} + h_{t - 1} U\right), \quad h_{-1} = 0, \quad t = 0 \ldots 5`.
    """
    tree, known = _find_tree(run, step, step_context(run, step))
    printer = Printer(notation(run), known, numbered=find_numbered(tree, known))
    loop = (printer.axis(step.each),) if step.each else ()
    printer = printer.within(loop)
    name = name_piece(step.name.name, printer.symbols)
    try:
        main = _print_whole(printer, tree, step.name, with_index(name, loop))
        main = main or _print_entry(printer, tree, step.name, name, loop)
    except NoNotationError:
        main = f"{with_index(name, loop).text} = {label(text_of(tree)).text}"
    return _with_start(run, step, tree, printer, main)


def _print_whole(printer: Printer, tree: Node, declared: Declaration, name: Piece) -> str:
    """Return `name = expression` in matrix notation, "" where it would mean something else.

    Axes that are declared in another order than computed are a transposition.
    """
    axes = declared.axes
    dims = printer.known.dims(tree)
    order = find_order(dims, axes) if len(dims) == len(axes) else []
    straight = sorted(order)
    turned = [*straight[:-2], *reversed(straight[-2:])]
    if not reads_whole(tree, printer.known) or order not in (straight, turned):
        return "" if len(dims) == len(axes) else f"{name.text} = {printer.whole(tree).text}"
    value = printer.whole(tree)
    return f"{name.text} = {(value if order == straight else raise_to(value, Symbol(TOP))).text}"


def _print_entry(printer: Printer, tree: Node, declared: Declaration, name: Piece, loop: tuple[Piece, ...]) -> str:
    """Return `name_{i, j} = entry` with the declared axes as indices."""
    order = find_order(printer.known.dims(tree), declared.axes)
    free = printer.free_indices(declared.axes)
    places: list[Place] = [At(0)] * len(order)
    for index, dimension in zip(free, order, strict=True):
        places[dimension] = index
    pieces = tuple(index.piece for index in free)
    try:
        value = printer.within(pieces).entry(tree, tuple(places))
    except NoNotationError:
        value = label(text_of(tree))
    return f"{with_index(name, (*loop, *pieces)).text} = {value.text}"


def _with_start(run: Run, step: Step, tree: Node, printer: Printer, main: str) -> str:
    """Return a formula with the start of what it looks back at, and what the loop's index runs over."""
    parts = (part for part in walk(tree) if printer.known.looks_back(part))
    used = {quantity_name(part.base) for part in parts if isinstance(part, Index)}
    if not used:
        return main
    lines = [main]
    for start in run.example.start:
        if start.name.name in used:
            lines += _print_start(printer, start)
    axis = run.example.axes[step.each]
    first, last = (printer.place(At(place), axis.name).text for place in (0, axis.size - 1))
    steady = not axis.numbers or is_steady(axis)
    between = [] if steady else [printer.place(At(place), axis.name).text for place in range(1, axis.size - 1)]
    running = rf"{first} \ldots {last}" if steady and axis.size > 1 else ", ".join([first, *between, last][: axis.size])
    return r", \quad ".join([*lines, f"{printer.axis(axis.name).text} = {running}"])


def _print_start(printer: Printer, start: Start) -> list[str]:
    """Return what a quantity is before the first step, unless that is too long to read."""
    name, before = start.name.name, printer.place_before(start.back)
    left = with_index(print_name(name, printer.symbols), (before,))
    if isinstance(start.value, Expression):
        outside = replace(printer, known=replace(printer.known, loop="", looped=frozenset()), scope=frozenset())
        return [f"{left.text} = {outside.value(start.value.tree).text}"]
    values = start.value.quantity.values
    if values.size and (values == values.flat[0]).all():
        return [f"{left.text} = {_print_values(float(values.flat[0])).text}"]
    if values.size > MOST_STARTS or values.ndim > 2:
        return [rf"{left.text} = \dots"]
    return [f"{left.text} = {_print_values(values.tolist()).text}"]


def _print_values(values: object) -> Piece:
    if isinstance(values, list):
        if values and isinstance(values[0], list):
            return Enclosed(
                r"\begin{bmatrix} ",
                tuple(make_row(*map(_print_values, row)) for row in values),
                r" \end{bmatrix}",
                LINE,
            )
        return Enclosed(r"\left[", tuple(map(_print_values, values)), r"\right]")
    number = values if isinstance(values, int | float) else 0.0
    return negate(number_piece(-number)) if number < 0 else number_piece(number)


def is_steady(axis: Axis) -> bool:
    """Return whether the labels of an axis are numbers that go up by 1."""
    return bool(axis.numbers) and all(b - a == 1 for a, b in zip(axis.numbers, axis.numbers[1:], strict=False))


def latex(run: Run, tree: Node) -> str:
    """Return an expression over a run's quantities, as they stand after its last step, as LaTeX."""
    try:
        known = context(run, tree)
        return Printer(notation(run), known, numbered=find_numbered(tree, known)).statement(tree).text
    except NoNotationError:
        return label(text_of(tree)).text


class NoNotationError(Exception):
    """An entry has no notation; the expression is printed as it is written."""


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints expressions: as a whole, or an entry at given places.

    `inline`: inside a script. `scope` holds the indices in use, `numbered` the axes whose labels are printed by their
    position, `t_{i}`: an index of such an axis has a prime, since t alone would be taken for it.
    """

    symbols: Mapping[str, str]
    known: Context
    inline: bool = False
    scope: frozenset[str] = frozenset()
    numbered: frozenset[str] = frozenset()

    # Indices.

    def axis(self, name: str) -> Piece:
        """Print an axis's name."""
        return name_piece(name, self.symbols)

    def within(self, pieces: Sequence[Piece]) -> Printer:
        """Return a printer inside of which some indices are in use."""
        return replace(self, scope=self.scope | {piece.text for piece in pieces})

    def free_indices(self, names: Sequence[str], places: Sequence[Place] = ()) -> list[Free]:
        """Return an index for each axis, with a prime where the plain one is in use, perhaps inside of a place."""
        found: list[Free] = []
        inside = [place.piece for place in places if not isinstance(place, At)]
        for name in names:
            piece = self.axis(name) if name else self._unnamed_index()
            piece = prime(piece) if name in self.numbered else piece
            used = [other.piece.text for other in found]
            while piece.text in {*self.scope, *used} or any(has_index(other, piece) for other in inside):
                piece = prime(piece)
            found.append(Free(piece, name))
        return found

    def _unnamed_index(self) -> Piece:
        """Return an index for a dimension without a name: a letter that stands for nothing else."""
        taken = [name_piece(name, self.symbols) for name in (*self.known.axes, *self.known.names)]
        letters = map(Symbol, "klmnpqrabcdefghijostuvwxyz")
        free = (letter for letter in letters if not any(has_index(piece, letter) for piece in taken))
        return next(free, Symbol(r"\ell"))

    def place(self, place: Place, name: str) -> Piece:
        """Print a place along an axis: the label of a constant one, the index, or what computes the position."""
        axis = self.known.axes.get(name)
        match place:
            case At(position):
                return self._print_position(position, axis)
            case Free(piece, own, shift) if self.known.is_counted(name) or self.known.same_labels(own, name):
                return self._print_shifted(piece, shift, axis)
            case Free():
                return with_index(self.axis(name), (self.position(place),))
            case Computed() if name == self.known.loop and not self.known.is_counted(name):
                raise NoNotationError  # the loop's own index, of which `t_{i}` would be an entry
            case Computed(piece):
                return piece if self.known.is_counted(name) else with_index(self.axis(name), (piece,))

    def place_before(self, back: int) -> Piece:
        """Print the place so many steps before the first of the loop's axis."""
        axis = self.known.axes[self.known.loop]
        if axis.labels and not axis.numbers:
            return self._print_shifted(self._print_position(0, axis), -back, axis)
        if not axis.numbers or is_steady(axis):
            return number_piece((axis.numbers[0] if axis.numbers else 0) - back)
        return self._print_shifted(self._print_position(0, axis), -back, axis)

    def _print_position(self, position: int, axis: Axis | None) -> Piece:
        if axis is None:
            if position < 0:
                raise NoNotationError
            return number_piece(position)
        position += axis.size if position < 0 else 0
        if position >= axis.size or not axis.labels:
            return number_piece(position)
        return number_piece(axis.numbers[position]) if axis.numbers else label_piece(axis, position)

    def _print_shifted(self, piece: Piece, shift: int, axis: Axis | None) -> Piece:
        if not shift:
            return piece
        if axis is None or not axis.numbers or is_steady(axis):
            return add((piece, number_piece(abs(shift))), ("-" if shift < 0 else "+",))
        for _ in range(abs(shift)):
            piece = Apply(r"\operatorname{pred}" if shift < 0 else r"\operatorname{succ}", (piece,))
        return piece

    def position(self, place: Place) -> Piece:
        """Print a place as a position."""
        match place:
            case At(position):
                return number_piece(position)
            case Computed(piece):
                return piece
            case Free(piece, name, shift):
                axis = self.known.axes.get(name)
                if axis is not None and axis.numbers and axis.numbers != tuple(range(axis.size)):
                    raise NoNotationError
                return self._print_shifted(piece, shift, None)

    def move(self, place: Place, distance: Node | None) -> Place:
        """Return a place so many positions further."""
        constant = 0 if distance is None else _constant(distance)
        if constant is None and distance is not None:
            script = self.script(distance)
            return Computed(script if place == At(0) else add((self.position(place), script), ("+",)))
        if not constant:
            return place
        match place:
            case At(position):
                return At(position + constant)
            case Free():
                return replace(place, shift=place.shift + constant)
            case Computed(piece):
                return Computed(add((piece, number_piece(constant)), ("+",)))

    # Values and statements.

    def value(self, node: Node) -> Piece:
        """Print an expression in a single way: as a whole where that reads right, else by its entries in brackets."""
        if reads_whole(node, self.known) or self.known.is_axis(node):
            return self.whole(node)
        return self._array(node)

    def _array(self, node: Node) -> Piece:
        """Print an array by its entries in brackets."""
        dims = self.known.dims(node)
        free = self.free_indices(dims)
        pieces = tuple(index.piece for index in free)
        entry = self.within(pieces).entry(node, tuple(free))
        new = [not index.axis and not has_index(entry, index.piece) for index in free]
        below = tuple(NEW if new[i] else self.range_of(node, i, index) for i, index in enumerate(free))
        return with_index(Enclosed(r"\left[", (entry,), r"\right]"), below) if pieces else entry

    def statement(self, node: Node) -> Piece:
        """Print an expression as a statement, where a comparison stands for itself; it is about every entry."""
        dims = self._indexed_dims(node)
        free = self.free_indices(dims)
        return self.within(tuple(index.piece for index in free)).condition(node, tuple(free))

    def _indexed_dims(self, node: Node) -> Axes:
        whole = all(reads_whole(side, self.known) for side in _sides(node))
        named = [side for side in _sides(node) if not isinstance(side, ListLiteral)]
        same = len({self.known.dims(side) for side in named} - {()}) < 2
        return () if whole and same else self.known.dims(node)

    def condition(self, node: Node, places: tuple[Place, ...]) -> Piece:
        """Print a statement about an entry; without places, about arrays as they are."""
        match node:
            case Compare():
                sides = [self._side(node, side, places) for side in node.sides]
                return compare(sides, [COMPARISONS[op] for op in node.operators])
            case Boolean():
                level, sign = (Level.AND, r"\land") if node.operator == "and" else (Level.OR, r"\lor")
                parts = [self.condition(part, self.part(node, part, places)) for part in node.operands]
                bracketed = tuple(at_least(part, Level(level + 1)) for part in parts)
                return Chain(bracketed, (sign,) * (len(parts) - 1), level)
            case Unary("not", operand):
                return Prefixed(r"\lnot", at_least(self.condition(operand, places), Level.BIG), Level.NOT)
        if is_condition(node) or not places:
            return self.value(node)
        return self.entry(node, places)

    def _side(self, node: Compare, side: Node, places: tuple[Place, ...]) -> Piece:
        place = next(iter(self.part(node, side, places)), None) if self.known.is_axis(side) else None
        if isinstance(side, Name) and place is not None and any(isinstance(other, Label) for other in node.sides):
            return self._label_at(place, side.name)
        return (
            self.entry(side, self.part(node, side, places)) if places or not self.known.dims(side) else self.whole(side)
        )

    def _label_at(self, place: Place, name: str) -> Piece:
        """Print the label of an axis at a place, to be compared with another."""
        if isinstance(place, Computed) and self.known.is_counted(name):
            if self.axis(name).text in self.scope:
                raise NoNotationError  # beside the index of that axis, an index below it has no meaning
            return with_index(self.axis(name), (place.piece,))
        return self.place(place, name)

    def part(self, whole: Node, part: Node, places: tuple[Place, ...]) -> tuple[Place, ...]:
        """Return the places of an operand's entry that goes into an entry of an elementwise operation."""
        return match_places(self.known.dims(whole), name_like(whole, part, self.known), places) if places else ()

    def script(self, node: Node) -> Piece:
        """Print an exponent or an index."""
        return replace(self, inline=True).value(node)

    def option(self, node: Node) -> Piece:
        """Print what is given by name; an array's entries have their axes, by which it is matched."""
        if isinstance(node, Label) or reads_whole(node, self.known):
            return self.whole(node)
        free = replace(self, scope=frozenset()).free_indices(self.known.dims(node))
        return replace(self, scope=frozenset()).entry(node, tuple(free))

    # As a whole.

    def whole(self, node: Node) -> Piece:  # noqa: C901, PLR0911 - a case for each kind of node
        """Print an expression in matrix notation."""
        match node:
            case Name():
                piece = name_piece(node.name, self.symbols)
                return with_index(piece, (self.axis(self.known.loop),)) if node.name in self.known.looped else piece
            case Number():
                return number_piece(node.number)
            case Label():
                return label(node.text)
            case Binary():
                return self._print_binary(node, self.whole(node.left), self.whole_right(node))
            case Unary("not") | Boolean() | Compare():
                return indicator(self.condition(node, ()))
            case Unary():
                return negate(self.whole(node.operand)) if node.operator == "-" else self.whole(node.operand)
            case Transpose():
                turned = len(self.known.dims(node)) > 1
                return raise_to(self.whole(node.operand), Symbol(TOP)) if turned else self.whole(node.operand)
            case Field():
                return self._print_field(node)
            case Index():
                return self._print_index(node)
            case ListLiteral() | TupleLiteral():
                return self._print_list(node)
            case Call():
                return self.call(node)
        return label(text_of(node))

    def whole_right(self, node: Binary) -> Piece:
        """Print the right operand; the exponent of a power in small print."""
        return self.script(node.right) if node.operator == "**" else self.whole(node.right)

    def _print_binary(self, node: Binary, left: Piece, right: Piece, *, entry: bool = False) -> Piece:
        if node.operator == "@":
            return self._print_matmul(node, left, right)
        if node.operator == "**":
            return raise_to(left, right)
        if node.operator == "*":
            return self._print_product(node, left, right, entry=entry)
        if node.operator in ("+", "-"):
            return add((left, right), (node.operator,))
        if node.operator == "%":
            return remainder(behind(left, Level.LOOSE), right)
        quotient = fraction(left, right, inline=self.inline)
        return round_down(quotient) if node.operator == "//" else quotient

    def _print_product(self, node: Binary, left: Piece, right: Piece, *, entry: bool) -> Piece:
        sides = [self.known.dims(side) for side in (node.left, node.right)]
        arrays = not entry and all(sides)
        matrix = not entry and isinstance(node.right, Binary) and node.right.operator == "@"
        right = behind(right, Level.TIGHT) if matrix and (arrays or not sides[0]) else last_factor(right)
        return multiply(at_least(left, Level.LOOSE), right, array=arrays)

    def _print_matmul(self, node: Binary, left: Piece, right: Piece) -> Piece:
        vectors = all(len(self.known.dims(side)) == 1 for side in (node.left, node.right))
        left = at_least(left, Level.LOOSE if vectors else Level.TIGHT)
        return multiply(left, behind(right, Level.APPLIED), dot=vectors, elementwise=False)

    def _print_field(self, node: Field) -> Piece:
        if (name := quantity_name(node)) in self.symbols:
            piece = name_piece(name, self.symbols)
            looped = isinstance(node.record, Name) and node.record.name in self.known.looped
            return with_index(piece, (self.axis(self.known.loop),)) if looped else piece
        if isinstance(node.record, Call):
            return self.call(node.record, node.name)
        if isinstance(node.record, Name) and node.record.name in self.known.looped:
            own = name_piece(node.record.name, self.symbols)
            return with_index(own, (name_piece(node.name, {}), self.axis(self.known.loop)))
        return with_index(self.whole(node.record), (name_piece(node.name, {}),))

    def _print_list(self, node: ListLiteral | TupleLiteral) -> Piece:
        rows = [item for item in node.items if isinstance(item, ListLiteral)]
        nested = any(isinstance(item, ListLiteral) for row in rows for item in row.items)
        if rows and len(rows) == len(node.items) and not nested:
            lines = tuple(make_row(*map(self.value, row.items)) for row in rows)
            return Enclosed(r"\begin{bmatrix} ", lines, r" \end{bmatrix}", LINE)
        return Enclosed(r"\left[", tuple(map(self.value, node.items)), r"\right]")

    def _print_index(self, node: Index) -> Piece:
        back = self.known.looks_back(node)
        base, dims = self._base(node, back)
        items: list[Piece] = []
        dim = 0
        for item, axis in zip(node.items, _item_axes(node.items, dims), strict=True):
            items.append(self._print_item(item, axis, None if back else (node.base, dim)))
            dim += not isinstance(item, NewAxis)
        own = isinstance(node.base, Name | Field | Index) or back
        indexed = isinstance(base, Scripted) and base.below and not isinstance(node.base, Name | Field | Index)
        return with_index(Bracketed(base) if indexed else base if own else _bracket(base), tuple(items))

    def _shift(self, node: Node, dim: int, place: Place, axis: str) -> Place:
        """Return a place of an expression by the labels of the axis, of which a slice may have kept a part."""
        named = isinstance(node, Name) or (isinstance(node, Field) and isinstance(node.record, Name))
        cut = None if named else find_slice(node, dim, self.known)
        return place if cut is None else self._place_in_slice(place, cut, axis)

    def _base(self, node: Index, back: bool) -> tuple[Piece, Axes]:
        """Return what is indexed, and the axes of its indices."""
        dims = self.known.dims(node.base)
        if not back or not isinstance(node.base, Name):
            return self.whole(node.base), dims
        return name_piece(node.base.name, self.symbols), (self.known.loop, *dims)

    def _print_item(self, item: Node, axis: str, of: tuple[Node, int] | None) -> Piece:
        """Print an index; `of` is what is indexed, and which of its dimensions."""
        if isinstance(item, Slice):
            return self._print_slice(item, axis)
        if isinstance(item, NewAxis):
            return NEW
        place = self._read_item(item, axis)
        labelled = isinstance(item, Label) or of is None
        return self.place(place if labelled or of is None else self._shift(*of, place, axis), axis)

    def _read_item(self, item: Node, axis: str) -> Place:
        """Return where an index without axes of its own stands."""
        if isinstance(item, Label):
            piece = label(item.text) if not self._numbers(axis) else number_piece(float(item.text))
            return Free(piece, axis, fixed=True)
        constant = _constant(item)
        if constant is not None:
            return At(constant)
        loop = self.known.loop
        match item:
            case Name(name) if name == loop and self.known.has_root(loop, axis):
                return Free(self.axis(loop), loop)
            case Binary("-" | "+" as sign, Name(name), right) if name == loop == axis and _constant(right) is not None:
                return Free(self.axis(loop), loop, (_constant(right) or 0) * (1 if sign == "+" else -1))
        if chosen := self.known.chosen_axis(item):
            return self._chosen_place(self.script(item), chosen, axis)
        return Computed(self.script(item))

    def _numbers(self, axis: str) -> bool:
        return axis in self.known.axes and bool(self.known.axes[axis].numbers)

    def _print_slice(self, node: Slice, axis: str) -> Piece:
        r"""Print `:` for all, `a \ldots b` with both ends included, or `\{a, b, \ldots, c\}`."""
        step = _constant(node.step) if node.step else 1
        size = self.known.axes[axis].size if axis in self.known.axes else None
        lower, upper = (None if b is None else _constant(b) for b in (node.lower, node.upper))
        if not any(node.bounds):
            return Symbol(":")
        if (
            size is not None
            and step is not None
            and all((c is None) == (b is None) for c, b in zip((lower, upper), node.bounds, strict=False))
        ):
            places = range(size)[slice(lower, upper, step)]
            return self._print_range(places, axis)
        if isinstance(node.upper, Binary) and _is_next(node.lower, node.upper) and node.lower:
            return Enclosed(r"\{", (self.place(self._read_item(node.lower, axis), axis),), r"\}")
        first = self.place(self._read_item(node.lower, axis) if node.lower else At(0), axis)
        if node.upper is None:
            last = self.place(At(-1), axis)
        else:
            last = self.place(Computed(_less_one(self.script(node.upper), node.upper)), axis)
        return Enclosed("", (first, last), "", r" \ldots ")

    def _print_range(self, places: range, axis: str) -> Piece:
        ends = [self.place(At(place), axis) for place in (*places[:2], *places[-1:])]
        if len(places) < 2:
            return Enclosed(r"\{", tuple(ends[:1]) if places else (), r"\}")
        if abs(places.step) == 1:
            return Enclosed("", (ends[0], ends[-1]), "", r" \ldots ")
        return Enclosed(r"\{", tuple(ends[:2]) if len(places) == 2 else (*ends[:2], Symbol(r"\ldots"), ends[-1]), r"\}")

    # Entry by entry.

    def entry(self, node: Node, places: tuple[Place, ...]) -> Piece:
        """Print an entry of an expression: one place for each of its axes."""
        if not places:
            return self.value(node) if reads_whole(node, self.known) else self._entry_of(node, ())
        match node:
            case Name() if self.known.is_axis(node):
                return self._axis_value(node, places[0])
        return self._entry_of(node, places)

    def _entry_of(self, node: Node, places: tuple[Place, ...]) -> Piece:  # noqa: PLR0911 - as above
        match node:
            case Name() | Field():
                return self._subscript(
                    self.whole(node), node, places, bracket=isinstance(node, Field) and isinstance(node.record, Call)
                )
            case Transpose():
                swapped = (*places[:-2], places[-1], places[-2]) if len(places) > 1 else places
                return self.entry(node.operand, swapped)
            case ListLiteral() | TupleLiteral():
                return self._subscript(Bracketed(self.whole(node)), node, places)
            case Binary("@"):
                return self._contraction(node, places)
            case Binary():
                left = self.entry(node.left, self.part(node, node.left, places))
                mode = replace(self, inline=True) if node.operator == "**" else self
                right = mode.entry(node.right, self.part(node, node.right, places))
                return self._print_binary(node, left, right, entry=True)
            case Unary("not") | Boolean() | Compare():
                return indicator(self.condition(node, places))
            case Unary():
                operand = self.entry(node.operand, places)
                return negate(operand) if node.operator == "-" else operand
            case Index():
                return self._entry_of_index(node, places)
            case Call():
                return self.entry_of_call(node, places)
        return self._subscript(self.whole(node), node, places)

    def _subscript(self, piece: Piece, node: Node, places: tuple[Place, ...], *, bracket: bool = False) -> Piece:
        names = self.known.dims(node)
        piece = _bracket(piece) if bracket else piece
        shifted = [self._shift(node, i, *pair) for i, pair in enumerate(zip(places, names, strict=True))]
        return with_index(piece, tuple(self.place(*pair) for pair in zip(shifted, names, strict=True)))

    def _axis_value(self, node: Name, place: Place) -> Piece:
        """Print the number that an axis has at a place: its label where that is a number, else the position."""
        if isinstance(place, At) and not self._numbers(node.name):
            return number_piece(place.position % self.known.axes[node.name].size)
        return self.place(place, node.name)

    def _contraction(self, node: Binary, places: tuple[Place, ...]) -> Piece:
        left, right = self.known.dims(node.left), self.known.dims(node.right)
        if reads_whole(node, self.known):
            return self._subscript(_bracket(self.whole(node)), node, places)
        own = self.known.dims(node)
        inner = self.free_indices(left[-1:] if left[-1] else right[-2:][:1], places)[0]
        batch = len(own) - (len(left) > 1) - (len(right) > 1)
        lead = dict(zip(own[:batch], places[:batch], strict=True))
        row = places[batch : batch + (len(left) > 1)]
        column = places[len(places) - (len(right) > 1) :] if len(right) > 1 else ()
        mode = self.within((inner.piece,))
        a = mode.entry(node.left, (*(lead[axis] for axis in left[:-2]), *row, inner))
        b = mode.entry(node.right, (*(lead[axis] for axis in right[:-2]), inner, *column))
        product = multiply(at_least(a, Level.LOOSE), last_factor(b))
        return big(r"\sum", product, (self.range_of(node.left, len(left) - 1, inner),))

    def range_of(self, node: Node, dim: int, index: Free) -> Piece:
        """Return what stands below a sum: the index, with its bound where a slice has cut the axis."""
        cut = find_slice(node, dim, self.known)
        if cut is None:
            return index.piece
        axis = self.known.axes.get(index.axis)
        bounds = tuple(None if bound is None else _constant(bound) for bound in cut.bounds)
        known = all((a is None) == (b is None) for a, b in zip(bounds, cut.bounds, strict=True))
        if axis is not None and known:
            return self._first_of(index, axis, len(range(axis.size)[slice(*bounds)]))
        if cut.lower is not None or cut.upper is None or cut.step is not None or not self.known.is_counted(index.axis):
            raise NoNotationError
        return Chain((index.piece, self.script(cut.upper)), ("<",), Level.COMPARE)

    def _first_of(self, index: Free, axis: Axis, count: int) -> Piece:
        """Return an index that runs over the first so many positions of its axis."""
        if count == axis.size:
            return index.piece
        if self.known.is_counted(axis.name):
            return Chain((index.piece, number_piece(count)), ("<",), Level.COMPARE)
        if list(axis.numbers) != sorted(set(axis.numbers)):
            raise NoNotationError
        return Chain((index.piece, number_piece(axis.numbers[count])), ("<",), Level.COMPARE)

    def _entry_of_index(self, node: Index, places: tuple[Place, ...]) -> Piece:
        """Print an entry of `x[items]` as the entry of x where it stands."""
        back = self.known.looks_back(node)
        dims = (*((self.known.loop,) if back else ()), *self.known.dims(node.base))
        axes = _item_axes(node.items, dims)
        waiting = list(places)
        gathers = [
            item for item in node.items if not isinstance(item, Slice | NewAxis | Label) and self.known.dims(item)
        ]
        rest = len(dims) - sum(not isinstance(item, NewAxis) for item in node.items)
        kept = rest + sum(isinstance(item, Slice | NewAxis) for item in node.items)
        shared = len(places) - kept
        names = self.known.dims(node)
        found: list[Place] = []
        group: tuple[tuple[Place, ...], Axes] | None = None
        for item, axis in zip(node.items, axes, strict=True):
            if isinstance(item, NewAxis):
                waiting.pop(0)
            elif isinstance(item, Slice):
                found.append(self._place_in_slice(waiting.pop(0), item, axis))
            elif item in gathers:
                if group is None:
                    at = len(places) - len(waiting)
                    group = tuple(waiting[:shared]), names[at : at + shared]
                    del waiting[:shared]
                own = match_places(group[1], self.known.dims(item), group[0])
                found.append(self._gathered(item, own, axis))
            else:
                found.append(self._read_item(item, axis))
        found += waiting
        if back and isinstance(node.base, Name):
            pieces = (self.place(place, name) for place, name in zip(found, dims, strict=True))
            return with_index(name_piece(node.base.name, self.symbols), tuple(pieces))
        return self.entry(node.base, tuple(found))

    def _gathered(self, item: Node, places: tuple[Place, ...], axis: str) -> Place:
        if (
            self.known.is_axis(item)
            and isinstance(item, Name)
            and (not self._numbers(item.name) or self.known.has_root(item.name, axis))
            and isinstance(places[0], Free | At)
        ):
            return replace(places[0], fixed=self.known.has_root(item.name, axis))
        piece = replace(self, inline=True).entry(item, places)
        chosen = self.known.chosen_axis(item)
        if isinstance(piece, Digits) and piece.latex.isdecimal():
            return At(int(piece.latex))
        return self._chosen_place(piece, chosen, axis) if chosen else Computed(piece)

    def _chosen_place(self, piece: Piece, chosen: str, axis: str) -> Place:
        """Return the place along an axis of what prints as the label of a position, perhaps of another axis.

        Raises:
            NoNotationError: the label says nothing about the position.
        """
        fixed = self.known.has_root(chosen, axis)
        if self.known.same_labels(chosen, axis):
            return Free(piece, axis, fixed=fixed)
        if self.known.axes[chosen].labels:
            raise NoNotationError
        return Computed(piece, fixed)

    def _place_in_slice(self, place: Place, item: Slice, axis: str) -> Place:  # noqa: PLR0911 - a case for each slice
        if place.fixed:
            return place
        bounds = [None if bound is None else _constant(bound) for bound in item.bounds]
        known = all((a is None) == (b is None) for a, b in zip(bounds, item.bounds, strict=True))
        if isinstance(place, At) and known and axis in self.known.axes:
            return At(range(self.known.axes[axis].size)[slice(*bounds)][place.position])
        if isinstance(place, Free) and bounds == [None, None, -1] and not self.known.is_counted(axis):
            return self._mirrored(place, self.known.axes[axis])
        if item.step is None:
            lower = _constant(item.lower) if item.lower else 0
            if lower is not None and lower < 0:
                if axis not in self.known.axes:
                    raise NoNotationError
                return self._moved(place, self.known.axes[axis].size + lower)
            return self.move(place, item.lower)
        step, size = _constant(item.step), self.known.axes[axis].size if axis in self.known.axes else None
        if step is None or size is None or item.lower or item.upper:
            raise NoNotationError
        position = self.position(place)
        if step < 0:
            return Computed(add((number_piece(size - 1), _times(-step, position)), ("-",)))
        return Computed(_times(step, position))

    def _mirrored(self, place: Free, axis: Axis) -> Place:
        """Return where an entry of a reversed axis of numbers stands, if these are evenly spaced."""
        pairs = zip(axis.numbers, axis.numbers[::-1], strict=True)
        ends = axis.numbers[0] + axis.numbers[-1]
        if place.shift or not self.known.same_labels(place.axis, axis.name) or any(a + b != ends for a, b in pairs):
            raise NoNotationError
        return Free(add((number_piece(ends), place.piece), ("-",)), axis.name)

    def _moved(self, place: Place, distance: int) -> Place:
        match place:
            case At(position):
                return At(position + distance)
            case Free():
                return replace(place, shift=place.shift + distance)
            case Computed(piece):
                return Computed(add((piece, number_piece(distance)), ("+",)))

    # Calls.

    def call(self, node: Call, field: str = "") -> Piece:
        """Print a call as a whole. `field` is the part taken of a function with several results."""
        word = word_of(node)
        if word is None:  # a function that the example defines
            return Apply(name_operator(node.name), tuple(map(self.value, node.arguments)))
        if not node.arguments:
            return _print_applied(self, word, node, field)
        if (piece := self._notation_of(word, node, ())) is not None:
            return piece
        if word.reduces:
            return self._reduced(word, node, ())
        return _print_applied(self, word, node, field)

    def entry_of_call(self, node: Call, places: tuple[Place, ...]) -> Piece:  # noqa: PLR0911 - as above
        """Print an entry of what a call gives."""
        word = word_of(node)
        if word is None and node.name in self.known.functions:
            entries = (self.entry(a, self.part(node, a, places)) for a in node.arguments)
            return Apply(name_operator(node.name), tuple(entries))
        if word is None or not node.arguments:
            return self._subscript(_bracket(self.whole(node)), node, places)
        if (piece := self._notation_of(word, node, places)) is not None:
            return piece
        if word.entrywise:
            arguments = [self.entry(a, self.part(node, a, places)) for a in node.arguments]
            return _apply(self, word, node, arguments)
        if word.reduces:
            return self._reduced(word, node, places)
        if word.keeps_axis:
            return self._kept(word, node, places)
        return self._subscript(_bracket(self.whole(node)), node, places)

    def _notation_of(self, word: Word, node: Call, places: tuple[Place, ...]) -> Piece | None:
        """Return a call in its word's own notation; None where it has none, or none that fits here."""
        match word.latex.notation:
            case Fences(opening, closing) if word.reduces:
                return self._norm(node, places, opening, closing)
            case Fences(opening, closing):
                return Enclosed(opening, (self.argument(node, 0, places),), closing)
            case BigOperator(sign):
                return self._big(node, places, sign)
            case Layout() as layout:
                return _LAYOUTS[layout](self, node, places)
        return None

    def argument(self, node: Call, which: int, places: tuple[Place, ...]) -> Piece:
        """Print an argument of a function that works entry by entry."""
        argument = node.arguments[which]
        whole = not places and self.known.dims(node)
        return self.whole(argument) if whole else self.entry(argument, self.part(node, argument, places))

    def split(self, node: Call, places: tuple[Place, ...]) -> tuple[tuple[Place, ...], list[Free], tuple[int, ...]]:
        """Return the places of a reduction's argument, the indices that are bound, and their dimensions."""
        dims = self.known.dims(node.arguments[0])
        names = axis_names(node)
        over = tuple(range(len(dims))) if names is None else tuple(self.dimension(dims, name) for name in names)
        bound = self.free_indices([dims[i] if names is None else names[over.index(i)] for i in over], places)
        rest = iter(places)
        full = tuple(bound[over.index(i)] if i in over else next(rest) for i in range(len(dims)))
        return full, bound, over

    def dimension(self, dims: Axes, name: str) -> int:
        """Return the dimension that `axis=` names, perhaps by a second name of its axis."""
        if name in dims:
            return dims.index(name)
        alike = [i for i, own in enumerate(dims) if own and self.known.same_labels(own, name)]
        roots = (
            [i for i in alike if self.known.axes[dims[i]].root == self.known.axes[name].root]
            if name in self.known.axes
            else []
        )
        if not roots:
            raise NoNotationError
        return roots[0]

    def _big(self, node: Call, places: tuple[Place, ...], sign: str) -> Piece | None:
        r"""Return `\sum_{k} x_{k}`."""
        argument = node.arguments[0]
        if not self.known.dims(argument):
            return self.value(argument)
        full, bound, over = self.split(node, places)
        mode = self.within(tuple(index.piece for index in bound))
        body = mode.entry(argument, full)
        below = self._bounds(argument, over, bound, body)
        return big(sign, body, below) if below else body

    def _bounds(self, node: Node, over: Sequence[int], bound: Sequence[Free], entry: Piece) -> tuple[Piece, ...]:
        """Return what stands below a reduction; the index of a new axis, of which no entry depends, is left out."""
        pairs = (
            (i, index) for i, index in zip(over, bound, strict=True) if index.axis or has_index(entry, index.piece)
        )
        return tuple(self.range_of(node, i, index) for i, index in pairs)

    def _norm(self, node: Call, places: tuple[Place, ...], opening: str, closing: str) -> Piece | None:
        """Return a norm: of a vector, of all entries of a matrix (with an F), or as the root of a sum of squares."""
        argument = node.arguments[0]
        dims = self.known.dims(argument)
        if not dims:
            return Enclosed(r"\left\lvert ", (self.value(argument),), r" \right\rvert")
        full, bound, over = self.split(node, places)
        named = isinstance(argument, Name | Field) and not (
            isinstance(argument, Field) and isinstance(argument.record, Call)
        )
        if len(over) == len(dims) and reads_whole(argument, self.known):
            fenced = Enclosed(opening, (self.whole(argument),), closing)
            return with_index(fenced, (Symbol("F"),)) if len(dims) > 1 else fenced
        if named and len(over) == 1 and not self.known.is_axis(argument):
            return Enclosed(opening, (self._row(argument, full, over[0]),), closing)
        square = raise_to(self.within(tuple(i.piece for i in bound)).entry(argument, full), Digits("2"))
        below = self._bounds(argument, over, bound, square)
        return root(big(r"\sum", square, below))

    def _row(self, node: Node, places: tuple[Place, ...], over: int) -> Piece:
        """Print a quantity at all places but one, along which it is whole: `A_{i}`, `A_{:, j}`."""
        names = self.known.dims(node)
        pieces = [
            Symbol(":") if i == over else self.place(p, n) for i, (p, n) in enumerate(zip(places, names, strict=True))
        ]
        return with_index(self.whole(node), tuple(pieces[:-1] if over == len(places) - 1 else pieces))

    def _reduced(self, word: Word, node: Call, places: tuple[Place, ...]) -> Piece:
        argument = node.arguments[0]
        if not self.known.dims(argument):
            return _apply(self, word, node, [self.value(argument)])
        dims = self.known.dims(argument)
        named = {self.axis(dims[self.dimension(dims, name)]).text for name in axis_names(node) or ()}
        apart = named.isdisjoint(self.scope) or len(named) == len(dims)
        if not places and apart and reads_whole(argument, self.known):
            return _print_applied(self, word, node, "")
        if not places and self.known.dims(node):  # an index in use stands below the function
            return self._array(node)
        full, bound, over = self.split(node, places)
        mode = self.within(tuple(index.piece for index in bound))
        entry = mode.condition(argument, full) if word.latex.statement else mode.entry(argument, full)
        below = self._bounds(argument, over, bound, entry)
        return _apply(self, word, node, [entry], below)

    def _kept(self, word: Word, node: Call, places: tuple[Place, ...]) -> Piece:
        """Print an entry of a softmax: the index along its axis is that of the entry."""
        argument = node.arguments[0]
        dims = self.known.dims(argument)
        names = axis_names(node) or dims[-1:]
        over = tuple(self.dimension(dims, name) for name in names)
        plain = all(isinstance(p := places[i], Free) and not p.shift and p.axis for i in over)
        if not plain and reads_whole(node, self.known):
            return self._subscript(_bracket(self.whole(node)), node, places)
        if not plain:
            return self._evaluated(word, node, places, over)
        below = tuple(self.range_of(argument, i, p) for i in over if isinstance(p := places[i], Free))
        return _apply(self, word, node, [self.entry(argument, places)], below)

    def _evaluated(self, word: Word, node: Call, places: tuple[Place, ...], over: tuple[int, ...]) -> Piece:
        r"""Return `\left. f \right|_{k = 3}`: a function along an axis, at a place that is no plain index."""
        dims = self.known.dims(node)
        free = dict(zip(over, self.free_indices([dims[i] for i in over], places), strict=True))
        mode = self.within(tuple(index.piece for index in free.values()))
        inner = mode._kept(word, node, tuple(free.get(i, place) for i, place in enumerate(places)))
        at = tuple(
            Chain((index.piece, self.place(places[i], dims[i])), ("=",), Level.COMPARE) for i, index in free.items()
        )
        return with_index(Enclosed(r"\left.", (inner,), r"\right|"), at)


def match_places(dimensions: Axes, own: Axes, places: tuple[Place, ...]) -> tuple[Place, ...]:
    """Return the places of an operand among those of the result, matched by name as the operation does."""
    if len(own) == len(dimensions) and all(a == b or not (a and b) for a, b in zip(own, dimensions, strict=True)):
        return places
    if not all(own):
        return places[len(places) - len(own) :]
    left = dict(enumerate(dimensions))
    found: list[Place | None] = []
    for axis in own:
        place = next((i for i, name in left.items() if name == axis), None)
        found.append(None if place is None else places[place])
        left.pop(place, None) if place is not None else None
    rest = iter(left)
    return tuple(places[next(rest)] if place is None else place for place in found)


def name_like(whole: Node, part: Node, known: Context) -> Axes:
    """Return the axes of an operand; a list has those of the first operand with names that has as many."""
    own = known.dims(part)
    if any(own) or not own:
        return own
    operands = whole.arguments if isinstance(whole, Call) else _operands(whole)
    others = [axes for other in operands if other is not part and (axes := known.dims(other))]
    model = next((axes for axes in others if all(axes) and len(axes) >= len(own)), own)
    return own if all(len(axes) == len(own) for axes in others) else model[len(model) - len(own) :]


def find_slice(node: Node, dim: int, known: Context) -> Slice | None:
    """Return the slice that has cut a dimension of an expression, None where the axis is whole."""
    dims = known.dims(node)
    match node:
        case Index():
            return _find_in_index(node, dim, known)
        case Binary("@"):
            parts = _find_in_product(node, dim, known)
            return next((cut for part, i in parts if (cut := find_slice(part, i, known))), None)
        case Transpose(operand):
            swap = {len(dims) - 1: len(dims) - 2, len(dims) - 2: len(dims) - 1} if len(dims) > 1 else {}
            return find_slice(operand, swap.get(dim, dim), known)
        case Field(Call() as call) if dims:
            return next((cut for part in call.arguments if (cut := _find_in_argument(part, dims[dim], known))), None)
        case Binary() | Unary() | Boolean() | Compare() | Call() if dims:
            parts_of = node.arguments if isinstance(node, Call) else _operands(node)
            return next((cut for part in parts_of if (cut := _find_in_argument(part, dims[dim], known))), None)
    return None


def _find_in_index(node: Index, dim: int, known: Context) -> Slice | None:
    """Follow a dimension of `x[items]` to the item that gives it, or to a dimension of x behind the items."""
    at = seen = 0
    for item in node.items[1:] if known.looks_back(node) else node.items:
        width = 1 if isinstance(item, Slice | NewAxis) else len(known.dims(item))
        if at <= dim < at + width:
            if isinstance(item, Slice):
                return item if any(item.bounds) else find_slice(node.base, seen, known)
            return None if isinstance(item, NewAxis) else find_slice(item, dim - at, known)
        at += width
        seen += not isinstance(item, NewAxis)
    rest = seen + dim - at
    return find_slice(node.base, rest, known) if rest < len(known.dims(node.base)) else None


def _find_in_product(node: Binary, dim: int, known: Context) -> list[tuple[Node, int]]:
    """Return the operands of a matrix product that have one of its dimensions, each with its own dimension."""
    dims, left, right = (known.dims(part) for part in (node, node.left, node.right))
    batch = len(dims) - (len(left) > 1) - (len(right) > 1)
    if dim < batch:
        sides = (node.left, left), (node.right, right)
        return [(part, own.index(dims[dim])) for part, own in sides if dims[dim] in own[:-2]]
    if dim == batch and len(left) > 1:
        return [(node.left, len(left) - 2)]
    return [(node.right, len(right) - 1)]


def _find_in_argument(part: Node, axis: str, known: Context) -> Slice | None:
    own = known.dims(part)
    return find_slice(part, own.index(axis), known) if axis in own else None


def _operands(node: Node) -> tuple[Node, ...]:
    match node:
        case Binary():
            return node.left, node.right
        case Unary():
            return (node.operand,)
        case Boolean():
            return node.operands
        case Compare():
            return node.sides
    return ()


def _sides(node: Node) -> tuple[Node, ...]:
    match node:
        case Compare():
            return node.sides
        case Boolean():
            return tuple(side for part in node.operands for side in _sides(part))
        case Unary("not", operand):
            return _sides(operand)
    return (node,)


def _item_axes(items: Sequence[Node], dims: Axes) -> list[str]:
    """Return the axis that each index is along, "" for a new one."""
    rest = iter(dims)
    return ["" if isinstance(item, NewAxis) else next(rest, "") for item in items]


def _constant(node: Node | None) -> int | None:
    """Return the whole number that an index is, None for any other expression."""
    match node:
        case Number(value):
            return int(value) if value == value // 1 else None
        case Unary("-", Number(value)):
            return -int(value)
    return None


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


def _bracket(piece: Piece) -> Piece:
    """Return a piece in brackets, unless it is in brackets or a bare name."""
    return (
        piece
        if isinstance(piece, Bracketed | Scripted | Symbol) and not (isinstance(piece, Scripted) and piece.power)
        else Bracketed(piece)
    )


def make_row(*cells: Piece) -> Piece:
    """Return a row of a matrix or of cases."""
    return Enclosed("", cells, "", " & ")


def _print_applied(printer: Printer, word: Word, node: Call, field: str) -> Piece:
    r"""Return `\operatorname{f}_{axes}\!\left(arguments\right)` of whole arguments."""
    dims = printer.known.dims(node.arguments[0]) if node.arguments else ()
    names = [dims[printer.dimension(dims, name)] for name in axis_names(node) or ()]
    names = [] if word.reduces and len(names) == len(dims) else names
    below = tuple(printer.axis(name) for name in names)
    below = below or ((_make_upright(field),) if field not in ("", "output") else ())
    mode = printer.within(below) if names and word.reduces else printer
    if word.latex.statement and node.arguments and not printer.known.dims(node.arguments[0]):
        return _apply(printer, word, node, [mode.condition(node.arguments[0], ())], below)
    return _apply(printer, word, node, [mode.value(a) for a in node.arguments], below)


def _apply(
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


def _print_root(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece:
    return root(printer.argument(node, 0, places))


def _print_power_of_e(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece | None:
    """Return `e^{x}` for a short exponent without scripts above, where no quantity is called e."""
    exponent = replace(printer, inline=True).argument(node, 0, places)
    printed = write(exponent)
    plain = len(_UNSEEN.sub("", printed)) <= _SHORT and not any(
        mark in printed for mark in ("^", r"\frac", r"\begin", r"\sum", r"\left")
    )
    return raise_to(Symbol("e"), exponent) if plain and "e" not in {*printer.known.names, *printer.known.axes} else None


def _print_cases(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece | None:
    rows: list[Piece] = []
    rest: Node = node
    while isinstance(rest, Call) and word_of(rest) is word_of(node) and len(rest.arguments) == 3:
        whole = printer.part(node, rest, places)
        condition, chosen, other = rest.arguments
        rows.append(make_row(_branch(printer, rest, chosen, whole), _print_condition(printer, rest, condition, whole)))
        last = rest, whole
        rest = other
    if not rows:
        return None
    rows.append(
        make_row(_branch(printer, last[0], rest, last[1]), Symbol(rf"\text{{{printer.known.wording.otherwise}}}"))
    )
    return Enclosed(r"\begin{cases} ", tuple(rows), r" \end{cases}", LINE, Level.CASES)


def _branch(printer: Printer, whole: Node, branch: Node, places: tuple[Place, ...]) -> Piece:
    if not places:
        return printer.whole(branch) if reads_whole(branch, printer.known) else printer.value(branch)
    return printer.entry(branch, printer.part(whole, branch, places))


def _print_condition(printer: Printer, whole: Node, node: Node, places: tuple[Place, ...]) -> Piece:
    """Return a condition; one that is a number holds where it is not 0."""
    own = printer.part(whole, node, places)
    if is_condition(node):
        return printer.condition(node, own)
    return Chain((at_least(printer.entry(node, own), Level.SUM), Digits("0")), (COMPARISONS["!="],), Level.COMPARE)


def _print_pseudo_inverse(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece:
    piece = raise_to(printer.value(node.arguments[0]), Symbol("+"))
    if not places:
        return piece
    names = printer.known.dims(node)
    pieces = tuple(printer.place(place, name) for place, name in zip(places, names, strict=True))
    return with_index(Bracketed(piece), pieces)


def _print_merge(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece | None:
    if len(node.arguments) != 2 or not isinstance(node.arguments[1], ListLiteral):
        return None
    names = tuple(printer.axis(text_of(item)) for item in node.arguments[1].items)
    piece = Apply(r"\operatorname{merge}", (printer.value(node.arguments[0]),), below=names)
    if not places:
        return piece
    dims = printer.known.dims(node)
    pieces = tuple(printer.place(place, name) for place, name in zip(places, dims, strict=True))
    return with_index(Bracketed(piece), pieces)


def _print_derivative(printer: Printer, node: Call, places: tuple[Place, ...]) -> Piece | None:
    r"""Return `\frac{\partial L}{\partial W}`."""
    if len(node.arguments) != 2:
        return None
    above, below = (
        Prefixed(r"\partial", at_least(printer.value(part), Level.BASE), Level.TIGHT) for part in node.arguments
    )
    piece = fraction(above, below)
    names = printer.known.dims(node)
    pieces = tuple(printer.place(place, name) for place, name in zip(places, names, strict=False))
    return with_index(Bracketed(piece), pieces) if pieces else piece


_LAYOUTS: Mapping[Layout, Callable[[Printer, Call, tuple[Place, ...]], Piece | None]] = {
    Layout.ROOT: _print_root,
    Layout.POWER_OF_E: _print_power_of_e,
    Layout.CASES: _print_cases,
    Layout.PSEUDO_INVERSE: _print_pseudo_inverse,
    Layout.MERGE: _print_merge,
    Layout.DERIVATIVE: _print_derivative,
}

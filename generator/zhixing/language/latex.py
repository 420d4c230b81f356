r"""The LaTeX of the very expression that ran, such that whoever takes it at its word gets the computed value.

`softmax(Q @ K.T / sqrt(2))` is `\operatorname{softmax}\!\left(\frac{Q K^{\top}}{\sqrt{2}}\right)`: an expression is
printed as a whole where matrix notation means what was computed. Where it would mean something else (`P ** 2` is no
P²), or would hide which axes are matched (broadcasting, a sum along an axis, an axis used as a number), entries are
printed with their indices: `P_{i, j}^{2}`. Brackets follow the syntax tree: `W_2 (W_1 x)` keeps its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from zhixing.language.latex_calls import name_operator
from zhixing.language.latex_context import Context, context, functions_of_numbers, is_of_numbers, step_context, word_of
from zhixing.language.latex_expression import ExpressionPrinter
from zhixing.language.latex_places import At, Place, is_steady
from zhixing.language.latex_printer import TOP, NoNotationError
from zhixing.language.latex_tree import (
    LINE,
    Apply,
    Enclosed,
    Piece,
    Symbol,
    label,
    make_row,
    name_piece,
    negate,
    number_piece,
    raise_to,
    with_index,
)
from zhixing.language.latex_whole import find_numbered, reads_whole
from zhixing.language.model import Axes, Declaration, Definition, Expression, Run, Start, Step
from zhixing.language.nodes import (
    Call,
    Index,
    Label,
    Name,
    Node,
    Number,
    Transpose,
    children,
    map_children,
    quantity_name,
    text_of,
    walk,
)
from zhixing.language.notation import notation, print_name
from zhixing.language.run import find_order

MOST_STARTS = 12
"""So many numbers of a start are printed."""


def formula(run: Run, step: Step) -> str:
    r"""Return a step's name and the expression that computed it, with where it starts if it looks back.

    `h_{t} = \tanh\!\left(x_{t} + h_{t - 1} U\right), \quad h_{-1} = 0, \quad t = 0 \ldots 5`.
    """
    tree, known = _find_tree(run, step, step_context(run, step))
    printer = ExpressionPrinter(notation(run), known, numbered=find_numbered(tree, known))
    loop = (printer.axis(step.each),) if step.each else ()
    printer = printer.within(loop)
    name = name_piece(step.name.name, printer.symbols)
    try:
        main = _print_whole(printer, tree, step.name, with_index(name, loop))
        main = main or _print_entry(printer, tree, step.name, name, loop)
    except NoNotationError:
        main = f"{with_index(name, loop).text} = {label(text_of(tree)).text}"
    return _with_start(run, step, tree, printer, main)


def _print_whole(printer: ExpressionPrinter, tree: Node, declared: Declaration, name: Piece) -> str:
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
    if order == turned != straight and isinstance(tree, Transpose):
        return f"{name.text} = {printer.whole(tree.operand).text}"
    value = printer.whole(tree)
    return f"{name.text} = {(value if order == straight else raise_to(value, Symbol(TOP))).text}"


def _print_entry(
    printer: ExpressionPrinter, tree: Node, declared: Declaration, name: Piece, loop: tuple[Piece, ...]
) -> str:
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


def _with_start(run: Run, step: Step, tree: Node, printer: ExpressionPrinter, main: str) -> str:
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


def _print_start(printer: ExpressionPrinter, start: Start) -> list[str]:
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


def latex(run: Run, tree: Node) -> str:
    """Return an expression over a run's quantities, as they stand after its last step, as LaTeX."""
    try:
        known = context(run, tree)
        return ExpressionPrinter(notation(run), known, numbered=find_numbered(tree, known)).statement(tree).text
    except NoNotationError:
        return label(text_of(tree)).text


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
    known = replace(known, functions=functions_of_numbers(run))
    body = defined.body.written or defined.body.tree
    called = {part.name for part in walk(body) if isinstance(part, Call) and word_of(part) is None}
    body = body if called <= known.functions else defined.body.tree
    parameters = [name_piece(name, run.example.symbols) for name in defined.parameters]
    printer = ExpressionPrinter(run.example.symbols, known, numbered=find_numbered(body, known)).within(parameters)
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

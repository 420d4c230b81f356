r"""The LaTeX of the very expression that ran.

`softmax(Q @ K.T / sqrt(2))` is `\operatorname{softmax}\!\left(\frac{Q K^{\top}}{\sqrt{2}}\right)`. Where axes are
matched by name in a way that matrix notation would hide (broadcasting, a sum along an axis, an axis used as a number),
entries are printed with their indices instead. Brackets follow the syntax tree: `W_2 (W_1 x)` keeps its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from zhixing.language.latex_tree import (
    LINE,
    Apply,
    Chain,
    Digits,
    Enclosed,
    Level,
    Piece,
    Prefixed,
    Symbol,
    add,
    at_least,
    behind,
    compare,
    fraction,
    indicator,
    label,
    multiply,
    name_piece,
    negate,
    number_piece,
    raise_to,
    remainder,
    root,
    round_down,
    with_index,
    write,
)
from zhixing.language.model import Axes, Axis, Definition, Run, Step
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
    is_condition,
    mentions,
    quantity_name,
    text_of,
)
from zhixing.language.run import find_axes
from zhixing.language.words import FUNCTIONS
from zhixing.language.words.word import BigOperator, Fences, Layout, Mechanism, Word
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

# What a printer knows of an expression beside its tree: what the names in it are, and what the run says of each node.
# It needs the axes to tell a matrix product from a dot product, an elementwise product from a scaled array, and where
# broadcasting happens.


@dataclass(frozen=True, slots=True)
class Context:
    """What names mean in an expression, and the axes that a run found for its nodes.

    `names` are the quantities. `loop` is the axis of the `each` that the expression stands in, or "", and `looped` are
    the steps repeated in it.
    """

    axes: Mapping[str, Axis] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    nodes: Mapping[Node, Axes] = field(default_factory=dict)
    loop: str = ""
    looped: frozenset[str] = frozenset()
    wording: Wording = CHINESE

    def axes_of(self, node: Node) -> Axes | None:
        """Return the axes of a node in order, or None where it has none or some without a name."""
        found = self.nodes.get(node)
        return found if found is not None and all(found) else None

    def looks_back(self, node: Node) -> bool:
        """Return whether a node is `h[t - 1]`, this loop's own step at another position."""
        match node:
            case Index(Name(name), (first, *_)):
                return name in self.looped and mentions(first, self.loop)
        return False


def step_context(run: Run, step: Step) -> Context:
    """Return what is known of a step's expression."""
    looped = frozenset(other.name.name for other in run.example.steps if step.each and other.each == step.each)
    return Context(run.example.axes, _names(run), run.axes, step.each, looped, run.wording)


def context(run: Run, tree: Node) -> Context:
    """Return what is known of an expression over the quantities of a finished run."""
    return Context(run.example.axes, _names(run), find_axes(run, tree), wording=run.wording)


def _names(run: Run) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in run.quantities)


def axis_names(node: Call) -> Axes | None:
    """Return the axes that `axis=` names in a call, None where it is left out."""
    named = node.keyword("axis")
    if named is None:
        return None
    return tuple(map(text_of, named.items if isinstance(named, ListLiteral | TupleLiteral) else (named,)))


def word_of(node: Node) -> Word | None:
    """Return the function that a node calls, None for any other node."""
    return FUNCTIONS.get(node.name) if isinstance(node, Call) else None


def operands(node: Node) -> tuple[Node, ...] | None:
    """Return what an elementwise operation combines, entry by entry; None for any other node."""
    match node:
        case Binary():
            return None if node.operator == "@" else (node.left, node.right)
        case Unary():
            return (node.operand,)
        case Boolean():
            return node.operands
        case Compare():
            return node.sides
    word = word_of(node)
    return node.arguments if isinstance(node, Call) and word and word.entrywise else None


def _is_bias(node: Node, axes: list[Axes]) -> bool:
    match node:
        case Binary("+", Binary("@")):
            return axes[0][-1:] == axes[-1]
    return False


def broadcasts(node: Node, known: Context) -> bool:
    """Return whether an expression, printed without indices, would hide which axes are matched: an operand of an
    elementwise operation lacks an axis that another has, a sum runs along an axis, or an axis is used as a number.

    A bias added to every row of a product is an exception: X W + b is the usual notation.
    """
    if isinstance(node, Name):
        return node.name in known.axes and node.name != known.loop
    if (parts := operands(node)) is not None:
        axes = [found for part in parts if (found := known.axes_of(part))]
        mixed = any(set(a) != set(axes[0]) for a in axes[1:]) and not _is_bias(node, axes)
        return mixed or any(broadcasts(part, known) for part in parts)
    word = word_of(node)
    if isinstance(node, Call) and word and (word.reduces or word.keeps_axis) and node.arguments:
        summed = isinstance(word.latex.notation, BigOperator) and axis_names(node) is not None
        reduced_fully = axis_names(node) is None and word.reduces
        known_axes = known.axes_of(node.arguments[0]) is not None
        return (summed and known_axes) or (not reduced_fully and broadcasts(node.arguments[0], known))
    return False


# Function calls as LaTeX: roots, sums, norms, cases, else `\operatorname{softmax}_{k}\!\left(x\right)`.


_SHORT = 16  # an exponent of more characters is hard to read as one
_UNSEEN = re.compile(r"\\[A-Za-z]+|[{}_\\! ]")


def call_piece(printer: Printer, node: Call, field: str = "") -> Piece:
    """Return a call. `field` is the part taken of a function with several results."""
    word = word_of(node)
    if word is None:  # a function that the example defines
        return Apply(name_operator(node.name), tuple(map(printer.value, node.arguments)))
    return (_print_notation(printer, word, node) if node.arguments else None) or _print_applied(
        printer, word, node, field
    )


def _print_notation(printer: Printer, word: Word, node: Call) -> Piece | None:
    """Return a call in its word's own notation; None where it has none, or none that fits here."""
    match word.latex.notation:
        case Fences(opening, closing):
            return _print_fenced(printer, word, node, opening, closing)
        case BigOperator(sign):
            return _print_big(printer, node, sign)
        case Layout() as layout:
            return _LAYOUTS[layout](printer, node)
        case None:
            return None


def _print_axes(printer: Printer, word: Word, node: Call) -> tuple[Piece, ...]:
    """Return the axes to print under a function: those it names, or where entries are printed, those it takes."""
    names = axis_names(node)
    if names is None and printer.indexed and node.arguments:
        inner = printer.known.axes_of(node.arguments[0]) or ()
        names = inner if word.reduces else inner[-1:] if word.keeps_axis else ()
    return tuple(printer.axis(name) for name in names or ())


def _print_argument(printer: Printer, word: Word, node: Call) -> Piece:
    """Print the first argument: of a reduction over everything on its own terms, else in the printer's mode."""
    whole = axis_names(node) is None and word.reduces
    return printer.whole(node.arguments[0]) if whole and not printer.indexed else printer.value(node.arguments[0])


def _print_applied(printer: Printer, word: Word, node: Call, field: str) -> Piece:
    r"""Return `\operatorname{f}_{axes}\!\left(arguments\right)`; a logarithm stands bare before a plain number."""
    operator = word.operator(printer.known.names)
    below = _print_axes(printer, word, node) or ((_make_upright(field),) if field not in ("", "output") else ())
    argument = node.arguments[0] if len(node.arguments) == 1 and not node.keywords else None
    if isinstance(argument, Number | Label) and word.latex.bare:
        return Apply(operator, (printer.value(argument),), below=below, bare=True)
    mode = printer if word.entrywise or word.reduces or word.keeps_axis else printer.as_entries(False)
    arguments = (mode.statement(a) if word.latex.statement else _print_one(mode, word, node, a) for a in node.arguments)
    options = ((_make_upright(k.name), mode.value(k.value)) for k in node.keywords if k.name != "axis")
    return Apply(operator, tuple(arguments), tuple(options), below)


def _make_upright(word: str) -> Symbol:
    r"""Return a word of the language in upright letters: `\mathrm{memory\_mask}`."""
    escaped = word.replace("_", r"\_")
    return Symbol(rf"\mathrm{{{escaped}}}")


def _print_one(printer: Printer, word: Word, node: Call, argument: Node) -> Piece:
    return _print_argument(printer, word, node) if argument is node.arguments[0] else printer.value(argument)


def _print_root(printer: Printer, node: Call) -> Piece:
    return root(printer.value(node.arguments[0]))


def _print_power_of_e(printer: Printer, node: Call) -> Piece | None:
    """Return `e^{x}` for a short exponent without scripts above, where no quantity is called e."""
    exponent = printer.script(node.arguments[0])
    printed = write(exponent)
    plain = len(_UNSEEN.sub("", printed)) <= _SHORT and not any(
        mark in printed for mark in ("^", r"\frac", r"\begin", r"\sum")
    )
    return raise_to(Symbol("e"), exponent) if plain and "e" not in printer.known.names else None


def _print_fenced(printer: Printer, word: Word, node: Call, opening: str, closing: str) -> Piece:
    fenced = Enclosed(opening, (_print_argument(printer, word, node),), closing)
    return with_index(fenced, tuple(printer.axis(name) for name in axis_names(node) or ()))


def _print_big(printer: Printer, node: Call, sign: str) -> Piece | None:
    r"""Return `\sum_{k} x_{k}`, where the axes of what is summed are known."""
    inner = printer.known.axes_of(node.arguments[0])
    names = axis_names(node) if axis_names(node) is not None else inner
    if inner is None or not names:
        return None
    body = behind(printer.as_entries(True).value(node.arguments[0]), Level.LOOSE)
    return Prefixed(sign, body, Level.BIG, tuple(map(printer.axis, names)))


def _print_cases(printer: Printer, node: Call) -> Piece | None:
    rows: list[Piece] = []
    rest: Node = node
    while isinstance(rest, Call) and word_of(rest) is word_of(node) and len(rest.arguments) == 3:
        condition, chosen, rest = rest.arguments
        rows.append(_make_row(printer.value(chosen), _print_condition(printer, condition)))
    rows.append(_make_row(printer.value(rest), Symbol(rf"\text{{{printer.known.wording.otherwise}}}")))
    cases = Enclosed(r"\begin{cases} ", tuple(rows), r" \end{cases}", LINE, Level.CASES)
    return cases if len(rows) > 1 else None


def _make_row(*cells: Piece) -> Piece:
    return Enclosed("", cells, "", " & ")


def _print_condition(printer: Printer, node: Node) -> Piece:
    r"""Return a condition; one that is a number holds where it is not 0."""
    if isinstance(node, Compare | Boolean | Unary):
        return printer.statement(node)
    return Chain((printer.value(node), Digits("0")), (COMPARISONS["!="],), Level.COMPARE)


def _print_pseudo_inverse(printer: Printer, node: Call) -> Piece:
    return raise_to(printer.whole(node.arguments[0]), Symbol("+"))


def _print_merge(printer: Printer, node: Call) -> Piece | None:
    if len(node.arguments) != 2 or not isinstance(node.arguments[1], ListLiteral):
        return None
    names = tuple(printer.axis(text_of(item)) for item in node.arguments[1].items)
    return Apply(r"\operatorname{merge}", (printer.whole(node.arguments[0]),), below=names)


def _print_derivative(printer: Printer, node: Call) -> Piece | None:
    r"""Return `\frac{\partial L}{\partial W}`."""
    if len(node.arguments) != 2:
        return None
    above, below = (
        Prefixed(r"\partial", at_least(printer.whole(part), Level.BASE), Level.TIGHT) for part in node.arguments
    )
    return fraction(above, below)


_LAYOUTS: Mapping[Layout, Callable[[Printer, Call], Piece | None]] = {
    Layout.ROOT: _print_root,
    Layout.POWER_OF_E: _print_power_of_e,
    Layout.CASES: _print_cases,
    Layout.PSEUDO_INVERSE: _print_pseudo_inverse,
    Layout.MERGE: _print_merge,
    Layout.DERIVATIVE: _print_derivative,
}

COMPARISONS: Mapping[Comparison, str] = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\neq"}


def name_operator(name: str) -> str:
    r"""Return the name of a function in upright letters: `\operatorname{leaky\_relu}`."""
    escaped = name.replace("_", r"\_")
    return rf"\operatorname{{{escaped}}}"


def definition(run: Run, defined: Definition) -> str:
    r"""Return a definition: `\operatorname{elu}\!\left(x\right) = …`."""
    printer = Printer(run.example.symbols, Context(run.example.axes))
    arguments = tuple(name_piece(name, run.example.symbols) for name in defined.parameters)
    body = defined.body.written or defined.body.tree
    return f"{Apply(name_operator(defined.name), arguments).text} = {printer.value(body).text}"


def formula(run: Run, step: Step) -> str:
    r"""Return a step's name and the expression that computed it: `h_{t} = \tanh\!\left(x_{t} + h_{t - 1} U\right)`."""
    known, tree = step_context(run, step), step.expression.written or step.expression.tree
    written = {own: run.axes[made] for own, made in step.expression.expanded.items() if made in run.axes}
    printer = Printer(run.example.symbols, replace(known, nodes={**known.nodes, **written}) if written else known)
    indexed = broadcasts(tree, printer.known)
    own = (step.each,) if step.each else ()
    indices = (*own, *(step.name.axes if indexed else ()))
    left = with_index(name_piece(step.name.name, run.example.symbols), tuple(printer.axis(name) for name in indices))
    return f"{left.text} = {printer.value(tree).text}"


def latex(run: Run, tree: Node) -> str:
    """Return an expression over a run's quantities, as they stand after its last step, as LaTeX."""
    return Printer(run.example.symbols, context(run, tree)).statement(tree).text


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints expressions. `indexed`: as entries, with an index on every array; `inline`: inside a script."""

    symbols: Mapping[str, str]
    known: Context
    indexed: bool = False
    inline: bool = False

    def value(self, node: Node) -> Piece:
        """Print an expression as a number: a comparison is 1 where it holds, else 0."""
        if is_condition(node):
            return indicator(self.statement(node))
        mode = self if self.indexed else replace(self, indexed=broadcasts(node, self.known))
        return mode.piece(node)

    def statement(self, node: Node) -> Piece:
        """Print an expression as a statement, where a comparison stands for itself."""
        mode = self if self.indexed else replace(self, indexed=broadcasts(node, self.known))
        if isinstance(node, Compare):
            return mode._print_comparison(node)
        if isinstance(node, Boolean):
            return mode._print_boolean(node)
        if isinstance(node, Unary) and node.operator == "not":
            return Prefixed(r"\lnot", at_least(mode.statement(node.operand), Level.BIG), Level.NOT)
        return mode.value(node)

    def piece(self, node: Node) -> Piece:  # noqa: C901, PLR0911 - a case for each kind of node
        """Print a node in this printer's own mode."""
        match node:
            case Name():
                return self._print_name(node)
            case Number():
                return number_piece(node.number)
            case Label():
                return label(node.text)
            case Binary():
                return self._print_binary(node)
            case Unary():
                return self._print_sign(node)
            case Transpose():
                return self._print_entry(raise_to(self.whole(node.operand), Symbol(r"\top")), node)
            case Field():
                return self._print_field(node)
            case Index():
                return self._print_index(node)
            case ListLiteral() | TupleLiteral():
                return self._print_list(node)
            case Call():
                return self._print_call(node, node)
        return label(text_of(node))

    def axis(self, name: str) -> Piece:
        """Print an axis's name."""
        return name_piece(name, self.symbols)

    def whole(self, node: Node) -> Piece:
        """Print an operand that is taken as a whole, not entry by entry."""
        return replace(self, indexed=False).value(node)

    def as_entries(self, indexed: bool) -> Printer:
        """Return a printer that prints entries with their indices, or one that does not."""
        return replace(self, indexed=indexed)

    def script(self, node: Node) -> Piece:
        """Print an exponent or an index."""
        return replace(self, inline=True).value(node)

    def _print_entry(self, piece: Piece, node: Node) -> Piece:
        """Put a whole array's axes under it, where entries are printed."""
        names = (self.known.axes_of(node) or ()) if self.indexed else ()
        return with_index(piece, tuple(self.axis(name) for name in names))

    def _print_name(self, node: Name) -> Piece:
        piece = name_piece(node.name, self.symbols)
        if node.name in self.known.looped:
            piece = with_index(piece, (self.axis(self.known.loop),))
        return piece if node.name not in self.known.names else self._print_entry(piece, node)

    def _print_binary(self, node: Binary) -> Piece:
        if node.operator == "@":
            return self._print_matmul(node)
        if node.operator == "**":
            return raise_to(self.value(node.left), self.script(node.right))
        left, right = self.value(node.left), self.value(node.right)
        if node.operator == "*":
            return self._print_product(node, left, right)
        if node.operator in ("+", "-"):
            return add((left, right), (node.operator,))
        if node.operator == "%":
            return remainder(at_least(left, Level.LOOSE), right)
        quotient = fraction(left, right, inline=self.inline)
        return round_down(quotient) if node.operator == "//" else quotient

    def _print_product(self, node: Binary, left: Piece, right: Piece) -> Piece:
        sides = [self.known.axes_of(side) for side in (node.left, node.right)]
        literal = isinstance(node.left, ListLiteral) or isinstance(node.right, ListLiteral)
        arrays = not self.indexed and (all(sides) or (literal and any(sides)))
        matrix = isinstance(node.right, Binary) and node.right.operator == "@"
        right = behind(right, Level.TIGHT if matrix and (arrays or not sides[0]) else Level.APPLIED)
        return multiply(at_least(left, Level.LOOSE), right, array=arrays)

    def _print_matmul(self, node: Binary) -> Piece:
        left, right = self.whole(node.left), behind(self.whole(node.right), Level.APPLIED)
        sides = [self.known.axes_of(side) for side in (node.left, node.right)]
        vectors = all(side is not None and len(side) == 1 for side in sides)
        product = multiply(
            at_least(left, Level.LOOSE if vectors else Level.TIGHT), right, dot=vectors, elementwise=False
        )
        return self._print_entry(product, node)

    def _print_sign(self, node: Unary) -> Piece:
        operand = self.value(node.operand)
        return negate(operand) if node.operator == "-" else operand

    def _print_field(self, node: Field) -> Piece:
        if (name := quantity_name(node)) in self.symbols:
            return self._print_entry(name_piece(name, self.symbols), node)
        if isinstance(node.record, Call):
            return self._print_call(node.record, node, node.name)
        return self._print_entry(with_index(self.whole(node.record), (name_piece(node.name, {}),)), node)

    def _print_call(self, call: Call, result: Node, field: str = "") -> Piece:
        """Print a call; an entry of what a mechanism returns is one of the whole call."""
        piece = call_piece(self, call, field)
        word = word_of(call)
        return self._print_entry(piece, result) if word and isinstance(word.function, Mechanism) else piece

    def _print_index(self, node: Index) -> Piece:
        back = self.known.looks_back(node)
        base = name_piece(node.base.name, self.symbols) if back and isinstance(node.base, Name) else None
        places = (*([""] if back else []), *(self.known.axes_of(node.base) or ()))
        texts = [self._print_item(item, places[i] if i < len(places) else "") for i, item in enumerate(node.items)]
        rest = [self.axis(name) for name in places[len(node.items) :]] if self.indexed else []
        return with_index(base or self._print_base(node.base), (*texts, *rest))

    def _print_base(self, node: Node) -> Piece:
        return replace(self, indexed=False).piece(node)

    def _print_item(self, item: Node, axis: str) -> Piece:
        if isinstance(item, Slice):
            whole = self.indexed and axis and not any(item.bounds)
            return self.axis(axis) if whole else self._print_slice(item)
        if isinstance(item, NewAxis):
            return Symbol(r"\cdot")
        last = _from_the_end(item)
        if last and axis in self.known.axes:  # h_{-1} would read as the step before the first
            return Digits(str(self.known.axes[axis].size - last))
        return self.script(item)

    def _print_slice(self, node: Slice) -> Piece:
        bounds = [self.script(bound) if bound else Symbol("") for bound in (node.lower, node.upper)]
        return Enclosed("", (*bounds, *([self.script(node.step)] if node.step else [])), "", ":")

    def _print_list(self, node: ListLiteral | TupleLiteral) -> Piece:
        rows = [item for item in node.items if isinstance(item, ListLiteral)]
        nested = any(isinstance(item, ListLiteral) for row in rows for item in row.items)
        if rows and len(rows) == len(node.items) and not nested:
            lines = tuple(_make_row(*map(self.value, row.items)) for row in rows)
            return Enclosed(r"\begin{bmatrix} ", lines, r" \end{bmatrix}", LINE)
        return Enclosed(r"\left[", tuple(map(self.value, node.items)), r"\right]")

    def _print_comparison(self, node: Compare) -> Piece:
        return compare([self.value(side) for side in node.sides], [COMPARISONS[op] for op in node.operators])

    def _print_boolean(self, node: Boolean) -> Piece:
        level, sign = (Level.AND, r"\land") if node.operator == "and" else (Level.OR, r"\lor")
        parts = tuple(at_least(self.statement(part), Level(level + 1)) for part in node.operands)
        return Chain(parts, (sign,) * (len(parts) - 1), level)


def _from_the_end(item: Node) -> int:
    """Return 1 for the index -1, the last position; 0 for an index that does not count from the end."""
    match item:
        case Unary("-", Number(value)):
            return int(value)
    return 0

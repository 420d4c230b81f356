r"""Derivations: how an entry came about, with its numbers.

`value: weights @ V` becomes `\mathrm{value} = 0.6 \cdot 10 + 0.4 \cdot 5 + 0 \cdot 2 = 8`. Every number is of the run;
`=` turns into `\approx` where the printed numbers, worked out, do not give the printed result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import product

import numpy as np

from zhixing.language.budget import NODE_WORK, Budget
from zhixing.language.gradients import is_gradient
from zhixing.language.latex import latex
from zhixing.language.latex_context import Context, axis_names, step_context, word_of
from zhixing.language.latex_expression import ExpressionPrinter
from zhixing.language.latex_places import At, label_piece
from zhixing.language.latex_printer import COMPARISONS, NoNotationError
from zhixing.language.latex_tree import Digits, Piece, name_piece, number_piece, with_index
from zhixing.language.model import Axis, Dimension, Expression, Format, Quantity, Run, Start, Step
from zhixing.language.nodes import (
    Arithmetic,
    Binary,
    Call,
    Compare,
    Field,
    Index,
    Label,
    Name,
    Node,
    Number,
    Transpose,
    Unary,
    indexed_base,
    map_children,
    name_node,
    quantity_name,
    replace_node,
)
from zhixing.language.notation import notation, print_name
from zhixing.language.reductions import find_axes
from zhixing.language.run import Evaluate, fill, find_order, start_quantity
from zhixing.language.run import evaluate as evaluate_in_run
from zhixing.language.words import CONSTANTS
from zhixing.language.words.word import Explanation, Fences, Layout, Word
from zhixing.show.numbers import PLAIN, latex_number, print_number
from zhixing.show.plan import DIGITS, Combination, Constant, Entry, Kind, Literal, Plan, Statistic, work_out
from zhixing.show.terms import Term, agrees

# A repeated step at one turn of its loop, as an expression over the finished run: `h[t - 1]` at t = 3 is `h[2]`.


def unroll(run: Run, step: Step, position: int, evaluate: Evaluate) -> tuple[Run, Node]:
    """Return a run and an expression that give a step's value at a position of its loop.

    A step outside loops is returned as it is. Where the step before the first is needed, the run returned has it under
    a name of its own.
    """
    if not step.each:
        return run, step.expression.tree
    known = step_context(run, step)
    before = {_name_start(start.name.name, start.back): _start(run, start, evaluate) for start in run.example.start}
    run = replace(run, quantities={**run.quantities, **before})
    axis = run.example.axes[step.each]
    return run, _AtPosition(run, known, axis, position, evaluate).rewrite(step.expression.tree)


def _start(run: Run, start: Start, evaluate: Evaluate) -> Quantity:
    """Return a start with all its entries; numbers that are given have the axes of the step in their order."""
    return fill(start_quantity(start, run.example.axes, partial(evaluate, run)), start.name, run.example.axes)


BEFORE = "·before"
"""The first word of the name of a value before the first step; no author can write it."""


def _name_start(name: str, back: int) -> str:
    """Return the name under which a value before the first step is kept."""
    return f"{BEFORE} {name} {back}"


@dataclass(frozen=True)
class _AtPosition:
    """Puts one position in place of a loop's axis, and this loop's own steps at that position."""

    run: Run
    known: Context
    axis: Axis
    position: int
    evaluate: Evaluate

    def rewrite(self, node: Node) -> Node:
        """Return an expression as it stands at the position."""
        if isinstance(node, Name):
            if node.name == self.axis.name:
                return _make_number(float(self.axis.values[self.position]), node)
            return _make_index(node, self._make_place(node)) if node.name in self.known.looped else node
        if not isinstance(node, Index):
            return map_children(node, self.rewrite)
        if self.known.looks_back(node) and isinstance(node.base, Name):
            return self._look_back(node, node.base)
        base = self.rewrite(node.base)
        axes = self.evaluate(self.run, base).axes
        items = (self._rewrite_item(item, axes[i] if i < len(axes) else "") for i, item in enumerate(node.items))
        return _make_index(base, *items)

    def _make_place(self, node: Node) -> Node:
        return _make_number(self.position, node)

    def _rewrite_item(self, item: Node, along: str) -> Node:
        loop = isinstance(item, Name) and item.name == self.axis.name == along
        return self._make_place(item) if loop else self.rewrite(item)

    def _look_back(self, node: Index, base: Name) -> Node:
        place = self.position + _read_shift(node.items[0])
        rest = [self.rewrite(item) for item in node.items[1:]]
        if place >= 0:
            return _make_index(base, _make_number(place, node), *rest)
        start = Name(_name_start(base.name, -place), span=base.span)
        return _make_index(start, *rest) if rest else start


def _read_shift(item: Node) -> int:
    """Return −1 for `t - 1`, 0 for `t`."""
    match item:
        case Binary(operator, _, Number(int() as distance)):
            return -distance if operator == "-" else distance
    return 0


def _make_number(value: float, instead: Node) -> Node:
    """Return a number in the place of a node."""
    whole = int(value) if float(value).is_integer() else value
    number = Number(abs(whole), span=instead.span)
    return Unary("-", number, span=instead.span) if value < 0 else number


def _make_index(base: Node, *items: Node) -> Index:
    return Index(base, items, span=base.span)


# How an entry of a function's result came about: softmax, sums and means, norms, elementwise functions.

Place = tuple[int, ...]


def _find_entries(walk: Walk, node: Call, at: Place) -> list[Place]:
    """Return the places of the argument's entries that went into an entry of a reduction or of a softmax."""
    argument = walk.quantity(node.arguments[0])
    over = find_axes(argument, axis_names(node), walk.run.example.axes)
    word = word_of(node)
    keeps = word is not None and word.keeps_axis
    if keeps and axis_names(node) is None:
        over = over[-1:]
    fixed = iter(at if not keeps else [place for i, place in enumerate(at) if i not in over])
    template = [None if i in over else next(fixed) for i in range(argument.values.ndim)]
    walk.budget.work(NODE_WORK * math.prod(argument.values.shape[i] for i in over))
    ranges = (range(argument.values.shape[i]) if place is None else (place,) for i, place in enumerate(template))
    return list(product(*ranges))


def _explain_entries(walk: Walk, node: Call, at: Place) -> list[Plan]:
    return [walk.entry(node.arguments[0], place) for place in _find_entries(walk, node, at)]


def _sum(walk: Walk, _word: Word, node: Call, at: Place) -> Plan:
    return _explain_terms(walk, Kind.SUM, node, at)


def _product(walk: Walk, _word: Word, node: Call, at: Place) -> Plan:
    return _explain_terms(walk, Kind.PRODUCT, node, at)


def _explain_terms(walk: Walk, kind: Kind, node: Call, at: Place) -> Plan:
    places = _find_entries(walk, node, at)
    return Combination(kind, tuple(walk.arithmetic(node.arguments[0], place) for place in places))


def _run_up(walk: Walk, node: Call, at: Place) -> tuple[Plan, ...]:
    """Return the terms of the argument's entries up to a place along the axis."""
    argument = walk.quantity(node.arguments[0])
    (along,) = find_axes(argument, axis_names(node), walk.run.example.axes)[-1:]
    walk.budget.work(NODE_WORK * (at[along] + 1))
    places = ((*at[:along], place, *at[along + 1 :]) for place in range(at[along] + 1))
    return tuple(walk.arithmetic(node.arguments[0], place) for place in places)


def _running_sum(walk: Walk, _word: Word, node: Call, at: Place) -> Plan:
    return Combination(Kind.SUM, _run_up(walk, node, at))


def _running_product(walk: Walk, _word: Word, node: Call, at: Place) -> Plan:
    return Combination(Kind.PRODUCT, _run_up(walk, node, at))


def _mean(walk: Walk, _word: Word, node: Call, at: Place) -> Plan:
    return _average(walk, _explain_entries(walk, node, at))


def _average(walk: Walk, entries: list[Plan]) -> Plan:
    return Combination(Kind.DIVIDE, (Combination(Kind.SUM, tuple(entries)), walk.number(float(len(entries)))))


def _square(walk: Walk, plan: Plan) -> Plan:
    return Combination(Kind.POWER, (plan, walk.number(2.0)))


def _variance(walk: Walk, _word: Word, node: Call, at: Place) -> Plan:
    entries = _explain_entries(walk, node, at)
    centre = Combination(Kind.NUMBER, (_average(walk, entries),))
    return _average(walk, [_square(walk, Combination(Kind.SUBTRACT, (entry, centre))) for entry in entries])


def _deviation(walk: Walk, word: Word, node: Call, at: Place) -> Plan:
    return Combination(Kind.ROOT, (_variance(walk, word, node, at),))


def _norm(walk: Walk, _word: Word, node: Call, at: Place) -> Plan:
    squares = tuple(_square(walk, entry) for entry in _explain_entries(walk, node, at))
    return Combination(Kind.ROOT, (Combination(Kind.SUM, squares),))


def _entropy(walk: Walk, _word: Word, node: Call, at: Place) -> Plan:
    return Combination(Kind.ENTROPY, tuple(_explain_entries(walk, node, at)))


def _list(walk: Walk, word: Word, node: Call, at: Place) -> Plan:
    """Return `max(a, b, …)`; of a long list the first three and the last are printed."""
    entries = tuple(_explain_entries(walk, node, at))
    return Combination(Kind.LIST, entries, word.name, (word.operator(walk.names),))


def _softmax(walk: Walk, _word: Word, node: Call, at: Place) -> Plan:
    places = _find_entries(walk, node, at)
    entries = tuple(walk.entry(node.arguments[0], place) for place in places)
    return Combination(Kind.SHARE, entries, own=places.index(at))


def _normalize(walk: Walk, _word: Word, node: Call, at: Place) -> Plan:
    """Return `(x − mean) / √variance`, with what is added to the variance where that is not 0."""
    entries = tuple(walk.bare_entry(node.arguments[0], place) for place in _find_entries(walk, node, at))
    values = np.array([entry.value for entry in entries])
    variance: Plan = Statistic("var", entries, float(np.var(values)))
    mean = Statistic("mean", entries, float(np.mean(values)))
    eps = node.keyword("eps")
    centred = Combination(Kind.SUBTRACT, (walk.entry(node.arguments[0], at), mean))
    spread = Combination(Kind.ADD, (variance, walk.term(eps, ()))) if eps else variance
    return Combination(Kind.DIVIDE, (centred, Combination(Kind.ROOT, (spread,))))


def _size(walk: Walk, _word: Word, node: Call, _at: Place) -> Plan:
    shape = walk.quantity(node.arguments[0]).values.shape
    return Combination(Kind.PRODUCT, tuple(walk.number(float(size)) for size in shape or (1.0,)))


def _where(walk: Walk, _word: Word, node: Call, at: Place) -> Plan:
    condition, *branches = node.arguments
    holds = walk.bare_entry(condition, walk.part(node, at, condition))
    return Combination(Kind.BRANCH, (holds, *(walk.term(one, walk.part(node, at, one)) for one in branches)))


def _explain_call(walk: Walk, word: Word, node: Call, at: Place) -> Plan:
    return apply_word(walk, word, node, at, walk.term)


def apply_word(walk: Walk, word: Word, node: Call, at: Place, explain: Callable[[Node, Place], Plan]) -> Plan:
    """Return a function applied to its arguments, each explained, in the notation that the formula has."""
    arguments = tuple(explain(argument, walk.part(node, at, argument)) for argument in node.arguments)
    match word.latex.notation:
        case Layout.ROOT:
            return Combination(Kind.ROOT, arguments[:1])
        case Layout.POWER_OF_E if "e" not in walk.names:
            return Combination(Kind.EXPONENTIAL, arguments[:1])
        case Fences(opening, closing):
            return Combination(Kind.FENCES, arguments[:1], word.name, (opening, closing))
    kind = Kind.APPLY_BARE if word.latex.bare else Kind.APPLY
    return Combination(kind, arguments, word.name, (word.operator(walk.names),))


def _convolution(walk: Walk, _word: Word, node: Call, at: Place) -> Plan:
    """Return the sum of a kernel's numbers times those of the window that it lies on."""
    image, kernel = node.arguments[:2]
    ranks = [walk.quantity(one).values.ndim for one in (image, kernel)]
    *lead, y, x = at
    if ranks != [2, 2] or lead:
        return walk.entry(node, at)
    places = np.ndindex(*walk.quantity(kernel).values.shape)
    pairs = ((walk.bare_entry(kernel, (i, j)), walk.bare_entry(image, (y + i, x + j))) for i, j in places)
    return Combination(Kind.SUM, tuple(Combination(Kind.MULTIPLY, pair) for pair in pairs))


_EXPLAINED: Mapping[Explanation, Callable[[Walk, Word, Call, Place], Plan]] = {
    Explanation.APPLIED: _explain_call,
    Explanation.BRANCH: _where,
    Explanation.SUM: _sum,
    Explanation.PRODUCT: _product,
    Explanation.RUNNING_SUM: _running_sum,
    Explanation.RUNNING_PRODUCT: _running_product,
    Explanation.MEAN: _mean,
    Explanation.VARIANCE: _variance,
    Explanation.DEVIATION: _deviation,
    Explanation.NORM: _norm,
    Explanation.ENTROPY: _entropy,
    Explanation.LIST: _list,
    Explanation.SHARE: _softmax,
    Explanation.STANDARD_SCORE: _normalize,
    Explanation.COUNT: _size,
    Explanation.WINDOW: _convolution,
}

# The walk from an entry of a result down to the numbers that gave it, one method for each kind of node.


@dataclass
class Walk:
    """Explains entries of expressions in a run. `at` is an entry's place in the value of the node beside it."""

    run: Run
    evaluate: Evaluate
    budget: Budget = field(default_factory=Budget)
    values: dict[Node, Quantity] = field(default_factory=dict)

    @cached_property
    def names(self) -> Collection[str]:
        """The names of the quantities, which an operator must not look like."""
        return frozenset(name.partition(".")[0] for name in self.run.quantities)

    def quantity(self, node: Node) -> Quantity:
        """Return the value of a node, computed once."""
        if node not in self.values:
            self.values[node] = self.evaluate(self.run, node)
        return self.values[node]

    def number(self, value: float) -> Plan:
        """Return a number that no entry is."""
        self.budget.node()
        return Constant(value)

    def entry(self, node: Node, at: Place) -> Entry:
        """Return an entry of a node's value, which is not explained further, in its quantity's format."""
        form = self.run.example.format_of(quantity_name(indexed_base(node))).bare
        return replace(self.bare_entry(node, at), form=form)

    def bare_entry(self, node: Node, at: Place) -> Entry:
        """Return an entry of a node's value, which is not explained further."""
        self.budget.node()
        values = self.quantity(node).values
        return Entry(node, at, values.shape, float(values[at]))

    def declared(self, node: Node, axes: Sequence[str], at: Place) -> Plan:
        """Explain an entry at a place in the order of the declared axes, which may differ from the computed order."""
        own = self.quantity(node).axes
        if not own:
            return self.term(node, ())  # one number for all entries
        known = sorted(own) == sorted(axes) and len(set(own)) == len(own)
        return self.term(node, tuple(at[list(axes).index(axis)] for axis in own) if known else at)

    def term(self, node: Node, at: Place) -> Plan:  # noqa: PLR0911 - a case for each kind of node
        """Explain an entry of an expression."""
        match node:
            case Number() | Name():
                return self._leaf(node, at)
            case Binary("@"):
                return self.dot(node.left, node.right, self.quantity(node), at)
            case Binary() | Unary():
                return self._combine(node, at, self.term)
            case Call():
                return self._call(node, at)
            case Compare():
                return self._compare(node, at)
            case Transpose(Binary() | Call() | Unary() as operand):
                return self.term(operand, (*at[:-2], *at[:-3:-1]))
            case Field(Call() as call, name):
                return self.field(call, name, at)
            case Index(Binary() | Unary() | Call() | Transpose() | Compare() as base):
                return self.term(base, self.find_place(node, base, at))
        return self.entry(node, at)

    def find_place(self, node: Index, base: Node, at: Place) -> Place:
        """Return where the entry of what is indexed stands."""
        whole = self.quantity(base)
        found = find_positions(self.run, node, base, whole, self.evaluate)
        return tuple(int(place) for place in np.unravel_index(int(found.values[at]), whole.values.shape))

    def arithmetic(self, node: Node, at: Place) -> Plan:
        """Explain an entry by arithmetic alone, as a term of a sum: a function is applied to a plain number."""
        word = word_of(node)
        if isinstance(node, Call) and word and word.within_sums:
            return apply_word(self, word, node, at, self.entry)
        if isinstance(node, Unary) or (isinstance(node, Binary) and node.operator != "@"):
            return self._combine(node, at, self.arithmetic)
        return self._leaf(node, at)

    def part(self, whole: Node, at: Place, part: Node) -> Place:
        """Return where an operand's entry stands that goes into an entry of an elementwise operation."""
        dimensions, own = self.quantity(whole).axes, self.quantity(part).axes
        named = all(own) and len(set(dimensions)) == len(dimensions) and set(own) <= set(dimensions)
        return tuple(at[dimensions.index(axis)] for axis in own) if named else at[len(at) - len(own) :]

    def _leaf(self, node: Node, at: Place) -> Plan:
        if isinstance(node, Number):
            return Literal(Term(number_piece(node.number), node.number, plain=True))
        if isinstance(node, Name) and node.name in CONSTANTS and node.name not in self.run.quantities:
            return Literal(Term(name_piece(node.name, {}), CONSTANTS[node.name], plain=True))
        return self.entry(node, at)

    def _combine(self, node: Binary | Unary, at: Place, explain: Callable[[Node, Place], Plan]) -> Plan:
        if isinstance(node, Unary):
            negative = node.operator == "-"
            return Combination(Kind.NEGATE, (explain(node.operand, at),)) if negative else self.entry(node, at)
        sides = (explain(side, self.part(node, at, side)) for side in (node.left, node.right))
        return Combination(_ARITHMETIC[node.operator], tuple(sides))

    def _compare(self, node: Compare, at: Place) -> Plan:
        if any(isinstance(side, Label) for side in node.sides):
            return self.entry(node, at)  # a label is compared, not a number
        sides = (self.term(side, self.part(node, at, side)) for side in node.sides)
        return Combination(
            Kind.COMPARE, (self.entry(node, at), *sides), marks=tuple(COMPARISONS[op] for op in node.operators)
        )

    def dot(self, left: Node, right: Node, result: Quantity, at: Place) -> Plan:
        """Explain an entry of a matrix product: the sum of products along the axis that it uses up."""
        a, b = self.quantity(left), self.quantity(right)
        rows, columns = a.values.ndim > 1, b.values.ndim > 1
        batch = dict(zip(result.axes, at, strict=True))
        own = at[len(at) - columns - rows : len(at) - columns] if rows else ()
        column = at[len(at) - 1 :] if columns else ()
        lead_a = tuple(batch[axis] for axis in a.axes[:-2])
        lead_b = tuple(batch[axis] for axis in b.axes[:-2])
        pairs = (((*lead_a, *own, k), (*lead_b, k, *column)) for k in range(a.values.shape[-1]))
        factors = ((self.bare_entry(left, i), self.bare_entry(right, j)) for i, j in pairs)
        return Combination(Kind.SUM, tuple(Combination(Kind.MULTIPLY, pair) for pair in factors))

    def _call(self, node: Call, at: Place) -> Plan:
        word = word_of(node)
        explain = _EXPLAINED.get(word.explanation) if word and word.explanation else None
        return explain(self, word, node, at) if word and explain and node.arguments else self.entry(node, at)

    def field(self, call: Node, name: str, at: Place) -> Plan:
        """Explain an entry of a result of `attention(Q, K, V)`: its scores, weights or output."""
        word = word_of(call)
        attention = word is not None and word.explanation is Explanation.ATTENTION
        results = {one: Field(call, one, span=call.span) for one in ("scores", "masked", "weights", name)}
        if not isinstance(call, Call) or not attention or len(call.arguments) != 3:
            return self.entry(results[name], at)
        Q, K, V = call.arguments
        if name == "scores":
            return self.dot(Q, Transpose(K, span=K.span), self.quantity(results[name]), at)
        if name == "scaled" and call.keyword("bias") is None:
            score, scale = self.entry(results["scores"], at), call.keyword("scale")
            width = Constant(float(self.quantity(Q).values.shape[-1]))
            by = (Kind.MULTIPLY, self.term(scale, ())) if scale else (Kind.DIVIDE, Combination(Kind.ROOT, (width,)))
            return Combination(by[0], (score, by[1]))
        if name == "weights":
            places = ((*at[:-1], place) for place in range(self.quantity(results["masked"]).values.shape[-1]))
            scores = tuple(self.bare_entry(results["masked"], place) for place in places)
            return Combination(Kind.SHARE, scores, own=at[-1])
        if name == "output":
            return self.dot(results["weights"], V, self.quantity(results[name]), at)
        return self.entry(results[name], at)


_ARITHMETIC: Mapping[Arithmetic, Kind] = {
    "+": Kind.ADD,
    "-": Kind.SUBTRACT,
    "*": Kind.MULTIPLY,
    "/": Kind.DIVIDE,
    "**": Kind.POWER,
    "//": Kind.FLOOR_DIVIDE,
    "%": Kind.MODULO,
}

MOST = 4
"""So many entries are derived; of a longer quantity the first three."""

NEAR = 5.0
"""Units of the result's last digit by which a left side may be off and still be printed, with `\\approx`."""

EXACT = 2e-14
"""The relative difference up to which a number is the whole one that is printed: some roundings of float64."""

LOOSE = 1e-3
"""The relative error, at ten digits, above which a left side is not shown."""

_PLACES = "·places"


@dataclass(frozen=True, slots=True)
class _Target:
    """What a reference means: a quantity of the run, the first of its entries as positions in C order, and how many."""

    name: str
    quantity: Quantity
    entries: tuple[int, ...]
    count: int


def derivation(
    run: Run, reference: Expression, evaluate: Evaluate = evaluate_in_run, budget: Budget | None = None
) -> str:
    """Return LaTeX that shows how an entry (each entry of a short quantity) was computed.

    Args:
        run: The run whose numbers are shown.
        reference: A quantity, `value`; some of its entries, `output["love", 1]`; or any expression.
        evaluate: What evaluates an expression in a run.
        budget: What the numbers that are printed may cost.

    Raises:
        ExampleError: the reference cannot be evaluated.
    """
    planned, cut = plan_lines(run, reference, evaluate, budget)
    lines = [_print_line(run, line) for line in planned]
    if len(lines) == 1:
        return f"{lines[0][0]} = {lines[0][1]}"
    rows = [f"{left} &= {right}" for left, right in lines] + [r"&\vdots"] * cut
    return rf"\begin{{aligned}} {(' ' + chr(92) * 2 + ' ').join(rows)} \end{{aligned}}"


def find_positions(run: Run, tree: Node, base: Node, whole: Quantity, evaluate: Evaluate) -> Quantity:
    """Return the positions, in C order, of the entries that an expression takes of what is indexed in it.

    `base` is the part of the expression that is indexed, `whole` its value: an array of positions is indexed instead.
    """
    places = np.arange(whole.values.size, dtype=np.float64).reshape(whole.values.shape)
    known = replace(run, quantities={**run.quantities, _PLACES: Quantity(places, whole.dimensions)})
    return evaluate(known, replace_node(tree, base, Name(_PLACES, span=base.span)))


def _target(run: Run, tree: Node, evaluate: Evaluate) -> _Target:
    """Return the entries that a reference names."""
    base = indexed_base(tree)
    name = quantity_name(base)
    if name not in run.quantities:
        quantity = evaluate(run, tree)
        return _Target("", quantity, tuple(range(min(quantity.values.size, MOST))), quantity.values.size)
    quantity = run.quantities[name]
    found = find_positions(run, tree, base, quantity, evaluate)
    first = tuple(int(place) for place in found.values.flat[:MOST])
    return _Target(name, quantity, first, found.values.size)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry's derivation before its numbers are printed: what stands on the left, and how the entry is made."""

    left: str
    quantity: Quantity
    at: Place
    form: Format
    plan: Plan
    general: Callable[[], str]

    @property
    def value(self) -> float:
        """The entry."""
        return float(self.quantity.values[self.at])


def plan_lines(
    run: Run, reference: Expression, evaluate: Evaluate = evaluate_in_run, budget: Budget | None = None
) -> tuple[list[Line], bool]:
    """Return the lines of a derivation, and whether there are more entries than lines.

    Raises:
        ExampleError: the reference cannot be evaluated.
    """
    target = _target(run, reference.tree, evaluate)
    cut = target.count > MOST
    walk = partial(Walk, evaluate=evaluate, budget=budget or Budget(), values={})
    entries = target.entries[: 3 if cut else MOST]
    return [_plan_line(run, target, entry, reference.tree, walk) for entry in entries], cut


def _plan_line(run: Run, target: _Target, entry: int, tree: Node, walk: Callable[[Run], Walk]) -> Line:
    at = tuple(int(place) for place in np.unravel_index(entry, target.quantity.values.shape))
    left = _entry_name(run, target, at) if target.name else latex(run, tree)
    form = run.example.format_of(target.name)
    plan = _explain(run, target, at, tree, walk)
    return Line(left, target.quantity, at, form, plan, partial(_formula, run, target, at))


def _print_line(run: Run, line: Line) -> tuple[str, str]:
    """Return the two sides of one entry's derivation."""
    result = result_latex(run, line.quantity, line.value, line.form)
    term = _best(line)
    if term is not None and term.limit and math.isnan(line.value):
        return line.left, result  # what is too large for float64 was computed, and has a value
    if term is None or term.plain:
        general = line.general()  # nothing to explain, or nothing that explains it
        return line.left, f"{general} = {result}" if general else result
    stands = agrees(term.value, line.value, form=line.form) and not term.limit and _is_printed(line.value, line.form)
    sign = "=" if line.quantity.on or stands else r"\approx"
    return line.left, f"{term.text} {sign} {result}"


def _is_printed(value: float, form: Format) -> bool:
    """Return whether a number that is printed as a whole one is that number, not 1 − 10⁻¹³ printed as 1."""
    printed = print_number(value, form=form)
    return printed.half_unit > 0 or not math.isfinite(value) or math.isclose(value, printed.value, rel_tol=EXACT)


def _best(line: Line) -> Term | None:
    """Return the right side with the fewest digits that give the result.

    Return None if no number of digits does: a wrong sum must not be shown.
    """
    tried: list[Term] = []
    for digits in DIGITS:
        tried.append(work_out(line.plan, digits))
        if tried[-1].plain or line.quantity.on or agrees(tried[-1].value, line.value, units=NEAR):
            return tried[-1]
    return next((term for term in tried if agrees(term.value, line.value, slack=LOOSE)), None)


def _explain(run: Run, target: _Target, at: Place, tree: Node, walk: Callable[[Run], Walk]) -> Plan:
    """Return what the right side of an entry's derivation is made of."""
    if not target.name:
        return walk(run).term(tree, at)
    step = _step(run, target.name)
    if step is None or is_gradient(step.expression.tree):
        return walk(run).bare_entry(name_node(target.name, run.example.span), at)
    looped = bool(step.each)
    known, expression = unroll(run, step, at[0] if looped else 0, walk(run).evaluate)
    own = walk(known)
    field = target.name.partition(".")[2]
    if field:
        return own.field(expression, field, at[looped:])
    return own.declared(expression, [d.axis for d in target.quantity.dimensions[looped:]], at[looped:])


def _formula(run: Run, target: _Target, at: Place) -> str:
    """Return the expression behind an entry as a formula, "" where it only names another quantity."""
    step = _step(run, target.name)
    if (
        step is None
        or step.each
        or step.name.name != target.name
        or isinstance(step.expression.tree, Name | Index | Field | Transpose)
    ):
        return ""
    printer = ExpressionPrinter(notation(run), step_context(run, step))
    order = find_order(printer.known.dims(step.expression.tree), step.name.axes)
    places = [At(0)] * len(order)
    for place, dimension in zip(at, order, strict=False):
        places[dimension] = At(place)
    try:
        return printer.entry(step.expression.tree, tuple(places)).text
    except NoNotationError:
        return ""


def _step(run: Run, name: str) -> Step | None:
    own = name.partition(".")[0]
    return next((step for step in run.example.steps if step.name.name == own), None)


def _entry_name(run: Run, target: _Target, at: tuple[int, ...]) -> str:
    """Return a quantity's name with the labels of one entry under it."""
    base = print_name(target.name, notation(run))
    places = zip(target.quantity.dimensions, at, strict=True)
    return with_index(base, tuple(place_latex(run, dimension, place) for dimension, place in places)).text


def place_latex(run: Run, dimension: Dimension, place: int) -> Piece:
    """Return what stands for a position of a dimension: its label, its number, or the position itself."""
    position = dimension.position(place)
    axis = run.example.axes.get(dimension.axis)
    if axis is None or not axis.labels:
        return Digits(str(position))
    return number_piece(axis.numbers[position]) if axis.numbers else label_piece(axis, position)


def result_latex(run: Run, quantity: Quantity, value: float, form: Format = PLAIN) -> str:
    """Return a result: a number, or the label of the position that it is."""
    axes = [run.example.axes[dimension.axis] for dimension in quantity.on if dimension.axis in run.example.axes]
    if not axes or len(axes) < len(quantity.on) or not np.isfinite(value):
        return latex_number(value, form=form)
    places = np.unravel_index(int(value), [axis.size for axis in axes])
    pairs = zip(axes, places, strict=True)
    return ", ".join(place_latex(run, Dimension(axis.name), int(place)).text for axis, place in pairs)

"""An example that has run as a computation on arrays whose dimensions go by position.

Which dimension meets which is asked of the functions that the run itself uses: they are handed arrays of the recorded
shapes that hold no numbers and whose strides number their dimensions, so that the strides of what comes back say where
each dimension went.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby

import numpy as np

from zhixing.language.array_tree import (
    Apply,
    Assign,
    At,
    Before,
    Constant,
    Convert,
    Derivative,
    Here,
    Insert,
    Kind,
    Literal,
    Loop,
    Nothing,
    Operation,
    Part,
    Pick,
    Positions,
    Program,
    Random,
    Range,
    Reorder,
    Repeat,
    Reshape,
    Stack,
    Statement,
    Tree,
    Variable,
)
from zhixing.language.array_tree import Word as WordOption
from zhixing.language.arrays import align_batch, broadcast, find_batch, position_of, same_root
from zhixing.language.budget import Budget
from zhixing.language.calls import align_call, bind_call, find_form
from zhixing.language.gradients import is_gradient
from zhixing.language.model import (
    Array,
    Axis,
    Declaration,
    Dimension,
    Example,
    Expression,
    Form,
    Given,
    Quantity,
    Run,
    Start,
    Step,
)
from zhixing.language.nodes import (
    Binary,
    Boolean,
    Call,
    Compare,
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
    mentions,
    quantity_name,
    walk,
)
from zhixing.language.reductions import find_axes
from zhixing.language.run import find_forms, find_order
from zhixing.language.words import CONSTANTS, FUNCTIONS
from zhixing.language.words.signature import Shape
from zhixing.language.words.word import (
    Accepts,
    AlongAxis,
    Best,
    Entrywise,
    Explanation,
    Gradient,
    Mechanism,
    Merge,
    Ordering,
    Reduction,
    Size,
)


class NotLoweredError(Exception):
    """An example has no such form: it uses a word that none is known for, or its run is not whole."""


Lowered = tuple[Tree, Kind]


def lower(run: Run) -> Program:
    """Return an example as a program on arrays.

    Raises:
        NotLoweredError: it has none.
    """
    return lower_with(run, ())[0]


def lower_with(run: Run, expressions: Iterable[Expression]) -> tuple[Program, tuple[Tree, ...]]:
    """Return an example as a program on arrays, and expressions over its quantities as trees to be computed after it.

    Raises:
        NotLoweredError: the example or an expression has no such form.
        ExampleError: an expression cannot be computed.
    """
    example = run.example
    whole = {name.partition(".")[0] for name in run.quantities}
    missing = [step.name.name for step in example.steps if step.name.name not in whole]
    if missing:
        raise NotLoweredError(f"{', '.join(missing)} was not computed")
    return _Lowerer(run, example).lower(list(expressions))


def _follow(form: Form) -> Quantity:
    """Return a quantity of a form that holds no numbers, whose strides number its dimensions from 1."""
    strides = tuple(range(1, len(form.shape) + 1))
    values = np.lib.stride_tricks.as_strided(np.zeros(1, np.int8), form.shape, strides, writeable=False)
    return Quantity(values, form.dimensions, form.on)


def _rearranged(tree: Tree, view: Array) -> Tree:
    """Return what has the dimensions of a view of `_follow`."""
    places = [stride - 1 for stride in view.strides if stride]
    if places != sorted(places):
        tree = Reorder(tree, tuple(places))
    new = [not stride for stride in view.strides]
    while new[:1] == [True]:
        new.pop(0)  # a broadcast puts these in by itself
    return Insert(tree, tuple(new)) if any(new) else tree


@dataclass
class _Lowerer:
    """The example under way.

    `used` are the axes that stand as arrays, `loop` and `repeated` the axis and the steps of a loop, `kinds` what the
    entries of quantities are where they are no arrays' numbers, `known` what the parts of a step became.
    """

    run: Run
    example: Example
    used: dict[str, None] = field(default_factory=dict)
    loop: str = ""
    repeated: frozenset[str] = frozenset()
    kinds: dict[str, Kind] = field(default_factory=dict)
    known: dict[Node, Lowered] = field(default_factory=dict)

    @cached_property
    def mixed(self) -> bool:
        """Whether the example has numbers of low precision."""
        calls = (part for step in self.example.steps for part in walk(step.expression.tree) if isinstance(part, Call))
        return any(FUNCTIONS[call.name].numpy in {np.float16, np.float32} for call in calls)

    def lower(self, shown: Sequence[Expression]) -> tuple[Program, tuple[Tree, ...]]:
        statements = [*self.givens()]
        for each, steps in groupby(self.example.steps, key=lambda step: step.each):
            own = list(steps)
            statements += [self.repeat(each, own)] if each else map(self.assign, own)
        # A name stands for another value outside the loop that it is computed in.
        self.run = replace(self.run, forms=find_forms(replace(self.run, forms={}), (one.tree for one in shown)))
        self.known = {}
        trees = tuple(self.numbers(one.tree for one in shown))
        axes = [Positions(name, self.axes[name].size, self.axes[name].numbers) for name in self.used]
        named = [axis for axis in self.axes.values() if axis.labels and not axis.numbers and axis.root == axis.name]
        return Program((*axes, *statements), tuple((axis.name, axis.labels) for axis in named)), trees

    @property
    def axes(self) -> Mapping[str, Axis]:
        return self.example.axes

    # Statements.

    def givens(self) -> Iterator[Statement]:
        for name, reference in self.example.uses.items():
            fields = [key for key in self.run.quantities if key.startswith(f"{name}.")]
            if fields:
                raise NotLoweredError(f"{name} has several results")
            quantity = self.run.quantities[name]
            yield Constant(name, quantity.values, quantity.axes, reference)
        for given in self.example.given:
            yield self.constant(given)

    def constant(self, given: Given) -> Constant | Random:
        name, axes = given.name.name, given.name.axes
        if given.seeded:
            return Random(name, given.seeded, tuple(self.axes[axis].size for axis in axes), axes)
        if not axes:
            self.kinds[name] = Kind.PLAIN
        return Constant(name, given.quantity.values, axes)

    def assign(self, step: Step) -> Assign:
        node, name = step.expression.tree, step.name
        self.known = {}
        if self.is_record(node):
            return Assign(name.name, self.value(node)[0], None)
        tree, self.kinds[name.name] = self.number(node)
        form = self.gradient_form(node) if is_gradient(node) else self.form(node)
        return Assign(name.name, self.conform(tree, form, name), name.axes)

    def gradient_form(self, node: Call) -> Form:
        """Return the form of a gradient, which is that of the quantity it is taken with respect to."""
        name = quantity_name(node.arguments[1])
        if name not in self.run.quantities:
            raise NotLoweredError("a gradient with respect to an earlier position")
        quantity = self.run.quantities[name]
        repeated = name.partition(".")[0] in self.repeated
        return Form(quantity.dimensions[repeated:], quantity.values.shape[repeated:])

    def conform(self, tree: Tree, form: Form, name: Declaration) -> Tree:
        """Return a value with the declared axes in the declared order."""
        if not form.shape and name.axes:
            return Repeat(tree, tuple(self.axes[axis].size for axis in name.axes))
        order = tuple(find_order(tuple(dimension.axis for dimension in form.dimensions), name.axes))
        return tree if order == tuple(sorted(order)) else Reorder(tree, order)

    def repeat(self, axis: str, steps: Sequence[Step]) -> Loop:
        self.repeated = frozenset(step.name.name for step in steps)
        before = tuple(
            self.before(start) for start in self.example.start if start.name.name.partition(".")[0] in self.repeated
        )
        self.loop = axis
        assigned = tuple(map(self.assign, steps))
        self.loop, self.repeated = "", frozenset()
        return Loop(axis, self.axes[axis].size, before, assigned)

    def before(self, start: Start) -> Before:
        name, _, result = start.name.name.partition(".")
        value: Tree | Constant | Random
        if isinstance(start.value, Expression):
            form = self.form(start.value.tree)
            value, _ = self.number(start.value.tree)
            value = value if result else self.conform(value, form, start.name)
        else:
            value = self.constant(start.value)
        return Before(name, result, -start.back, value)

    # Expressions.

    def form(self, node: Node) -> Form:
        """Return the form of a node that is a quantity."""
        form = self.run.forms.get(node)
        if not isinstance(form, Form):
            raise NotLoweredError("a part of the example was not computed")
        return form

    def is_record(self, node: Node) -> bool:
        return isinstance(self.run.forms.get(node), Mapping)

    def number(self, node: Node) -> Lowered:
        """Return the tree of a node whose entries are numbers."""
        tree, kind = self.value(node)
        return (Convert(tree, Kind.FLOAT), Kind.FLOAT) if kind is Kind.TRUTH else (tree, kind)

    def numbers(self, nodes: Iterable[Node]) -> list[Tree]:
        """Return the trees of nodes whose entries are numbers."""
        return [self.number(node)[0] for node in nodes]

    def truth(self, node: Node) -> Tree:
        """Return the tree of a node as a statement, which is true where the node is not 0."""
        tree, kind = self.value(node)
        return tree if kind is Kind.TRUTH else Operation("!=", (tree, Literal(0)))

    def value(self, node: Node) -> Lowered:
        """Return the tree of a node, which is made once: the middle of `a < b < c` stands in two comparisons."""
        if node not in self.known:
            self.known[node] = self.make(node)
        return self.known[node]

    def make(self, node: Node) -> Lowered:  # noqa: C901, PLR0911 - a case for each kind of node
        match node:
            case Number():
                return self.plain(Literal(node.value))
            case Name():
                return self.name(node)
            case Binary():
                return self.binary(node)
            case Unary():
                return self.unary(node)
            case Compare():
                return self.compare(node)
            case Boolean():
                trees = [self.truth(operand) for operand in node.operands]
                return self.join("&" if node.operator == "and" else "|", trees, node.operands), Kind.TRUTH
            case Call():
                return self.call(node)
            case Index():
                return self.index(node)
            case Field():
                return Part(self.value(node.record)[0], node.name), Kind.FLOAT
            case Transpose():
                tree, kind = self.value(node.operand)
                count = len(self.form(node.operand).shape)
                return (tree if count < 2 else Reorder(tree, (*range(count - 2), count - 1, count - 2))), kind
            case ListLiteral():
                return Stack(tuple(self.numbers(node.items))), Kind.FLOAT
            case _:
                raise NotLoweredError("this stands for no value")

    def name(self, node: Name) -> Lowered:
        kind = self.kinds.get(node.name, Kind.FLOAT)
        if node.name in self.repeated:
            return At(node.name, Here(self.loop)), kind
        if node.name in self.run.quantities or self.is_record(node):
            return self.plain(Variable(node.name)) if kind is Kind.PLAIN else (Variable(node.name), kind)
        if node.name in self.axes:
            return self.axis(node.name)
        return self.plain(Literal(CONSTANTS[node.name]))

    def plain(self, tree: Tree) -> Lowered:
        """Return a plain number; beside numbers of low precision it is a float64, or it would take theirs."""
        return (Convert(tree, Kind.FLOAT, single=True), Kind.FLOAT) if self.mixed else (tree, Kind.PLAIN)

    def axis(self, name: str) -> Lowered:
        axis = self.axes[name]
        if name == self.loop and not axis.numbers:
            return Here(name), Kind.PLAIN
        self.used[name] = None
        if name == self.loop:
            return Pick(Variable(name), (Here(name),)), Kind.FLOAT
        return Variable(name), Kind.FLOAT

    def join(self, operator: str, trees: Sequence[Tree], nodes: Sequence[Node]) -> Tree:
        """Return operands combined entry by entry; from the third on, each with the result so far."""
        first, form = trees[0], self.form(nodes[0])
        for tree, node in zip(trees[1:], nodes[1:], strict=True):
            (a, b), form = self.align((first, tree), (form, self.form(node)))
            first = Operation(operator, (a, b))
        return first

    def align(self, trees: Sequence[Tree], forms: Sequence[Form]) -> tuple[list[Tree], Form]:
        """Return operands with their dimensions where a broadcast by name has them, and the form of the result."""
        views, dimensions = broadcast([_follow(form) for form in forms], self.axes, Budget())
        shape = np.broadcast_shapes(*(view.shape for view in views))
        return [_rearranged(*one) for one in zip(trees, views, strict=True)], Form(dimensions, shape)

    def forms(self, nodes: Iterable[Node]) -> list[Form]:
        return [self.form(node) for node in nodes]

    def binary(self, node: Binary) -> Lowered:
        forms = self.forms((node.left, node.right))
        (left, kind), (right, other) = self.number(node.left), self.number(node.right)
        if node.operator == "@":
            return self.product((left, right), *forms), Kind.FLOAT
        plain = kind is other is Kind.PLAIN
        (a, b), _ = self.align((left, right), forms)
        if _fails(node, kind, other):
            return Operation(node.operator, (Convert(a, Kind.FLOAT, single=not forms[0].shape), b)), Kind.FLOAT
        return Operation(node.operator, (a, b)), Kind.PLAIN if plain else Kind.FLOAT

    def product(self, trees: tuple[Tree, Tree], a: Form, b: Form) -> Tree:
        leading = [(form.dimensions[:-2], form.shape[:-2]) for form in (a, b)]
        batch, _ = find_batch(leading, self.axes)
        aligned = [
            _rearranged(tree, align_batch(_follow(form).values, form.dimensions[:-2], batch, min(len(form.shape), 2)))
            if len(form.shape) > 1
            else tree
            for tree, form in zip(trees, (a, b), strict=True)
        ]
        return Operation("@", tuple(aligned))

    def unary(self, node: Unary) -> Lowered:
        if node.operator == "not":
            return Operation("not", (self.truth(node.operand),)), Kind.TRUTH
        tree, kind = self.value(node.operand)
        tree = Convert(tree, Kind.FLOAT) if kind is Kind.TRUTH else tree
        kind = Kind.FLOAT if kind is Kind.TRUTH else kind
        return (Operation("-", (tree,)) if node.operator == "-" else tree), kind

    def compare(self, node: Compare) -> Lowered:
        parts: list[tuple[Tree, Form]] = []
        for operator, left, right in zip(node.operators, node.sides, node.sides[1:], strict=False):
            (a, a_form), (b, b_form) = self.side(left, right), self.side(right, left)
            trees, form = self.align((a, b), (a_form, b_form))
            parts.append((Operation(operator, tuple(trees)), form))
        tree, form = parts[0]
        for other, own in parts[1:]:
            trees, form = self.align((tree, other), (form, own))
            tree = Operation("&", tuple(trees))
        return tree, Kind.TRUTH

    def side(self, node: Node, other: Node) -> tuple[Tree, Form]:
        """Return a side of a comparison; a label is the position at which it stands on the other side's axis."""
        if not isinstance(node, Label):
            return self.number(node)[0], self.form(node)
        axis = self.form(other).on[0].axis
        return Literal(position_of(node.text, self.axes[axis])), Form((), ())

    # Indices.

    def index(self, node: Index) -> Lowered:
        base, items = self.base(node)
        form = self.form(node.base)
        _, kind = base
        if not items:
            return base
        singles, arrays = self.items(items, form)
        tree = base[0]
        if any(not (isinstance(item, Range) and item.lower is item.upper is item.step is None) for item in singles):
            tree = Pick(tree, tuple(singles))
        return (self.gather(tree, singles, arrays, len(form.shape)) if arrays else tree), _entry_kind(kind)

    def base(self, node: Index) -> tuple[Lowered, Sequence[Node]]:
        """Return what is indexed and the indices, of which `h[t - 1]` inside `each t:` has used the first."""
        name = node.base.name if isinstance(node.base, Name) else ""
        field_of = node.base.record.name if isinstance(node.base, Field) and isinstance(node.base.record, Name) else ""
        own = name or field_of
        if own not in self.repeated or not node.items or not mentions(node.items[0], self.loop):
            return self.value(node.base), node.items
        past: Tree = At(own, self.earlier(node.items[0]))
        return ((Part(past, node.base.name) if isinstance(node.base, Field) else past), Kind.FLOAT), node.items[1:]

    def earlier(self, node: Node) -> Tree:
        """Return the tree of `t`, `t - 1` or the like as a position, whatever numbers the axis has."""
        if isinstance(node, Binary):
            return Operation(node.operator, (Here(self.loop), self.whole(node.right)))
        return Here(self.loop)

    def items(self, items: Sequence[Node], form: Form) -> tuple[list[Tree | None], list[tuple[int, Tree, Form]]]:
        """Return the indices, with a whole range where an array picks, and those arrays with their places."""
        singles: list[Tree | None] = []
        arrays: list[tuple[int, Tree, Form]] = []
        own = iter(zip(form.dimensions, form.shape, strict=True))
        for item in items:
            if isinstance(item, NewAxis):
                singles.append(None)
                continue
            dimension, _ = next(own)
            places = self.own_positions(item, dimension)
            if not isinstance(places, Here) and not isinstance(item, Slice | Label) and self.form(item).shape:
                if (places or self.form(item).on) and dimension.positions is not None:
                    raise NotLoweredError("positions of an axis pick from a slice of it")
                arrays.append((len(singles), Convert(places or self.number(item)[0], Kind.WHOLE), self.form(item)))
                singles.append(Range())
            else:
                singles.append(self.item(item, dimension))
        return singles, arrays

    def item(self, node: Node, dimension: Dimension) -> Tree:
        if isinstance(node, Slice):
            return Range(*(None if bound is None else self.whole(bound) for bound in node.bounds))
        if isinstance(node, Label):
            return Literal(position_of(node.text, self.axes[dimension.axis], dimension.positions))
        if own := self.own_positions(node, dimension):
            return own
        form = self.form(node)
        if form.on and dimension.positions is not None and same_root(self.axes, form.on[0].axis, dimension.axis):
            raise NotLoweredError("a position of an axis picks from a slice of it")
        return self.whole(node)

    def own_positions(self, node: Node, dimension: Dimension) -> Tree | None:
        """Return the positions of an axis that indexes itself or its second name; None for every other index."""
        axis = self.axes.get(node.name) if isinstance(node, Name) else None
        if axis is None or dimension.axis not in self.axes or axis.root != self.axes[dimension.axis].root:
            return None
        if axis.name == self.loop:
            return Here(axis.name)
        if not axis.numbers:
            return self.value(node)[0]
        first = int(axis.numbers[0])
        if axis.numbers == tuple(range(first, first + axis.size)):
            return Operation("-", (self.value(node)[0], Literal(first)))
        return Stack(tuple(map(Literal, range(axis.size))))

    def whole(self, node: Node) -> Tree:
        """Return the tree of a single whole number."""
        tree, kind = self.value(node)
        exact = all(isinstance(part, Number | Name | Binary | Unary) for part in walk(node)) and kind is Kind.PLAIN
        exact = exact and all(part.name == self.loop for part in walk(node) if isinstance(part, Name))
        exact = exact and all(part.operator in {"+", "-", "*"} for part in walk(node) if isinstance(part, Binary))
        exact = exact and all(part.value == int(part.value) for part in walk(node) if isinstance(part, Number))
        return tree if exact else Convert(tree, Kind.WHOLE, single=True)

    def gather(
        self, tree: Tree, singles: Sequence[Tree | None], arrays: Sequence[tuple[int, Tree, Form]], dimensions: int
    ) -> Tree:
        """Return what arrays of positions pick, after single positions, slices and new axes."""
        trees, _ = self.align([one for _, one, _ in arrays], [form for *_, form in arrays])
        used = [place - sum(_is_single(item) for item in singles[:place]) for place, *_ in arrays]
        left = dimensions + sum(item is None for item in singles) - sum(map(_is_single, singles))
        first, count = used[0], len(used)
        if used != list(range(first, first + count)):
            rest = [place for place in range(left) if place not in used]
            tree = Reorder(tree, (*rest[:first], *used, *rest[first:]))
        return Pick(tree, (*[Range()] * first, *trees))

    # Calls.

    def call(self, node: Call) -> Lowered:  # noqa: PLR0911 - a case for each kind of word
        word = FUNCTIONS[node.name]
        match word.function:
            case Entrywise():
                return self.entrywise(node)
            case Reduction() | Best() | AlongAxis():
                return self.along(node)
            case Ordering():
                return self.order(node)
            case Merge():
                return self.merge(node), Kind.FLOAT
            case Size():
                several = self.form(node.arguments[0]).shape
                return Apply(node.name, (self.value(node.arguments[0])[0],)) if several else Literal(1), Kind.PLAIN
            case Mechanism():
                return self.mechanism(word.function, node), Kind.FLOAT
            case Gradient():
                return Derivative(*self.numbers(node.arguments)), Kind.FLOAT

    def entrywise(self, node: Call) -> Lowered:
        word = FUNCTIONS[node.name]
        condition = [self.truth(node.arguments[0])] if word.explanation is Explanation.BRANCH else []
        numbers = [self.number(argument) for argument in node.arguments[len(condition) :]]
        aligned, _ = self.align([*condition, *(tree for tree, _ in numbers)], self.forms(node.arguments))
        kind = Kind.WHOLE if all(own is Kind.PLAIN for _, own in numbers) else Kind.FLOAT
        return Apply(node.name, tuple(aligned)), Kind.TRUTH if word.numpy in {np.isnan, np.isinf} else kind

    def along(self, node: Call) -> Lowered:
        word = FUNCTIONS[node.name]
        form = self.form(node.arguments[0])
        at, named = self.find_places(node)
        tree, _ = self.number(node.arguments[0])
        options = self.options(node, word.function.options) if isinstance(word.function, AlongAxis) else ()
        if isinstance(word.function, Best):
            return self.best(node.name, tree, form, at), Kind.WHOLE
        if isinstance(word.function, AlongAxis):
            at = at if named else at[-1:]
            if at == (len(form.shape) - 1,):
                at = (-1,)
            return Apply(node.name, (tree,), options, None if len(form.shape) == 1 else at), Kind.FLOAT
        kind = Kind.TRUTH if node.name in {"all", "any"} else Kind.FLOAT
        return Apply(node.name, (tree,), axis=None if len(at) == len(form.shape) else at), kind

    def find_places(self, node: Call) -> tuple[tuple[int, ...], bool]:
        """Return the dimensions that `axis=` names, all where it is left out, and whether it is there."""
        named = node.keyword("axis")
        names = None if named is None else _axis_names(named)
        return find_axes(_follow(self.form(node.arguments[0])), names, self.axes), named is not None

    def best(self, name: str, tree: Tree, form: Form, at: tuple[int, ...]) -> Tree:
        """Return the position of the best entry, flat in C order where several axes are used up."""
        dimensions = [form.dimensions[place] for place in at]
        if len(at) == 1:
            found = Apply(name, (tree,), axis=None if len(form.shape) == 1 else at)
            return self.unsliced(found, dimensions[0])
        if any(dimension.positions is not None for dimension in dimensions):
            raise NotLoweredError("the best of a slice over several axes")
        if at == tuple(range(len(form.shape))):
            return Apply(name, (tree,))
        kept = [place for place in range(len(form.shape)) if place not in at]
        flat = Reshape(Reorder(tree, (*kept, *at)), (*(form.shape[place] for place in kept), -1))
        return Apply(name, (flat,), axis=(len(kept),))

    def unsliced(self, tree: Tree, dimension: Dimension) -> Tree:
        """Return positions within a slice as positions on the whole axis."""
        if dimension.positions is None:
            return tree
        return Pick(Stack(tuple(Literal(position) for position in dimension.positions)), (tree,))

    def order(self, node: Call) -> Lowered:
        form = self.form(node.arguments[0])
        at, named = self.find_places(node)
        place = at[0] if named else at[-1]
        tree, _ = self.number(node.arguments[0])
        ordered = Apply(node.name, (tree,), axis=None if place == len(form.shape) - 1 else (place,))
        if len(node.arguments) < 2:
            return ordered, Kind.FLOAT
        count = self.whole(node.arguments[1])
        first = Pick(ordered, (*[Range()] * place, Range(None, count)))
        return self.unsliced(first, form.dimensions[place]), Kind.WHOLE

    def merge(self, node: Call) -> Tree:
        tree, form = self.number(node.arguments[0])[0], self.form(node.arguments[0])
        at = find_axes(_follow(form), _axis_names(node.arguments[1]), self.axes)
        rest = [place for place in range(len(form.shape)) if place not in at]
        slot = sum(place < at[-1] for place in rest)
        order = (*rest[:slot], *at, *rest[slot:])
        moved = tree if order == tuple(range(len(order))) else Reorder(tree, order)
        return Reshape(moved, self.form(node).shape)

    def mechanism(self, word: Mechanism, node: Call) -> Tree:
        positional, keywords = bind_call(word, node)
        arguments = [_follow(form) for form in self.forms(positional)]
        form = find_form(word, arguments)
        kinds = {**word.needed, **word.options}
        named = {name: _follow(self.form(value)) for name, value in keywords.items() if name not in kinds}
        aligned = align_call(form, arguments, named, self.axes)
        views, (_, sizes) = aligned.views, aligned.batch
        nodes = [*positional, *(keywords[name] for name in named)]
        shapes = [*form.arguments[: len(positional)], *(form.keywords[name] for name in named)]
        trees = [
            self.argument(own, view, shape, (*sizes, *view.shape[view.ndim - len(shape.letters) :]))
            if shape.leading and "" not in form.results
            else _rearranged(self.value(own)[0], view)
            for own, view, shape in zip(nodes, views, shapes, strict=True)
        ]
        arrays = tuple(zip(named, trees[len(positional) :], strict=True))
        return Apply(node.name, tuple(trees[: len(positional)]), (*arrays, *self.options(node, kinds, keywords)))

    def argument(self, node: Node, view: Array, shape: Shape, whole: tuple[int, ...]) -> Tree:
        """Return an argument of a function with several results, repeated along leading axes that it lacks itself.

        Each of the results then has all leading axes, also one that does not depend on what brought them.
        """
        tree, _ = self.value(node)
        if view.ndim < len(shape.letters) or not view.ndim:
            return tree
        lacks = 0 in view.strides[: view.ndim - len(shape.letters)] or view.ndim < len(whole)
        tree = _rearranged(tree, view)
        return Repeat(tree, whole) if lacks else tree

    def options(
        self, node: Call, kinds: Mapping[str, Accepts], keywords: Mapping[str, Node] | None = None
    ) -> tuple[tuple[str, Tree], ...]:
        found = keywords or {keyword.name: keyword.value for keyword in node.keywords}
        return tuple((name, self.option(kinds[name], value)) for name, value in found.items() if name in kinds)

    def option(self, kind: Accepts, node: Node) -> Tree:
        if isinstance(node, Label):
            return WordOption(node.text)
        if kind is Accepts.SIDES:
            items = node.items if isinstance(node, ListLiteral) else (node, node)
            if len(items) == 1:
                items = (*items, *items)
            return Stack(tuple(Nothing() if _is_infinite(item) else self.whole(item) for item in items))
        return self.number(node)[0] if kind is Accepts.NUMBER else self.whole(node)


def _axis_names(node: Node) -> list[str]:
    items = node.items if isinstance(node, ListLiteral | TupleLiteral) else (node,)
    return [item.name for item in items if isinstance(item, Name)]


def _is_single(item: Tree | None) -> bool:
    """Return whether an index uses its dimension up."""
    return item is not None and not isinstance(item, Range)


def _is_infinite(node: Node) -> bool:
    return isinstance(node, Name) and node.name == "inf"


def _fails(node: Binary, left: Kind, right: Kind) -> bool:
    """Return whether Python's own numbers, or whole ones, could fail where the numbers of an array give a result."""
    if node.operator == "**":
        plain = left is right is Kind.PLAIN
        return not (_is_small(node.left) and _is_small(node.right)) if plain else Kind.WHOLE in {left, right}
    return node.operator in {"/", "//", "%"} and left is right is Kind.PLAIN and not _is_small(node.right)


def _is_small(node: Node) -> bool:
    return isinstance(node, Number) and 0 < node.number <= 100


def _entry_kind(kind: Kind) -> Kind:
    return Kind.FLOAT if kind is Kind.PLAIN else kind

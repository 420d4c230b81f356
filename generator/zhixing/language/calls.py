"""Function calls in expressions: which arguments a word takes, and handing them over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import prod
from typing import Any

import numpy as np

from zhixing.core.trace import Traced, find_adjoints, start_trace, sum_to
from zhixing.language import reductions
from zhixing.language.arrays import Axes, align_batch, describe, elementwise, find_batch, same_root
from zhixing.language.budget import NODE_WORK, Budget
from zhixing.language.errors import ExampleError
from zhixing.language.model import Array, Dimension, Quantity, Record, scalar
from zhixing.language.nodes import Call, Label, ListLiteral, Name, Node, TupleLiteral, text_of
from zhixing.language.noise import clear_sum
from zhixing.language.scope import Scope
from zhixing.language.words import FUNCTIONS, INSTEAD, WORDS
from zhixing.language.words.costs import Cost, Option, Sizes
from zhixing.language.words.signature import Shape, Signature
from zhixing.language.words.word import (
    Accepts,
    AlongAxis,
    Best,
    Entrywise,
    Gradient,
    Mechanism,
    Merge,
    Ordering,
    Reduction,
    Size,
    Word,
)
from zhixing.problems import Code, did_you_mean

# Calling the core with quantities: dimensions are matched against a signature, and the results named after them.

Part = tuple[Quantity, Shape]


@dataclass
class _Match:
    """Letters bound to dimensions and sizes so far."""

    axes: Axes
    dimensions: dict[str, Dimension] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def bind(self, quantity: Quantity, shape: Shape) -> None:
        """Match the last dimensions with the letters, in order."""
        own = len(quantity.dimensions) - len(shape.letters)
        if own < 0 or (own and not shape.leading):
            count = f"{len(shape.letters)}{' or more' if shape.leading else ''}"
            what = f"{describe(quantity)} has too {'few' if own < 0 else 'many'} axes here; {count} are needed"
            raise ExampleError(Code.EXAMPLE_AXES, what, "Give it the axes that the function takes")
        for letter, place in zip(shape.letters, range(own, own + len(shape.letters)), strict=True):
            self._fit(letter, quantity, place)

    def place(self, quantity: Quantity, shape: Shape) -> Quantity:
        """Order the dimensions of a mask or a bias like the letters, by name, and take over its second names.

        In `attention(X, X, X, mask=键 <= 词)` the mask's 词 is the query's axis wherever it stands; 键 names the keys.
        A dimension that it lacks is put in with size 1: `mask=real[键]` holds for every query.
        """
        if not quantity.dimensions:
            return quantity
        if not all(quantity.axes) or len(set(quantity.axes)) < len(quantity.axes):
            self.bind(quantity, shape)  # without names, or with one twice, it is taken as it stands
            return quantity
        found = self._places(quantity, shape.letters)
        rest = [place for place in range(len(quantity.dimensions)) if place not in found.values()]
        others = {d.axis for letter, d in self.dimensions.items() if letter not in shape.letters}
        if not found or (rest and not shape.leading) or any(quantity.axes[place] in others for place in rest):
            what = f"{describe(quantity)} has an axis that it cannot have here"
            raise ExampleError(Code.EXAMPLE_AXES, what, "Let it run along the axes that it belongs to")
        self._require_clear(quantity, shape, found)
        for letter, place in found.items():
            self._fit(letter, quantity, place)
            self._learn(letter, shape, quantity.dimensions[place])
        values = quantity.values.transpose([*rest, *found.values()])
        values = values[(..., *(slice(None) if letter in found else None for letter in shape.letters))]
        last = (quantity.dimensions[found[x]] if x in found else Dimension("") for x in shape.letters)
        return Quantity(values, (*(quantity.dimensions[place] for place in rest), *last))

    def _require_clear(self, quantity: Quantity, shape: Shape, found: Mapping[str, int]) -> None:
        """Refuse a mask with a single axis if queries and keys both have it: it is ambiguous."""
        bound = {letter: self.dimensions.get(letter, Dimension("")).axis for letter in shape.letters}
        taken = {bound[letter] for letter in found if quantity.axes[found[letter]] == bound[letter]}
        if any(letter not in found and bound[letter] in taken for letter in shape.letters):
            what = f"{describe(quantity)} could run along the first or the second of two axes of that name"
            axis = next(bound[letter] for letter in shape.letters if bound[letter] in taken)
            fix = f"Write it along both, or with a second name for one, such as `{axis}2: {axis}` under `axes:`"
            raise ExampleError(Code.EXAMPLE_AXES, what, fix)

    def _fit(self, letter: str, quantity: Quantity, place: int) -> None:
        dimension, size = quantity.dimensions[place], quantity.values.shape[place]
        before = self.dimensions.setdefault(letter, dimension)
        if self.sizes.setdefault(letter, size) != size or not same_root(self.axes, before.axis, dimension.axis):
            what = f"{before.axis or '·'} ({self.sizes[letter]}) does not fit {describe(quantity)} here"
            raise ExampleError(Code.EXAMPLE_AXES, what, "Let both run along the same axis")
        if not before.axis:
            self.dimensions[letter] = dimension

    def _places(self, quantity: Quantity, letters: Sequence[str]) -> dict[str, int]:
        """Return which dimension stands for each letter: the one of its name, else one of the same root.

        Letters that no argument has bound take what is left over, if it is as many dimensions.
        """
        bound = {letter: self.dimensions[letter].axis if letter in self.dimensions else "" for letter in letters}
        pairs = [(letter, place) for letter in letters for place in range(len(quantity.axes))]
        exact = [(letter, place) for letter, place in pairs if bound[letter] == quantity.axes[place]]
        alike = [
            (letter, place) for letter, place in pairs if same_root(self.axes, bound[letter], quantity.axes[place])
        ]
        found: dict[str, int] = {}
        # From the end: a single dimension of a second name is the keys', not the queries'.
        for letter, place in (*exact, *reversed(alike)):
            if letter not in found and place not in found.values():
                found[letter] = place
        free = [letter for letter in letters if letter not in self.dimensions]
        rest = [place for place in range(len(quantity.axes)) if place not in found.values()]
        if len(free) == len(rest):
            found.update(zip(free, rest, strict=True))
        return {letter: found[letter] for letter in letters if letter in found}

    def _learn(self, letter: str, shape: Shape, dimension: Dimension) -> None:
        """Take over a second name from a mask: if queries and keys are one quantity, only it tells them apart."""
        others = [self.dimensions.get(other) for other in shape.letters if other != letter]
        if letter != shape.letters[0] and self.dimensions[letter] in others:
            self.dimensions[letter] = dimension


def call(
    function: Callable[..., Any],
    form: Signature,
    *,
    arguments: Sequence[Quantity],
    keywords: Mapping[str, Quantity],
    options: Mapping[str, Option],
    costs: tuple[Cost | None, Cost],
    axes: Axes,
    budget: Budget,
) -> Quantity | Record:
    """Check axes against a signature, call the core, and name the dimensions of what it returns.

    `costs` are the largest array that the function makes beside its results, and its work, for one of the leading
    positions.

    Raises:
        ExampleError: an axis or size does not fit, or the work would be too much.
    """
    aligned = align_call(form, arguments, keywords, axes)
    _ask(budget, form, aligned.match.sizes, prod(aligned.batch[1]), costs, options)
    named = dict(zip(keywords, aligned.views[len(arguments) :], strict=True))
    returned = function(*aligned.views[: len(arguments)], **named, **options)
    return _named(returned, form, aligned.match, aligned.batch)


@dataclass(frozen=True, slots=True)
class Aligned:
    """What the core is given: the letters bound, the leading dimensions with their sizes, and the arrays."""

    match: _Match
    batch: tuple[tuple[Dimension, ...], tuple[int, ...]]
    views: list[Array]


def align_call(form: Signature, arguments: Sequence[Quantity], keywords: Mapping[str, Quantity], axes: Axes) -> Aligned:
    """Match quantities against a signature, and return them with their leading dimensions in one order."""
    match = _Match(axes)
    parts: list[Part] = list(zip(arguments, form.arguments, strict=False))
    for argument, shape in parts:
        match.bind(argument, shape)
    parts += [(match.place(value, form.keywords[name]), form.keywords[name]) for name, value in keywords.items()]
    batch, sizes = find_batch([_leading(value, shape) for value, shape in parts], axes)
    return Aligned(match, (batch, sizes), [_core_view(value, shape, batch) for value, shape in parts])


def _leading(value: Quantity, shape: Shape) -> tuple[tuple[Dimension, ...], tuple[int, ...]]:
    count = max(len(value.dimensions) - len(shape.letters), 0) if shape.leading else 0
    return value.dimensions[:count], value.values.shape[:count]


def _ask(
    budget: Budget,
    form: Signature,
    sizes: Sizes,
    batch: int,
    costs: tuple[Cost | None, Cost],
    options: Mapping[str, Option],
) -> None:
    peak, work = costs
    batch = max(batch, 1)  # of no positions at all, too, a function may run its loop
    results = sum(prod(sizes.get(letter, 1) for letter in shape.letters) for shape in form.results.values())
    budget.hold(batch * max(results, peak(sizes, options) if peak else 0))
    budget.work(batch * work(sizes, options))


def _core_view(quantity: Quantity, shape: Shape, batch: tuple[Dimension, ...]) -> Array:
    if not shape.leading or not batch or not quantity.dimensions:
        return quantity.values
    own, _ = _leading(quantity, shape)
    return align_batch(quantity.values, own, batch, len(shape.letters))


def _named(
    returned: Any, form: Signature, match: _Match, batch: tuple[tuple[Dimension, ...], tuple[int, ...]]
) -> Quantity | Record:
    def quantity(name: str) -> Quantity:
        shape = form.results[name]
        values = np.asarray(getattr(returned, name) if name else returned)
        if values.dtype.kind != "f":
            values = values.astype(np.float64)
        leading, sizes = batch if shape.leading else ((), ())
        # A leading axis that only another argument has comes back with size 1.
        values = np.broadcast_to(values, (*sizes, *values.shape[len(sizes) :]))
        named = (*leading, *(match.dimensions.get(letter, Dimension("")) for letter in shape.letters))
        return Quantity(values, named)

    if "" in form.results:
        return quantity("")
    return Record({name: quantity(name) for name in form.results})


Evaluate = Callable[[Node], Quantity]


def call_function(node: Call, scope: Scope, evaluate: Evaluate) -> Quantity | Record:
    """Return what a call gives.

    Raises:
        ExampleError: no such function, wrong arguments, axes that do not fit, or too much work.
    """
    name = node.name
    if scope.has(name):
        what = f"{name!r} is a quantity or an axis of this example, not a function"
        raise ExampleError(Code.EXAMPLE_NAME, what, "Index with [ ], multiply with *, or rename it", node)
    if name not in FUNCTIONS:
        fix = (
            INSTEAD.get(name) or did_you_mean(name, WORDS) or "See the vocabulary in the documentation of the language"
        )
        raise ExampleError(Code.EXAMPLE_NAME, f"There is no function {name!r}", fix, node)
    return _call_word(FUNCTIONS[name], node, scope, evaluate)


def _call_word(word: Word, node: Call, scope: Scope, evaluate: Evaluate) -> Quantity | Record:
    match word.function:
        case Entrywise() as function:
            _keywords(node, ())
            operands = _arguments(node, function.least, function.most, evaluate)
            return elementwise(function.compute, operands, scope.axes, scope.budget, function.weight)
        case Mechanism() as function:
            return _call_mechanism(function, node, scope, evaluate)
        case Gradient():
            what = f"{node.name} stands inside another expression"
            raise ExampleError(Code.EXAMPLE_VALUE, what, "Make it a step of its own: `g[a, b]: grad(loss, W)`", node)
        case Ordering() as function:
            return _call_ordering(function, node, scope, evaluate)
        case Merge():
            return _merge(node, scope, evaluate)
        case Size():
            _keywords(node, ())
            return scalar(_arguments(node, 1, 1, evaluate)[0].values.size)
        case function:
            return _call_along(word, function, node, scope, evaluate)


def _arguments(node: Call, least: int, most: int, evaluate: Evaluate) -> list[Quantity]:
    _check_count(node, len(node.arguments), least, most)
    return [evaluate(argument) for argument in node.arguments]


def _check_count(node: Call, found: int, least: int, most: int) -> None:
    """Refuse a call with too few or too many arguments.

    Raises:
        ExampleError: it has.
    """
    if not least <= found <= most:
        count = str(least) if least == most else f"{least} to {most}"
        given = f"{found} {'is' if found == 1 else 'are'} given"
        what = f"{node.name} takes {count} argument{'' if count == '1' else 's'}; {given}"
        hint = FUNCTIONS[node.name].hint or "Check the commas and brackets"
        raise ExampleError(Code.EXAMPLE_VALUE, what, hint, node)


def _keywords(node: Call, known: Iterable[str]) -> dict[str, Node]:
    known = list(known)
    for place, keyword in enumerate(node.keywords):
        if keyword.name in (other.name for other in node.keywords[:place]):
            what = f"{node.name} is given {keyword.name!r} twice"
            raise ExampleError(Code.EXAMPLE_VALUE, what, "Keep one of them", keyword)
        if keyword.name not in known:
            fix = did_you_mean(keyword.name, known) or (f"It takes {', '.join(known)}" if known else "Remove it")
            what = f"{node.name} takes no argument {keyword.name!r}"
            raise ExampleError(Code.EXAMPLE_VALUE, what, fix, keyword)
    return {keyword.name: keyword.value for keyword in node.keywords}


def axis_names(node: Node, scope: Scope) -> list[str]:
    """Return the axes that `axis=键` or `axis=[行, 列]` names.

    Raises:
        ExampleError: it is no name of an axis.
    """
    nodes = node.items if isinstance(node, ListLiteral | TupleLiteral) else (node,)
    for item in nodes:
        name = item.name if isinstance(item, Name) else ""
        if name not in scope.axes:
            fix = did_you_mean(name, scope.axes) or "Name an axis, not its number"
            raise ExampleError(Code.EXAMPLE_NAME, f"{text_of(item)!r} is no axis", fix, item)
    return [item.name for item in nodes if isinstance(item, Name)]


def _call_along(
    word: Word, function: Reduction | Best | AlongAxis, node: Call, scope: Scope, evaluate: Evaluate
) -> Quantity:
    known = function.options if isinstance(function, AlongAxis) else {}
    keywords = _keywords(node, ("axis", *known))
    (operand,) = _arguments(node, 1, 1, evaluate)
    names = axis_names(keywords["axis"], scope) if "axis" in keywords else None
    at = reductions.find_axes(operand, names, scope.axes)
    scope.budget.work(operand.values.size * function.weight)
    _refuse_nothing(word, function, operand, at, node)
    if isinstance(function, Reduction):
        return reductions.reduce_axes(function.compute, operand, at)
    if isinstance(function, Best):
        return reductions.find_best(function.compute, operand, at, scope.axes)
    options = {key: _option(known[key], key, value, evaluate) for key, value in keywords.items() if key in known}
    at = at[-1:] if names is None else at
    if function.single:
        _require_one_axis(at, node)
    return reductions.map_axes(partial(function.compute, **options), operand, at)


def _require_one_axis(at: tuple[int, ...], node: Call) -> None:
    if len(at) > 1:
        what = f"{node.name} goes along one axis; {len(at)} are named"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Name one of them", node)


def _call_ordering(function: Ordering, node: Call, scope: Scope, evaluate: Evaluate) -> Quantity:
    keywords = _keywords(node, ("axis",))
    operand, *rest = _arguments(node, 1 + function.positions, 1 + function.positions, evaluate)
    names = axis_names(keywords["axis"], scope) if "axis" in keywords else None
    at = reductions.find_axes(operand, names, scope.axes)
    at = at[-1:] if names is None else at
    _require_one_axis(at, node)
    if not at or not operand.values.size:
        what = f"{node.name} of {'nothing' if at else 'a single number'} says nothing"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Give it a quantity with an axis", node)
    scope.budget.work(operand.values.size * function.weight)
    if not function.positions:
        return reductions.order_axis(function.compute, operand, at[0])
    count, size = (
        _number(Accepts.WHOLE, float(rest[0].values)) if not rest[0].dimensions else None,
        operand.values.shape[at[0]],
    )
    if count is None or not 1 <= count <= size:
        raise ExampleError(Code.EXAMPLE_VALUE, f"How many is a whole number from 1 to {size} here", "Give it one", node)
    return reductions.find_first(function.compute, operand, at[0], int(count), scope.axes)


def _refuse_nothing(
    word: Word, function: Reduction | Best | AlongAxis, operand: Quantity, at: tuple[int, ...], node: Call
) -> None:
    """Refuse what has no entries, or no axis, where the function has no value for it.

    Raises:
        ExampleError: it has none.
    """
    of_nothing = isinstance(function, Reduction) and function.of_nothing
    of_one = isinstance(function, Reduction) or bool(at)
    if not of_nothing and not (operand.values.size and of_one):
        what = f"{word.name} of {'nothing' if at else 'a single number'} says nothing"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Give it a quantity with an axis", node)


def _merge(node: Call, scope: Scope, evaluate: Evaluate) -> Quantity:
    _keywords(node, ())
    if len(node.arguments) != 2:
        raise ExampleError(
            Code.EXAMPLE_VALUE, "merge takes a quantity and a list of axes", "Write merge(x, [a, b])", node
        )
    return reductions.merge_axes(evaluate(node.arguments[0]), axis_names(node.arguments[1], scope), scope.axes)


def _call_mechanism(word: Mechanism, node: Call, scope: Scope, evaluate: Evaluate) -> Quantity | Record:
    read = read_call(word, node, evaluate)
    return call(
        word.compute, read.form, arguments=read.arguments, keywords=read.arrays, options=read.options,
        costs=(word.peak, word.work), axes=scope.axes, budget=scope.budget,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A call of a function of the core: its signature, the nodes of its arrays in order, their values, its options."""

    form: Signature
    nodes: tuple[Node, ...]
    arguments: list[Quantity]
    arrays: dict[str, Quantity]
    options: dict[str, Option]


def read_call(word: Mechanism, node: Call, evaluate: Evaluate) -> ReadCall:
    """Return what a call of a function of the core hands over.

    Raises:
        ExampleError: an argument is missing, is one too many, or is of the wrong kind.
    """
    positional, keywords = bind_call(word, node)
    arguments = [evaluate(argument) for argument in positional]
    form = find_form(word, arguments)
    kinds = {**word.needed, **word.options}
    options = {name: _option(kinds[name], name, value, evaluate) for name, value in keywords.items() if name in kinds}
    arrays = {name: evaluate(value) for name, value in keywords.items() if name not in kinds}
    return ReadCall(form, (*positional, *(keywords[name] for name in arrays)), arguments, arrays, options)


def trace_call(
    word: Mechanism,
    function: Callable[..., Any],
    read: ReadCall,
    operands: Sequence[Quantity],
    adjoints: Mapping[str, Array],
    scope: Scope,
) -> list[Array]:
    """Return the adjoint of each operand of a call of the core, from those of its results by name.

    `function` is run as it is and followed back. The operands are the arguments and the arrays given by name.

    Raises:
        TraceError: it does what has no derivative.
    """
    count = len(read.arguments)
    keywords = dict(zip(read.arrays, operands[count:], strict=True))
    aligned = align_call(read.form, operands[:count], keywords, scope.axes)
    costs = (word.peak, word.work)
    _ask(scope.budget, read.form, aligned.match.sizes, 4 * prod(aligned.batch[1]), costs, read.options)

    def charge(size: int) -> None:
        scope.budget.work(NODE_WORK + 8 * size)
        scope.budget.store(size)

    starts = start_trace(aligned.views, charge)
    returned = function(*starts[:count], **dict(zip(keywords, starts[count:], strict=True)), **read.options)
    results = [(getattr(returned, name) if name else returned, adjoint) for name, adjoint in adjoints.items()]
    pairs = [(one, sum_to(adjoint, one.shape)) for one, adjoint in results if isinstance(one, Traced)]
    found = find_adjoints(starts, pairs)
    places = [Quantity(number_places(one.values), one.dimensions) for one in operands]
    seen = align_call(read.form, places[:count], dict(zip(keywords, places[count:], strict=True)), scope.axes).views
    return [gather(at, adjoint, one.values.shape) for at, adjoint, one in zip(seen, found, operands, strict=True)]


def number_places(values: Array) -> Array:
    """Return the positions of the entries in C order, to follow where entries go."""
    return np.arange(values.size).reshape(values.shape)


def gather(places: Array, adjoint: Array, shape: tuple[int, ...]) -> Array:
    """Return the adjoint of an array of that shape, from that of something with the entries at `places` of it."""
    where = np.broadcast_to(places, adjoint.shape).ravel()
    terms = np.asarray(adjoint, np.float64).ravel()
    added, size = (np.bincount(where, weights=w, minlength=prod(shape)) for w in (terms, np.abs(terms)))
    return clear_sum(added, size).reshape(shape)


def bind_call(word: Mechanism, node: Call) -> tuple[Sequence[Node], dict[str, Node]]:
    """Return a call's arrays, and its arguments by name; needed options may stand behind the arrays without a name.

    Raises:
        ExampleError: an argument is missing, or there is one too many.
    """
    first = word.forms[0]
    keywords = _keywords(node, (*first.keywords, *word.needed, *word.options))
    needed = [name for name in word.needed if name not in keywords]
    given = len(node.arguments) - len(needed)
    if needed and given < first.least:
        what = f"{node.name} needs {', '.join(needed)}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Write {needed[0]}=2", node)
    arrays = node.arguments[:given]
    _check_count(node, len(arrays), first.least, max(len(form.arguments) for form in word.forms))
    return arrays, keywords | dict(zip(needed, node.arguments[given:], strict=True))


def find_form(word: Mechanism, arguments: list[Quantity]) -> Signature:
    """Return the signature whose arguments without leading dimensions have as many axes as those given."""

    def fits(form: Signature) -> bool:
        if not form.least <= len(arguments) <= len(form.arguments):
            return False
        pairs = zip(arguments, form.arguments, strict=False)
        return all(shape.leading or len(value.dimensions) == len(shape.letters) for value, shape in pairs)

    return next((form for form in word.forms if fits(form)), word.forms[0])


def _option(kind: Accepts, name: str, node: Node, evaluate: Evaluate) -> Option:
    """Read an option: a word in quotes, a single number, or a number for each side.

    Raises:
        ExampleError: it is of another kind.
    """
    if isinstance(node, Label):
        if kind in (Accepts.WORD, Accepts.WHOLE_OR_WORD):
            return node.text
    elif kind is not Accepts.WORD:
        value = evaluate(node)
        if kind is Accepts.SIDES and (sides := _sides(value)) is not None:
            return sides
        if (
            kind is not Accepts.SIDES
            and not value.dimensions
            and (number := _number(kind, float(value.values))) is not None
        ):
            return number
    raise ExampleError(Code.EXAMPLE_VALUE, f"{name}= is {kind.value}", "Give it one", node)


def _sides(value: Quantity) -> tuple[int | None, int | None] | None:
    """Return (before, after), None for no limit, from one number or a list of two; None where it is neither."""
    if value.values.size not in {1, 2} or value.values.ndim > 1:
        return None
    sides = [None if one == np.inf else _number(Accepts.WHOLE, float(one)) for one in value.values.ravel()]
    if any(side is None and one != np.inf for side, one in zip(sides, value.values.ravel(), strict=True)):
        return None
    before, after = (None if side is None else int(side) for side in (sides[0], sides[-1]))
    return before, after


def _number(kind: Accepts, value: float) -> float | int | bool | None:
    if kind is Accepts.NUMBER:
        return value
    if kind is Accepts.FLAG:
        return bool(value) if value in (0, 1) else None
    return int(value) if np.isfinite(value) and value == round(value) and abs(value) < 2**31 else None

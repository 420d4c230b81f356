"""Expectations and statements held against a run, at the precision in which they are printed."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from zhixing.language.arrays import broadcast
from zhixing.language.errors import ExampleError, NotComputedError
from zhixing.language.evaluate import Evaluator, compare
from zhixing.language.model import (
    Array,
    Axis,
    Dimension,
    Expectation,
    Expression,
    Outcome,
    Printed,
    Quantity,
    Said,
    Says,
)
from zhixing.language.nodes import (
    Binary,
    Boolean,
    Call,
    Compare,
    Label,
    Name,
    Node,
    Number,
    Unary,
    is_condition,
    text_of,
    walk,
)
from zhixing.language.values import printed_number, shape_of
from zhixing.problems import Code

MOST = 3
"""How many differing entries a message lists."""
Place = tuple[int, ...]


def judge_claims(
    expectations: Sequence[Expectation], holds: Sequence[Expression], evaluator: Evaluator
) -> tuple[Outcome, ...]:
    """Return the outcome of every expectation and every statement; those that depend on a failed step are left out."""
    items: list[Expectation | Expression] = [*expectations, *holds]
    outcomes = [_judge(item, evaluator) for item in items]
    return tuple(outcome for outcome in outcomes if outcome is not None)


def judge_says(says: Says, evaluator: Evaluator) -> Said:
    """Return a source's statement with its outcomes."""
    return Said(says, judge_claims(says.expectations, says.holds, evaluator))


def _judge(item: Expectation | Expression, evaluator: Evaluator) -> Outcome | None:
    target = item.target if isinstance(item, Expectation) else item
    try:
        computed = evaluator.quantity(target.tree)
        if isinstance(item, Expression):
            _refuse_second_names(target.tree, evaluator)
            return Outcome(item, computed, _judge_statement(item, computed, evaluator), at=item.span.start)
        differing = list(_find_differences(item, computed, evaluator))
        what = "; ".join(text for text, _ in differing)
        fix = _advise_statement(item, computed) if differing else ""
        return Outcome(item, computed, what, fix=fix, at=differing[0][1] if differing else item.span.start)
    except NotComputedError:
        return None
    except ExampleError as error:
        at = error.span.start if error.span else item.span.start
        return Outcome(item, None, error.what, error.code, error.fix, at)


def _judge_statement(statement: Expression, computed: Quantity, evaluator: Evaluator) -> str:
    """Return what is wrong with a statement, "" if it is true of every entry."""
    values = computed.values
    if not np.all((values == 0) | (values == 1)) or not values.size:
        what = f"{statement.text.strip()} is no statement, but {'a number' if not values.shape else 'numbers'}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Compare it with something", statement.tree)
    if np.all(values == 1):
        return ""
    return f"{statement.text.strip()} is {_describe_false(statement.tree, computed, evaluator)}"


def _describe_false(tree: Node, computed: Quantity, evaluator: Evaluator) -> str:
    """Return of how many entries a statement is false, and the values that it compares where it is."""
    values = computed.values
    count = f" of {int(np.sum(values == 0))} of {values.size} entries" if values.size > 1 else ""
    try:
        return f"false{count}{_describe_values(tree, computed, evaluator)}"
    except (ExampleError, NotComputedError):  # the budget is spent; that the statement is false is known already
        return f"false{count}"


def _describe_values(tree: Node, computed: Quantity, evaluator: Evaluator) -> str:
    """Return the values that a false statement compares: of the part that makes it false, where it is worst."""
    match tree:
        case Compare():
            return _describe_sides(tree, computed, evaluator)
        case Unary("not", operand):
            return _describe_values(operand, computed, evaluator)
        case Boolean("and", operands):
            return _describe_part(operands, evaluator)
        case Call("all", (argument,)) if is_condition(argument):
            return _describe_part((argument,), evaluator)
    return ""


def _describe_part(parts: Sequence[Node], evaluator: Evaluator) -> str:
    """Return the first part that is false, with what it compares."""
    for part in parts:
        own = evaluator.quantity(part)
        if not np.all(own.values):
            return f": {text_of(part)} is {_describe_false(part, own, evaluator)}"
    return ""


def _refuse_second_names(tree: Node, evaluator: Evaluator) -> None:
    """Refuse a comparison of every entry along an axis with every entry along its second name.

    The sides of a comparison and of a difference in it (`abs(a - b) < 1e-9`) must not run along one axis under two
    names; a condition on axes alone, such as `键 <= 词`, may.

    Raises:
        ExampleError: they do.
    """
    if isinstance(tree, Boolean):
        for operand in tree.operands:
            _refuse_second_names(operand, evaluator)
    if not isinstance(tree, Compare):
        return
    inner = (side.arguments[0] if isinstance(side, Call) and len(side.arguments) == 1 else side for side in tree.sides)
    differences = [(node.left, node.right) for node in inner if isinstance(node, Binary) and node.operator == "-"]
    for left, right in (*itertools.pairwise(tree.sides), *differences):
        _require_one_name(left, right, evaluator)


def _require_one_name(left: Node, right: Node, evaluator: Evaluator) -> None:
    axes = evaluator.scope.axes
    sides = [evaluator.axes.get(side, ()) for side in (left, right)]
    for one, other in itertools.product(*sides):
        mixed = one not in sides[1] and other not in sides[0] and one in axes and other in axes
        if (
            mixed
            and axes[one].root == axes[other].root
            and not _is_of_axes(left, axes)
            and not _is_of_axes(right, axes)
        ):
            what = f"{one} and {other} are two names of one axis, so every entry meets every other one here"
            fix = f"Let both sides run along {one}, by an index: {text_of(right)}[{one}]"
            raise ExampleError(Code.EXAMPLE_AXES, what, fix, right)


def _is_of_axes(node: Node, axes: Mapping[str, Axis]) -> bool:
    """Return whether an expression uses axes alone."""
    return all(part.name in axes for part in walk(node) if isinstance(part, Name))


def _describe_sides(tree: Compare, computed: Quantity, evaluator: Evaluator) -> str:
    """Return the sides of a comparison where `computed` is 0, and of several such entries where they differ most."""
    scope = evaluator.scope
    if any(isinstance(side, Label) for side in tree.sides):
        return _describe_answer(tree, computed, evaluator)
    sides = [evaluator.quantity(side) for side in tree.sides]
    views, dimensions = broadcast(sides, scope.axes, scope.budget)
    shape = computed.values.shape
    values = [np.broadcast_to(np.asarray(view, np.float64), shape) for view in views]
    place = _find_worst(tree, values, dimensions, computed, evaluator)
    entries = (Quantity(view[place], (), side.on) for view, side in zip(values, sides, strict=True))
    pairs = zip(tree.sides, entries, strict=True)
    shown = [describe_entry(entry, evaluator) for node, entry in pairs if not isinstance(node, Number)]
    where = ", ".join(dimension.label(at, scope.axes) for dimension, at in zip(dimensions, place, strict=True))
    return f"{f', worst at [{where}]' if where else ''}: {' against '.join(shown)}"


def _describe_answer(tree: Compare, computed: Quantity, evaluator: Evaluator) -> str:
    """Return the label that a single position has where it is compared with another label."""
    answers = [evaluator.quantity(side) for side in tree.sides if not isinstance(side, Label)]
    single = len(answers) == 1 and not computed.dimensions and not answers[0].dimensions
    return f": {describe_entry(answers[0], evaluator)}" if single else ""


def _find_worst(
    tree: Compare,
    values: Sequence[Array],
    dimensions: tuple[Dimension, ...],
    computed: Quantity,
    evaluator: Evaluator,
) -> Place:
    """Return the place where two sides differ most, of those at which the statement is false.

    In a chain these are two sides whose own comparison is false.
    """
    worst = np.full(computed.values.shape, -1.0)
    for operator, (left, right) in zip(tree.operators, itertools.pairwise(values), strict=True):
        with np.errstate(invalid="ignore"):
            gap = np.nan_to_num(np.abs(left - right), nan=np.inf)
        if len(tree.operators) > 1:
            both = (Quantity(left, dimensions), Quantity(right, dimensions))
            gap = np.where(compare(operator, *both, evaluator.scope, statement=True).values == 0, gap, 0.0)
        worst = np.where(computed.values == 0, np.maximum(worst, gap), -1.0)
    return tuple(int(at) for at in np.unravel_index(int(np.argmax(worst)), worst.shape))


def _find_differences(item: Expectation, computed: Quantity, evaluator: Evaluator) -> Iterator[tuple[str, int]]:
    """Yield a sentence and a place for each entry that differs (three at most), or one for a wrong shape."""
    shape = shape_of(item.values)
    if shape != computed.values.shape:
        first = next(_leaves(item.values))[1]
        yield (
            f"{item.target.text} {_describe_size(computed.values.shape)}; {_describe_size(shape, wanted=True)}",
            first.span.start,
        )
        return
    wrong = (
        (place, printed) for place, printed in _leaves(item.values) if not _agrees(place, printed, computed, evaluator)
    )
    for count, (place, printed) in enumerate(wrong):
        if count == MOST:
            yield "and more", printed.span.start
            return
        entry = Quantity(computed.values[place], (), computed.on)
        pairs = zip(computed.dimensions, place, strict=True)
        where = "".join(f"[{dimension.label(at, evaluator.scope.axes)}]" for dimension, at in pairs)
        yield (
            f"{item.target.text}{where} is {describe_entry(entry, evaluator)}, not {_describe_wanted(printed)}",
            printed.span.start,
        )


def _advise_statement(item: Expectation, computed: Quantity) -> str:
    """Return where to write an expression that stands where a value is expected; "" where none does."""
    texts = [printed.text for _, printed in _leaves(item.values) if printed.value is None]
    if computed.on or not any(set(text) & set("+*/([") for text in texts):
        return ""
    if shape_of(item.values):
        return "Values are numbers; state what other quantities give under `holds:`"
    return f"Values are numbers; state what other quantities give under `holds:`, as {item.target.text} == {texts[0]}"


def _agrees(place: Place, printed: Printed, computed: Quantity, evaluator: Evaluator) -> bool:
    return agrees(printed, Quantity(computed.values[place], (), computed.on), evaluator)


def _describe_wanted(printed: Printed) -> str:
    quoted = printed.value is None and printed_number(printed.text) is not None
    return f"the text {printed.text!r}" if quoted else printed.text


def agrees(printed: Printed, entry: Quantity, evaluator: Evaluator) -> bool:
    """Return whether a single computed value agrees with a printed one: a label, or a number within its tolerance."""
    if entry.on and _normal_answer(printed.text) == _normal_answer(describe_entry(entry, evaluator)):
        return True
    if printed.value is None or (entry.on and evaluator.scope.axes[entry.on[0].axis].labels):
        return False
    return within(float(entry.values), printed.value, printed.tolerance)


def _normal_answer(text: str) -> str:
    """Return labels in a form to compare: commas may be full-width, spaces around them do not count."""
    parts = unicodedata.normalize("NFC", text).replace("，", ",").split(",")
    return ",".join(part.strip() for part in parts)


def within(computed: float, value: float, tolerance: float) -> bool:
    """Compare at a printed precision; infinities and NaN equal themselves."""
    if not np.isfinite(value) or not np.isfinite(computed):
        return computed == value or bool(np.isnan(value) and np.isnan(computed))
    # Half a unit exactly is still inside, whatever the last bit says.
    return abs(computed - value) <= tolerance * (1 + 1e-9) + abs(value) * 1e-12


def describe_entry(entry: Quantity, evaluator: Evaluator) -> str:
    """Return a single value for a message: its label where it is a position, else the number."""
    if not entry.on:
        return f"{float(entry.values):.10g}"
    axes = [evaluator.scope.axes[dimension.axis] for dimension in entry.on]
    return label_of(int(entry.values), axes)


def label_of(position: int, axes: Sequence[Axis]) -> str:
    """Return the labels of a flat position over one or more axes, parted by commas."""
    places = np.unravel_index(position, [axis.size for axis in axes])
    return ", ".join(axis.label(int(place)) for axis, place in zip(axes, places, strict=True))


def _describe_size(shape: Place, *, wanted: bool = False) -> str:
    sizes = "×".join(map(str, shape))
    if wanted:
        return f"{sizes} are expected" if shape else "a single value is expected"
    return f"has {sizes} entries" if shape else "is a single value"


def _leaves(values: object, place: Place = ()) -> Iterator[tuple[Place, Printed]]:
    if isinstance(values, tuple):
        for position, value in enumerate(values):
            yield from _leaves(value, (*place, position))
    elif isinstance(values, Printed):
        yield place, values

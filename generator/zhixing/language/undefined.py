"""Warning of results that are no finite numbers, and of rows of weights that are all 0.

Each is reported where it arises: at the first step whose result has it and whose operands have not. What an example
expects, or states under `holds:`, it has on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from zhixing.language.model import Array, Example, Expectation, Printed, Quantity, Record, Step
from zhixing.language.nodes import Call, Field, Name, Node, Number, text_of, walk
from zhixing.language.words import FUNCTIONS
from zhixing.problems import Code, Problem
from zhixing.source import Source


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is looked for in results, and the words by which an expression or a statement speaks of it."""

    code: Code
    find: Callable[[Array], Array]
    words: frozenset[str]
    what: str
    fix: str


_KINDS = (
    _Kind(
        Code.RESULT_UNDEFINED,
        np.isnan,
        frozenset({"nan", "isnan"}),
        "is not a number",
        "0 / 0, inf - inf and the logarithm or root of a negative number have no value; choose with where(...), or "
        "expect nan",
    ),
    _Kind(
        Code.RESULT_INFINITE,
        np.isinf,
        frozenset({"inf", "isinf"}),
        "is infinite",
        "A division by 0, log(0) and numbers beyond 1.8e308 give inf; keep the operands in range, or expect inf",
    ),
)


def find_undefined(
    example: Example, quantities: Mapping[str, Quantity], source: Source, masked: Mapping[Node, Quantity]
) -> Iterator[Problem]:
    """Yield a warning for each step at which a result becomes nan or infinite, or masks a whole row of weights.

    `masked` has the calls inside of expressions whose weights have rows of 0, as `find_empty_rows` finds them.
    """
    names = {given.name.name for given in example.given} | {*example.uses}
    having = {kind: {name for name, one in quantities.items() if np.any(kind.find(one.values))} for kind in _KINDS}
    for step in example.steps:
        results = {name: one for name, one in quantities.items() if name.partition(".")[0] == step.name.name}
        said = _words_of(step.expression.tree)
        for kind in _KINDS:
            inherited = {name.partition(".")[0] for name in having[kind]} & names & said
            if having[kind] & results.keys() and not (
                inherited or said & kind.words or _is_expected(example, step, kind)
            ):
                yield from _report(example, step, results, kind, source)
        yield from _report_masked(example, step, results, source) or _report_inside(example, step, masked, source)
        names.add(step.name.name)


def _words_of(tree: Node) -> set[str]:
    """Return the names and functions that an expression mentions."""
    return {node.name for node in walk(tree) if isinstance(node, Name | Call)}


def _is_expected(example: Example, step: Step, kind: _Kind) -> bool:
    """Return whether the example expects such a value of a step, or states something of it."""
    name = step.name.name
    values = (value for expectation in _about(example, name) for value in _leaves(expectation.values))
    if any(value.value is not None and kind.find(np.asarray(value.value)) for value in values):
        return True
    statements = (_words_of(statement.tree) for statement in example.holds)
    return any(name in said and said & kind.words for said in statements)


def _about(example: Example, name: str) -> Iterator[Expectation]:
    return (one for one in example.expectations if name in _words_of(one.target.tree))


def _leaves(values: object) -> Iterator[Printed]:
    if isinstance(values, tuple):
        for value in values:
            yield from _leaves(value)
    elif isinstance(values, Printed):
        yield values


def _report(
    example: Example, step: Step, results: Mapping[str, Quantity], kind: _Kind, source: Source
) -> Iterator[Problem]:
    """Yield one problem for the first result of a step that has such entries."""
    for name, quantity in results.items():
        found = kind.find(quantity.values)
        if np.any(found) and not _is_score(step, name):
            what = f"{name}{_place(example, quantity, found)} {kind.what}"
            yield source.problem(kind.code, step.expression.span, what, kind.fix)
            return


def _place(example: Example, quantity: Quantity, found: Array) -> str:
    """Return the first place that was found, by its labels: `[猫][狗]`."""
    places = np.unravel_index(int(np.argmax(found)), found.shape) if found.shape else ()
    pairs = zip(quantity.dimensions, places, strict=True)
    return "".join(f"[{dimension.label(int(at), example.axes)}]" for dimension, at in pairs)


def _call_of(step: Step) -> tuple[Call | None, str]:
    """Return the call that a step is, and the field that it takes of it."""
    tree = step.expression.tree
    field, tree = (tree.name, tree.record) if isinstance(tree, Field) else ("", tree)
    return (tree, field) if isinstance(tree, Call) else (None, "")


def _is_score(step: Step, name: str) -> bool:
    """Return whether a result is masked scores, whose −∞ a mask put there, or the logarithm of what they sum to."""
    call, field = _call_of(step)
    result = field or name.partition(".")[2]
    word = FUNCTIONS.get(call.name) if call else None
    return word is not None and bool(word.scores) and result in {*word.scores.values(), "lse"} - {""}


def find_empty_rows(call: Call, value: Quantity | Record) -> Quantity | None:
    """Return which rows of the weights that a call gives are all 0, None where none is or it gives no weights."""
    word = FUNCTIONS.get(call.name)
    fields = value.fields if isinstance(value, Record) else {"": value}
    for name in word.scores if word else ():
        if name in fields and fields[name].dimensions and fields[name].values.size:
            empty = _empty_rows(call, fields[name])
            if np.any(empty.values):
                return empty
    return None


def _empty_rows(call: Call | None, weights: Quantity) -> Quantity:
    """Return which rows of weights are all 0."""
    axis = _row_axis(call, weights)
    empty = np.all(weights.values == 0, axis=axis) & (weights.values.size > 0)
    return Quantity(empty, tuple(d for place, d in enumerate(weights.dimensions) if place != axis))


def _report_inside(example: Example, step: Step, masked: Mapping[Node, Quantity], source: Source) -> Iterator[Problem]:
    """Yield a problem for each call inside of a step's expression that masks a row, unless zeros are expected."""
    for node in walk(step.expression.tree):
        if node in masked and not _expects_zeros(example, step.name.name):
            what = f"{text_of(node)}{_place(example, masked[node], masked[node].values)} has only zeros"
            yield source.problem(Code.ROW_MASKED, node.span, what, _MASKED)


_MASKED = "Every score there is masked, so the weights do not sum to 1; leave one in, or expect the zeros"


def _report_masked(example: Example, step: Step, results: Mapping[str, Quantity], source: Source) -> list[Problem]:
    """Return a problem where a row of a step's weights is all 0, unless a row of zeros is expected."""
    problems = []
    call, field = _call_of(step)
    word = FUNCTIONS.get(call.name) if call else None
    weights = [
        one
        for name, one in results.items()
        if word and one.dimensions and (field or name.partition(".")[2]) in word.scores
    ]
    for quantity in weights:
        empty = _empty_rows(call, quantity)
        if np.any(empty.values) and not _expects_zeros(example, step.name.name):
            what = f"{step.name.name}{_place(example, empty, empty.values)} has only zeros"
            problems.append(source.problem(Code.ROW_MASKED, step.expression.span, what, _MASKED))
    return problems


def _row_axis(call: Call | None, quantity: Quantity) -> int:
    """Return the dimension that weights sum to 1 along: the one that `axis=` names, else the last."""
    axis = call.keyword("axis") if call else None
    if isinstance(axis, Name) and axis.name in quantity.axes:
        return quantity.axes.index(axis.name)
    return quantity.values.ndim - 1


def _expects_zeros(example: Example, name: str) -> bool:
    if any(_has_row_of_zeros(expectation.values) for expectation in _about(example, name)):
        return True
    return any(
        name in _words_of(statement.tree)
        and any(isinstance(node, Number) and node.number == 0 for node in walk(statement.tree))
        for statement in example.holds
    )


def _has_row_of_zeros(values: object) -> bool:
    """Return whether expected values are 0, or have a row of nothing but 0."""
    if isinstance(values, Printed):
        return values.value == 0
    rows = values if isinstance(values, tuple) else ()
    if any(isinstance(row, Printed) for row in rows):
        return all(isinstance(row, Printed) and row.value == 0 for row in rows)
    return any(_has_row_of_zeros(row) for row in rows)

"""Variations: an example run again with some of its numbers or steps changed, written as what is changed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from zhixing.language.budget import Budget
from zhixing.language.data import DataFiles
from zhixing.language.errors import ExampleError
from zhixing.language.model import (
    Array,
    Change,
    Declaration,
    Example,
    Expression,
    Given,
    Quantity,
    Run,
    Start,
    Step,
    Variation,
)
from zhixing.language.nodes import Index, Name, indexed_base, text_of
from zhixing.language.read import ExampleReader, read_expect, read_identifier, read_shows
from zhixing.language.run import evaluate
from zhixing.language.values import read_given
from zhixing.markdown.yaml import EXAMPLE, Node, Scalar, read_yaml
from zhixing.markdown.yaml import Mapping as YamlMapping
from zhixing.problems import Code, Problem, did_you_mean
from zhixing.source import Source, Span

KEYS = ("id", "of", "with", "expect", "show")
MOST_ENTRIES = 10_000
"""The largest array of which single entries may be changed."""
_OF = re.compile(r"^of[ \t]*:", re.MULTILINE)

Bases = Mapping[str, tuple[Example, Source] | None]
"""The examples that can be varied, by id, with the note of each; None for one that cannot be read."""


def is_variation(source: Source, content: Span) -> bool:
    """Return whether a block says of which example it is a variation."""
    return _OF.search(content.of(source.text)) is not None


def read_variation(
    source: Source, content: Span, bases: Bases, files: DataFiles
) -> tuple[Example | None, list[Problem]]:
    """Read a variation as an example of its own. Where anything in it is wrong, the example is None.

    Where the example that it varies cannot be read, nothing is reported: that example has its own problems.
    """
    node, problems = read_yaml(source, content, EXAMPLE)
    if node is None or problems:
        return None, problems
    reading = ExampleReader(source, files=files)
    if not isinstance(node, YamlMapping):
        reading.wanted(node, "The block is not a mapping of keys to values", "Begin with `id: NAME`")
        return None, reading.problems
    reading.keys(node, KEYS, "A variation")
    identifier = read_identifier(node, reading)
    base = _find_base(node, bases, reading)
    example = _vary(node, identifier, *base, reading) if base else None
    failed = bool(reading.problems)
    return (None if failed else example), sorted(reading.problems, key=lambda problem: problem.order)


def _find_base(node: YamlMapping, bases: Bases, reading: ExampleReader) -> tuple[Example, Source] | None:
    """Return the example that is varied and its note; None where there is none, or where it cannot be read."""
    of = node.get("of")
    at = of or node
    name = unicodedata.normalize("NFKC", of.text.strip()) if isinstance(of, Scalar) else ""
    if name not in bases:
        fix = did_you_mean(name, bases) or "Name an example by its id; a variation cannot be varied again"
        reading.report(at.span, Code.EXAMPLE_NAME, f"There is no example {name!r} to vary", fix)
        return None
    return bases[name]


def _vary(node: YamlMapping, identifier: str, base: Example, home: Source, reading: ExampleReader) -> Example:
    """Return the example that a variation describes."""
    reading.axes = dict(base.axes)
    reading.definitions = {one.name: one for one in base.definitions}
    changes = _Changes(base, reading)
    changed = node.get("with")
    for key, value in reading.pairs(changed, "`with:`"):
        changes.read(key, value)
    if changed is None or (isinstance(changed, YamlMapping) and not changed.items):
        what = f"The variation of {base.id} changes nothing"
        reading.report(node.span, Code.EXAMPLE_KEY, what, 'Write `with:`, and below it lines like `V["banana"]: 7`')
    expectations, holds = read_expect(node.get("expect"), reading)
    span = changed.span if changed else node.span
    variation = Variation(base.id, reading.source, home, tuple(changes.made), base.expectations, base.holds, span)
    return replace(
        base, id=identifier, given=tuple(changes.given.values()), steps=tuple(changes.steps.values()),
        start=tuple(_without_pins(base)), expectations=expectations, holds=holds, says=(),
        show=tuple(read_shows(node.get("show"), reading)), span=node.span, variation=variation,
    )  # fmt: skip


def _without_pins(base: Example) -> Iterator[Start]:
    """Yield what the loops of an example start from; its numbers stand in that example, not in the variation."""
    for start in base.start:
        yield replace(start, value=replace(start.value, pins=())) if isinstance(start.value, Given) else start


class _Changes:
    """The changes of a variation, read one after another: what is given and computed with them, and a list of them."""

    def __init__(self, base: Example, reading: ExampleReader) -> None:
        self.base = base
        self.reading = reading
        self.given = {given.name.name: replace(given, pins=()) for given in base.given}
        self.steps = {step.name.name: step for step in base.steps}
        self.made: list[Change] = []
        self.budget = Budget()

    def read(self, key: Scalar, value: Node) -> None:
        """Read one line below `with:`, and report what is wrong with it."""
        target = self.reading.expression(key)
        if target is not None:
            self.reading.attempt(key.span, partial(self._change, target, value))

    def _change(self, target: Expression, value: Node) -> None:
        name = indexed_base(target.tree)
        known = [*self.given, *self.steps]
        if not isinstance(name, Name) or name.name not in known:
            what = f"{text_of(name)!r} is neither given nor computed in {self.base.id}"
            fix = did_you_mean(text_of(name), known) or f"It has {', '.join(known)}"
            raise ExampleError(Code.EXAMPLE_NAME, what, fix, name)
        if name.name in self.steps:
            self._change_step(target, self.steps[name.name], value)
        elif isinstance(target.tree, Index):
            self._change_entries(target, self.given[name.name], value)
        else:
            self._change_whole(target, self.given[name.name], value)

    def _change_step(self, target: Expression, step: Step, value: Node) -> None:
        if isinstance(target.tree, Index):
            what = f"{step.name.name} is computed, so its entries cannot be changed one by one"
            raise ExampleError(Code.EXAMPLE_VALUE, what, f"Write another expression for {step.name.name}", target.tree)
        expression = self.reading.expression(value)
        if expression is None:
            return
        if text_of(expression.tree) == text_of(step.expression.tree):
            raise _unchanged(target, value)
        self.steps[step.name.name] = replace(step, expression=expression)
        self.made.append(Change(target, step.expression))

    def _change_whole(self, target: Expression, old: Given, value: Node) -> None:
        given = read_given(old.name, value, dict(self.base.axes), self.budget, self.reading.files)
        before, after = _written(old), _written(given)
        if before and after and np.array_equal(before.values, after.values, equal_nan=True):
            raise _unchanged(target, value)
        self.given[old.name.name] = _with_new_pins(given, before) if before else given
        self.made.append(Change(target, before))

    def _change_entries(self, target: Expression, old: Given, value: Node) -> None:
        """Change what an index names: the index is taken of an array of places, which tells which they are."""
        quantity = old.quantity
        if quantity.values.size > MOST_ENTRIES:
            what = f"{old.name.name} has more than {MOST_ENTRIES:,} entries"
            raise ExampleError(Code.EXAMPLE_COST, what, "Change it as a whole", target.tree)
        places = Quantity(np.arange(quantity.values.size).reshape(quantity.values.shape), quantity.dimensions)
        found = evaluate(Run(self.base, {old.name.name: places}), target.tree)
        if any(one.positions is not None or not one.axis for one in found.dimensions):
            what = f"{target.text} is a part of an axis"
            raise ExampleError(Code.EXAMPLE_VALUE, what, "Change single entries, or all along an axis", target.tree)
        name = Declaration(target.text, found.axes, target.span)
        new = read_given(name, value, dict(self.base.axes), self.budget, self.reading.files)
        flat = np.asarray(found.values).astype(int).ravel()
        values: Array = np.array(quantity.values, np.float64)
        if np.array_equal(values.ravel()[flat], new.quantity.values.ravel(), equal_nan=True):
            raise _unchanged(target, value)
        before = Quantity(values.ravel()[flat].reshape(found.values.shape), found.dimensions, quantity.on)
        values.flat[flat] = new.quantity.values.ravel()
        pins = tuple(
            (int(flat[at]), span) for at, span in new.pins if quantity.values.flat[flat[at]] != values.flat[flat[at]]
        )
        changed = Quantity(values, quantity.dimensions, quantity.on)
        self.given[old.name.name] = replace(old, values=changed, pins=(*old.pins, *pins), single=True, work=0)
        self.made.append(Change(target, before))


def _with_new_pins(given: Given, before: Quantity) -> Given:
    """Return given values whose pins are the numbers that are new: the others are those of the example itself."""
    if len(given.pins) < before.values.size:  # one number stands for all entries
        return given
    values = given.quantity.values
    pins = tuple(pin for pin in given.pins if values.flat[pin[0]] != before.values.flat[pin[0]])
    return replace(given, pins=pins, single=True)


def _written(given: Given) -> Quantity | None:
    """Return values that are written down, None for those that are made."""
    return given.values if isinstance(given.values, Quantity) else None


def _unchanged(target: Expression, value: Node) -> ExampleError:
    what = f"{target.text} is that already"
    return ExampleError(Code.EXAMPLE_VALUE, what, "Change it to something else").at_span(value.span)

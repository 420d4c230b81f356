"""Calling the core with quantities: dimensions are matched against a signature, and the results named after them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from zhixing.examples.algebra import Axes, describe, same_root
from zhixing.examples.budget import Budget
from zhixing.examples.costs import Cost, Option, Sizes
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Array, Dimension, Quantity
from zhixing.examples.products import batch_of, batched
from zhixing.examples.signature import Record, Shape, Signature
from zhixing.problems import Code

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
        """Put a mask's or bias's dimensions in the order of the letters, by name, and learn second names from it.

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
        """Refuse a mask with one axis where queries and keys both run along it: it could be meant for either."""
        bound = {letter: self.dimensions.get(letter, Dimension("")).axis for letter in shape.letters}
        taken = {bound[letter] for letter in found if quantity.axes[found[letter]] == bound[letter]}
        if any(letter not in found and bound[letter] in taken for letter in shape.letters):
            what = f"{describe(quantity)} could run along the first or the second of two axes of that name"
            mend = "Write it along both, or with a second name for one (`键: 词`)"
            raise ExampleError(Code.EXAMPLE_AXES, what, mend)

    def _fit(self, letter: str, quantity: Quantity, place: int) -> None:
        dimension, size = quantity.dimensions[place], quantity.values.shape[place]
        before = self.dimensions.setdefault(letter, dimension)
        if self.sizes.setdefault(letter, size) != size or not same_root(self.axes, before.axis, dimension.axis):
            what = f"{before.axis or '·'} ({self.sizes[letter]}) does not fit {describe(quantity)} here"
            raise ExampleError(Code.EXAMPLE_AXES, what, "Let both run along the same axis")
        if not before.axis:
            self.dimensions[letter] = dimension

    def _places(self, quantity: Quantity, letters: Sequence[str]) -> dict[str, int]:
        """Return which dimension stands for each letter: the one of its name, else one of the same root."""
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
        return {letter: found[letter] for letter in letters if letter in found}

    def _learn(self, letter: str, shape: Shape, dimension: Dimension) -> None:
        """Take over a second name: where queries and keys are one quantity, only the mask can tell them apart."""
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
    match = _Match(axes)
    parts: list[Part] = list(zip(arguments, form.arguments, strict=False))
    for argument, shape in parts:
        match.bind(argument, shape)
    parts += [(match.place(value, form.keywords[name]), form.keywords[name]) for name, value in keywords.items()]
    batch, sizes = batch_of([_leading(value, shape) for value, shape in parts], axes)
    _ask(budget, form, match.sizes, prod(sizes), costs, options)
    views = [_core_view(value, shape, batch) for value, shape in parts]
    named = dict(zip(keywords, views[len(arguments) :], strict=True))
    returned = function(*views[: len(arguments)], **named, **options)
    return _named(returned, form, match, (batch, sizes))


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
    results = sum(prod(sizes.get(letter, 1) for letter in shape.letters) for shape in form.results.values())
    budget.hold(batch * max(results, peak(sizes, options) if peak else 0))
    budget.work(batch * work(sizes, options))


def _core_view(quantity: Quantity, shape: Shape, batch: tuple[Dimension, ...]) -> Array:
    if not shape.leading or not batch or not quantity.dimensions:
        return quantity.values
    own, _ = _leading(quantity, shape)
    return batched(quantity.values, own, batch, len(shape.letters))


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

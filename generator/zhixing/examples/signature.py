"""Functions of the core called with quantities: a signature in axis letters says which dimensions must agree.

`n d, m d, m v -> weights: n m; output: n v` is attention's. Dimensions before those named are matched by axis name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from zhixing.examples.algebra import Axes, batch_of, batched, describe, same_root
from zhixing.examples.budget import Budget
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Array, Dimension, Quantity
from zhixing.problems import Code


@dataclass(frozen=True, slots=True)
class Record:
    """What a function with several results returns; its fields are quantities."""

    fields: Mapping[str, Quantity]


@dataclass(frozen=True, slots=True)
class Signature:
    """The letters of each argument and of each result. A single result has the name ""."""

    arguments: tuple[tuple[str, ...], ...]
    results: Mapping[str, tuple[str, ...]]
    keywords: Mapping[str, tuple[str, ...]]


def signature(text: str, **keywords: str) -> Signature:
    """Read a signature such as `n d, m d -> n m`, keyword arguments apart: `mask="n m"`."""
    left, right = text.split("->")
    results: dict[str, tuple[str, ...]] = {}
    for part in right.split(";"):
        name, _, letters = part.rpartition(":")
        results[name.strip()] = tuple(letters.split())
    arguments = tuple(tuple(part.split()) for part in left.split(","))
    return Signature(arguments, results, {k: tuple(v.split()) for k, v in keywords.items()})


@dataclass
class _Match:
    """Letters bound to dimensions and sizes so far."""

    axes: Axes
    dimensions: dict[str, Dimension]
    sizes: dict[str, int]

    def bind(self, quantity: Quantity, letters: tuple[str, ...]) -> None:
        if len(quantity.dimensions) < len(letters):
            what = f"{describe(quantity)} has too few axes; {len(letters)} are needed"
            raise ExampleError(Code.EXAMPLE_AXES, what, "Give it the missing axis")
        own = len(quantity.dimensions) - len(letters)
        pairs = zip(quantity.dimensions[own:], quantity.values.shape[own:], strict=True)
        for letter, (dimension, size) in zip(letters, pairs, strict=True):
            before = self.dimensions.setdefault(letter, dimension)
            if self.sizes.setdefault(letter, size) != size or not same_root(self.axes, before.axis, dimension.axis):
                what = f"{before.axis or '·'} ({self.sizes[letter]}) does not fit {describe(quantity)} here"
                raise ExampleError(Code.EXAMPLE_AXES, what, "Let both run along the same axis")

    def turn(self, quantity: Quantity, letters: tuple[str, ...]) -> Quantity:
        """Put a matrix given as a keyword the right way round by name, and learn a second name from it.

        In `attention(X, X, X, mask=键 <= 词)` the mask's 词 is the query's axis wherever it stands; 键 names the keys.
        """
        if len(letters) != 2 or len(quantity.dimensions) < 2:
            return quantity
        first, second = (self.dimensions[letter].axis for letter in letters)
        if quantity.axes[-1] == first != quantity.axes[-2]:
            *rest, a, b = quantity.dimensions
            quantity = Quantity(np.swapaxes(quantity.values, -1, -2), (*rest, b, a))
        if first == second and same_root(self.axes, quantity.axes[-1], second):
            self.dimensions[letters[1]] = quantity.dimensions[-1]
        return quantity


def call(
    function: Callable[..., Any],
    form: Signature,
    *,
    arguments: Sequence[Quantity],
    keywords: Mapping[str, Quantity],
    axes: Axes,
    budget: Budget,
) -> Quantity | Record:
    """Check axes against a signature, call the core, and name the dimensions of what it returns.

    Raises:
        ExampleError: an axis or size does not fit, or the work would be too much.
    """
    match = _Match(axes, {}, {})
    for argument, letters in zip(arguments, form.arguments, strict=True):
        match.bind(argument, letters)
    turned = {name: match.turn(value, form.keywords[name]) for name, value in keywords.items()}
    for name, value in turned.items():
        if value.dimensions:
            match.bind(value, form.keywords[name])
    parts = [*zip(arguments, form.arguments, strict=True), *((v, form.keywords[k]) for k, v in turned.items())]
    batch = _leading(parts, axes)
    views = [_core_view(value, letters, batch) for value, letters in parts]
    size = prod(max((v.shape[i] for v in views if v.ndim > i), default=1) for i in range(len(batch)))
    budget.hold(size * max((prod(match.sizes.get(x, 1) for x in r) for r in form.results.values()), default=1))
    budget.work(size * prod(match.sizes.values()))
    returned = function(*views[: len(arguments)], **dict(zip(turned, views[len(arguments) :], strict=True)))
    return _named(returned, form, match, batch)


def _leading(parts: Sequence[tuple[Quantity, tuple[str, ...]]], axes: Axes) -> tuple[Dimension, ...]:
    batch: tuple[Dimension, ...] = ()
    for value, letters in parts:
        leading = value.dimensions[: len(value.dimensions) - len(letters)] if value.dimensions else ()
        batch = batch_of(batch, leading, axes)
    return batch


def _core_view(quantity: Quantity, letters: tuple[str, ...], batch: tuple[Dimension, ...]) -> Array:
    own = quantity.dimensions[: len(quantity.dimensions) - len(letters)]
    return (
        quantity.values if not batch or not quantity.dimensions else batched(quantity.values, own, batch, len(letters))
    )


def _named(returned: Any, form: Signature, match: _Match, batch: tuple[Dimension, ...]) -> Quantity | Record:
    def quantity(name: str) -> Quantity:
        values = np.asarray(getattr(returned, name) if name else returned, dtype=None)
        named = (*batch, *(match.dimensions.get(letter, Dimension("")) for letter in form.results[name]))
        return Quantity(values, named)

    if "" in form.results:
        return quantity("")
    return Record({name: quantity(name) for name in form.results})

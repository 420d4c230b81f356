"""Runs of examples, kept between processes under a digest of all that they depend on: each version runs once.

A run is kept as JSON and plain numbers, never as Python objects: whatever an entry says, reading it runs nothing. Only
runs without problems are kept: a problem names a place in a note, so it is looked for anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import chain
from math import prod
from typing import Any

import numpy as np

from zhixing.language.model import (
    Array,
    Axis,
    Dimension,
    Example,
    Expectation,
    Expression,
    Form,
    Outcome,
    Quantity,
    RecordForm,
    Run,
    Said,
)
from zhixing.language.nodes import Node, walk
from zhixing.problems import Code
from zhixing.vault.store import Store
from zhixing.wording.model import Wording

MAX_NUMBERS = 20_000
"""Numbers of an array that is kept; a larger one is computed again when it is asked for."""
MAX_ALL_NUMBERS = 60_000
"""Numbers of all arrays of a run that are kept."""
MAX_BYTES = 200_000_000
"""Bytes of all that is kept of one kind; the oldest entries go first."""
_MAX_WAITING = 20_000_000
"""Bytes that wait to be written together."""
_HEAD = 8
"""Bytes that say how long the JSON is; numbers follow it."""
_TYPES = frozenset({"<f8", "<i8", "|b1"})
_CODES = {code.slug: code for code in Code}


def digest_of(wording: Wording) -> str:
    """Return a digest of the words for readers, which is part of each key."""
    return blake2b(repr(wording).encode(), digest_size=16).hexdigest()


def key_of(text: str, wording: str, rests_on: Mapping[str, bytes], data: Mapping[str, str]) -> bytes:
    """Return the key of a run: a digest of all that it rests on.

    `text` is that of the example's block, `wording` the digest of the words, `rests_on` the keys of the examples that
    it uses or varies, `data` the texts of its data files. The versions of the tool and of NumPy need not be in it: each
    has a store of its own.
    """
    others = sorted((name, key.hex()) for name, key in rests_on.items())
    parts = json.dumps([text, wording, others, sorted(data.items())])
    return blake2b(parts.encode(), digest_size=16).digest()


@dataclass
class KeptRuns:
    """The entries of a store: those read from it, and those that wait to be written. Without a store there are none.

    Many entries are read at a time, and many are written together.
    """

    store: Store | None = None
    _read: dict[tuple[str, bytes], bytes] = field(default_factory=dict)
    _waiting: dict[str, dict[bytes, bytes]] = field(default_factory=dict)
    _waiting_bytes: int = 0

    def load(self, kinds: Iterable[str], keys: Iterable[bytes]) -> None:
        """Read the entries of keys; those that were read before and not asked for are forgotten."""
        if self.store:
            wanted = [*keys]
            found = {kind: self.store.get_all(kind, wanted) for kind in kinds} if wanted else {}
            self._read = {(kind, key): entry for kind, entries in found.items() for key, entry in entries.items()}

    def take(self, kind: str, key: bytes | None) -> bytes | None:
        """Return an entry that was read, and forget it; None where there is none."""
        return self._read.pop((kind, key), None) if key else None

    def put(self, kind: str, key: bytes | None, entry: bytes | None) -> None:
        """Keep an entry, if there is one, with the next `save`; when many bytes wait, it is saved at once."""
        if self.store and key and entry:
            waiting = self._waiting.setdefault(kind, {})
            self._waiting_bytes += len(entry) - len(waiting.get(key, b""))
            waiting[key] = entry
            if self._waiting_bytes > _MAX_WAITING:
                self.save()

    def save(self) -> None:
        """Write what waits to be kept."""
        for kind, entries in self._waiting.items():
            if self.store:
                self.store.update(kind, entries, most_bytes=MAX_BYTES)
        self._waiting, self._waiting_bytes = {}, 0


RUN = "run"
SHOWN = "shown"
KINDS = (RUN, SHOWN)


class _UnfitError(Exception):
    """A run holds something that entries have no form for."""


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run as it was kept, with those of its quantities that were, and how many numbers each of all has."""

    run: Run
    sizes: Mapping[str, int]


def encode_run(run: Run) -> bytes | None:
    """Return the entry of a run; None where entries have no form for something in it."""
    places = {node: place for place, node in enumerate(_find_nodes(run.example))}
    if not all(node in places for node in chain(run.axes, run.forms)):
        return None
    numbers: list[Array] = []
    try:
        head = {
            "axes": [_write_axis(axis) for axis in run.example.axes.values()],
            "sizes": {name: quantity.values.size for name, quantity in run.quantities.items()},
            "quantities": {
                name: _write_quantity(run.quantities[name], numbers) for name in _choose_small(run.quantities)
            },
            "outcomes": [_write_outcome(one, run.example, numbers) for one in run.outcomes],
            "said": [[_write_outcome(one, run.example, numbers) for one in said.outcomes] for said in run.said],
            "nodes": [[places[node], *axes] for node, axes in run.axes.items()],
            "forms": [[places[node], _write_form(form)] for node, form in run.forms.items()],
            "work": run.work,
        }
    except _UnfitError:
        return None
    text = json.dumps(head, separators=(",", ":")).encode()
    return b"".join([len(text).to_bytes(_HEAD, "little"), text, *(values.tobytes() for values in numbers)])


def decode_run(entry: bytes, example: Example, wording: Wording) -> KeptRun | None:
    """Return the run that `encode_run` wrote of this very example; None where the entry says something else."""
    try:
        start = _HEAD + int.from_bytes(entry[:_HEAD], "little")
        head, numbers = json.loads(entry[_HEAD:start]), _Numbers(entry, start)
        nodes = [*_find_nodes(example)]
        sizes = {str(name): int(size) for name, size in head["sizes"].items()}
        found = {name: _read_quantity(row, numbers) for name, row in head["quantities"].items()}
        quantities = {name: found[name] for name in sizes if name in found}
        outcomes = _read_outcomes(head["outcomes"], example, (*example.expectations, *example.holds), numbers)
        said = tuple(
            Said(says, _read_outcomes(rows, example, (*says.expectations, *says.holds), numbers))
            for says, rows in zip(example.says, head["said"], strict=True)
        )
        axes = {axis.name: axis for axis in map(_read_axis, head["axes"])}
        run = Run(
            replace(example, axes=axes), quantities, outcomes, said,
            {nodes[place]: tuple(names) for place, *names in head["nodes"]}, int(head["work"]), wording=wording,
            forms={nodes[place]: _read_form(form) for place, form in head["forms"]},
        )  # fmt: skip
        return KeptRun(run, sizes)
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError):
        return None


def _find_nodes(example: Example) -> Iterator[Node]:
    """Yield the parts of all expressions that a run computes, in an order that only the example's text decides."""
    started = (start.value for start in example.start if isinstance(start.value, Expression))
    said = (one for says in example.says for one in _list_expressions(says.expectations, says.holds))
    expressions = (*started, *(step.expression for step in example.steps))
    for expression in (*expressions, *_list_expressions(example.expectations, example.holds), *said):
        yield from walk(expression.tree)


def _list_expressions(expectations: Iterable[Expectation], holds: Iterable[Expression]) -> Iterator[Expression]:
    yield from (one.target for one in expectations)
    yield from holds


def _choose_small(quantities: Mapping[str, Quantity]) -> Iterator[str]:
    """Yield the names of the quantities that are kept: of the smallest, as many as may be."""
    left = MAX_ALL_NUMBERS
    for name in sorted(quantities, key=lambda name: quantities[name].values.size):
        left -= quantities[name].values.size
        if left < 0 or quantities[name].values.size > MAX_NUMBERS:
            return
        yield name


# Rows of JSON, and what they say.


def _write_axis(axis: Axis) -> list[Any]:
    return [axis.name, axis.size, axis.labels, axis.numbers, axis.root]


def _read_axis(row: list[Any]) -> Axis:
    name, size, labels, numbers, root = row
    return Axis(name, size, tuple(labels), tuple(numbers), root)


def _write_dimensions(dimensions: Iterable[Dimension]) -> list[Any]:
    return [one.axis if one.positions is None else [one.axis, *_write_range(one.positions)] for one in dimensions]


def _write_range(positions: object) -> tuple[int, int, int]:
    if not isinstance(positions, range):
        raise _UnfitError
    return positions.start, positions.stop, positions.step


def _read_dimensions(rows: Iterable[Any]) -> tuple[Dimension, ...]:
    return tuple(Dimension(row) if isinstance(row, str) else Dimension(row[0], range(*row[1:])) for row in rows)


def _write_form(form: Form | RecordForm) -> list[Any] | dict[str, Any]:
    if isinstance(form, Form):
        return [_write_dimensions(form.dimensions), form.shape, _write_dimensions(form.on)]
    return {name: _write_form(one) for name, one in form.items()}


def _read_form(row: list[Any] | dict[str, Any]) -> Form | RecordForm:
    return {name: _read_one_form(one) for name, one in row.items()} if isinstance(row, dict) else _read_one_form(row)


def _read_one_form(row: list[Any]) -> Form:
    dimensions, shape, on = row
    return Form(_read_dimensions(dimensions), tuple(shape), _read_dimensions(on))


def _write_outcome(outcome: Outcome, example: Example, numbers: list[Array]) -> list[Any]:
    """Return the row of an outcome; where it is about a place, that is counted from the example's beginning."""
    computed = outcome.computed and _write_quantity(_pack(outcome.computed), numbers)
    at = None if outcome.at is None else outcome.at - example.span.start
    return [computed, outcome.what, outcome.code and outcome.code.slug, outcome.fix, at]


def _read_outcomes(
    rows: list[Any], example: Example, claims: Iterable[Expectation | Expression], numbers: _Numbers
) -> tuple[Outcome, ...]:
    found = []
    for claim, (computed, what, code, fix, at) in zip(claims, rows, strict=True):
        quantity = computed and _read_quantity(computed, numbers)
        place = None if at is None else example.span.start + int(at)
        found.append(Outcome(claim, quantity, what, code and _CODES[code], fix, place))
    return tuple(found)


# Numbers.


def pack(run: Run) -> Run:
    """Return a run whose small arrays have their numbers side by side, as those do that were kept.

    What is computed from them is then the same, whether they were kept or not.
    """
    small = {name: _pack(one) for name, one in run.quantities.items() if one.values.size <= MAX_NUMBERS}
    return replace(run, quantities={**run.quantities, **small})


def _pack(quantity: Quantity) -> Quantity:
    values = quantity.values
    return quantity if _is_packed(values) else replace(quantity, values=np.array(values, order="K"))


def _is_packed(values: Array) -> bool:
    return values.transpose(_order_of(values)).flags.c_contiguous


def _order_of(values: Array) -> list[int]:
    """Return the dimensions in the order in which the numbers lie in memory."""
    return sorted(range(values.ndim), key=lambda place: -values.strides[place])


def _write_quantity(quantity: Quantity, numbers: list[Array]) -> list[Any]:
    """Return the row of a quantity, and add its numbers to those that are kept.

    Numbers keep the order that they have in memory, on which the last digit of a sum may depend.
    """
    values, order = quantity.values, _order_of(quantity.values)
    if values.dtype.str not in _TYPES or values.size > MAX_ALL_NUMBERS or not _is_packed(values):
        raise _UnfitError
    numbers.append(values.transpose(order))
    dimensions, on = _write_dimensions(quantity.dimensions), _write_dimensions(quantity.on)
    return [values.dtype.str, values.shape, order, dimensions, on]


def _read_quantity(row: list[Any], numbers: _Numbers) -> Quantity:
    kind, shape, order, dimensions, on = row
    plain = numbers.take(kind, tuple(shape[place] for place in order))
    values = plain.transpose([order.index(place) for place in range(len(order))])
    return Quantity(values, _read_dimensions(dimensions), _read_dimensions(on))


class _Numbers:
    """The numbers of an entry, which are taken in the order in which they were written."""

    def __init__(self, entry: bytes, start: int) -> None:
        self._entry = entry
        self._place = start

    def take(self, kind: str, shape: tuple[int, ...]) -> Array:
        """Return the next array. Raises ValueError where there are no numbers for it."""
        if kind not in _TYPES:
            raise ValueError(kind)
        count = prod(shape)
        if count == 0:
            return np.empty(shape, np.dtype(kind))
        values = np.frombuffer(self._entry, np.dtype(kind), count, self._place)
        self._place += values.nbytes
        return values.reshape(shape).copy()

"""Keeping the arrays of a vault's runs within a bound: those of runs not asked for lately are computed again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from zhixing.language.model import ExampleError, Outcome, Quantity, Run
from zhixing.problems import Code

SMALL = 1_000
"""Numbers that a run may keep for good."""
MAX_KEPT = 40_000_000
"""Numbers of all larger runs that are kept at a time."""
MAX_USED = 20_000_000
"""Numbers of larger runs that are kept for good, since other examples use them."""
_NUMBERS = 4
"""Numbers of a quantity that is kept for good: most claims are about such."""
_FIRST = 20
"""Numbers kept of what an expectation was held against: more than a table shows of it."""


class Kept(Mapping[str, Quantity]):
    """The quantities of a run, by name. They may be dropped, and are computed again when one is asked for."""

    def __init__(self, run: Run, compute: Callable[[], Run], shelf: Shelf) -> None:
        self._names = dict.fromkeys(run.quantities)
        self._held: Mapping[str, Quantity] = run.quantities
        self._for_good = {name: _own(one) for name, one in run.quantities.items() if one.values.size <= _NUMBERS}
        self._compute = compute
        self._shelf = shelf
        self.size = count_numbers(run.quantities)
        self.work = run.work

    def __getitem__(self, name: str) -> Quantity:
        if name in self._for_good:
            return self._for_good[name]
        if name not in self._names:
            raise KeyError(name)
        if not self._held:
            self._shelf.allow_again(self.work)
            self._held = self._compute().quantities
        self._shelf.put(self)
        return self._held[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def use(self, name: str) -> None:
        """Keep a quantity for good, since another example uses it."""
        self._for_good[name] = _own(self[name])

    def drop(self) -> None:
        """Forget what can be computed again."""
        self._held = {}


@dataclass
class Shelf:
    """The runs of a vault whose arrays are kept, those asked for last at the end.

    `used` counts the numbers of each quantity kept because other examples use them, `again` the operations that
    computing again may still take.
    """

    kept: OrderedDict[int, Kept] = field(default_factory=OrderedDict)
    held: int = 0
    used: dict[tuple[str, str], int] = field(default_factory=dict)
    again: int = 0

    def put(self, kept: Kept) -> None:
        """Keep the arrays of a run, and drop those asked for longest ago where they are too many together."""
        if id(kept) not in self.kept:
            self.held += kept.size
        self.kept[id(kept)] = kept
        self.kept.move_to_end(id(kept))
        while self.held > MAX_KEPT and len(self.kept) > 1:
            _, oldest = self.kept.popitem(last=False)
            self.held -= oldest.size
            oldest.drop()

    def use(self, run: Run, name: str) -> None:
        """Keep a quantity of a run for the examples that use it.

        Raises:
            ExampleError: with the others kept so, it is too large.
        """
        if isinstance(run.quantities, Kept) and name in run.quantities:
            used = self.used | {(run.example.id, name): run.quantities[name].values.size}
            if sum(used.values()) > MAX_USED:
                what = f"The quantities that examples use of one another hold more than {MAX_USED:,} numbers"
                raise ExampleError(Code.EXAMPLE_COST, what, "Use smaller axes, or compute what is used in one example")
            self.used = used
            run.quantities.use(name)

    def allow_again(self, operations: int) -> None:
        """Ask to compute a run again.

        Raises:
            ExampleError: that was done too often.
        """
        if operations > self.again:
            what = "The arrays of this vault's examples are too large to be kept, and were computed again too often"
            raise ExampleError(Code.EXAMPLE_COST, what, "Use smaller axes")
        self.again -= operations

    def keep(self, run: Run, compute: Callable[[], Run]) -> Run:
        """Return a run whose arrays are on this shelf; a small one is returned with its own."""
        if count_numbers(run.quantities) <= SMALL:
            return run
        said = tuple(replace(one, outcomes=_without_arrays(one.outcomes)) for one in run.said)
        kept = Kept(run, compute, self)
        self.put(kept)
        return replace(run, quantities=kept, outcomes=_without_arrays(run.outcomes), said=said)


def count_numbers(quantities: Mapping[str, Quantity]) -> int:
    """Return how many numbers quantities hold."""
    return sum(quantity.values.size for quantity in quantities.values())


def _own(quantity: Quantity) -> Quantity:
    """Return a quantity that keeps no larger array alive."""
    values = quantity.values
    return quantity if values.base is None else replace(quantity, values=np.array(values))


def _without_arrays(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """Return outcomes with the first numbers of what was computed, which is all that is shown of it."""
    return tuple(replace(one, computed=one.computed and _first(one.computed)) for one in outcomes)


def _first(quantity: Quantity) -> Quantity:
    if quantity.values.size <= _FIRST:
        return _own(quantity)
    return Quantity(np.array(quantity.values.flat[:_FIRST]), quantity.dimensions[:1], quantity.on)

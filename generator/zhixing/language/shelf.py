"""Keeping the arrays of a vault's runs within a bound: those of runs not asked for lately are computed again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from zhixing.language.errors import ExampleError
from zhixing.language.model import Outcome, Quantity, Run
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


Quantities = Mapping[str, Quantity]


class Kept(Mapping[str, Quantity]):
    """The quantities of a run, by name. They may be dropped, and are found again when one is asked for.

    `sizes` says how many numbers each has. `held` are those at hand, all of them where the run was just computed.
    """

    def __init__(
        self, sizes: Mapping[str, int], held: Quantities, work: int, compute: Callable[[], Quantities], shelf: Shelf
    ) -> None:
        self.sizes = dict(sizes)
        self.work = work
        self.size = count_numbers(held)
        """Numbers of those at hand."""
        self.counted = 0
        """Those of them that the shelf has counted."""
        self._held = held
        self._for_good = {name: _own(one) for name, one in held.items() if one.values.size <= _NUMBERS}
        self._used: set[str] = set()
        self._computed = held.keys() >= self.sizes.keys()
        self._compute = compute
        self._shelf = shelf

    def __getitem__(self, name: str) -> Quantity:
        if name in self._for_good:
            return self._for_good[name]
        if name not in self.sizes:
            raise KeyError(name)
        if name not in self._held:
            self._fill()
        self._shelf.put(self)
        return self._held[name]

    def _fill(self) -> None:
        """Compute the quantities; of a run that was kept by another process, the first time counts as its run."""
        if self._computed:
            self._shelf.allow_again(self.work)
        self._computed = True
        self._held = self._compute()
        self.size = count_numbers(self._held)
        self._for_good |= {name: _own(self._held[name]) for name in self._used}

    def __contains__(self, name: object) -> bool:
        return name in self.sizes

    def __iter__(self) -> Iterator[str]:
        return iter(self.sizes)

    def __len__(self) -> int:
        return len(self.sizes)

    def use(self, name: str) -> None:
        """Keep a quantity for good once it is at hand, since another example uses it."""
        self._used.add(name)
        if name in self._held:
            self._for_good[name] = _own(self._held[name])

    def drop(self) -> None:
        """Forget what can be computed again."""
        self._held, self.size, self.counted = {}, 0, 0


@dataclass
class Shelf:
    """The runs of a vault whose arrays are kept, those asked for last at the end.

    `used` counts the numbers of each quantity kept because other examples use them, `again` the operations that
    computing again may still take, and `refused` says that some took more.
    """

    kept: OrderedDict[int, Kept] = field(default_factory=OrderedDict)
    held: int = 0
    used: dict[tuple[str, str], int] = field(default_factory=dict)
    again: int = 0
    refused: bool = False

    def put(self, kept: Kept) -> None:
        """Keep the arrays of a run, and drop those asked for longest ago where they are too many together."""
        self.held += kept.size - kept.counted
        kept.counted = kept.size
        self.kept[id(kept)] = kept
        self.kept.move_to_end(id(kept))
        while self.held > MAX_KEPT and len(self.kept) > 1:
            _, oldest = self.kept.popitem(last=False)
            self.held -= oldest.counted
            oldest.drop()

    def use(self, run: Run, name: str) -> None:
        """Keep a quantity of a run for the examples that use it.

        Raises:
            ExampleError: with the others kept so, it is too large.
        """
        if isinstance(run.quantities, Kept) and name in run.quantities:
            used = self.used | {(run.example.id, name): run.quantities.sizes[name]}
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
            self.refused = True
            what = "The arrays of this vault's examples are too large to be kept, and were computed again too often"
            raise ExampleError(Code.EXAMPLE_COST, what, "Use smaller axes")
        self.again -= operations

    def keep(self, run: Run, compute: Callable[[], Run]) -> Run:
        """Return a run whose arrays are on this shelf; a small one is returned with its own."""
        sizes = {name: quantity.values.size for name, quantity in run.quantities.items()}
        if sum(sizes.values()) <= SMALL:
            return run
        said = tuple(replace(one, outcomes=_without_arrays(one.outcomes)) for one in run.said)
        kept = Kept(sizes, run.quantities, run.work, lambda: compute().quantities, self)
        self.put(kept)
        return replace(run, quantities=kept, outcomes=_without_arrays(run.outcomes), said=said)

    def take(self, run: Run, sizes: Mapping[str, int], compute: Callable[[], Run]) -> Run:
        """Return a run that another process kept, perhaps without its larger arrays: those are computed when asked for.

        `sizes` says how many numbers each of its quantities has.
        """
        if sum(sizes.values()) <= SMALL and len(run.quantities) == len(sizes):
            return run
        kept = Kept(sizes, run.quantities, run.work, lambda: compute().quantities, self)
        self.put(kept)
        return replace(run, quantities=kept)


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

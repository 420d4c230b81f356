"""What names mean while an example runs: axes, quantities, and the place in a loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from zhixing.examples.budget import Budget
from zhixing.examples.errors import ExampleError, NotComputedError
from zhixing.examples.model import Axis, Quantity
from zhixing.examples.signature import Record
from zhixing.examples.vocabulary import CONSTANTS, WORDS
from zhixing.problems import Code, did_you_mean


@dataclass
class Loop:
    """The axis that steps are repeated along, the position now, and each step's results so far.

    `before` holds what `start:` gives, the value at position −1.
    """

    axis: Axis
    before: Mapping[str, Quantity]
    position: int = 0
    now: dict[str, Quantity] = field(default_factory=dict)
    history: dict[str, list[Quantity]] = field(default_factory=dict)

    def past(self, name: str, position: int) -> Quantity:
        """Return a step's value at an earlier position.

        Raises:
            ExampleError: there is none: `start:` is missing, or the position is not in the past.
        """
        if position == -1 and name in self.before:
            return self.before[name]
        if 0 <= position < len(self.history[name]):
            return self.history[name][position]
        at = f"{name} at {self.axis.name} = {position}"
        if position < 0:
            raise ExampleError(Code.EXAMPLE_NAME, f"{at} is before the first step", f"Give `{name}:` under `start:`")
        raise ExampleError(Code.EXAMPLE_NAME, f"{at} is not computed yet", f"Index it with {self.axis.name} - 1")


@dataclass
class Scope:
    """The names of one run. `failed` are those whose own step went wrong, so that nothing is reported twice."""

    axes: Mapping[str, Axis]
    quantities: dict[str, Quantity] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    budget: Budget = field(default_factory=Budget)
    loop: Loop | None = None

    def look_up(self, name: str) -> Quantity | Record | Axis | None:
        """Return what a name stands for, or None.

        Raises:
            NotComputedError: its own step failed.
        """
        if name in self.failed:
            raise NotComputedError(name)
        for names in (self.loop.now if self.loop else {}, self.quantities):
            if name in names:
                return names[name]
            fields = {key.partition(".")[2]: value for key, value in names.items() if key.startswith(f"{name}.")}
            if fields:
                return Record(fields)
        return self.axes.get(name)

    def unknown(self, name: str) -> ExampleError:
        """Return the error for a name that nothing has, with near ones."""
        if name in WORDS and name not in CONSTANTS:
            return ExampleError(Code.EXAMPLE_NAME, f"{name!r} is a function", f"Call it: {name}(...)")
        mend = did_you_mean(name, self.known()) or "Declare it under `given:` or `compute:`, before this line"
        return ExampleError(Code.EXAMPLE_NAME, f"Nothing is named {name!r}", mend)

    def known(self) -> Iterator[str]:
        """Yield every name that could be meant."""
        yield from self.axes
        yield from (name.partition(".")[0] for name in self.quantities)
        yield from self.loop.now if self.loop else ()
        yield from CONSTANTS

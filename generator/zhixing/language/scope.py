"""What names refer to while an example runs: axes, quantities, and the position in a loop."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from zhixing.language.budget import Budget
from zhixing.language.errors import ExampleError, NotComputedError
from zhixing.language.model import Axis, Quantity, Record
from zhixing.language.nodes import Node
from zhixing.language.words import CONSTANTS, INSTEAD, WORDS
from zhixing.problems import Code, did_you_mean


class Names:
    """Quantities by name. A dotted name (`a.weights`) is a field of a record, which its first part names.

    Quantities handed in are looked up only when they are asked for.
    """

    def __init__(self, quantities: Mapping[str, Quantity] | None = None) -> None:
        self.quantities: ChainMap[str, Quantity] = ChainMap({}, cast("dict[str, Quantity]", quantities or {}))
        self.records: dict[str, list[str]] = {}
        for name in quantities or {}:
            self._note_record(name)

    def put(self, name: str, quantity: Quantity) -> None:
        """Add a quantity."""
        if name not in self.quantities:
            self._note_record(name)
        self.quantities[name] = quantity

    def _note_record(self, name: str) -> None:
        base, dot, part = name.partition(".")
        if dot:
            self.records.setdefault(base, []).append(part)

    def get(self, name: str) -> Quantity | Record | None:
        """Return what a name stands for, or None."""
        if name in self.quantities:
            return self.quantities[name]
        parts = self.records.get(name)
        return Record({part: self.quantities[f"{name}.{part}"] for part in parts}) if parts else None


@dataclass
class Loop:
    """The axis that steps are repeated along, the position now, and each step's results so far.

    `before` holds what `start:` gives, by name and position (−1, −2 …); `steps` are the names of the steps repeated.
    """

    axis: Axis
    steps: frozenset[str]
    before: dict[tuple[str, int], Quantity] = field(default_factory=dict)
    position: int = 0
    now: Names = field(default_factory=Names)
    history: dict[str, list[Quantity]] = field(default_factory=dict)

    def past(self, name: str, position: int) -> Quantity:
        """Return a step's value at this or an earlier position.

        Raises:
            ExampleError: there is none: `start:` is missing, or the position is not in the past.
        """
        if position == self.position and name in self.now.quantities:
            return self.now.quantities[name]
        if (name, position) in self.before:
            return self.before[name, position]
        if 0 <= position < len(self.history.get(name, [])):
            return self.history[name][position]
        at = f"{name} at {self.axis.name} = {position}"
        if position < 0:
            key = name if position == -1 else f"{name}[{position}]"
            fix = f"Give `{key}:` under `start:`, for position {position}"
            raise ExampleError(Code.EXAMPLE_NAME, f"{at} is before the first step", fix)
        raise ExampleError(Code.EXAMPLE_NAME, f"{at} is not computed yet", f"Look back with [{self.axis.name} - 1]")


@dataclass
class Scope:
    """The names of one run.

    `failed` are those whose own step went wrong, so that nothing is reported twice; `declared` all that the example
    computes, now or later.
    """

    axes: Mapping[str, Axis]
    names: Names = field(default_factory=Names)
    declared: frozenset[str] = frozenset()
    failed: set[str] = field(default_factory=set)
    budget: Budget = field(default_factory=Budget)
    loop: Loop | None = None
    masked: dict[Node, Quantity] = field(default_factory=dict)
    """Calls that give weights, each with which of their rows are all 0, where any is."""

    def look_up(self, name: str) -> Quantity | Record | Axis | None:
        """Return what a name stands for, or None.

        Raises:
            NotComputedError: its own step failed.
        """
        self.require(name)
        found = self.loop.now.get(name) if self.loop else None
        found = found or self.names.get(name)
        return found or self.axes.get(name)

    def require(self, name: str) -> None:
        """Check that the step of a name did not fail.

        Raises:
            NotComputedError: it did.
        """
        if name in self.failed:
            raise NotComputedError(name)

    def has(self, name: str) -> bool:
        """Return whether a name is declared, so that it is no function here."""
        return name in self.declared or name in self.axes

    def unknown(self, name: str) -> ExampleError:
        """Return the error for a name that nothing has, with near ones."""
        if self.loop and name in self.loop.steps:
            fix = f"Look back with {name}[{self.loop.axis.name} - 1], or move its line up"
            return ExampleError(Code.EXAMPLE_NAME, f"{name!r} is not computed yet at this position", fix)
        if name in self.declared:
            return ExampleError(Code.EXAMPLE_NAME, f"{name!r} is computed further down", "Move its line up")
        if name in WORDS and name not in CONSTANTS:
            return ExampleError(Code.EXAMPLE_NAME, f"{name!r} is a function", f"Call it: {name}(...)")
        fix = (
            INSTEAD.get(name)
            or did_you_mean(name, self.known())
            or "Declare it under `given:` or `compute:`, before this line"
        )
        return ExampleError(Code.EXAMPLE_NAME, f"Nothing is named {name!r}", fix)

    def known(self) -> Iterable[str]:
        """Return every known name, for suggestions."""

        def every() -> Iterator[str]:
            yield from self.axes
            yield from (name.partition(".")[0] for name in self.names.quantities)
            yield from (name.partition(".")[0] for name in (self.loop.now.quantities if self.loop else ()))
            yield from CONSTANTS

        return list(dict.fromkeys(every()))

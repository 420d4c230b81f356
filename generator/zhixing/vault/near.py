"""Near names: what somebody who wrote a name that does not exist may have meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 100
_TRIED = 20
_SHOWN = 3


class Near:
    """Names to be found by likeness. Only those that share most pairs of letters are compared in full."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = [name for name in dict.fromkeys(names) if 0 < len(name) <= LONGEST]
        self._holders: dict[str, list[int]] = {}
        for number, name in enumerate(self._names):
            for pair in _pairs(name):
                self._holders.setdefault(pair, []).append(number)

    def find(self, name: str) -> tuple[str, ...]:
        """Return up to three names near to `name`, the nearest first."""
        shared: Counter[int] = Counter()
        for pair in _pairs(name[:LONGEST]):
            shared.update(self._holders.get(pair, ()))
        likely = sorted(shared, key=lambda number: (-shared[number], len(self._names[number]), number))[:_TRIED]
        folded = {self._names[number].lower(): self._names[number] for number in reversed(likely)}
        near = get_close_matches(name[:LONGEST].lower(), list(folded), n=_SHOWN, cutoff=0.5)
        return tuple(folded[one] for one in near)


def _pairs(name: str) -> set[str]:
    """Return the pairs of neighbouring letters, and the letters themselves of a short name."""
    folded = name.lower()
    pairs = {folded[i : i + 2] for i in range(len(folded) - 1)}
    return pairs | set(folded) if len(folded) <= 4 else pairs

"""What a function of the core costs, from the sizes of its axes. It is counted before the function runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

from zhixing.language.budget import NODE_WORK

Option = float | int | bool | str | tuple[int | None, int | None]
Sizes = Mapping[str, int]
Cost = Callable[[Sizes, Mapping[str, Option]], int]


def _sum(terms: str, sizes: Sizes) -> int:
    return sum(prod(sizes.get(letter, 1) for letter in term.split()) for term in terms.split(",") if term)


def count_work(products: str = "", entries: str = "") -> Cost:
    """Return the cost of matrix products (`n m d` is queries times keys times features) and of work entry by entry."""
    return lambda sizes, _options: 2 * _sum(products, sizes) + 60 * _sum(entries, sizes)


def count_sequence(products: str) -> Cost:
    """Return the cost of a loop along `t`: each step costs a few steps of the interpreter."""
    return lambda sizes, _options: 2 * _sum(products, sizes) + (2 * NODE_WORK + 200 * sizes["h"]) * sizes["t"]


def count_windows(*space: str) -> Cost:
    """Return the cost of a sliding window: the core copies what each position sees."""

    def cost(sizes: Sizes, options: Mapping[str, Option]) -> int:
        total = sizes.get("c", 1) * sizes.get("o", 1)
        for letter in space:
            size, padding = options.get("size", 1), options.get("padding", 0)
            kernel = sizes.get(f"k{letter}", 0) or (abs(size) if isinstance(size, int) else 1)
            around = 2 * (abs(padding) if isinstance(padding, int) else kernel)
            total *= (sizes[letter] + around) * kernel
        return total

    return cost

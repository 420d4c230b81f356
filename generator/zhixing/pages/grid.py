"""A layered graph on a grid: layers are columns, groups are bands of rows, and no cell holds two nodes.

Within that frame nodes are moved up and down so that arrows are short, cross seldom and do not run behind other nodes.
An arrow is taken as the straight line from the right side of one node to the left side of another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, sqrt

from zhixing.pages.layers import Arrow, layers
from zhixing.pages.rows import Rows

# A layer of more nodes than this is broken into several columns; so is one that would make the grid a long strip.
TALL = 24
# So many rows make a square with a column: places are about twice as wide as high.
SQUARE = 1.8
# Of more groups than this, the order is only that of their layers.
MANY = 24


@dataclass(frozen=True, slots=True)
class Grid:
    """Where nodes stand. `column` and `row` are of each node, rows counted from the top of its group's band.

    `bands` are the groups from the top down, `heights` their rows by group, `starts` the first column of each layer.
    """

    column: tuple[int, ...]
    row: tuple[int, ...]
    bands: tuple[int, ...]
    heights: tuple[int, ...]
    starts: tuple[int, ...]
    columns: int


@lru_cache(maxsize=8)
def grid(groups: tuple[int, ...], arrows: tuple[Arrow, ...]) -> Grid:
    """Return the grid of nodes, each given by the number of its group, and arrows without circles.

    The same graph always gives the same grid.
    """
    layer = layers(len(groups), arrows)
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for node, group in enumerate(groups):
        cells[group, layer[node]].append(node)
    widths = _widths(layer)
    heights = [0] * (max(groups, default=-1) + 1)
    for (group, at), nodes in cells.items():
        heights[group] = max(heights[group], ceil(len(nodes) / widths[at]))
    starts = [sum(widths[:at]) for at in range(len(widths))]
    column = [0] * len(groups)
    row = [0] * len(groups)
    for (_, at), nodes in cells.items():
        tall = ceil(len(nodes) / widths[at])
        for place, node in enumerate(nodes):
            column[node] = starts[at] + place // tall
    bands = _bands(groups, layer, arrows)
    Rows(groups, column, row, arrows, bands, heights).settle()
    return Grid(tuple(column), tuple(row), bands, tuple(heights), tuple(starts), sum(widths))


def _widths(layer: Sequence[int]) -> list[int]:
    """Return how many columns each layer takes."""
    sizes = [0] * (max(layer, default=-1) + 1)
    for at in layer:
        sizes[at] += 1
    tall = max(TALL, ceil(sqrt(len(layer))))
    if len(sizes) == 1:  # nothing but one layer: a square
        tall = ceil(sqrt(len(layer) * SQUARE))
    return [ceil(size / tall) for size in sizes]


def _bands(groups: Sequence[int], layer: Sequence[int], arrows: Sequence[Arrow]) -> tuple[int, ...]:
    """Return the groups from the top down: near what they have to do with, and those first that arrows come from."""
    count = max(groups, default=-1) + 1
    weights: dict[Arrow, int] = defaultdict(int)
    for start, end in arrows:
        weights[groups[start], groups[end]] += 1
    if count > MANY:
        sums: dict[int, list[int]] = defaultdict(list)
        for group, at in zip(groups, layer, strict=True):
            sums[group].append(at)
        return tuple(sorted(range(count), key=lambda group: (sum(sums[group]) / len(sums[group]), group)))
    found = _near(count, weights)
    place = {group: at for at, group in enumerate(found)}
    down = sum((place[end] - place[start]) * weight for (start, end), weight in weights.items())
    return tuple(found if down >= 0 else reversed(found))


def _near(count: int, weights: Mapping[Arrow, int]) -> list[int]:
    """Return groups in an order that keeps arrows between them short: each is put where they get shortest."""

    def length(order: Sequence[int]) -> int:
        place = {group: at for at, group in enumerate(order)}
        known = (pair for pair in weights if pair[0] in place and pair[1] in place)
        return sum(abs(place[start] - place[end]) * weights[start, end] for start, end in known)

    found: list[int] = []
    for group in range(count):
        found = min(([*found[:at], group, *found[at:]] for at in range(len(found), -1, -1)), key=length)
    return found

"""Layout of a layered graph on a grid: layers are columns, groups are bands of rows, and each cell holds one node.

Nodes are moved up and down so that arrows are short, cross seldom and do not run behind other nodes. An arrow counts
as the straight line from the right side of one node to the left side of another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from graphlib import TopologicalSorter
from math import ceil, sqrt

from zhixing.vault.circles import find_circles

# Layers of a directed graph: cycles are broken, the graph is reduced, and each node follows its predecessors. Nodes are
# the numbers from 0. The steps are those of Sugiyama, Tagawa and Toda, Methods for Visual Understanding of Hierarchical
# System Structures, IEEE Transactions on Systems, Man, and Cybernetics 11 (1981).

Arrow = tuple[int, int]


def neighbours(count: int, arrows: Iterable[Arrow]) -> list[list[int]]:
    """Return the successors of each node, in the order given."""
    found: list[list[int]] = [[] for _ in range(count)]
    for start, end in arrows:
        found[start].append(end)
    return found


def without_cycles(count: int, arrows: Iterable[Arrow]) -> list[Arrow]:
    """Return the arrows without repeats, loops and those that close a cycle, sorted."""
    unique = dict.fromkeys(arrows)
    after = neighbours(count, unique)
    circles = find_circles(range(count), lambda node: (((node, end), end) for end in after[node]))
    return sorted(unique.keys() - {circle[-1] for circle in circles})


def topological_order(count: int, arrows: Iterable[Arrow]) -> list[int]:
    """Return the nodes of an acyclic graph in topological order."""
    before = neighbours(count, ((end, start) for start, end in arrows))
    return list(TopologicalSorter(dict(enumerate(before))).static_order())


def layers(count: int, arrows: Iterable[Arrow]) -> list[int]:
    """Return each node's layer: the number of arrows on the longest path to it. The graph is acyclic."""
    arrows = list(arrows)
    after = neighbours(count, arrows)
    found = [0] * count
    for node in topological_order(count, arrows):
        for end in after[node]:
            found[end] = max(found[end], found[node] + 1)
    return found


def transitive_reduction(count: int, arrows: Iterable[Arrow]) -> list[Arrow]:
    """Return the transitive reduction of an acyclic graph: its arrows without those that a longer path implies.

    The nodes that a node reaches are the bits of one number, so that thousands of nodes cost little.
    """
    arrows = list(arrows)
    after = neighbours(count, arrows)
    reach = [0] * count
    for node in reversed(topological_order(count, arrows)):
        for end in after[node]:
            reach[node] |= reach[end] | 1 << end
    kept = []
    for node, ends in enumerate(after):
        beyond = 0
        for end in ends:
            beyond |= reach[end]
        kept += [(node, end) for end in ends if not beyond >> end & 1]
    return kept


# Rows of nodes: barycentre sweeps first, then single moves while they lower the cost. The sweeps order each cell by the
# mean position of its neighbours (Sugiyama, Tagawa and Toda 1981). The cost counts crossings, arrows behind nodes, and
# length.

SWEEPS = 6
# Comparisons of two arrows before the search stops. A count, unlike a time, gives the same result on every machine.
WORK = 400_000
# Costs in rows of length: of a crossing, and of an arrow behind a node; a level one counts threefold: it looks like
# two.
CROSSING, BEHIND, LEVEL = 2.0, 8.0, 3
# The gap between bands, and half the width and height of a node, as parts of a column's and a row's pitch.
GAP, HALF_WIDE, HALF_HIGH = 0.6, 0.36, 0.42


class Rows:
    """The rows of a grid's nodes, each counted within its group's band. Only `row` changes.

    `bands` are the groups from the top down, `heights` the rows of each group.
    """

    def __init__(
        self,
        groups: Sequence[int],
        column: Sequence[int],
        row: list[int],
        arrows: Sequence[Arrow],
        bands: Sequence[int],
        heights: Sequence[int],
    ) -> None:
        self.groups, self.column, self.row, self.heights = groups, column, row, heights
        self.tops, top = {}, 0.0
        for group in bands:
            self.tops[group] = top
            top += heights[group] + GAP
        # The vertical position of each node, gaps between bands included.
        self.down = [self.tops[group] + row[node] for node, group in enumerate(groups)]
        self.arrows = [(start, end) for start, end in arrows if column[start] < column[end]]
        self.of: list[list[int]] = [[] for _ in groups]
        for number, (start, end) in enumerate(self.arrows):
            self.of[start].append(number)
            self.of[end].append(number)
        self.cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        self.columns: dict[int, list[int]] = defaultdict(list)
        for node, group in enumerate(groups):
            self.cells[column[node], group].append(node)
            self.columns[column[node]].append(node)
        self.work = WORK

    def settle(self) -> None:
        """Move nodes up and down within their cells until no move helps, or the work is used up."""
        for number in range(SWEEPS):
            self._sweep(forward=number % 2 == 0)
        while self._move_all():
            pass

    def _put(self, node: int, at: int) -> None:
        self.row[node] = at
        self.down[node] = self.tops[self.groups[node]] + at

    def _sweep(self, *, forward: bool) -> None:
        """Order every cell by the positions of its nodes' neighbours, and put nodes near them."""
        for key in sorted(self.cells, reverse=not forward):
            nodes, group = self.cells[key], key[1]
            wishes = {node: self.wish(node) - self.tops[group] for node in nodes}
            nodes.sort(key=lambda node: (wishes[node], node))
            for node, at in zip(nodes, spread([wishes[node] for node in nodes], self.heights[group]), strict=True):
                self._put(node, at)

    def wish(self, node: int) -> float:
        """Return the mean position of a node's neighbours; its own position if it has none."""
        ends = [self.down[other] for number in self.of[node] for other in self.arrows[number] if other != node]
        return sum(ends) / len(ends) if ends else self.down[node]

    def _move_all(self) -> bool:
        """Try every node in every row of its cell; return whether a move helped and there is work left."""
        helped = False
        for (_, group), nodes in sorted(self.cells.items()):
            for node in sorted(nodes):
                for at in range(self.heights[group]) if self.of[node] else ():
                    if self.work <= 0:
                        return False
                    helped |= at != self.row[node] and self._try_move(node, at, nodes)
        return helped

    def _try_move(self, node: int, at: int, nodes: Sequence[int]) -> bool:
        """Move a node to a row, swapping it with the node there; undo the move if it does not help."""
        before = self.row[node]
        other = next((one for one in nodes if self.row[one] == at), node)
        touched = sorted({*self.of[node], *self.of[other]})
        cost = self._cost(touched, self.column[node])
        self._put(other, before)
        self._put(node, at)
        if self._cost(touched, self.column[node]) < cost - 1e-9:
            return True
        self._put(node, before)
        self._put(other, at if other != node else before)
        return False

    def _cost(self, touched: Sequence[int], column: int) -> float:
        """Return the cost of the touched arrows, and of all arrows that run behind nodes of a column."""
        self.work -= len(touched) * len(self.arrows)
        total = 0.0
        for number in touched:
            start, end = self.arrows[number]
            total += abs(self.down[start] - self.down[end]) + CROSSING * self.crossings(number)
            between = (one for one in range(self.column[start] + 1, self.column[end]) if one != column)
            total += BEHIND * sum(self.behind(number, one) for one in between)
        return total + BEHIND * sum(self.behind(number, column) for number in range(len(self.arrows)))

    def crossings(self, number: int) -> int:
        """Return the number of arrows that cross an arrow; those that share an end do not count."""
        column, down = self.column, self.down
        start, end = self.arrows[number]
        from_x, to_x, from_y = column[start] + HALF_WIDE, column[end] - HALF_WIDE, down[start]
        slope = (down[end] - from_y) / (to_x - from_x)
        found = 0
        for first, last in self.arrows:
            first_x, last_x = column[first] + HALF_WIDE, column[last] - HALF_WIDE
            left, right = max(from_x, first_x), min(to_x, last_x)
            if left < right and first != start and last != end:
                first_y = down[first]
                tilt = (down[last] - first_y) / (last_x - first_x)
                apart = from_y - first_y - from_x * slope + first_x * tilt
                found += (apart + left * (slope - tilt)) * (apart + right * (slope - tilt)) < 0
        return found

    def behind(self, number: int, column: int) -> int:
        """Return the number of nodes of a column that an arrow runs behind, a level arrow counted threefold."""
        start, end = self.arrows[number]
        left, right = self.column[start], self.column[end]
        if not left < column < right:
            return 0
        slope = (self.down[end] - self.down[start]) / (right - left - 2 * HALF_WIDE)
        middle = self.down[start] + slope * (column - left - HALF_WIDE)
        reach = abs(slope) * HALF_WIDE + HALF_HIGH
        weight = LEVEL if self.down[start] == self.down[end] else 1
        return weight * sum(abs(self.down[node] - middle) < reach for node in self.columns[column])


def spread(wishes: Sequence[float], height: int) -> list[int]:
    """Return increasing rows below `height` near increasing wishes; there are rows enough.

    Each wish takes its row or the next free one; then rows beyond the end are pushed up.
    """
    found: list[int] = []
    for wish in wishes:
        found.append(max(round(wish), found[-1] + 1 if found else 0))
    for at in range(len(found) - 1, -1, -1):
        limit = found[at + 1] - 1 if at + 1 < len(found) else height - 1
        found[at] = min(found[at], limit)
    return found


# A layer of more nodes than this is broken into several columns, and so is one that would make a long strip.
TALL = 24
# Rows per column of a square grid: cells are about twice as wide as high.
SQUARE = 1.8
# With more groups than this, they are ordered by their layers only.
MANY = 24


@dataclass(frozen=True, slots=True)
class Grid:
    """The positions of nodes: the column and the row of each, rows counted from the top of its group's band.

    `bands` are the groups from the top down, `heights` their rows by group, `starts` the first column of each layer.
    """

    column: tuple[int, ...]
    row: tuple[int, ...]
    bands: tuple[int, ...]
    heights: tuple[int, ...]
    starts: tuple[int, ...]
    columns: int


@lru_cache(maxsize=8)
def lay_out(groups: tuple[int, ...], arrows: tuple[Arrow, ...]) -> Grid:
    """Return the grid of an acyclic graph; `groups` holds the number of each node's group.

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
    """Return the number of columns of each layer."""
    sizes = [0] * (max(layer, default=-1) + 1)
    for at in layer:
        sizes[at] += 1
    tall = max(TALL, ceil(sqrt(len(layer))))
    if len(sizes) == 1:  # nothing but one layer: a square
        tall = ceil(sqrt(len(layer) * SQUARE))
    return [ceil(size / tall) for size in sizes]


def _bands(groups: Sequence[int], layer: Sequence[int], arrows: Sequence[Arrow]) -> tuple[int, ...]:
    """Return the groups from the top down: connected groups near each other, sources of arrows first."""
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
    """Return groups in an order that keeps arrows between them short, by inserting each at its best place."""

    def length(order: Sequence[int]) -> int:
        place = {group: at for at, group in enumerate(order)}
        known = (pair for pair in weights if pair[0] in place and pair[1] in place)
        return sum(abs(place[start] - place[end]) * weights[start, end] for start, end in known)

    found: list[int] = []
    for group in range(count):
        found = min(([*found[:at], group, *found[at:]] for at in range(len(found), -1, -1)), key=length)
    return found

"""A directed graph in layers: circles opened, arrows that others imply left out, each node after all that lead to it.

Nodes are the numbers from 0. The steps are those of Sugiyama, Tagawa and Toda, Methods for Visual Understanding of
Hierarchical System Structures, IEEE Transactions on Systems, Man, and Cybernetics 11 (1981).
"""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import TopologicalSorter

Arrow = tuple[int, int]


def neighbours(count: int, arrows: Iterable[Arrow]) -> list[list[int]]:
    """Return for each node those that its arrows lead to, in the order given."""
    found: list[list[int]] = [[] for _ in range(count)]
    for start, end in arrows:
        found[start].append(end)
    return found


def acyclic(count: int, arrows: Iterable[Arrow]) -> list[Arrow]:
    """Return the arrows without repeats, without loops and without those that close a circle, in the order of nodes."""
    after = neighbours(count, dict.fromkeys(arrows))
    kept: list[Arrow] = []
    state = bytearray(count)  # 1: on the way here, 2: done
    for root in range(count):
        way = [] if state[root] else [(root, iter(after[root]))]
        state[root] = state[root] or 1
        while way:
            node, rest = way[-1]
            end = next(rest, None)
            if end is None:
                state[node] = 2
                way.pop()
                continue
            if state[end] != 1:
                kept.append((node, end))
            if state[end] == 0:
                state[end] = 1
                way.append((end, iter(after[end])))
    return sorted(kept)


def ordered(count: int, arrows: Iterable[Arrow]) -> list[int]:
    """Return the nodes of a graph without circles so that every arrow leads onward."""
    before = neighbours(count, ((end, start) for start, end in arrows))
    return list(TopologicalSorter(dict(enumerate(before))).static_order())


def layers(count: int, arrows: Iterable[Arrow]) -> list[int]:
    """Return each node's layer: the number of arrows on the longest way to it. The graph has no circles."""
    arrows = list(arrows)
    after = neighbours(count, arrows)
    found = [0] * count
    for node in ordered(count, arrows):
        for end in after[node]:
            found[end] = max(found[end], found[node] + 1)
    return found


def reduced(count: int, arrows: Iterable[Arrow]) -> list[Arrow]:
    """Return the arrows without those that a longer way implies: the transitive reduction of a graph without circles.

    What a node reaches is held as the bits of one number, so that thousands of nodes cost little.
    """
    arrows = list(arrows)
    after = neighbours(count, arrows)
    reach = [0] * count
    for node in reversed(ordered(count, arrows)):
        for end in after[node]:
            reach[node] |= reach[end] | 1 << end
    kept = []
    for node, ends in enumerate(after):
        beyond = 0
        for end in ends:
            beyond |= reach[end]
        kept += [(node, end) for end in ends if not beyond >> end & 1]
    return kept

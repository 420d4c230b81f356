"""Circles of a directed graph, whatever its nodes and edges are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

_Node = TypeVar("_Node", bound=Hashable)
_Edge = TypeVar("_Edge")


def find_circles(
    starts: Iterable[_Node], leaving: Callable[[_Node], Iterable[tuple[_Edge, _Node]]]
) -> Iterator[list[_Edge]]:
    """Yield each circle that a depth-first search from `starts` closes, as the edges around it; the last closes it.

    `leaving` gives the edges that leave a node, each with the node that it leads to. Without the last edge of every
    circle the graph has none. The search keeps its own stack, so that no depth exhausts Python's.
    """
    done: set[_Node] = set()
    for start in starts:
        if start in done:
            continue
        nodes = {start: 0}
        trail: list[_Edge] = []
        waiting = [iter(leaving(start))]
        while waiting:
            edge_and_target = next(waiting[-1], None)
            if edge_and_target is None:
                waiting.pop()
                done.add(nodes.popitem()[0])
                del trail[-1:]
                continue
            edge, target = edge_and_target
            if target in nodes:
                yield [*trail[nodes[target] :], edge]
            elif target not in done:
                nodes[target] = len(nodes)
                trail.append(edge)
                waiting.append(iter(leaving(target)))

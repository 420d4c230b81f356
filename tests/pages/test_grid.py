"""The layout of a graph: layers and their order on small graphs by hand, and what holds of every graph."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.pages.grid import Grid, grid
from zhixing.pages.layers import Arrow, acyclic, layers, ordered, reduced
from zhixing.pages.rows import Rows, spread

EASY = settings(deadline=None, max_examples=60)


@st.composite
def graphs(draw: st.DrawFn, most: int = 14) -> tuple[int, list[Arrow]]:
    """Return any directed graph, with loops, circles and arrows given twice."""
    count = draw(st.integers(1, most))
    node = st.integers(0, count - 1)
    return count, draw(st.lists(st.tuples(node, node), max_size=3 * count))


def reach(count: int, arrows: list[Arrow]) -> set[Arrow]:
    """Return which node can be reached from which, by Warshall's algorithm."""
    found = set(arrows)
    for middle, start, end in product(range(count), repeat=3):
        if (start, middle) in found and (middle, end) in found:
            found.add((start, end))
    return found


@EASY
@given(graphs())
def test_circles_are_opened_and_nothing_else_is_lost(graph: tuple[int, list[Arrow]]) -> None:
    count, arrows = graph
    kept = acyclic(count, arrows)

    ways = reach(count, kept)
    assert not any((node, node) in ways for node in range(count))
    # Putting back any arrow that was left out would close a circle.
    assert all((end, start) in ways or start == end for start, end in set(arrows) - set(kept))
    assert acyclic(count, kept) == kept


@EASY
@given(graphs())
def test_fewer_arrows_say_the_same(graph: tuple[int, list[Arrow]]) -> None:
    count, arrows = graph
    arrows = acyclic(count, arrows)
    kept = reduced(count, arrows)

    assert set(kept) <= set(arrows)
    assert reach(count, kept) == reach(count, arrows)
    for one in kept:
        assert one not in reach(count, [other for other in kept if other != one])


@EASY
@given(graphs())
def test_a_layer_is_the_longest_way(graph: tuple[int, list[Arrow]]) -> None:
    count, arrows = graph
    arrows = acyclic(count, arrows)
    found = layers(count, arrows)

    assert sorted(ordered(count, arrows)) == list(range(count))
    for node in range(count):
        assert found[node] == max((found[start] + 1 for start, end in arrows if end == node), default=0)


@settings(deadline=None, max_examples=40)
@given(graphs(most=60), st.data())
def test_no_cell_holds_two_nodes_and_arrows_lead_right(graph: tuple[int, list[Arrow]], data: st.DataObject) -> None:
    count, arrows = graph
    kept = tuple(acyclic(count, arrows))
    groups = tuple(data.draw(st.lists(st.integers(0, 5), min_size=count, max_size=count)))
    groups = tuple(sorted(set(groups)).index(group) for group in groups)
    found = grid(groups, kept)

    cells = list(zip(found.column, groups, found.row, strict=True))
    assert len(set(cells)) == count
    assert all(0 <= row < found.heights[group] for group, row in zip(groups, found.row, strict=True))
    assert all(0 <= column < found.columns for column in found.column)
    assert all(found.column[start] < found.column[end] for start, end in kept)
    assert sorted(found.bands) == sorted(set(groups))
    grid.cache_clear()
    assert grid(groups, kept) == found


def test_many_nodes_without_arrows_fill_a_rectangle() -> None:
    found = grid(tuple(number % 7 for number in range(3000)), ())

    assert found.columns == 55
    assert sum(found.heights) == 7 * 8
    assert found.bands == tuple(range(7))


def crossings(groups: tuple[int, ...], arrows: tuple[Arrow, ...], found: Grid) -> int:
    rows = Rows(groups, found.column, list(found.row), arrows, found.bands, found.heights)
    return sum(rows.crossings(number) for number in range(len(arrows))) // 2


def test_what_can_be_drawn_without_crossings_is() -> None:
    # Eight pairs and a tree, numbered so that the order of the numbers crosses everything.
    pairs = tuple((number, 15 - number) for number in range(8))
    tree = ((0, 6), (0, 3), (0, 4), (3, 1), (4, 2), (6, 5), (6, 7))

    assert crossings((0,) * 16, pairs, grid((0,) * 16, pairs)) == 0
    assert crossings((0,) * 8, tree, grid((0,) * 8, tree)) == 0


def test_groups_stand_near_what_they_have_to_do_with_and_arrows_lead_down() -> None:
    # One node a group; 3 → 0 → 2 → 1.
    assert grid((0, 1, 2, 3), ((0, 2), (2, 1), (3, 0))).bands == (3, 0, 2, 1)


def test_rows_are_near_the_wishes_and_rise() -> None:
    assert spread([], 0) == []
    assert spread([2.0, 2.1, 2.2], 5) == [2, 3, 4]
    assert spread([4.0, 4.0, 4.0], 5) == [2, 3, 4]
    assert spread([-3.0, 1.0], 4) == [0, 1]

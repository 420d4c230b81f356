"""The layout of a graph: layers and their order on small graphs by hand, and what holds of every graph."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.lists import layout
from zhixing.lists.layout import (
    MANY,
    Arrow,
    Rows,
    lay_out,
    layers,
    spread,
    topological_order,
    transitive_reduction,
    without_cycles,
)

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
    kept = without_cycles(count, arrows)

    ways = reach(count, kept)
    assert not any((node, node) in ways for node in range(count))
    # Putting back any arrow that was left out would close a circle.
    assert all((end, start) in ways or start == end for start, end in set(arrows) - set(kept))
    assert without_cycles(count, kept) == kept


@EASY
@given(graphs())
def test_fewer_arrows_say_the_same(graph: tuple[int, list[Arrow]]) -> None:
    count, arrows = graph
    arrows = without_cycles(count, arrows)
    kept = transitive_reduction(count, arrows)

    assert set(kept) <= set(arrows)
    assert reach(count, kept) == reach(count, arrows)
    for one in kept:
        assert one not in reach(count, [other for other in kept if other != one])


@EASY
@given(graphs())
def test_a_layer_is_the_longest_way(graph: tuple[int, list[Arrow]]) -> None:
    count, arrows = graph
    arrows = without_cycles(count, arrows)
    found = layers(count, arrows)

    assert sorted(topological_order(count, arrows)) == list(range(count))
    for node in range(count):
        assert found[node] == max((found[start] + 1 for start, end in arrows if end == node), default=0)


@settings(deadline=None, max_examples=40)
@given(graphs(most=60), st.data())
def test_no_cell_holds_two_nodes_and_arrows_lead_right(graph: tuple[int, list[Arrow]], data: st.DataObject) -> None:
    count, arrows = graph
    kept = tuple(without_cycles(count, arrows))
    groups = tuple(data.draw(st.lists(st.integers(0, 5), min_size=count, max_size=count)))
    groups = tuple(sorted(set(groups)).index(group) for group in groups)
    found = lay_out(groups, kept)

    cells = list(zip(found.column, groups, found.row, strict=True))
    assert len(set(cells)) == count
    assert all(0 <= row < found.heights[group] for group, row in zip(groups, found.row, strict=True))
    assert all(0 <= column < found.columns for column in found.column)
    assert all(found.column[start] < found.column[end] for start, end in kept)
    assert sorted(found.bands) == sorted(set(groups))
    lay_out.cache_clear()
    assert lay_out(groups, kept) == found


def test_many_nodes_without_arrows_fill_a_rectangle() -> None:
    found = lay_out(tuple(number % 7 for number in range(3000)), ())

    assert found.columns == 41
    assert sum(found.heights) == 7 * 11
    assert found.bands == tuple(range(7))


def settled(groups: tuple[int, ...], arrows: tuple[Arrow, ...], work: int = layout.WORK) -> Rows:
    """Return the rows of a grid, with as many comparisons made as asked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "WORK", work)
        lay_out.cache_clear()
        found = lay_out(groups, arrows)
    lay_out.cache_clear()
    return Rows(groups, found.column, list(found.row), arrows, found.bands, found.heights)


def cost(found: Rows) -> float:
    """Return what a reader minds in all: length, crossings, arrows behind nodes."""
    numbers = range(len(found.arrows))
    length = sum(abs(found.down[start] - found.down[end]) for start, end in found.arrows)
    behind = sum(found.behind(number, column) for number in numbers for column in found.columns)
    return length + layout.CROSSING * sum(map(found.crossings, numbers)) / 2 + layout.BEHIND * behind


PAIRS = tuple((number, 15 - number) for number in range(8))
TREE = ((0, 6), (0, 3), (0, 4), (3, 1), (4, 2), (6, 5), (6, 7))


@pytest.mark.parametrize(("count", "arrows"), [(16, PAIRS), (8, TREE)])
@pytest.mark.parametrize(("sweeps", "work"), [(layout.SWEEPS, 0), (0, layout.WORK)], ids=["sweeps", "moves"])
def test_what_can_be_drawn_without_crossings_is(
    count: int, arrows: tuple[Arrow, ...], sweeps: int, work: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By sweeps alone, and by moves alone; the numbers of the nodes cross everything."""
    monkeypatch.setattr(layout, "SWEEPS", max(sweeps, 1))
    if not sweeps:  # one sweep gives rows, in the order of the numbers
        monkeypatch.setattr(Rows, "wish", lambda self, node: self.down[node])
    found = settled((0,) * count, arrows, work)

    assert sum(found.crossings(number) for number in range(len(arrows))) == 0


@settings(deadline=None, max_examples=30)
@given(graphs(most=20))
def test_moves_never_make_it_worse(graph: tuple[int, list[Arrow]]) -> None:
    count, arrows = graph
    kept = tuple(without_cycles(count, arrows))
    groups = tuple(number % 3 for number in range(count)) if count > 2 else (0,) * count

    assert cost(settled(groups, kept)) <= cost(settled(groups, kept, work=0)) + 1e-6


def test_the_work_is_bounded() -> None:
    count = 60
    arrows = tuple((start, end) for start in range(count) for end in range(start + 1, count, 3))
    left = Rows([0] * count, [node // 10 for node in range(count)], [0] * count, arrows, (0,), (10,))
    left.work = 1000
    left.settle()

    assert 0 >= left.work > -2 * len(arrows) ** 2


def test_an_arrow_behind_a_node_is_moved_away() -> None:
    # 5 → 6 spans the column of 1 and 4.
    arrows = ((0, 1), (1, 2), (3, 4), (5, 1), (5, 6), (4, 6))
    found = settled((0,) * 7, arrows)

    numbers = range(len(arrows))
    assert sum(found.behind(number, column) for number in numbers for column in found.columns) == 0


def test_groups_stand_near_what_they_have_to_do_with_and_arrows_lead_down() -> None:
    # One node a group.
    assert lay_out((0, 1), ((1, 0),)).bands == (1, 0)
    assert lay_out((0, 1, 2, 3), ((0, 2), (2, 1), (3, 0))).bands == (3, 0, 2, 1)


def test_very_many_groups_stand_in_the_order_of_their_layers() -> None:
    count = MANY + 6
    chain = tuple((number + 1, number) for number in range(count - 1))

    assert lay_out(tuple(range(count)), chain).bands == tuple(reversed(range(count)))


def test_rows_are_near_the_wishes_and_rise() -> None:
    assert spread([], 0) == []
    assert spread([2.0, 2.1, 2.2], 5) == [2, 3, 4]
    assert spread([4.0, 4.0, 4.0], 5) == [2, 3, 4]
    assert spread([-3.0, 1.0], 4) == [0, 1]

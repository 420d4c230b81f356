"""Items found by their places, against a search through all of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zhixing.source import Span, Spans

PLACES = st.integers(0, 20)
SPANS = st.lists(st.builds(lambda start, size: Span(start, start + size), PLACES, st.integers(1, 12)), max_size=12)


@given(SPANS, st.integers(-1, 40))
def test_items_are_found_by_offset(items: list[Span], offset: int) -> None:
    found = Spans(items)
    before = [index for index, one in enumerate(found.items) if one.start <= offset]
    around = [one for one in found.items if offset in one]

    assert sorted(found.items) == sorted(items)
    assert found.index(offset) == (before[-1] if before else -1)
    assert found.at(offset) == (around[-1] if around else None)
    assert found.covers(offset) is bool(around)


@given(SPANS, PLACES, PLACES)
def test_items_are_found_by_span(items: list[Span], start: int, end: int) -> None:
    expected = [one for one in sorted(items, key=lambda one: (one.start, -one.end)) if start <= one.start < end]

    assert list(Spans(items).within(Span(start, end))) == expected

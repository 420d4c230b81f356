"""Wikilinks: parse and print are inverses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefile import Case, cases
from zhixing.markdown.links import Wikilink

WORDS = st.text(alphabet="甲乙ab 0.9x^/(:-é", max_size=6).map(str.strip)
NAMES = WORDS.filter(lambda word: bool(word) and not word.startswith("^"))
IDS = st.text(alphabet="ab-0", min_size=1, max_size=4)


def describe(link: Wikilink | None) -> str:
    if link is None:
        return "none\n"
    names = ("path", "headings", "block", "display", "embed", "size", "escaped")
    return " ".join(f"{name} {getattr(link, name)!r}" for name in names if getattr(link, name)) + "\n"


@pytest.mark.parametrize("case", cases("wikilinks.md"))
def test_case(case: Case) -> None:
    case.check("".join(describe(Wikilink.parse(raw)) for raw in case.given.splitlines()))


@st.composite
def wikilinks(draw: st.DrawFn) -> Wikilink:
    path, headings = draw(WORDS), tuple(draw(st.lists(NAMES, max_size=2)))
    block = draw(st.just("") | IDS)
    if not (path or headings or block):
        path = "甲"
    embed = draw(st.booleans())
    # A display text that is a number is a size where the link is an embed.
    display = draw(WORDS.filter(lambda word: not (embed and word[:1].isdigit())))
    size = draw(st.none() | st.tuples(st.integers(0, 999), st.integers(0, 999))) if embed else None
    escaped = bool(display or size) and draw(st.booleans())
    return Wikilink(path, headings, block, display, embed, size, escaped)


@given(wikilinks())
@settings(deadline=None)
def test_what_is_printed_is_read_back(link: Wikilink) -> None:
    assert Wikilink.parse(str(link)) == link


@given(st.text(alphabet="![]|#^\\甲 9x", max_size=12))
@settings(deadline=None, max_examples=300)
def test_what_is_read_is_printed_and_read_the_same(text: str) -> None:
    link = Wikilink.parse(f"[[{text}]]")
    assert link is None or Wikilink.parse(str(link)) == link

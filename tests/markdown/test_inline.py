"""Inline tokens: exact places, nothing found inside code, formulas and comments. Hostile text: test_hostile.py."""

from __future__ import annotations

from itertools import pairwise

import pytest
from block_oracle import code_by_markdown_it, code_by_reader
from hypothesis import given, settings
from hypothesis import strategies as st

from casefile import Case, cases
from hostile import PIECES, guard
from zhixing.markdown.blocks import Kind, scan
from zhixing.markdown.inline import Token, body_of, prose, read_definitions, tokens
from zhixing.markdown.links import NESTING, may_define

PIECE = st.sampled_from(
    [*PIECES, "文", "a", " ", "\n", "](b)", "]]", "-->", "%%", "==", "0.8", "[[甲|乙]]", "![[图.png|9]]"]
)


def describe(text: str, token: Token) -> str:
    parts = [token.kind.value, repr(token.span.of(text)), repr(token.content.of(text))]
    if token.target is not None:
        parts.append(f"to {token.target.of(text)!r}")
    if token.title is not None:
        parts.append(f"titled {token.title.of(text)!r}")
    return " ".join([*parts, *(["display"] if token.display else [])])


@pytest.mark.parametrize("case", cases("inline.md"))
def test_case(case: Case) -> None:
    given = case.given
    regions = scan(given)
    found = tokens(given, regions)
    shown = "".join(f"{describe(given, token)}\n" for token in found)
    left = "".join(f"- {span.of(given)!r}\n" for span in prose(given, regions, found))
    case.check(shown + left)


@given(st.lists(PIECE, max_size=30).map("".join))
@settings(deadline=None)
def test_tokens_are_sorted_and_never_cross(text: str) -> None:
    regions = scan(text)
    found = tokens(text, regions)
    assert list(found) == sorted(found, key=lambda token: (token.span.start, -token.span.end))
    around: list[Token] = []
    for token in found:
        assert token.span.start <= token.content.start <= token.content.end <= token.span.end
        while around and around[-1].span.end <= token.span.start:
            around.pop()
        if around:
            assert around[-1].kind in NESTING
            assert around[-1].content.start <= token.span.start < token.span.end <= around[-1].content.end
        around.append(token)


@given(st.lists(PIECE, max_size=30).map("".join))
@settings(deadline=None)
def test_prose_is_sorted_lies_in_lines_and_touches_no_leaf(text: str) -> None:
    regions = scan(text)
    found = tokens(text, regions)
    spans = prose(text, regions, found)
    assert list(spans) == sorted(spans)
    assert all(one.end <= two.start for one, two in pairwise(spans))
    leaves = [token.span for token in found if token.kind not in NESTING]
    assert not any(leaf.start < span.end and span.start < leaf.end for span in spans for leaf in leaves)


@given(st.text(alphabet="`a\\<b>\n ![](\"'/=", max_size=40).filter(lambda text: "[[" not in text and "==" not in text))
@settings(deadline=None, max_examples=300)
def test_code_is_where_commonmark_has_it(text: str) -> None:
    assert code_by_reader(text) == code_by_markdown_it(text)


@given(st.lists(st.sampled_from(["[", "]", "]:", "^", "\\", "a", " ", " b ", "\n", "> ", "- ", "\u3000"]), max_size=20))
@settings(deadline=None, max_examples=1000)
def test_no_definition_is_passed_over(pieces: list[str]) -> None:
    text = "".join(pieces)
    paragraphs = (region for region in scan(text) if region.kind is Kind.TEXT)
    if read_definitions(body_of(text, region) for region in paragraphs).tokens:
        assert may_define(text)


@pytest.mark.parametrize("piece", ["[", "\\[", "[a", "[^", "]:", "\\"])
def test_a_definition_is_looked_for_in_linear_time(piece: str) -> None:
    with guard():
        assert not may_define("]:" + piece * (2_000_000 // len(piece)))


@pytest.mark.slow
def test_a_mark_that_never_comes_is_looked_for_once() -> None:
    with guard():
        assert tokens("a " + "<!--" * 500_000) == ()

"""Emphasis: CommonMark's, with exact places, on each level of a paragraph. Hostile text: test_hostile.py."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from casefile import Case, cases
from hostile import PIECES, guard
from zhixing.markdown.blocks import PROSE, scan
from zhixing.markdown.emphasis import Emphasis, emphasis
from zhixing.markdown.inline import body_of, tokens
from zhixing.source import Span

ORACLE = MarkdownIt("commonmark").enable("strikethrough").disable(["backticks", "link", "image", "html_inline"])
TAGS = {"del": "s"}


def found_in(text: str) -> list[Emphasis]:
    regions = scan(text)
    found = tokens(text, regions)
    return [
        pair
        for region in regions
        if region.kind in PROSE
        for pair in emphasis(*body_of(text, region), [one for one in found if one.span.start in region.span])
    ]


@pytest.mark.parametrize("case", cases("emphasis.md"))
def test_case(case: Case) -> None:
    text = case.given
    inside = [(pair.kind, Span(pair.opening.end, pair.closing.start).of(text)) for pair in found_in(text)]
    case.check("".join(f"{kind} {words}\n".replace("\n>", "\\n>") for kind, words in inside))


@given(st.text(alphabet='**__~~aab ".(', max_size=40).map(lambda text: f"a {text}"))
@settings(deadline=None, max_examples=300)
def test_without_wide_characters_it_is_commonmark(text: str) -> None:
    tags = {}
    for pair in found_in(text):
        tag = TAGS.get(pair.kind, pair.kind)
        tags[pair.opening] = f"<{tag}>"
        tags[pair.closing] = f"</{tag}>"
    html = text
    for span in sorted(tags, reverse=True):
        html = html[: span.start] + tags[span].replace("<", "\x01").replace(">", "\x02") + html[span.end :]
    shown = html.replace("*", "\\*").replace("_", "\\_").replace("~", "\\~")
    expected = ORACLE.renderInline(text).replace("&quot;", '"')
    got = ORACLE.renderInline(shown).replace("&quot;", '"').replace("\x01", "<").replace("\x02", ">")
    assert got.split() == expected.split()


@given(
    st.lists(st.sampled_from([*PIECES, "文", "*", "**", "_", "~~", "“", "](b)", "]]", "]"]), max_size=30).map("".join)
)
@settings(deadline=None)
def test_delimiters_are_delimiters_and_pairs_never_cross(text: str) -> None:
    around: list[Emphasis] = []
    for pair in found_in(text):
        opening, closing = pair.opening.of(text), pair.closing.of(text)
        assert len(set(opening + closing)) == 1
        assert opening == closing
        assert opening[0] in "*_~"
        while around and around[-1].closing.start <= pair.opening.start:
            around.pop()
        assert not around or pair.closing.end <= around[-1].closing.start
        around.append(pair)


@pytest.mark.slow
def test_notes_in_notes_in_notes_end() -> None:
    with guard():
        assert len(found_in("^[" * 20_000 + "*a*" + "]" * 20_000)) == 1

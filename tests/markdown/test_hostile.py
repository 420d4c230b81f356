"""Every reader of a note's text takes time in proportion to the text, whatever is repeated in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hostile import PIECES, SIZE, guard
from zhixing.markdown.blocks import PROSE, scan
from zhixing.markdown.claims import find_claims
from zhixing.markdown.comparison import comparison_form
from zhixing.markdown.emphasis import emphasis
from zhixing.markdown.inline import body_of, prose, tokens
from zhixing.markdown.reading import Reading
from zhixing.source import Source

MORE = (
    *("*", "**a ", "_a ", "~~", "*[", "==*a* ", "^[*a*"),  # delimiters of emphasis
    *("^[[[a]] ", "**“", "”**", "<b>", "</b>", "*乙*<!--= a -->", "<b>乙</b><!--= a -->", "&lt;", "。"),
    *("| ", "|-", "|:-", " |", "甲 a "),  # cells and spaces, which the comparison of texts leaves out
)


def read_blocks(text: str) -> None:
    assert sum(region.span.end - region.span.start for region in scan(text)) == len(text)


def read_inline(text: str) -> None:
    regions = scan(text)
    prose(text, regions, tokens(text, regions))


def read_emphasis(text: str) -> None:
    regions = scan(text)
    found = tokens(text, regions)
    for region in regions:
        if region.kind in PROSE:
            list(emphasis(*body_of(text, region), [one for one in found if one.span.start in region.span]))


def read_sentences(text: str) -> None:
    reading = Reading(Source("a.md", text))
    for token in reading.tokens:
        if token.span.end - token.span.start < 100:
            reading.plain(reading.sentence(token.span).span)


def read_claims(text: str) -> None:
    find_claims(Reading(Source("a.md", f"{text}乙<!--= a.x -->")))


def compare(text: str) -> None:
    comparison_form(text)


@pytest.mark.parametrize("size", [pytest.param(SIZE // 5, id="short"), pytest.param(SIZE, marks=pytest.mark.slow)])
@pytest.mark.parametrize("piece", [*PIECES, *MORE])
@pytest.mark.parametrize(
    ("read", "before"),
    [
        (read_blocks, ""),
        (read_inline, "a "),
        (read_emphasis, "a "),
        (read_sentences, "a "),
        (read_claims, "a "),
        (compare, "|"),
    ],
)
def test_hostile_text_is_read_in_linear_time(read: Callable[[str], None], before: str, piece: str, size: int) -> None:
    text = before + piece * (size // len(piece))
    with guard(size // (SIZE // 10)):
        read(text)

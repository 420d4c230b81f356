"""A reader sees words: `plain` takes the markup off, and nothing else."""

from __future__ import annotations

import pytest

from zhixing.markdown.emphasis import plain
from zhixing.markdown.inline import tokens
from zhixing.source import Span


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("**a** *b* ***c*** ~~d~~ ==e==", "a b c d e"),
        ("是**“甲”**的", "是“甲”的"),
        ("snake_case_x, a * b * c, ~~ d", "snake_case_x, a * b * c, ~~ d"),
        ("**甲 [*乙*](丙.md) [[丁|戊]]** `*己*` $x_1 y_2$", "甲 乙 戊 *己* x_1 y_2"),
        ("**a `**` b**", "a ** b"),
        ("*a [b* c](d)", "*a b* c"),
        (r"\*a\* \[b\] `\*`", r"*a* [b] \*"),
    ],
)
def test_words_without_markup(written: str, seen: str) -> None:
    assert plain(written, Span(0, len(written)), tokens(written)) == seen
    assert plain(f"**x{written}", Span(3, len(written) + 3), tokens(f"**x{written}")) == seen

"""CommonMark and Python-Markdown see in an export the blocks that CommonMark sees in the note itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structure import commonmark, exported, python_markdown

from casefile import Case, cases
from disputes import is_disputed


@pytest.mark.parametrize("case", cases("blocks.md"))
def test_case(case: Case) -> None:
    case.check(exported(case.given))
    assert python_markdown(exported(case.given)) == commonmark(case.given)


LINES = st.sampled_from(
    [
        *(
            "甲乙",
            "text **b** `c`",
            "- a",
            "- b",
            "  - c",
            "    - d",
            "1. x",
            "2) y",
            "3. z",
            "> q",
            "> - ql",
            "> > qq",
        ),
        *("", "# H", "## H2", "```", "```py", "x = 1", "    code", "| a | b |", "|---|--:|", "| 1 | 2 |", "***", "* s"),
        *("- > q", "  > q", "- ```", "  ```", "- # H", "- - a", "1. - b", "> 1. x", "> ```", "> | a |", "> |---|", "-"),
        *("  para", "   more", "> [!note] T", "* [ ] t", "~~~", "===", "---"),
    ]
)


# On the first line of a note `---` begins properties.
TEXTS = (
    st.lists(LINES, max_size=10)
    .map("\n".join)
    .filter(lambda text: not text.startswith("---") and not is_disputed(text))
)


@settings(deadline=None)
@given(TEXTS)
def test_any_text_keeps_its_structure(text: str) -> None:
    assert python_markdown(exported(text)) == commonmark(text)


@settings(deadline=None)
@given(TEXTS)
def test_both_parsers_agree_on_normal_text(text: str) -> None:
    assert commonmark(exported(text, attributes=False)) == commonmark(text)


@pytest.mark.parametrize(
    "line",
    [
        ">" * 100_000,
        "- " * 50_000,
        "[" * 100_000,
        "`" * 100_000,
        "|" * 100_000,
        "<a " * 33_000,
        "*" * 100_000,
        "\\" * 99_999,
    ],
)
def test_hostile_lines_end(line: str) -> None:
    assert isinstance(exported(f"{line}\n{line}"), str)

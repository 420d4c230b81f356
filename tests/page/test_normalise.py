"""Python-Markdown sees in normalised text the blocks that CommonMark sees in the text itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structure import commonmark, python_markdown

from casefile import Case, cases
from zhixing.page.normalise import normalise
from zhixing.page.pieces import Pieces


@pytest.mark.parametrize("case", cases("normalise.md"))
def test_case(case: Case) -> None:
    case.check(normalise(case.given))
    assert python_markdown(case.given) == commonmark(case.given)


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


@settings(deadline=None)
@given(st.lists(LINES, max_size=10).map("\n".join))
def test_any_text_keeps_its_structure(text: str) -> None:
    assert python_markdown(text) == commonmark(text)


@settings(deadline=None)
@given(st.lists(LINES, max_size=10).map("\n".join))
def test_both_parsers_agree_on_normal_text(text: str) -> None:
    assert commonmark(normalise(text)) == commonmark(text)


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
    assert isinstance(normalise(f"{line}\n{line}"), str)


@pytest.mark.parametrize("before", ["", "# ", "| a |\n|--|\n| "], ids=["paragraph", "heading", "cell"])
def test_marks_beyond_what_python_markdown_can_take_are_shown_as_source(before: str) -> None:
    marks = "`*_" * 30_000
    *_, line = normalise(f"{before}{marks}").splitlines()
    # The fence is longer than any run in what it holds.
    assert f"`` {marks} ``" in line


def test_a_long_paragraph_of_links_stays_one_of_links() -> None:
    links, pieces = [f"[甲{number}](乙/甲{number}.md)" for number in range(3_000)], Pieces()
    assert normalise(" ".join(map(pieces.keep, links)), pieces) == f"{' '.join(links)}\n"

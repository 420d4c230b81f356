"""The normal form: what editors and linters respace is the same, what a hand changes is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.markdown.comparison import comparison_form

TABLE = "| 键 | 权重 |\n| --- | ---: |\n| apple | 0.6 |\n\n价值是8，即 `a` 处。\n"


@pytest.mark.parametrize(
    "other",
    [
        TABLE.replace("\n", "\r\n"),
        "\n\n" + TABLE + "\n",
        "|键|权重|\n|-|-:|\n|apple|0.6|\n\n价值是 8，即`a`处。",
        "| 键    |   权重 |  \n| ----- | -----: |\n| apple |  0.6 |\n\n价值是 8，即 `a`  处。",
    ],
    ids=["CRLF", "blank lines", "tight", "aligned"],
)
def test_respacing_changes_nothing(other: str) -> None:
    assert comparison_form(other) == comparison_form(TABLE)


CHANGES = (
    ("0.6", "0.60"),
    ("apple", "Apple"),
    ("---:", "---"),
    ("8，", "8,"),
    ("| 0.6", "\\| 0.6"),
    ("\n\n价", "\n价"),
    ("`a`", "`b`"),
)


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_a_change_by_hand_shows(old: str, new: str) -> None:
    assert comparison_form(TABLE.replace(old, new)) != comparison_form(TABLE)


def test_words_do_not_run_together() -> None:
    assert comparison_form("a b") != comparison_form("ab")
    assert comparison_form("甲 乙") != comparison_form("甲乙")


@given(st.text(alphabet="a0甲， \t|-:\\\r\n", max_size=40))
@settings(deadline=None, max_examples=300)
def test_the_normal_form_is_normal(text: str) -> None:
    assert comparison_form(comparison_form(text)) == comparison_form(text)

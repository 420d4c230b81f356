"""Any label lands as itself."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import markdown as python_markdown
from zhixing.language.latex_tree import label as latex
from zhixing.show.escape import escape_markdown, replace_controls

LABELS = st.text(max_size=30) | st.text(alphabet=" <>|$[]=%#*_`\\&;~^{}!:/()-+.a1猫\t\n", max_size=30)
NASTY = [
    "<BOS>",
    "a|b",
    "[[注]]",
    "==x==",
    "%%x%%",
    "#tag",
    "$x$",
    "`x`",
    r"\|",
    "&lt;",
    "__x__",
    "http://a.b",
    " a  b ",
]
EXTENSIONS = [
    "tables", "pymdownx.mark", "pymdownx.tilde", "pymdownx.caret", "pymdownx.arithmatex", "footnotes", "attr_list",
    "md_in_html",
]  # fmt: skip


def cell(page: str) -> str:
    found = re.search(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)
    assert found, page
    assert not re.search(r"<(?!/?td)", found[0]), f"markup in {found[0]}"
    return html.unescape(found[1])


def nasty(test: Callable[[str], None]) -> Callable[[str], None]:
    for label in NASTY:
        test = example(label)(test)
    return test


@nasty
@settings(deadline=None)
@given(LABELS)
def test_a_label_in_a_table_comes_back_from_commonmark(label: str) -> None:
    table = f"| 键 | 值 |\n| --- | --- |\n| {escape_markdown(label)} | 1 |\n"

    page = MarkdownIt("gfm-like", {"linkify": False}).render(table)

    assert cell(page) == replace_controls(label)


@nasty
@settings(deadline=None, max_examples=50)
@given(LABELS)
def test_a_label_in_a_table_comes_back_from_python_markdown(label: str) -> None:
    table = f"| 键 | 值 |\n| --- | --- |\n| {escape_markdown(label)} | 1 |\n"

    page = python_markdown.markdown(table, extensions=EXTENSIONS)

    assert cell(page) == replace_controls(label)


def test_words_stay_readable() -> None:
    assert escape_markdown("W_q 他 love 1:30") == "W_q 他 love 1:30"
    assert escape_markdown("<BOS>") == "&lt;BOS&gt;"


def test_latex_keeps_specials_outside_text() -> None:
    assert latex("W_q").text == r"\text{W}\_\text{q}"
    assert latex("<BOS>").text == r"{\lt}\text{BOS}{\gt}"
    assert latex("a}b").text == r"\text{a}\}\text{b}"


def test_hostile_labels_take_time_in_proportion() -> None:
    for piece in ("^", " ", "_", "=", "%", "[", "^a ", "a "):
        assert len(escape_markdown(piece * 40_000)) >= 40_000
        latex(piece * 40_000)

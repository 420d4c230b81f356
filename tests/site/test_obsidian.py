"""Every piece of syntax that Obsidian's help documents, from the note to the HTML that the site shows.

The cases are named after the help's pages, and docs/obsidian.md names each of them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html
from note_page import as_tree, shown
from obsidian_oracle import oracle
from shape import shape

from casefile import CASES as FOLDER
from casefile import Case, cases, read_cases
from hostile import PIECES, guard

ROOT = Path(__file__).parent.parent.parent
CASES = list(read_cases(FOLDER / "obsidian.md"))
OTHERS = {
    "夹/甲.md": "---\naliases: [别名]\n---\n# 甲\n\n一段。 ^one\n\n## 题\n\n### 子\n\n文[^1]\n\n"
    "## C++ / C#：a\n\n- 一\n  - 二 ^blk\n\n[^1]: 注\n",
    "JIA.md": "佳\n",
    "乙.md": "整篇 **乙**\n\n## 节\n\n- [ ] 事\n",
    "圈.md": "转 ![[圈]]\n",
    "空 格.md": "空\n",
}
FILES = ("附件/图.png", "附件/声.mp3", "附件/影.mp4", "附件/书.pdf", "图谱.canvas", "库.base")
# What the oracle cannot know: where links lead, bare addresses, blocks of comments, what a callout's title may be.
ORACLE_KNOWS_NOT = {
    "Basic: links outside",
    "Basic: comments, inline, over lines, over blocks",
    "Embed files: what is not there, and circles",
    "Callouts: a heading as the title",
}


def documented(*headings: str) -> set[str]:
    """The cases that tables of the documentation name in their last column; of all tables, or of those named."""
    page = (ROOT / "docs" / "obsidian.md").read_text(encoding="utf-8")
    parts = [part for part in page.split("\n## ") if not headings or part.startswith(headings)]
    cells = [row.replace("\\|", "").rstrip(" |").rpartition("|")[2] for part in parts for row in _ROW.findall(part)]
    return {name for cell in cells for name in _NAME.findall(cell)}


_ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
_NAME = re.compile(r"`([A-Z][^`]+: [^`]+)`")


@pytest.mark.parametrize("case", cases("obsidian.md"))
def test_case(case: Case) -> None:
    case.check(f"{shown(case.given, OTHERS, FILES).rstrip()}\n")


def test_the_documentation_names_every_case_and_no_other() -> None:
    assert documented() == {case.title for case in CASES}


@pytest.mark.parametrize(("title", "text"), [pytest.param(c.title, c.given, id=c.title) for c in CASES])
def test_the_structure_is_commonmarks_with_obsidians_additions_unless_listed(title: str, text: str) -> None:
    same = shape(shown(text, OTHERS, FILES)) == shape(oracle(text))
    assert same == (title not in documented("Known differences") | ORACLE_KNOWS_NOT)


@pytest.mark.parametrize("mark", ["> ", "- ", "1. ", "> - "])
def test_nothing_nested_too_deep_is_lost(mark: str) -> None:
    for depth in (40, 60, 400):
        page = shown(mark * depth + "深\n")
        assert "深" in page
        assert 24 < page.count("<blockquote>") + page.count("<li") <= 50


@pytest.mark.slow
@pytest.mark.parametrize("piece", [*PIECES, "*", "**a", "_", "~~", "[a][", "[a]: b\n", "![[a", "[!a]\n> "])
def test_hostile_text_is_written_in_linear_time(piece: str) -> None:
    with guard(20):
        as_tree("a " + piece * (40_000 // len(piece)))


WRITTEN_OUT = {
    "Basic: escapes",
    "HTML: blocks hold no Markdown",
    "Internal links: what an alias, a template's brackets, a matrix are",
}


@pytest.mark.parametrize(("title", "text"), [pytest.param(c.title, c.given, id=c.title) for c in CASES])
def test_no_wikilink_is_left_outside_code(title: str, text: str) -> None:
    page = html.fragment_fromstring(f"<div>{shown(text, OTHERS, FILES)}</div>")
    words = "".join(page.xpath(".//text()[not(ancestor::code or ancestor::pre)]"))
    assert ("[[" in words) == (title in WRITTEN_OUT)


@pytest.mark.parametrize(
    "text",
    [
        "文[^1]\n\n[^1]:\n",
        "[^1]: %%藏%%\n",
        "[^1]: [^2]:\n",
        "文^[[^1]: ]\n",
        "[^1]: \x02\n",
        "甲\n\n\x03[^1]:\n",
        "![[乙]][^1]:\n",
    ],
)
def test_a_footnote_of_nothing_stops_no_page(text: str) -> None:
    shown(text, OTHERS)

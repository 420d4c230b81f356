"""The site shows the blocks and inline markup that CommonMark, with Obsidian's additions, sees in a note.

What differs is listed in docs/obsidian.md, and that list is held here to be exactly true.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from note_page import shown, to_html
from obsidian_oracle import oracle
from shape import shape

from casefile import CASES, Case, cases, read_cases
from disputes import is_disputed
from zhixing.compose import results
from zhixing.page import read_page
from zhixing.site.sanitise import sanitise
from zhixing.vault.load import load
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = [(case.title, case.given.replace("→", "\t")) for case in read_cases(CASES / "commonmark.md")]
COMMONMARK = MarkdownIt("commonmark", {"breaks": True}).enable(["table", "strikethrough"])
_FILE = re.compile(r'href="([^":#?]+)"')


@cache
def known() -> frozenset[str]:
    """The numbers of the CommonMark examples that the documentation lists as shown otherwise."""
    page = (ROOT / "docs" / "obsidian.md").read_text(encoding="utf-8")
    table = page.partition("## CommonMark examples shown otherwise")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([0-9, ]+) \|", table, re.MULTILINE)
    return frozenset(number.strip() for row in rows for number in row.split(","))


@pytest.mark.parametrize(("title", "text"), EXAMPLES, ids=[title for title, _ in EXAMPLES])
def test_a_commonmark_example_looks_as_commonmark_has_it_unless_it_is_listed(title: str, text: str) -> None:
    expected = COMMONMARK.render(text)
    # A link to a file that is not there is no link.
    files = {unquote(path).strip("/") for path in _FILE.findall(expected)} - {""}
    same = shape(shown(text, files=files)) == shape(sanitise(expected))
    assert same == (title.split(maxsplit=1)[0] not in known())


def test_the_list_names_examples_that_exist() -> None:
    assert known()
    assert known() <= {title.split(maxsplit=1)[0] for title, _ in EXAMPLES}


VAULT = load(ROOT / "notes")


@pytest.mark.slow
@pytest.mark.parametrize("note", VAULT.notes.values(), ids=[str(path) for path in VAULT.notes])
def test_a_shipped_note_looks_as_commonmark_with_obsidians_additions_has_it(note: Note) -> None:
    # With no results the page shows what is on disk, as the oracle does.
    nothing = replace(results(Vault(ROOT, {}, ())), blocks=dict.fromkeys(VAULT.notes, ()))
    assert shape(to_html(read_page(VAULT, note, nothing))) == shape(oracle(note.source.text))


@pytest.mark.parametrize("case", cases("blocks.md"))
def test_a_case_of_blocks_looks_as_commonmark_with_obsidians_additions_has_it(case: Case) -> None:
    assert shape(shown(case.given)) == shape(oracle(case.given))


LINES = st.sampled_from(
    [
        *("甲乙", "text **b** `c`", "- a", "  - c", "    - d", "1. x", "2) y", "> q", "> - ql", "> > qq", "", "# H"),
        *("```", "```py", "    code", "| a | b |", "|---|--:|", "| 1 | 2 |", "***", "- > q", "- ```", "  ```", "- # H"),
        *("- - a", "1. - b", "> ```", "> | a |", "> |---|", "-", "  para", "> [!note] T", "* [ ] t", "===", "---"),
        *("文[^1]", "  text", "- $$x$$", "> **a", "b** c", "*i* ~~d~~"),
    ]
)


@settings(deadline=None)
@given(st.lists(LINES, max_size=7).map("\n".join))
def test_any_text_looks_as_commonmark_with_obsidians_additions_has_it(text: str) -> None:
    assume(not text.startswith("---") and not is_disputed(text))
    assert shape(shown(text)) == shape(oracle(text))

"""Numbers of prose on a page: what backs them, and examples that prose calls by their names."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from note_page import shown

from casefile import Case, cases
from small_vaults import DECLARED
from zhixing.page.faults import Faults
from zhixing.problems import Code, Problem
from zhixing.source import Source, Span
from zhixing.vault.note import read_note
from zhixing.wording.languages import find_wording, language_codes

STALE_RESULT = Problem("a.md", 1, 1, Code.REGION_STALE, "old", "run")
FAILED = Problem("a.md", 2, 1, Code.EXAMPLE_RUN, "no", "yes")
HIDDEN = DECLARED.replace("水果", "密").replace("  - heatmap: w\n", "")
SCALARS = "  i: argmax(w)\n  d: s[0] - s[1]\nshow:"
RESULTS = "\n<!-- zhixing:begin 水果 -->\n\n旧\n\n<!-- zhixing:end 00000000 -->\n"
OTHERS = {
    "例.md": f"{DECLARED.replace('show:', SCALARS)}{RESULTS}",
    "隐.md": f"---\npublished: false\n---\n\n{HIDDEN}",
}


@pytest.mark.parametrize("case", cases("checked.md"))
def test_case(case: Case) -> None:
    case.check(shown(case.given, OTHERS, faults=True))


def test_without_faults_a_claim_that_does_not_hold_is_not_marked() -> None:
    text = "值是 0.7<!--= 水果.w[0] -->，没有 3<!--= 无.w -->。"
    assert shown(text, OTHERS) == "<p>值是 0.7，没有 3。</p>\n"
    assert "zx-wrong" in shown(text, OTHERS, faults=True)


def test_an_example_has_an_anchor_and_a_title_where_it_stands_and_none_where_it_is_embedded() -> None:
    page = shown(f"{DECLARED}\n<b>粗</b>\n")
    assert '<div class="zx-example" id="example:水果" role="group" aria-label="例子“水果”" data-example="水果">' in page
    assert '<p class="zx-example-title"><a href="#example:水果">例子“水果”</a></p>' in page
    embedded = shown("![[例]]\n", OTHERS)
    assert 'data-example="水果"' in embedded
    assert 'id="example:' not in embedded


def test_an_author_cannot_pass_for_a_checked_number() -> None:
    page = shown('<a class="zx-number" role="group" data-example="水果" data-value="1">1</a>\n', OTHERS)
    assert page == '<p><a class="user-zx-number">1</a></p>\n'


def test_what_concerns_only_the_author_is_left_out_for_readers() -> None:
    problems = Faults.of([STALE_RESULT, FAILED], to_author=False).problems[PurePosixPath("a.md")]
    note = read_note(Source("a.md", "x\ny\n"), PurePosixPath("a.md"))
    for to_author, kinds in ((True, ["stale", "failed"]), (False, ["failed"])):
        found = Faults({note.path: problems}, to_author).notices(note, [Span(0, 4)], failed=False)
        assert [one.kind for one in found] == kinds
        assert all(one.message for one in found) is to_author


def test_every_language_says_what_every_problem_of_an_example_is() -> None:
    kinds = (
        "example-",
        "expression-",
        "result-",
        "expect-",
        "holds-",
        "says-",
        "claim-",
        "region-",
        "link-",
        "figure-",
    )
    for words in map(find_wording, language_codes()):
        assert words is not None
        assert {code.slug for code in Code if code.slug.startswith(kinds)} <= words.problems.keys()


def test_an_example_of_another_note_is_embedded_by_its_id() -> None:
    page = shown("![[例#^水果]]\n", OTHERS)
    assert 'data-example="水果"' in page
    assert '<td style="text-align:right">0.6</td>' in page
    assert '<a href="例.md#example:水果">' in page


def test_a_formula_that_heads_a_column_has_one_name_and_cannot_end_it() -> None:
    page = shown('| $x$ | $\\text{\\" onclick=alert(1)}$ |\n|--|--|\n| 1 | 2 |\n')
    heads = page.partition("</thead>")[0]
    assert '<math aria-label="x">' in heads
    assert heads.count("aria-label=") == 2
    assert '" onclick' not in heads

"""Formulas: read, or said to be unreadable with their place."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from casefile import Case, cases
from zhixing.site.math import FormulaError, formula_problems, mathml, title_with_mathml, with_mathml
from zhixing.source import Source
from zhixing.vault.note import read_note


@pytest.mark.parametrize("case", cases("math.md"))
def test_case(case: Case) -> None:
    try:
        shown = mathml(case.given.strip(), display=False)
    except FormulaError as error:
        shown = f"{error.offset}: {error}"
    case.check(f"{shown.strip()}\n")


def test_a_page_keeps_the_source_of_what_cannot_be_read() -> None:
    page = '<p><span class="arithmatex">\\(a &lt; b\\)</span> <span class="arithmatex">\\(\\bad&lt;\\)</span></p>'
    shown = with_mathml(page)
    assert "<mo>&lt;</mo>" in shown
    assert '<code class="formula-source" title="Unknown command &quot;\\bad&quot;.">\\bad&lt;</code>' in shown


def test_formulas_in_titles() -> None:
    assert title_with_mathml("除以 \\(\\sqrt{d}\\)") == "除以 <math><msqrt><mi>d</mi></msqrt></math>"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("一 $a$ 二 $b + \\bad$\n", (1, 14)),
        ("$$\na\n\\bad\n$$\n", (3, 1)),
        ("> - $\\frac{1}$\n", (1, 13)),
    ],
)
def test_problems_stand_where_reading_stopped(text: str, place: tuple[int, int]) -> None:
    problems = formula_problems(read_note(Source("页.md", text), PurePosixPath("页.md")))
    assert [(problem.line, problem.column) for problem in problems] == [place]
    assert formula_problems(read_note(Source("页.md", "$a$ `$\\bad$`\n"), PurePosixPath("页.md"))) == []

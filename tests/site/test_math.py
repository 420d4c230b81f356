"""Formulas: read, or said to be unreadable with their place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import PurePosixPath

import pytest

from casefile import Case, cases
from zhixing.checks.formulas import check_formulas
from zhixing.show.mathml import FormulaError, mathml
from zhixing.site.math import formula
from zhixing.source import Source
from zhixing.vault.note import read_note


@pytest.mark.parametrize("case", cases("math.md"))
def test_case(case: Case) -> None:
    try:
        shown = mathml(case.given.strip(), display=False)
    except FormulaError as error:
        shown = f"{error.offset}: {error}"
    case.check(f"{shown.strip()}\n")


def test_what_cannot_be_read_keeps_its_source() -> None:
    assert "<mo>&lt;</mo>" in formula("a < b", False)
    shown = '<code class="formula-source" title="Unknown command &quot;\\bad&quot;.">\\bad&lt;</code>'
    assert formula(" \\bad< ", False) == shown
    assert formula("\\bad<", True) == f'<div class="formula" tabindex="0">{shown}</div>'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("一 $a$ 二 $b + \\bad$\n", (1, 14)),
        ("$$\na\n\\bad\n$$\n", (3, 1)),
        ("> - $\\frac{1}$\n", (1, 13)),
    ],
)
def test_problems_stand_where_reading_stopped(text: str, place: tuple[int, int]) -> None:
    problems = check_formulas(read_note(Source("页.md", text), PurePosixPath("页.md")))
    assert [(problem.line, problem.column) for problem in problems] == [place]
    assert list(check_formulas(read_note(Source("页.md", "$a$ `$\\bad$`\n"), PurePosixPath("页.md")))) == []


# Each nests as deep as its length allows; the process died of each at some length.
NESTED = {
    "fraction": (r"\frac{a}{", "}"), "root": (r"\sqrt{", "}"), "power": ("^{", "}"), "group": ("{", "}"),
    "hat": (r"\hat", ""), "bold": (r"\rm", ""), "bare-root": (r"\sqrt", ""), "delimiters": (r"\left(", r"\right)"),
    "matrix": (r"\begin{matrix}", r"\end{matrix}"), "text": (r"\text{$", "$}"), "open": ("{", ""), "not": (r"\not", ""),
    "primes": ("x'", ""), "limits": (r"\sum_{", "}"), "over": (r"{a \over ", "}"), "vec": (r"\vec\bar", ""),
}  # fmt: skip
READ = """
import sys
from zhixing.show.mathml import FormulaError, mathml
opening, closing = sys.argv[1:]
for size in (100, 9_990, 100_000, 1_000_000):
    times = size // len(opening + closing)
    for latex in (opening * times + "x" + closing * times, opening * times):
        try:
            assert len(mathml(latex, display=True)) < 2_000_000
        except FormulaError:
            pass
"""


@pytest.mark.parametrize("name", NESTED)
def test_no_formula_ends_the_process(name: str) -> None:
    done = subprocess.run([sys.executable, "-c", READ, *NESTED[name]], check=False, capture_output=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, b"")


def test_a_formula_that_is_too_deep_or_long_is_a_problem_of_its_note() -> None:
    deep, long = r"\frac{a}{" * 200 + "}" * 200, "x" * 10_001
    note = read_note(
        Source("a.md", f"甲 ${deep}$\n\n$$\n{long}\n$$\n\n$\\{{{'{' * 99}x{'}' * 99}$\n"), PurePosixPath("a.md")
    )

    assert [str(problem) for problem in check_formulas(note)] == [
        "a.md:1:4: formula-unreadable: The formula is not read: it is nested more than 100 deep."
        " Split it; the page shows its source.",
        "a.md:3:3: formula-unreadable: The formula is not read: it has more than 10,000 characters."
        " Split it; the page shows its source.",
    ]

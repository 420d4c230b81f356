"""Mistakes that somebody new makes, in examples and in prose: what is said of each, and which are none."""

from __future__ import annotations

import pytest

from casefile import Case, cases
from small_vaults import vault_of
from zhixing import compose
from zhixing.problems import Code

# What is said of every note of these cases: that none links to it, and that its results are not written yet.
OF_EVERY_NOTE = {Code.ORPHAN, Code.REGION_STALE, Code.FIGURE_STALE}


@pytest.mark.parametrize("case", cases("mistakes.md"))
def test_mistakes(case: Case) -> None:
    vault = vault_of({"note.md": case.given})
    found = compose.results(vault)
    problems = compose.check(vault, found, compose.plan(vault, found), {})

    case.check("".join(f"{problem}\n" for problem in problems if problem.code not in OF_EVERY_NOTE))

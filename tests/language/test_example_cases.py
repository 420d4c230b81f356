"""Readable cases: what a block computes, what is wrong with it word for word, and the drafts of every concept."""

from __future__ import annotations

import pytest
from worked_examples import computed, messages, run, shown_run

from casefile import CASES, Case, cases, read_cases
from zhixing.problems import Code

ELSEWHERE = {
    "expect-missing": "what an example leaves out is the book's matter",
    "example-missing": "a note without an example is the template's matter",
    "example-place": "where a block may stand is the book's matter",
    "example-duplicate": "two examples of one id are the book's matter",
    "example-cycle": "examples that use one another are the book's matter",
}


@pytest.mark.parametrize("case", cases("example-runs.md"))
def test_runs(case: Case) -> None:
    case.check(shown_run(case.given))


@pytest.mark.parametrize("case", cases("example-errors.md"))
def test_problems(case: Case) -> None:
    case.check(messages(case.given))


@pytest.mark.parametrize("case", cases("example-errors.md"))
def test_problems_stand_at_the_same_places_under_windows_line_ends(case: Case) -> None:
    case.check(messages(case.given.replace("\n", "\r\n")))


@pytest.mark.parametrize("case", cases("drafts.md"))
def test_drafts(case: Case) -> None:
    """Every expectation of a draft holds, what it computes is as written, and each source agrees or not as it says."""
    done, problems = run(case.given)
    lines = "".join(f"{problem}\n" for problem in problems)
    for said in done.said if done else ():
        lines += f"{said.says.document}: {said.says.text}: {'agrees' if said.agrees else 'disagrees'}\n"
        assert said.outcomes
        assert all(outcome.code is None for outcome in said.outcomes)
    case.check((computed(done) if done else "") + lines)
    if done:
        assert len(done.outcomes) == len(done.example.expectations) + len(done.example.holds)


def test_drafts_are_all_here() -> None:
    assert len(cases("drafts.md")) == 56


def test_every_code_of_the_language_has_a_case() -> None:
    errors = read_cases(CASES / "example-errors.md")
    ours = {code.slug for code in Code if code.name.startswith(("EXAMPLE_", "EXPRESSION_", "EXPECT_", "HOLDS_"))}
    seen = {line.split(": ")[1] for case in errors for line in case.expected.splitlines()}
    assert ours - seen == set(ELSEWHERE)

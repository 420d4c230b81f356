"""Readable cases: what a block computes, what is wrong with it word for word, and the drafts of every concept."""

from __future__ import annotations

from pathlib import Path

import pytest
from worked_examples import messages, run, shown_run

from casefile import Case, read_cases
from zhixing.problems import Code

CASES = Path(__file__).parent.parent / "cases"
ERRORS = list(read_cases(CASES / "example-errors.md"))
RUNS = list(read_cases(CASES / "example-runs.md"))
DRAFTS = list(read_cases(CASES / "drafts.md"))
ELSEWHERE = {
    "example-missing": "a note without an example is the template's matter",
    "example-place": "where a block may stand is the book's matter",
    "example-duplicate": "two examples of one id are the book's matter",
    "example-cycle": "examples that use one another are the book's matter",
}


def named(case: Case) -> str:
    return f"{case[0]}: {case[1]}"


@pytest.mark.parametrize("case", RUNS, ids=named)
def test_runs(case: Case) -> None:
    _, _, block, expected = case
    assert shown_run(block) == expected


@pytest.mark.parametrize("case", ERRORS, ids=named)
def test_problems(case: Case) -> None:
    _, _, block, expected = case
    assert messages(block) == expected


@pytest.mark.parametrize("case", ERRORS, ids=named)
def test_problems_stand_at_the_same_places_under_windows_line_ends(case: Case) -> None:
    _, _, block, expected = case
    assert messages(block.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize("case", DRAFTS, ids=named)
def test_drafts(case: Case) -> None:
    """Every expectation of a draft holds, and each source is found to agree or not as the case says."""
    _, _, block, expected = case
    done, problems = run(block)
    lines = [str(problem) for problem in problems]
    for said in done.said if done else ():
        verdict = "agrees" if said.agrees else "disagrees"
        lines.append(f"{said.says.document}: {said.says.text}: {verdict}")
        assert said.outcomes
        assert all(outcome.code is None for outcome in said.outcomes)
    assert lines == expected.splitlines()
    if done:
        assert len(done.outcomes) == len(done.example.expectations) + len(done.example.holds)


def test_drafts_are_all_here() -> None:
    assert len(DRAFTS) == 56
    assert sum(bool(expected) for *_, expected in DRAFTS) == 10


def test_every_code_of_the_language_has_a_case() -> None:
    ours = {code.slug for code in Code if code.name.startswith(("EXAMPLE_", "EXPRESSION_", "EXPECT_", "HOLDS_"))}
    seen = {line.split(": ")[1] for *_, expected in ERRORS for line in expected.splitlines()}
    assert ours - seen == set(ELSEWHERE)

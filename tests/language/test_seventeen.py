"""Seventeen cases as somebody new would write them: each runs, its prose is right, its formulas read as computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from textbook import is_as_written, misreadings

from zhixing import compose
from zhixing.compose import Results
from zhixing.problems import Severity
from zhixing.vault.load import load
from zhixing.vault.vault import Vault

CASES = Path(__file__).parent.parent / "vaults" / "seventeen"


@pytest.fixture(scope="module")
def vault() -> Vault:
    return load(CASES / "docs")  # in Chinese, which the reader of formulas knows


@pytest.fixture(scope="module")
def found(vault: Vault) -> Results:
    return compose.results(vault)


def test_every_case_runs_and_its_prose_is_right(vault: Vault, found: Results) -> None:
    planned = compose.plan(vault, found)
    problems = compose.check(vault, found, planned, {})

    # The notes are kept without what is generated below their examples.
    kept = [problem for problem in problems if not problem.code.slug.endswith("-stale")]
    assert [str(problem) for problem in kept if problem.code.severity is not Severity.INFO] == []
    assert len(vault.notes) == 17
    assert len(found.book.runs) == 18
    assert sum(len(note.claims) for note in vault.notes.values()) >= 30


def test_every_formula_of_the_cases_reads_as_what_it_computed(found: Results) -> None:
    runs = found.book.runs
    with np.errstate(all="ignore"):
        assert [f"{name}: {wrong}" for name, one in runs.items() for wrong in misreadings(one)] == []
    as_written = [
        f"{name}: {step.name.name}"
        for name, one in runs.items()
        for step in one.example.steps
        if is_as_written(one, step)
    ]
    assert as_written == []

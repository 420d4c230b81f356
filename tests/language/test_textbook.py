"""Formulas taken at their word: a reader that knows textbook mathematics alone gets what the expressions computed."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from textbook import is_as_written, misreadings, read_formulas
from textbook_derivations import misderivations
from textbook_examples import grow_example
from worked_examples import run

from zhixing.language import budget
from zhixing.language.errors import ExampleError
from zhixing.language.expression import parse_expression
from zhixing.language.model import Derivation, Expression, Run
from zhixing.language.runs import run_all
from zhixing.source import Span
from zhixing.vault.load import load

NOTES = Path(__file__).parent.parent.parent / "notes"


@pytest.mark.slow
def test_every_formula_of_the_shipped_vault_reads_as_what_it_computed() -> None:
    runs: Mapping[str, Run] = run_all(load(NOTES)).runs
    assert sum(len(one.example.steps) for one in runs.values()) > 900

    with np.errstate(all="ignore"):
        assert [f"{name}: {wrong}" for name, one in runs.items() for wrong in misreadings(one)] == []
    assert not any(is_as_written(one, step) for one in runs.values() for step in one.example.steps)


@pytest.mark.slow
def test_every_derivation_of_the_shipped_vault_holds() -> None:
    """The derivations shown, and those of all quantities of every eighth example, of every one with DERIVATIONS=all."""
    runs = run_all(load(NOTES)).runs
    every = 1 if os.environ.get("DERIVATIONS") == "all" else 8
    wrong: list[str] = []
    for number, one in enumerate(runs.values()):
        for show in one.example.show:
            wrong += derive(one, show.quantity) if isinstance(show, Derivation) else []
        for name in one.quantities if number % every == 0 else ():
            wrong += derive(one, parse_expression(name, Span(0, len(name)))) if "." not in name else []
    assert wrong == []


def derive(run: Run, reference: Expression) -> list[str]:
    """Return the lines of a derivation that do not hold; a record of several results has none."""
    try:
        with np.errstate(all="ignore"):
            return list(misderivations(run, reference))
    except ExampleError:
        return []


def finished(block: str) -> Run | None:
    """Return the run of an example, None where it does not run or a result is no finite number."""
    done, problems = run(block)
    if done is None or problems or not all(np.all(np.isfinite(one.values)) for one in done.quantities.values()):
        return None
    return done


@pytest.mark.slow
def test_generated_formulas_read_as_what_they_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of so many formulas as FORMULAS says, from the seed FORMULAS_FROM on, those that cannot be read are counted."""
    monkeypatch.setattr(budget, "MAX_WORK", 40_000_000)
    wanted, seed = int(os.environ.get("FORMULAS", "250")), int(os.environ.get("FORMULAS_FROM", "0"))
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    log = logging.getLogger(__name__)
    while counts.total() < wanted:
        seed += 1
        kind, block = grow_example(seed)
        done = finished(block) if block else None
        if done is None:
            continue
        with np.errstate(all="ignore"):
            readings = read_formulas(done)
        misread = [f"{seed}: {one}" for one, _ in readings if one]
        for one in misread:
            log.info(one)
        wrong += misread
        unread = readings[-1][1]
        counts[f"{kind}, not read: {unread}" if unread else kind] += 1
    log.info("Read, to the seed %d: %s", seed, dict(counts))

    assert sorted(wrong, key=len) == []
    assert sum(counts[key] for key in counts if "as written" in key) <= wanted / 100 + 2

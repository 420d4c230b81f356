"""The shipped vault keeps its promises: it is fresh, every expectation holds, every number in prose is backed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zhixing import compose
from zhixing.checks.coverage import coverage_of, total
from zhixing.checks.template import Template
from zhixing.compose import Plan, Results
from zhixing.language.model import Run
from zhixing.problems import Severity
from zhixing.show.escape import escape_markdown
from zhixing.show.labels import entry
from zhixing.vault.load import load, read_templates
from zhixing.vault.vault import Vault

EXERCISES = re.compile(r"^## 练习$.*?(?=^## )", re.MULTILINE | re.DOTALL)
ROOT = Path(__file__).parent.parent
# What the five source documents get wrong, by document: each is a `says:` that the computation or a paper denies.
ERRATA = {"0": 9, "1": 2, "2": 2, "3": 4, "4": 5}
# What the examples were made to show, which could not have failed: it is no confirmation.
CONSISTENT = {"0": 1, "1": 1, "2": 3, "4": 1}


@pytest.fixture(scope="module")
def vault() -> Vault:
    return load(ROOT / "notes")


@pytest.fixture(scope="module")
def found(vault: Vault) -> Results:
    return compose.results(vault)


@pytest.fixture(scope="module")
def planned(vault: Vault, found: Results) -> Plan:
    return compose.plan(vault, found)


@pytest.fixture(scope="module")
def templates() -> dict[str, Template]:
    return compose.templates_of(read_templates(ROOT / "templates"))


def test_there_is_nothing_to_report(
    vault: Vault, found: Results, planned: Plan, templates: dict[str, Template]
) -> None:
    problems = compose.check(vault, found, planned, templates)

    assert [str(problem) for problem in problems if problem.code.severity is not Severity.INFO] == []


def test_everything_generated_is_fresh(planned: Plan) -> None:
    assert [str(change.path) for change in planned.changes] == []


def test_every_small_given_array_is_shown(found: Results) -> None:
    given = [
        (run, quantity)
        for run in found.book.runs.values()
        if run.example.variation is None  # the example that it varies shows them
        for quantity in (given.name.name for given in run.example.given)
        if 1 < run.quantities[quantity].values.size <= 30
    ]

    assert [f"{run.example.id}.{name}" for run, name in given if not _is_shown(run, name, found)] == []
    assert len(given) > 200


def _is_shown(run: Run, name: str, found: Results) -> bool:
    """Return whether a note shows a quantity: a heat map under its name, or its name and each of its numbers."""
    text, symbol = found.bodies[run.example.id].markdown, run.example.symbols.get(name, escape_markdown(name))
    quantity, form = run.quantities[name], run.example.format_of(name)
    entries = (entry(quantity, float(value), run.example.axes, form) for value in quantity.values.flat)
    return f"/{run.example.id}.{name}" in text or (symbol in text and all(escape_markdown(e) in text for e in entries))


def test_every_expectation_holds(found: Results) -> None:
    runs = found.book.runs.values()
    failed = [f"{run.example.id}: {outcome.what}" for run in runs for outcome in run.outcomes if not outcome.holds]

    assert failed == []
    assert sum(len(run.outcomes) for run in runs) > 400


def test_every_concept_note_has_an_example_that_ran(vault: Vault, found: Results) -> None:
    concepts = {path for path, note in vault.notes.items() if note.type == "concept"}
    ran = {one.note.path for one in found.book.declared if one.example and one.example.id in found.book.runs}

    assert concepts <= ran
    assert len(concepts) >= 50


def test_the_errors_of_the_sources_are_proved(found: Results) -> None:
    said = [said for run in found.book.runs.values() for said in run.said]
    denied = [one.says.document for one in said if one.wrong]
    chosen = [one.says.document for one in said if one.says.chosen]

    assert {document: denied.count(document) for document in ERRATA} == ERRATA
    assert {document: chosen.count(document) for document in CONSISTENT} == CONSISTENT
    assert all(one.says.instead for one in said if one.wrong)


def test_exercises_have_hints_and_answers_and_one_is_computed_anew(vault: Vault, found: Results) -> None:
    varied = [one.note.path for one in found.book.declared if one.example and one.example.variation]
    sections = {
        path: section[0]
        for path, note in vault.notes.items()
        if note.type == "concept" and (section := EXERCISES.search(note.source.text))
    }

    assert {path for path, text in sections.items() if not 3 <= text.count("\n**练习") <= 5} == set()
    for mark in ("\n> [!tip]- 提示\n", "\n> [!success]- 答案\n"):
        assert {path for path, text in sections.items() if text.count(mark) != text.count("\n**练习")} == set()
    assert sections.keys() - set(varied) == set()
    assert {path for path, text in sections.items() if "为什么" not in text} == set()
    assert sections.keys() == {
        path for path, note in vault.notes.items() if note.type == "concept" and path.parts[0] != "资源"
    }


def test_no_number_in_prose_is_unbacked(vault: Vault, templates: dict[str, Template]) -> None:
    parts = coverage_of(vault.notes, templates)

    assert {path: [one.text for one in part.unmarked] for path, part in parts.items() if part.unmarked} == {}
    assert total(part.counts for part in parts.values()).share >= 0.9


def test_prose_prints_minus_signs_and_powers_of_ten_as_the_results_do() -> None:
    ascii_form = re.compile(r"(?<![\w$^{(*-])-\d[\d.]*%?<!--=|\de[+-]?\d+<!--=")
    found = [
        f"{path.name}: {one[0]}"
        for path in sorted((ROOT / "notes").rglob("*.md"))
        for one in ascii_form.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []

"""Examples as programs of NumPy alone: each runs by itself and gives the numbers of the run."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from test_textbook import finished
from textbook_examples import grow_example
from worked_examples import good_run

from casefile import CASES, Case, cases, read_cases
from zhixing.language import budget
from zhixing.language.lower import NotLoweredError
from zhixing.language.model import Array, Quantity, Run
from zhixing.language.numpy_code import find_function, numpy_code
from zhixing.language.runs import run_all
from zhixing.language.words import FUNCTIONS
from zhixing.vault.load import load

NOTES = Path(__file__).parent.parent.parent / "notes"

# What runs the programs: a Python without this project and its path, which keeps the numbers that they leave.
# Its second argument says what becomes of NumPy's warnings.
RUNNER = """
import json, sys, warnings
import numpy as np
warnings.simplefilter(sys.argv[2])
errors, found = {}, {}
def read(names, name):
    base, _, part = name.partition(".")
    value = names[base + "_"] if base + "_" in names else names[base]
    return np.asarray(getattr(value, part) if part else value, float)
for number, (program, wanted) in enumerate(json.load(sys.stdin)):
    names = {"__name__": "program", "print": lambda *_: None}
    settings = np.geterr()
    try:
        exec(compile(program, "program", "exec"), names)
        found |= {f"{number} {name}": read(names, name) for name in wanted}
    except Exception as error:
        errors[number] = repr(error)
    np.seterr(**settings)
np.savez(sys.argv[1], **found)
json.dump(errors, sys.stdout)
"""


def find_differences(
    told: Sequence[tuple[str, Run, str]],
    folder: Path,
    loose: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
    warnings: str = "error",
) -> dict[str, list[str]]:
    """Return for each program that fails, or computes something else than its run, the error or what differs."""
    programs = [(program, list(run.quantities)) for _, run, program in told]
    kept = folder / "kept.npz"
    command = [sys.executable, "-I", "-c", RUNNER, str(kept), warnings]
    done = subprocess.run(command, input=json.dumps(programs), capture_output=True, text=True, check=True)
    errors = json.loads(done.stdout)
    wrong = {told[int(number)][0]: [error] for number, error in errors.items()}
    with np.load(kept) as found:
        for number, (title, run, _) in enumerate(told):
            own = loose.get(title.partition("-")[0], {})  # variations are as badly conditioned
            for name, quantity in run.quantities.items() if title not in wrong else ():
                if not agrees(found[f"{number} {name}"], quantity, own.get(name, 1e-12)):
                    wrong.setdefault(title, []).append(name)
    return wrong


def agrees(found: Array, quantity: Quantity, tolerance: float) -> bool:
    """Return whether numbers are the same but for rounding.

    What is nothing but rounding is 0 in a run, and some 1e-17 of its operands in a program.
    """
    wanted = np.asarray(quantity.values, np.float64)
    finite = wanted[np.isfinite(wanted)]
    rounding = tolerance * max(1.0, float(np.abs(finite).max(initial=0.0)))
    return found.shape == wanted.shape and np.allclose(found, wanted, rtol=tolerance, atol=rounding, equal_nan=True)


BADLY_CONDITIONED = {
    "雅可比": {"query_raw": 1e-11},  # the root of a sum whose terms cancel
    # least squares with a matrix whose condition is some 1e9, and what rests on it
    "逼近的条件": dict.fromkeys(("square", "square_error", "bent", "bent_error", "random_straight"), 1e-6),
}
"""Quantities whose last digits depend on the order of a sum, so that the run's own are no truer."""


@pytest.mark.slow
def test_every_shipped_example_has_a_program_that_gives_its_numbers(tmp_path: Path) -> None:
    runs = run_all(load(NOTES)).runs
    programs = {name: numpy_code(run) for name, run in runs.items()}
    assert [name for name, program in programs.items() if program is None and not uses_gradient(runs[name])] == []

    told = [(name, runs[name], program) for name, program in programs.items() if program]

    assert len(runs) > 100
    assert find_differences(told, tmp_path, BADLY_CONDITIONED) == {}


def uses_gradient(run: Run) -> bool:
    return any("grad(" in step.expression.text for step in run.example.steps)


def is_printable(name: str) -> bool:
    try:
        find_function(FUNCTIONS[name])
    except NotLoweredError:
        return False
    return True


def test_words_that_no_program_has() -> None:
    """`grad` is no function of arrays, and `merge` is printed as a change of shape."""
    assert {name for name in FUNCTIONS if not is_printable(name)} == {"grad", "merge"}


@pytest.mark.slow
def test_generated_examples_have_programs_that_give_their_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MAX_WORK", 40_000_000)
    first, count = int(os.environ.get("FORMULAS_FROM", "0")), int(os.environ.get("FORMULAS", "250"))
    grown = [(str(seed), grow_example(seed)[1]) for seed in range(first, first + count)]
    runs = [(seed, done) for seed, block in grown if block and (done := finished(block)) and not uses_gradient(done)]
    told = [(seed, done, numpy_code(done) or "") for seed, done in runs]

    assert len(told) > count / 2
    assert find_differences(told, tmp_path, warnings="ignore") == {}


# Readable programs, and every word with its options.


@pytest.mark.parametrize("case", cases("numpy.md"))
def test_programs_read(case: Case) -> None:
    case.check(numpy_code(good_run(case.given)) or "")


WITHOUT = {"argmax knows its axis, over several axes too, and after a slice"}


@pytest.mark.parametrize("path", ["example-runs.md", "numpy.md", "numpy-words.md"])
def test_the_cases_of_the_language_have_programs_that_give_their_numbers(path: str, tmp_path: Path) -> None:
    found = [(case, good_run(case.given)) for case in read_cases(CASES / path)]
    programs = [(case, run, numpy_code(run)) for case, run in found]
    without = {case.title for case, _, program in programs if program is None and "grad(" not in case.given}
    assert without <= WITHOUT

    told = [(case.title, run, program) for case, run, program in programs if program]
    assert find_differences(told, tmp_path) == {}


def test_the_cases_call_every_word() -> None:
    text = "".join(case.given for path in ("example-runs.md", "numpy-words.md") for case in read_cases(CASES / path))
    assert {name for name in FUNCTIONS if f"{name}(" not in text} == set()


def test_comparisons_within_comparisons_take_no_time_of_their_own() -> None:
    """The middle of `a < b < c` is printed twice; of forty within one another no program is printed."""
    expression = "x"
    for _ in range(40):
        expression = f"x <= ({expression}) <= 2"
    done = good_run(f"id: 例\ngiven: {{x: 1}}\ncompute:\n  y: {expression}\n")

    assert numpy_code(done) is None


def test_a_program_imports_numpy_and_what_python_has() -> None:
    """Whatever an example holds, its program imports nothing but these."""
    for path in ("example-runs.md", "numpy.md", "numpy-words.md"):
        for case in read_cases(CASES / path):
            tree = ast.parse(numpy_code(good_run(case.given)) or "")
            modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
            assert modules <= {"math", "numpy"}

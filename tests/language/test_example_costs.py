"""What an example may cost: counted before it is spent, refused in words, and never paid in memory or minutes."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable

import pytest
from worked_examples import good_run, messages, run

from zhixing.language import budget
from zhixing.language.budget import Budget
from zhixing.language.errors import ExampleError, NotComputedError


def test_what_alone_is_too_much_is_refused_each_time_and_costs_nothing() -> None:
    found = Budget()
    for _ in range(2):
        with pytest.raises(ExampleError, match="takes 3,000,000,000 operations"):
            found.work(3_000_000_000)
        with pytest.raises(ExampleError, match="an array of 10,000,001 numbers"):
            found.hold(10_000_001)
    assert (found.used, found.stored, found.live) == (0, 0, 0)


@pytest.mark.parametrize(
    ("spend", "message"), [(lambda b: b.work(1_500_000_000), "operations"), (lambda b: b.store(20_000_000), "keeps")]
)
def test_what_all_together_is_too_much_is_said_once(spend: Callable[[Budget], None], message: str) -> None:
    found = Budget()
    spend(found)
    with pytest.raises(ExampleError, match=message):
        spend(found)
    with pytest.raises(NotComputedError):
        spend(found)


def test_a_spent_budget_is_one_problem_however_much_comes_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MAX_WORK", 5_000_000)
    steps = "".join(f"  s{i}: sum(n * n) + {i}\n" for i in range(50))
    expect = "expect:\n  s0: 332833500\n  s49: 0\n  holds:\n    - s40 > 0\n"
    block = f"id: 例\naxes: {{n: 1000}}\ncompute:\n{steps}{expect}"
    assert messages(block).count("\n") == 1
    assert "takes more than 5,000,000 operations" in messages(block)


def test_a_long_loop_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MAX_WORK", 50_000_000)
    _, problems = run(
        "id: 例\naxes: {t: 10000000}\nstart: {h: 0}\ncompute:\n  each t:\n    h: h[t - 1] + 1\n    g: t * h\n"
    )
    assert [problem.line for problem in problems] == [6]


NOTHING = """id: 例
axes: {b: 1, t: 400000, d: 1, e: d, c: 400000}
given:
  x[b, t, d]: 1
  y[b, d]: 1
  W[d, e]: 1
  R[d, c]: 1
  E[c, d, e]: 1
  B[c, e]: 1
compute:
"""


@pytest.mark.parametrize(
    "call",
    [
        "rnn(x[1:], W, W).T",
        "mixture_of_experts(y[1:], R, E, B, E, B, k=1)",
        "beam_search(log([1]), log(W), width=1, steps=300000)",
        "beam_search(log([1]), log(W), width=1000000000, steps=2)",
    ],
)
def test_a_long_loop_over_nothing_is_counted(call: str) -> None:
    assert "example-cost" in messages(f"{NOTHING}  z: {call}\n")


@pytest.mark.slow
def test_a_loop_keeps_each_result_once() -> None:
    """200 × 100,000 numbers are kept twice only while one step's results are stacked."""
    done = good_run("id: 例\naxes: {t: 200, x: 100000}\ncompute:\n  each t:\n    h[x]: x * t\n  s: h[199, 2]\n")
    assert done.quantities["s"].values == 398
    assert "keeps more" in messages("id: 例\naxes: {t: 400, x: 100000}\ncompute:\n  each t:\n    h[x]: x * t\n")


@pytest.mark.slow
def test_intermediate_results_are_given_back() -> None:
    """Ten million numbers, again and again, but never more than three at once."""
    parts = " + ".join("max(x + 1)" for _ in range(6))
    done = good_run(f"id: 例\naxes: {{x: 10000000}}\ncompute:\n  a: {parts}\n")
    assert done.quantities["a"].values == 6e7
    nested = "x * 2 + (x * 3 + (x * 4 + (x * 5 + x * 6)))"
    assert "at once" in messages(f"id: 例\naxes: {{x: 10000000}}\ncompute:\n  a: sum({nested})\n")


HOSTILE = {
    "nested": "id: 例\naxes: {x: 10000000}\ncompute:\n  a: sum(" + "(x * 1 + " * 40 + "x" + ")" * 40 + ")\n",
    "many arrays": "id: 例\naxes: {x: 9999999}\ncompute:\n" + "".join(f"  a{i}[x]: x + {i}\n" for i in range(9)),
    "many given": "id: 例\naxes: {x: 9999999}\ngiven:\n" + "".join(f"  a{i}[x]: {i}\n" for i in range(9)),
    "slices": "id: 例\naxes: {x: 10000000}\ncompute:\n  a: sum(" + " + ".join(f"x[{i}:][0]" for i in range(12)) + ")\n",
    "tower": "id: 例\ncompute:\n  a: " + " ** ".join(["9"] * 40) + "\n  b: " + "9" * 499 + "\n",
    "labels": "id: 例\naxes: {x: [" + ", ".join(f"词{i}" for i in range(9000)) + "]}\ngiven:\n"
    + "".join(f"  a{i}[x]: {{词x{i}: 1}}\n" for i in range(30)),
    "near names": "id: 例\ngiven:\n" + "".join(f"  name{i}: {i}\n" for i in range(3000)) + "compute:\n"
    + "".join(f"  s{i}: nmae{i}\n" for i in range(30)),
    "big expectation": "id: 例\naxes: {x: 9000}\nexpect:\n  x: [" + ", ".join(["1"] * 9000) + "]\n",
    "comparing": "id: 例\naxes: {x: 10000000}\nexpect:\n  holds:\n" + "    - x == x\n" * 3,
}  # fmt: skip
PROBLEMS = {
    "nested": 1, "many arrays": 1, "many given": 1, "slices": 0, "tower": 2, "labels": 30, "near names": 30,
    "big expectation": 1, "comparing": 0,
}  # fmt: skip
SCRIPT = """
import sys
from zhixing.language.read import read_example
from zhixing.language.run import run_example
from zhixing.source import Source, Span
text = sys.stdin.buffer.read().decode()
source = Source("n.md", text)
example, problems = read_example(source, Span(0, len(text)))
if example:
    problems += run_example(example, source, {})[1]
print(len(problems))
"""


def test_an_example_shows_a_bounded_number_of_things() -> None:
    block = "id: 例\ncompute:\n  a: 1 + 1\nshow:\n" + "- derivation: a\n" * 60
    assert messages(block) == (
        "例.md:55:3: example-cost: The example shows more than 50 things. Split it into several examples.\n"
    )


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (3 * 2**29, 3 * 2**29))


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_examples_stay_within_a_gigabyte_and_a_half(name: str) -> None:
    """Address space, of which NumPy and its threads reserve a third before anything is read."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=HOSTILE[name].encode(),
        capture_output=True,
        check=False,
        preexec_fn=_limited,
        env={"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]
    assert int(done.stdout) == PROBLEMS[name]

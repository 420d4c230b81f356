"""Runs that a block of text alone cannot show: examples that use one another, outcomes, and asking a run."""

from __future__ import annotations

import numpy as np
import pytest
from worked_examples import good_run, messages, read, run

from zhixing.language.errors import ExampleError
from zhixing.language.expression import parse_expression
from zhixing.language.model import Expectation, Expression, Given
from zhixing.language.nodes import text_of
from zhixing.language.run import evaluate
from zhixing.language.values import plain_number, printed_number
from zhixing.problems import Code
from zhixing.source import Span

FIRST = """id: 指代
axes: {词: [a, b], 键: 词, n: 2}
given:
  w[词]: [1, 2]
compute:
  best: argmax(w)
  outer[词, 键]: w * w[键]
  r: attention(outer, outer, outer)
  broken: nothing
"""


def ask(done: object, text: str) -> float:
    from zhixing.language.model import Run

    assert isinstance(done, Run)
    return float(evaluate(done, parse_expression(text, Span(0, len(text))).tree).values)


def test_a_used_quantity_brings_its_axes() -> None:
    first, _ = run(FIRST)
    assert first
    uses = "id: 二\nuses: {w: 指代.outer, best: 指代.best, out: 指代.r.output}\n"
    steps = '  s[词]: sum(w, axis=键)\n  each 键:\n    l[词]: w[:, 键]\n  one: w["b", "b"] + out[0, 0]\n'
    done = good_run(f"{uses}compute:\n{steps}", {"指代": first})
    assert done.quantities["s"].values.tolist() == [3, 6]
    assert done.quantities["l"].axes == ("键", "词")
    assert set(done.example.axes) == {"词", "键"}
    assert done.quantities["best"].on[0].axis == "词"


FIELDS = "r.scores, r.scaled, r.capped, r.masked, r.allowed, r.weights, r.lse, r.output"
USES = {
    "uses: {w: 指袋.w}": "2:11: example-name: There is no example '指袋'. Did you mean '指代'?",
    "uses: {w: 指代.v}": f"2:11: example-name: 指代 computes no 'v'. It has w, best, outer, {FIELDS}.",
    "uses: {w: 指代.outre}": "2:11: example-name: 指代 computes no 'outre'. Did you mean 'outer'?",
    "uses: {w: 指代.r}": f"2:11: example-name: 指代 computes no 'r'. It has {FIELDS}.",
    "axes: {词: 3}\nuses: {w: 指代.w}": (
        "3:11: example-axes: The axis 词 is another one in 指代. Declare it alike in both, or rename one."
    ),
    "uses: {w: 指代.w}\ngiven: {词: 1}": (
        "2:11: example-axes: 词 is an axis of 指代, but a quantity here. Rename the quantity."
    ),
    'uses: {w: 指代.w}\ncompute: {"s[次]": w}': (
        "3:19: example-name: There is no axis '次'. Declare it under `axes:`."
    ),
    "uses: {w: 指代.w}\ngiven:\n  v[词]: [1, 2]": (
        "4:3: example-name: There is no axis '词'. Declare it under `axes:`."
    ),
    "uses: {w: 指代.w}\nstart: {s: 0}\ncompute:\n  each 次:\n    s: w": (
        "6:5: example-name: There is no axis '次'. Declare it under `axes:`."
    ),
}


@pytest.mark.parametrize("block", USES)
def test_uses_that_do_not_fit(block: str) -> None:
    first, _ = run(FIRST)
    assert first
    _, problems = run(f"id: 二\n{block}\n", {"指代": first})
    assert [str(problem) for problem in problems] == [f"例.md:{USES[block]}"]


def test_what_failed_elsewhere_is_reported_there_only() -> None:
    first, problems = run(FIRST)
    assert first
    assert [problem.line for problem in problems] == [9]
    done, problems = run("id: 二\nuses: {w: 指代.broken}\ncompute:\n  a: w + 1\nexpect: {a: 3}\n", {"指代": first})
    assert not problems
    assert done
    assert not done.outcomes


def test_a_run_answers_expressions() -> None:
    done = good_run(FIRST.replace("  broken: nothing\n", ""))
    assert ask(done, 'outer["a", "b"] + sum(w)') == 5
    assert ask(done, "r.weights[0, 0] + r.weights[0, 1]") == pytest.approx(1)
    with pytest.raises(ExampleError, match="Nothing is named 'v'"):
        ask(done, "v")
    with pytest.raises(ExampleError, match="A record"):
        ask(done, "r")


def test_outcomes_tell_what_was_computed_and_where() -> None:
    block = (
        FIRST.replace("  broken: nothing\n", "")
        + "expect:\n  w: [1, 2.5]\n  holds:\n    - 1 + w > 1\n    - w @ v == 3\n"
    )
    done, problems = run(block)
    assert done
    wrong, right, unknown = done.outcomes
    assert isinstance(wrong.claim, Expectation)
    assert wrong.computed is not None
    assert wrong.computed.values.tolist() == [1, 2]
    assert not wrong.holds
    assert wrong.at == block.index("2.5")
    assert isinstance(right.claim, Expression)
    assert right.holds
    assert (unknown.computed, unknown.code, unknown.at) == (None, Code.EXAMPLE_NAME, block.index("v == 3"))
    assert [problem.code for problem in problems] == [Code.EXPECT_FAILED, Code.EXAMPLE_NAME]


def test_pins_are_the_numbers_that_were_typed() -> None:
    block = (
        "id: 例\naxes: {词: [a, b], n: 2}\ngiven:\n  v[词]: {b: 2, a: 10}\n  g[词, n]: |\n    1 22\n    -3 0.5\n"
        "  one[词]: 7\n  s: log(2)\nstart: {h: 5}\ncompute:\n  each n:\n    h[词]: h[n - 1] + v\n"
    )
    example, problems = read(block)
    assert example, problems
    pins = {
        given.name.name: [(place, span.of(block)) for place, span in given.pins]
        for given in (*example.given, *(start.value for start in example.start))
        if isinstance(given, Given)
    }
    assert pins == {
        "v": [(0, "10"), (1, "2")],
        "g": [(0, "1"), (1, "22"), (2, "-3"), (3, "0.5")],
        "one": [(0, "7")],
        "s": [(0, "log(2)")],
        "h": [(0, "5")],
    }
    start = example.start[0].value
    assert isinstance(start, Given)
    assert start.quantity.values.tolist() == [5, 5]


@pytest.mark.parametrize(
    ("text", "value", "tolerance"),
    [
        ("0.6", 0.6, 0.05), ("-0.447", -0.447, 0.0005), ("−1.50", -1.5, 0.005), ("8", 8, 1e-6), ("3/5", 0.6, 1e-6),
        ("5.185e21", 5.185e21, 5e17), ("40%", 0.4, 1e-8), ("40.0%", 0.4, 0.0005), ("约 8", 8, 0.5),
        ("约 0.8", 0.8, 0.1),
        ("inf", np.inf, 0), ("-inf", -np.inf, 0), ("∞", np.inf, 0), ("615,440", 615440, 1e-6), ("６．５", 6.5, 0.05),
    ],
)  # fmt: skip
def test_printed_numbers(text: str, value: float, tolerance: float) -> None:
    found = printed_number(text)
    assert found is not None
    assert found[0] == pytest.approx(value)
    assert found[1] == pytest.approx(tolerance)


@pytest.mark.parametrize("text", ["小明", "a1", "8 个", "1 2", "3x", "", "log(2)", "约"])
def test_what_is_no_number(text: str) -> None:
    assert printed_number(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e6", 1e6),
        ("−2", -2),
        ("+3.", 3),
        ("40%", None),
        ("1/2", None),
        ("约 8", None),
        ("1e999", None),
        ("1:30", None),
    ],
)
def test_plain_numbers_make_an_axis_numeric(text: str, value: float | None) -> None:
    assert plain_number(text) == value


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        ("0.67", True), ("0.66", False), ("0.666", False), ("0.7", True), ("2/3", True), ("67%", False),
        ("66.7%", True),
        ("约 1", True), ("sqrt(4)/3", True), ("0.6667", True), ("{is: 0.6, within: 11.2%}", True),
        ("{is: 0.6, within: 11%}", False), ("0.6666666667", True), ("1", False), ("一半", False), ("三分之二", True),
    ],
)  # fmt: skip
def test_an_expectation_accepts_what_its_printing_says(expected: str, holds: bool) -> None:
    found = messages(f"id: 例\ncompute:\n  a: 2 / 3\nexpect:\n  a: {expected}\n")
    assert (not found) == holds, found


def test_half_a_unit_exactly_is_inside() -> None:
    good_run("id: 例\ngiven: {a: 0.125, b: 2.5, c: 0.25}\nexpect: {a: 0.12, b: 约 3, c: 0.2}\n")


@pytest.mark.parametrize("expected", ["[中, 右]", '"中, 右"', '"中,右"', "中，右"])
def test_answers_over_two_axes(expected: str) -> None:
    given = "id: 例\naxes: {行: [上, 中], 列: [左, 右]}\ngiven:\n  g[行, 列]: [[1, 2], [3, 4]]\n"
    found = messages(f"{given}compute:\n  a: argmax(g)\nexpect:\n  a: {expected}\n")
    assert (not found) == (expected != "[中, 右]"), found


def test_infinities_and_nan_are_themselves() -> None:
    good_run(
        "id: 例\naxes: {n: 3}\ngiven:\n  w[n]: [inf, -inf, nan]\nexpect:\n  w: [inf, -inf, nan]\n"
        "  holds:\n    - w[0] == inf\n    - w[1] == -inf\n    - isnan(w[2])\n    - w[2] != w[2]\n"
    )
    assert "w[0] is inf, not -inf" in messages("id: 例\naxes: {n: 1}\ngiven:\n  w[n]: [inf]\nexpect:\n  w: [-inf]\n")


@pytest.mark.parametrize(
    ("statement", "holds"),
    [
        ("0.1 + 0.2 == 0.3", True), ("1 == 1.00000001", False), ("1 == 1.0000000001", True), ("1e-13 == 0", True),
        ("1e-11 == 0", False), ("0.1 + 0.2 != 0.3", False), ("0.1 + 0.2 > 0.3", True), ("1e20 == 1e20 + 1", True),
        ("any([1, 0] == 1)", True), ("all([1, 0] == 1)", False), ("[1, 0] == 1", False), ("[1, 2] == [1, 2]", True),
    ],
)  # fmt: skip
def test_closeness_in_statements(statement: str, holds: bool) -> None:
    found = messages(f"id: 例\nexpect:\n  holds:\n    - '{statement}'\n")
    assert (not found) == holds, found


LOOPED = """
id: 环
axes: {t: 3, k: 2}
given:
  x[t]: [1, 2, 3]
  W[k, k]: [[1, 2], [3, 4]]
start: {h: 0}
compute:
  each t:
    h[k]: (h[t - 1] + x[t]) @ W + k
  s: sum(h[-1] * [1, 2])
  a: attention(W, W, W)
  b[k]: a.weights[0]
expect: {"h[1]": [33, 49], s: 754}
"""


def test_a_run_says_which_axes_each_part_of_an_expression_has() -> None:
    done = good_run(LOOPED)
    found = {text_of(node): axes for node, axes in done.axes.items()}

    assert {text: found[text] for text in ("h[t - 1]", "x[t]", "x", "k", "(h[t - 1] + x[t]) @ W")} == {
        "h[t - 1]": ("k",), "x[t]": (), "x": ("t",), "k": ("k",), "(h[t - 1] + x[t]) @ W": ("k",),
    }  # fmt: skip
    assert (found["h[-1]"], found["[1, 2]"], found["sum(h[-1] * [1, 2])"]) == (("k",), ("",), ())
    assert found["a.weights"] == ("k", "k")
    assert "a" not in found  # several results, each with its own axes
    assert found["h[1]"] == ("k",)  # of what is expected too

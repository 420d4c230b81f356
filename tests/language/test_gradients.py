"""Gradients held against differences of the loss: for every word that has one, for operators, indices and steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_vocabulary import AXES, CALLS, GIVEN, evaluated
from worked_examples import good_run, messages
from worked_examples import run as run_block

from zhixing.language.expression import parse_expression
from zhixing.language.gradients import is_gradient
from zhixing.language.model import Array, Given, Record, Run
from zhixing.language.nodes import Name, walk
from zhixing.language.run import run_example
from zhixing.language.words import FUNCTIONS
from zhixing.language.words.word import AlongAxis, Entrywise, Mechanism, Ordering, Reduction
from zhixing.source import Source, Span

STEP = 1e-6
POSITIVE = {"sqrt", "log", "log2", "log10", "entropy"}
"""Words that have values for positive numbers alone."""
OF_CORE = sorted(
    name for name, word in FUNCTIONS.items() if isinstance(word.function, Mechanism) and not word.no_gradient
)
WITH_GRADIENT = sorted(
    name for name, word in FUNCTIONS.items() if word.gradient is not None and not isinstance(word.function, Mechanism)
)
WITHOUT = sorted(name for name, word in FUNCTIONS.items() if word.no_gradient)
HEAD = "id: 例\naxes: {a: 2, b: 3, c: 3}\ngiven:\n"


def written(values: Array) -> str:
    return str(np.asarray(values).tolist())


def block(expression: str, seed: int, *, positive: bool = False) -> str:
    """Return an example whose loss weighs every entry of an expression of x[a, b], z[b] and m[b, c] otherwise."""
    rng = np.random.default_rng(seed)
    x, z, m = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=(3, 3))
    if positive:
        x, z, m = np.abs(x) + 0.2, np.abs(z) + 0.2, np.abs(m) + 0.2
    return (
        f"{HEAD}  x[a, b]: {written(x)}\n  z[b]: {written(z)}\n  m[b, c]: {written(m)}\n"
        f"compute:\n  y: sum(sin({expression}))\n  loss: exp(y / 10)\n  gx[a, b]: grad(loss, x)\n"
    )


def loss_at(run: Run, name: str, values: Array, *, warn: bool = False) -> float:
    """Return the loss of an example with other values for a given quantity."""

    def change(one: Given) -> Given:
        return replace(one, values=replace(one.quantity, values=values)) if one.name.name == name else one

    steps = tuple(step for step in run.example.steps if not is_gradient(step.expression.tree))
    example = replace(run.example, given=tuple(map(change, run.example.given)), steps=steps)
    done, problems = run_example(example, Source("例.md", ""), {})
    assert warn or not problems
    return float(done.quantities["loss"].values)


def differences(run: Run, name: str, *, warn: bool = False) -> Array:
    """Return how the loss changes with each entry of a given quantity, by central differences."""
    values = np.asarray(run.quantities[name].values, np.float64)
    slopes = np.empty_like(values)
    for place in np.ndindex(values.shape):
        up, down = values.copy(), values.copy()
        up[place] += STEP
        down[place] -= STEP
        slopes[place] = (loss_at(run, name, up, warn=warn) - loss_at(run, name, down, warn=warn)) / (2 * STEP)
    return slopes


def hold(text: str, name: str = "x", gradient: str = "gx") -> None:
    run = good_run(text)
    assert np.allclose(run.quantities[gradient].values, differences(run, name), rtol=1e-5, atol=1e-7), text


def call_of(name: str) -> str:
    function = FUNCTIONS[name].function
    if isinstance(function, Entrywise):
        others = ["z", "m[:, 0]"] if name != "where" else ["x ** 2", "z * x"]
        first = "x > 0" if name == "where" else "x"
        return f"{name}({', '.join([first, *others][: function.most])})"
    assert isinstance(function, Reduction | AlongAxis | Ordering)
    return f"{name}(x, axis=b) * 2"


@pytest.mark.parametrize("name", WITH_GRADIENT)
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_word_has_the_gradient_that_differences_have(name: str, seed: int) -> None:
    hold(block(call_of(name), seed, positive=name in POSITIVE))


def test_every_word_has_a_gradient_or_a_reason_why_not() -> None:
    left = set(FUNCTIONS) - set(OF_CORE) - set(WITH_GRADIENT) - set(WITHOUT)
    assert left == {"merge"}  # it rearranges entries, and stands among the expressions below
    assert not set(WITHOUT) & set(WITH_GRADIENT)


def block_of_core(text: str) -> tuple[str, list[str]]:
    """Return an example whose loss weighs every finite result of a call of the core, and what the call is made of."""
    tree = parse_expression(text, Span(0, len(text))).tree
    used = dict.fromkeys(part.name for part in walk(tree) if isinstance(part, Name) and part.name in GIVEN)
    axes = ", ".join(f"{name}: {axis.size}" for name, axis in AXES.items())
    lines = [f"  {name}[{', '.join(GIVEN[name].axes)}]: {written(GIVEN[name].values)}" for name in used]
    found = evaluated(text)
    fields = found.fields if isinstance(found, Record) else {"": found}
    smooth = [name for name, one in fields.items() if name != "allowed" and np.isfinite(one.values).all()]
    results = {name: f"results.{name}" if isinstance(found, Record) else text for name in smooth}
    parts = " + ".join(f"sum(sin({place + 1} * {one}))" for place, one in enumerate(results.values()))
    steps = [f"  results: {text}"] if isinstance(found, Record) else []
    wanted = [name for name in used if name not in ("tokens", "allowed")]
    steps += [f"  loss: {parts}", *(f"  d{name}[{', '.join(GIVEN[name].axes)}]: grad(loss, {name})" for name in wanted)]
    return "\n".join(["id: 例", f"axes: {{{axes}}}", "given:", *lines, "compute:", *steps, ""]), wanted


@pytest.mark.parametrize("text", [text for name in OF_CORE for text, _ in CALLS[name]])
def test_a_function_of_the_core_has_the_gradient_that_differences_have(text: str) -> None:
    block_text, wanted = block_of_core(text)
    assert wanted or text.startswith("positions(")  # whose arguments are counts
    run = good_run(block_text)
    rng = np.random.default_rng(1)
    for name in wanted:
        values, slope = (np.asarray(run.quantities[one].values, np.float64) for one in (name, f"d{name}"))
        for _ in range(2):
            way = rng.normal(size=values.shape)
            ends = [loss_at(run, name, values + step * way) for step in (STEP, -STEP)]
            expected = (ends[0] - ends[1]) / (2 * STEP)
            assert np.isclose((slope * way).sum(), expected, rtol=1e-5, atol=1e-6), (text, name)


ALONG = [
    *(f"{n}(x{end})" for n in ("sum", "mean", "var", "prod", "norm") for end in ("", ", axis=a", ", axis=[b, a]")),
    "softmax(x, axis=[a, b])", "softmax(x, temperature=0.5)", "normalize(x, axis=a, eps=0.1)", "cumsum(x, axis=a)",
    "cumprod(x * (x > 0), axis=b)", "prod(x * (b > 0), axis=b)", "sort(x, axis=a)",
]  # fmt: skip
OPERATORS = [
    "x + z", "z - x", "x * z * x", "z / (x ** 2 + 1)", "(x ** 2 + 1) ** z", "2 ** x", "-x", "+x", "x @ z",
    "(x.T @ x) @ z", "x @ m", "z @ x.T", "x @ (z * x).T", "x[0]", "x[:, 1:] * x[:, :-1]", "x[1, b]", "x[:, [2, 0]]",
    "x[a, c]", "x[None, 0]", "merge(x, [a, b])", "merge(x, [b, a])", "[x[0, 0], x[1, 2]] * 2", "x * [1, 2, 3]",
    "where(x > z, x * z, 0)", "(x > 0) * x + size(x)", "x[a, argmax(z)]", "x @ x.T @ x", "softmax(x @ m) @ m.T",
    "exp(x)[0] + log(x ** 2)[1]", "maximum(x, 0) + abs(x - z)",
]  # fmt: skip


@pytest.mark.parametrize("expression", [*ALONG, *OPERATORS])
@pytest.mark.parametrize("seed", [1, 2])
def test_an_expression_has_the_gradient_that_differences_have(expression: str, seed: int) -> None:
    hold(block(expression, seed))


def test_a_gradient_goes_through_steps_in_another_order_of_axes() -> None:
    text = block("turned * x + second", 3).replace(
        "compute:\n", "compute:\n  turned[b, a]: x * z\n  second[a, b]: turned ** 2 / (1 + turned ** 2)\n"
    )
    hold(text)


def test_fan_out_is_added_up_and_long_chains_do_not_recurse() -> None:
    chain = "".join(f"  s{i}: s{i - 1} * 1.001 + 0.001 * s0\n" for i in range(1, 150))
    text = block("s149 * x", 4).replace("compute:\n", f"compute:\n  s0: sum(x)\n{chain}")
    hold(text)


@pytest.mark.parametrize("name", [name for name in WITHOUT if isinstance(FUNCTIONS[name].function, Entrywise)])
def test_a_word_without_gradient_is_refused_with_its_reason(name: str) -> None:
    assert f"{name} has no gradient: {FUNCTIONS[name].no_gradient}." in messages(block(f"{name}(x)", 1))


def test_what_a_gradient_keeps_is_given_back_and_counted() -> None:
    run = good_run(block("softmax(x @ m) @ m.T", 1))
    without = good_run(block("softmax(x @ m) @ m.T", 1).rsplit("  gx", 1)[0])
    assert run.work > 2 * without.work
    large = "id: 例\naxes: {n: 3000, k: n}\ngiven:\n  x[n]: 1\ncompute:\n"
    large += "  y: sum((x * x[k] + 1) * (x * x[k] + 2) * (x * x[k] + 3))\n  g[n]: grad(y, x)\n"
    assert "example-cost" in messages(large)


def test_a_gradient_with_respect_to_a_result_of_several_is_that_of_the_steps_behind_it() -> None:
    text = block("x", 5).replace(
        "compute:\n", "compute:\n  w: attention(x, x, x)\n  s: sum(w.output * z)\n  gw[a, b]: grad(s, w.output)\n"
    )
    run = good_run(text)
    assert np.allclose(run.quantities["gw"].values, np.broadcast_to(run.quantities["z"].values, (2, 3)))


def test_a_gradient_goes_back_from_a_record_over_several_of_its_results() -> None:
    text = block("w.output * w.weights[0, 0] + v.lse[1]", 6)
    hold(text.replace("compute:\n", "compute:\n  w: attention(x, x * z, x)\n  v: w\n"))


CELLS = """id: 例
axes: {t: 3, d: 2, gate: 4, h: 2}
given:
  x[h]: [0.5, -0.3]
  W[gate, d, h]: {normal: 1, seed: 1}
  U[gate, h, h]: {normal: 1, seed: 2}
  s[t, d]: {normal: 1, seed: 3}
  c[h]: [1, -0.5]
start: {cell.h: x, cell.c: c}
compute:
  first: lstm_cell(s[0], x, x * 2, W, U)
  each t:
    cell: lstm_cell(s[t], cell.h[t - 1], cell.c[t - 1], W, U)
    now: sum(cell.h ** 2)
    g[h]: grad(now, cell.h[t - 1])
  loss: sum(first.h ** 2) + sum(first.c)
  gx[h]: grad(loss, x)
"""


def test_a_gradient_goes_through_one_step_of_a_cell() -> None:
    hold(CELLS)
    run = good_run(CELLS)
    for step in (1e-6, -1e-6):
        moved = good_run(CELLS.replace("[0.5, -0.3]", f"[{0.5 + step}, -0.3]"))
        change = moved.quantities["now"].values[0] - run.quantities["now"].values[0]
        assert np.isclose(change / step, run.quantities["g"].values[0, 0], rtol=1e-4)


def test_a_definition_may_take_a_gradient() -> None:
    text = block("x ** 3", 7)
    defined = text.replace("given:\n", "define:\n  slope(y, w): grad(y, w)\ngiven:\n", 1)
    hold(defined.replace("grad(loss, x)", "slope(loss, x)"))
    inside = defined.replace("slope(y, w): grad(y, w)", "slope(y, w): w - 0.1 * grad(y, w)")
    assert "Make it a step of its own" in messages(inside.replace("grad(loss, x)", "slope(loss, x)"))


def test_a_masked_row_has_a_gradient_of_0() -> None:
    text = block("w.output", 8).replace("compute:\n", "compute:\n  w: attention(x, x, x, mask=seen)\n")
    text = text.replace("given:\n", "given:\n  seen[a, other]: [[1, 1], [0, 0]]\n")
    text = text.replace("b: 3, c: 3", "b: 3, c: 3, other: a")
    run, problems = run_block(text)
    assert run
    assert ["row-masked" in str(one) for one in problems] == [True]
    assert np.allclose(run.quantities["gx"].values, differences(run, "x", warn=True), rtol=1e-5, atol=1e-7)


def test_following_a_function_back_is_counted() -> None:
    text = "id: 例\naxes: {n: 300, d: 8, k: n}\ngiven:\n  x[n, d]: {normal: 1, seed: 1}\ncompute:\n"
    text += "  y: sum(attention(x, x, x).output)\n"
    assert good_run(f"{text}  g[n, d]: grad(y, x)\n").work > 4 * good_run(text).work

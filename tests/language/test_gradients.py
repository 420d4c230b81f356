"""Gradients held against differences of the loss: for every word that has one, for operators, indices and steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worked_examples import good_run, messages

from zhixing.language import run_example
from zhixing.language.model import Array, Given, Run
from zhixing.language.words import FUNCTIONS
from zhixing.language.words.word import AlongAxis, Entrywise, Mechanism, Ordering, Reduction
from zhixing.source import Source

STEP = 1e-6
POSITIVE = {"sqrt", "log", "log2", "log10", "entropy"}
"""Words that have values for positive numbers alone."""
WITH_GRADIENT = sorted(name for name, word in FUNCTIONS.items() if word.gradient is not None)
WITHOUT = sorted(
    name
    for name, word in FUNCTIONS.items()
    if word.gradient is None and isinstance(word.function, Entrywise | Mechanism) and name not in ("isnan", "isinf")
)
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


def loss_at(run: Run, name: str, values: Array) -> float:
    """Return the loss of an example with other values for a given quantity."""

    def change(one: Given) -> Given:
        return replace(one, values=replace(one.quantity, values=values)) if one.name.name == name else one

    example = replace(run.example, given=tuple(map(change, run.example.given)))
    done, problems = run_example(example, Source("例.md", ""), {})
    assert not problems
    return float(done.quantities["loss"].values)


def differences(run: Run, name: str) -> Array:
    """Return how the loss changes with each entry of a given quantity, by central differences."""
    values = np.asarray(run.quantities[name].values, np.float64)
    slopes = np.empty_like(values)
    for place in np.ndindex(values.shape):
        up, down = values.copy(), values.copy()
        up[place] += STEP
        down[place] -= STEP
        slopes[place] = (loss_at(run, name, up) - loss_at(run, name, down)) / (2 * STEP)
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
def test_a_word_without_gradient_is_refused(name: str) -> None:
    assert f"{name} has no gradient" in messages(block(f"{name}(x)", 1))


def test_what_a_gradient_keeps_is_given_back_and_counted() -> None:
    run = good_run(block("softmax(x @ m) @ m.T", 1))
    without = good_run(block("softmax(x @ m) @ m.T", 1).rsplit("  gx", 1)[0])
    assert run.work > 2 * without.work
    large = "id: 例\naxes: {n: 3000, k: n}\ngiven:\n  x[n]: 1\ncompute:\n"
    large += "  y: sum((x * x[k] + 1) * (x * x[k] + 2) * (x * x[k] + 3))\n  g[n]: grad(y, x)\n"
    assert "example-cost" in messages(large)

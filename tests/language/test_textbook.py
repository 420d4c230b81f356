"""Formulas taken at their word: a reader that knows textbook mathematics alone gets what the expressions computed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from textbook import misreadings
from worked_examples import run

from zhixing.language import budget
from zhixing.language.model import Run
from zhixing.language.runs import run_all
from zhixing.vault.load import load

NOTES = Path(__file__).parent.parent.parent / "notes"


@pytest.mark.slow
def test_every_formula_of_the_shipped_vault_reads_as_what_it_computed() -> None:
    runs: Mapping[str, Run] = run_all(load(NOTES)).runs
    assert sum(len(one.example.steps) for one in runs.values()) > 900

    with np.errstate(all="ignore"):
        assert [f"{name}: {wrong}" for name, one in runs.items() for wrong in misreadings(one)] == []


HEAD = """id: 例
axes: {i: [a, b, c], j: i, k: 3, h: 2, t: [1, 2, 4], z: [3, 4, 5]}
given:
  P[i, j]: [[0.57, 1.255, 0.758], [1.58, 0.254, 2], [0.8755, 1.1255, 0.3755]]
  T[j, i]: [[1.57, 0.6259, 1], [0.59, 2.253, 0.1255], [1.757, 0.253, 0.756]]
  A[i, k]: [[1.1257, 0.259, 2], [0.59, 1.753, 0.3755], [2.56, 0.8755, 1]]
  B[k, i]: [[0.754, 1.56, 0.256], [1, 0.1254, 1.258], [0.58, 2, 0.6257]]
  C[i, k, h]: {normal: 1, seed: 1}
  g[k, h]: [[0.54, 1.55], [2, 0.256], [1.253, 0.756]]
  v[i]: [0.56, 1.756, 1.259]
  w[k]: [1.57, 0.255, 2.55]
  x[t]: [10, 20, 40]
  y[t]: [0.5, 1.25, 2]
  q[z]: [1.5, 0.75, 2.25]
  s: 1.5
  n: 2
compute:
"""
LEAVES = [
    "P",
    "T",
    "A",
    "B",
    "C",
    "g",
    "v",
    "w",
    "x",
    "y",
    "q",
    "s",
    "n",
    "2",
    "0.5",
    "3",
    "k",
    "t",
    "z",
    "P",
    "A",
    "v",
]
ITEMS = ["0", "1", "-1", ":", "1:", ":2", "::-1", "None", '"b"', '"2"', "i", "k", "n", "k[::-1]"]
ONE = ["exp", "log", "sqrt", "abs", "tanh", "relu", "sigmoid", "floor", "sign", "sin", "silu"]
MANY = [
    "sum",
    "mean",
    "max",
    "min",
    "norm",
    "var",
    "softmax",
    "normalize",
    "prod",
    "entropy",
    "softmax",
    "cumsum",
    "std",
]
AXES = ["", "", ", axis=i", ", axis=j", ", axis=k", ", axis=[i, k]", ", axis=h", ", axis=t"]
WHOLE = ["pinv({0})", "layer_norm({0})", "sort({0})", "attention({0}, {0}, {0}).weights", "merge({0}, [i, k])"]


def _grow(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "**", "@", "@", "*", "//", "%", "<", ">="])
    return st.one_of(
        st.tuples(parts, operators, parts).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(parts, operators, parts).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        parts.map(lambda p: f"(-{p})"),
        parts.map(lambda p: f"{p}.T"),
        st.tuples(st.sampled_from(ONE), parts).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(st.sampled_from(MANY), parts, st.sampled_from(AXES)).map(lambda p: f"{p[0]}({p[1]}{p[2]})"),
        st.tuples(parts, st.lists(st.sampled_from(ITEMS), min_size=1, max_size=2)).map(
            lambda p: f"{p[0]}[{', '.join(p[1])}]"
        ),
        st.tuples(parts, parts, parts).map(lambda p: f"where({p[0]} > 1, {p[1]}, {p[2]})"),
        st.tuples(st.sampled_from(["maximum", "minimum"]), parts, parts).map(lambda p: f"{p[0]}({p[1]}, {p[2]})"),
        st.tuples(st.sampled_from(WHOLE), parts).map(lambda p: p[0].format(p[1])),
    )


EXPRESSIONS = st.recursive(st.sampled_from(LEAVES), _grow, max_leaves=5)


def declared(expression: str, turn: int) -> Run | None:
    """Return the run of an expression as a step with the axes that it has, in another order for some turns."""
    quoted = expression.replace("'", "''")
    done, problems = run(f"{HEAD}  r: '{quoted}'\n")
    if done is None:
        return None
    axes = next(
        (done.axes[step.expression.tree] for step in done.example.steps if step.expression.tree in done.axes), None
    )
    if axes is None or (problems and not axes) or not all(axes) or len(set(axes)) < len(axes):
        return None
    order = [*axes[turn % max(len(axes), 1) :], *axes[: turn % max(len(axes), 1)]] if turn % 3 == 0 else axes
    name = f"r[{', '.join(order)}]" if order else "r"
    done, problems = run(f"{HEAD}  {name}: '{quoted}'\n")
    return None if done is None or problems else done


@pytest.fixture(autouse=True, scope="module")
def small_budget() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget, "MAX_WORK", 40_000_000)
        yield


@settings(deadline=None, max_examples=int(os.environ.get("FORMULAS", "300")))
@given(EXPRESSIONS, st.integers(0, 5))
def test_a_generated_formula_reads_as_what_it_computed(expression: str, turn: int) -> None:
    done = declared(expression, turn)
    if done is None or not np.all(np.isfinite(done.quantities["r"].values)):
        return

    with np.errstate(all="ignore"):
        assert list(misreadings(done)) == [], expression

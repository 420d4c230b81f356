"""What holds of any quantities: broadcasting and products go by name, declaring changes no value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from worked_examples import good_run

from zhixing.language.arrays import elementwise, matmul
from zhixing.language.budget import Budget
from zhixing.language.evaluate import Evaluator
from zhixing.language.expression import parse_expression
from zhixing.language.model import Array, Axis, Declaration, Dimension, Quantity, scalar
from zhixing.language.run import conform
from zhixing.language.scope import Names, Scope
from zhixing.source import Span

SIZES = {"a": 2, "b": 3, "c": 2, "d": 4}
Entry = tuple[tuple[str, int], ...]


def axes_in(order: tuple[str, ...]) -> dict[str, Axis]:
    return {name: Axis(name, SIZES[name], root=name) for name in order}


SOME = st.lists(st.sampled_from(list(SIZES)), unique=True, max_size=3)
ORDERS = st.permutations(list(SIZES)).map(tuple)


@st.composite
def quantities(draw: st.DrawFn, names: st.SearchStrategy[list[str]] = SOME) -> Quantity:
    own = draw(names)
    shape = [SIZES[name] for name in own]
    seed = draw(st.integers(0, 10**6))
    values = np.random.default_rng(seed).integers(-9, 10, shape).astype(np.float64)
    return Quantity(np.asarray(values), tuple(Dimension(name) for name in own))


def entries(quantity: Quantity) -> dict[Entry, float]:
    """Return each value under the names and positions that it stands at, in no order."""
    places = product(*(range(size) for size in quantity.values.shape))
    return {tuple(sorted(zip(quantity.axes, at, strict=True))): float(quantity.values[at]) for at in places}


def by_loops(function: Callable[..., float], operands: list[Quantity]) -> dict[Entry, float]:
    """Combine quantities entry by entry, each looked up by the names of its axes."""
    names = sorted({name for operand in operands for name in operand.axes})
    result = {}
    for at in product(*(range(SIZES[name]) for name in names)):
        place = dict(zip(names, at, strict=True))
        own = [tuple(place[name] for name in operand.axes) for operand in operands]
        values = [float(operand.values[i]) for operand, i in zip(operands, own, strict=True)]
        result[tuple(sorted(place.items()))] = function(*values)
    return result


@settings(deadline=None)
@given(st.lists(quantities(), min_size=2, max_size=3), ORDERS)
def test_broadcasting_is_by_name_whatever_the_order_of_axes(operands: list[Quantity], order: tuple[str, ...]) -> None:
    def mixed(*values: float | Array) -> Array:
        return np.asarray(sum((place + 1) * value**2 - value for place, value in enumerate(values)))

    result = elementwise(mixed, operands, axes_in(order), Budget())
    assert entries(result) == by_loops(lambda *values: float(mixed(*values)), operands)
    every = {name for operand in operands for name in operand.axes}
    whole = [operand.axes for operand in operands if set(operand.axes) == every]
    assert result.axes == (whole[0] if whole else tuple(name for name in order if name in every))


@settings(deadline=None)
@given(quantities(), st.data())
def test_declaring_axes_moves_values_and_changes_none(quantity: Quantity, data: st.DataObject) -> None:
    declared = tuple(data.draw(st.permutations(list(quantity.axes))))
    result = conform(quantity, Declaration("x", declared, Span(0, 1)), axes_in(tuple(SIZES)))
    assert result.axes == declared
    assert entries(result) == entries(quantity)


@settings(deadline=None)
@given(st.data(), ORDERS)
def test_products_contract_by_position_and_match_the_rest_by_name(data: st.DataObject, order: tuple[str, ...]) -> None:
    inner, left, right = data.draw(st.permutations(list(SIZES)).map(lambda names: names[:3]))
    batch = [name for name in SIZES if name not in (inner, left, right)]
    leading = st.sampled_from([[], batch])
    a = data.draw(quantities(leading.map(lambda names: [*names, left, inner])))
    b = data.draw(quantities(leading.map(lambda names: [*names, inner, right])))
    result = matmul(a, b, axes_in(order), Budget())
    expected = np.einsum(f"{''.join(a.axes)},{''.join(b.axes)}->{''.join(result.axes)}", a.values, b.values)
    assert result.axes[-2:] == (left, right)
    assert set(result.axes) == (set(a.axes) | set(b.axes)) - {inner}
    assert np.array_equal(result.values, expected)


def _divided(a: float, b: float) -> float:
    if b:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


def _truth(value: object) -> float:
    return 1.0 if value else 0.0


BINARY: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divided,
    "<": lambda a, b: _truth(a < b),
    "<=": lambda a, b: _truth(a <= b),
    ">": lambda a, b: _truth(a > b),
    ">=": lambda a, b: _truth(a >= b),
    "==": lambda a, b: _truth(a == b),
    "!=": lambda a, b: _truth(a != b),
    "and": lambda a, b: _truth(a and b),
    "or": lambda a, b: _truth(a or b),
}
NAMES = {"x": 2.5, "甲": -3.0, "z": 0.0}
LEAVES = st.one_of(
    st.integers(0, 20).map(lambda n: (str(n), float(n))),
    st.floats(0, 100, allow_nan=False).map(lambda v: (repr(v), v)),
    st.sampled_from(sorted(NAMES)).map(lambda name: (name, NAMES[name])),
)
Tree = tuple[str, float]


def _branches(trees: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    pairs = st.tuples(trees, st.sampled_from(sorted(BINARY)), trees)
    return st.one_of(
        pairs.map(lambda t: (f"({t[0][0]}) {t[1]} ({t[2][0]})", BINARY[t[1]](t[0][1], t[2][1]))),
        trees.map(lambda t: (f"-({t[0]})", -t[1])),
        trees.map(lambda t: (f"not ({t[0]})", _truth(not t[1]))),
        st.tuples(trees, trees, trees).map(
            lambda t: (f"where({t[0][0]}, {t[1][0]}, {t[2][0]})", t[1][1] if t[0][1] else t[2][1])
        ),
        st.tuples(trees, trees).map(lambda t: (f"maximum({t[0][0]}, {t[1][0]})", _larger(t[0][1], t[1][1]))),
    )


def _larger(a: float, b: float) -> float:
    return math.nan if math.isnan(a) or math.isnan(b) else max(a, b)


@settings(deadline=None)
@given(st.recursive(LEAVES, _branches, max_leaves=8))
def test_arithmetic_is_that_of_plain_python(tree: Tree) -> None:
    text, expected = tree
    scope = Scope({}, Names({name: scalar(value) for name, value in NAMES.items()}))
    if len(text) > 400:
        return
    found = float(Evaluator(scope).quantity(parse_expression(text, Span(0, len(text))).tree).values)
    assert found == expected or (math.isnan(found) and math.isnan(expected)), text


@settings(deadline=None, max_examples=50)
@given(st.permutations(["t", "a", "b"]), st.integers(1, 5), st.floats(-1, 1))
def test_a_loop_is_a_loop(order: list[str], steps: int, factor: float) -> None:
    """A recurrence over a matrix, its axes declared in any order, against three plain loops."""
    declared = ", ".join(f"{name}: {({'t': steps} | SIZES)[name]}" for name in order)
    done = good_run(
        f"id: 例\naxes: {{{declared}}}\ngiven:\n  x[b]: [1, 2, 3]\n  y[a]: [1, -1]\nstart: {{h: 1}}\n"
        f"compute:\n  each t:\n    h[b, a]: {factor!r} * h[t - 1] + x * y + t\n"
    )
    h = [[1.0] * 2 for _ in range(3)]
    stacked = []
    for t in range(steps):
        h = [[factor * h[b][a] + (b + 1) * (1 - 2 * a) + t for a in range(2)] for b in range(3)]
        stacked.append(h)
    assert done.quantities["h"].axes == ("t", "b", "a")
    assert np.allclose(done.quantities["h"].values, stacked, rtol=1e-12, atol=1e-12)

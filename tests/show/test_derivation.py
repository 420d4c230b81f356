r"""Derivations: what is printed, and that its left side gives its right side when it is worked out as printed.

`tests/cases/derivations.md` holds whole examples; what is expected is the derivation of each `derivation` they show.
"""

from __future__ import annotations

import math
import re

import hypothesis.strategies as st
import math_core
import numpy as np
import pytest
from hypothesis import given, settings

from casefile import Case, cases
from latex_reader import read_latex
from zhixing.language.expression import parse_expression
from zhixing.language.model import Derivation, Quantity, Run
from zhixing.language.nodes import Name, Node
from zhixing.language.read import read_example
from zhixing.language.run import evaluate, run_example
from zhixing.show.derivation import derivation
from zhixing.show.numbers import print_number
from zhixing.show.terms import number_term
from zhixing.source import Source, Span

READABLE = re.compile(r"(?!.*(?:\\dots|arg\\,max|\\mathbf|\\operatorname\{conv|\\mathrm|_)).*")


_PRINTED = re.compile(r"(-?)(?:(\d+)(?:\.(\d+))?(?:\\times 10\^\{(-?\d+)\})?|(\\infty))")


def printed(text: str) -> tuple[float, float]:
    """Return the value of a number printed as LaTeX, and half a unit of its last digit, 0 if it is whole."""
    match = _PRINTED.fullmatch(text)
    if not match:
        return math.nan, 0.0
    sign, whole, decimals, power, infinite = match.groups()
    if infinite:
        return (-math.inf if sign else math.inf), 0.0
    exponent = int(power or 0)
    value = float(f"{sign}{whole}.{decimals or '0'}e{exponent}")
    return value, 0.5 * 10.0 ** (exponent - len(decimals)) if decimals else 0.0


def run_of(text: str) -> Run:
    source = Source("derivations.md", text)
    example, problems = read_example(source, Span(0, len(text)))
    assert example is not None, problems
    run, problems = run_example(example, source, {})
    assert problems == []
    return run


def derived(text: str) -> list[str]:
    run = run_of(text)
    return [derivation(run, show.quantity) for show in run.example.show if isinstance(show, Derivation)]


def of(text: str, reference: str) -> str:
    return derivation(run_of(text), parse_expression(reference, Span(0, len(reference))))


def lines(one: str) -> list[str]:
    """Return the lines of a derivation without its names."""
    inner = one.removeprefix(r"\begin{aligned} ").removesuffix(r" \end{aligned}").replace("&", "")
    return [line for line in inner.split(r" \\ ") if line != r"\vdots"]


def is_honest(left: str, sign: str, right: str) -> bool:
    """Tell whether `=` stands just where the left side, worked out as printed, gives the right side as printed.

    No power of e is 0 and no share of two of them is 1, though float64 has no number between.
    """
    if right in ("0", "1") and re.search(r"e\^\{-?\d", left) and r"\infty" not in left:
        return sign == r"\approx"
    result, half = printed(right)
    off = abs(float(read_latex(left)) - result) if np.isfinite(result) else float(result != read_latex(left))
    return (sign == "=") == (off <= half + 1e-9 * abs(result) + 1e-12)


@pytest.mark.parametrize("case", cases("derivations.md"))
def test_derivations_of_an_example(case: Case) -> None:
    found = derived(case.given)

    case.check("".join(f"{one}\n" for one in found))
    for one in found:
        assert "<math" in math_core.LatexToMathML().convert_with_local_state(one, displaystyle=True)


@pytest.mark.parametrize("case", cases("derivations.md"))
def test_a_derivation_worked_out_gives_its_result(case: Case) -> None:
    for line in (line for one in derived(case.given) for line in lines(one)):
        explained = re.fullmatch(r".*? = (.*) (=|\\approx) (.*)", line)
        if explained and READABLE.fullmatch(explained[1]):
            assert is_honest(*explained.groups()), line


EXAMPLE = """
id: 乘加
axes: {{k: {size}}}
given:
  w[k]: {w}
  v[k]: {v}
compute:
  value: w @ v
  same: sum(w * v)
"""
numbers = st.integers(-40, 40).map(lambda n: n / 8) | st.floats(-9, 9).map(lambda x: round(x, 7))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 12).flatmap(lambda size: st.tuples(*[st.lists(numbers, min_size=size, max_size=size)] * 2)))
def test_any_dot_product_is_honest(pair: tuple[list[float], list[float]]) -> None:
    w, v = pair
    text = EXAMPLE.format(size=len(w), w=w, v=v)
    one = of(text, "value")

    assert one.partition(" = ")[2] == of(text, "same").partition(" = ")[2]
    left, sign, right = re.fullmatch(r"\\mathrm\{value\} = (.*) (=|\\approx) (.*)", one).groups()  # type: ignore[union-attr]  # or the test fails
    assert float(right.replace(r"\times 10^{", "e").rstrip("}")) == pytest.approx(np.dot(w, v), rel=1e-4, abs=1e-9)
    if len(w) > 8:
        assert left.count(r"\cdot") == 4
        return
    assert is_honest(left, sign, right)


@settings(deadline=None)
@given(st.floats(-1e300, 1e300))
def test_a_printed_number_is_read_back_within_its_rounding(value: float) -> None:
    text = number_term(value).text
    number, half = printed(text.replace("10^", r"1\times 10^") if text.startswith("10^") else text)

    assert number == pytest.approx(value, rel=6e-5, abs=1e-12)
    assert (print_number(value).value, print_number(value).half_unit) == (number, half)
    assert abs(number - value) <= half * (1 + 1e-9) + 1e-9 * abs(value) + 1e-12


def test_a_derivation_that_does_not_fit_is_left_out() -> None:
    run = run_of("id: 甲\ngiven: {b: 1}\ncompute:\n  a: b + 1\n")
    reference = parse_expression("a", Span(0, 1))

    def wrong(run: Run, tree: Node) -> Quantity:
        found = evaluate(run, tree)
        return Quantity(found.values + 1) if isinstance(tree, Name) and tree.name == "b" else found

    assert derivation(run, reference) == "a = 1 + 1 = 2"
    assert derivation(run, reference, wrong) == "a = b + 1 = 2"


@pytest.mark.parametrize(
    ("expression", "end"),
    [
        ("1 - 0.1 ** 13", r"\approx 1"),
        ("3 - 0.1 ** 12", r"\approx 3"),
        ("1 / 3 * 3", "= 1"),
        ("0.1 + 0.2 + 0.7", "= 1"),
        ("1 - 0.1 ** 6 / 2", "= 1.0000"),
    ],
)
def test_what_is_only_near_a_whole_number_is_not_equal_to_it(expression: str, end: str) -> None:
    assert of(f"id: 例\ncompute:\n  a: {expression}\n", "a").endswith(end)

r"""Formulas: what is printed, that brackets mean what the tree means, and that renderers take it.

`tests/cases/latex.md` holds whole examples; what is expected is each of their definitions and the
formula of each of their steps.
"""

from __future__ import annotations

import ast

import hypothesis.strategies as st
import math_core
import numpy as np
import pytest
from hypothesis import assume, given, settings
from worked_examples import good_run

from casefile import Case, cases
from latex_reader import Value, read_latex
from zhixing.language.expression import MAX_LENGTH, parse_expression
from zhixing.language.latex import definition, formula, latex
from zhixing.language.latex_tree import Digits, label, name_piece, number_piece, raise_to, symbol_piece, with_index
from zhixing.language.read import read_example
from zhixing.language.run import run_example
from zhixing.source import Source, Span

ZERO, TWO = Digits("0"), Digits("2")


def mathml(text: str) -> str:
    return math_core.LatexToMathML().convert_with_local_state(text, displaystyle=True)


@pytest.mark.parametrize("case", cases("latex.md"))
def test_formulas_of_an_example(case: Case) -> None:
    example, problems = read_example(Source("latex.md", case.given), Span(0, len(case.given)))
    assert example is not None, problems
    run, problems = run_example(example, Source("latex.md", case.given), {})
    assert not problems
    printed = [definition(run, one) for one in example.definitions] + [formula(run, step) for step in example.steps]

    case.check("".join(f"{one}\n" for one in printed))
    for one in printed:
        assert mathml(one).startswith("<math")


NUMBERS = {"a": 1.5, "b": 0.7, "c": 2.3, "x": 3.1}
rng = np.random.default_rng(5)
MATRICES = {name: rng.uniform(0.5, 2, (2, 2)) for name in "ABCM"}
VALUES: dict[str, Value] = {**{k: np.asarray(v) for k, v in NUMBERS.items()}, **MATRICES}
GIVEN = "".join(f"  {name}: {value}\n" for name, value in NUMBERS.items())
GIVEN += "".join(f"  {name}[n, n]: {value.tolist()}\n" for name, value in MATRICES.items())
RUN = good_run(f"id: 例\naxes: {{n: 2}}\ngiven:\n{GIVEN}")
FUNCTIONS = {
    "tanh": np.tanh,
    "sqrt": np.sqrt,
    "log": np.log,
    "abs": np.abs,
    "exp": np.exp,
    "maximum": np.maximum,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
}
UNARY = ["tanh", "sqrt", "log", "abs", "exp", "sigmoid", "relu"]


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


leaf = st.sampled_from(sorted(NUMBERS)).map(lambda name: ast.Name(name, ast.Load())) | st.sampled_from(
    [2, 3, 10, 0.5, 0.6, 1]
).map(ast.Constant)
operators = st.sampled_from([ast.Add(), ast.Sub(), ast.Mult(), ast.Div(), ast.Pow(), ast.Mult(), ast.Sub()])


def _scalars(inner: st.SearchStrategy[ast.expr]) -> st.SearchStrategy[ast.expr]:
    return st.one_of(
        st.builds(ast.BinOp, inner, operators, inner),
        st.builds(lambda x: ast.UnaryOp(ast.USub(), x), inner),
        st.builds(_call, st.sampled_from(UNARY), inner),
        st.builds(_call, st.just("maximum"), inner, inner),
    )


scalars = st.recursive(leaf, _scalars, max_leaves=12)
few_scalars = st.recursive(leaf, _scalars, max_leaves=3)
matrix_leaf = st.sampled_from(sorted(MATRICES)).map(lambda name: ast.Name(name, ast.Load()))


def _matrices(inner: st.SearchStrategy[ast.expr]) -> st.SearchStrategy[ast.expr]:
    both = st.sampled_from([ast.MatMult(), ast.MatMult(), ast.Add(), ast.Sub(), ast.Mult()])
    return st.one_of(
        st.builds(ast.BinOp, inner, both, inner),
        st.builds(lambda s, x: ast.BinOp(s, ast.Mult(), x), few_scalars, inner),
        st.builds(lambda x, s: ast.BinOp(x, ast.Mult(), s), inner, few_scalars),
        st.builds(lambda x, s: ast.BinOp(x, ast.Div(), s), inner, few_scalars),
        st.builds(lambda x: ast.Attribute(x, "T", ast.Load()), inner),
        st.builds(lambda x: ast.UnaryOp(ast.USub(), x), inner),
        st.builds(lambda x: _call("tanh", x), inner),
    )


matrices = st.recursive(matrix_leaf, _matrices, max_leaves=8)


def formula_of(tree: ast.expr) -> str:
    """Return the formula that is printed of a tree; what is too long for an example is not tried."""
    text = ast.unparse(tree)
    assume(len(text) <= MAX_LENGTH)
    return latex(RUN, parse_expression(text, Span(0, len(text))).tree)


def _meaning(tree: ast.expr) -> Value:
    """Evaluate a tree as Python and NumPy do."""
    numbers = ast.fix_missing_locations(ast.Expression(_Floats().visit(ast.parse(ast.unparse(tree), mode="eval").body)))
    with np.errstate(all="ignore"):
        return np.asarray(eval(compile(numbers, "", "eval"), {**VALUES, **FUNCTIONS, "asarray": np.asarray}))  # noqa: S307 - the tree is of our own making


class _Floats(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return _call("asarray", ast.Constant(float(str(node.value))))


@settings(deadline=None, max_examples=400)
@given(scalars | matrices)
def test_a_formula_reads_back_as_its_tree(tree: ast.expr) -> None:
    meaning = _meaning(tree)
    printed = formula_of(tree)

    assert np.allclose(read_latex(printed, VALUES), meaning, rtol=1e-6, equal_nan=True), printed


@settings(deadline=None, max_examples=100)
@given(scalars | matrices)
def test_every_formula_can_be_rendered(tree: ast.expr) -> None:
    assert "<math" in mathml(formula_of(tree))


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=12))
def test_any_label_can_be_rendered_and_stays_in_its_formula(text: str) -> None:
    printed = label(text).text

    assert "<math" in mathml(printed)
    assert "$" not in printed.replace(r"\$", "")
    assert "\n" not in printed


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="Tα*_^{}$\\ab+2%", max_size=10))
def test_any_symbol_is_rendered_or_refused(text: str) -> None:
    piece = symbol_piece(text)
    if piece is None:
        return
    for one in (piece, raise_to(piece, TWO), with_index(piece, (ZERO,)), with_index(raise_to(piece, TWO), (ZERO, TWO))):
        assert one.text.count("{") - one.text.count(r"\{") == one.text.count("}") - one.text.count(r"\}")
        assert "$" not in one.text


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("W_Q", "W_{Q}"), ("alpha", r"\alpha"), ("α_t", r"\alpha_{t}"), ("权重", r"\text{权重}"),
        ("weights", r"\mathrm{weights}"),
        ("d_k", "d_{k}"),
        ("W1", "W_{1}"), ("c0", "c_{0}"), ("LSTM", r"\mathrm{LSTM}"), ("W_小", r"W_{\text{小}}"),
        ("inf", r"\infty"), ("pos_norm", r"\mathrm{pos\ norm}"), ("_", r"\_"),
        ("a_b_c", r"a_{\mathrm{b\ c}}"), ("given_result", r"\mathrm{given\ result}"), ("_a", r"\mathrm{\_a}"),
        ("a_", r"\mathrm{a\_}"), ("Δx", r"\mathrm{\Delta x}"), ("x̂", r"\hat{x}"), ("é_1", r"\acute{e}_{1}"),
    ],
)  # fmt: skip
def test_names(name: str, printed: str) -> None:
    assert name_piece(name, {}).text == printed
    assert "<math" in mathml(printed)


@pytest.mark.parametrize(
    ("symbol", "printed", "squared", "indexed"),
    [
        ("T^*", "T^{*}", r"\left(T^{*}\right)^{2}", "T_{0}^{*}"),
        ("h_{jt}", "h_{jt}", "h_{jt}^{2}", "h_{jt, 0}"),
        ("α", "α", "α^{2}", "α_{0}"),
        (r"\hat{y}_i", r"\hat{y}_{i}", r"\hat{y}_{i}^{2}", r"\hat{y}_{i, 0}"),
        (r"x_a^b_c", r"{x_a^b_c}", r"\left({x_a^b_c}\right)^{2}", r"\left({x_a^b_c}\right)_{0}"),
    ],
)
def test_a_symbol_never_doubles_a_script(symbol: str, printed: str, squared: str, indexed: str) -> None:
    piece = symbol_piece(symbol)
    assert piece is not None

    assert [piece.text, raise_to(piece, TWO).text, with_index(piece, (ZERO,)).text] == [printed, squared, indexed]


@pytest.mark.parametrize(
    "symbol", ["", "{", "a}", "$x$", r"\href{a}{b}", "a\nb", r"\def\x{}", "x%y", r"\left(", "^", "_2"]
)
def test_a_symbol_that_could_break_its_formula_is_not_used(symbol: str) -> None:
    assert symbol_piece(symbol) is None or symbol in ("^", "_2")
    assert "<math" in mathml(name_piece("weights", {"weights": symbol}).text)


@pytest.mark.parametrize(
    ("value", "printed"),
    [(0.6, "0.6"), (10000.0, "10000"), (1e-6, "10^{-6}"), (2.5e-9, r"2.5 \cdot 10^{-9}"), (float("inf"), r"\infty")],
)
def test_numbers(value: float, printed: str) -> None:
    assert number_piece(value).text == printed


def test_what_another_example_computed_is_printed_with_its_axes() -> None:
    first = good_run("id: 甲\naxes: {k: 2}\ngiven:\n  w[k]: [1, 2]\n")
    steps = "compute:\n  a[T, k]: w / (T + 1)\n  b: w @ w\n  c[k]: w * w\n"
    run = good_run(f"id: 乙\naxes: {{T: 3}}\nuses: {{w: 甲.w}}\n{steps}", {"甲": first})

    assert [formula(run, step) for step in run.example.steps] == [
        r"a_{T, k} = \frac{w_{k}}{T + 1}", r"b = w \cdot w", r"c = w \odot w",
    ]  # fmt: skip


def test_a_definition_is_printed_once_with_its_parameters() -> None:
    run = good_run(
        "id: 例\nsymbols: {x: z}\ngiven: {x: 2}\ndefine:\n  elu_of(x, k): where(x > 0, x, k * exp(x) - 1)\n"
        "  twice(y): 2 * elu_of(y, 1)\ncompute:\n  a: twice(x)\n"
    )

    assert [definition(run, one) for one in run.example.definitions] == [
        r"\operatorname{elu\_of}\!\left(z, k\right) = \begin{cases} z & z > 0 \\ k e^{z} - 1 & \text{否则} \end{cases}",
        r"\operatorname{twice}\!\left(y\right) = 2 \operatorname{elu\_of}\!\left(y, 1\right)",
    ]

"""Formulas in what MathJax knows beyond our converter's LaTeX: they are typeset, or stay as their source."""

from __future__ import annotations

import re

import pytest

from hostile import guard
from zhixing.show.mathml import FormulaError, mathml
from zhixing.show.mathml_dialect import adapt, read_chemistry
from zhixing.site.math import formula


@pytest.mark.parametrize(
    ("written", "latex"),
    [
        ("H2O", r"\mathrm{H}_{2}\mathrm{O}"),
        ("2H2 + O2 -> 2H2O", r"2\,\mathrm{H}_{2}\ +\ \mathrm{O}_{2}\ \rightarrow \ 2\,\mathrm{H}_{2}\mathrm{O}"),
        ("SO4^2-", r"\mathrm{S}\mathrm{O}_{4}^{2-}"),
        (
            "Na+ + Cl- <=> NaCl v",
            r"\mathrm{Na}^{+}\ +\ \mathrm{Cl}^{-}\ \rightleftharpoons \ \mathrm{Na}\mathrm{Cl}\ \downarrow ",
        ),
        ("A ->[加热][x] B ^", r"\mathrm{A}\ \xrightarrow[\text{x}]{\text{加热}}\ \mathrm{B}\ \uparrow "),
        ("CH3-CH=CH2", r"\mathrm{C}\mathrm{H}_{3}{-}\mathrm{C}\mathrm{H}{=}\mathrm{C}\mathrm{H}_{2}"),
        ("[Fe(CN)6]^{3-}", r"[\mathrm{Fe}(\mathrm{C}\mathrm{N})_{6}]^{3-}"),
        ("CuSO4*5H2O", r"\mathrm{Cu}\mathrm{S}\mathrm{O}_{4}\cdot 5\,\mathrm{H}_{2}\mathrm{O}"),
        ("^{14}C", r"^{14}\mathrm{C}"),
    ],
)
def test_chemistry(written: str, latex: str) -> None:
    assert read_chemistry(written) == f"{{{latex}}}"
    assert mathml(rf"\ce{{{written}}}", display=False).startswith("<math>")


@pytest.mark.parametrize("written", [r"A ->[\Delta] B", "€", "A & B", r"\bond{~}"])
def test_chemistry_that_is_not_known_stays_and_is_a_problem(written: str) -> None:
    assert read_chemistry(written) is None
    with pytest.raises(FormulaError, match="ce"):
        mathml(rf"\ce{{{written}}}", display=False)


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (r"\LaTeX", "LaTeX"),
        (r"\sum_{\substack{i<n\\j}} x", "∑i<njx"),
        (r"\href{https://a.org/%20_x#y}{x^2}", "x2"),
        (r"\require{mhchem}\ce{H+} y", "H+y"),
        (r"a\tag{1}", "a(1)"),
        (r"a\tag*{甲}", "a甲"),
        (r"\begin{align}a\tag{2}\end{align}", "a(2)"),
    ],
)
@pytest.mark.parametrize("display", [False, True])
def test_commands_that_mathjax_knows(latex: str, words: str, display: bool) -> None:
    shown = re.sub(r"<[^<>]*>|\s", "", mathml(latex, display=display)).replace("&lt;", "<")
    assert shown == words


def test_a_tag_stands_at_the_end_of_its_line() -> None:
    assert 'style="width: 100%"' in mathml(r"a\tag{1}", display=True)


@pytest.mark.parametrize("latex", [r"\href{javascript:alert(1)}{x}", r"\href{data:a}{x}", r"\href{x}"])
def test_a_link_to_no_safe_place_stays_source(latex: str) -> None:
    assert 'class="formula-source"' in formula(latex, False)
    assert "href=" not in formula(latex, False)


def test_what_says_nothing_beyond_is_as_it_was() -> None:
    assert adapt(r"\certain \cex \hrefs", display=True) == r"\certain \cex \hrefs"


@pytest.mark.parametrize("piece", [r"\ce{", r"\href{a}", r"\ce{A", r"\tag{", r"\ce{A}", "{", r"\ce{}"])
def test_hostile_formulas_are_read_in_linear_time(piece: str) -> None:
    with guard():
        adapt(r"\ce{H}" + piece * (100_000 // len(piece)), display=True)

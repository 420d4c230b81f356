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
        (r"\begin{cases}a\\b\end{cases}\tag{$*$}", "{ab\u2063(*)"),
        (r"\begin{split}a&=b\\&=c\end{split}", "a=b=c"),
        (r"\begin{equation*}\begin{split}a&=b\end{split}\end{equation*}", "a=b"),
        (r"\begin{alignedat}{2}a&=b&c\end{alignedat}", "a=bc"),
        (r"\begin{aligned}[t]a&=b\end{aligned}", "a=b"),
        (r"\begin{pmatrix*}[r]0&-1\end{pmatrix*}", "(0−1)"),
        (r"\begin{smallmatrix}a&b\end{smallmatrix}", "ab"),
        (r"\pmatrix{a&b\cr c&d}", "(abcd)"),
        (r"\widetilde{AB}\dotsb\dotsc", "AB˜⋯..."),
        (r"\operatorname{\mathrm{mex}} S", "mex&ApplyFunction;S"),
        (r"\operatorname{\mathsf{Comp}}(x)", "𝖢𝗈𝗆𝗉(x)"),
        (r"\mathop{\arg\min}\limits_{x\in X}^n f", "arg&ApplyFunction;minx∈Xnf"),
        (r"\operatorname*{\mathbf{arg}}_x y", "𝐚𝐫𝐠xy"),
        (r"\text{若 $x>0$ 则}y", "若x&gt;0则y"),
        (r"\left<a\right>", "⟨a⟩"),
        (r"\color{#f00}a\textcolor{#00ff00}{b}", "ab"),
        (r"a\mskip{10mu}b\mkern-3mu c", "abc"),
        (r"\unicode{x263a}", "☺"),
        (r"a\approx*b", "a≈∗b"),
        ("a,\\\nb", "a,b"),
        (r"\bbox[yellow]{a}\smash[t]{b}\small c", "abc"),
    ],
)
@pytest.mark.parametrize("display", [False, True])
def test_commands_that_mathjax_knows(latex: str, words: str, display: bool) -> None:
    shown = re.sub(r"<[^<>]*>|\s", "", mathml(latex, display=display)).replace("&lt;", "<")
    assert shown == words


@pytest.mark.parametrize(
    ("latex", "known"),
    [
        (r"\color{#f0a}x", r"\color[HTML]{FF00AA} x"),
        (r"\textcolor{#12ab34}{x}", r"{\color[HTML]{12AB34} x}"),
        (r"a\mkern-3mu b\mspace{18mu}c", r"a\hspace{-0.167em} b\hspace{1.000em}c"),
        (r"\mathop{a}\limits_{x}^n f", r"\overset{n}{\underset{x}{\mathop{a}}} f"),
        (r"\mathop{a}\limits^n_{x} f", r"\overset{n}{\underset{x}{\mathop{a}}} f"),
    ],
)
def test_what_commands_are_written_as(latex: str, known: str) -> None:
    assert adapt(latex, display=False) == known


def test_a_tag_stands_at_the_end_of_its_line() -> None:
    assert 'style="width: 100%"' in mathml(r"a\tag{1}", display=True)


@pytest.mark.parametrize("latex", [r"\href{javascript:alert(1)}{x}", r"\href{data:a}{x}", r"\href{x}"])
def test_a_link_to_no_safe_place_stays_source(latex: str) -> None:
    assert 'class="formula-source"' in formula(latex, False)
    assert "href=" not in formula(latex, False)


def test_limits_of_an_own_operator_stand_below_it() -> None:
    assert "<munder>" in mathml(r"\mathop{\mathrm{mex}}_{a}", display=True)
    assert "<munder>" in mathml(r"\mathop{\mathrm{mex}}\limits_{a}", display=False)
    assert "<msub>" in mathml(r"\mathop{\mathrm{mex}}_{a}", display=False)


@pytest.mark.parametrize(
    "latex",
    [r"\colorbox{red}{a}", r"\begin{CD}A @>>> B\end{CD}", r"\unicode{1}", r"\unicode{x202e}", r"\rule{1em}{2pt}"],
)
def test_what_would_lose_its_meaning_stays_source(latex: str) -> None:
    assert 'class="formula-source"' in formula(latex, False)


@pytest.mark.parametrize(
    ("latex", "offset"),
    [
        (r"\ce{H2O} + \bad", 11),
        (r"\begin{split}a&=\bad b\end{split}", 16),
        (r"\frac{1}{2}\left<a\right>\frac{1}{2}\bad\bad", 36),
        (r"\widetilde{\bad}", 11),
        (r"\left<{a}\right>}b", 16),
        (r"\left<a^2\right>b^2^3", 19),
    ],
)
def test_the_place_of_a_problem_is_that_of_the_formula_as_written(latex: str, offset: int) -> None:
    with pytest.raises(FormulaError) as caught:
        mathml(latex, display=True)
    assert caught.value.offset == offset


def test_what_says_nothing_beyond_is_as_it_was() -> None:
    assert adapt(r"\certain \cex \hrefs", display=True) == r"\certain \cex \hrefs"


@pytest.mark.parametrize(
    "piece",
    [
        r"\ce{",
        r"\href{a}",
        r"\ce{A",
        r"\tag{",
        r"\ce{A}",
        "{",
        r"\ce{}",
        r"\mathop{",
        r"\mathop{a}\limits_",
        r"\text{$",
        r"\text{a}$",
        r"\cases{",
    ],
)
def test_hostile_formulas_are_read_in_linear_time(piece: str) -> None:
    with guard():
        adapt(r"\ce{H}" + piece * (100_000 // len(piece)), display=True)

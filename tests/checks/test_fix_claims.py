"""`--fix-claims` as a property: a value printed in any form, read, and fixed to another leaves all else as it was."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path, PurePosixPath

import hypothesis.strategies as st
from hypothesis import given, settings

from zhixing.claims.backing import Backing
from zhixing.claims.fix import fix_numerals
from zhixing.claims.judge import judge_note
from zhixing.language.model import scalar
from zhixing.language.runs import run_all
from zhixing.numerals.chinese import write_number
from zhixing.numerals.english import write_english
from zhixing.source import Source
from zhixing.vault.note import Note, read_note
from zhixing.vault.vault import Vault

ROUNDS = 50_000 if settings.get_current_profile_name() == "random" else 300
FULL = str.maketrans("0123456789.%-", "０１２３４５６７８９．％－")
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def raised(text: str) -> str:
    mantissa, exponent = text.split("e")
    return f"{mantissa}×10{str(int(exponent)).translate(RAISED)}"


def latex(text: str) -> str:
    mantissa, exponent = text.split("e")
    return rf"${mantissa}\times 10^{{{int(exponent)}}}$"


# Each form prints a number; those that cannot take a sign or a fraction print what they can of it.
FORMS: dict[str, Callable[[float], str]] = {
    "plain": lambda x: f"{x:.2f}",
    "whole": lambda x: f"{x:.0f}",
    "no zero": lambda x: f"{abs(x) % 1:.3f}"[1:],
    "minus": lambda x: f"−{abs(x):.1f}",
    "dash": lambda x: f"–{abs(x):.1f}",
    "负": lambda x: f"负{abs(x):.1f}",
    "minus in words": lambda x: f"minus {abs(x):.1f}",
    "grouped": lambda x: f"{1000 * x:,.0f}",
    "apostrophe": lambda x: f"{1000 * x:,.1f}".replace(",", "'"),
    "no-break": lambda x: f"{1000 * x:,.1f}".replace(",", "\u00a0"),
    "narrow": lambda x: f"{1000 * x:,.1f}".replace(",", "\u202f"),
    "in LaTeX": lambda x: f"${1000 * x:,.0f}$".replace(",", "{,}"),
    "thin in LaTeX": lambda x: f"${1000 * x:,.0f}$".replace(",", r"\,"),
    "percent": lambda x: f"{x:.1f}%",
    "percent apart": lambda x: f"{x:.1f}\u00a0%",
    "percent in words": lambda x: f"{x:.0f} percent",
    "percent in LaTeX": lambda x: rf"${x:.1f}\%$",
    "permille": lambda x: f"{x:.0f}‰",
    "full": lambda x: f"{x:.1f}%".translate(FULL),
    "exponent": lambda x: f"{x:.2e}",
    "raised": lambda x: raised(f"{x:.2e}"),
    "LaTeX": lambda x: latex(f"{x:.2e}"),
    "caret": lambda x: f"{x:.1f}×10^12",
    "fraction": lambda x: f"{abs(round(x)) + 1}/7",
    "LaTeX fraction": lambda x: rf"$\frac{{{abs(round(x)) + 1}}}{{7}}$",
    "½": lambda x: f"{abs(round(x)) % 9 + 1}½",
    "万": lambda x: f"{x:.1f}万",
    "million": lambda x: f"{x:.1f} million",
    "k": lambda x: f"{x:.1f}k",
    "Chinese": lambda x: write_number(Decimal(round(x))),
    "Chinese decimals": lambda x: write_number(Decimal(f"{x:.1f}")),
    "成": lambda x: f"{'一二三四五六七八九'[abs(round(x)) % 9]}成",
    "分之": lambda x: f"七分之{write_number(Decimal(abs(round(x)) % 99 + 1))}",
    "又": lambda x: f"{write_number(Decimal(abs(round(x)) % 99 + 1))}又二分之一",
    "百分之": lambda x: f"百分之{write_number(Decimal(abs(round(x))))}",
    "English": lambda x: write_english(abs(round(x))) or "three",
    "English percent": lambda x: f"{write_english(abs(round(x)))} percent",
    "English fraction": lambda x: "two thirds" if x > 0 else "half",
    "∞": lambda x: "∞" if x > 0 else "-inf",
    "NaN": lambda _: "NaN",
}
# Numbers of which the tail alone is another number: nothing of them may be read, and nothing rewritten.
WHOLE_OR_NOT: dict[str, Callable[[float], str]] = {
    "space": lambda x: f"{abs(round(x)) % 999 + 1} {abs(round(7 * x)) % 900 + 100}",
    "euro": lambda x: f"€{abs(round(x)) % 999 + 1} {abs(round(7 * x)) % 900 + 100}.25",
    "comma": lambda x: f"{abs(round(x))},{abs(round(7 * x)) % 90}",
    "comma percent": lambda x: f"{abs(round(x))},2 %",
    "mixed": lambda x: f"{abs(round(x))} 1/2",
    "range": lambda x: f"{abs(round(x))}~{abs(round(x)) + 2}",
    "dash": lambda x: f"{abs(round(x))}–{abs(round(x)) + 2}",
    "time": lambda x: f"{abs(round(x)) % 24}:{abs(round(7 * x)) % 50 + 10}",
    "date": lambda x: f"2024-{abs(round(x)) % 12 + 1:02}-05",
    "slashes": lambda x: f"2024/{abs(round(x)) % 12 + 1}/2",
    "bound": lambda x: f"<{x:.1f}",
    "power": lambda x: f"x^{abs(round(x))}",
    "power in LaTeX": lambda x: f"$x^{{{abs(round(x))}}}$",
    "error": lambda x: f"{x:.1f}±0.5",
    "mixed manners": lambda x: f"{abs(round(x)) % 9 + 1}万{abs(round(x)) % 9 + 1}千",
}
BEFORE = st.sampled_from(
    ["是 ", "是", "约 ", "about ", "（", "“", "则 x = ", "共", "€", "- ", "> ", "**重** ", "见 [[甲]]，"]
)
BEHIND = st.sampled_from(["", " kg", " 倍", "。", ")", "左右", " years", "\u00a0m/s²"])
MARKS = st.sampled_from(["{}", "{}", "**{}**", "=={}==", "“{}”", "<b>{}</b>"])
VALUES = st.one_of(
    st.floats(-1e6, 1e6), st.integers(-2000, 2000).map(float), st.integers(1, 99).map(lambda n: n / 100),
    st.sampled_from([math.inf, -math.inf, math.nan, 0.0, 1e-9, 3e21]),
)  # fmt: skip
PRINTED = st.one_of(st.floats(-999, 999), st.integers(-999, 999).map(float))


def _home() -> Backing:
    note = read_note(Source("例.md", "```yaml example\nid: 例\ngiven: {v: 1}\n```\n"), PurePosixPath("例.md"))
    return Backing.of(run_all(Vault(Path(), {note.path: note}, ())))


HOME = _home()


def backing(value: float) -> Backing:
    """Return what backs a claim of `例.v` where it is this value."""
    return replace(HOME, runs={"例": replace(HOME.runs["例"], quantities={"v": scalar(value)})})


def read(text: str) -> Note:
    return read_note(Source("a.md", text), PurePosixPath("a.md"))


@settings(max_examples=ROUNDS)
@given(st.sampled_from(sorted(FORMS)), PRINTED, VALUES, BEFORE, BEHIND, MARKS)
def test_a_fix_writes_the_value_and_nothing_else(
    form: str, printed: float, value: float, before: str, behind: str, marks: str
) -> None:
    number = marks.format(FORMS[form](printed))
    text = f"{before}{number}{behind}<!--= 例.v -->，完。\n"
    now = backing(value)
    note = read(text)
    once = fix_numerals(note, now)
    again = read(once)

    (old,) = judge_note(note, now)
    (new,) = judge_note(again, now)
    assert fix_numerals(again, now) == once
    if once == text:
        return
    assert old.code is not None
    assert new.code is None
    assert old.claim.bound is not None
    start, end = old.claim.bound.span.start, len(text) - old.claim.bound.span.end
    assert once[:start] == text[:start]
    assert once[len(once) - end :] == text[len(text) - end :]
    written = once[start : len(once) - end]
    assert _naive(written) is None or math.isclose(_naive(written) or 0.0, value, rel_tol=0.5, abs_tol=0.5), written


def _naive(text: str) -> float | None:
    """Return the value of the plainest forms, read by another way; None for the others."""
    plain = re.sub(r"(?<=\d)[,'\u00a0\u202f](?=\d{3})", "", text).replace("−", "-").replace("–", "-")
    if re.fullmatch(r"-?\d+(\.\d+)?%?", plain):
        return float(plain.rstrip("%")) / (100 if plain.endswith("%") else 1)
    return None


@settings(max_examples=ROUNDS // 10)
@given(st.sampled_from(sorted(FORMS)), PRINTED, VALUES)
def test_most_figures_are_fixed(form: str, printed: float, value: float) -> None:
    now = backing(value)
    text = f"是 {FORMS[form](printed)}<!--= 例.v -->。\n"

    (judged,) = judge_note(read(fix_numerals(read(text), now)), now)

    # What a formula cannot hold stays a problem.
    assert judged.code is None or "$" in text


@settings(max_examples=ROUNDS // 10)
@given(st.sampled_from(sorted(WHOLE_OR_NOT)), PRINTED, VALUES, BEFORE, BEHIND)
def test_what_is_not_read_whole_is_refused_and_left_alone(
    form: str, printed: float, value: float, before: str, behind: str
) -> None:
    text = f"{before}{WHOLE_OR_NOT[form](printed)}{behind}<!--= 例.v -->，完。\n"
    now = backing(value)

    (judged,) = judge_note(read(text), now)

    assert judged.code is not None
    assert fix_numerals(read(text), now) == text

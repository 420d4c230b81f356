"""Numerals: what they say, how far they reach, which of them count in prose, and rewriting them in their own manner."""

from __future__ import annotations

import re
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from casefile import Case, cases
from zhixing.markdown.claims import find_claims
from zhixing.markdown.reading import Reading
from zhixing.numerals.bound import Fragment
from zhixing.numerals.chinese import read_number, write_number
from zhixing.numerals.read import Numeral, last_numeral, numerals
from zhixing.numerals.rewrite import rewrite
from zhixing.source import Source, Span


def one(text: str) -> Numeral:
    found = last_numeral(text, len(text))
    assert found is not None, text
    return found


def shown(found: Numeral | Fragment | None) -> str:
    if found is None:
        return "无"
    if isinstance(found, Fragment):
        return f"{found.text} 不整：{found.fix}"
    return f"{found.value:.9g} ± {found.tolerance:.6g} {found.manner}{' 约' if found.about else ''}"


@pytest.mark.parametrize("case", cases("numerals.md"))
def test_the_last_numeral(case: Case) -> None:
    text = case.given.rstrip("\n")
    claims = find_claims(Reading(Source("a.md", f"{text}<!--= a.x -->"))).named
    bound = claims[0].bound if claims else None
    found = bound if isinstance(bound, Numeral | Fragment) else None

    case.check(f"{shown(found)}\n")
    assert found is None or found.span.of(text) == found.text


@pytest.mark.parametrize(
    ("text", "value"), [("3 万个", 3e4), ("3 万能", 3), ("3 万事", 3), ("3万分", 3e4), ("5 千米", 5)]
)
def test_a_unit_behind_a_space(text: str, value: float) -> None:
    assert [numeral.value for numeral in numerals(text)] == [value]


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("8", [8, 8.000001, 7.999999], [8.00001, 7.9, 8.4]),
        ("0.8", [0.75, 0.8, 0.85], [0.7499, 0.8501]),
        ("615,440", [615440], [615440.5, 615441]),
        ("40%", [0.4], [0.404, 0.39]),
        ("40.0%", [0.3995, 0.4005], [0.399]),
        ("约8", [7.5, 8.5], [7.49, 8.51]),
        ("约0.8", [0.7, 0.9], [0.69]),
        ("约40%", [0.35, 0.42, 0.45], [0.349]),
        ("约1200", [1150, 1234, 1250], [1149]),
        ("约100", [80, 120], [79, 121]),
        ("约四百万", [4.2e6], [4.6e6]),
        ("约1万", [8000, 12000], [7999]),
        ("about 9%", [0.0917], [0.0967]),
        ("1.2 million", [1.15e6, 1.25e6], [1.14e6]),
        ("½", [0.5], [0.51]),
        ("nan", [float("nan")], [0.0, float("inf")]),
        ("three", [3], [3.1]),
        ("约三分之一", [0.32, 0.349], [0.31, 0.36]),
        ("1/3", [0.3333333333], [0.33333]),
        ("3万", [30000], [30001]),
        ("约3万", [25000, 35000], [24999]),
        ("5×10²¹", [4.5e21, 5.5e21], [5.6e21]),
        ("∞", [float("inf")], [float("-inf"), 1e308, float("nan")]),
        ("0", [0, 1e-7], [1e-4, float("nan")]),
    ],
)
def test_what_a_numeral_accepts(text: str, inside: list[float], outside: list[float]) -> None:
    assert [value for value in inside if not one(text).accepts(value)] == []
    assert [value for value in outside if one(text).accepts(value)] == []


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("0.8", 0.7249, "0.7"), ("0.80", 0.7249, "0.72"), ("-0.5", 0.25, "0.2"), ("−0.98", -0.5, "−0.50"),
        ("615,440", 1234567, "1,234,567"), ("615{,}440", 2000, "2{,}000"), ("40%", 0.398, "39.8%"),
        (r"40\%", 0.38, r"38\%"), ("４０％", 0.45, "４５％"), ("６．０", 7.25, "７．２"), ("6.8e-3", 0.071, "7.1e-2"),
        ("5.185×10²¹", 6.1e-22, "6.100×10⁻²²"), (r"5.2\times 10^{21}", 1e-3, r"1.0\times 10^{-3}"),
        ("10⁶", 1e7, "1×10⁷"),
        ("8/3", 1.5, "3/2"), ("8 / 3", -0.2, "-1 / 5"), (r"\frac{8}{3}", 0.6, r"\frac{3}{5}"), ("3万", 45000, "4.5万"),
        ("1746 亿", 2e11, "2000 亿"), (", -4", 3, "3"),
        ("1.5亿", 3.21e8, "3.2亿"), ("八", 12, "十二"), ("八", 8.4, "八点四"), ("两", 3, "三"), ("六成", 0.7, "七成"),
        ("六成", 0.65, "六成五"), ("6成", 0.7, "7成"), ("三分之一", 0.4, "五分之二"),
        ("百分之四十", 0.55, "百分之五十五"),
        ("一半", 0.25, "四分之一"), ("三分之一", 3.14159, "3.142"), ("8", 7.9996, "8.0"), ("0", 1e-5, "0.00001"),
        ("8", float("inf"), "∞"), ("约8", 9.2, "9"), ("约六成", 0.72, "七成"), ("8", 8.0000001, "8"), ("-3", 3, "3"),
        ("0.1", -0.02, "0.0"), ("1/3", 1 / 3 + 1e-4, "0.3334"),
    ],
)  # fmt: skip
def test_rewriting_keeps_the_manner(text: str, value: float, expected: str) -> None:
    assert rewrite(one(text), value) == expected


MANNERS = {
    "plain": st.tuples(st.integers(0, 10**7), st.integers(0, 4)).map(lambda p: f"{p[0] / 7:.{p[1]}f}"),
    "grouped": st.integers(1000, 10**9).map(lambda n: f"{n:,}"),
    "percent": st.integers(0, 1000).map(lambda n: f"{n / 10}%"),
    "power": st.integers(-9, 9).map(lambda n: f"2.50e{n}"),
    "raised": st.integers(-9, 20).map(
        lambda n: f"2.5×10{str(n).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    ),
    "latex": st.integers(-9, 20).map(lambda n: rf"2.5\times 10^{{{n}}}"),
    "fraction": st.tuples(st.integers(1, 40), st.integers(2, 40)).map(lambda p: f"{p[0]}/{p[1]}"),
    "unit": st.integers(1, 999).map(lambda n: f"{n / 10}万"),
    "chinese": st.integers(1, 10**8).map(lambda n: write_number(Decimal(n))),
    "full": st.integers(0, 999).map(lambda n: str(n).translate(str.maketrans("0123456789", "０１２３４５６７８９"))),
}
TEXTS = st.sampled_from(sorted(MANNERS)).flatmap(lambda name: MANNERS[name])
VALUES = st.one_of(st.floats(-1e9, 1e9), st.integers(-1000, 1000).map(float), st.integers(1, 99).map(lambda n: n / 100))
FILLER = st.text(alphabet="的是，。 得到“”", max_size=6)


@settings(deadline=None, max_examples=500)
@given(TEXTS, VALUES, FILLER, FILLER, st.booleans())
def test_a_rewritten_numeral_says_the_value_and_nothing_else_changes(
    text: str, value: float, before: str, after: str, about: bool
) -> None:
    note = f"{before}{'约' if about else ''}{text}{after}"
    end = len(note) - len(after)
    old = last_numeral(note, end)
    assert old is not None
    assert old.span.end == end
    fixed = note[: old.span.start] + rewrite(old, value) + note[old.span.end :]
    new = last_numeral(fixed, len(fixed) - len(after))

    assert new is not None
    assert new.accepts(value)
    assert (fixed[: new.span.start], fixed[new.span.end :]) == (note[: old.span.start], note[old.span.end :])
    assert rewrite(new, value) == new.text


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 10**15))
def test_chinese_numbers_read_back(value: int) -> None:
    assert read_number(write_number(Decimal(value))) == value


PROSE = """
2024-01-15 起，输入 28×28，卷积核 3×3 只有 10 个参数，全连接有 615,440 个；GPT-3 于 2020 年发布，Bahdanau 2014–15，
（2017），arXiv:1706.03762，Python 3.11.7，图 3、表 2，[12]，float32 到 88.7228 为止；约 40%，第 3 章，3D，2-gram，
16GB，-0.5 与 3-5，比例 0.4，6.8e-3，12:30，1/3，5.2×10²¹，十二个，2014 年 9 月 1 日，W_1，x2
"""


def test_the_numerals_that_count() -> None:
    found = [numeral.text for numeral in numerals(PROSE)]

    counted = [
        "28",
        "28",
        "3",
        "3",
        "10",
        "615,440",
        "88.7228",
        "40%",
        "-0.5",
        "3",
        "5",
        "0.4",
        "6.8e-3",
        "1/3",
        "5.2×10²¹",
    ]
    assert found == counted
    assert [numeral.span.of(PROSE) for numeral in numerals(PROSE)] == found


def test_a_list_number_counts_only_behind_the_start_of_a_line() -> None:
    assert [n.text for n in numerals("1. 共 8 个")] == ["8"]
    assert [n.text for n in numerals("共 1. 8", Span(2, 6))] == ["1", "8"]


HOSTILE = [
    "1" * 100_000, "1," * 50_000, "0." * 50_000, "1/" * 50_000, "a-" * 50_000, "一" * 100_000, "三分之" * 30_000,
    "1 " * 50_000, "10^{" * 25_000, "×10²" * 25_000, "(" * 100_000, "Abc " * 25_000, "2014-" * 20_000, "$" * 100_000,
    "&lt;" * 25_000, "*" * 100_000, "1.2.3." * 16_000, "[" * 100_000, "年" * 100_000,
    "[^a" * 30_000, " " * 100_000 + "年",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:6]))
def test_hostile_lines_are_read_in_linear_time(text: str) -> None:
    for numeral in numerals(text):
        assert numeral.span.of(text) == numeral.text
    last_numeral(text, len(text))


def test_rewriting_takes_only_digits_and_their_signs() -> None:
    unit = re.compile(r"[^\d.,−+-]+\Z")
    for text, value in (("3.5万", 9e4), ("40%", 0.1), ("6成", 0.3)):
        assert unit.findall(rewrite(one(text), value)) == unit.findall(text)

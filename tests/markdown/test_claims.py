"""Claims: which markers are claims, what each binds, and that claims written are claims found."""

from __future__ import annotations

import re
from collections.abc import Sequence

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from casefile import Case, cases
from zhixing.markdown.claims import Claim, ClaimedWord, find_claims
from zhixing.markdown.reading import Reading
from zhixing.numerals.bound import Fragment
from zhixing.numerals.read import Numeral
from zhixing.numerals.rewrite import rewrite
from zhixing.source import Source


def shown(claim: Claim) -> str:
    name = claim.reference or f"免 {claim.waived}"
    bound = claim.bound
    if isinstance(bound, Fragment):
        return f"{name} | {bound.text} | 不整：{bound.fix}"
    if isinstance(bound, Numeral):
        return f"{name} | {bound.text} | 数 {bound.value:.6g}"
    return f"{name} | {bound.text} | {'词' if bound.marked else '裸词'}" if bound else f"{name} |"


@pytest.mark.parametrize("case", cases("claims.md"))
def test_claims_of_a_note(case: Case) -> None:
    source = Source("claims.md", case.given)
    found = find_claims(Reading(source))
    claims, problems = found.named, list(found.problems)

    case.check("".join(f"{line}\n" for line in [*map(shown, claims), *map(str, problems)]))
    for claim in claims:
        assert claim.span.of(source.text).startswith("<!--=")
        written = claim.bound.span.of(source.text) if claim.bound else ""
        markup = re.search(r"[\\&`*\n]", written) or "[[" in source.text
        assert claim.bound is None or markup or written == claim.bound.text


@pytest.mark.parametrize(
    ("text", "answer", "says"),
    [
        ("**小明**", "小明", True), ("**小明们**", "小明", False), ("指向小明", "小明", True),
        ("指向小明们", "小明", False), ("小明", "", False), ("**不是小明**", "小明", False),
        ("&lt;BOS&gt;", "<BOS>", True),
        ("**“小明”**", "小明", True), ("**“小明”**", "“小明”", True), ("“《小明》”", "《小明》", True),
        ("*看 **小明***", "看 小明", True), ("*看 **小明***", "看", False), (r"\*小明\*", "小明", False),
        (r"\*小明\*", "*小明*", True), (r"a\_b", "a_b", True), ("<b>小明</b>", "小明", True),
        ("“我、爱、中国”", "我、爱、中国", True), ("**中,  右**", "中, 右", True), ("**词3**", "词3", True),
        ("得词3", "词3", True),
    ],
)  # fmt: skip
def test_what_a_word_says(text: str, answer: str, says: bool) -> None:
    found = find_claims(Reading(Source("a.md", f"答案 {text}<!--= a.x -->。")))
    claims, problems = found.named, list(found.problems)
    word = claims[0].word

    assert problems == []
    assert word is not None
    assert word.says(answer) is says


NUMERALS = st.sampled_from(
    ["0.8", "−0.5", "615,440", "40%", "6.8e-3", "5.2×10²¹", "8/3", "3万", "八", "六成", "三分之一", "$x = 8$"]
)
WORDS = st.sampled_from(["**小明**", "*他*", "==我==", "“中国”", "`cat`", "「爱」"])
NAMES = st.sampled_from(["甲.x", '指代.weights["小明"]', "a.b.c[0, 1]", "免: 常识"])
FILLER = st.text(alphabet="的是，。得到与 \n", max_size=8).filter(lambda text: "\n\n" not in text)
DECOYS = st.sampled_from([
    "`0.8<!--= 假 -->`", "%%八<!--= 假 -->%%", "与 <!-- 八 -->", "与 <!-- 八 <!--= 假 -->",
    "\n\n```\n八<!--= 假 -->\n```\n\n", "\n\n$$\n8 <!-- 假 -->\n$$\n\n",
])  # fmt: skip
PARTS = st.lists(st.tuples(FILLER, st.none() | DECOYS, NUMERALS | WORDS, NAMES), max_size=6)
HEADS = ["", "- ", "> ", "1. ", "> [!note] ", "---\na: 0.8<!-- 假 -->\n---\n\n", "# 八\n\n"]


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(HEADS), PARTS, st.data())
def test_claims_written_are_claims_found(
    head: str, parts: list[tuple[str, str | None, str, str]], data: st.DataObject
) -> None:
    text = f"{head}起"
    written = []
    for filler, decoy, bound, name in parts:
        text += f"{filler}{decoy or ''}得 {bound}<!--= {name} -->"
        written.append((name.partition(": ")[2] if name.startswith("免") else name, bound))
    source = Source("a.md", text)
    found = find_claims(Reading(source))
    claims, problems = found.named, list(found.problems)

    assert problems == []
    assert [claim.reference or claim.waived for claim in claims] == [name for name, _ in written]
    for claim, (_, bound) in zip(claims, written, strict=True):
        assert claim.bound is not None
        assert claim.bound.text in bound
        assert claim.bound.span.of(text) == claim.bound.text
    _fix_changes_only_figures(source, claims, data.draw(st.floats(-100, 100)))


def _fix_changes_only_figures(source: Source, claims: Sequence[Claim], value: float) -> None:
    """Write a value into every claim, find the claims again, and see that nothing but the numerals differs."""
    figures = [claim.bound for claim in claims if isinstance(claim.bound, Numeral)]
    fixed, rest, at = "", [], 0
    for figure in figures:
        rest.append(source.text[at : figure.span.start])
        fixed += rest[-1] + rewrite(figure, value)
        at = figure.span.end
    fixed += source.text[at:]
    after = find_claims(Reading(Source("a.md", fixed)))
    again, problems = after.named, list(after.problems)
    found = [claim.bound for claim in again if isinstance(claim.bound, Numeral)]

    assert problems == []
    assert [claim.reference for claim in again] == [claim.reference for claim in claims]
    assert all(figure.accepts(value) for figure in found)
    places = [0, *(figure.span.end for figure in found)]
    assert [fixed[start : figure.span.start] for start, figure in zip(places, found, strict=False)] == rest


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["<!--" * 25_000, "得\n" * 20_000 + "8<!--= a.x -->", "8<!--= a.x -->\n" * 5000, "<!--= -->" * 10_000,
     "“" * 100_000 + "8”<!--= a.x -->", "<div>" + "<!--=" * 20_000,
     "得" * 100_000 + "<!--= a.x -->", "得 8" + "<!--= a.x -->" * 5000],
    ids=lambda text: repr(text[:8]),
)  # fmt: skip
def test_hostile_notes_are_read_in_linear_time(text: str) -> None:
    found = find_claims(Reading(Source("a.md", text)))
    claims, problems = found.named, list(found.problems)

    assert len(claims) + len(problems) <= text.count("<!--=")


@pytest.mark.slow
def test_a_note_of_many_claims_is_read_in_linear_time() -> None:
    text = "得 0.8<!--= 甲.x -->，**小明**<!--= 甲.y -->；" * 4000
    found = find_claims(Reading(Source("a.md", text)))
    claims, problems = found.named, list(found.problems)

    assert (len(claims), problems) == (8000, [])
    assert isinstance(claims[-1].bound, ClaimedWord)

"""Results go where they belong, and nowhere else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefile import Case, cases
from zhixing.markdown.blocks import Kind, scan
from zhixing.markdown.comparison import comparison_form
from zhixing.markdown.generated import read_generated
from zhixing.markdown.reading import Reading
from zhixing.problems import Code
from zhixing.source import Source
from zhixing.weave.regions import Target, Verdict, Woven, checksum, weave


def targets(text: str) -> dict[str, Target]:
    """In these tests the body of an example stands in its block, below its id."""
    found = {}
    for region in scan(text):
        if region.kind is Kind.FENCE and region.info == "yaml example":
            lines = "".join(line.of(text) for line in region.lines).splitlines()
            found[lines[0].removeprefix("id: ")] = Target(region.span, "\n".join(lines[1:]))
    return found


def run(text: str, *, accept: bool = False) -> Woven:
    return weave(Reading(Source("注.md", text)), targets(text), accept=accept)


def checked(text: str) -> str:
    """Work out the checksums that a case writes as CHECK(text)."""
    return re.sub(r"CHECK\((.*?)\)", lambda found: checksum(found[1].replace("\\n", "\n")), text)


def unchecked(text: str, case: Case) -> str:
    """Write the checksums of what a case names as CHECK(text) that way."""
    for name in re.findall(r"CHECK\((.*?)\)", case.given + case.expected):
        text = text.replace(checksum(name.replace("\\n", "\n")), f"CHECK({name})")
    return text


@pytest.mark.parametrize("case", cases("weave.md"))
def test_case(case: Case) -> None:
    woven = run(checked(case.given))

    shown = woven.text + "".join(f"! {problem}\n" for problem in woven.problems)
    case.check(unchecked(shown, case))
    assert run(woven.text).text == woven.text


STALE = "```yaml example\nid: x\n新\n```\n\n<!-- zhixing:begin x -->\n\n旧\n\n<!-- zhixing:end {} -->\n"


def test_accept_overwrites_an_edited_region_and_says_nothing() -> None:
    text = STALE.format("00000000")

    assert [p.code for p in run(text).problems] == [Code.REGION_EDITED]
    accepted = run(text, accept=True)
    assert accepted.problems == ()
    assert accepted.verdicts == {"x": Verdict.EDITED}
    assert "旧" not in accepted.text


def test_a_declared_example_without_a_body_keeps_its_region() -> None:
    text = STALE.format("00000000")

    woven = weave(Reading(Source("注.md", text)), {}, declared={"x"})

    assert (woven.text, woven.problems) == (text, ())


def test_crlf_and_byte_order_mark_are_kept() -> None:
    text = "\ufeff# 题\n\n" + STALE.format(checksum("旧")) + "\n后文\n"
    crlf = text.replace("\n", "\r\n")

    woven = run(crlf).text

    assert woven == run(text).text.replace("\n", "\r\n")
    assert woven.startswith("\ufeff# 题\r\n")
    assert "\r\n新\r\n" in woven.partition("zhixing:begin")[2]


def test_a_body_that_would_not_read_back_is_not_written() -> None:
    text = "```yaml example\nid: x\n```\n"

    woven = weave(Reading(Source("注.md", text)), {"x": Target(targets(text)["x"].span, "````\n开着的代码块")})

    assert woven.text == text
    assert [p.code for p in woven.problems][-1] is Code.REGION_BROKEN


LINES = st.sampled_from(
    [
        "", "文字", "- 项", "  续", "> 引", "# 题", "```", "~~~", "$$", "%%", "---", "| a | b |", "| --- | --- |",
        "<!-- zhixing:begin x -->", "<!-- zhixing:begin y -->", f"<!-- zhixing:end {checksum('旧')} -->", "旧", "<div>",
        "<!-- 注", "-->", "\tx", "```yaml example\nid: x\n新\n```", "```yaml example\nid: y\n甲\n\n乙\n```", "\ufeff",
    ]
)  # fmt: skip
NOTES = st.builds(
    lambda lines, newline: newline.join(lines).replace("\n", newline), st.lists(LINES), st.sampled_from(["\n", "\r\n"])
)


def outside(text: str) -> list[str]:
    """The text between regions."""
    found, _ = read_generated(Source("", text))
    starts = [0, *(one.span.end for one in found)]
    ends = [*(one.span.start for one in found), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


@settings(deadline=None, max_examples=400)
@given(NOTES, st.booleans())
def test_prose_is_untouched_and_weaving_twice_changes_nothing(text: str, accept: bool) -> None:
    woven = run(text, accept=accept)

    again = run(woven.text, accept=accept)
    assert again.text == woven.text
    # A first result brings at most blank lines with it; all else is byte for byte as it was.
    assert (
        re.sub(r"[\r\n]+", "\n", "\n".join(outside(woven.text))).strip()
        == re.sub(r"[\r\n]+", "\n", "\n".join(outside(text))).strip()
    )
    if Verdict.MISSING not in woven.verdicts.values():
        assert outside(woven.text) == outside(text)
    for name, target in targets(text).items():
        if woven.verdicts.get(name) in {Verdict.MISSING, Verdict.STALE, Verdict.FRESH}:
            region = next((one for one in read_generated(Source("", woven.text))[0] if one.id == name), None)
            assert region is None or comparison_form(region.body.of(woven.text)) == comparison_form(target.body)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 40), st.text(alphabet="甲 |-a1\n", max_size=8))
def test_any_edit_inside_a_region_is_noticed(at: int, typed: str) -> None:
    text = run("```yaml example\nid: x\n| 键 | 值 |\n| --- | --- |\n| 甲 | 8 |\n```\n").text
    region = read_generated(Source("", text))[0][0]
    place = min(region.body.start + 1 + at, region.body.end)
    edited = text[:place] + typed + text[place:]

    woven = run(edited)

    if comparison_form(edited[region.body.start : region.body.end + len(typed)]) != comparison_form(
        region.body.of(text)
    ):
        assert woven.text == edited
        assert {p.code for p in woven.problems} <= {Code.REGION_EDITED, Code.REGION_BROKEN}
        assert woven.problems


@pytest.mark.slow
def test_a_hostile_note_takes_time_in_proportion() -> None:
    pairs = "".join(f"<!-- zhixing:begin {n} -->\n<!-- zhixing:end 0 -->\n文\n" for n in range(4000))
    opened = "<!-- zhixing:begin x -->\n" * 8000

    assert len(run(pairs).problems) == 4000
    assert len(run(opened).problems) == 8000
    assert run("<!-- " + "zhixing:begin " * 10_000 + "x").problems == ()

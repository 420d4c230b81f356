"""Frontmatter: values by their text, every spelling of links, a place for each key and each mistake."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefile import Case, cases
from hostile import guard
from zhixing.markdown.blocks import scan
from zhixing.markdown.frontmatter import Frontmatter, read_frontmatter
from zhixing.source import Source


def read(text: str) -> tuple[Frontmatter, list[str]]:
    source = Source("n.md", text)
    frontmatter, problems = read_frontmatter(source, scan(text))
    return frontmatter, [str(problem) for problem in problems]


def describe(text: str) -> str:
    frontmatter, problems = read(text)
    lines = [f"{key}: {field.value!r}" for key, field in frontmatter.fields.items()]
    return "".join(f"{line}\n" for line in [*lines, *problems])


@pytest.mark.parametrize("case", cases("frontmatter.md"))
def test_case(case: Case) -> None:
    case.check(describe(f"---\n{case.given}---\n"))


@pytest.mark.parametrize("text", ["", "# 题\n", "---\n\n", "---\n---\n文\n", "\n---\na: 1\n---\n"])
def test_a_note_may_have_none(text: str) -> None:
    frontmatter, problems = read(text)
    assert not frontmatter.fields
    assert not problems


SPELLINGS = (
    '["甲", "乙"]',
    '[["甲"], ["乙"]]',
    "[[[甲]], [[乙]]]",
    '\n  - "[[甲]]"\n  - [[乙]]',
    "\n- 甲\n- '[[乙]]'",
    "[甲, 乙]",
)


@pytest.mark.parametrize("value", SPELLINGS)
def test_every_spelling_of_a_list_of_links_is_read(value: str) -> None:
    text = f"---\nrelated: {value}\n---\n"
    links = read(text)[0].fields["related"].wikilinks(text)
    assert [link.path for link, _ in links] == ["甲", "乙"]
    assert ["甲" in span.of(text) for _, span in links] == [True, False]


@pytest.mark.parametrize(
    ("value", "path", "display"),
    [
        ("[[甲]]", "甲", ""),
        ('"[[甲|文]]"', "甲", "文"),
        ("[[甲|文]]", "甲", "文"),
        ("[[甲, 乙]]", "甲, 乙", ""),
        ("甲 乙", "甲 乙", ""),
    ],
)
def test_one_link_may_stand_without_a_list(value: str, path: str, display: str) -> None:
    text = f"---\nrequires: {value}\n---\n"
    ((link, span),) = read(text)[0].fields["requires"].wikilinks(text)
    assert (link.path, link.display, span.of(text)) == (path, display, value)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_keys_and_items_know_their_places(newline: str) -> None:
    text = newline.join(["\ufeff---", "标题: '甲'", "tags:", "  - 数学", '  - "a b"', "空:", "---", "文"])
    fields = read(text)[0].fields
    assert [field.key_span.of(text) for field in fields.values()] == ["标题", "tags", "空"]
    assert fields["标题"].value_span.of(text) == "'甲'"
    assert [(item.text, item.span.of(text)) for item in fields["tags"].items] == [("数学", "数学"), ("a b", '"a b"')]
    assert fields["空"].value is None
    assert fields["空"].items == ()


@given(st.text(alphabet="a甲:-[]{}&*!|>'\"#,\n\t @`%?\x00\u2028", max_size=30))
@settings(deadline=None, max_examples=300)
def test_any_text_gives_fields_or_a_problem_inside_it(text: str) -> None:
    source = Source("n.md", f"---\n{text}\n---\n")
    frontmatter, problems = read_frontmatter(source, scan(source.text))
    for problem in problems:
        assert 1 < problem.line <= source.text.count("\n") + 1
    spans = [span for field in frontmatter.fields.values() for span in (field.key_span, field.value_span)]
    assert all(frontmatter.span.start <= span.start <= span.end <= frontmatter.span.end for span in spans)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["[", "{a: ", "- ", "? ", "a: &a [*a, *a]\n", "'", "a: b\n", "  ", "\t", "!!x ", "[["]
)
def test_hostile_yaml_is_refused_in_time(piece: str) -> None:
    with guard():
        read("---\n" + piece * (99_000 // len(piece)) + "\n---\n")
        _, problems = read("---\n" + piece * (200_000 // len(piece)) + "\n---\n")
    assert problems

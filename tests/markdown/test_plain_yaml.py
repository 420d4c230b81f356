"""Plain YAML is read as the parser of YAML reads it, or left to it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.markdown.plain_yaml import read_plain_yaml
from zhixing.markdown.yaml import FRONTMATTER, read_yaml
from zhixing.source import Source, Span

BEFORE = "---\n"
KEYS = ("title", "甲", "a-b", "a_1", "a b", "1a", "-", "true", "<<", "a:", "'a'", "publish", "?", "#a", "")
VALUES = (
    *("", "甲", "甲 乙", "a  b", "true", "~", "null", "2024-01-01", "12:30", "http://a/b", "a, b", "a [b]", "1.5"),
    *('"[[甲]]"', "'甲'", '""', "''", '"a: b # c"', "'it''s'", '"a\\n"', '"甲" 乙', '"甲', "'甲", '" a "', "a'b"),
    *(
        "[]",
        "[ a]",
        "[a,b]",
        "[a,  b]",
        "[甲, 'b', \"c, d\"]",
        "[a, b",
        "[a b , c]",
        "[a,]",
        "[a:b]",
        "[a b]",
        "[a] b",
        "[-a]",
    ),
    *("[a, b]", "[[甲]]", "{a: 1}", "a: b", "a:", "a :b", "a #b", "a#b", " x", "x ", "x\t", "x\ty", "\tx"),
    *("&a x", "*a", "!t x", "|", ">", ">-", "- a", "-a", "a - b", "%a", "@a", "`a`", "?a", "? a", ":a", "---"),
    *(
        "，",
        "：",
        "甲：乙",
        "\u3000甲",
        "甲\u3000",
        "\xa0x",
        "x\xa0",
        "x\x85y",
        "x\u2028y",
        "\ufeffx",
        "x\x07",
        "\U0001f600",
    ),
)
KEY, VALUE = st.sampled_from(KEYS), st.sampled_from(VALUES)
PAIR = st.builds("{}:{}{}".format, KEY, st.sampled_from([" ", " ", " ", "  ", ""]), VALUE)
LIST = st.builds(
    "{}:{}{}".format,
    KEY,
    st.just("\n"),
    st.lists(
        st.builds("{}-{}{}".format, st.sampled_from(["  ", "  ", "  ", " ", ""]), st.sampled_from([" ", ""]), VALUE),
        max_size=3,
    ).map("\n".join),
)
LISTED = st.lists(VALUE, max_size=3).map(lambda values: f"a: [{', '.join(values)}]")
LINES = st.lists(st.one_of(PAIR, LIST, LISTED, st.sampled_from(["", "# 注", "  - 甲", "---", "甲"])), max_size=5)


def read_both(yaml: str) -> bool:
    """Return whether YAML is read as plain; it is then what the parser reads."""
    text = f"{BEFORE}{yaml}---\n文\n"
    content = Span(len(BEFORE), len(BEFORE) + len(yaml))
    found = read_plain_yaml(text, content)
    if found is None:
        return False
    assert (found, []) == read_yaml(Source("n.md", text), content, FRONTMATTER)
    return True


@settings(max_examples=500, deadline=None)
@given(lines=LINES, end=st.sampled_from(["\n", "\r\n"]), last=st.booleans())
def test_what_is_read_as_plain_is_what_the_parser_reads(lines: list[str], end: str, *, last: bool) -> None:
    read_both("\n".join([*lines, ""] if last else lines).replace("\n", end))


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(
    "form", ["a: {}\n", "a: {}\nb: 1\n", "a:\n  - {}\n  - 1\nb:\n", "a: '{}'\n", 'a: "{}"\n', "{}: a\n"]
)
def test_every_value_is_what_the_parser_reads(value: str, form: str) -> None:
    read_both(form.format(value))


CHARACTERS = [
    *map(chr, range(0x180)),
    *"\u2000\u2027\u2028\u2029\u202a\u3000：，\ud7ff\ue000\ufeff\uff1a\ufffd\uffff\U00010000",
]


@pytest.mark.parametrize(
    "form", ["a: {}\n", "a: {}x\n", "a: x{}\n", "a: x{}x\n", "a: x {} x\n", "a: '{}'\n", 'a: "{}"\n', "x{}: a\n"]
)
def test_every_character_is_what_the_parser_reads(form: str) -> None:
    for character in CHARACTERS:
        read_both(form.replace("{}", character))


@pytest.mark.parametrize(
    "yaml",
    [
        'title: "归一化"\ntype: 概念\ntags:\n  - AI/注意力\n  - 核心\ndate: 2024-01-01\nrelated:\n  - "[[甲]]"\n',
        "aliases:\ntags:\n - a\n",
        "tags: [概念, Generative Pre-trained, 'a', \"[[甲]]\"]\naliases: []\n",
        "title: 甲\r\ntags:\r\n  - a\r\n",
        "publish: true\nsource: https://example.org/a?b=1\n",
    ],
)
def test_what_most_notes_have_is_plain(yaml: str) -> None:
    assert read_both(yaml)

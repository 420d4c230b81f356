"""The YAML of a block: what is typed is what is read, and every character's place is true."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.markdown.yaml import EXAMPLE, Mapping, Node, Scalar, Sequence, read_yaml
from zhixing.source import Source, Span

WORDS = st.text(st.sampled_from("abc猫鱼词😀é_+*/()<=.^"), min_size=1, max_size=6).filter(
    lambda w: w[0] in "abc猫鱼词😀é"
)
TEXTS = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


def scalars(node: Node) -> list[Scalar]:
    if isinstance(node, Scalar):
        return [node]
    if isinstance(node, Sequence):
        return [scalar for item in node.items for scalar in scalars(item)]
    return [scalar for key, value in node.items for scalar in (key, *scalars(value))]


def whole(text: str) -> tuple[Node | None, list[str]]:
    node, problems = read_yaml(Source("例.md", text), Span(0, len(text)), EXAMPLE)
    return node, [str(problem) for problem in problems]


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """Return how a value may be written below a key that is indented by four, and the text that it stands for."""
    text = draw(TEXTS)
    style = draw(st.sampled_from(["plain", "folded", "single", "double", "escaped", "literal", "block"]))
    if style == "plain":
        return text, text
    if style == "folded":
        return text.replace(" ", "\n        "), text
    if style == "single":
        return "'" + f"{text}'s".replace("'", "''").replace(" ", "\n      ") + "'", f"{text}'s"
    if style == "double":
        return '"' + text.replace(" ", " \\\n      ") + '"', text
    if style == "escaped":
        return '"' + "".join(f"\\U{ord(c):08x}" if ord(c) > 255 else c for c in text) + '\\""', f'{text}"'
    mark = "|" if style == "literal" else ">"
    joint = "\n" if style == "literal" else " "
    return f"{mark}\n        " + text.replace(" ", "\n        "), text.replace(" ", joint) + "\n"


BLOCKS = st.lists(written(), min_size=1, max_size=5)


@settings(deadline=None)
@given(BLOCKS, st.booleans(), st.sampled_from(["    ", "\t", "  \t"]), st.text("前文\n", max_size=5))
def test_every_character_stands_where_its_scalar_says(
    values: list[tuple[str, str]], windows: bool, indent: str, before: str
) -> None:
    lines = ["键:", *(f"    k{i}: {typed}" for i, (typed, _) in enumerate(values)), "列: [一, '二', \"三\"]", ""]
    block = "\n".join(lines).replace("\n    ", f"\n{indent}")
    block = block.replace("\n", "\r\n") if windows else block
    source = Source("例.md", before + block)
    node, problems = read_yaml(source, Span(len(before), len(source.text)), EXAMPLE)
    assert not problems
    assert isinstance(node, Mapping)
    found = scalars(node)
    texts = [text for _, text in values]
    keys = [f"k{i}" for i in range(len(values))]
    assert [one.text for one in found] == [
        "键",
        *(x for pair in zip(keys, texts, strict=True) for x in pair),
        "列",
        *"一二三",
    ]
    for one in found:
        for index, character in enumerate(one.text):
            offset = one.offset(index)
            assert one.span.start <= offset < one.span.end
            if not character.isspace():
                assert source.text[offset] in (character, "\\")
        if not (one.places or one.quoted or one.block):
            assert one.span.of(source.text) == one.text


@settings(deadline=None)
@given(st.text(max_size=300))
def test_reading_never_raises(text: str) -> None:
    node, problems = whole(text)
    assert (node is None) >= bool(problems) or problems


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: \u2028b\n", "1:4"),
        ("a:\n  b: \x85\n", "2:6"),
        ("a:\r b: 1\n", "1:3"),
        ("a: \ud800\n", "1:4"),
        ("a: \ufeffb\n", "1:4"),
        ("a: \x00\n", "1:4"),
    ],
)
def test_characters_that_yaml_refuses_or_takes_for_line_ends(text: str, place: str) -> None:
    _, problems = whole(text)
    assert [problem.split(": ")[0] for problem in problems] == [f"例.md:{place}"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 90_000,
        "{" * 90_000,
        "a: " * 30_000,
        "- " * 45_000,
        "? " * 45_000,
        '"' + "\\" * 90_000,
        "x：\n" * 30_000 + "b: 1\n",
        "a" * 90_000 + ": [",
        "\t" * 90_000,
        "a: 1\n" * 5_000,
    ],
)
def test_hostile_blocks_are_refused(text: str) -> None:
    _, problems = whole(text)
    assert problems


@pytest.mark.parametrize("text", ["a: |\n" + " \n" * 40_000, "'" * 90_000, "a: b" + "\n  c" * 20_000])
def test_long_scalars_are_read(text: str) -> None:
    node, problems = whole(text)
    assert node
    assert not problems


def test_a_block_may_not_be_endless() -> None:
    node, problems = whole("a: 1\n" + "#" * EXAMPLE.length)
    assert node is None
    assert len(problems) == 1

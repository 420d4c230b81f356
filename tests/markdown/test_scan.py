"""The scanner: lossless, CommonMark's block structure, Obsidian's additions. Hostile text: test_hostile.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from block_oracle import by_markdown_it, by_scanner, code_by_markdown_it, code_by_reader
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from casefile import Case, cases
from hostile import guard
from zhixing.markdown.blocks import _CLOSED, PROSE, Kind, Region, _Scanner, scan, scan_problems
from zhixing.markdown.dialect import OBSIDIAN as PLAIN_DIALECT
from zhixing.markdown.dialect import Dialect
from zhixing.source import Source, Span

NOTES_FOLDER = Path(__file__).parent.parent.parent / "notes"
# What a case cannot show: → is a tab, ␍ a carriage return, ␀ NUL, ⇤ a byte order mark, ␤ U+2028.
SHOWN = str.maketrans({"→": "\t", "␍": "\r", "␀": "\x00", "⇤": "\ufeff", "␤": "\u2028"})

MARKERS = ("", "", "> ", ">", "- ", "* ", "1. ", "2) ", "  ", "   ", "    ", "      ", "\t", "-\t", "> > ", "-     ")
CONTENTS = (
    "", "", "a", "文字", "# h", "#", "## h ##", "```", "````", "``` py", "~~~", "~~~ a`b", "---", "===", "***", "- - -",
    "_ _", "-", "1.", "2. b", "<div>", "</div> x", "<!-- c", "-->", "<!-- c -->", "<b>", "<pre>", "</pre>", "<?", "?>",
    "`a", "a  ", "\\# a",
)  # fmt: skip
LINES = st.builds("".join, st.tuples(st.sampled_from(MARKERS), st.sampled_from(MARKERS), st.sampled_from(CONTENTS)))
NOTES = st.builds("".join, st.lists(st.tuples(LINES, st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])).map("".join)))
OBSIDIAN = st.sampled_from(
    ["$$", "%%", "$$ x", "x %%", "a $$ b", "---\n", "\ufeff", "\u2028", "\x00", "\r", "\n", "> $$\n"]
)


def odd_to_markdown_it(text: str) -> bool:
    """Tell whether a line is indented by four in a way that markdown-it misreads: see the known differences."""
    inside = [line.of(text) for region in scan(text) if region.kind in PROSE and region.depth for line in region.lines]
    return any(re.match(r" {4}| {0,3}\t", line) for line in inside) or bool(re.search(r"(?: {4}|\t) *>", text))


def describe(text: str, region: Region) -> str:
    parts = [region.kind.value, repr(region.span.of(text))]
    if region.kind is not Kind.BLANK and region.content != region.span:
        parts.append(f"content {region.content.of(text)!r}")
    inside = "".join(line.of(text) for line in region.lines)
    if region.lines and inside not in (region.content.of(text), region.span.of(text)):
        parts.append(f"lines {inside!r}")
    parts += [
        f"{name} {getattr(region, name)!r}" for name in ("prefix", "info", "level", "depth") if getattr(region, name)
    ]
    return " ".join([*parts, *([] if region.closed else ["unclosed"])])


@pytest.mark.parametrize("case", cases("scan.md"))
def test_case(case: Case) -> None:
    text = case.given.translate(SHOWN)
    case.check("".join(f"{describe(text, region)}\n" for region in scan(text)))


WITH_BOXES = Dialect(boxes=True, tabs=True)


@given(st.lists(NOTES | OBSIDIAN | st.text(max_size=5)).map("".join), st.sampled_from([PLAIN_DIALECT, WITH_BOXES]))
def test_blocks_found_as_a_whole_are_as_if_read_line_by_line(text: str, dialect: Dialect) -> None:
    scanner = _Scanner(text, dialect)
    scanner.closed = re.compile(r"(?!)")  # it matches nothing
    assert scanner.scan() == scan(text, dialect)


@pytest.mark.parametrize("block", ["a", "# h", "- a", "> a", "**a**", "2024", "$$\n$$", "```\n```"])
def test_plain_blocks_are_found_as_a_whole(block: str) -> None:
    assert _CLOSED.match(f"{block}\n\n")


@given(st.lists(NOTES | OBSIDIAN | st.text(max_size=5)).map("".join))
@settings(deadline=None)
def test_the_regions_joined_are_the_text(text: str) -> None:
    regions = scan(text)
    assert "".join(region.span.of(text) for region in regions) == text
    assert [region.span.start for region in regions[1:]] == [region.span.end for region in regions[:-1]]
    for region in regions:
        assert region.span.start < region.span.end
        assert region.span.start <= region.content.start <= region.content.end <= region.span.end
        edges = [edge for line in region.lines for edge in (line.start, line.end)]
        assert edges == sorted(edges)
        assert all(edge in Span(region.span.start, region.span.end + 1) for edge in edges)


@given(NOTES)
@settings(deadline=None, max_examples=200)
def test_blocks_are_those_of_commonmark(text: str) -> None:
    text = "x\n\n" + text  # else a first line of dashes may begin frontmatter
    assume(not odd_to_markdown_it(text))
    assert by_scanner(text) == by_markdown_it(text)


@pytest.mark.parametrize(
    ("text", "ours", "theirs"),
    [
        ("---\na: 1\n---\n", [], [("rule",), ("heading", "2", "a: 1")]),
        ("$$\n# x\n$$\n", [], [("text", "$$"), ("heading", "1", "x"), ("text", "$$")]),
        ("%%\n- x\n%%\n", [], [("text", "%%"), ("text", "x\n%%")]),
        (">\n    > x\n", [("indented", "> x")], [("text", "x")]),
        ("> > a\n    # h\n", [("text", "a\n# h")], [("text", "a"), ("indented", "# h")]),
    ],
    ids=["frontmatter", "formula", "comment", "indented quote", "indented lazy line"],
)
def test_known_differences_from_commonmark(text: str, ours: list[object], theirs: list[object]) -> None:
    assert by_scanner(text) == ours
    assert by_markdown_it(text) == theirs


UNCLOSED = "The {} that opens here{} is never closed. Close it with {}."


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("a\n\n> ```yaml\n> x\n", "3:3: fence-unclosed", UNCLOSED.format("fence", "", "a line of ``` alone")),
        ("~~~~\n~~~\n", "1:1: fence-unclosed", UNCLOSED.format("fence", "", "a line of ~~~~ alone")),
        ("a\n%% b\n", "2:1: comment-unclosed", UNCLOSED.format("comment", " with `%%`", "`%%`")),
        ("<!-- b\n", "1:1: comment-unclosed", UNCLOSED.format("comment", " with `<!--`", "`-->`")),
    ],
)
def test_what_is_never_closed_is_reported(text: str, place: str, expected: str) -> None:
    source = Source("n.md", text)
    assert [str(problem) for problem in scan_problems(source, scan(text))] == [f"n.md:{place}: {expected}"]


def test_what_is_closed_or_needs_no_end_is_not_reported() -> None:
    source = Source("n.md", "```\n```\n%% a %%\n%%\nb\n%%\n<!-- c -->\n<div>\n> $$\n")
    assert scan_problems(source, scan(source.text)) == []


@pytest.mark.slow
def test_deep_containers_cost_no_more_than_their_text() -> None:
    with guard():
        scan(("> " * 60 + "\n") * 1500)
        scan("".join("  " * depth + "- a\n" for depth in range(400)) + "\n" * 100_000)


@pytest.mark.parametrize("path", sorted(NOTES_FOLDER.rglob("*.md")), ids=lambda path: path.stem)
def test_code_in_the_shipped_notes_is_where_commonmark_has_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    regions = scan(text)
    assert "".join(region.span.of(text) for region in regions) == text
    body = text[regions[0].span.end :] if regions and regions[0].kind is Kind.FRONTMATTER else text
    fences = [leaf for leaf in by_scanner("文\n\n" + body) if leaf[0] in ("fence", "indented")]
    assert fences == [leaf for leaf in by_markdown_it("文\n\n" + body) if leaf[0] in ("fence", "indented")]
    assert code_by_reader(body) == code_by_markdown_it(body)

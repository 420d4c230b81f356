"""A page's tree: every piece says where in the note it came from, and what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import PurePosixPath

from hypothesis import given, settings
from hypothesis import strategies as st

from small_vaults import DECLARED, vault_of
from zhixing.compose import results
from zhixing.page import Document, read_page
from zhixing.page.tree import (
    Anchor,
    Claim,
    Code,
    CodeBlock,
    Embed,
    Example,
    Figure,
    Footnote,
    FootnoteCall,
    Formula,
    Heading,
    HtmlBlock,
    InlineHtml,
    Link,
    Math,
    Media,
    Node,
    Paragraph,
    Place,
    Stub,
    Table,
    Tag,
    Text,
    walk,
)

PAGE = PurePosixPath("页.md")
NOTE = (
    "# 题\n\n值是 0.6<!--= 水果.w -->，看 [[乙#节|那里]] 与 ![[图.png|50]]。 ^b\n\n> [!tip]- 注 $x$\n> 一\n\n![[乙]]\n"
)
PIECES = st.sampled_from(
    [
        *(
            "甲",
            "乙 ",
            "**粗**",
            "*斜 `码` 字*",
            "~~删~~",
            "==亮 **粗**==",
            "`a|b`",
            "$x$",
            "$$y$$",
            "\\*",
            "&lt;",
            "\\|",
        ),
        *("[[乙]]", "[[乙|文 ]]", "![[乙]]", "[文 *斜*](乙.md)", "#签", "%%藏%%", "<!--= e.x -->", "[^1]", "^[行内]"),
        *(
            "https://e.org",
            "| ",
            " - ",
            "\\\n",
            "<b>",
            "</b>",
            "**",
            "*",
            "_",
            "a_b",
            "   ",
            "![图](图.png)",
            "[没](x.md)",
        ),
    ]
)
STARTS = st.sampled_from(
    [*("", "", "", "# ", "- ", "  - ", "1. ", "> ", "> > ", "- [ ] ", "    ", "| ", "[^1]: ", "> [!tip] ", "```\n")]
)
LINES = st.tuples(STARTS, st.lists(PIECES, max_size=4).map("".join)).map("".join)
SOLID = st.sampled_from(["", "", "|a|b|\n|--|:-:|", "$$\nx\n$$", "%%\nx\n%%", "***", "---", "<div>\n", "\t", "\r"])
TEXTS = st.lists(st.one_of(LINES, LINES, SOLID), max_size=9).map("\n".join)


def tree(text: str) -> Document:
    vault = vault_of({str(PAGE): text, "乙.md": "# 乙\n\n## 节\n\n文\n", "图.png": ""})
    return read_page(vault, vault.notes[PAGE], results(vault))


def own(nodes: object) -> Iterator[Node]:
    """Yield the nodes that stand in the page's own note: not what embeds and results hold."""
    inner = {id(one) for node in walk(nodes) if isinstance(node, Embed | Example) for one in walk(node.children)}
    return (node for node in walk(nodes) if id(node) not in inner)


def words(text: str) -> str:
    """What a reader sees of words without markup, spaces left out."""
    return "".join(unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)).split())


@settings(deadline=None)
@given(TEXTS)
def test_a_piece_lies_where_it_says_that_it_came_from(text: str) -> None:
    page = tree(text)
    for node in own((page.blocks, tuple(page.footnotes.values()))):
        written = node.span.of(text)
        assert 0 <= node.span.start <= node.span.end <= len(text)
        if isinstance(node, Text):
            assert words(node.text) in words(written) or (not written and node.text == "Tip") or "[[" in text
        elif isinstance(node, Code | CodeBlock):
            written = written.replace("\r", "\n")
            # In a table a bar is escaped in code, too.
            assert all(line.strip() in written + written.replace("\\|", "|") for line in node.text.split("\n"))
        elif isinstance(node, Math | Formula):
            assert all(line.strip() in written for line in node.latex.split("\n"))
        elif isinstance(node, Tag):
            assert written == f"#{node.name}"


@settings(deadline=None)
@given(TEXTS)
def test_pieces_follow_one_another_and_lie_in_what_holds_them(text: str) -> None:
    for node in own(tree(text).blocks):
        for held in (getattr(node, name, ()) for name in ("children", "items", "title")):
            spans = [one.span for one in held if not isinstance(one, str | Anchor)] if isinstance(held, tuple) else []
            # The lines of a quote or an item may begin before its own, at their markers.
            assert spans == sorted(spans)
            assert all(one.end <= node.span.end and node.span.start <= one.end for one in spans)


def test_the_pieces_of_a_note() -> None:
    found = {type(node): node for node in own(tree(NOTE).blocks)}

    def place(kind: type[Node]) -> str:
        return found[kind].span.of(NOTE)

    assert place(Heading) == "# 题\n"
    assert (place(Claim), found[Claim]) == ("<!--= 水果.w -->", Claim(found[Claim].span, "水果.w"))
    assert place(Media) == "![[图.png|50]]"
    links = [node for node in own(tree(NOTE).blocks) if isinstance(node, Link)]
    assert [(one.span.of(NOTE), one.to) for one in links] == [
        ("[[乙#节|那里]]", Place(PurePosixPath("乙.md"), "节")),
        ("![[乙]]", Place(PurePosixPath("乙.md"))),
    ]
    assert (place(Embed), found[Embed].path) == ("![[乙]]", PurePosixPath("乙.md"))  # type: ignore[union-attr]


def test_an_example_knows_its_name_and_its_declaration() -> None:
    text = f"前\n\n{DECLARED}\n后\n"
    [example] = [node for node in walk(tree(text).blocks) if isinstance(node, Example)]
    assert example.id == "水果"
    assert example.span.of(text) == DECLARED
    assert example.declared is not None
    assert example.declared.text.startswith("id: 水果\n")
    assert {type(one) for one in example.children} == {Paragraph, Table, Figure}


def test_a_table_ends_before_a_rule_below_it() -> None:
    assert [type(one).__name__ for one in tree("| a | b |\n|---|---|\n| 1 | 2 |\n---\n\n文\n").blocks] == [
        *("Table", "Rule", "Paragraph")
    ]


def test_html_is_kept_as_written_and_what_would_swallow_a_page_is_text() -> None:
    nodes = [*walk(tree("按 <kbd>键</kbd> 与 <title/> 的\n\n<textarea/>\n\n<div>\n*x*\n</div>\n").blocks)]
    assert [one.html for one in nodes if isinstance(one, InlineHtml)] == ["<kbd>", "</kbd>"]
    assert [one.html for one in nodes if isinstance(one, HtmlBlock)] == ["&lt;textarea/>\n", "<div>\n*x*\n</div>\n"]
    assert "<title/>" in [one.text for one in nodes if isinstance(one, Text)]


def test_footnotes_and_links_without_an_end_are_pieces_too() -> None:
    page = tree("文[^1]^[行内] [[没写]]\n\n[^1]: 注\n")
    found = [type(node) for node in walk(page.blocks)]
    assert (found.count(FootnoteCall), found.count(Stub), found.count(Footnote)) == (2, 1, 1)
    assert [*page.footnotes] == ["inline-1", "1"]


def test_spaces_that_align_numbers_stay_in_their_cells() -> None:
    [table] = [
        node
        for node in walk(tree("| a | b |\n|---|---:|\n| x | 1\u2008\u2007 |\n| y | 0.5 |\n").blocks)
        if isinstance(node, Table)
    ]
    cells = ["".join(one.text for one in cell if isinstance(one, Text)) for row in table.rows for cell in row]
    assert cells == ["a", "b", "x", "1\u2008\u2007", "y", "0.5"]

"""The syntax of extensions of MkDocs is shown where mkdocs.yml lists them, and is text in every other vault."""

from __future__ import annotations

import pytest
from note_page import shown

from casefile import Case, cases
from small_vaults import note, vault_of
from zhixing.checks.check_links import check_links
from zhixing.checks.names import check_names
from zhixing.markdown.dialect import OBSIDIAN, choose_dialect
from zhixing.problems import Code

ALL = choose_dialect(
    ["attr_list", "admonition", "pymdownx.details", "pymdownx.tabbed", "pymdownx.emoji", "pymdownx.snippets"],
    siblings_first=True,
)
OTHERS = {"乙.md": "## 装 { #install }\n\n段 {: #para }\n", "夹/index.md": "# 夹\n", "index.md": "# 首\n"}


@pytest.mark.parametrize("case", cases("mkdocs.md"))
def test_case(case: Case) -> None:
    case.check(f"{shown(case.given, OTHERS, ['图.png'], dialect=ALL).rstrip()}\n")


@pytest.mark.parametrize("case", cases("mkdocs.md"))
def test_the_regions_of_a_note_are_its_text(case: Case) -> None:
    read = note("页.md", case.given, ALL)
    assert "".join(region.span.of(read.text) for region in read.regions) == case.given


@pytest.mark.parametrize(
    ("extensions", "named"),
    [(["markdown.extensions.attr_list"], {"attributes"}), (["admonition"], {"boxes"}), (["toc"], set())],
)
def test_what_mkdocs_lists_is_read(extensions: list[str], named: set[str]) -> None:
    dialect = choose_dialect(extensions)
    assert {name for name in ("attributes", "boxes", "tabs", "icons", "snippets") if getattr(dialect, name)} == named


def found_in(text: str, *, siblings_first: bool, hooks: bool = False, **others: str) -> list[Code]:
    dialect = choose_dialect(["attr_list"], siblings_first=siblings_first, hooks=hooks)
    vault = vault_of({**OTHERS, **{f"{name}.md": one for name, one in others.items()}, "夹/页.md": text}, dialect)
    return [problem.code for problem in check_links(vault) if problem.code is not Code.ORPHAN]


@pytest.mark.parametrize(
    "link",
    [
        *(
            "../乙.md#install",
            "../乙.md#para",
            "../乙.md?h=a#install",
            "?q=a",
            "../夹/",
            "/夹/",
            "index.md",
            "../乙.html",
        ),
        *("/tags/甲", "/tags/甲/"),
    ],
)
def test_addresses_of_a_site_are_no_problems(link: str) -> None:
    assert found_in(f"[x]({link})", siblings_first=True) == []


@pytest.mark.parametrize("link", ["../乙.md#other", "../丙/", "../乙.md?h=a#other", "/丙.html"])
def test_addresses_that_lead_nowhere_are_problems(link: str) -> None:
    assert found_in(f"[x]({link})", siblings_first=True) in ([Code.LINK_HEADING], [Code.LINK_NOTE])


def test_a_program_of_the_project_makes_the_anchors_that_comments_name() -> None:
    settings = "#### <!-- md:setting config.a -->\n"
    assert found_in("[x](../丁.md#config.a)", siblings_first=True, hooks=True, 丁=settings) == []
    assert found_in("[x](../丁.md#config.b)", siblings_first=True, hooks=True, 丁=settings) == [Code.LINK_HEADING]
    assert found_in("[x](../丁.md#config.a)", siblings_first=True, 丁=settings) == [Code.LINK_HEADING]


@pytest.mark.parametrize("link", ["#a--b", "#一-二，三", "#code", "#"])
def test_anchors_that_other_tools_make_of_a_heading_exist(link: str) -> None:
    headings = "## A  B\n\n## 一 (二，三)\n\n``` { .sh #code }\nx\n```\n"
    assert found_in(f"[x](../丁.md{link}) [y](#)", siblings_first=True, 丁=headings) == []
    assert found_in(f"[x](../丁.md{link}-x)", siblings_first=True, 丁=headings) == [Code.LINK_HEADING]


def test_a_link_without_an_address_is_a_problem() -> None:
    assert found_in("[x]()", siblings_first=True) == [Code.LINK_NOTE]


def test_a_footnote_may_be_indented() -> None:
    assert found_in("[x](../丁.md#fn:1)", siblings_first=True, 丁="文[^1]\n\n  [^1]:\n    注\n") == []


def test_a_blog_gives_the_day_of_each_change() -> None:
    post = note("页.md", "---\ndate:\n  created: 2024-01-02\n  updated: 2024-02-03\n---\n")
    assert (post.date, post.problems) == ("2024-01-02", ())


@pytest.mark.parametrize(("siblings_first", "found"), [(True, []), (False, [Code.NAME_CLASH])])
def test_names_need_not_tell_notes_apart_where_links_are_addresses(siblings_first: bool, found: list[Code]) -> None:
    dialect = choose_dialect(["attr_list"], siblings_first=siblings_first)
    vault = vault_of({"甲/页.md": "", "乙/页.md": ""}, dialect)
    assert [problem.code for problem in check_names(vault)] == found


def test_anchors_of_footnotes_exist() -> None:
    noted = "文[^1]\n\n[^1]: 注\n"
    assert found_in("[x](../丁.md#fn:1)", siblings_first=False, 丁=noted) == []
    assert found_in("[x](../丁.md#fn:2)", siblings_first=False, 丁=noted) == [Code.LINK_HEADING]


def test_obsidian_reads_nothing_of_this() -> None:
    written = "## 题 { #a }\n\n!!! note\n    文\n\n:material-home: {: .b }\n"
    page = shown(written, dialect=OBSIDIAN)
    assert "{ <span" in page  # a tag
    assert "!!! note" in page
    assert ":material-home: {: .b }" in page

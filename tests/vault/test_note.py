"""What is known of one note: headings, blocks, links, properties."""

from __future__ import annotations

import pytest

from casefile import Case, cases
from hostile import guard
from small_vaults import note
from zhixing.vault.note import Link
from zhixing.vault.vault import Near


def describe(link: Link) -> str:
    target = link.url or "#".join([link.path, *link.headings, *([f"^{link.block}"] if link.block else [])])
    kind = "embed" if link.embed else "link"
    parts = [f"{'wiki' if link.wiki else 'Markdown'} {kind} to {target!r}"]
    parts += [f"shows {link.display!r}"] if link.display else []
    return ", ".join([*parts, *([f"in {link.field}"] if link.field else [])])


@pytest.mark.parametrize("case", cases("links.md"))
def test_links(case: Case) -> None:
    case.check("".join(f"{describe(link)}\n" for link in note("n.md", case.given).links))


def test_headings_are_shown_without_markup_and_have_anchors() -> None:
    text = (
        "# **粗** 与 `码` 与 [[甲|文]]\n## 见 [[甲#题]] [链](a) ^id\n## 见 甲 > 题 链\n> ### *引* <b>用</b> %%评%%\n"
        "题 a_b_c \\* 2 * 3\n---\n```\n# 非\n```\n"
    )
    found = note("n.md", text).headings
    assert [(heading.level, heading.text, heading.slug) for heading in found] == [
        (1, "粗 与 码 与 文", "粗-与-码-与-文"),
        (2, "见 甲 > 题 链", "见-甲-题-链"),
        (2, "见 甲 > 题 链", "见-甲-题-链_1"),
        (3, "引 用", "引-用"),
        (2, "题 a_b_c * 2 * 3", "题-a_b_c-2-3"),
    ]
    assert found[0].span.of(text).startswith("# **粗**")


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("段\n落 ^a\n", "段\n落 ^a\n"),
        ("- 一\n- 二 ^a\n  - 子\n\n    段\n- 三\n", "- 二 ^a\n  - 子\n\n    段\n"),
        ("- 一\n  - 二 ^a\n- 三\n", "  - 二 ^a\n"),
        ("文\n\n| a |\n|---|\n\n^a\n", "| a |\n|---|\n"),
        ("文\n\n> [!note] 题\n>\n> 文\n\n^a\n", "> [!note] 题\n>\n> 文\n"),
        ("# 题\n\n- 一\n- 二\n\n^a\n", "- 一\n- 二\n"),
        ("```\nx\n```\n^a\n", "```\nx\n```\n"),
        ("> 引 ^a\n", "> 引 ^a\n"),
        ("文\n\n> [!tip] 题\n>\n> - 一\n>\n> 文\n^a\n", "> [!tip] 题\n>\n> - 一\n>\n> 文\n^a\n"),
        ("- 一\n\n- 二\n\n^a\n", "- 一\n\n- 二\n"),
        ("文\n- 一\n- 二\n\n^a\n", "- 一\n- 二\n"),
        ("- 一\n\n  ```\n  x\n  ```\n  ^a\n- 二\n", "- 一\n\n  ```\n  x\n  ```\n  ^a\n"),
        ("^a\n", "^a\n"),
    ],
)
def test_a_block_id_names_its_block_or_the_one_before(text: str, block: str) -> None:
    (found,) = note("n.md", text).blocks
    assert (found.id, found.span.of(text)) == ("a", block)


def test_properties_in_every_spelling() -> None:
    found = note(
        "夹/Cafe\u0301 v1.2.md",
        "---\ntitle: 题\ntype: 概念\nstatus: draft\ndate: 2024-01-15\ntags: '#数学, a/b'\naliases: 甲, 乙\n"
        "published: false\n"
        "related: [[丙]]\nrequires:\n  - 丁\nup: '[[戊]]'\n---\n#行内 与 #数学\n",
    )
    assert (found.name, found.title, found.type, found.status) == ("Caf\u00e9 v1.2", "题", "概念", "draft")
    assert (found.date, found.tags, found.aliases) == ("2024-01-15", ("数学", "a/b", "行内"), ("甲", "乙"))
    assert not found.published
    assert [link.path for link in (*found.related, *found.requires)] == ["丙", "丁"]
    assert [link.path for link in found.links] == ["丙", "丁", "戊"]
    assert not found.problems


@pytest.mark.parametrize(
    ("properties", "published"),
    [
        ("publish: false", False),
        ("publish: true", True),
        ("published:", True),
        ("publish: true\npublished: false", False),
        ("publish: false\npublished: true", False),
        ("published: 2024-01-15", True),
        ("published: 2024-01-15T10:00:00\npublish: false", False),
    ],
)
def test_a_note_is_published_unless_a_property_says_no(properties: str, published: bool) -> None:
    found = note("n.md", f"---\n{properties}\n---\n")
    assert (found.published, found.problems) == (published, ())


def test_a_note_without_properties() -> None:
    found = note("a.md", "文")
    assert (found.title, found.aliases, found.tags, found.published, found.date) == ("a", (), (), True, "")


def test_problems_are_sorted_and_say_where() -> None:
    text = "---\ntitle: [甲]\npublished: ja\naliases: {a: b}\ntitle: 乙\n---\n%% a\n\n```\n"
    assert [str(problem) for problem in note("n.md", text).problems] == [
        "n.md:2:8: frontmatter-type: The property `title` is not a single value. "
        "Write `title: …` in one line, in quotes if it holds brackets.",
        "n.md:3:12: note-hidden: The property `published` is neither `true` nor `false`, so this note is not shown. "
        "Write `published: false` to keep it hidden, `published: true` to show it.",
        "n.md:4:10: frontmatter-type: The property `aliases` is not a list. "
        "Write each entry on a line of its own, after `- `.",
        "n.md:5:1: frontmatter-invalid: The key 'title' stands already in line 2. Keep one of the two.",
        "n.md:7:1: comment-unclosed: The comment that opens here with `%%` is never closed. Close it with `%%`.",
    ]


@pytest.mark.slow
def test_a_note_of_nothing_but_ids_stays_linear() -> None:
    with guard():
        note("n.md", "> a ^a\n>\n" * 10_000)
        note("n.md", "- a ^a\n\n" * 10_000)


def test_a_long_list_of_links_is_read_in_linear_time() -> None:
    entries = ", ".join(f'"[[n{number}]]"' for number in range(7000))

    with guard(6):
        assert len(note("a.md", f"---\nrequires: [{entries}]\n---\n").requires) == 7000


def test_near_names_are_found_among_many_that_are_alike() -> None:
    names = Near(f"概念笔记{number}" for number in range(20_000))

    with guard(6):
        found = [names.find(f"概念笔己{number}") for number in range(500)]
    assert all(found)
    assert "概念笔记123" in found[123]


def test_near_names_are_found_for_some_thousands_only() -> None:
    names = Near(f"h{number}" for number in range(60_000))

    with guard():
        found = [names.find(f"g{number}") for number in range(60_000)]
    assert found[0]
    assert not found[-1]
    assert names.find("g0") == found[0]

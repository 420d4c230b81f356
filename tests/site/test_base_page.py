"""Bases as pages: what their views find, show, sort and group; what is not computed is said, and never half shown."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from lxml import html
from note_page import shown as note_shown
from note_page import to_html
from served_site import ServedSite, differences

from hostile import guard
from small_vaults import vault_of
from zhixing.compose import results
from zhixing.page import read_page
from zhixing.page.base import Bases
from zhixing.page.base_language import Row, UnsupportedError, Value, as_text, is_true, parse
from zhixing.page.canvas import Canvases
from zhixing.page.context import MAX_CELLS
from zhixing.page.public import private_of
from zhixing.page.tags import tags_of
from zhixing.vault.vault import Vault

NOTES = {
    "书/红楼梦.md": "---\ntags: [书/小说]\nprice: 30\nread: true\nauthor: '[[曹雪芹]]'\ndate: 2024-05-01\n---\n"
    "文 [[曹雪芹]]\n",
    "书/史记.md": "---\ntags: [书]\nprice: 9.5\nread: false\nauthor: 司马迁\ndate: 2023-01-02\n"
    "other: ['[[藏]]', 二]\n---\n文\n",
    "书/深/论语.md": "---\ntags: [书]\nprice: 120\nsite: https://example.org/a\n---\n文\n",
    "曹雪芹.md": "---\naliases: [雪芹]\n---\n#人 <b>\n",
    "藏.md": "---\npublish: false\ntags: [书]\nprice: 1\n---\n藏着的话\n",
    "外.md": "---\ntags: [书]\n---\n不在网站上\n",
}


def bases() -> Bases:
    vault = vault_of(NOTES)
    found = results(vault)
    tags = tags_of(vault, lambda note: note.published, [])
    return Bases(vault, private_of(vault, found), tags, 1, lambda note: note.name != "外")


def shown(text: str) -> str:
    return to_html(bases().page(PurePosixPath("书/库.base"), text))


def table(page: str) -> list[list[str]]:
    tree = html.fragment_fromstring(f"<div>{page}</div>")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")] for row in tree.iter("tr")]


def names(expression: str) -> list[str]:
    vault = vault_of(NOTES)
    return [note.name for note in vault.notes.values() if is_true(parse(expression)(Row(note, {})))]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('file.hasTag("书")', ["史记", "深/论语", "红楼梦", "外", "藏"]),
        ("file.hasTag('#书/小说', '人')", ["红楼梦", "曹雪芹"]),
        ('file.inFolder("书")', ["史记", "深/论语", "红楼梦"]),
        ('file.folder == "书"', ["史记", "红楼梦"]),
        ('file.hasLink("曹雪芹")', ["红楼梦"]),
        ('file.hasLink("[[曹雪芹|他]]")', ["红楼梦"]),
        ('file.hasProperty("Price")', ["史记", "深/论语", "红楼梦", "藏"]),
        ("price > 9.5", ["深/论语", "红楼梦"]),
        ("note.price <= 9.5 && price != 1", ["史记"]),
        ('note["price"] == 30', ["红楼梦"]),
        ('price == "30"', ["红楼梦"]),
        ("read", ["红楼梦"]),
        ("read == false", ["史记"]),
        ("!read && price", ["史记", "深/论语", "藏"]),
        ('author == link("曹雪芹")', ["红楼梦"]),
        ('author.contains("马")', ["史记"]),
        ('tags.contains("书")', ["史记", "深/论语", "外", "藏"]),
        ('date >= date("2024-01-01")', ["红楼梦"]),
        ("site.isEmpty() && price > 10", ["红楼梦"]),
        ('file.name.startsWith("红") || file.name.endsWith("记")', ["史记", "红楼梦"]),
        ("other.length == 2", ["史记"]),
        ('if(read, file.name == "红楼梦", price > 100)', ["深/论语", "红楼梦"]),
        ('(price > 10 || read) && !file.path.contains("深")', ["红楼梦"]),
        ('file.ext == "md" && file.aliases.contains("雪芹")', ["曹雪芹"]),
        ('nothing == "x"', []),
        ("price + 1 == 31 || price * 2 - 1 == 18", ["史记", "红楼梦"]),
        ("price / 0 == 1 || price % 7 == 2 && -price < -29", ["红楼梦"]),
        ('file.links[0] == link("曹雪芹")', ["红楼梦"]),
        ("price.toFixed(2) == '9.50' || price.round() == 30", ["史记", "红楼梦"]),
        ("(price - 0.25).floor() == 9 && max(price, 3) == 9.5", ["史记"]),
        ("date.year == 2024 && date.month < 13", ["红楼梦"]),
        ('(file.name + "!").startsWith("红楼梦!") || file.name.slice(1) == "记"', ["史记", "红楼梦"]),
        ('file.name.replace("楼", "") == "红梦" || file.name.split("记")[0] == "史"', ["史记", "红楼梦"]),
        ('other.sort().join("、").length > 2', ["史记"]),
    ],
)
def test_what_a_filter_finds(expression: str, found: list[str]) -> None:
    assert names(expression) == [name.rpartition("/")[2] for name in sorted(found, key=[*order()].index)]


def order() -> list[str]:
    """The names in the order of the vault's paths, as the cases write them."""
    vault = vault_of(NOTES)
    return ["深/论语" if note.name == "论语" else note.name for note in vault.notes.values()]


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("file.mtime > now() - '1d'", "file.mtime"),
        ("date + '1d'", "+"),
        ("price.random()", "random()"),
        ("file.hasLink(this.file)", "this"),
        ("file.name.repeat(9)", "repeat()"),
        ("random()", "random()"),
        ("/a/.matches(file.name)", "/"),
        ("(price", ")"),
        ("price ==", "…"),
        ("", "…"),
        ("file.folder.x", ".x"),
        ("(" * 100 + "1" + ")" * 100, "("),
        ("formula.x", "formula.x"),
        ("'a" * 5_000, "'a'a'a'a'a'a'a'a'a'a…"),
    ],
)
def test_what_is_not_known_is_named(expression: str, named: str) -> None:
    with pytest.raises(UnsupportedError) as unknown:
        names(expression)
    assert str(unknown.value) == named


BASE = """filters:
  and:
    - file.hasTag("书")
    - not: [price > 100]
formulas:
  count: other.length
  worse: file.mtime
properties:
  note.price: {displayName: 价 <b>}
  formula.count: {displayName: 几个}
views:
  - type: table
    name: 全部
    order: [file.name, note.price, author, read, tags, other, formula.count]
    sort: [{property: price, direction: DESC}]
"""


def test_a_view_is_a_table_of_published_notes_with_their_properties() -> None:
    page = shown(BASE)
    assert table(page) == [
        ["笔记", "价 <b>", "author", "read", "标签", "other", "几个"],
        ["红楼梦", "30", "曹雪芹", "☑", "#书/小说", "", "0"],
        ["史记", "9.5", "司马迁", "☐", "#书", "藏、二", "2"],
    ]
    assert '<a href="红楼梦.md">红楼梦</a>' in page
    assert '<a href="../曹雪芹.md">曹雪芹</a>' in page
    assert 'href="../藏' not in page
    assert "<h2" in page
    assert '<a href="库.base">原文件</a>' in page


@pytest.mark.parametrize("column", ["price", "note.price"])
@pytest.mark.parametrize("named", ["price", "note.price"])
def test_a_column_is_called_by_its_name_however_it_is_written(column: str, named: str) -> None:
    page = shown(
        f"properties: {{{named}: {{displayName: 价}}}}\nviews: [{{filters: price > 100, order: [{column}]}}]\n"
    )
    assert table(page) == [["价"], ["120"]]


def test_rows_of_a_view_are_told_from_those_of_other_tables_and_dates_from_texts() -> None:
    page = shown("views: [{name: 一, filters: date, order: [file.name, date, author]}]\n")
    assert '<table data-rows="notes">' in page
    assert '<td class="zx-date">2023-01-02</td>' in page
    assert "<td>司马迁</td>" in page


def test_limits_groups_and_lists() -> None:
    view = "views:\n  - {type: cards, name: 一, limit: 2, filters: price > 1, order: [file.name]}\n"
    page = shown(view)
    assert table(page) == [["笔记"], ["史记"], ["论语"]]
    assert "还有 1 行没有显示" in page
    grouped = shown(
        "views:\n  - type: list\n    name: 二\n    filters: price\n    order: [file.name, price]\n"
        "    groupBy: {property: file.folder, direction: DESC}\n"
    )
    text = html.fragment_fromstring(f"<div>{grouped}</div>").text_content()
    assert text.split() == [
        "库",
        "二",
        "书/深",
        "论语",
        "·",
        "120",
        "书",
        "史记",
        "·",
        "9.5",
        "红楼梦",
        "·",
        "30",
        "原文件",
    ]


HOST = """---
status: draft
price: 6
---

前文 ^a

```base
filters: price > 5
formulas: {twice: price * 2}
views:
  - type: table
    name: 价目
    order: [file.name, status, read, price, formula.twice]
    sort: [{property: price, direction: DESC}]
    limit: 2
  - {type: list, name: 指向这里, filters: file.hasLink(this.file)}
  - {type: list, name: 草稿, filters: status == this.status, groupBy: status}
  - {name: 坏, filters: file.mtime > 1}
```

后文
"""


def host(text: str) -> str:
    vault = vault_of({**NOTES, "书/西游.md": "---\nstatus: done\nprice: 7\nread: false\n---\n[[页]]\n", "页.md": text})
    found = results(vault)
    tags = tags_of(vault, lambda note: note.published, [])
    shows = Bases(vault, private_of(vault, found), tags, 1, lambda note: note.name != "外")
    return to_html(read_page(vault, vault.notes[PurePosixPath("页.md")], found, tags, bases=shows))


def test_a_base_in_a_note_is_shown_where_it_stands_and_knows_the_note() -> None:
    page = host(HOST)
    assert table(page) == [
        ["笔记", "状态", "read", "price", "twice"],
        ["论语", "", "", "120", "240"],
        ["红楼梦", "", "☑", "30", "60"],
    ]
    said = " ".join(html.fragment_fromstring(f"<div>{page}</div>").text_content().split())
    assert said.startswith("前文 价目 笔记")
    assert "还有 3 行没有显示 指向这里 西游 草稿 草稿 页 坏 这个视图没有显示：网站不会算 file.mtime 后文" in said
    assert "<h2" not in page
    assert "filters:" not in page


def test_states_are_said_in_the_language_of_the_site() -> None:
    page = host(
        "```base\nviews: [{filters: status, order: [file.name, note.status], groupBy: {property: status}}]\n```\n"
    )
    assert table(page) == [["笔记", "状态"], ["西游", "完成"]]
    assert "<strong>完成</strong>" in page


def test_a_block_that_is_no_base_says_so() -> None:
    assert "这个文件读不出来" in host("```base\na: [\n```\n")


def test_without_a_site_a_base_in_a_note_is_code() -> None:
    assert "<code>views: []" in note_shown("```base\nviews: []\n```\n")


def test_a_base_of_its_own_knows_no_note() -> None:
    assert "网站不会算 this" in shown("views: [{name: 一, filters: file.hasLink(this.file)}]")


LIBRARY = """views:
  - {name: 贵, filters: price > 100, order: [file.name, price]}
  - {type: list, name: 指向这里, filters: file.hasLink(this.file)}
  - {name: 坏, filters: file.mtime > 1}
"""


def beside(text: str, folder: Path, library: str = LIBRARY) -> tuple[Vault, Bases]:
    """Return a vault with a note that stands beside a base, and what shows it."""
    (folder / "书").mkdir()
    (folder / "书/库.base").write_text(library, encoding="utf-8")
    notes = {**NOTES, "书/西游.md": "---\nprice: 7\n---\n[[页]]\n", "页.md": text, "书/库.base": ""}
    vault = replace(vault_of(notes), root=folder)
    tags = tags_of(vault, lambda note: note.published, [])
    return vault, Bases(vault, private_of(vault, results(vault)), tags, 1, lambda note: note.name != "外")


def embedding(text: str, folder: Path, library: str = LIBRARY) -> str:
    """Return the page of a note that stands beside a base."""
    vault, shows = beside(text, folder, library)
    return to_html(read_page(vault, vault.notes[PurePosixPath("页.md")], results(vault), bases=shows))


def test_a_card_of_a_canvas_shows_a_base(tmp_path: Path) -> None:
    vault, shows = beside("", tmp_path)
    found = results(vault)
    card = {"id": "a", "type": "file", "file": "书/库.base", "subpath": "#贵", "x": 0, "y": 0, "width": 9, "height": 9}
    canvas = Canvases(vault, found, private_of(vault, found), 1, shows)
    page = to_html(canvas.page(PurePosixPath("画.canvas"), json.dumps({"nodes": [card]})))
    assert table(page) == [["笔记", "price"], ["论语", "120"]]


@pytest.mark.parametrize(
    "written", ["![[库.base]]", "![[库.base#贵]]", "![[书/库.base#贵|宽]]", "![看](书/库.base#贵)"]
)
def test_an_embedded_base_is_the_view_that_is_named_or_the_first(tmp_path: Path, written: str) -> None:
    page = embedding(f"前\n\n{written}\n\n后\n", tmp_path)
    assert table(page) == [["笔记", "price"], ["论语", "120"]]
    assert '<a href="书/库.base">库' in page
    assert "指向这里" not in page


def test_an_embedded_base_knows_the_note_that_embeds_it(tmp_path: Path) -> None:
    page = embedding("![[库.base#指向这里]]\n", tmp_path)
    said = " ".join(html.fragment_fromstring(f"<div>{page}</div>").text_content().split())
    assert said == "库 > 指向这里 西游"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("![[库.base#没有]]", "库.base 里没有：没有"),
        ("![[库.base#坏]]", "这个视图没有显示：网站不会算 file.mtime"),
    ],
)
def test_an_embedded_view_that_is_not_shown_says_why(tmp_path: Path, written: str, said: str) -> None:
    assert said in embedding(f"{written}\n", tmp_path)


@pytest.mark.parametrize("library", ["a: [", "3"])
def test_an_embedded_file_that_is_no_base_says_so(tmp_path: Path, library: str) -> None:
    assert "这个文件读不出来" in embedding("![[库.base]]\n", tmp_path, library)


@pytest.mark.parametrize("around", ["# 标题 {}", "| 甲 |\n|---|\n| {} |", "[看 {}](页.md)"])
def test_where_no_block_can_stand_an_embedded_base_is_a_link(tmp_path: Path, around: str) -> None:
    page = embedding(around.format("![[库.base]]") + "\n", tmp_path)
    assert "120" not in page
    assert "库.base" in page


def test_a_page_shows_so_much_of_bases_and_leads_to_the_others(tmp_path: Path) -> None:
    page = embedding("![[库.base]]\n\n" * 6_000, tmp_path)
    assert page.count("<table") == MAX_CELLS // 4
    assert page.count(">库.base</a>") == 6_000 - MAX_CELLS // 4


@pytest.mark.parametrize("expression", ["+".join(["file.name"] * 400), "file.tags.join(file.name)", "-file.name"])
def test_texts_do_not_grow(expression: str) -> None:
    vault = vault_of({f"{'长' * 80}.md": f"---\ntags: [{', '.join(map('t{}'.format, range(200)))}]\n---\n"})
    (note,) = vault.notes.values()
    with pytest.raises(UnsupportedError):
        parse(expression)(Row(note, {}))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_base_in_a_note_follows_the_other_notes(tmp_path: Path) -> None:
    notes = tmp_path / "project" / "notes"
    notes.mkdir(parents=True)
    (notes.parent / "mkdocs.yml").write_text(
        "site_name: 站\ndocs_dir: notes\ntheme: {name: material, font: false}\nplugins: [zhixing]\n", encoding="utf-8"
    )
    (notes / "index.md").write_text("```base\nviews: [{filters: price > 5}]\n```\n", encoding="utf-8")
    (notes / "甲.md").write_text("---\nprice: 6\n---\n文\n", encoding="utf-8")
    (notes / "乙.md").write_text("---\nprice: 1\n---\n文\n", encoding="utf-8")
    site = ServedSite(notes.parent, tmp_path / "site")
    home = tmp_path / "site" / "index.html"
    assert table(home.read_text(encoding="utf-8"))[1:] == [["甲"]]
    (notes / "乙.md").write_text("---\nprice: 9\n---\n文\n", encoding="utf-8")
    site.save()
    assert table(home.read_text(encoding="utf-8"))[1:] == [["乙"], ["甲"]]
    (notes / "index.md").write_text("![[库.base#贵]]\n", encoding="utf-8")
    (notes / "库.base").write_text("views: [{name: 全}, {name: 贵, filters: price > 8}]\n", encoding="utf-8")
    site.save()
    assert table(home.read_text(encoding="utf-8"))[1:] == [["乙"]]
    (notes / "库.base").write_text("views: [{name: 全}, {name: 贵, filters: price < 8}]\n", encoding="utf-8")
    site.save()
    assert table(home.read_text(encoding="utf-8"))[1:] == [["甲"]]
    (notes / "甲.md").write_text("---\nprice: 60\n---\n文\n", encoding="utf-8")
    site.save()
    assert "没有符合条件的笔记" in home.read_text(encoding="utf-8")
    assert differences(notes.parent, site, tmp_path / "clean") == []
    site.close()


@pytest.mark.parametrize(
    ("view", "part"),
    [
        ("filters: file.mtime > 1", "file.mtime"),
        ("filters: {nand: [price]}", "nand"),
        ("order: [formula.worse]", "file.mtime"),
        ("order: [formula.round]", "formula.round"),
        ("sort: [{property: file.size}]", "file.size"),
    ],
)
def test_a_view_that_is_not_computed_says_so_and_the_others_stand(view: str, part: str) -> None:
    text = "formulas:\n  worse: file.mtime\n  round: formula.trip\n  trip: formula.round\nviews:\n"
    page = shown(f"{text}  - name: 坏\n    {view}\n  - name: 好\n    filters: price > 100\n")
    assert f"这个视图没有显示：网站不会算 {part}" in page
    assert table(page) == [["笔记"], ["论语"]]


@pytest.mark.parametrize("text", ["a: [", "- 1", "3", "\x00"])
def test_what_is_no_base_says_so(text: str) -> None:
    assert "这个文件读不出来" in shown(text)


@pytest.mark.parametrize("text", ["views: 3", "views: [3, {order: {a: b}, sort: 3, limit: -1, groupBy: []}]", "views:"])
def test_odd_values_stop_no_page(text: str) -> None:
    assert "原文件" in shown(text)


def test_nothing_matches() -> None:
    assert "没有符合条件的笔记" in shown("views: [{name: 空, filters: price > 1000}]")


def test_formulas_that_name_one_another_are_computed_once_each() -> None:
    formulas = "".join(f"  f{at}: if(formula.f{at + 1}, formula.f{at + 1}, formula.f{at + 1})\n" for at in range(25))
    with guard():
        page = shown(
            f"formulas:\n{formulas}  f25: price\nviews:\n  - {{name: a, filters: read, order: [formula.f0]}}\n"
        )
    assert table(page)[1] == ["30"]


def test_what_would_take_long_is_not_computed() -> None:
    vault = vault_of({f"{at}.md": "文" for at in range(1_000)})
    tags = tags_of(vault, lambda _: True, [])
    many = Bases(vault, private_of(vault, results(vault)), tags, 100_000, lambda _: True)
    begun = time.process_time()
    page = to_html(many.page(PurePosixPath("a.base"), "views: [{name: a}]"))
    assert "这个视图没有显示" in page
    assert time.process_time() - begun < 1


def test_as_text() -> None:
    values: list[Value] = [1.0, 1.5, True, None, ["a", 2.0]]
    assert [*map(as_text, values)] == ["1", "1.5", "true", "", "a, 2"]


def test_a_table_of_notes_stays_one_beside_html_of_authors(tmp_path: Path) -> None:
    page = embedding("<b>粗</b> <table data-rows='notes'><tr><td>甲</td></tr></table>\n\n![[库.base]]\n", tmp_path)
    assert page.count('data-rows="notes"') == 1
    assert "<b>粗</b>" in page

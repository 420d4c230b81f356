"""What helps to read: answers that fold, papers that are links, lists with headings, rows that fit a phone, the 404."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import run
from lxml import etree, html
from note_page import as_tree, shown, to_html
from playwright.sync_api import Browser
from test_browser import opened

from zhixing.page.tree import Heading, walk
from zhixing.site.answers import fold_answers
from zhixing.site.papers import with_papers

QUESTIONS = """## 问答

**问**：三个参数一样吗？

**答**：输入一样，`角色` 不同。

- 还有一条

**问**：第二个？

没有答案。

**问**：第三个？

**答**：有。

## 练习

正文。
"""


def words(one: etree._Element) -> str:
    """Return the text of an element, without what follows it."""
    return etree.tostring(one, method="text", encoding="unicode", with_tail=False)


def folded(text: str) -> html.HtmlElement:
    return html.fragment_fromstring(to_html(fold_answers(as_tree(text))), create_parent=True)


def test_an_answer_opens_below_its_question() -> None:
    page = folded(QUESTIONS)

    found = list(page.iter("details"))
    assert [one.findtext("summary") for one in found] == ["三个参数一样吗？", "第三个？"]
    first, last = (" ".join(words(one).split()) for one in found)
    assert first == "三个参数一样吗？ 输入一样，角色 不同。 还有一条"
    assert last == "第三个？ 有。"
    assert "没有答案。" in page.text_content()
    assert [words(one) for one in page.iter("h2")] == ["问答", "练习"]


def test_english_answers_fold_and_bold_words_in_text_do_not() -> None:
    assert len(folded("**Q**: Why?\n\n**A**: So.\n").findall(".//details")) == 1
    assert len(folded("**问** 谁？\n\n**答** 我。\n").findall(".//details")) == 0
    assert len(folded("**答**：只有答案。\n").findall(".//details")) == 0


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("见 arXiv:1706.03762）。", "https://arxiv.org/abs/1706.03762"),
        ("（NeurIPS，arXiv:2205.14135v2）：", "https://arxiv.org/abs/2205.14135v2"),
        ("arXiv:cs/0112017.", "https://arxiv.org/abs/cs/0112017"),
        ("doi:10.1162/neco.1997.9.8.1735。", "https://doi.org/10.1162/neco.1997.9.8.1735"),
        ("(doi:10.1016/0364-0213(90)90002-E)", "https://doi.org/10.1016/0364-0213(90)90002-E"),
    ],
)
def test_a_paper_s_number_is_a_link(text: str, href: str) -> None:
    page = html.fromstring(f"<p>{with_papers(text)}</p>")
    assert [str(link.get("href")) for link in page.iter("a")] == [href]
    assert words(page) == text


@pytest.mark.parametrize("text", ["arXiv:17.03", "xarXiv:1706.03762", "doi:10.1/x", "arXiv:1706.037621"])
def test_what_is_no_paper_is_no_link(text: str) -> None:
    assert with_papers(text) == text


@pytest.mark.slow
def test_only_running_text_outside_links_names_papers(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: s\ndocs_dir: notes\ntheme: material\nplugins: [zhixing]\n", encoding="utf-8"
    )
    text = "# 页\n\n*arXiv:1706.03762* `arXiv:1706.03763` [arXiv:1706.03764](https://example.org/)\n"
    (tmp_path / "notes" / "index.md").write_text(text, encoding="utf-8")
    done = run(sys.executable, "-m", "mkdocs", "build", "--strict", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = html.parse(str(tmp_path / "site" / "index.html"))
    hrefs = [str(link.get("href")) for link in page.iter("a")]
    assert [to for to in hrefs if "arxiv" in to or "example.org" in to] == [
        "https://arxiv.org/abs/1706.03762",
        "https://example.org/",
    ]


LIST = "# 表\n\n## 核 adam\n\n```yaml list\nid: 核\nof: core\n```\n"


def test_each_function_of_the_core_has_a_heading_of_its_own() -> None:
    tree = as_tree(LIST)
    headings = [one for one in walk(tree.blocks) if isinstance(one, Heading)]
    ids = [one.id for one in headings]
    assert len(ids) == len(set(ids)) > 60
    assert {one.level for one in headings[2:]} == {3}
    assert {"adam", "attention", "lstm_cell"} <= set(ids)
    assert "<p><code>adam(w, gradient, m, v" in to_html(tree)


def test_readers_see_no_notice_to_authors() -> None:
    assert "zhixing" not in shown(LIST)


NOTES = "```yaml list\nid: 表\nof: notes\nby: folder\n```\n\n## 表\n\n^a\n"


def test_groups_of_a_list_are_headings() -> None:
    page = html.fromstring(f"<main>{shown(NOTES, {'夹/甲.md': '', '乙.md': ''})}</main>")
    assert [words(one) for one in page.iter("h2")] == ["夹（1）", "首页（2）", "表"]


ERRATA = "```yaml list\nid: 表\nof: errata\n```\n"
SAYING = """```yaml example
id: 例
given: {x: 2}
says:
  - document: 1
    text: 二是 | 三
    claims: {"x": 3}
```
"""


def test_a_statement_s_cells_say_the_names_of_their_columns() -> None:
    page = html.fromstring(f"<main>{shown(ERRATA, {'甲.md': SAYING})}</main>")
    (cards,) = (one for one in page.iter("div") if one.get("class") == "zx-cards")
    assert [cell.get("data-label") for cell in cards.iter("td")] == ["应为", "来源的说法", "来源", "例子"]


@pytest.mark.browser
def test_an_address_that_leads_nowhere_is_searched(browser: Browser, site: Path, address: str) -> None:
    with opened(browser, f"{address}404.html") as page:
        assert page.locator("article h1").inner_text() == "没有这个页面"
        assert page.locator(".md-nav--primary .md-nav__link", has_text="标签").count() > 0
        page.evaluate("history.replaceState(null, '', '/夹/多头注意力/')")
        page.locator("article .zx-search-open").click()
        page.wait_for_selector("#zx-search [role=option]")
        assert page.locator("#zx-search input").input_value() == "多头注意力"
        assert "多头注意力" in page.locator("#zx-search [role=option]").first.inner_text()
    assert (site / "404.html").read_text(encoding="utf-8").count("Not found") == 0

"""The search: what is written for it, and in Chromium what is found, what is fetched, and what the keyboard does."""

from __future__ import annotations

import json
import re
import shutil
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from conftest import run, served
from hypothesis import given
from hypothesis import strategies as st
from note_page import as_tree
from playwright.sync_api import Browser, Page, expect

from zhixing.site.math_text import formula_text
from zhixing.site.search.index import Entry, encode, terms_of, write_search
from zhixing.site.search.text import Section, sections_of, sections_of_html

CONFIG = """site_name: 试
site_url: https://example.org/some/where/
docs_dir: notes
theme: {name: material, font: false, language: %s}
plugins: [%s]
"""
NOTES = {
    "index.md": "# 首页\n\n见 [[多头注意力]]。\n",
    "多头注意力.md": "---\naliases: [MHA, Multi-Head Attention]\nstatus: 完成\n---\n# 多头注意力\n\n## 定义\n\n"
    "把 $\\frac{QK^\\top}{\\sqrt{d_k}}$ 分成几个头。每个头看一处独特之物。\n\n## 数学形式\n\n$$\nW_O\n$$\n",
    "注意力.md": "---\naliases: [关注机制]\n---\n# 注意力\n\n注意力是加权和。多头注意力是它的推广。\n",
    "BERT模型.md": "# BERT模型\n\nＢＥＲＴ 用注意力 <b onmouseover=alert(1)>粗</b> `<img src=x onerror=alert(1)>`。\n",
    "夹/多头.md": "# 分头\n\n几个头，注意力。\n",
    "谱.md": "# 谱\n\n## 关注\n\n话。\n\n## 分\n\n话。\n",
    "共有的标题集.md": "# 共有的标题集\n\n话。\n",
    "藏.md": "---\npublish: false\n---\n# 藏着的多头注意力\n",
    **{f"页{number}.md": f"# 第{number}页\n\n## 共有的标题\n\n同样的话。\n" for number in range(30)},
}


# What is written.


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("注", ["注"]),
        ("注意，力", ["注", "意", "注意", "力"]),
        ("ＢＥＲＴ", ["be", "er", "rt", "ber", "ert", "bert "]),
        ("d_k", ["d ", "d·k", "k ", "dk", "dk"]),
        ("a型", ["a ", "a·型", "型"]),
        ("12345", ["12", "23", "34", "45", "123", "234", "345"]),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    assert list(terms_of(text)) == terms


def decoded(text: str) -> list[int]:
    """Return the numbers of a list, read in another way than the browser does."""
    data = b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
    if text[0] == "b":
        return [at for at in range(8 * len(data)) if int.from_bytes(data, "little") >> at & 1]
    numbers, place = [], -1
    for distance in re.findall(rb"[\x80-\xff]*[\x00-\x7f]", data, re.DOTALL):
        place += 1 + sum((byte & 127) << 7 * at for at, byte in enumerate(distance))
        numbers.append(place)
    return numbers


@pytest.mark.hypothesis
@given(st.sets(st.integers(0, 40_000), min_size=1, max_size=200), st.integers(1, 40_001))
def test_lists_of_pages_can_be_read_again(numbers: set[int], total: int) -> None:
    below = sorted(number for number in numbers if number < total) or [0]
    assert decoded(encode(below, total)) == below


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\operatorname{softmax}\left(\frac{QK^\top}{\sqrt{d_k}}\right)V", "softmax((QK^⊤)/(√(d_k)))V"),
        (r"\frac{1}{2}", "1/2"),
        (r"\sum_{i=1}^{n} x_i < 3", "∑_(i=1)^nx_i<3"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", ""),
        (r"\frac{", ""),
    ],
)
def test_formulas_are_lines_of_text_or_nothing(latex: str, text: str) -> None:
    assert formula_text(latex) == text


def test_sections_are_what_a_page_shows() -> None:
    page = as_tree(
        "前 **粗** [[乙|丙]]。%%藏%%\n\n## 题 $x$\n\n- 一\n- 二 ^b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "```py\nprint()\n```\n\n> [!note] 框\n> 里[^1]\n\n[^1]: 注\n\n<script>alert(1)</script>\n",
        {"乙.md": "乙"},
    )
    assert sections_of(page) == (
        Section("", "", "前 粗 丙。"),
        Section("题 x", "题-x", "一\n二\na b\n1 2\n框\n里", "print()", 2),
        Section("", "", "注"),
    )


def test_sections_of_other_pages() -> None:
    assert sections_of_html('<p>a&lt;b</p><h2 id="甲">题<a class="headerlink" href="#">¶</a></h2><p>文') == (
        Section("", "", "a<b"),
        Section("题", "甲", "文", level=2),
    )


def test_the_same_pages_give_the_same_files(tmp_path: Path) -> None:
    pages = [Entry(f"{name}/", name, (Section("", "", f"{name}的话"),)) for name in ("乙", "甲", "丙丁")]
    write_search(pages, tmp_path / "a")
    write_search(reversed(pages), tmp_path / "b")

    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["d0.js", "d1.js", "d2.js", "index.js", "t0.js"]
    assert [(tmp_path / "a" / one).read_bytes() for one in names] == [
        (tmp_path / "b" / one).read_bytes() for one in names
    ]


def test_names_are_spelled_in_pinyin(tmp_path: Path) -> None:
    pytest.importorskip("pypinyin")
    write_search([Entry("a/", "注意力 BN", (), ("长短期",))], tmp_path)
    record = (tmp_path / "d0.js").read_text(encoding="utf-8")
    assert json.loads(record[record.index("[") : -2])[4] == ["zhuyilibn", "zylbn", "changduanqi", "cdq"]


# What is built.


def make(folder: Path, language: str = "zh", plugins: str = "zhixing") -> str:
    """Build a site of `NOTES` in a folder; return what MkDocs said."""
    for name, text in NOTES.items():
        (folder / "notes" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "notes" / name).write_text(text, encoding="utf-8")
    (folder / "mkdocs.yml").write_text(CONFIG % (language, plugins), encoding="utf-8")
    done = run(sys.executable, "-m", "mkdocs", "build", "--strict", cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.slow
def test_the_themes_search_is_replaced_and_said_to_be(tmp_path: Path) -> None:
    said = make(tmp_path, language="en", plugins="search, zhixing")

    assert said.count("Remove the plugin 'search'") == 1
    assert not (tmp_path / "site" / "search").exists()
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "md-search" not in page.partition("<body")[2].partition("</header>")[0].replace("zx-search", "")
    assert page.count('role="combobox"') == 1
    assert 'placeholder="Search notes"' in page
    assert 'id="zx-search"' in (tmp_path / "site" / "404.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_site_of_another_theme_keeps_its_own_search(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "index.md").write_text("# 首页\n", encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: a\ndocs_dir: notes\nplugins: [search, zhixing]\n", encoding="utf-8"
    )
    done = run(sys.executable, "-m", "mkdocs", "build", "--strict", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "Remove the plugin" not in done.stderr
    index = json.loads((tmp_path / "site" / "search" / "search_index.json").read_text(encoding="utf-8"))
    assert [one["title"] for one in index["docs"]] == ["首页", "首页"]
    assert not (tmp_path / "site" / "assets" / "zhixing" / "search").exists()


# What is found.


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("search")
    make(folder)
    return folder / "site"


@pytest.fixture(scope="module")
def place(searched: Path) -> Iterator[str]:
    """The site's address, below that of the server as its `site_url` has it."""
    root = searched.parent / "served"
    shutil.copytree(searched, root / "some" / "where")
    with served(root) as address:
        yield f"{address}some/where/"


@contextmanager
def at(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(url, wait_until="load")
    yield page
    context.close()
    assert problems == []


@pytest.fixture(scope="module")
def searching(browser: Browser, place: str) -> Iterator[Page]:
    """A page in whose search one query follows another."""
    with at(browser, place) as page:
        yield page


def find(page: Page, query: str) -> list[str]:
    """Type a query; return the names of the results, the first ones first."""
    if not page.locator("#zx-search").is_visible():
        page.keyboard.press("/")
    page.locator("#zx-search input").fill("")
    expect(page.locator("#zx-search [role=status]")).to_have_text("")
    page.locator("#zx-search input").fill(query)
    expect(page.locator("#zx-search [role=status]")).not_to_have_text("")
    return page.locator(".zx-result-name > span:first-child").all_inner_texts()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("多头注意力", "多头注意力"), ("注意力", "注意力"), ("头注意", "多头注意力"), ("意", "注意力"),
        ("mha", "多头注意力"), ("multi-head attention", "多头注意力"), ("关注", "谱"), ("关注机制", "注意力"),
        ("BERT模型", "BERT模型"), ("bert 模型", "BERT模型"), ("ｂｅｒｔ", "BERT模型"), ("ert", "BERT模型"),
        ("be", "BERT模型"), ("Multi Head", "多头注意力"),
        ("数学形式", "多头注意力"), ("独特之物", "多头注意力"), ("分头", "多头"), ("dk", "多头注意力"),
        ("第7页", "页7"), ("分", "谱"), ("共有的标题", "共有的标题集"), ("多头注意力是什么意思呢", "多头注意力"),
    ],
)  # fmt: skip
def test_the_page_that_is_meant_comes_first(searching: Page, query: str, first: str) -> None:
    assert find(searching, query)[:1] == [first]


@pytest.mark.browser
@pytest.mark.slow
def test_everything_that_holds_a_query_is_found_and_nothing_else(browser: Browser, place: str) -> None:
    with at(browser, place) as page:
        assert set(find(page, "多头注意力")) == {"多头注意力", "注意力", "首页"}
        assert find(page, "藏着") == []
        assert page.locator("#zx-search [role=status]").inner_text() == "没有找到"
        assert len(find(page, "共有的标题")) == 10
        page.locator("[role=listbox]").evaluate("one => one.scrollTo(0, one.scrollHeight)")
        expect(page.locator(".zx-result")).to_have_count(20)


@pytest.mark.browser
@pytest.mark.slow
def test_a_window_that_shows_ten_results_without_scrolling_gets_more(browser: Browser, place: str) -> None:
    with at(browser, place) as page:
        page.set_viewport_size({"width": 1440, "height": 3000})
        page.locator("#zx-search").evaluate("one => one.style.maxHeight = 'none'")
        find(page, "共有的标题")
        expect(page.locator(".zx-result")).to_have_count(31)


@pytest.mark.browser
@pytest.mark.slow
def test_a_result_says_what_was_found_where_as_text(browser: Browser, place: str) -> None:
    with at(browser, place) as page:
        find(page, "独特之物")
        result = page.locator(".zx-result").first
        assert result.locator(".zx-result-place").inner_text() == "定义"
        assert result.locator(".zx-result-status").inner_text() == "完成"
        assert result.locator("mark").inner_text() == "独特之物"
        assert result.locator(".zx-result-text").inner_text() == "每个头看一处独特之物。"
        find(page, "分成几个头")
        assert "(QK^⊤)/(√(d_k))" in page.locator(".zx-result-text").first.inner_text()
        find(page, "mha")
        assert page.locator(".zx-result-alias").first.inner_text() == "MHA"
        assert page.locator(".zx-result-text").first.inner_text().endswith("分成几个头。")
        find(page, "onerror")
        assert "<img src=x onerror=alert(1)>" in page.locator(".zx-result-text").first.inner_text()
        assert page.locator("#zx-search img, #zx-search b").count() == 0


@pytest.mark.browser
@pytest.mark.slow
def test_nothing_is_fetched_before_the_first_query_and_little_for_it(browser: Browser, place: str) -> None:
    with at(browser, place) as page:
        page.keyboard.press("/")
        page.evaluate("document.fonts.ready.then(() => 0)")  # the dialog may be the first with letters of a font
        page.wait_for_load_state("networkidle")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        fetched = "performance.getEntriesByType('resource').filter(one => one.name.includes('/search/'))"
        assert page.evaluate(f"{fetched}.length") == 0
        find(page, "多头注意力")
        assert all("/assets/zhixing/search/" in url for url in asked)
        assert 0 < page.evaluate(f"{fetched}.reduce((sum, one) => sum + one.decodedBodySize, 0)") < 300_000


@pytest.mark.browser
@pytest.mark.slow
def test_the_keyboard_is_enough(browser: Browser, place: str) -> None:
    with at(browser, f"{place}{quote('夹/多头')}/") as page:
        page.keyboard.press("s")
        field = page.locator("#zx-search input")
        assert field.evaluate("one => one === document.activeElement")
        assert field.get_attribute("role") == "combobox"
        assert field.get_attribute("aria-expanded") == "false"
        page.keyboard.press("Escape")
        assert not field.is_visible()
        find(page, "注意力")
        expect(field).to_have_attribute("aria-expanded", "true")
        options = page.locator(f"#{field.get_attribute('aria-controls')} > [role=option]")
        chosen = page.locator("[aria-selected=true]")
        assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
        page.keyboard.press("ArrowDown")
        expect(chosen).to_have_id(options.nth(1).get_attribute("id") or "")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(chosen).to_have_id(options.last.get_attribute("id") or "")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{place}{quote('注意力')}/")
        find(page, "数学形式")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("#"))
        assert unquote(page.url) == f"{place}多头注意力/#数学形式"


@pytest.mark.browser
@pytest.mark.slow
def test_a_key_that_is_typed_into_a_field_opens_nothing(browser: Browser, place: str) -> None:
    with at(browser, place) as page:
        page.evaluate("document.querySelector('article').append(document.createElement('textarea'))")
        page.locator("textarea").press("s")
        assert not page.locator("#zx-search").is_visible()
        # The field of a dialog that was closed a moment ago.
        page.locator("#zx-search input").dispatch_event("keydown", {"key": "s"})
        assert page.locator("#zx-search").is_visible()
        page.keyboard.press("Escape")
        page.locator(".zx-search-open").click()
        assert page.locator("#zx-search").is_visible()


@pytest.mark.browser
@pytest.mark.slow
def test_an_address_can_hold_a_query(browser: Browser, place: str) -> None:
    with at(browser, f"{place}404.html?q={quote('关注机')}") as page:
        page.wait_for_selector(".zx-result")
        assert unquote(page.locator(".zx-result").first.get_attribute("href") or "") == f"{place}注意力/"


@pytest.mark.browser
@pytest.mark.slow
def test_the_search_works_from_a_folder(browser: Browser, searched: Path) -> None:
    with at(browser, (searched / "index.html").as_uri()) as page:
        assert find(page, "关注机制") == ["注意力"]
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: unquote(url).endswith("/注意力/index.html"))
        assert page.locator("h1").inner_text().startswith("注意力")

"""The site of a small vault: what its pages hold, and what they do not."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import VAULT, run, search_text
from lxml import html

pytestmark = pytest.mark.slow


def page(site: Path, name: str) -> html.HtmlElement:
    return html.fromstring((site / name / "index.html").read_text(encoding="utf-8"))


def texts(root: html.HtmlElement, path: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in root.xpath(path)]


def test_the_vault_is_only_read(project: Path, site: Path) -> None:
    assert site.is_dir()
    kept = {path.relative_to(VAULT) for path in VAULT.rglob("*.md")}
    assert {path.relative_to(project) for path in (project / "notes").rglob("*.md")} == kept


def test_results_are_shown_and_their_source_folds(site: Path) -> None:
    note = page(site, "概念/注意力")
    assert texts(note, "//article//table//tbody/tr[1]/*") == ["apple", "−0.51083", "0.6", "10"]
    assert texts(note, "//details[@class='source']/summary") == ["源码：水果", "NumPy：水果"]
    source, program = texts(note, "//details[@class='source']")
    assert "softmax(scores)" in source
    assert "def softmax(x, axis=-1, temperature=1.0):" in program
    assert "查得 8。" in texts(note, "//article//p")
    assert [unquote(str(image.get("src"))) for image in note.iterfind(".//figure/img")] == [
        "../_figures/水果.weights.svg"
    ]
    assert (site / "概念" / "_figures" / "水果.weights.svg").read_text(encoding="utf-8").startswith("<svg")


def test_links_lead_somewhere(site: Path) -> None:
    home = html.fromstring((site / "index.html").read_text(encoding="utf-8"))
    targets = [unquote(str(link.get("href"))) for link in home.iterfind(".//article//p/a")]
    assert targets == ["概念/注意力/", "多头注意力/", "各种写法/"]
    assert all((site / target / "index.html").is_file() for target in targets)
    assert texts(home, "//em[@class='stub']") == ["没写的"]


def test_backlinks_say_where_and_how(site: Path) -> None:
    card = page(site, "概念/注意力").xpath("//section[@class='backlinks']")[0]
    said = {texts(item, "./a")[0]: texts(item, "./span") for item in card.xpath(".//li")}
    assert said == {
        "各种写法": [],
        "属性": ["在属性 link 里，列为相关"],
        "多头注意力": ["多头注意力把同一个公式做几遍。"],
        "首页": ["从注意力读起，再看多头注意力与各种写法。"],
    }


def test_headings_keep_readable_anchors_and_their_formulas(site: Path) -> None:
    note = page(site, "概念/注意力")
    assert note.xpath("//h2/@id")[:1] == ["定义"]
    assert note.xpath("//h2[2]//math")
    assert note.xpath("//nav[@data-md-component='toc' or contains(@class, 'md-nav--secondary')]//math")


def test_nothing_of_a_note_runs(site: Path) -> None:
    article = html.tostring(page(site, "各种写法").xpath("//article")[0], encoding="unicode")
    for danger in ("<script", "<div onclick", "onerror", "javascript:"):
        assert danger not in article
    # An attribute list is text in Obsidian, so it is here.
    assert "{onclick=" in article


def test_syntax_of_obsidian(site: Path) -> None:
    note = page(site, "各种写法")
    assert texts(note, "//details[contains(@class, 'warning')]/summary") == ["折起来的"]
    assert texts(note, "//details//li/ul/li") == ["二"]
    assert texts(note, "//details/div[contains(@class, 'tip')]/p[@class='admonition-title']") == ["套着的"]
    assert texts(note, "//div[contains(@class, 'embed')]//p[last()]") == ["权重和为一。"]
    assert texts(note, "//mark") == ["划重点"]
    assert texts(note, "//article//code")[0] == "[[不是链接]]"
    assert texts(note, "//a[@class='remote']") == ["一张图"]
    assert len(note.xpath("//article//input[@type='checkbox']")) == 2
    assert len(note.xpath("//article//input[@checked]")) == 1
    assert "看不见" not in note.text_content()


def test_a_note_that_is_not_published_is_nowhere(site: Path) -> None:
    assert not (site / "草稿").exists()
    assert "秘密" not in search_text(site)


def test_what_is_published_is_in_the_search(site: Path) -> None:
    assert "多头注意力" in search_text(site)


def test_every_page_has_the_policy(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert site / "404.html" in pages
    assert all('http-equiv="Content-Security-Policy"' in one.read_text(encoding="utf-8") for one in pages)


def test_mermaid_comes_with_the_site_where_it_is_used(site: Path) -> None:
    assert "mermaid.min.js" in (site / "各种写法" / "index.html").read_text(encoding="utf-8")
    assert "mermaid.min.js" not in (site / "index.html").read_text(encoding="utf-8")
    assert (site / "assets" / "zhixing" / "mermaid.min.js").is_file()


def test_problems_are_warnings_with_their_place(tmp_path: Path) -> None:
    shutil.copytree(VAULT, tmp_path / "vault")
    (tmp_path / "vault" / "notes" / "坏.md").write_text("好\n\n见 [[注意力#没有]]，$\\bad{x}$\n", encoding="utf-8")
    command = (sys.executable, "-m", "mkdocs", "build")
    done = run(*command, "--strict", cwd=tmp_path / "vault")
    assert done.returncode == 1
    assert "notes/坏.md:3:3: link-heading: " in done.stderr
    assert "notes/坏.md:3:15: formula-unreadable: The formula cannot be read: " in done.stderr
    done = run(*command, cwd=tmp_path / "vault")
    assert done.returncode == 0
    shown = page(tmp_path / "vault" / "site", "坏")
    assert texts(shown, "//code[@class='formula-source']") == ["\\bad{x}"]

"""Pages that no note is: those of tags, and redirects at former names."""

from __future__ import annotations

import base64
import re
import sys
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import run, search_text
from lxml import html
from test_build import page, texts

pytestmark = pytest.mark.slow

CONFIG = "site_name: 站\nsite_url: https://example.org/站/\ndocs_dir: notes\nexclude_docs: /草/\n"
MATERIAL = "theme: {name: material, language: zh, font: false}\n"
NOTES = {
    "index": "---\naliases: [home]\n---\n见 [[甲]]、[[乙]] 与 #父/子\n",
    # All but the first three can be no page: taken, in another case too, claimed twice, or no name of a file.
    "夹/甲": '---\naliases: [旧名, "What is it", Former, FORMER, 乙, 共同, 图.png, PAGE, 写作,'
    f' "C/C++", "..", ".", "a\\\\b", "../外", "/etc/x", .藏, 尾., "问?", "a:b", {"长" * 90}]\n'
    "tags: [父/子, Tag, 1984]\n---\n甲\n",
    "夹/乙": "---\naliases: [共同]\n---\n#父 #TAG\n",
    "夹/page": "页\n",
    "夹/写作/index": "写\n",
    "丙": "---\npublish: false\naliases: [丙的旧名]\ntags: [秘密]\n---\n#父/子\n",
    "草/丁": "---\naliases: [丁的旧名]\n---\n#父/子 #草稿\n",
    "tags": "自己的\n\n<!-- material/tags -->\n",
    "tags-2/own": "自己的\n",
    "戊": '---\naliases: [sitemap.xml, "404", 404.html, 搜]\n---\n戊\n',
}


def build(folder: Path, config: str, notes: dict[str, str]) -> Path:
    """Return the site of a vault, built so that any warning fails."""
    (folder / "mkdocs.yml").write_text(CONFIG + config, encoding="utf-8")
    for name, text in notes.items():
        path = folder / "notes" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "notes" / "夹" / "图.png").write_bytes(b"\x89PNG")
    done = run(sys.executable, "-m", "mkdocs", "build", cwd=folder)
    assert done.returncode == 0, done.stderr
    # Nothing is wrong but the names that clash, and nothing is said of pages outside the navigation.
    said = [line for line in done.stderr.splitlines() if line.startswith(("WARNING", "ERROR"))]
    assert all("clash" in line for line in said), said
    assert "not included in the" not in done.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose addresses are folders."""
    folder = tmp_path_factory.mktemp("folders")
    return build(folder, f"{MATERIAL}plugins: [search, tags, zhixing]\n", NOTES)


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose addresses are files, in a theme that knows nothing of tags."""
    folder = tmp_path_factory.mktemp("files")
    return build(folder, "theme: mkdocs\nuse_directory_urls: false\nplugins: [zhixing]\n", NOTES)


def parsed(path: Path) -> html.HtmlElement:
    return html.fromstring(path.read_text(encoding="utf-8"))


def redirects(site: Path) -> dict[str, str]:
    """Return where each redirect of a site leads, by its own place."""
    found = {}
    for path in site.rglob("*.html"):
        to = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]*)">', path.read_text(encoding="utf-8"))
        if to:
            found[str(path.relative_to(site))] = unquote(to[1])
    return found


def test_aliases_lead_to_their_notes(built: Path, flat: Path) -> None:
    assert redirects(built) == {
        "home/index.html": "../",
        "搜/index.html": "../戊/",
        "404/index.html": "../戊/",
        "夹/旧名/index.html": "../甲/",
        "夹/What is it/index.html": "../甲/",
        "夹/Former/index.html": "../甲/",
    }
    assert redirects(flat) == {
        "home.html": "index.html",
        "搜.html": "戊.html",
        "sitemap.xml.html": "戊.html",
        "404.html.html": "戊.html",
        "夹/旧名.html": "甲.html",
        "夹/What is it.html": "甲.html",
        "夹/Former.html": "甲.html",
        "夹/图.png.html": "甲.html",
        "夹/写作.html": "甲.html",
    }


def test_a_redirect_says_where_the_page_is_now(built: Path) -> None:
    old = parsed(built / "夹" / "旧名" / "index.html")
    assert [unquote(str(href)) for href in old.xpath("//link[@rel='canonical']/@href")] == [
        "https://example.org/站/夹/甲/"
    ]
    assert old.xpath("//meta[@name='robots']/@content") == ["noindex"]
    policy = str(old.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0])
    script = str(old.xpath("//script/text()")[0])
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert [unquote(str(href)) for href in old.xpath("//body//a/@href")] == ["../甲/"]


def test_nothing_is_written_beside_the_site(built: Path, flat: Path) -> None:
    for site in (built, flat):
        assert sorted(path.name for path in site.parent.iterdir()) == ["mkdocs.yml", "notes", "site"]
        assert (site / "夹" / "图.png").read_bytes() == b"\x89PNG"
        assert "refresh" not in (site / "404.html").read_text(encoding="utf-8")


def test_redirects_are_in_no_list(built: Path) -> None:
    for name in ("index.html", "sitemap.xml"):
        assert "旧名" not in unquote((built / name).read_text(encoding="utf-8"))
    assert search_text(built).count('"夹/甲/"') == 1
    assert '"夹/旧名/"' not in search_text(built)


def test_tags_have_pages_where_the_vault_has_nothing(built: Path) -> None:
    assert "自己的" in page(built, "tags").text_content()
    assert "自己的" in page(built, "tags-2/own").text_content()
    assert {path.name for path in (built / "tags-3").iterdir()} == {"index.html", "父", "tag"}
    assert texts(page(built, "tags-3"), "//div[@class='tag-page']/ul/li/a") == ["#TAG", "#父"]
    parent = page(built, "tags-3/父")
    assert texts(parent, "//div[@class='tag-page']/ul[1]/li") == ["#父/子 · 2"]
    assert texts(parent, "//h2[@id='笔记']/following-sibling::ul/li") == ["index", "乙", "甲"]


def test_links_of_tags_and_their_pages_lead_somewhere(built: Path, flat: Path) -> None:
    for site in (built, flat):
        for path in site.rglob("*.html"):
            places = ("//div[@class='tag-page']//a", "//*[@class='tag']/a", "//a[@class='tag']")
            hrefs = [unquote(str(link.get("href"))) for place in places for link in parsed(path).xpath(place)]
            for href in (one for one in hrefs if not one.startswith("#")):
                there = (path.parent / href).resolve()
                assert (there / "index.html").is_file() or there.is_file(), f"{path}: {href}"


def test_what_nobody_is_to_see_is_in_no_tag_and_no_redirect(built: Path, flat: Path) -> None:
    for site in (built, flat):
        for path in site.rglob("*"):
            text = path.read_text(encoding="utf-8") if path.suffix in {".html", ".json", ".xml"} else ""
            assert not re.search("丙|丁|秘密|草稿", text + str(path.relative_to(site))), path


def test_of_tag_pages_the_list_alone_is_in_the_navigation_and_none_in_the_search(built: Path) -> None:
    navigation = page(built, "夹/甲").xpath("//nav[contains(@class, 'md-nav--primary')]//a/@href")
    assert [href for href in navigation if "tags-3" in str(href)] == ["../../tags-3/"]
    assert "tags-3" not in search_text(built)


def test_the_themes_own_list_of_tags_is_there_too(built: Path, flat: Path) -> None:
    assert texts(page(built, "tags"), "//article//h2//span[@class='md-tag']") == ["TAG", "父", "父/子"]
    assert "material" not in (flat / "tags.html").read_text(encoding="utf-8")


def test_the_tags_of_the_theme_do_not_stand_twice(built: Path) -> None:
    assert page(built, "夹/甲").xpath("//nav[contains(@class, 'md-tags') and not(@hidden)]") == []

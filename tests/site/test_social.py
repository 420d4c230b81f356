"""What a site tells services that show links to it: titles, descriptions, pictures, and a feed of dated notes."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest
from conftest import run
from lxml import html

pytestmark = pytest.mark.slow

CONFIG = """site_name: 站 & <名>
docs_dir: notes
theme: {name: material, font: false, language: zh}
plugins: [zhixing]
"""
ADDRESS = "https://example.org/wiki/"
OWN = f"{ADDRESS}assets/zhixing/social.png"
NOTES = {
    "index.md": "# 首页\n",
    "wiki.md": "---\ncover: '[[图 一.png]]'\ndescription: 说明 \"引\"\n---\n文\n",
    "path.md": "---\nimage: 附/乙.webp\n---\n文\n",
    "drawn.md": "---\nimage: 图.svg\n---\n文\n",
    "hidden.md": "---\nimage: 藏/密.png\n---\n文\n",
    "away.md": "---\nimage: https://other.example/a.png\n---\n文\n",
    "藏/藏.md": "---\npublish: false\n---\n![[密.png]]\n",
}


def built(folder: Path, notes: dict[str, str], config: str) -> Path:
    """Return the site of notes and of the pictures that they may name."""
    for path, text in {**notes, **dict.fromkeys(("图 一.png", "附/乙.webp", "图.svg", "藏/密.png"), "")}.items():
        file = folder / "notes" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    done = run(sys.executable, "-m", "mkdocs", "build", "--quiet", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "site"


def told(site: Path, page: str) -> dict[str, str]:
    head = html.parse(str(site / page)).getroot().find("head")
    assert head is not None
    metas = ((one.get("property") or one.get("name") or "", one.get("content") or "") for one in head.iter("meta"))
    return dict(metas) | {"feed": "".join(head.xpath(".//link[@type='application/atom+xml']/@href"))}


def test_pages_tell_a_picture_where_the_address_of_the_site_is_known(tmp_path: Path) -> None:
    site = built(tmp_path, NOTES, f"{CONFIG}site_url: {ADDRESS}\n")
    home = told(site, "index.html")
    assert home["og:image"] == OWN
    assert (home["og:image:width"], home["og:image:height"]) == ("1200", "630")
    assert home["twitter:card"] == "summary_large_image"
    assert home["og:site_name"] == "站 & <名>"
    assert home["feed"] == ""
    assert not (site / "feed.xml").exists()
    drawn = (site / "assets" / "zhixing" / "social.png").read_bytes()
    assert struct.unpack(">II", drawn[16:24]) == (1200, 630)
    assert len(drawn) < 40_000
    wiki = told(site, "wiki/index.html")
    assert wiki["og:image"] == f"{ADDRESS}%E5%9B%BE%20%E4%B8%80.png"
    assert "og:image:width" not in wiki
    assert (wiki["og:title"], wiki["og:description"]) == ("wiki", '说明 "引"')
    assert told(site, "path/index.html")["og:image"] == f"{ADDRESS}%E9%99%84/%E4%B9%99.webp"
    for page in ("drawn", "hidden", "away"):
        assert told(site, f"{page}/index.html")["og:image"] == OWN


def test_the_picture_of_the_home_page_is_that_of_the_site_and_dated_notes_have_a_feed(tmp_path: Path) -> None:
    notes = {"index.md": "---\nimage: 附/乙.webp\n---\n# 首页\n", "a.md": "---\ndate: 2024-05-01\n---\n文\n"}
    site = built(tmp_path, notes, f"{CONFIG}site_url: {ADDRESS}\n")
    assert told(site, "a/index.html")["og:image"] == f"{ADDRESS}%E9%99%84/%E4%B9%99.webp"
    assert told(site, "a/index.html")["feed"] == f"{ADDRESS}feed.xml"
    assert (site / "feed.xml").is_file()


def test_without_the_address_of_the_site_there_is_no_picture(tmp_path: Path) -> None:
    site = built(tmp_path, NOTES, CONFIG)
    assert not {"og:image", "twitter:card"} & told(site, "index.html").keys()
    assert not (site / "assets" / "zhixing" / "social.png").exists()

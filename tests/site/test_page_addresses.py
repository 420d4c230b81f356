"""Pages stand where the owner's setting says; all that names them follows, and their other addresses lead there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest
from conftest import run
from lxml import html

pytestmark = pytest.mark.slow

PRIVATE = "---\npermalink: /private-address/\naliases: [旧密]\npublish: false\n---\n密\n"
NOTES = {
    "index.md": "# 首页\n\n[[A & B]] [b](Cell%20Biology/A%20&%20B.md#题) ![[A & B#题]] [[说]] ![图](图.png)\n",
    "Cell Biology/A & B.md": (
        "---\npermalink: /cells/\ndate: 2026-01-02\ntags: [生物]\naliases: [旧名]\n---\n## 题\n\n"
        "[[index]] [[说]] ![[图.png]]\n"
    ),
    "说.md": "---\npermalink: ../../outside\n---\n[[A & B]]\n",
    "占.md": "---\npermalink: /tags/生物/\n---\n文\n",
    "assets.md": "---\npermalink: /assets/stylesheets/\n---\n文\n",
    "密 言.md": PRIVATE,
    "图.png": "",
}  # fmt: skip
FILES, QUARTZ, PERMALINK = "Cell Biology/A & B/", "Cell-Biology/A--and--B/", "cells/"
PLUGIN = "plugins:\n  - zhixing: {addresses: %s}\nuse_directory_urls: %s\n"


@pytest.fixture(scope="module")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the site of a setting and what its build said."""
    return build(tmp_path_factory.mktemp("addresses"), request.param)


def build(folder: Path, setting: str, directories: str = "true") -> tuple[Path, str]:
    for name, text in NOTES.items():
        path = folder / "notes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    config = "site_name: 站\nsite_url: https://own.example/in/\ndocs_dir: notes\ntheme: {name: material}\n"
    (folder / "mkdocs.yml").write_text(config + PLUGIN % (setting, directories), encoding="utf-8")
    done = run(sys.executable, "-m", "mkdocs", "build", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "site", done.stderr


def addresses(site: Path) -> dict[str, str]:
    """Return the pages of a site by address, each with the address to which it leads, "" for one that stays."""
    found = {}
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        address = str(path.relative_to(site)).removesuffix("index.html")
        to = re.search(r'http-equiv="refresh" content="0; url=([^"]*)"', text)
        found[address] = (
            unquote(urljoin(f"https://x/{address}", html.fromstring(f"<a href='{to[1]}'>").get("href"))) if to else ""
        )
    return found


def dead_links(site: Path) -> list[str]:
    """Return what the pages of a site name that is not on it."""
    dead = []
    for path in site.rglob("*.html"):
        page, here = html.fromstring(path.read_text(encoding="utf-8")), path.relative_to(site)
        for element in page.iter("a", "img"):
            target = element.get("href") or element.get("src") or ""
            to = unquote(urljoin(f"https://x/{here}", target).partition("#")[0])
            if to.startswith("https://x/") and path.name != "404.html":
                place = site / to.removeprefix("https://x/")
                if not (place.is_file() or (place / "index.html").is_file()):
                    dead.append(f"{here}: {target}")
    return dead


@pytest.mark.parametrize(
    ("built", "page", "others"),
    [
        ("files", FILES, {QUARTZ, PERMALINK}),
        ("quartz", QUARTZ, {FILES, PERMALINK}),
        ("permalink", PERMALINK, {FILES, QUARTZ}),
    ],
    indirect=["built"],
)
def test_pages_stand_where_the_setting_says_and_all_else_follows(
    built: tuple[Path, str], page: str, others: set[str]
) -> None:
    site, said = built
    found = addresses(site)

    assert found[page] == ""
    assert {address for address, to in found.items() if to == f"https://x/{page}"} == {*others, "Cell Biology/旧名/"}
    assert dead_links(site) == []
    whole = "https://own.example/in/" + page.replace(" ", "%20")
    text = (site / page / "index.html").read_text(encoding="utf-8")
    links = html.fromstring(text).iter("link")
    assert [unquote(one.get("href", "")) for one in links if one.get("rel") == "canonical"] == [unquote(whole)]
    for name in ("sitemap.xml", "feed.xml"):
        written = (site / name).read_text(encoding="utf-8").replace("&amp;", "&")
        assert unquote(whole) in unquote(written)
        assert not any(f"/in/{other}" in unquote(written) for other in others)
    search = "".join(path.read_text(encoding="utf-8") for path in (site / "assets/zhixing/search").iterdir())
    assert page in unquote(search)
    assert not any(f'"{other}' in unquote(search) for other in others)
    assert "address-refused: No page of the site can have the address '../../outside'" in said
    assert (site / "tags").exists()
    assert found["assets/"] == ""


@pytest.mark.parametrize("built", ["files", "quartz", "permalink"], indirect=True)
def test_nothing_of_a_hidden_note_is_written_and_nothing_outside(built: tuple[Path, str]) -> None:
    site, _ = built
    names = {part for path in site.rglob("*") for part in path.relative_to(site).parts}
    assert names & {"private-address", "密 言", "密-言", "旧密", "outside", ".."} == set()
    assert not (site.parent / "outside").exists()
    assert not (site.parent.parent / "outside").exists()
    assert len((site / "index.html").read_text(encoding="utf-8")) > 2000
    assert [path.name for path in (site / "assets" / "stylesheets").glob("*.html")] == []


@pytest.mark.parametrize("built", ["permalink"], indirect=True)
def test_a_page_may_claim_the_place_that_the_tags_would_have(built: tuple[Path, str]) -> None:
    site, _ = built
    found = addresses(site)
    assert found["tags/生物/"] == ""
    assert "<p>文</p>" in (site / "tags/生物/index.html").read_text(encoding="utf-8")
    assert found["tags-2/生物/"] == ""


def test_sites_without_folders_for_pages(tmp_path: Path) -> None:
    site, _ = build(tmp_path, "quartz", directories="false")
    found = addresses(site)
    assert found["Cell-Biology/A--and--B.html"] == ""
    assert found["Cell Biology/A & B.html"] == found["cells.html"] == "https://x/Cell-Biology/A--and--B.html"
    assert dead_links(site) == []

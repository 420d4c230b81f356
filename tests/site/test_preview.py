"""What a site tells of its pages: previews of links, previews in messages, a feed, figures in words."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import pytest
from conftest import VAULT, run
from lxml import etree, html
from note_page import as_tree
from playwright.sync_api import Browser
from test_browser import luminance, opened

from zhixing.page.html import write_html
from zhixing.site.html import description_of, edge_of

FIGURE = "```yaml example\nid: 例\naxes: {i: [甲, 乙]}\ngiven: {'x[i]': [1, 2]}\nshow: [heatmap: x]\n```\n"


def test_a_generated_figure_is_told_in_its_own_words() -> None:
    def told(path: PurePosixPath) -> str:
        return description_of("<svg><desc>\n行：甲 1，\n&lt;乙&gt; 2\n</desc></svg>") if path.suffix == ".svg" else ""

    body = write_html(as_tree(FIGURE), edge_of(lambda place: str(place.path), described=told)).body
    assert [str(one.get("alt")) for one in html.fromstring(f"<main>{body}</main>").iter("img")] == ["行：甲 1， <乙> 2"]


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the small vault at an address of its own, with a hidden note that has a date."""
    folder = tmp_path_factory.mktemp("public") / "vault"
    shutil.copytree(VAULT, folder)
    config = folder / "mkdocs.yml"
    config.write_text(f"site_url: https://example.org/wiki/\n{config.read_text(encoding='utf-8')}", encoding="utf-8")
    notes = folder / "notes"
    (notes / "新.md").write_text('---\ntitle: "新 & <旧>"\ndate: 2030-05-06\n---\n\n第一句"话"。\n', encoding="utf-8")
    (notes / "密.md").write_text("---\npublish: false\ndate: 2025-01-01\n---\n密密\n", encoding="utf-8")
    done = run(sys.executable, "-m", "mkdocs", "build", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "site"


@pytest.mark.slow
def test_the_feed_has_the_last_changes(public: Path) -> None:
    feed = etree.parse(str(public / "feed.xml")).getroot()
    atom = "{http://www.w3.org/2005/Atom}"
    first = feed.find(f"{atom}entry")
    assert first is not None
    assert [first.findtext(f"{atom}{name}") for name in ("title", "id", "updated")] == [
        "新 & <旧>",
        f"https://example.org/wiki/{quote('新')}/",
        "2030-05-06T00:00:00Z",
    ]
    assert "密" not in (public / "feed.xml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_messages_say_what_a_page_is(public: Path) -> None:
    page = html.parse(str(public / "新" / "index.html"), html.HTMLParser(encoding="utf-8"))
    told = {str(one.get("property") or one.get("name")): str(one.get("content")) for one in page.iter("meta")}
    assert told["og:title"] == "新 & <旧>"
    assert told["description"] == told["og:description"] == '第一句"话"。'
    assert told["og:url"] == f"https://example.org/wiki/{quote('新')}/"
    links = {str(one.get("rel")): str(one.get("href")) for one in page.iter("link")}
    assert links["alternate feed"] == "https://example.org/wiki/feed.xml"
    assert links["canonical"] == told["og:url"]


@pytest.mark.browser
def test_a_link_shows_what_it_leads_to(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        page.locator("article p a", has_text="多头注意力").first.hover()
        preview = page.locator(".zx-preview")
        preview.wait_for()
        assert preview.locator("h1").inner_text() == "多头注意力"
        assert preview.locator("[id]").count() == 0
        page.keyboard.press("Escape")
        assert not preview.is_visible()


@pytest.mark.browser
def test_a_tag_shows_its_notes(browser: Browser, address: str) -> None:
    with opened(browser, f"{address}tags/") as page:
        page.locator("article li a", has_text="概念").first.hover()
        preview = page.locator(".zx-preview")
        preview.wait_for()
        assert preview.locator("h1").inner_text() == "#概念"
        assert preview.locator("li a").count() > 0
        assert preview.locator("p", has_text="标签").count() == 0


@pytest.mark.browser
def test_a_print_shows_what_is_folded(browser: Browser, address: str) -> None:
    with opened(browser, f"{address}{quote('各种写法/')}") as page:
        folded = page.locator("details.warning:not([open]) > :not(summary)").first
        assert not folded.is_visible()
        page.emulate_media(media="print")
        box = folded.bounding_box()
        assert box is not None
        assert box["height"] > 10


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_keys_in_code_stand_out(browser: Browser, address: str, scheme: str) -> None:
    with opened(browser, f"{address}{quote('概念/注意力/')}", scheme="dark" if scheme == "dark" else "light") as page:
        page.locator("details.source summary").first.click()
        colours = page.evaluate(
            "(() => { const key = document.querySelector('details.source .nt'); const code = key.closest('code');"
            "return [getComputedStyle(key).color, getComputedStyle(code).backgroundColor]; })()"
        )
        ink, ground = (luminance(colour) for colour in colours)
        assert (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) >= 4.5

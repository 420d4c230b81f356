"""The head of a page: every property, as Obsidian shows them."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html
from test_build import page, texts

HEAD = "//div[@class='note-head']"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def note(site: Path) -> html.HtmlElement:
    return page(site, "属性")


def shown(note: html.HtmlElement, label: str) -> html.HtmlElement:
    """Return the value that stands beside a label."""
    (row,) = note.xpath(f"{HEAD}//dl/div[dt='{label}']/dd")
    return row


def test_what_we_know_stands_in_one_line(note: html.HtmlElement) -> None:
    assert texts(note, f"{HEAD}/p") == ["book #概念/子 #Foo #1984 #a b #概念/子/孙"]
    assert texts(note, f"{HEAD}/p/a[@class='tag']") == ["#概念/子", "#Foo", "#概念/子/孙"]
    hrefs = [str(link.get("href")) for link in note.xpath(f"{HEAD}/p/a")]
    assert hrefs[1] == "../tags/foo/"


def test_every_other_property_has_a_row(note: html.HtmlElement) -> None:
    labels = ["又名", "rating", "done", "later", "link", "dead", "url", "when", "at", "bad", "cast", "nested", "markup"]
    labels += ["many", "text", "published", "description", "相关"]
    assert texts(note, f"{HEAD}//dt") == labels
    # Those beyond the first few fold away.
    assert len(note.xpath(f"{HEAD}/dl/div")) == 8
    assert texts(note, f"{HEAD}/details/summary") == [f"另外 {len(labels) - 8} 项"]


def test_no_row_says_that_nothing_is_related(site: Path) -> None:
    assert texts(page(site, "多头注意力"), f"{HEAD}//dt") == ["先读"]


def test_values_are_shown_by_their_kind(note: html.HtmlElement) -> None:
    assert shown(note, "rating").text_content() == "4.5"
    assert shown(note, "done").xpath("span[@role='img']/@aria-label") == ["是"]
    assert shown(note, "later").xpath("span/@aria-label") == ["空"]
    assert shown(note, "url").xpath("a/@href") == ["https://example.org/a?b=1&c=2"]
    assert shown(note, "when").xpath("time/@datetime") == ["2020-08-21"]
    assert shown(note, "at").xpath("time/text()") == ["2020-08-21 10:30:00"]
    assert shown(note, "published").xpath("time/@datetime") == ["2021-02-03"]
    assert shown(note, "bad").xpath("time") == []
    assert shown(note, "nested").xpath("code/text()") == ["{a: 1, b: [2, <i>]}"]
    assert shown(note, "markup").text_content() == "**粗** <b>x</b> #不是标签 注意力 > 定义、文"
    assert shown(note, "markup").xpath("*") == []


def test_links_in_properties_lead_to_pages(note: html.HtmlElement) -> None:
    assert texts(shown(note, "link"), "a") == ["定义"]
    assert str(shown(note, "link").xpath("a/@href")[0]).endswith("/#定义")
    assert shown(note, "dead").xpath("a") == []
    assert texts(shown(note, "dead"), "em[@class='stub']") == ["没写的"]
    assert texts(shown(note, "cast"), "ul/li") == ["Mark", "多头注意力", "https://example.org", "3"]
    assert len(shown(note, "cast").xpath("ul/li/a")) == 2
    assert texts(shown(note, "相关"), "ul/li/a") == ["注意力"]


def test_long_values_fold(note: html.HtmlElement) -> None:
    assert texts(shown(note, "many"), "ul/li") == list("abcdefghijkl")
    assert texts(shown(note, "many"), "details/summary") == ["另外 2 个"]
    (folded,) = shown(note, "text").xpath("details")
    assert len(texts(folded, "summary")[0]) < 100
    assert folded.text_content().endswith("末")


def test_themes_are_told_nothing_that_could_run(site: Path, note: html.HtmlElement) -> None:
    assert note.xpath("//meta[@name='description']/@content") == ['各种属性 "><script>']
    risky = page(site, "险")
    assert texts(risky, "//title") == ["<img src=x onerror=\"document.title='hacked'\"> - 小站"]
    for name in ("险", "属性"):
        assert page(site, name).xpath("//*[@onerror] | //head//script[contains(., 'hacked')]") == []

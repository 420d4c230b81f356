"""A concept map on a page: links without a script, and a window that moves, grows and filters with one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import pytest
from conftest import COMMAND, run, run_axe, served, wait_until
from lxml import html
from playwright.sync_api import Browser, Page
from served_site import ServedSite, differences

from zhixing.lists.canvas import CanvasBox, CanvasEdge, CanvasNode, canvas_text, read_map
from zhixing.site.map import Map, MapEdge, draw_map
from zhixing.vault.note import Note
from zhixing.wording.en import WORDING as ENGLISH

MAP = "# 图\n\n```yaml list\nid: 总图\nof: map\ntype: concept\n```\n"
SITE = "site_name: 站\ndocs_dir: notes\ntheme: {name: material, font: false, language: zh}\nplugins: [zhixing]\n"
NOTES = {
    "数/点.md": ("done", ""),
    "数/积.md": ("draft", "点"),
    "文/词.md": ("done", "积"),
    "文/句 & <篇>.md": ("done", "词"),
}
OTHER = "# 别处\n\n见[[总图.canvas|那张图]]。\n"


def make_vault(folder: Path) -> Path:
    """Write a vault of four notes in two folders, one of them unfinished, and a map, with its results."""
    for path, (status, before) in NOTES.items():
        file = folder / "notes" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        requires = f"requires: ['[[{before}]]']\n" if before else ""
        file.write_text(f"---\ntype: concept\nstatus: {status}\n{requires}---\n\n文。\n", encoding="utf-8")
    (folder / "notes" / "index.md").write_text(MAP, encoding="utf-8")
    (folder / "notes" / "别处.md").write_text(OTHER, encoding="utf-8")
    (folder / "mkdocs.yml").write_text(SITE, encoding="utf-8")
    done = run(COMMAND, "regenerate", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_vault(tmp_path_factory.mktemp("map"))
    done = run(sys.executable, "-m", "mkdocs", "build", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with served(site) as found:
        yield found


def test_a_canvas_is_read_as_it_was_written() -> None:
    box = CanvasBox(1, 2, 3, 4)
    nodes = [CanvasNode("text", "# 题", box), CanvasNode("group", "带", box, "5"), CanvasNode("file", "a.md", box, "4")]
    edges = [CanvasEdge("a", "b", "top", "bottom", "1"), CanvasEdge("b", "a", pointed=False)]
    assert read_map(canvas_text(nodes, edges)) == (nodes, edges)


def test_a_card_without_a_page_is_no_link() -> None:
    nodes = [
        CanvasNode("group", "<band>", CanvasBox(0, 0, 900, 400), "5"),
        CanvasNode("file", "<a>.md", CanvasBox(20, 20, 400, 240), "5"),
    ]

    def no_note(_: PurePosixPath) -> Note | None:
        return None

    edge = MapEdge(no_note, lambda _: "", lambda _: "", lambda _: "", ENGLISH)
    one = Map(PurePosixPath("_figures/m.map.svg"), PurePosixPath("<m>.canvas"), PurePosixPath("a.md"), "")
    shown = html.fromstring(draw_map(replace(one, text=canvas_text(nodes, [])), edge)).iter()
    assert [(one.tag, one.get("data-theme")) for one in shown if one.get("data-card")] == [("g", "<band>")]


@pytest.mark.slow
def test_cards_lead_to_their_notes_without_a_script(site: Path) -> None:
    page = html.parse(str(site / "index.html")).getroot()
    cards = page.find_class("zx-map-card")
    assert {card.get("aria-label"): card.get("data-theme") for card in cards} == {
        "点 · 完成": "数",
        "积 · 草稿": "数",
        "词 · 完成": "文",
        "句 & <篇> · 完成": "文",
    }
    for card in cards:
        assert (site / unquote(card.get("href")) / "index.html").is_file()
    assert not page.xpath("//img[contains(@src, '.map.svg')]")


@pytest.mark.slow
def test_a_map_stands_once_and_links_to_its_canvas_lead_to_it(site: Path) -> None:
    assert not [*site.rglob("*-canvas")]
    page = html.parse(str(site / "index.html")).getroot()
    (one,) = page.find_class("zx-map")
    assert not page.xpath("//article//a[starts-with(@href, '#zx-map-')]")
    assert [unquote(link.get("href")) for link in one.xpath(".//*[@class='zx-map-file']/a")] == ["总图.canvas"]
    assert (site / "总图.canvas").is_file()
    other = html.parse(str(site / "别处" / "index.html")).getroot()
    assert other.xpath("//article//a[text()='那张图']/@href") == [f"../#{one.get('id')}"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_map_follows_the_status_of_its_notes(tmp_path: Path) -> None:
    project = make_vault(tmp_path / "project")
    served_site = ServedSite(project, tmp_path / "site")
    file = project / "notes" / "数" / "积.md"
    file.write_text(file.read_text(encoding="utf-8").replace("draft", "done"), encoding="utf-8")
    served_site.save()
    assert "积 · 完成" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert differences(project, served_site, tmp_path / "clean") == []
    served_site.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_served_map_marks_the_notes_in_which_something_does_not_hold(tmp_path: Path) -> None:
    project = make_vault(tmp_path / "project")
    file = project / "notes" / "数" / "积.md"
    right = file.read_text(encoding="utf-8")
    file.write_text(f"{right}\n```yaml example\nid: 坏\ncompute:\n  b: a + 1\n```\n", encoding="utf-8")
    served_site = ServedSite(project, tmp_path / "site")

    def marked() -> list[str]:
        page = html.parse(str(tmp_path / "site" / "index.html")).getroot()
        return [circle.getparent().get("aria-label") for circle in page.find_class("zx-map-fault")]

    assert marked() == ["积 · 草稿 · 1 处待改"]
    file.write_text(right, encoding="utf-8")
    served_site.save()
    assert marked() == []
    assert differences(project, served_site, tmp_path / "clean") == []
    served_site.close()


@pytest.mark.slow
def test_a_built_map_marks_no_note(site: Path) -> None:
    assert not html.parse(str(site / "index.html")).getroot().find_class("zx-map-fault")


def opened(browser: Browser, address: str, width: int = 1280) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 820})
    page.on("console", lambda told: pytest.fail(told.text))
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(address)
    page.locator(".zx-map-bar").wait_for()
    return page


@pytest.mark.browser
def test_a_map_grows_and_moves_by_keys_pointer_and_wheel(browser: Browser, address: str) -> None:
    page = opened(browser, address, 390)
    view, svg = page.locator(".zx-map-window"), page.locator(".zx-map-window svg")
    width = svg.evaluate("one => one.getBoundingClientRect().width")
    view.focus()
    page.keyboard.press("+")
    assert svg.evaluate("one => one.getBoundingClientRect().width") == pytest.approx(width * 1.25, abs=1)
    page.get_by_role("button", name="放大").click()
    assert svg.evaluate("one => one.getBoundingClientRect().width") == pytest.approx(width * 1.25**2, abs=1)
    box = view.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    before = view.evaluate("one => one.scrollLeft")
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    page.mouse.up()
    assert view.evaluate("one => one.scrollLeft") == pytest.approx(before + 80, abs=1)
    page.keyboard.down("Control")
    page.mouse.wheel(0, 200)
    page.keyboard.up("Control")
    wait_until(page, "most => document.querySelector('.zx-map svg').clientWidth < most", arg=width * 1.5)
    page.keyboard.press("0")
    assert view.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
    page.get_by_role("button", name="全屏").click()
    size = view.evaluate("one => [one.clientWidth, one.clientHeight]")
    assert size[0] > 360
    assert size[1] > 700
    page.keyboard.press("Escape")
    page.locator("dialog.zx-full").wait_for(state="detached")
    assert page.get_by_role("button", name="全屏").evaluate("one => one === document.activeElement")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.url == address
    page.close()


@pytest.mark.browser
def test_a_map_shows_one_theme_or_status_alone(browser: Browser, address: str) -> None:
    page = opened(browser, address)

    def left() -> list[str]:
        found: list[str] = page.locator(".zx-map-card:not(.zx-map-off)").evaluate_all(
            "all => all.map(one => one.getAttribute('aria-label').split(' · ')[0])"
        )
        return sorted(found)

    page.get_by_label("主题").select_option("数")
    assert left() == ["点", "积"]
    assert page.locator(".zx-map-count").inner_text() == "2 篇"
    page.get_by_label("状态").select_option("完成")
    assert left() == ["点"]
    page.get_by_label("主题").select_option("")
    assert left() == ["句 & <篇>", "点", "词"]
    page.locator(".zx-map-card:not(.zx-map-off)").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != address)
    page.close()


@pytest.mark.browser
def test_the_arrows_of_a_card_stand_out(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    card = page.locator(".zx-map-card").nth(1)
    card.focus()
    id_ = card.get_attribute("data-card")
    lit = page.locator(".zx-map-arrow.zx-map-lit")
    assert lit.count() == 2
    assert all(id_ in ends for ends in lit.evaluate_all("all => all.map(one => [one.dataset.from, one.dataset.to])"))
    page.locator(".zx-map-window").focus()
    assert lit.count() == 0
    page.close()


@pytest.mark.browser
def test_a_map_shuts_nobody_out(browser: Browser, address: str) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.goto(address)
        answer = run_axe(page)
        assert [(rule["id"], node["html"]) for rule in answer["violations"] for node in rule["nodes"]] == []
        context.close()

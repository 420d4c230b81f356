"""The site of the shipped notes, as its readers use it: each kind of page, wide and narrow, light and dark."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote, urljoin

import pytest
from conftest import run_axe, served, wait_until_still
from playwright.sync_api import Browser, Page
from served_site import ServedSite

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
KINDS = {
    "home": "",
    "note": "注意力/自注意力机制/",
    "learning path and map": "学习路径/",
    "errata": "勘误/",
    "list of notes": "目录/",
    "base": "概念-base/",
    "base in a note": "附/附录/",
    "canvas": "附/流程-canvas/",
    "reference of the core": "参考/注意力核心/",
    "state": "zhixing-state/",
    "all tags": "tags/",
    "tag": "tags/注意力/",
    "recent changes": "recent/",
    "no such page": "404.html",
}
SCREENS: list[tuple[int, Literal["light", "dark"]]] = [(1280, "light"), (390, "dark"), (1280, "dark"), (390, "light")]
_BASE = (
    "```base\nviews:\n  - name: 概念\n    filters: type == 'concept'\n    order: [file.name, status, requires]\n```\n"
)


@dataclass(frozen=True, slots=True)
class Shipped:
    """The address of the site, and of each kind of page on it."""

    address: str

    def of(self, kind: str) -> str:
        return self.address + quote(KINDS[kind])


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shipped]:
    """The shipped notes with a canvas and a base in a note, served, so that there is a page of its state."""
    project = tmp_path_factory.mktemp("shipped") / "project"
    for name in ("notes", "templates"):
        shutil.copytree(ROOT / name, project / name)
    shutil.copy(ROOT / "mkdocs.yml", project)
    (project / "notes" / "附").mkdir()
    # A link that leads nowhere, for the page of the state.
    (project / "notes" / "附" / "附录.md").write_text(
        f"# 附录\n\n[[流程.canvas]]\n\n![[没有.png]]\n\n{_BASE}", encoding="utf-8"
    )
    (project / "notes" / "附" / "流程.canvas").write_text(_canvas(), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        site = ServedSite(project, project / "site")
    with served(project / "site") as address:
        yield Shipped(address)
    site.close()


def _canvas() -> str:
    """Return a canvas of long and short cards of each type, in a group and with labelled lines."""
    box = {"width": 320, "height": 160}
    nodes: list[dict[str, Any]] = [
        {
            "id": str(at),
            "type": "text",
            "text": f"## 第 {at} 步\n\n{'文。' * 40 * at}",
            "x": 400 * at,
            "y": 0,
            "color": str(at),
            **box,
        }
        for at in range(1, 7)
    ]
    nodes.append({"id": "f", "type": "file", "file": "数学/点积.md", "subpath": "#定义", "x": 400, "y": 400, **box})
    nodes.append({"id": "l", "type": "link", "url": "https://example.org/", "x": 900, "y": 400, **box})
    nodes.append(
        {"id": "g", "type": "group", "label": "一组", "x": 380, "y": -40, "width": 800, "height": 240, "color": "4"}
    )
    edges = [{"id": "e", "fromNode": "1", "toNode": "2", "label": "然后"}, {"id": "h", "fromNode": "f", "toNode": "1"}]
    return json.dumps({"nodes": nodes, "edges": edges})


@pytest.mark.parametrize(("width", "scheme"), SCREENS[:2], ids=["wide, light", "narrow, dark"])
def test_axe_finds_nothing(browser: Browser, shipped: Shipped, width: int, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    found: dict[str, list[tuple[str, str]]] = {}
    for kind in KINDS:
        page.goto(shipped.of(kind))
        page.evaluate("document.querySelectorAll('article details').forEach(one => one.open = true)")
        answer = run_axe(page)
        assert len(answer["passes"]) > 10, kind
        wrong = [
            (rule["id"], node["html"][:200])
            for rule in answer["violations"]
            for node in rule["nodes"]
            if not (rule["id"] == "empty-table-header" and "<math>" in node["html"])  # axe does not read MathML
        ]
        found |= {kind: wrong} if wrong else {}
    context.close()
    assert found == {}


@pytest.mark.parametrize(("width", "scheme"), SCREENS, ids=["{} {}".format(*screen) for screen in SCREENS])
def test_pages_fit_are_quiet_and_ask_nobody_else(
    browser: Browser, shipped: Shipped, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda told: said.append(told.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: said.append(asked.url) if not _is_own(asked.url, shipped) else None)
    for kind in KINDS:
        page.goto(shipped.of(kind), wait_until="load")
        wait_until_still(page)
        assert page.locator("article h1:visible").count() == 1, kind
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), kind
    context.close()
    assert said == []


def _is_own(url: str, shipped: Shipped) -> bool:
    return url.startswith((shipped.address, "data:", "blob:"))


def test_without_a_script_everything_is_read(browser: Browser, shipped: Shipped) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    for kind in KINDS:
        page.goto(shipped.of(kind))
        text = page.locator("article").inner_text()
        assert len(text) > 30, kind
        # What only a script fills is not there without it.
        assert page.locator("article :is(button, input, select, dialog):visible").count() == 0, kind
    page.goto(shipped.of("learning path and map"))
    cards = json.loads((ROOT / "notes" / "概念地图.canvas").read_text(encoding="utf-8"))["nodes"]
    assert page.locator("a.zx-map-card").count() == sum(card["type"] == "file" for card in cards)
    context.close()


def focused(page: Page) -> dict[str, Any]:
    """Return what has the focus: its name, whether it is seen, and whether its place is drawn."""
    found: dict[str, Any] = page.evaluate("""() => {
        const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
        const text = one.getAttribute('aria-label') || one.title || one.textContent || '';
        return {
            name: one.id || one.className,
            text: text.trim().slice(0, 30),
            seen: box.width > 0 && box.height > 0,
            drawn: style.outlineStyle !== 'none' || style.boxShadow !== 'none' || one.matches('svg a'),
        };
    }""")
    return found


@pytest.mark.parametrize("kind", ["note", "learning path and map", "canvas"])
def test_the_keyboard_reaches_what_can_be_used(browser: Browser, shipped: Shipped, kind: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 844})
    page = context.new_page()
    page.goto(shipped.of(kind))
    stops = []
    for _ in range(25):
        page.keyboard.press("Tab")
        stops.append(focused(page))
    context.close()
    # Material hides its choice of colours and shows a label in its place.
    stops = [stop for stop in stops if stop["name"] != "__palette_0"]
    assert [stop for stop in stops if not (stop["seen"] and stop["text"])] == []
    assert [stop for stop in stops if not stop["drawn"]] == []
    assert len({stop["text"] for stop in stops}) > 15


def test_a_vault_is_walked_from_page_to_page(browser: Browser, shipped: Shipped) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 844})
    page = context.new_page()
    page.goto(shipped.of("note"))
    assert page.locator(".md-path a").count() >= 1
    near = page.locator(".zx-nearby")
    assert 3 < near.locator("svg :is(a, .zx-here)").count() <= 40
    assert near.locator("dt").all_inner_texts()[:2] == ["先读", "接着读"]
    before, after = (page.locator(f".md-footer__link--{way}").get_attribute("href") for way in ("prev", "next"))
    assert before
    assert after
    assert before != after
    page.locator(".md-footer__link--next").click()
    page.wait_for_url(lambda url: unquote(url) == unquote(urljoin(shipped.of("note"), after)))
    page.locator(".md-footer__link--prev").click()
    page.wait_for_url(shipped.of("note"))
    for name, kind in (("最近更新", "recent changes"), ("标签", "all tags")):
        page.locator(".md-nav--primary").get_by_role("link", name=name).click()
        page.wait_for_url(shipped.of(kind))
        assert page.locator("article li a").count() > 10
    context.close()

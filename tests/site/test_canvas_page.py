"""Canvases as pages: what their cards show, where they lie, what their lines say, and what is too much."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import pytest
from conftest import run, served
from lxml import html
from note_page import to_html
from playwright.sync_api import Browser, Page

from hostile import guard
from small_vaults import vault_of
from zhixing.compose import results
from zhixing.page import Document
from zhixing.page.canvas import MAX_ARROWS, MAX_CARDS, Canvases, read_canvas
from zhixing.page.public import private_of
from zhixing.wording.zh import WORDING

NOTES = {
    "乙.md": "# 题\n\n整篇\n\n## 节\n\n一节\n",
    "夹/甲.md": "甲的话 ![[乙]]\n",
    "夹/藏.md": "---\npublish: false\n---\n藏着的话\n",
}
BOX = {"x": 0, "y": 0, "width": 200, "height": 100}


def node(name: str, **said: Any) -> dict[str, Any]:
    return {"id": name, **BOX, **said}


def document(*nodes: object, edges: object = (), text: str = "") -> Document:
    vault = vault_of({**NOTES, "图.png": "", "声.mp3": ""})
    found = results(vault)
    whole = text or json.dumps({"nodes": nodes, "edges": edges})
    return Canvases(vault, found, private_of(vault, found), 1).page(PurePosixPath("夹/画.canvas"), whole)


def shown(*nodes: object, edges: object = (), text: str = "") -> str:
    return to_html(document(*nodes, edges=edges, text=text))


def text(page: str) -> str:
    return " ".join(html.fragment_fromstring(f"<div>{page}</div>").text_content().split())


def test_what_a_generated_map_says_to_its_author_is_not_shown() -> None:
    assert WORDING.map_generated
    page = shown(node("a", type="text", text=f"# 图\n\n一列是一步。\n\n{WORDING.map_generated}\n\n<!-- 记 -->"))
    assert "一列是一步。" in text(page)
    assert WORDING.map_generated not in text(page)


def test_a_card_of_text_is_markdown_seen_from_the_canvas() -> None:
    page = shown(node("a", type="text", text="---\n# 题 **粗**\n- [ ] 事 $x$\n\n[[乙#节]] [甲](甲.md) ==亮=="))
    assert '<a href="../乙.md#节">乙 &gt; 节</a> <a href="甲.md">甲</a> <mark>亮</mark>' in page
    assert "<strong>粗</strong>" in page
    assert "<math>" in page
    assert page.count("<h1") == 1  # the canvas's own name


def test_cards_of_files_show_what_an_embed_of_them_shows() -> None:
    page = shown(
        node("a", type="file", file="乙.md", subpath="#节"),
        node("b", type="file", file="图.png"),
        node("c", type="file", file="声.mp3"),
        node("d", type="file", file="没有.png"),
        node("e", type="file", file="a]] <b>"),
    )
    assert '<a href="../乙.md#节">乙 &gt; 节</a>' in page
    assert "一节" in page
    assert "整篇" not in page
    assert 'src="../图.png"' in page
    assert "<audio" in page
    assert "没有这个文件" in page
    assert "a]] &lt;b&gt;" in page


def test_what_is_hidden_is_not_named() -> None:
    page = shown(node("a", type="file", file="夹/藏.md"), node("b", type="text", text="![[藏]] [[藏|那]]"))
    assert "藏着" not in page
    assert 'href="藏' not in page


def test_cards_lie_where_they_lay_and_are_read_by_groups_from_top_to_bottom() -> None:
    page = shown(
        node("c", type="text", text="丙", x=900, y=0),
        node("b", type="text", text="乙", x=20, y=200),
        node("a", type="text", text="甲", x=20, y=20, color="#ff0000"),
        node("g", type="group", label="组 <b>", x=0, y=0, width=300, height=400, color="4"),
        node("l", type="link", url="https://example.org/?a&b", x=900, y=500),
        node("j", type="link", url="javascript:alert(1)", x=900, y=700),
    )
    assert text(page).startswith("画 组 <b> 甲 乙 丙 https://example.org/?a&b javascript:alert(1)")
    assert 'style="--zx-color:#ff0000;--zx-x:40;--zx-y:60;width:200px;height:100px"' in page
    assert 'class="zx-node zx-node-group zx-color-4"' in page
    assert '<a href="https://example.org/?a&amp;b">' in page
    assert "<a>javascript:alert(1)</a>" in page
    assert 'style="width:1140px;height:860px"' in page


def test_lines_are_drawn_and_said() -> None:
    nodes = (node("a", type="text", text="# 甲"), node("b", type="file", file="乙.md", subpath="#节", x=500))
    edges = [
        {"id": "1", "fromNode": "a", "toNode": "b", "label": "到 <b>", "color": "2"},
        {"id": "2", "fromNode": "b", "fromSide": "bottom", "toNode": "a", "toSide": "bottom", "toEnd": "none"},
        {"id": "3", "fromNode": "a", "toNode": "没有"},
    ]
    page = shown(*nodes, edges=edges)
    assert page.count('<path d="M') == 2
    assert page.count('class="zx-arrow-head"') == 1
    assert '<g class="zx-color-2"><path d="M220 90C' in page  # it leaves the side that faces the other card
    assert ">到 &lt;b&gt;</text>" in page
    assert "<li>甲 → 乙 &gt; 节：到 &lt;b&gt;</li>\n<li>乙 &gt; 节 → 甲</li>" in page
    assert "有 1 处没有显示" in page


def test_html_of_cards_is_cleaned_and_the_canvas_stays() -> None:
    page = shown(
        node("a", type="text", text='<b onclick="x()" style="left:3px;color:red">粗</b> <script>alert(1)</script>'),
        node("b", type="text", text="乙", x=300),
        edges=[{"id": "1", "fromNode": "a", "toNode": "b"}],
    )
    assert "onclick" not in page
    assert "<script" not in page
    assert "left:3px" not in page
    assert 'style="color:red"' in page
    assert '<div class="zx-canvas" role="group" tabindex="0" aria-label="画">' in page
    assert "--zx-x:320;--zx-y:40" in page
    assert '<svg class="zx-arrows"' in page


@pytest.mark.parametrize("written", ["", "{}", '{"nodes":[]}', '{"nodes":3,"edges":{}}'])
def test_a_canvas_of_nothing(written: str) -> None:
    assert "zx-canvas" not in shown(text=written or "{}")
    assert "读不出来" not in shown(text=written or "{}")


@pytest.mark.parametrize("written", ["{", "[]", "[" * 100_000, "3", "\x00"])
def test_what_is_no_canvas_says_so(written: str) -> None:
    assert "这个文件读不出来" in shown(text=written)


@pytest.mark.parametrize(
    "said",
    [
        3, {}, {"id": 3}, {"x": "0"}, {"x": True}, {"width": None}, {"type": "other"}, {"text": 3}, {"x": float("inf")},
        {"x": float("nan")},
    ],
)  # fmt: skip
def test_a_node_that_cannot_be_read_is_counted(said: object) -> None:
    broken = {**node("a", type="text", text="坏"), **said} if isinstance(said, dict) and said else said
    canvas = read_canvas(json.dumps({"nodes": [broken, node("b", type="text", text="好")]}))
    assert canvas is not None
    assert [one.content for one in canvas.nodes] == ["好"]
    assert canvas.left_out == 1


def test_too_much_is_left_out_in_bounded_time() -> None:
    far = {"x": 10**300, "y": -(10**300), "width": 10**9, "height": -5}
    nodes: list[object] = [node(str(number), type="text", text="文") for number in range(2 * MAX_CARDS)]
    groups = [node(f"g{number}", type="group", label="组", width=10**6, height=10**6) for number in range(3_000)]
    edges = [{"id": "e", "fromNode": "1", "toNode": "2"}] * (2 * MAX_ARROWS)
    with guard():
        canvas = read_canvas(
            json.dumps({"nodes": [*nodes, *groups, node("f", type="text", text="远", **far)], "edges": edges})
        )
    assert canvas is not None
    assert len([one for one in canvas.nodes if one.type == "text"]) == MAX_CARDS
    assert len(canvas.arrows) == MAX_ARROWS
    assert canvas.left_out > 0


def test_what_notes_show_in_cards_is_bounded() -> None:
    vault = vault_of({"长.md": "长" * 30_000})
    whole = json.dumps({"nodes": [node(str(at), type="file", file="长.md") for at in range(10)]})
    found = results(vault)
    page = to_html(Canvases(vault, found, private_of(vault, found), 1).page(PurePosixPath("画.canvas"), whole))
    assert page.count("长长") > 0
    assert page.count("长" * 30_000) == 3
    assert page.count('href="长.md"') == 10


def assert_whole(page: Page) -> None:
    """Hold that a canvas is seen whole, as large as its window allows."""
    view = page.locator(".zx-canvas")
    assert view.evaluate("one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight")
    drawn = page.locator(".zx-field").bounding_box()
    assert drawn is not None
    assert drawn["width"] > 0.9 * view.evaluate("one => one.clientWidth") or drawn["height"] > 300


def pinch(page: Page, x: float, y: float, factor: float) -> None:
    """Move two fingers apart, from 40 pixels either side of a point."""
    session = page.context.new_cdp_session(page)
    for step, kind in [(1.0, "touchStart"), ((1 + factor) / 2, "touchMove"), (factor, "touchMove"), (0.0, "touchEnd")]:
        points = [{"x": x - 40 * step, "y": y, "id": 0}, {"x": x + 40 * step, "y": y, "id": 1}] if step else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.mark.browser
@pytest.mark.slow
def test_a_canvas_opens_whole_and_is_moved_by_mouse_keys_and_fingers(browser: Browser, canvas: str) -> None:
    context = browser.new_context(viewport={"width": 1000, "height": 800}, has_touch=True)
    page = context.new_page()
    page.on("console", lambda told: pytest.fail(told.text))
    page.goto(canvas)
    assert_whole(page)
    view, field = page.locator(".zx-canvas"), page.locator(".zx-field")

    def width() -> float:
        found: float = field.evaluate("one => one.getBoundingClientRect().width")
        return found

    whole = width()
    view.focus()
    page.keyboard.press("+")
    page.get_by_role("button", name="放大").click()
    assert width() == pytest.approx(whole * 1.25**2, rel=0.01)
    box = view.bounding_box()
    assert box is not None
    pinch(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, 2)
    assert width() == pytest.approx(whole * 1.25**2 * 2, rel=0.01)
    left = view.evaluate("one => one.scrollLeft")
    page.mouse.move(box["x"] + 300, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 240, box["y"] + 100, steps=3)
    page.mouse.up()
    assert view.evaluate("one => one.scrollLeft") == pytest.approx(left + 60, abs=1)
    page.keyboard.press("0")
    assert_whole(page)
    page.get_by_role("button", name="全屏").click()
    assert_whole(page)
    page.get_by_role("button", name="关闭").click()
    page.locator("dialog.zx-full").wait_for(state="detached")
    assert_whole(page)
    context.close()


@pytest.mark.browser
@pytest.mark.slow
def test_without_a_script_a_canvas_scrolls(browser: Browser, canvas: str) -> None:
    context = browser.new_context(viewport={"width": 1000, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(canvas)
    box = page.locator(".zx-node").nth(1).bounding_box()
    assert box is not None
    assert box["width"] == 200
    assert page.locator(".zx-arrows").is_visible()
    context.close()


@pytest.fixture(scope="module")
def canvas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a canvas's page."""
    folder = tmp_path_factory.mktemp("canvas")
    (folder / "notes").mkdir()
    (folder / "mkdocs.yml").write_text(
        "site_name: 站\ndocs_dir: notes\ntheme: {name: material, font: false, language: zh}\nplugins: [zhixing]\n",
        encoding="utf-8",
    )
    (folder / "notes" / "index.md").write_text("# 首页\n\n1. a\n   1. b\n\n![[画.canvas]]\n", encoding="utf-8")
    nodes = [
        node("b", type="text", text="乙", x=600, y=300),
        node("a", type="text", text="甲 <b style='--zx-x:9'>粗</b>", x=20, y=20),
        node("g", type="group", label="组", x=0, y=0, width=300, height=200),
    ]
    edges = [{"id": "1", "fromNode": "a", "toNode": "b"}]
    (folder / "notes" / "画.canvas").write_text(json.dumps({"nodes": nodes, "edges": edges}), encoding="utf-8")
    done = run(sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", cwd=folder)
    assert done.returncode == 0, done.stderr
    with served(folder / "site") as address:
        yield f"{address}画-canvas/"


@pytest.mark.browser
@pytest.mark.slow
def test_on_a_phone_a_canvas_is_a_list(browser: Browser, canvas: str) -> None:
    page = browser.new_page(viewport={"width": 1300, "height": 800})
    page.goto(f"{canvas}../")
    assert page.evaluate("getComputedStyle(document.querySelector('ol ol')).listStyleType") == "decimal"
    page.click("article a:has-text('画.canvas')")
    page.wait_for_url("**/*-canvas/")  # laid out before its style sheets were there, the page has other sizes
    field = page.locator(".zx-field").bounding_box()
    boxes = [page.locator(".zx-node").nth(at).bounding_box() for at in range(3)]
    assert field
    scale = field["width"] / 840
    assert 0.5 < scale <= 1
    assert [(box["x"] - field["x"], box["y"] - field["y"], box["width"]) for box in boxes if box] == [
        pytest.approx([size * scale for size in sizes], abs=0.1)
        for sizes in ((20, 40, 300), (40, 60, 200), (620, 340, 200))
    ]
    page.set_viewport_size({"width": 390, "height": 800})
    boxes = [page.locator(".zx-node").nth(at).bounding_box() for at in range(3)]
    found = [(round(box["x"]), box["width"] > 300) for box in boxes if box]
    assert len({x for x, _ in found}) == 1
    assert all(wide for _, wide in found)
    assert not page.locator(".zx-arrows").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="画布").click()
    assert page.locator(".zx-arrows").is_visible()
    assert_whole(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()

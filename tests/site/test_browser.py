"""The site as a reader sees it."""

from __future__ import annotations

import random
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

import pytest
from conftest import PATIENCE, VAULT, wait_until, wait_until_still
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PAGES = ("", "概念/注意力/", "多头注意力/", "各种写法/", "属性/", "概念/Attention/", "tags/", "tags/概念/子/")
Scheme = Literal["light", "dark"]
_NUMBER = re.compile(r"[\d.]+")


@contextmanager
def opened(
    browser: Browser, url: str, *, width: int = 1280, scheme: Literal["light", "dark"] = "light"
) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(url, wait_until="load")
    yield page
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_no_page_asks_another_host_for_anything(browser: Browser, address: str, name: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + quote(name), wait_until="load")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    context.close()
    assert asked
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_no_script_of_a_note_runs(browser: Browser, address: str) -> None:
    with opened(browser, address + quote("各种写法/")) as page:
        page.get_by_text("点我").click()
        assert "hacked" not in page.title()


def test_a_page_may_not_fetch_from_elsewhere(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        fetched = page.evaluate("fetch('https://example.org/').then(() => 'fetched', () => 'refused')")
        assert fetched == "refused"
        policy = page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content")
        assert policy is not None
        assert "'self'" in policy


def test_formulas_have_size_and_brackets_stretch(browser: Browser, address: str) -> None:
    with opened(browser, address + quote("概念/注意力/")) as page:
        page.evaluate("document.fonts.ready")
        formula = page.locator(".formula math").first
        box = formula.bounding_box()
        assert box is not None
        assert box["width"] > 200
        loaded = "Array.from(document.fonts).some(font => font.family.includes('STIX') && font.status === 'loaded')"
        wait_until(page, loaded)
        # The bracket around the fraction is as high as the fraction, not as a letter.
        heights = page.evaluate(
            "Array.from(document.querySelectorAll('.formula mo'), "
            "mo => [mo.textContent, mo.getBoundingClientRect().height])"
        )
        brackets = [height for text, height in heights if text == "("]
        assert max(brackets) > 1.6 * min(brackets)


def test_figures_are_seen(browser: Browser, address: str) -> None:
    with opened(browser, address + quote("概念/注意力/")) as page:
        figure = page.locator("figure img")
        figure.scroll_into_view_if_needed()
        wait_until(page, "document.querySelector('figure img').complete")
        assert page.evaluate("document.querySelector('figure img').naturalWidth") > 100
        box = figure.bounding_box()
        content = page.locator("article").bounding_box()
        assert box is not None
        assert content is not None
        middle = box["x"] + box["width"] / 2
        assert abs(middle - (content["x"] + content["width"] / 2)) < 2


def test_links_and_backlinks_lead_to_pages(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        page.locator("article p a", has_text="多头注意力").click()
        page.wait_for_url("**/" + quote("多头注意力") + "/")
        page.locator("article p a", has_text="同一个公式").click()
        page.wait_for_url(lambda url: unquote(url).endswith("概念/注意力/#数学形式-sqrtd_k"))
        page.locator(".backlinks a", has_text="首页").click()
        page.wait_for_url(address)
        assert page.locator("h1").inner_text() == "首页"


def test_a_tag_leads_to_its_notes_and_back(browser: Browser, address: str) -> None:
    with opened(browser, address + quote("属性/")) as page:
        page.locator("article p .tag a", has_text="#概念/子/孙").click()
        page.wait_for_url("**/" + quote("tags/概念/子/孙") + "/")
        page.locator(".tag-page a", has_text="#概念").first.click()
        page.wait_for_url("**/" + quote("tags/概念") + "/")
        page.locator(".tag-page li a", has_text="注意力").click()
        page.wait_for_url("**/" + quote("概念/注意力") + "/")


def test_a_former_address_leads_on_and_keeps_its_place(browser: Browser, address: str) -> None:
    with opened(browser, address + quote("概念/Attention/?q=1#数学形式-sqrtd_k", safe="/?=#")) as page:
        page.wait_for_url(lambda url: unquote(url) == f"{address}概念/注意力/?q=1#数学形式-sqrtd_k")
        page.wait_for_selector("article h1")
        page.goto("about:blank")
        page.go_back()
        assert "Attention" not in page.url


def test_a_former_address_leads_on_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + quote("概念/Attention/"))
    page.wait_for_url("**/" + quote("概念/注意力") + "/")
    context.close()


def test_folded_properties_open_from_the_keyboard(browser: Browser, address: str) -> None:
    with opened(browser, address + quote("属性/")) as page:
        assert not page.get_by_text("各种属性").is_visible()
        page.locator(".note-head > details > summary").focus()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        assert page.get_by_text("各种属性").is_visible()
        long = page.locator(".note-head dd > details", has_text="很长的话")
        long.locator("summary").focus()
        page.keyboard.press("Space")
        assert long.get_by_text("话末").is_visible()


def test_the_source_opens(browser: Browser, address: str) -> None:
    with opened(browser, address + quote("概念/注意力/")) as page:
        for title in ("源码", "NumPy"):
            folded = page.locator("details.source", has_text=title).first
            assert not folded.locator("pre").is_visible()
            folded.locator("summary").click()
            assert folded.locator("pre").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_the_page(browser: Browser, address: str, scheme: Scheme) -> None:
    with opened(browser, address + quote("概念/注意力/"), scheme=scheme) as page:
        wait_until_still(page)
        colour = "getComputedStyle(document.querySelector('{}')).{}"
        paper = luminance(page.evaluate(colour.format("body", "backgroundColor")))
        assert (paper < 0.1) is (scheme == "dark")
        for place in (
            "article p",
            "article h2",
            "article td",
            "article math",
            ".note-head .tag",
            ".backlinks .context",
        ):
            ink = luminance(page.evaluate(colour.format(place, "color")))
            assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) >= 4.5, place


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_properties_and_tags_stand_out_from_the_page(browser: Browser, address: str, scheme: Scheme) -> None:
    places = {
        "属性/": (".note-head p a.tag", ".note-head dt", ".note-head dd", ".note-head .stub", ".note-head .empty",
                ".note-head summary", ".note-head a.note-chip", "article p .tag a"),
        "tags/": (".tag-page li", ".tag-page li a"),
        "tags/概念/": (".tag-page h1 + p a", ".tag-page h1 + p"),
    }  # fmt: skip
    for name, selectors in places.items():
        with opened(browser, address + quote(name), scheme=scheme) as page:
            wait_until_still(page)
            colour = "getComputedStyle(document.querySelector('{}')).{}"
            paper = luminance(page.evaluate(colour.format("body", "backgroundColor")))
            for place in selectors:
                ink = luminance(page.evaluate(colour.format(place, "color")))
                assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) >= 4.5, (name, place)


def luminance(colour: str) -> float:
    """Return the relative luminance of `rgb(…)` as WCAG 2 defines it."""
    channels = [float(number) / 255 for number in _NUMBER.findall(colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_scrolls_in_one_direction_only(browser: Browser, address: str, name: str) -> None:
    with opened(browser, address + quote(name), width=390) as page:
        wait_until_still(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        # Wide things scroll within themselves.
        for place in page.locator(".formula, .md-typeset__scrollwrap").all():
            box = place.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390


def test_diagrams_are_drawn(browser: Browser, address: str) -> None:
    with opened(browser, address + quote("各种写法/")) as page:
        page.wait_for_selector("div.mermaid")
        box = page.locator("div.mermaid").bounding_box()
        assert box is not None
        assert box["height"] > 20


def test_a_diagram_that_cannot_be_drawn_stays_in_its_place_as_its_source(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    wrong = "graph TD\n甲 -->|"
    page.route(
        address + quote("各种写法/"),
        lambda route: route.fulfill(response=(old := route.fetch()), body=_broken(old.text())),
    )
    page.goto(address + quote("各种写法/"), wait_until="load")
    page.wait_for_selector("pre[title]")
    assert page.locator("pre[title]").inner_text().strip() == wrong
    assert page.locator("body > [id^=d__mermaid], body > svg").count() == 0
    context.close()


def _broken(page: str) -> str:
    """Return a page whose first diagram is none."""
    return re.sub(
        r'(<pre class="mermaid"><code>).*?(</code>)', r"\1graph TD\n甲 --&gt;|\2", page, count=1, flags=re.DOTALL
    )


def free_port() -> int:
    """Return a port that nobody uses, below those that the system gives to connections: so it stays free until used."""
    while True:
        port = random.SystemRandom().randrange(10_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def served(project: Path, port: int) -> Iterator[str]:
    """Run `mkdocs serve` as a reader does; yields its address when it answers."""
    log = project.parent / "serve.log"
    command = [sys.executable, "-m", "mkdocs", "serve", "--livereload", "--dev-addr", f"127.0.0.1:{port}"]
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=project, stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + PATIENCE
            while "Serving on" not in log.read_text():
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE)


def test_a_page_follows_every_save(browser: Browser, tmp_path: Path) -> None:
    project = tmp_path / "vault"
    shutil.copytree(VAULT, project)
    with served(project, free_port()) as address, opened(browser, address + quote("概念/注意力/")) as page:
        note = project / "notes" / "概念" / "注意力.md"
        before = {path: path.stat().st_mtime_ns for path in (project / "notes").rglob("*") if path != note}
        text = note.read_text(encoding="utf-8")
        assert page.locator("article td", has_text="10").count()
        note.write_text(text.replace("apple: 10", "apple: 20"), encoding="utf-8")
        # What is shown is computed anew, though nothing was regenerated and a claim no longer holds.
        page.wait_for_selector("article td:has-text('20')", timeout=1000 * PATIENCE)
        assert {path: path.stat().st_mtime_ns for path in (project / "notes").rglob("*") if path != note} == before


def test_no_gap_stands_behind_a_root(browser: Browser, address: str) -> None:
    """Behind the bar of a root around letters the formula goes on, a fraction bar a little behind it."""
    with opened(browser, address + quote("概念/注意力/")) as page:
        page.evaluate("document.fonts.load('16px \"STIX Two Math\"', '√')")
        wait_until(page, "Array.from(document.fonts).some(font => font.status === 'loaded')")
        gaps = page.evaluate(
            """Array.from(document.querySelectorAll("article msqrt"), root => {
              const around = root.closest("mfrac") ?? root.closest("math");
              const [outer, inner] = [around, root.lastElementChild].map((one) => one.getBoundingClientRect().right);
              return (outer - inner) / parseFloat(getComputedStyle(root).fontSize);
            })"""
        )
        assert gaps
        assert all(-0.05 < gap < 0.15 for gap in gaps), gaps

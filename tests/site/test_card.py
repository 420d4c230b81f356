"""In a browser: a checked number says where it comes from."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from conftest import wait_until
from playwright.sync_api import Browser, Page
from test_browser import opened

pytestmark = pytest.mark.browser

PAGE = quote("概念/注意力/")
CARD = "#zx-card"


def card_of(page: Page) -> str:
    page.wait_for_selector(CARD)
    return page.locator(CARD).inner_text()


def test_hovering_a_number_shows_what_backs_it_until_the_pointer_leaves_both(browser: Browser, address: str) -> None:
    with opened(browser, address + PAGE) as page:
        number = page.locator("article p a.zx-number").first
        assert not page.locator(CARD).is_visible()
        number.hover()
        assert card_of(page).split("\n")[0] == "例子“水果”"
        assert "value = 8" in card_of(page)
        assert "正好是这个数" in card_of(page)
        page.locator(CARD).hover()
        page.wait_for_timeout(400)
        assert page.locator(CARD).is_visible()
        page.mouse.move(5, 5)
        page.wait_for_selector(CARD, state="hidden")


def test_a_number_is_reached_by_key_says_what_backs_it_and_leads_to_its_example(browser: Browser, address: str) -> None:
    with opened(browser, address + PAGE) as page:
        number = page.locator("article p a.zx-number").first
        number.focus()
        assert "value = 8" in card_of(page)
        assert number.get_attribute("aria-describedby") == "zx-card"
        page.keyboard.press("Escape")
        assert not page.locator(CARD).is_visible()
        page.keyboard.press("Enter")
        wait_until(page, "decodeURIComponent(location.hash) === '#example:水果'")
        top = "document.getElementById('example:水果').getBoundingClientRect().top"
        wait_until(page, f"0 <= {top} && {top} < 900")


def test_the_numbers_of_a_section_are_one_stop_and_arrows_walk_them(browser: Browser, address: str) -> None:
    with opened(browser, address + PAGE) as page:
        page.evaluate(
            "const one = document.querySelector('article p a.zx-number');"
            "for (const name of ['乙', '丙']) { const next = one.cloneNode(true); next.textContent = name;"
            " next.tabIndex = -1; one.after(next); }"
        )
        page.locator("article p a.zx-number").first.focus()
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.textContent") == "丙"
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.textContent") == "乙"
        stops = "Array.from(document.querySelectorAll('article p a.zx-number'), one => one.tabIndex)"
        assert page.evaluate(stops) == [-1, -1, 0]


def test_a_tap_shows_the_card_and_the_next_one_follows(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(address + PAGE)
    number = page.locator("article p a.zx-number").first
    number.tap()
    assert "value = 8" in card_of(page)
    assert page.evaluate("location.hash") == ""
    box = page.locator(CARD).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    number.tap()
    wait_until(page, "decodeURIComponent(location.hash) === '#example:水果'")
    context.close()


def test_without_scripts_a_number_is_a_link_to_its_example(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + PAGE)
    page.locator("article p a.zx-number").first.click()
    page.wait_for_url("**#example:*")
    context.close()

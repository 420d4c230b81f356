"""The pictures of the README: the site of this repository's notes is built and photographed in Chromium.

python -m benchmarks.screenshots [--site DIR]    # writes docs/pictures/*.webp
python -m benchmarks.screenshots --social        # draws benchmarks/social.svg for links to sites
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from base64 import b64decode
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from benchmarks.search.__main__ import BROWSERS, build, served
from playwright.sync_api import Locator, Page, sync_playwright

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SOCIAL = Path(__file__).parents[1] / "generator" / "zhixing" / "site" / "assets" / "social.png"
WIDTH, HEIGHT, QUALITY = 1160, 820, 82
MOST_BYTES = 150_000


def show_note(page: Page, address: str) -> None:
    """Show a worked example with its formula, table and heat map."""
    _open(page, address, "注意力/点积注意力/")
    _put_at_top(page, page.locator(".zx-example table").nth(1), above=72)


def show_number(page: Page, address: str) -> None:
    """Show what backs a number of the prose."""
    _open(page, address, "注意力/查询、键与值/")
    number = page.locator("article p:not(.zx-example-title) > .zx-number").nth(4)
    _put_at_top(page, number, above=330)
    number.hover()
    page.locator(".zx-card").wait_for()


def show_search(page: Page, address: str) -> None:
    """Show the search with what it finds."""
    _open(page, address, "注意力/注意力机制/")
    page.keyboard.press("/")
    page.locator("#zx-search input").fill("注意力权重")
    page.locator(".zx-result mark").first.wait_for()


def show_touched(page: Page, address: str) -> None:
    """Show an example of which a reader has changed a number."""
    _open(page, address, "数学/Softmax温度/")
    example = page.locator(".zx-example").first
    example.locator(".zx-live-begin").click()
    _put_at_top(page, example, above=66)
    given = example.locator("input.zx-live-input").first
    given.fill("5")
    given.focus()
    page.wait_for_timeout(500)


PHOTOGRAPHED: Mapping[str, Callable[[Page, str], None]] = {
    "note": show_note,
    "number": show_number,
    "search": show_search,
    "touched": show_touched,
}


def _open(page: Page, address: str, place: str) -> None:
    page.goto(address + quote(place), wait_until="networkidle")


def _put_at_top(page: Page, what: Locator, above: int = 90) -> None:
    """Scroll so that something stands so many pixels below the window's upper edge, and wait for its pictures."""
    what.evaluate("(one, above) => scrollTo(0, one.getBoundingClientRect().top + scrollY - above)", above)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)


def photograph(site: Path, folder: Path) -> list[str]:
    """Write the pictures; return the names of those that are too large."""
    browser_path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    folder.mkdir(parents=True, exist_ok=True)
    with served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for name, show in PHOTOGRAPHED.items():
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
            show(page, address)
            (folder / f"{name}.webp").write_bytes(_picture(page))
            page.close()
        browser.close()
    return [name for name in PHOTOGRAPHED if (folder / f"{name}.webp").stat().st_size > MOST_BYTES]


def draw_social() -> None:
    """Draw the picture that sites show where somebody links to them."""
    browser_path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 630})
        page.goto(Path(__file__).with_name("social.svg").as_uri())
        page.screenshot(path=SOCIAL)
        browser.close()


def _picture(page: Page) -> bytes:
    """Return what a page shows as WebP, which Playwright itself does not write."""
    asked = {"format": "webp", "quality": QUALITY}
    return b64decode(page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)["data"])


def main() -> int:
    """Build the site unless one is given; write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, help="a built site of these notes; without it, one is built")
    parser.add_argument("--folder", type=Path, default=PICTURES)
    parser.add_argument("--social", action="store_true", help="draw the picture of links to sites instead")
    said = parser.parse_args()
    if said.social:
        draw_social()
        return 0
    with tempfile.TemporaryDirectory() as folder:
        large = photograph(said.site or build(Path(folder), 0)[0], said.folder)
    for name in large:
        print(f"{name}.webp is larger than {MOST_BYTES} bytes")
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())

"""In a browser, while the site is served: what does not hold is seen where it stands."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote

from conftest import VAULT
from playwright.sync_api import Browser
from test_browser import free_port, opened, served

from zhixing.site.faults import fault_banner
from zhixing.wording.zh import WORDING as CHINESE


def test_a_served_page_shows_what_fails_what_is_wrong_and_what_was_edited(browser: Browser, tmp_path: Path) -> None:
    project = tmp_path / "vault"
    shutil.copytree(VAULT, project)
    note = project / "notes" / "概念" / "注意力.md"
    text = note.read_text(encoding="utf-8").replace("查得 8<!--=", "查得 9<!--=")
    broken = "\n```yaml example\nid: 坏\ncompute:\n  b: a + 1\n```\n\n<!-- zhixing:begin 坏 -->\n\n旧 77\n\n"
    note.write_text(f"{text}{broken}<!-- zhixing:end 00000000 -->\n", encoding="utf-8")
    with served(project, free_port()) as address, opened(browser, address + quote("概念/注意力/")) as page:
        page.wait_for_selector(".zx-faults")
        assert page.locator(".zx-faults b").inner_text() == "此页有 2 处不再成立："
        wrong = page.locator("article .zx-wrong")
        assert wrong.inner_text() == "9"
        wrong.hover()
        page.wait_for_selector("#zx-card")
        assert "应为 8" in page.locator("#zx-card").inner_text()
        failed = page.locator('[id="example:坏"]')
        assert "例子“坏”没有算出来" in failed.inner_text()
        assert "example-name" in failed.inner_text()
        assert "77" not in page.locator("article").inner_text()
        page.locator(".zx-faults a").nth(1).click()
        assert page.evaluate("decodeURIComponent(location.hash)") == "#fault:2"
        box = page.locator('[id="fault:2"]').bounding_box()
        assert box is not None
        assert 40 < box["y"] < 800


def test_the_line_over_a_page_leads_to_each_place() -> None:
    assert fault_banner(0, CHINESE) == ""
    line = fault_banner(2, CHINESE)
    assert '<a href="#fault:2" aria-label="第 2 处，共 2 处" title="第 2 处，共 2 处">2</a>' in line
    assert fault_banner(100, CHINESE).count("<a ") == 40

"""In a browser, while the site is served: what does not hold is seen where it stands."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import VAULT, wait_until
from playwright.sync_api import Browser
from test_browser import free_port, opened, served

from small_vaults import DECLARED, vault_of
from zhixing.compose import check, plan, results
from zhixing.page.faults import Faults
from zhixing.page.markdown import write_markdown
from zhixing.page.public import private_of
from zhixing.problems import Code
from zhixing.site.faults import fault_banner
from zhixing.site.shown import Shown
from zhixing.site.state import state_page
from zhixing.wording.zh import WORDING as CHINESE

BROKEN = """
```yaml example
id: 坏
compute:
  b: a + 1
```

<!-- zhixing:begin 坏 -->

旧 77

<!-- zhixing:end 00000000 -->
"""


@pytest.mark.browser
@pytest.mark.slow
def test_a_served_page_shows_what_fails_what_is_wrong_and_what_was_edited(browser: Browser, tmp_path: Path) -> None:
    project = tmp_path / "vault"
    shutil.copytree(VAULT, project)
    note = project / "notes" / "概念" / "注意力.md"
    text = note.read_text(encoding="utf-8").replace("查得 8<!--=", "查得 9<!--=")
    note.write_text(f"{text}\n见[[多头注意力]]。\n{BROKEN}", encoding="utf-8")
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
        wait_until(page, "decodeURIComponent(location.hash) === '#fault:2'")
        top = "document.getElementById('fault:2').getBoundingClientRect().top"
        wait_until(page, f"40 < {top} && {top} < 800")
        page.locator(".zx-faults a.zx-whole").click()
        page.wait_for_selector("h1:has-text('全库状态')")
        said = page.locator("article").inner_text()
        assert "claim-wrong" in said
        assert "example-name" in said
        page.locator("article h2 a", has_text="注意力").first.click()
        page.wait_for_selector(".zx-faults")
        page.goto(address)
        assert page.locator("nav.zx-whole a").inner_text() == "全库状态"
        page.goto(address + quote("多头注意力/"))
        assert "处待改" in page.locator(".backlinks li", has_text="注意力").first.inner_text()


def test_a_built_site_says_nothing_to_its_author(site: Path) -> None:
    assert not (site / "zhixing-state").exists()
    pages = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.html"))
    assert "zx-faults" not in pages
    assert "zx-badge" not in pages


def test_the_state_of_a_vault_lists_what_does_not_hold_and_what_is_backed() -> None:
    notes = {
        "甲.md": "共 3 个，2<!--= 水果.w[0] -->，免 5<!--= 免: 随便 -->。\n",
        "乙.md": f"# 乙\n\n0.6<!--= 水果.w[0] -->\n\n{DECLARED}",
    }
    vault = vault_of(notes)
    found = results(vault)
    problems = tuple(check(vault, found, plan(vault, found), {}))
    shown = Shown(vault, found, {}, {}, problems, vault, private_of(vault, found), problems)
    in_notes = [one for one in problems if one.code in (Code.CLAIM_WRONG, Code.REGION_STALE)]
    page = write_markdown(state_page(shown, Faults.of(in_notes, to_author=True), [*vault.notes.values()]))
    assert "2 篇笔记，1 个例子算得出；2 篇里有 2 处待改；正文里的数 50% 有据。" in page
    assert "## [甲](甲.md) · 1 { #state-2 }" in page
    assert "正文里的数与算出来的不同" in page
    assert "`claim-wrong` 水果.w" in page
    assert "un `zhixing regenerate`" in page
    assert "| [甲](甲.md) | 1 | 1 | 1 | 1 | 33% |" in page


def test_the_line_over_a_page_leads_to_each_place() -> None:
    assert fault_banner(0, CHINESE) == ""
    line = fault_banner(2, CHINESE)
    assert '<a href="#fault:2" aria-label="第 2 处，共 2 处" title="第 2 处，共 2 处">2</a>' in line
    assert fault_banner(100, CHINESE).count("<a ") == 40

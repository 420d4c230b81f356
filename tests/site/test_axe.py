"""What axe-core finds on each kind of page, wide and light, narrow and dark: nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from conftest import run_axe
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SCREENS: list[tuple[int, Literal["light", "dark"]]] = [(1280, "light"), (390, "dark")]


@pytest.mark.parametrize(("width", "scheme"), SCREENS, ids=["wide, light", "narrow, dark"])
def test_no_page_shuts_anybody_out(
    browser: Browser, site: Path, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    pages = sorted(
        path for path in site.rglob("*.html") if 'http-equiv="refresh"' not in path.read_text(encoding="utf-8")
    )
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    found: dict[str, list[tuple[str, str]]] = {}
    for path in pages:
        page = context.new_page()
        page.goto(address + path.relative_to(site).as_posix())
        answer = run_axe(page)
        assert len(answer["passes"]) > 10
        found |= {str(path): _wrong(answer)} if _wrong(answer) else {}
        page.close()
    context.close()

    assert len(pages) > 8
    assert found == {}


def _wrong(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each rule that is broken, with the element that breaks it."""
    return [(rule["id"], node["html"]) for rule in answer["violations"] for node in rule["nodes"]]

"""A browser reads a page to its end while its style sheets are fetched, and shows it in the chosen colours."""

from __future__ import annotations

import functools
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import run, wait_until
from playwright.sync_api import Browser, Page

from zhixing.site.parsing import place_scripts

SETTINGS = """site_name: 站
docs_dir: notes
theme:
  name: material
  font: false
  palette:
    - media: "(prefers-color-scheme)"
      toggle: {icon: material/brightness-auto, name: 系统}
    - media: "(prefers-color-scheme: light)"
      scheme: default
      toggle: {icon: material/weather-sunny, name: 浅}
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
      primary: teal
      toggle: {icon: material/weather-night, name: 深}
plugins: [zhixing]
"""
SYSTEM, DARK = "(prefers-color-scheme)", "(prefers-color-scheme: dark)"
# The scheme of the body at each frame in which a style sheet is there.
FRAMES = """
globalThis.frames_ = [];
const look = () => {
  if (document.body && document.styleSheets.length) frames_.push(document.body.getAttribute("data-md-color-scheme"));
  requestAnimationFrame(look);
};
look();
"""


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of Material on which readers choose colours."""
    folder = tmp_path_factory.mktemp("colours")
    (folder / "notes").mkdir()
    (folder / "mkdocs.yml").write_text(SETTINGS, encoding="utf-8")
    (folder / "notes" / "index.md").write_text("# 页\n\n文\n\n最后一段\n", encoding="utf-8")
    done = run(sys.executable, "-m", "mkdocs", "build", "-q", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


class _Held(SimpleHTTPRequestHandler):
    """Serves a site whose style sheets come when they are let go."""

    let_go = threading.Event()

    def do_GET(self) -> None:
        if self.path.endswith(".css"):
            self.let_go.wait(20)
        super().do_GET()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        pass


@contextmanager
def opened(browser: Browser, site: Path, chosen: str = "", **settings: Any) -> Iterator[Page]:
    """Open the site in the colours that a reader chose before; its style sheets are held."""
    _Held.let_go.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Held, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context(**settings)
    if chosen:
        said = {
            "index": 2 if chosen == DARK else 0,
            "color": {"media": chosen, "scheme": "slate", "primary": "teal", "accent": "indigo"},
        }
        context.add_init_script(f"localStorage.setItem('/.__palette', {json.dumps(json.dumps(said))})")
    context.add_init_script(FRAMES)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/", wait_until="commit")
    yield page
    _Held.let_go.set()
    context.close()
    server.shutdown()
    server.server_close()


@pytest.mark.browser
def test_a_page_is_read_before_its_style_sheets_are_there(browser: Browser, colours: Path) -> None:
    with opened(browser, colours) as page:
        wait_until(page, "document.querySelector('article')?.textContent.includes('最后一段')")
        assert page.evaluate("document.styleSheets.length") == 0


@pytest.mark.browser
@pytest.mark.parametrize(
    ("chosen", "system", "scheme"),
    [(DARK, "light", "slate"), (SYSTEM, "dark", "slate"), (SYSTEM, "light", "default"), ("", "light", "default")],
)
def test_the_colours_that_were_chosen_are_the_first_to_be_seen(
    browser: Browser, colours: Path, chosen: str, system: str, scheme: str
) -> None:
    with opened(browser, colours, chosen, color_scheme=system) as page:
        wait_until(page, "document.querySelector('article')")
        _Held.let_go.set()
        page.wait_for_load_state("load")
        wait_until(page, "frames_.length > 3")
        assert set(page.evaluate("frames_")) == {scheme}


def test_scripts_move_before_the_first_style_sheet_and_no_others_do(colours: Path) -> None:
    page = (colours / "index.html").read_text(encoding="utf-8")
    sheet, container = page.index('<link rel="stylesheet"'), page.index('data-md-component="container"')
    assert 0 < page.index("<script>__md_scope=") < page.index("var palette=__md_get(") < sheet
    assert "<script>" not in page[sheet:container]
    assert place_scripts(page) == page


@pytest.mark.parametrize(
    "page",
    [
        "<head><script>a()</script></head>",
        '<link rel="stylesheet" href="a.css"><script>a()</script>',
        '<script>__md_scope=1</script><link rel="stylesheet" href="a.css"><script>var palette=__md_get(1)</script>',
    ],
)
def test_other_pages_stay_as_they_are(page: str) -> None:
    assert place_scripts(page) == page

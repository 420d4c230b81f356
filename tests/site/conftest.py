"""A small vault, built once: its site on disk, and a browser to look at it with."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, Page, expect, sync_playwright

VAULT = Path(__file__).parent.parent / "vaults" / "site-basic"
COMMAND = str(Path(sys.executable).with_name("zhixing"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60
"""Seconds after which a test gives up on what a moment suffices for: a machine may be as busy as it likes."""
# Fonts are there, nothing moves or changes its colour, and tables that scroll are in reach of the keyboard.
STILL = """document.fonts.status === "loaded"
  && document.getAnimations().every((one) => one.playState !== "running")
  && [...document.querySelectorAll(".md-typeset__scrollwrap")]
    .every((one) => one.scrollWidth <= one.clientWidth || one.tabIndex === 0)"""

# Material hides its choice of colours from screen readers and leaves it in reach of the keyboard.
_NOT_OURS = {"exclude": [[".md-option"]]}

expect.set_options(timeout=1000 * PATIENCE)


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def search_text(site: Path) -> str:
    """Return all that the search of a site knows, as it is written."""
    files = sorted((site / "assets" / "zhixing" / "search").glob("*.js"))
    return unquote("\n".join(path.read_text(encoding="utf-8") for path in files))


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the small vault, its results regenerated."""
    folder = tmp_path_factory.mktemp("project") / "vault"
    shutil.copytree(VAULT, folder)
    done = run(COMMAND, "regenerate", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def site(project: Path) -> Path:
    """The site of the small vault, built as strictly as can be."""
    done = run(sys.executable, "-m", "mkdocs", "build", "--strict", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    return project / "site"


def wait_until(page: Page, expression: str, arg: object = None) -> None:
    """Wait until an expression is true on a page.

    Playwright's own `wait_for_function` evaluates text within the page, which the policy of our pages forbids: it
    raises wherever the first attempt is not true at once.
    """
    end = time.monotonic() + PATIENCE
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, f"never true: {expression}"
        page.wait_for_timeout(20)


def wait_until_still(page: Page) -> None:
    """Wait until a page that has loaded looks as it will go on to look: what a script or a transition does is done."""
    wait_until(page, STILL)


def run_axe(page: Page) -> dict[str, Any]:
    """Return what axe-core finds on a page that is still: all violations, and of other rules their names alone.

    axe is put into the page, which the site's own policy forbids: the page's context has to bypass it.
    """
    wait_until_still(page)
    options = {"resultTypes": ["violations"]}  # describing thousands of elements that are right takes most of the time
    answer: dict[str, Any] = Axe().run(page, context=_NOT_OURS, options=options).response
    return answer


def wait_for(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something holds that events of a page make true."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "never true"
        page.wait_for_timeout(20)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        pass


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a built site; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()  # it ends within so many seconds
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The address that the site is served at."""
    with served(site) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        reason = f"no browser: none of {', '.join(BROWSERS)} is installed"
        # The gate installs one, so there a skip would hide that nothing was looked at.
        if os.environ.get("ZHIXING_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()

"""Browsers that ask for an outdated page are answered once it is built, before the other pages."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mkdocs.livereload import LiveReloadServer

from zhixing.site.incremental.browsers import Browsers

LONG = 60.0
PLACES = ("甲/index.html", "乙/index.html", "丙/index.html")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveReloadServer]:
    for place in PLACES:
        (tmp_path / place).parent.mkdir()
        (tmp_path / place).write_text("old", encoding="utf-8")
    server = LiveReloadServer(lambda: None, "127.0.0.1", 0, str(tmp_path), mount_path="/home/")
    yield server
    server.server_close()


class Request(threading.Thread):
    """Asks for a page as a browser does; `answer` is what it gets."""

    def __init__(self, server: LiveReloadServer, path: str) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._path = path
        self.answer = ""
        self.start()

    def run(self) -> None:
        app: Any = self._server.get_app()
        answer = app({"PATH_INFO": self._path.encode().decode("latin-1")}, lambda *_: None)
        self.answer = b"".join(answer).decode()
        answer.close()


def wait_for_request(browsers: Browsers, place: str) -> None:
    while browsers.choose(PLACES) != place:
        time.sleep(0.005)


def test_a_page_that_is_asked_for_is_built_first(server: LiveReloadServer, tmp_path: Path) -> None:
    browsers = Browsers(server)
    browsers.release(PLACES)
    assert browsers.choose(PLACES) == PLACES[0]
    request = Request(server, "/home/丙/")
    wait_for_request(browsers, PLACES[2])
    browsers.tell_built(PLACES[0])
    (tmp_path / PLACES[2]).write_text("new", encoding="utf-8")
    browsers.tell_built(PLACES[2])
    request.join(LONG)
    assert request.answer == "new"


def test_a_page_that_the_next_build_makes_is_waited_for(server: LiveReloadServer, tmp_path: Path) -> None:
    browsers = Browsers(server)
    browsers.release(PLACES)
    request = Request(server, "/home/乙/index.html")
    wait_for_request(browsers, PLACES[1])
    browsers.release(PLACES[1:])
    wait_for_request(browsers, PLACES[1])
    (tmp_path / PLACES[1]).write_text("new", encoding="utf-8")
    server._visible_epoch = server._wanted_epoch
    browsers.release([])
    request.join(LONG)
    assert request.answer == "new"


def test_browsers_reload_at_the_release_and_at_the_end(server: LiveReloadServer) -> None:
    browsers = Browsers(server)
    server._wanted_epoch += 10
    before = server._visible_epoch
    browsers.release(PLACES)
    released = server._visible_epoch
    assert released > before
    browsers.end()
    assert server._wanted_epoch > released
    server._visible_epoch = server._wanted_epoch
    request = Request(server, "/home/甲/")
    request.join(LONG)
    assert request.answer == "old"


def test_other_files_are_not_waited_for(server: LiveReloadServer, tmp_path: Path) -> None:
    (tmp_path / "index.js").write_text("text", encoding="utf-8")
    Browsers(server).release(PLACES)
    request = Request(server, "/home/index.js")
    request.join(LONG)
    assert request.answer == "text"

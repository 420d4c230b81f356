"""The browsers that look at a served site while pages that a save outdates are still being built."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer


class Browsers:
    """Has the browsers of a server reload before a build ends, and builds the pages first that they ask for.

    MkDocs has a request wait until the build ends, and then has browsers reload. Its server has no hooks for either.
    Pages are known by their places in the folder of the site.
    """

    def __init__(self, server: LiveReloadServer) -> None:
        """Put the wait for outdated pages before what a server answers."""
        self._server = server
        self._answer = server.serve_request
        self._changed = threading.Condition()
        self._outdated: set[str] = set()
        self._asked: list[str] = []
        server.set_app(self._answer_when_built)

    @property
    def is_save_waiting(self) -> bool:
        """Whether a file was saved since the build began."""
        return self._server._want_rebuild

    def release(self, outdated: Iterable[str]) -> None:
        """Have browsers reload; those that ask for an outdated page wait until it is built."""
        with self._changed:
            self._outdated, self._asked = set(outdated), []
            self._changed.notify_all()
        server = self._server
        with server._epoch_cond:
            server._visible_epoch = server._wanted_epoch
            server._epoch_cond.notify_all()

    def choose(self, places: Iterable[str]) -> str:
        """Return the place of the page to build next: one that a browser asks for, or else the first."""
        with self._changed:
            asked, waiting = set(self._asked), list(places)
            return next((place for place in waiting if place in asked), waiting[0])

    def tell_built(self, place: str) -> None:
        """Answer the browsers that ask for a page."""
        with self._changed:
            self._outdated.discard(place)
            self._changed.notify_all()

    def end(self) -> None:
        """Have MkDocs tell browsers to reload once more, since search and feed may be read from before; wait no longer.

        After a build that failed, MkDocs lets them wait until one succeeds.
        """
        server = self._server
        with server._epoch_cond:
            server._wanted_epoch = max(round(time.monotonic() * 1000), server._wanted_epoch + 1)
        with self._changed:
            self._outdated.clear()
            self._changed.notify_all()

    def _answer_when_built(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        place = self._find_place(environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore"))
        with self._changed:
            while place in self._outdated:
                self._asked.append(place)
                self._changed.wait()
        return self._answer(environ, start_response)

    def _find_place(self, path: str) -> str:
        place = path.removeprefix(self._server.mount_path)
        return f"{place}index.html" if path.endswith("/") else place

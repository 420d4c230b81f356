"""How `mkdocs serve` hears of a save: it still compares files, but at once where the system gives notice of a change.

MkDocs compares all files with those of half a second before, for ever, and then waits for a tenth of a second. Notices
may not come from folders that another system shares with this one, so files are compared without them too.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingEmitter

# A save is several writes. The files are compared when none came for so many seconds, at the latest after some more.
_QUIET = 0.015
_LATEST = 0.2
# Folders that are watched by themselves are compared at the same time, and heard of within so many seconds.
_BETWEEN = 0.005
# So many seconds pass between comparisons of which no notice came, and at least so many times what one takes.
_INTERVAL = 0.5
_IDLE = 10
# Builds read files: these notices are about their own reading.
_READING = frozenset({"opened", "closed_no_write"})


class _Comparing(PollingEmitter):
    """Compares the files of a watched folder when it is woken, or when its time has come."""

    woken: threading.Event
    took = 0.0

    def on_thread_start(self) -> None:
        """Look at the files as they are at first."""
        self.woken = threading.Event()
        super().on_thread_start()

    def on_thread_stop(self) -> None:
        """End the wait."""
        self.woken.set()
        super().on_thread_stop()

    def queue_events(self, timeout: float) -> None:
        """Wait, then compare the files with those of the last time."""
        if self.woken.wait(max(timeout, _IDLE * self.took)):
            self._wait_for_quiet()
        began = time.perf_counter()
        super().queue_events(0)
        self.took = time.perf_counter() - began

    def _wait_for_quiet(self) -> None:
        latest = time.perf_counter() + _LATEST
        self.woken.clear()
        while self.should_keep_running() and self.woken.wait(_QUIET) and time.perf_counter() < latest:
            self.woken.clear()


class WakingObserver(BaseObserver):
    """Compares files, and is woken by the system's notices."""

    def __init__(self) -> None:
        super().__init__(_Comparing, timeout=_INTERVAL)
        self._notices: BaseObserver | None = None

    def start(self) -> None:
        """Start; without notices where the system gives none, or none of so many folders."""
        super().start()
        with suppress(OSError):
            self._notices = Observer()
            waking = _Waking(self)
            for emitter in self.emitters:
                self._notices.schedule(waking, emitter.watch.path, recursive=emitter.watch.is_recursive)
            self._notices.start()

    def stop(self) -> None:
        """Stop, and the notices with it."""
        if self._notices is not None and self._notices.is_alive():
            self._notices.stop()
        super().stop()

    def wake(self) -> None:
        """Have the files compared."""
        for emitter in self.emitters.copy():
            if isinstance(emitter, _Comparing):
                emitter.woken.set()


class _Waking(FileSystemEventHandler):
    """Wakes an observer when the system tells of a change."""

    def __init__(self, observer: WakingObserver) -> None:
        self._observer = observer

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Wake the observer, unless a file was only read."""
        if event.event_type not in _READING:
            self._observer.wake()


def watch_closely(server: LiveReloadServer) -> None:
    """Have a server that does not run yet hear of saves at once; what it watches already, it goes on watching."""
    watched = [(path, server._watch_refs[path].is_recursive, times) for path, times in server._watched_paths.items()]
    for path, _, times in watched:
        for _ in range(times):
            server.unwatch(path)
    server.observer = WakingObserver()  # type: ignore[assignment]  # MkDocs knows one kind of observer
    for path, recursive, times in watched:
        for _ in range(times):
            server.watch(path, recursive=recursive)
    # The files were compared when the save had come to its end.
    server.build_delay = _BETWEEN

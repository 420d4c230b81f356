"""Waiting until something in a vault changes.

The system tells of changes as they happen (watchdog: inotify, FSEvents, ReadDirectoryChangesW). Some disks tell of
none, network disks above all, and a system has only so many watches; so the times of all files are compared now and
then too, which also finds what was lost.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from watchdog.events import DirModifiedEvent, FileClosedNoWriteEvent, FileOpenedEvent, FileSystemEvent
from watchdog.events import FileSystemEventHandler as Handler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from zhixing.vault.load import SETTINGS, Project
from zhixing.vault.stamps import Stamp, stamps_below

QUIET = 0.02
"""So many seconds without an event end a burst of saves."""
LONGEST_BURST = 0.12
_POLL = 2.0
_POLL_UNTOLD = 0.25
# Comparing times takes at most these shares of a processor.
_SHARE, _SHARE_UNTOLD = 0.005, 0.05
_READS = (FileOpenedEvent, FileClosedNoWriteEvent, DirModifiedEvent)


class _Listener(Handler):
    """Calls a function when a file changes that is not hidden."""

    def __init__(self, root: Path, tell: Callable[[], None]) -> None:
        self._root = root
        self._tell = tell

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Tell of an event; reading a file is none, nor is what programs keep in hidden folders."""
        paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        if not isinstance(event, _READS) and any(map(self._matters, paths)):
            self._tell()

    def _matters(self, path: str) -> bool:
        inside = os.path.relpath(path, self._root)
        return inside == str(SETTINGS) or not any(part.startswith(".") for part in Path(inside).parts)


class Wake:
    """Waits for changes of a project's files. Use it as a context: it has threads of its own."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._changed = threading.Event()
        self._observer: BaseObserver | None = None
        self._watched: object = None
        self._seen: dict[str, Stamp] | None = None
        self._pause = _POLL

    def __enter__(self) -> Wake:
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    @property
    def is_told(self) -> bool:
        """Whether the system tells of changes."""
        return self._observer is not None

    def follow(self, project: Project) -> None:
        """Wait for the changes of this project from now on: its settings may name another folder."""
        self._project = project

    def wait(self, longest: float | None = None) -> bool:
        """Return when something has changed and a burst of saves is over, or after `longest` seconds: then False.

        What changes after this returns ends the next call. The first call may return though nothing has changed.
        """
        until = time.monotonic() + longest if longest is not None else None
        while not self._changed.wait(self._pause if until is None else max(0, min(self._pause, _left(until)))):
            if until is not None and _left(until) <= 0:
                return False
            if self._compare():
                return True
        self._end_burst()
        self._seen = None
        return True

    def _end_burst(self) -> None:
        until = time.monotonic() + LONGEST_BURST
        while self._changed.is_set() and _left(until) > 0:
            self._changed.clear()
            self._changed.wait(QUIET)
        self._changed.clear()

    def _compare(self) -> bool:
        """Return whether the times of the files differ from the last time, and choose when to compare them again."""
        if self._identity() != self._watched:
            self._stop()
            self._listen()
        began = time.process_time()
        seen = self._stamps()
        took = time.process_time() - began
        least, share = (_POLL, _SHARE) if self.is_told else (_POLL_UNTOLD, _SHARE_UNTOLD)
        self._pause = max(least, took / share)
        differs, self._seen = seen != self._seen, seen
        return differs

    def _stamps(self) -> dict[str, Stamp]:
        found = stamps_below(self._project.notes) | stamps_below(self._project.templates)
        if self._project.config is not None:
            with suppress(OSError):
                config = self._project.config.stat()
                found[""] = (config.st_ino, config.st_size, config.st_mtime_ns)
        return found

    def _identity(self) -> object:
        """Return which folder the notes are in now: it may be moved away, and another put in its place."""
        try:
            found = self._project.notes.stat()
        except OSError:
            return None
        return self._project.notes, found.st_dev, found.st_ino

    def _listen(self) -> None:
        """Ask the system to tell of changes, where it can and the folder is there."""
        self._watched = self._identity()
        root = self._project.notes.resolve()
        observer = Observer()
        try:
            observer.schedule(_Listener(root, self._changed.set), str(root), recursive=True)
            observer.start()
        except OSError:
            self._pause = _POLL_UNTOLD
            return
        self._observer = observer

    def _stop(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None


def _left(until: float) -> float:
    return until - time.monotonic()

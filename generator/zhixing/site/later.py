"""Work on a served site that nobody waits for: it is done in a pause between saves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# A pause lasts at least so many seconds, and as long as the work took the last time.
_PAUSE = 1.0


class Later:
    """Does the last piece of work that it was given, unless another build begins before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._begun = 0
        self._took = 0.0

    def begin(self) -> None:
        """Begin a build: what has not been written yet belongs to an earlier one and is not written any more."""
        with self._lock:
            self._begun += 1
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def do(self, prepare: Callable[[], Callable[[], None]]) -> None:
        """Do a piece of work in the next pause: `prepare` takes its time, and what it returns writes."""
        begun = self._begun
        timer = threading.Timer(max(_PAUSE, self._took), lambda: self._work(prepare, begun))
        timer.daemon = True
        with self._lock:
            self._timer = timer
        timer.start()

    def wait(self) -> None:
        """Wait until the work is done."""
        if (timer := self._timer) is not None:
            timer.join()

    def _work(self, prepare: Callable[[], Callable[[], None]], begun: int) -> None:
        began = time.perf_counter()
        write = prepare()
        self._took = time.perf_counter() - began
        with self._lock:
            if begun == self._begun:
                write()

"""Work on a served site that can wait: it is done in a pause between saves, in steps that a save need not wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

# Seconds without a build that count as a pause. Authors often stop for less, and their next save would have to wait.
_PAUSE = 10.0
_END = object()


class Later:
    """Does the last piece of work that it was given, unless another build begins first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._begun = 0

    def begin(self) -> None:
        """Begin a build: drop what is left of the work of an earlier build; wait for the step that is under way."""
        self._begun += 1
        with self._lock:
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def do(self, work: Callable[[], Iterator[None]]) -> None:
        """Do a piece of work in the next pause, on another thread; it yields between its steps."""
        timer = threading.Timer(_PAUSE, self._work, (work, self._begun))
        timer.daemon = True
        with self._lock:
            self._timer = timer
        timer.start()

    def wait(self) -> None:
        """Wait until the work is done, if there is any."""
        if (timer := self._timer) is not None:
            timer.join()

    def _work(self, work: Callable[[], Iterator[None]], begun: int) -> None:
        steps, is_left = work(), True
        while is_left:
            with self._lock:
                is_left = begun == self._begun and next(steps, _END) is not _END

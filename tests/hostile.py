"""Texts made to exhaust a reader, and a guard that ends a test which does not come to an end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Each takes a reader with a quadratic step minutes and a linear one a second.
PIECES = (
    "[[", "[", "](", "![](", "[](<", "[a](", "[a](b 'c", "![[a|", "[[a|[", "$$", "$a ", "$", "%%", "%% ", "`",
    "`a``b", "> ", ">", "- ", "* ", "1. ", "\t", "  ", "#", "# #", "==", "==a ", "<!--", "<a ", "<a b='",
    "<a b=\"c", "<", "<div>\n", "^", " ^a", "^[", "[^", "https://a)", "https://", "\\", "```\n", "~~~\n> ", "> - ",
    "- \n", "-\n\n", "a\n> ", "$$\n", "%%\n\n", "---\n", "===\n", "a\n===\n", "|", "a|b\n-|-\n", "&", "_a", "**a",
    "*a_", "\r", "\u2028", "\u0000", "#a", " #a", "- [ ] ", "    a\n\n",
)  # fmt: skip
SIZE = 100_000


@contextmanager
def guard(seconds: int = 10) -> Iterator[None]:
    """Raise TimeoutError where the block takes more CPU time than even a slow machine needs."""

    def stop(_signum: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)

"""What MkDocs logs, written so that no name or text of a vault can steer a terminal."""

from __future__ import annotations

import logging

from zhixing.problems import visible


class _Visible(logging.Filter):
    """Writes out control characters; line ends stay where the message itself has them, not what is put into it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = "\n".join(map(visible, record.getMessage().split("\n")))
        record.args = ()
        return True


_FILTER = _Visible()


def write_visibly() -> None:
    """Have every message that MkDocs prints written out. Filters of a logger do not see what its children log."""
    for handler in logging.getLogger("mkdocs").handlers:
        handler.addFilter(_FILTER)

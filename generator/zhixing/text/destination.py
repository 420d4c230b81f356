"""The `(destination "title")` behind a Markdown link's text, by CommonMark's rules."""

from __future__ import annotations

import re

from zhixing.source import Span

_SPACE = re.compile(r"\s*+")
_ANGLE = re.compile(r"<((?:\\[^\r\n]|[^<>\\\r\n])*+)>")
_BARE = re.compile(r"(?:\\[!-/:-@\[-`{-~]|[^\s()\x00-\x1f])++|[()]")
_TITLE = re.compile(
    r"""(?:\s++(?:"(?:\\[\s\S]|[^"\\])*+"|'(?:\\[\s\S]|[^'\\])*+'|\((?:\\[\s\S]|[^()\\])*+\)))?+\s*+\)"""
)
_DEPTH = 32  # how deep a destination's own parentheses may nest, as in cmark; it bounds the time for `((((`


def destination(text: str, start: int) -> tuple[Span, int] | None:
    """Return the span of the destination, and where the link ends, if `(` at `start` begins one."""
    if not text.startswith("(", start):
        return None
    begin = _skip(text, start + 1)
    angle = _ANGLE.match(text, begin)
    span = Span(angle.start(1), angle.end(1)) if angle else _bare(text, begin)
    closing = _TITLE.match(text, angle.end() if angle else span.end)
    return (span, closing.end()) if closing else None


def _skip(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start


def _bare(text: str, start: int) -> Span:
    """Return the span of a destination without angle brackets: no space, its parentheses balanced."""
    depth, end = 0, start
    while found := _BARE.match(text, end):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if not 0 <= depth <= _DEPTH:
            break
        end = found.end()
    return Span(start, end)

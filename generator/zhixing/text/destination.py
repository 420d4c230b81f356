"""The `(destination "title")` behind a Markdown link's text, by CommonMark's rules."""

from __future__ import annotations

import re

from zhixing.source import Span

_SPACE = re.compile(r"\s*+")
_ANGLE = re.compile(r"<((?:\\[^\r\n]|[^<>\\\r\n])*+)>")
_DEPTH = 32  # how deep a destination's own parentheses may nest, as in cmark
_PLAIN = r"(?:\\[!-/:-@\[-`{-~]|[^\s()\x00-\x1f])"


def _balanced(depth: int) -> str:
    inner = rf"|\({_balanced(depth - 1)}\)" if depth else ""
    return rf"(?:{_PLAIN}{inner})*+"


_BARE = re.compile(_balanced(_DEPTH))
_TITLE = re.compile(
    r"""(?:\s++(?:"(?:\\[\s\S]|[^"\\])*+"|'(?:\\[\s\S]|[^'\\])*+'|\((?:\\[\s\S]|[^()\\])*+\)))?+\s*+\)"""
)


def destination(text: str, start: int) -> tuple[Span, int] | None:
    """Return the span of the destination, and where the link ends, if `(` at `start` begins one."""
    if not text.startswith("(", start):
        return None
    space = _SPACE.match(text, start + 1)
    begin = space.end() if space else start + 1
    angle = _ANGLE.match(text, begin)
    found = angle or _BARE.match(text, begin)
    if found is None or (angle is None and text.startswith("<", begin)):
        return None
    closing = _TITLE.match(text, found.end())
    return (Span(*found.span(1 if angle else 0)), closing.end()) if closing else None

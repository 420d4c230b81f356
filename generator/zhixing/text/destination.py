"""The `(destination "title")` behind a Markdown link's text, and definitions of links, by CommonMark's rules."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zhixing.source import Span

_SPACE = re.compile(r"\s*+")
_ANGLE = re.compile(r"<((?:\\[^\r\n]|[^<>\\\r\n])*+)>")
_DEPTH = 32  # how deep a destination's own parentheses may nest, as in cmark
_PLAIN = r"(?:\\[!-/:-@\[-`{-~]|[^\s()\x00-\x1f])"


def _balanced(depth: int) -> str:
    inner = rf"|\({_balanced(depth - 1)}\)" if depth else ""
    return rf"(?:{_PLAIN}{inner})*+"


_BARE = re.compile(_balanced(_DEPTH))
_QUOTED = r"""(?:"(?:\\[\s\S]|[^"\\])*+"|'(?:\\[\s\S]|[^'\\])*+'|\((?:\\[\s\S]|[^()\\])*+\))"""
_TITLE = re.compile(rf"(?:\s++({_QUOTED}))?+\s*+\)")
# A label's length is bounded, as in CommonMark, so that many brackets without an end stay cheap.
LABEL = re.compile(r"\[((?:\\[\s\S]|[^\[\]\\]){0,999}+)\]")
_AFTER_LABEL = re.compile(r":[ \t]*+(?:\r\n|\r|\n)?[ \t]*+")
_TITLE_OF_DEFINITION = re.compile(rf"(?:[ \t]++|[ \t]*+(?:\r\n|\r|\n)[ \t]*+)({_QUOTED})[ \t]*+(?=[\r\n]|\Z)")
_LINE_END = re.compile(r"[ \t]*+(?=[\r\n]|\Z)")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a link leads: the span of the destination, of its title's text if it has one, and where all of it ends."""

    span: Span
    title: Span | None
    end: int


def destination(text: str, start: int) -> Destination | None:
    """Return the destination that `(` at `start` begins, up to its closing bracket, or None."""
    if not text.startswith("(", start):
        return None
    found = _target(text, _end(_SPACE, text, start + 1))
    closing = _TITLE.match(text, found[1]) if found else None
    return Destination(found[0], _inside(closing), closing.end()) if found and closing else None


def definition(text: str, start: int) -> tuple[Span, Destination] | None:
    """Return the label and the destination of a link definition at `start` (`[label]: to "title"`), or None."""
    label = LABEL.match(text, start)
    colon = _AFTER_LABEL.match(text, label.end()) if label and label[1].strip() and label[1][0] != "^" else None
    found = _target(text, colon.end()) if colon else None
    if label is None or found is None or (found[0].start == found[0].end and text[found[1] - 1] != ">"):
        return None
    title = _TITLE_OF_DEFINITION.match(text, found[1])
    if title:
        return Span(*label.span(1)), Destination(found[0], _inside(title), title.end())
    alone = _LINE_END.match(text, found[1])
    return (Span(*label.span(1)), Destination(found[0], None, found[1])) if alone else None


def label_key(label: str) -> str:
    """Return the form in which labels of links are compared: spaces folded, without case."""
    return " ".join(label.split()).casefold()


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def _target(text: str, begin: int) -> tuple[Span, int] | None:
    """Return the span of a destination, angle brackets excluded, and where it ends, brackets included."""
    if angle := _ANGLE.match(text, begin):
        return Span(*angle.span(1)), angle.end()
    bare = None if text.startswith("<", begin) else _BARE.match(text, begin)
    return (Span(*bare.span()), bare.end()) if bare else None


def _inside(found: re.Match[str] | None) -> Span | None:
    """Return the span of a title's text, its quotes left out."""
    return Span(found.start(1) + 1, found.end(1) - 1) if found and found[1] else None

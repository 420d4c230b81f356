"""Tags behind which a browser reads no HTML, up to the closing tag: one that is never closed would swallow the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from zhixing.markdown.blocks import Kind
from zhixing.markdown.inline import TokenKind
from zhixing.markdown.reading import Reading
from zhixing.source import Span

NAMES = "iframe|noembed|noframes|noscript|plaintext|script|style|template|textarea|title|xmp"
_OPENING = re.compile(rf"<({NAMES})(?=[\s/>]|\Z)", re.IGNORECASE)
_CLOSING = re.compile(rf"</({NAMES})(?=[\s/>]|\Z)", re.IGNORECASE)
_CLOSED_ITSELF = re.compile(r"[^<>]*/>")
_END = re.compile(r"[^<>]*>?")
COMMENT = re.compile(r"<!--(?:-?>|.*?(?:-->|\Z))", re.DOTALL)


def is_swallowing(tag: str, rest: str) -> bool:
    """Return whether a browser would take all that follows a tag for its text: nothing in `rest` closes it."""
    found = _OPENING.match(tag)
    return found is not None and f"</{found[1]}".lower() not in rest.lower()


def find_swallowing(html: str, closed_later: Mapping[str, int]) -> list[int]:
    """Return the offsets of the tags in a block of HTML that close themselves, which browsers pass over, or never.

    `closed_later` has the names that are closed below the block.
    """
    last = {found[1].lower(): found.start() for found in _CLOSING.finditer(html)}
    return [
        found.start()
        for found in _OPENING.finditer(html)
        if _CLOSED_ITSELF.match(html, found.end())
        or (last.get(name := found[1].lower(), -1) < found.start() and name not in closed_later)
    ]


@lru_cache(maxsize=4)
def _closings(reading: Reading) -> Mapping[str, int]:
    """Return where the last closing tag of each name stands in a note's HTML."""
    spans = [region.span for region in reading.regions if region.kind is Kind.HTML]
    spans += [token.span for token in reading.tokens if token.kind is TokenKind.HTML]
    last: dict[str, int] = {}
    for span in sorted(spans, key=lambda one: one.start):
        last |= {tag[1].lower(): span.start + tag.start() for tag in _CLOSING.finditer(span.of(reading.text))}
    return last


def closed_below(reading: Reading, offset: int) -> Mapping[str, int]:
    """Return the names of such tags that are closed somewhere below a place of a note."""
    return {name: place for name, place in _closings(reading).items() if place >= offset}


def find_unclosed(reading: Reading) -> Iterator[Span]:
    """Yield the tags of a note that would swallow what follows, and that its page shows as written instead."""
    text = reading.text
    if "<" not in text:
        return
    tags = (one.span for one in reading.tokens if one.kind is TokenKind.HTML and _OPENING.match(text, one.span.start))
    for tag in tags:
        if is_swallowing(tag.of(text), text[tag.end : reading.at(tag.start).span.end]):
            yield tag
    blocks = (region.span for region in reading.regions if region.kind is Kind.HTML)
    for block in (one for one in blocks if _OPENING.search(text, one.start, one.end)):
        html = COMMENT.sub(lambda found: " " * len(found[0]), block.of(text))
        for offset in find_swallowing(html, closed_below(reading, block.end)):
            end = _END.match(text, block.start + offset + 1, block.end)
            yield Span(block.start + offset, end.end() if end else block.end)

"""A note's inline tokens with their exact places, and the running text between them."""

from __future__ import annotations

from collections.abc import Iterator

from zhixing.source import Span
from zhixing.text.definitions import read_definitions
from zhixing.text.reader import Reader
from zhixing.text.regions import PROSE, Kind, Region
from zhixing.text.scan import scan
from zhixing.text.tokens import NESTING, Token, TokenKind

__all__ = ["Token", "TokenKind", "prose", "tokens"]


def tokens(text: str, regions: tuple[Region, ...] | None = None) -> tuple[Token, ...]:
    """Return a note's inline tokens, sorted by place.

    Two tokens are disjoint, or one lies inside the `content` of a LINK, HIGHLIGHT or INLINE_NOTE and follows it.
    """
    found: list[Token] = []
    prosaic = [region for region in (scan(text) if regions is None else regions) if region.kind in PROSE]
    # Definitions serve the whole note, also what stands above them.
    bodies = [body_of(text, region) for region in prosaic if region.kind is Kind.TEXT] if "]:" in text else []
    defined = read_definitions(bodies)
    for region in prosaic:
        body, base = body_of(text, region)
        found += Reader(body, base, defined.targets).read(defined.tokens.get(base, ()))
    return tuple(found)


def prose(text: str, regions: tuple[Region, ...], found: tuple[Token, ...]) -> tuple[Span, ...]:
    """Return the spans of running text, none across a line: what is left when markers and tokens are taken out.

    A link, highlight or inline footnote leaves its text; headings are included. `found` are the text's `tokens`.
    """
    cuts = sorted(cut for token in found for cut in _cuts(token))
    spans: list[Span] = []
    passed = 0
    for line in (line for region in regions if region.kind in PROSE for line in region.lines):
        start = line.start
        while passed < len(cuts) and cuts[passed].start < line.end:
            spans.append(Span(start, max(start, cuts[passed].start)))
            start = max(start, cuts[passed].end)
            if start > line.end:  # the token goes on in the next line
                break
            passed += 1
        spans.append(Span(start, line.end))
    return tuple(span for span in spans if span.of(text).strip())


def _cuts(token: Token) -> Iterator[Span]:
    if token.kind in NESTING:
        yield Span(token.span.start, token.content.start)
        yield Span(token.content.end, token.span.end)
    else:
        yield token.span


def body_of(text: str, region: Region) -> tuple[str, int]:
    """Return a region's text and where it begins; markers of containers between its lines become spaces."""
    if not region.lines:
        return "", region.span.start
    base, end = region.lines[0].start, region.lines[-1].end
    if region.depth == 0 or len(region.lines) == 1:
        return text[base:end], base
    parts, at = [], base
    for line in region.lines:
        parts += [" " * (line.start - at), line.of(text)]
        at = line.end
    return "".join(parts), base

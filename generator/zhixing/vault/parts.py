"""The places in a note that a link can name: headings and blocks."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from zhixing.source import Span
from zhixing.text.anchors import anchors
from zhixing.text.plain import plain
from zhixing.text.regions import Kind, Region
from zhixing.text.tokens import Token, TokenKind

_MARKER = re.compile(r"(?:[-+*]|[0-9]+[.)])\s*$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its text without markup, its anchor on the site, the span of its region, and its text as written."""

    level: int
    text: str
    slug: str
    span: Span
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A block that a link can name: its id as written and the span of the paragraph, item, table or callout."""

    id: str
    span: Span


def read_headings(text: str, regions: tuple[Region, ...], found: tuple[Token, ...]) -> tuple[Heading, ...]:
    """Return a note's headings in order; `found` are its tokens."""
    titles = [region for region in regions if region.kind is Kind.HEADING]
    starts = [token.span.start for token in found]
    words = []
    for region in titles:
        first, last = bisect_left(starts, region.content.start), bisect_left(starts, region.content.end)
        words.append(plain(text, region.content, found[first:last]))
    return tuple(
        Heading(region.level, word, slug, region.span, region.content.of(text))
        for region, word, slug in zip(titles, words, anchors(words), strict=True)
    )


def read_blocks(text: str, regions: tuple[Region, ...], found: tuple[Token, ...]) -> tuple[Block, ...]:
    """Return a note's named blocks in order; of ids that are used twice the first counts."""
    starts = [region.span.start for region in regions]
    blocks: dict[str, Block] = {}
    for token in found:
        if token.kind is TokenKind.BLOCK_ID:
            name = token.content.of(text)
            span = _block(text, regions, bisect_right(starts, token.span.start) - 1, token)
            blocks.setdefault(name.lower(), Block(name, span))
    return tuple(blocks.values())


def _block(text: str, regions: tuple[Region, ...], index: int, token: Token) -> Span:
    """Return what an id at the end of a region names: the block before it where the id stands alone, else its own."""
    region = regions[index]
    if region.lines and region.lines[0].start <= token.span.start and not _before(text, region, token):
        return _previous(regions, index)
    if _MARKER.search(region.prefix):
        return Span(region.span.start, _item_end(regions, index))
    return region.span


def _before(text: str, region: Region, token: Token) -> str:
    return text[region.lines[0].start : token.span.start].strip()


def _previous(regions: tuple[Region, ...], index: int) -> Span:
    """Return the span of the regions above that no blank line outside a quote parts."""
    last = index - 1
    while last >= 0 and regions[last].kind is Kind.BLANK:
        last -= 1
    if last < 0:
        return regions[index].span
    first = last
    while first > 0 and not _parts(regions[first - 1]):
        first -= 1
    return Span(regions[first].span.start, regions[last].span.end)


def _parts(region: Region) -> bool:
    blank = region.kind is Kind.BLANK and ">" not in region.prefix
    return blank or region.kind in (Kind.HEADING, Kind.FRONTMATTER, Kind.RULE)


def _item_end(regions: tuple[Region, ...], index: int) -> int:
    """Return where a list item ends, the items and paragraphs inside it included."""
    depth, end = regions[index].depth, regions[index].span.end
    for region in regions[index + 1 :]:
        if region.kind is Kind.BLANK:
            continue
        if region.depth < depth or (region.depth == depth and _MARKER.search(region.prefix)):
            break
        end = region.span.end
    return end

"""The places in a note that a link can name: headings and blocks."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

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
    ids = [token for token in found if token.kind is TokenKind.BLOCK_ID]
    if not ids:
        return ()
    starts = [region.span.start for region in regions]
    reader = _Blocks(text, regions)
    blocks: dict[str, Block] = {}
    for token in ids:
        name = token.content.of(text)
        span = reader.named(bisect_right(starts, token.span.start) - 1, token)
        blocks.setdefault(name.lower(), Block(name, span))
    return tuple(blocks.values())


class _Blocks:
    """The blocks of a note. What contains what is worked out once, so that a note of nothing but ids stays linear."""

    def __init__(self, text: str, regions: tuple[Region, ...]) -> None:
        self.text = text
        self.regions = regions
        self.quotes = _runs(regions, _quoted)
        self.lists = _runs(regions, _of_list)
        self.joined = _runs(regions, lambda region: not _parts(region))
        self.items: list[int] = []
        open_items: list[int] = []
        for index, region in enumerate(regions):
            if region.kind is not Kind.BLANK:
                while open_items and regions[open_items[-1]].depth > region.depth:
                    open_items.pop()
                if _MARKER.search(region.prefix):
                    open_items.append(index)
            self.items.append(open_items[-1] if open_items else index)

    def named(self, index: int, token: Token) -> Span:
        """Return what an id at the end of a region names.

        That is the quote or callout that it stands in, as a whole; the list item that it stands in; the block before
        it where it stands alone; else its own paragraph.
        """
        region = self.regions[index]
        if _quoted(region):
            return self._span(*self.quotes[index])
        if region.depth > 0:
            item = self.items[index]
            return Span(self.regions[item].span.start, _item_end(self.regions, item))
        lines = region.lines
        if lines and lines[0].start <= token.span.start and not self.text[lines[0].start : token.span.start].strip():
            return self._previous(index)
        return region.span

    def _span(self, first: int, last: int) -> Span:
        return Span(self.regions[first].span.start, self.regions[last].span.end)

    def _previous(self, index: int) -> Span:
        """Return the block above: a quote or a list as a whole, or the regions that no blank line parts."""
        last = index - 1
        while last >= 0 and self.regions[last].kind is Kind.BLANK:
            last -= 1
        if last < 0:
            return self.regions[index].span
        if _quoted(self.regions[last]):
            return self._span(*self.quotes[last])
        if self.regions[last].depth == 0:
            return self._span(self.joined[last][0], last)
        first = self.lists[last][0]
        while self.regions[first].kind is Kind.BLANK:
            first += 1
        return self._span(first, last)


def _runs(regions: tuple[Region, ...], belongs: Callable[[Region], bool]) -> list[tuple[int, int]]:
    """Return for each region the first and the last of the run of neighbours that belong, itself where it does not."""
    runs: list[tuple[int, int]] = []
    for wanted, group in groupby(enumerate(regions), key=lambda pair: belongs(pair[1])):
        places = [index for index, _ in group]
        runs += [(places[0], places[-1]) if wanted else (place, place) for place in places]
    return runs


def _quoted(region: Region) -> bool:
    return region.prefix.lstrip().startswith(">")


def _of_list(region: Region) -> bool:
    return not _quoted(region) and (region.kind is Kind.BLANK or region.depth > 0)


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

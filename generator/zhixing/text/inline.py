"""Obsidian's inline tokens with their exact places."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zhixing.source import Span
from zhixing.text.regions import Region
from zhixing.text.wikilink import Wikilink


class TokenKind(StrEnum):
    """The kinds of inline token."""

    CODE = "code"
    MATH = "math"
    COMMENT = "comment"
    HTML_COMMENT = "html-comment"
    HTML = "html"
    WIKILINK = "wikilink"
    EMBED = "embed"
    LINK = "link"
    IMAGE = "image"
    URL = "url"
    HIGHLIGHT = "highlight"
    TAG = "tag"
    BLOCK_ID = "block-id"
    FOOTNOTE = "footnote"


@dataclass(frozen=True, slots=True)
class Token:
    """An inline token.

    - `span`: all of it, delimiters included.
    - `content`: what the delimiters enclose: code, formula, comment text, a link's text or alt text, a tag without `#`,
      a block id without `^`, a footnote's label (`[^label]`) or text (`^[text]`).
    - `wikilink`: for WIKILINK and EMBED, what it says.
    - `target`: for LINK, IMAGE and URL, the span of the destination as written, angle brackets excluded, else None.
    - `display`: for MATH, whether it is `$$…$$`.
    """

    kind: TokenKind
    span: Span
    content: Span
    wikilink: Wikilink | None = None
    target: Span | None = None
    display: bool = False


def tokens(text: str, regions: tuple[Region, ...] | None = None) -> tuple[Token, ...]:
    """Return a note's inline tokens, sorted by place.

    Two tokens are disjoint, or one lies inside the `content` of a LINK, HIGHLIGHT or FOOTNOTE and follows it.
    """
    raise NotImplementedError


def prose(text: str, regions: tuple[Region, ...], found: tuple[Token, ...]) -> tuple[Span, ...]:
    """Return the spans of running text, none across a line: no container markers, code, formulas, comments, HTML tags,
    wikilinks, link destinations, URLs, tags, block ids or footnote labels. Headings are included."""
    raise NotImplementedError

"""What an inline token is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zhixing.source import Span
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
    INLINE_NOTE = "inline-note"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class Token:
    """An inline token.

    - `span`: all of it, delimiters included.
    - `content`: what the delimiters enclose: code, formula, comment text, a link's text or alt text, a tag without `#`,
      a block id without `^`, a footnote's label (FOOTNOTE, `[^label]`) or text (INLINE_NOTE, `^[text]`), the label of
      a link's definition (DEFINITION, `[label]: target`).
    - `wikilink`: for WIKILINK and EMBED, what it says.
    - `target`: for LINK, IMAGE and URL, the span of the destination as written, angle brackets excluded, else None.
      Of a link by reference (`[text][label]`) it lies in the definition.
    - `title`: for LINK and IMAGE, the span of the title's text if there is one.
    - `display`: for MATH, whether it is `$$…$$`.
    """

    kind: TokenKind
    span: Span
    content: Span
    wikilink: Wikilink | None = None
    target: Span | None = None
    display: bool = False
    title: Span | None = None


# What a reader sees nothing of where it stands.
HIDDEN = frozenset(
    {
        *(TokenKind.COMMENT, TokenKind.HTML_COMMENT, TokenKind.HTML),
        *(TokenKind.BLOCK_ID, TokenKind.FOOTNOTE, TokenKind.DEFINITION),
    }
)
# The content of these is running text, which may hold further tokens.
NESTING = frozenset({TokenKind.LINK, TokenKind.HIGHLIGHT, TokenKind.INLINE_NOTE})

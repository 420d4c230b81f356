"""What a reader sees of a piece of running text: its words without its markup."""

from __future__ import annotations

import re
from collections.abc import Iterable

from zhixing.source import Span
from zhixing.text.tokens import NESTING, Token, TokenKind

_HIDDEN = frozenset(
    {
        *(TokenKind.COMMENT, TokenKind.HTML_COMMENT, TokenKind.HTML, TokenKind.BLOCK_ID, TokenKind.FOOTNOTE),
        *(TokenKind.IMAGE, TokenKind.DEFINITION),
    }
)
_EMPHASIS = re.compile(r"(\*{1,3}|~~)(?=\S)([^*~]+)(?<=\S)\1|(?<!\w)(_{1,3})(?=\S)([^_]+)(?<=\S)\3(?!\w)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_HELD = "\x00"


def plain(text: str, span: Span, found: Iterable[Token]) -> str:
    """Return the words of `span`: links by their display, code and formulas by their content, no comments, no emphasis.

    `found` are the tokens of `text` inside `span`.
    """
    parts: list[str] = []
    held: list[str] = []
    at = span.start
    for cut, shown in sorted(cut for token in found for cut in _cuts(text, token)):
        parts.append(text[at : cut.start].replace(_HELD, "\ufffd"))
        if shown:
            parts.append(_HELD)  # stands in for what emphasis may enclose but must not look into
            held.append(shown)
        at = cut.end
    parts.append(text[at : span.end].replace(_HELD, "\ufffd"))
    words = _ESCAPE.sub(r"\1", _EMPHASIS.sub(r"\2\4", _EMPHASIS.sub(r"\2\4", "".join(parts))))
    rest = iter(held)
    return " ".join("".join(next(rest) if one == _HELD else one for one in words).split())


def _cuts(text: str, token: Token) -> list[tuple[Span, str]]:
    """Return what to take out for a token, each with what to put in its place."""
    if token.kind in NESTING:
        return [(Span(token.span.start, token.content.start), ""), (Span(token.content.end, token.span.end), "")]
    if token.wikilink is not None:
        link = token.wikilink
        names = (link.path, *link.headings, *([f"^{link.block}"] if link.block else []))
        return [(token.span, link.display or " > ".join(name for name in names if name))]
    if token.kind in _HIDDEN:
        return [(token.span, "")]
    return [(token.span, (token.span if token.kind is TokenKind.TAG else token.content).of(text))]

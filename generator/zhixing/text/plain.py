"""What a reader sees of a piece of running text: its words without its markup."""

from __future__ import annotations

import re
from collections.abc import Iterable

from zhixing.source import Span
from zhixing.text.emphasis import emphasis
from zhixing.text.tokens import HIDDEN, NESTING, Token, TokenKind
from zhixing.text.wikilink import default_text

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain(text: str, span: Span, found: Iterable[Token]) -> str:
    """Return the words of `span`: links by their display, code and formulas by their content, no comments, no emphasis.

    `found` are the tokens of `text` inside `span`, in order.
    """
    inside = tuple(found)
    cuts = [cut for token in inside for cut in _cuts(text, token)]
    for pair in emphasis(span.of(text), span.start, inside):
        cuts += [(pair.opening, ""), (pair.closing, "")]
    parts: list[str] = []
    at = span.start
    for cut, shown in sorted(cuts):
        parts += [_ESCAPE.sub(r"\1", text[at : cut.start]), shown]
        at = cut.end
    return " ".join("".join([*parts, _ESCAPE.sub(r"\1", text[at : span.end])]).split())


def _cuts(text: str, token: Token) -> list[tuple[Span, str]]:
    """Return what to take out for a token, each with what to put in its place."""
    if token.kind in NESTING:
        return [(Span(token.span.start, token.content.start), ""), (Span(token.content.end, token.span.end), "")]
    if token.wikilink is not None:
        link = token.wikilink
        return [(token.span, link.display or default_text(link.path, link.headings, link.block))]
    if token.kind in HIDDEN or token.kind is TokenKind.IMAGE:
        return [(token.span, "")]
    return [(token.span, (token.span if token.kind is TokenKind.TAG else token.content).of(text))]

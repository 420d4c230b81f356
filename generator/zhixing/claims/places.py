"""Where in a note claims stand."""

from __future__ import annotations

from zhixing.markdown.blocks import Kind
from zhixing.markdown.links import TokenKind
from zhixing.source import Span
from zhixing.vault.note import Note


def in_formula(note: Note, span: Span) -> bool:
    """Return whether a place of a note is part of a formula."""
    inline = (token.span for token in note.tokens if token.kind is TokenKind.MATH)
    blocks = (region.span for region in note.regions if region.kind is Kind.MATH)
    return any(span.start in formula for formula in (*inline, *blocks))

"""Edits of a note's text, which fixes consist of. Everything outside their spans keeps its bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zhixing.source import Span


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A span of a text and its replacement."""

    span: Span
    text: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with edits applied. Of two that overlap, the first is applied."""
    pieces, at = [], 0
    for edit in sorted(edits):
        if edit.span.start >= at:
            pieces += [text[at : edit.span.start], edit.text]
            at = edit.span.end
    return "".join([*pieces, text[at:]])

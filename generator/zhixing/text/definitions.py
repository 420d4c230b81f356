"""Definitions of links (`[label]: target "title"`), which stand at the start of a paragraph and serve a whole note."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from zhixing.source import Span
from zhixing.text.destination import Destination, definition, label_key
from zhixing.text.tokens import Token, TokenKind


@dataclass(frozen=True, slots=True)
class Definitions:
    """The destinations by label, the first of a label counting; and the tokens of all definitions by their region."""

    targets: Mapping[str, Destination]
    tokens: Mapping[int, tuple[Token, ...]]


def read_definitions(bodies: Iterable[tuple[str, int]]) -> Definitions:
    """Return the definitions of paragraphs, each given as its text and where that begins in the note."""
    targets: dict[str, Destination] = {}
    tokens: dict[int, tuple[Token, ...]] = {}
    for body, base in bodies:
        own = []
        at = len(body) - len(body.lstrip())
        while found := definition(body, at) if body.startswith("[", at) else None:
            label, to = found
            targets.setdefault(label_key(label.of(body)), moved(to, base))
            own.append(Token(TokenKind.DEFINITION, _moved(Span(at, to.end), base), _moved(label, base)))
            at = len(body) - len(body[to.end :].lstrip())
        if own:
            tokens[base] = tuple(own)
    return Definitions(targets, tokens)


def moved(to: Destination, by: int) -> Destination:
    """Return a destination in a text that has `by` characters more before it."""
    return replace(to, span=_moved(to.span, by), title=_moved(to.title, by) if to.title else None, end=to.end + by)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)

"""The sentence around a place in a note, as a reader sees it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from zhixing.source import Span
from zhixing.text.plain import plain
from zhixing.text.tokens import NESTING, Token
from zhixing.vault.note import Note

# So many characters on each side at most: a paragraph may be one sentence, or one line of a hundred pages.
_SIDE = 120
# What a line begins with that is no part of its first sentence: a callout's kind, a footnote's label.
_HEAD = re.compile(r"\[![^\]\n]{1,60}\][+-]?[ \t]*|\[\^[^\s\[\]]{1,60}\]:[ \t]*")
_STOP = re.compile(r"[。！？!?；;]+[”’」』）)]*|\.(?=\s)|(?<!\\)\|")


def sentence(note: Note, span: Span) -> str:
    """Return the sentence of its line that holds a span of running text, without markup; `…` where it is cut."""
    text = note.source.text
    line = _line(note, span)
    reach, inside = _reach(note, Span(max(line.start, span.start - _SIDE), min(line.end, span.end + _SIDE)))
    stops = [
        found.end() for found in _STOP.finditer(text, reach.start, reach.end) if not _within(found.start(), inside)
    ]
    start = max((stop for stop in stops if stop <= span.start), default=reach.start)
    end = min((stop for stop in stops if stop >= span.end), default=reach.end)
    whole = Span(start, end)
    words = plain(text, whole, [one for one in inside if whole.start <= one.span.start and one.span.end <= whole.end])
    before = "…" if start == reach.start > line.start else ""
    after = "…" if end == reach.end < line.end else ""
    return f"{before}{words.strip('| ')}{after}"


def _line(note: Note, span: Span) -> Span:
    """Return the line of its region that a span stands in, without the markers of containers."""
    region = note.regions[bisect_right(note.regions, span.start, key=lambda one: one.span.start) - 1]
    place = bisect_right(region.lines, span.start, key=lambda one: one.start) - 1
    line = region.lines[place] if place >= 0 else region.span
    head = _HEAD.match(note.source.text, line.start, line.end)
    return Span(head.end() if head and head.end() <= span.start else line.start, line.end)


def _reach(note: Note, span: Span) -> tuple[Span, list[Token]]:
    """Return the tokens in a span, and the span without those that it would cut in two."""
    first, last = (bisect_left(note.tokens, at, key=lambda one: one.span.start) for at in (span.start, span.end))
    start, end = span.start, span.end
    for token in note.tokens[max(0, first - 1) : last]:
        if token.kind not in NESTING and token.span.start < start < token.span.end:
            start = token.span.end
        if token.kind not in NESTING and token.span.start < end < token.span.end:
            end = token.span.start
    inside = [one for one in note.tokens[first:last] if start <= one.span.start and one.span.end <= end]
    return Span(start, end), inside


def _within(at: int, tokens: list[Token]) -> bool:
    return any(at in token.span and token.kind not in NESTING for token in tokens)

"""The sentence that a link stands in, for the foot of the page it leads to."""

from __future__ import annotations

import re
from bisect import bisect_right
from html import escape

from zhixing.source import Span
from zhixing.text.inline import Token, TokenKind
from zhixing.text.regions import PROSE
from zhixing.vault.note import Link, Note

_STOPS = re.compile(r"[。！？；!?\n|]|\.(?=\s)")
# Characters shown before and behind the link.
_REACH = 60
_MARKUP = re.compile(
    r"\*+|__+|~~|^[ \t]*(?:>[ \t]?)*(?:#{1,6}[ \t]+|[-*+][ \t]+|\d{1,9}[.)][ \t]+)?(?:\[.\][ \t])?", re.MULTILINE
)
_HIDDEN = frozenset({TokenKind.COMMENT, TokenKind.HTML_COMMENT, TokenKind.HTML, TokenKind.BLOCK_ID, TokenKind.FOOTNOTE})


def sentence(note: Note, link: Link) -> str:
    """Return the sentence around a link as HTML, without markup, the link in `<b>`; "" where there is none."""
    if link.field:
        return ""
    around = _bounds(note, link.span)
    before = _visible(note, Span(around.start, link.span.start)).lstrip()
    after = _visible(note, Span(link.span.end, around.end)).rstrip()
    if not before and not after.strip("。.；;，, "):
        return ""
    return f"{_cut(before, left=True)}<b>{escape(_label(note, link))}</b>{_cut(after)}"


def _bounds(note: Note, at: Span) -> Span:
    """Return the sentence around a span: between stops, inside its line of running text."""
    text = note.source.text
    place = bisect_right([region.span.start for region in note.regions], at.start) - 1
    region = note.regions[place]
    if region.kind not in PROSE:
        return at
    tokens = [token for token in note.tokens if region.span.start <= token.span.start < region.span.end]
    stops = [
        stop.end() for stop in _STOPS.finditer(text, region.span.start, region.span.end) if not _inside(stop, tokens)
    ]
    start = max((stop for stop in stops if stop <= at.start), default=region.span.start)
    end = min((stop for stop in stops if stop >= at.end), default=region.span.end)
    return Span(start, end)


def _inside(stop: re.Match[str], tokens: list[Token]) -> bool:
    return any(token.span.start <= stop.start() < token.span.end for token in tokens)


def _visible(note: Note, span: Span) -> str:
    """Return what a reader sees of a part of a note."""
    text, parts, at = note.source.text, [], span.start
    for token in note.tokens:
        if at <= token.span.start and token.span.end <= span.end:
            parts += [text[at : token.span.start], _token(token, text)]
            at = token.span.end
    parts.append(text[at : span.end])
    return " ".join(_MARKUP.sub("", "".join(parts)).split())


def _token(token: Token, text: str) -> str:
    if token.kind in _HIDDEN:
        return ""
    if token.wikilink is not None:
        return token.wikilink.display or token.wikilink.path or " > ".join(token.wikilink.headings)
    return token.content.of(text)


def _label(note: Note, link: Link) -> str:
    return link.display or link.path.rpartition("/")[2].removesuffix(".md") or note.title


def _cut(text: str, *, left: bool = False) -> str:
    if len(text) > _REACH:
        text = f"…{text[-_REACH:]}" if left else f"{text[:_REACH]}…"
    return escape(text)

"""The sentence that a link stands in, for the foot of the page it leads to."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from html import escape

from zhixing.portable.links import display
from zhixing.site.math import FormulaError, mathml
from zhixing.source import Span
from zhixing.text.regions import PROSE
from zhixing.text.tokens import HIDDEN, Token, TokenKind
from zhixing.text.wikilink import default_text
from zhixing.vault.note import Link, Note

# A sentence ends here; so does a table's cell.
_STOPS = re.compile(r"[。！？；\n|]|[.!?](?=\s)")
# Characters shown before and behind the link.
_REACH = 60
_LINE = r"^[ \t]*(?:>[ \t]?)*(?:\[![^\]\n]*\][+-]?|#{1,6}[ \t]+|[-*+][ \t]+|\d{1,9}[.)][ \t]+)?(?:\[.\][ \t])?"
_MARKUP = re.compile(rf"\*+|__+|~~|{_LINE}", re.MULTILINE)
# Stands for a token while the text around it is trimmed; a noncharacter, which notes do not hold.
_MARK = "\ufdd0"


def sentence(note: Note, link: Link) -> str:
    """Return the sentence around a link as HTML, without markup, the link in `<b>`; "" where there is none."""
    if link.field:
        return ""
    around = _bounds(note, link.span)
    before = _shown(note, Span(around.start, link.span.start), left=True)
    after = _shown(note, Span(link.span.end, around.end))
    if not before and not after.strip("。.；;，, "):
        return ""
    return f"{before}<b>{escape(display(link))}</b>{after}"


def _bounds(note: Note, at: Span) -> Span:
    """Return the sentence around a span: between stops, inside its region of running text."""
    text = note.source.text
    region = note.regions[bisect_right(note.regions, at.start, key=lambda one: one.span.start) - 1]
    if region.kind not in PROSE:
        return at
    tokens = _tokens(note, region.span)
    found = _STOPS.finditer(text, region.span.start, region.span.end)
    stops = [stop.end() for stop in found if not any(stop.start() in token.span for token in tokens)]
    start = max((stop for stop in stops if stop <= at.start), default=region.span.start)
    end = min((stop for stop in stops if stop >= at.end), default=region.span.end)
    return Span(start, end - 1 if text[end - 1] == "|" else end)


def _tokens(note: Note, span: Span) -> Sequence[Token]:
    first, last = (bisect_left(note.tokens, at, key=lambda one: one.span.start) for at in (span.start, span.end))
    return note.tokens[first:last]


def _shown(note: Note, span: Span, *, left: bool = False) -> str:
    """Return what a reader sees of a part of a note, as HTML, cut where it reaches too far from its end or start."""
    masked, pieces = _masked(note, span)
    text = " ".join(_MARKUP.sub("", masked).split())
    # Python's split also takes the space next to the link, which is part of the sentence.
    text = f"{text} " if left and text and masked[-1:] == " " else text
    text = f" {text}" if not left and text and masked[:1] == " " else text
    cut = text[-_REACH:] if left else text[:_REACH]
    kept = pieces[len(pieces) - cut.count(_MARK) :] if left else pieces
    plain = escape(cut).split(_MARK)
    whole = "".join(part for pair in zip(plain, [*kept, ""], strict=False) for part in pair)
    if len(text) <= _REACH:
        return whole
    return f"…{whole}" if left else f"{whole}…"


def _masked(note: Note, span: Span) -> tuple[str, list[str]]:
    """Return a part of a note with a mark for each token, and the tokens as HTML."""
    text, parts, pieces, at = note.source.text, [], [], span.start
    for token in _tokens(note, span):
        if at <= token.span.start and token.span.end <= span.end:
            parts.append(text[at : token.span.start].replace(_MARK, ""))
            at = token.span.end
            if token.kind not in HIDDEN:
                parts.append(_MARK)
                pieces.append(_piece(token, text))
    return "".join([*parts, text[at : span.end].replace(_MARK, "")]), pieces


def _piece(token: Token, text: str) -> str:
    content = token.content.of(text)
    if token.kind is TokenKind.CODE:
        return f"<code>{escape(content)}</code>"
    if token.kind is TokenKind.MATH:
        try:
            return mathml(content.strip(), display=False)
        except FormulaError:
            return escape(content)
    if token.wikilink is not None:
        link = token.wikilink
        content = link.display or default_text(link.path, link.headings, link.block)
    return escape(_MARKUP.sub("", content))

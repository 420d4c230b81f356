"""Emphasis (`*`, `**`, `_`, `~~`) by CommonMark's rules for delimiters, with the exact places of both ends.

What a delimiter stands beside decides whether it opens, closes or is text, so nothing is guessed by patterns: each
level of a paragraph (the paragraph itself, a link's text, a highlight's) is read by markdown-it, and its delimiters are
carried back to their places. What is read first (code, links, formulas, comments) is seen by its ends only.

CommonMark's rules are made for words between spaces: by them `是**“甲”**的` is no emphasis. Beside a Chinese, Japanese
or Korean character punctuation does not count, and only a space keeps `**` from opening or closing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize as read_stars
from markdown_it.rules_inline.strikethrough import tokenize as read_tildes
from markdown_it.token import Token as Piece

from zhixing.markdown.comparison import WIDE
from zhixing.markdown.escapes import ESCAPE, unescape
from zhixing.markdown.links import HIDDEN, NESTING, Token, TokenKind, default_text
from zhixing.source import Span

# What a reader sees of a part of running text: its words without its markup.


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader sees of a token, or of the text between tokens, for which `token` is None."""

    text: str
    token: Token | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """A place that a reader does not see as it is written, and what is seen there: nothing, or a token's text."""

    span: Span
    seen: Seen | None = None


def find_cuts(text: str, found: Iterable[Token], pairs: Iterable[Emphasis]) -> list[Cut]:
    """Return the cuts that tokens and emphasis make in a text; no two overlap."""
    cuts = [cut for token in found for cut in _cuts(text, token)]
    return [*cuts, *(Cut(end) for pair in pairs for end in (pair.opening, pair.closing))]


def see(text: str, span: Span, cuts: Iterable[Cut]) -> Iterator[Seen]:
    """Yield what a reader sees of `span`: links by their texts, code and formulas by their content, no comments.

    `cuts` are those of `text` in `span`, in order. A token that the span cuts in two is not seen.
    """
    at = span.start
    for cut in cuts:
        stop = min(cut.span.start, span.end)
        if at < stop:
            yield Seen(unescape(text[at:stop]))
        if cut.seen and span.start <= cut.span.start and cut.span.end <= span.end:
            yield cut.seen
        at = max(at, cut.span.end)
    if at < span.end:
        yield Seen(unescape(text[at : span.end]))


def plain(text: str, span: Span, found: Iterable[Token]) -> str:
    """Return the words of `span`, which is read by itself; `found` are the tokens of `text` inside it, in order."""
    inside = tuple(found)
    if not inside and not MARKS.search(text, span.start, span.end):
        return " ".join(unescape(span.of(text)).split())
    cuts = find_cuts(text, inside, emphasis(span.of(text), span.start, inside))
    return join_words(see(text, span, sorted(cuts, key=lambda cut: cut.span)))


def join_words(seen: Iterable[Seen]) -> str:
    """Return a text of what a reader sees, with single spaces."""
    return " ".join("".join(one.text for one in seen).split())


def _cuts(text: str, token: Token) -> list[Cut]:
    if token.kind in NESTING:
        return [Cut(Span(token.span.start, token.content.start)), Cut(Span(token.content.end, token.span.end))]
    if token.wikilink is not None:
        link = token.wikilink
        if token.kind is TokenKind.EMBED and not link.display:
            return [Cut(token.span)]  # its target stands there itself, and not what it is called
        return [Cut(token.span, Seen(link.display or default_text(link.path, link.headings, link.block), token))]
    if token.kind in HIDDEN or token.kind is TokenKind.IMAGE:
        return [Cut(token.span)]
    seen = token.span if token.kind is TokenKind.TAG else token.content
    return [Cut(token.span, Seen(seen.of(text), token))]


_ESCAPED = re.compile(ESCAPE)
_WIDE = re.compile(f"[{WIDE}]")
MARKS = re.compile(r"\*|_|~~")
_DELIMITERS = str.maketrans("*_~", "xxx")


@dataclass(frozen=True, slots=True)
class Emphasis:
    """A part of running text between two delimiters; `kind` is `em`, `strong` or `del`."""

    kind: str
    opening: Span
    closing: Span

    @property
    def span(self) -> Span:
        """All of it, with both delimiters."""
        return Span(self.opening.start, self.closing.end)

    @property
    def content(self) -> Span:
        """What stands between the delimiters."""
        return Span(self.opening.end, self.closing.start)


@dataclass(slots=True)
class _Level:
    """The text of one level, in segments that begin at `begins` in it and at `starts` in the note.

    It ends at `end`, and the token whose text it is at `stop`.
    """

    end: int
    stop: int
    parts: list[str] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    length: int = 0

    def add(self, text: str, start: int) -> None:
        self.parts.append(text)
        self.begins.append(self.length)
        self.starts.append(start)
        self.length += len(text)

    def place(self, at: int, length: int) -> Span:
        """Return where characters of the level stand in the note; a delimiter lies within one segment."""
        segment = bisect_right(self.begins, at) - 1
        start = self.starts[segment] + at - self.begins[segment]
        return Span(start, start + length)


def emphasis(body: str, base: int, found: Iterable[Token]) -> tuple[Emphasis, ...]:
    """Return the emphasis in a region: `body` is its text, `base` where that begins, `found` its tokens."""
    if not MARKS.search(body):
        return ()
    pairs = (pair for level in _levels(body, base, found) for pair in _read(level))
    return tuple(sorted(pairs, key=lambda pair: pair.opening.start))


def _levels(body: str, base: int, found: Iterable[Token]) -> Iterator[_Level]:
    """Divide a region into levels: a token that holds text is a level of its own, seen from outside by its ends."""
    at, end = base, base + len(body)
    around = [_Level(end, end)]
    for token in found:
        while token.span.start >= around[-1].end and len(around) > 1:
            _leave(around[-1], body, base, at)
            at = around[-1].stop
            yield around.pop()
        _add(around[-1], body, base, Span(at, token.span.start))
        _stand_in(around[-1], body[token.span.start - base], body[token.span.end - 1 - base])
        at = token.span.end
        if token.kind in NESTING:
            at = token.content.start
            around.append(_Level(token.content.end, token.span.end))
            _stand_in(around[-1], body[at - 1 - base])
    while around:
        _leave(around[-1], body, base, at)
        at = around[-1].stop
        yield around.pop()


def _leave(level: _Level, body: str, base: int, at: int) -> None:
    _add(level, body, base, Span(at, level.end))
    _stand_in(level, body[level.end - base : level.end - base + 1])


def _add(level: _Level, body: str, base: int, span: Span) -> None:
    if span.start < span.end:
        text = body[span.start - base : span.end - base].replace("\r", " ").replace("\n", " ")
        level.add(_ESCAPED.sub(",,", text), span.start)


def _stand_in(level: _Level, *ends: str) -> None:
    """Add the characters by which a token is seen from beside it."""
    level.add("".join(ends).translate(_DELIMITERS), -1)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero").enable(["emphasis", "strikethrough"])
    parser.inline.ruler.at("emphasis", lambda state, silent: _beside_wide(state, read_stars, silent=silent))
    parser.inline.ruler.at("strikethrough", lambda state, silent: _beside_wide(state, read_tildes, silent=silent))
    return parser


def _beside_wide(state: StateInline, read: Callable[[StateInline, bool], bool], *, silent: bool) -> bool:
    """Read a run of delimiters, which beside a wide character need only a lack of spaces; `_` stays as it is."""
    start, known = state.pos, len(state.delimiters)
    if not read(state, silent):
        return False
    before, after = state.src[start - 1 : start], state.src[state.pos : state.pos + 1]
    if state.src[start] != "_" and (_WIDE.match(before) or _WIDE.match(after)):
        for delimiter in state.delimiters[known:]:
            delimiter.open = delimiter.open or bool(after.strip())
            delimiter.close = delimiter.close or bool(before.strip())
    return True


def _read(level: _Level) -> Iterator[Emphasis]:
    text = "".join(level.parts)
    if not MARKS.search(text):
        return
    pieces: list[Piece] = []
    _parser().inline.parse(text, _parser(), {}, pieces)
    at = 0
    opened: list[Span] = []
    for piece in pieces:
        length = len(piece.content or piece.markup)
        if piece.nesting > 0:
            opened.append(level.place(at, length))
        elif piece.nesting < 0:
            kind = "del" if piece.tag == "s" else piece.tag
            yield Emphasis(kind, opened.pop(), level.place(at, length))
        at += length

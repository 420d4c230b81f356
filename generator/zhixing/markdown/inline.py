"""A note's inline tokens with their exact places, and the running text between them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from zhixing.markdown.block_patterns import TAG
from zhixing.markdown.blocks import PROSE, Kind, Region, scan
from zhixing.markdown.dialect import ATTRIBUTES, ICON, OBSIDIAN, Dialect
from zhixing.markdown.links import (
    LABEL,
    NESTING,
    WIKILINK,
    Destination,
    Token,
    TokenKind,
    Wikilink,
    definition,
    destination,
    label_key,
    may_define,
)
from zhixing.source import Span, make_span

# Definitions of links (`[label]: target "title"`), which stand at the start of a paragraph and serve a whole note.


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


# Obsidian's inline syntax, read from left to right: what begins first wins, and nothing is read inside it.
# The time it takes to find closing marks, or that there are none, adds up to the length of the text.

# Each begins with a character of its own: `re` then looks for these characters before it tries any.
_MARKS = r"\\|``*|\$\$?|%%|<|!\[|\[|\^\[?|\]|==*|#|https?://"
_NEXT = re.compile(_MARKS)
_NEXT_OR_EXTENSION = re.compile(rf"{_MARKS}|\{{|:")


def find_marks(dialect: Dialect) -> re.Pattern[str]:
    """Return the pattern of what an inline token begins or ends with."""
    return _NEXT_OR_EXTENSION if dialect.attributes or dialect.icons else _NEXT


# Behind these, or at the end of a line, attributes stand that are of something.
_BEFORE_ATTRIBUTES = frozenset(")]`*_>}")
_TICKS = re.compile(r"`+")
_DOLLARS = re.compile(r"\$(?![\s$])(?:\\[\s\S]|[^\\$])++(?<=\S)\$(?![0-9])")
_AUTOLINK = re.compile(
    r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*+"
    r"|[\w.!#$%&'*+/=?^`{|}~-]++@[A-Za-z0-9][A-Za-z0-9.-]*+)>",
    re.ASCII,
)
_HTML = re.compile(TAG)
_LABEL = re.compile(r"\[\^([^\s\[\]]++)\]")
_LONGEST_LABEL = 999
_BLOCK_ID = re.compile(r"\^([A-Za-z0-9-]++)\s*+\Z")
# What ends a tag: ASCII punctuation but `-`, `_` and `/`, and the punctuation of typesetting and of Chinese.
_CJK_MARKS = r"\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
_TAG_NAME = re.compile(rf"#([^\s!-,.:-@\[-^`{{-~\u2000-\u206f\u2e00-\u2e7f{_CJK_MARKS}]++)")
_URL_TAIL = ".,;:!?'*_~"
_URL = re.compile(rf"https?://[^\s<>\"`\[\]|\\\u2018-\u201d{_CJK_MARKS}]++")


class Reader:
    """Reads the tokens of one region, whose text `body` stands at `base` in the note. `at` is what to read next.

    `defined` are the note's definitions of links by their labels.
    """

    def __init__(self, body: str, base: int, defined: Mapping[str, Destination], dialect: Dialect = OBSIDIAN) -> None:
        self.body = body
        self.dialect = dialect
        self.base = base
        self.defined = defined
        self.at = 0
        self.found: list[Token] = []
        self.brackets: list[tuple[int, int]] = []  # those open: where each begins and where its content does
        self.spent = 0  # so many of them hold a link already and can open none
        self.mark: tuple[int, tuple[int, int] | None] | None = None  # where `==` opened, and in which bracket
        self.absent: set[str] = set()  # closing marks that do not come any more
        self.ticks: dict[int, list[int]] = {}  # where runs of so many backticks stand

    def read(self, passed: Sequence[Token] = ()) -> list[Token]:
        """Return the tokens, sorted by place, an outer one before those inside it. `passed` stand at its start."""
        if passed:
            self.found += passed
            self.at = passed[-1].span.end - self.base
        following = find_marks(self.dialect)
        while found := following.search(self.body, self.at):
            self.at = found.end()
            _READERS[found[0][0]](self, found.start(), found[0])
        if len(self.found) > 1:
            self.found.sort(key=lambda token: (token.span.start, -token.span.end))
        return self.found

    def _span(self, start: int, end: int) -> Span:
        return make_span((self.base + start, self.base + end))

    def _take(
        self, kind: TokenKind, start: int, end: int, left: int, right: int, *,
        link: Wikilink | None = None, leads: bool = False, display: bool = False,
    ) -> None:  # fmt: skip
        """Add the token from `start` to `end`, delimited by `left` and `right` characters, and go on behind it.

        `link` is what a wikilink says; with `leads` the content is where the token leads.
        """
        content = self._span(start + left, end - right)
        self.found.append(Token(kind, self._span(start, end), content, link, content if leads else None, display))
        self.at = end

    def _find(self, mark: str, start: int) -> int:
        """Find a closing mark; what was not found once is not looked for again."""
        at = -1 if mark in self.absent else self.body.find(mark, start)
        if at < 0:
            self.absent.add(mark)
        return at

    def _pair(self, kind: TokenKind, start: int, opening: str, ending: str, *, display: bool = False) -> bool:
        inside = start + len(opening)
        closing = self._find(ending, inside)
        if closing < 0 or (closing == inside and opening == ending):
            return False
        self._take(kind, start, closing + len(ending), len(opening), len(ending), display=display)
        return True

    def _escape(self, start: int, _: str) -> None:
        self.at = start + 2

    def _comment(self, start: int, mark: str) -> None:
        self._pair(TokenKind.COMMENT, start, mark, mark)

    def _code(self, start: int, mark: str) -> None:
        if not self.ticks:
            for run in _TICKS.finditer(self.body):
                self.ticks.setdefault(len(run[0]), []).append(run.start())
        ticks = len(mark)
        runs = self.ticks.get(ticks, [])  # none of that length, if an escape has cut into this run
        following = bisect_left(runs, start + ticks)
        if following < len(runs):
            self._take(TokenKind.CODE, start, runs[following] + ticks, ticks, ticks)

    def _math(self, start: int, mark: str) -> None:
        if mark == "$$":
            self._pair(TokenKind.MATH, start, mark, mark, display=True)
        elif found := _DOLLARS.match(self.body, start):
            self._take(TokenKind.MATH, start, found.end(), 1, 1)

    def _angle(self, start: int, _: str) -> None:
        if self.body.startswith("<!--", start) and self._pair(TokenKind.HTML_COMMENT, start, "<!--", "-->"):
            return
        if found := _AUTOLINK.match(self.body, start):
            self._take(TokenKind.URL, start, found.end(), 1, 1, leads=True)
        elif found := _HTML.match(self.body, start):
            self._take(TokenKind.HTML, start, found.end(), 1, 1)

    def _opening(self, start: int, mark: str) -> None:
        found = WIKILINK.match(self.body, start)
        link = Wikilink.of(found) if found else None
        if found and link:
            left = found.start("target") - start
            self._take(TokenKind.EMBED if link.embed else TokenKind.WIKILINK, start, found.end(), left, 2, link=link)
        elif found := _LABEL.match(self.body, start):
            self._take(TokenKind.FOOTNOTE, start, found.end(), 2, 1)
        else:
            self.brackets.append((start, start + len(mark)))

    def _caret(self, start: int, mark: str) -> None:
        if mark == "^[":
            self.brackets.append((start, start + 2))
        elif (found := _BLOCK_ID.match(self.body, start)) and self._ends_block(start):
            self._take(TokenKind.BLOCK_ID, start, found.end(1), 1, 0)

    def _ends_block(self, start: int) -> bool:
        """Return whether an id may begin here: after a space, or straight after an embed, but not in `x^2`."""
        return self._after_space(start) or self.body[start - 1] == "]"

    def _closing(self, end: int, _: str) -> None:
        if not self.brackets:
            return
        start, inside = self.brackets.pop()
        spent, self.spent = len(self.brackets) < self.spent, min(self.spent, len(self.brackets))
        opening = self.body[start]
        if opening == "^":
            self._take(TokenKind.INLINE_NOTE, start, end + 1, 2, 1)
        elif not (spent and opening == "[") and (found := self._target(inside, end)):
            self._link(start, inside, end, found)

    def _target(self, inside: int, end: int) -> Destination | None:
        """Return where a link leads whose text reaches from `inside` to `end`, by itself or by reference."""
        if found := destination(self.body, end + 1):
            return moved(found, self.base)
        if not self.defined:
            return None
        named = LABEL.match(self.body, end + 1)
        stop = named.end() if named else end + 1
        label = named[1] if named and named[1] else self.body[inside:end]
        if len(label) > _LONGEST_LABEL or not LABEL.fullmatch(f"[{label}]"):
            return None
        found = self.defined.get(label_key(label))
        return replace(found, end=self.base + stop) if found else None

    def _link(self, start: int, inside: int, end: int, to: Destination) -> None:
        kind = TokenKind.IMAGE if self.body[start] == "!" else TokenKind.LINK
        if kind is TokenKind.LINK:
            self.spent = len(self.brackets)  # a link holds no links
        else:
            while self.found and self.found[-1].span.start >= self.base + inside:
                self.found.pop()  # an image's alternative text is plain text
        whole = self._span(start, to.end - self.base)
        self.found.append(Token(kind, whole, self._span(inside, end), target=to.span, title=to.title))
        self.at = to.end - self.base

    def _highlight(self, start: int, mark: str) -> None:
        if mark != "==":
            return
        around = self.brackets[-1] if self.brackets else None
        if self.mark and self.mark[1] == around and not self._after_space(start):
            self._take(TokenKind.HIGHLIGHT, self.mark[0], start + 2, 2, 2)
            self.mark = None
        elif not self.body[start + 2 : start + 3].isspace():
            self.mark = (start, around)

    def _tag(self, start: int, _: str) -> None:
        found = _TAG_NAME.match(self.body, start)
        if found and self._after_space(start) and not found[1].isdigit():
            self._take(TokenKind.TAG, start, found.end(), 1, 0)

    def _attributes(self, start: int, _: str) -> None:
        found = ATTRIBUTES.match(self.body, start) if self.dialect.attributes else None
        if found is None:
            return
        alone = not self.body[found.end() :].partition("\n")[0].strip()
        if alone or (start and self.body[start - 1] in _BEFORE_ATTRIBUTES):
            self._take(TokenKind.EXTENSION, start, found.end(), 1, 1)

    def _icon(self, start: int, _: str) -> None:
        if self.dialect.icons and (found := ICON.match(self.body, start)):
            self._take(TokenKind.EXTENSION, start, found.end(), 1, 1)

    def _after_space(self, start: int) -> bool:
        return start == 0 or self.body[start - 1].isspace()

    def _url(self, start: int, _: str) -> None:
        found = _URL.match(self.body, start)
        if found is None:
            self.at = start + 1
            return
        end = start + _without_tail(found[0])
        self._take(TokenKind.URL, start, end, 0, 0, leads=True)


def _without_tail(url: str) -> int:
    """Return the length of a URL without what belongs to the sentence: full stops, and a `)` that it does not open."""
    end = len(url)
    surplus = url.count(")") - url.count("(")
    while url[end - 1] in _URL_TAIL or (url[end - 1] == ")" and surplus > 0):
        surplus -= url[end - 1] == ")"
        end -= 1
    return end


_READERS: dict[str, Callable[[Reader, int, str], None]] = {
    "\\": Reader._escape,
    "`": Reader._code,
    "$": Reader._math,
    "%": Reader._comment,
    "<": Reader._angle,
    "[": Reader._opening,
    "!": Reader._opening,
    "]": Reader._closing,
    "^": Reader._caret,
    "=": Reader._highlight,
    "#": Reader._tag,
    "h": Reader._url,
    "{": Reader._attributes,
    ":": Reader._icon,
}

__all__ = ["Token", "TokenKind", "prose", "tokens"]


def tokens(text: str, regions: tuple[Region, ...] | None = None, dialect: Dialect = OBSIDIAN) -> tuple[Token, ...]:
    """Return a note's inline tokens, sorted by place.

    Two tokens are disjoint, or one lies inside the `content` of a LINK, HIGHLIGHT or INLINE_NOTE and follows it.
    """
    found: list[Token] = []
    prosaic = [one for one in (scan(text) if regions is None else regions) if one.kind in PROSE and one.lines]
    # Definitions serve the whole note, also what stands above them.
    paragraphs = (one for one in prosaic if one.kind is Kind.TEXT) if may_define(text) else ()
    defined = read_definitions(body_of(text, one) for one in paragraphs)
    following = find_marks(dialect)
    for region in prosaic:
        lines = region.lines
        passed = defined.tokens.get(lines[0].start, ())
        # Most paragraphs hold no mark; what stands between their lines may look like one.
        if passed or following.search(text, lines[0].start, lines[-1].end):
            found += Reader(*body_of(text, region), defined.targets, dialect).read(passed)
    return tuple(found)


def prose(text: str, regions: tuple[Region, ...], found: tuple[Token, ...]) -> tuple[Span, ...]:
    """Return the spans of running text, none across a line: what is left when markers and tokens are taken out.

    A link, highlight or inline footnote leaves its text; headings are included. `found` are the text's `tokens`.
    """
    cuts = sorted(cut for token in found for cut in _cuts(token))
    spans: list[Span] = []
    passed = 0
    for line in (line for region in regions if region.kind in PROSE for line in region.lines):
        start = line.start
        while passed < len(cuts) and cuts[passed].start < line.end:
            spans.append(Span(start, max(start, cuts[passed].start)))
            start = max(start, cuts[passed].end)
            if start > line.end:  # the token goes on in the next line
                break
            passed += 1
        spans.append(Span(start, line.end))
    return tuple(span for span in spans if span.of(text).strip())


def _cuts(token: Token) -> Iterator[Span]:
    if token.kind in NESTING:
        yield Span(token.span.start, token.content.start)
        yield Span(token.content.end, token.span.end)
    else:
        yield token.span


def body_of(text: str, region: Region) -> tuple[str, int]:
    """Return a region's text and where it begins; markers of containers between its lines become spaces."""
    if not region.lines:
        return "", region.span.start
    base, end = region.lines[0].start, region.lines[-1].end
    if region.depth == 0 or len(region.lines) == 1:
        return text[base:end], base
    parts, at = [], base
    for line in region.lines:
        parts += [" " * (line.start - at), line.of(text)]
        at = line.end
    return "".join(parts), base

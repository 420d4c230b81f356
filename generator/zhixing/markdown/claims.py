"""Claims: numerals and words in prose with the quantity that backs them named in a comment behind.

`权重是 0.8<!--= 指代.w小明 -->，指向**小明**<!--= 指代.answer -->` holds two. `<!--= 免: reason -->` waives: the
numeral before it needs no backing. Markers inside fences, code, formulas and other comments are text. What the
reference means is parsed elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from zhixing.markdown.blocks import Kind, Region
from zhixing.markdown.escapes import ENTITY, ESCAPE, unescape
from zhixing.markdown.links import Token, TokenKind
from zhixing.markdown.reading import Reading
from zhixing.numerals.read import ABOUT, Numeral, last_numeral, last_within
from zhixing.problems import Code, Problem
from zhixing.source import Span

WAIVER = "免"
_QUOTES = {"”": "“", "」": "「", "』": "『", "’": "‘", "》": "《", '\\"': '\\"', '"': '"'}
_WORD = re.compile(rf"(?:{ENTITY}|{ESCAPE}|[\w'’-]){{1,80}}\Z")
_OPENS = re.compile(r"[\s>*+-]{0,40}<!--=")
_TAG = re.compile(r"(/?)([A-Za-z][A-Za-z0-9-]*)")
_WITH_CONTENT = frozenset({TokenKind.CODE, TokenKind.HIGHLIGHT, TokenKind.LINK, TokenKind.WIKILINK})
_LOOK_BACK = 200
_DEEPEST = 8  # so many marks around one word
_MARKERS = 1000  # how far back, over other markers, a claim may find what it binds


@dataclass(frozen=True, slots=True)
class Word:
    """A word in prose, as a reader sees it; `span` is where it is written.

    A marked one (emphasised, quoted, highlighted, code, a link's text) is just its text. Of a bare one only the end may
    be meant: Chinese does not part words, so before 指向小明<!--= … --> stands 指向小明, and an answer 小明 agrees.
    `within` are the texts of the marks around a marked one that end at the same place: for **“小明”** it is “小明”.
    """

    text: str
    span: Span
    marked: bool
    within: tuple[str, ...] = ()

    def says(self, answer: str) -> bool:
        """Return whether this word is an answer, however both are spaced."""
        answer = " ".join(answer.split())
        said = " ".join(self.text.split())
        return answer in (said, *self.within) or (not self.marked and bool(answer) and said.endswith(answer))


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim marker and what it binds.

    - `reference`: the quantity as written (`指代.weights["小明"]`), "" for a waiver.
    - `span`: the marker, from `<!--=` to `-->`.
    - `bound`: the numeral just before the marker, else the word there; None only for a waiver of nothing in particular.
    - `waived`: the reason given for a waiver, else "".
    - `word`: the words there even where they are a numeral, since a label may look like one (词3).
    """

    reference: str
    span: Span
    bound: Numeral | Word | None
    waived: str = ""
    word: Word | None = None


def find_claims(reading: Reading) -> tuple[list[Claim], list[Problem]]:
    """Return every claim of a note in order, and a problem for each marker that binds nothing."""
    finder = _Finder(reading)
    claims, problems = [], [problem for region in reading.regions for problem in finder.in_html(region)]
    for marker in finder.markers():
        region = reading.at(marker.span.start)
        claim = finder.claim(marker) if region.kind is Kind.TEXT else None
        if claim:
            claims.append(claim)
        else:
            problems.append(finder.misplaced(region, marker))
    return claims, sorted(problems, key=lambda problem: problem.order)


class _Finder:
    """Finds the claims of one note."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.source = reading.source
        self.text = reading.text

    def markers(self) -> list[Token]:
        """Return the markers in order."""
        comments = (token for token in self.reading.tokens if token.kind is TokenKind.HTML_COMMENT)
        return [token for token in comments if self.text.startswith("=", token.content.start, token.content.end)]

    def claim(self, marker: Token) -> Claim | None:
        """Return the claim that a marker in running text makes, None where it names or binds nothing."""
        said = marker.content.of(self.text)[1:].strip()
        before = self._before(marker.span.start)
        marks = self._marks(before)
        word = self._word(before, marks)
        bound = self._numeral(marks[-1] if marks else before, marked=bool(marks)) or word
        waiver = re.match(rf"{WAIVER}\s*[:：]\s*", said)
        if waiver:
            return Claim("", marker.span, bound, said[waiver.end() :], word) if said[waiver.end() :] else None
        return Claim(said, marker.span, bound, "", word) if said and said != WAIVER and bound else None

    def misplaced(self, region: Region, marker: Token) -> Problem:
        """Return why a marker is no claim."""
        if region.kind is Kind.HEADING:
            what = "A claim stands in a heading, where its comment would become part of links to it"
            return self.source.problem(Code.CLAIM_UNBOUND, marker.span, what, "State the figure in the text below")
        said = marker.content.of(self.text)[1:].strip()
        if not said:
            what, fix = "A claim names no quantity", "Name one: <!--= example.quantity -->"
            return self.source.problem(Code.CLAIM_UNBOUND, marker.span, what, fix)
        if said.startswith(WAIVER):
            what, fix = "A waiver gives no reason", f"Write <!--= {WAIVER}: reason -->"
            return self.source.problem(Code.CLAIM_UNBOUND, marker.span, what, fix)
        what = "There is no number or word before this claim on its line"
        return self.source.problem(Code.CLAIM_UNBOUND, marker.span, what, "Put it right behind what it backs")

    def in_html(self, region: Region) -> Iterator[Problem]:
        """Yield a problem for each marker in HTML: a line that begins with a comment or a tag is not prose."""
        if region.kind is not Kind.HTML and not (
            region.kind is Kind.COMMENT and _OPENS.match(region.span.of(self.text))
        ):
            return
        start = self.text.find("<!--", region.span.start, region.span.end)
        while start >= 0 and (end := self.text.find("-->", start + 4, region.span.end)) >= 0:
            if self.text.startswith("<!--=", start):
                what = "A claim stands in a line that begins with HTML, which Markdown does not read as prose"
                fix = "Put it behind the number or word that it backs, in a line that begins with words"
                yield self.source.problem(Code.CLAIM_UNBOUND, start, what, fix)
            start = self.text.find("<!--", end + 3, region.span.end)

    def _before(self, offset: int) -> Span:
        """Return the text of the line before a marker, without spaces and other markers at its end."""
        line = self.reading.line(offset)
        end = offset
        while end > max(line.start, offset - _MARKERS):
            comment = self._ending(end, TokenKind.HTML_COMMENT)
            if comment is None and self.text[end - 1] not in " \t":
                break
            end = comment.span.start if comment else end - 1
        return Span(max(line.start, end - _LOOK_BACK), end)

    def _ending(self, end: int, *kinds: TokenKind) -> Token | None:
        token = self._endings.get(end)
        return token if token and token.kind in kinds else None

    @cached_property
    def _endings(self) -> dict[int, Token]:
        return {token.span.end: token for token in self.reading.tokens}

    def _marks(self, before: Span) -> list[Span]:
        """Return what is marked and ends where `before` does, an outer mark before those inside: `**“小明”**` has two.

        Each is given without its marks; nothing is looked for inside code and wikilinks, which are what they are.
        """
        found: list[Span] = []
        inside: Span | None = before
        while inside and len(found) < _DEEPEST and (inner := self._marked(inside)):
            if not inner.of(self.text).strip():
                break
            found.append(inner)
            inside = None if self._ending(inside.end, TokenKind.CODE, TokenKind.WIKILINK) else inner
        return found

    def _marked(self, before: Span) -> Span | None:
        """Return the content of the mark that ends where `before` does, None where none does."""
        if token := self._ending(before.end, *_WITH_CONTENT):
            return token.content
        if self._ending(before.end, TokenKind.HTML):
            return self._elements.get(before.end)
        return self._emphasised.get(before.end) or self._quoted(before)

    @cached_property
    def _emphasised(self) -> dict[int, Span]:
        return {pair.closing.end: pair.content for pair in self.reading.emphasis.items}

    @cached_property
    def _elements(self) -> dict[int, Span]:
        """The content of each HTML element in running text, by where its closing tag ends."""
        found: dict[int, Span] = {}
        opened: dict[tuple[str, int], list[int]] = {}
        for token in self.reading.tokens:
            tag = _TAG.match(self.text, token.content.start) if token.kind is TokenKind.HTML else None
            if tag is None:
                continue
            places = opened.setdefault((tag[2].lower(), self.reading.at(token.span.start).span.start), [])
            if not tag[1]:
                places.append(token.span.end)
            elif places:
                found[token.span.end] = Span(places.pop(), token.span.start)
        return found

    def _quoted(self, before: Span) -> Span | None:
        """Return what the quotation mark at the end of `before` closes, in its line."""
        start = max(before.start, before.end - _LOOK_BACK)
        text = self.text[start : before.end]
        closer = next((mark for mark in _QUOTES if text.endswith(mark)), "")
        opener = _QUOTES.get(closer, "")
        end = len(text) - len(closer)
        at = _find_opening(text, opener, closer, end) if closer else -1
        return Span(start + at + len(opener), start + end) if at >= 0 else None

    def _word(self, before: Span, marks: list[Span]) -> Word | None:
        if marks:
            *around, inner = (self.reading.plain(self._with_target(mark)) for mark in marks)
            return Word(inner, marks[-1], marked=True, within=tuple(around))
        match = _WORD.search(before.of(self.text))
        span = Span(before.start + match.start(), before.end) if match else None
        return Word(unescape(span.of(self.text)), span, marked=False) if span else None

    def _with_target(self, mark: Span) -> Span:
        """Return all of a wikilink or of code whose content `mark` is, so that it is read as what it is."""
        token = self.reading.token(mark.start - 1)
        spelled = token is not None and token.content == mark and token.kind in {TokenKind.CODE, TokenKind.WIKILINK}
        return token.span if token and spelled else mark

    def _numeral(self, inner: Span, *, marked: bool) -> Numeral | None:
        """Return the numeral at the end of `inner`, or the last one of the formula there."""
        math = self._ending(inner.end, TokenKind.MATH)
        if math:
            return last_within(self.text, math.content)
        one = last_numeral(self.text, inner.end)
        if one is None or one.span.start < inner.start:
            return None
        # In an emphasised 统一 the last character is no figure; 词 3 may be, which the quantity decides.
        alone = ABOUT.sub("", self.text[inner.start : one.span.start]).strip() == ""
        return one if not marked or alone or any(c.isdecimal() for c in one.text) else None


def _find_opening(text: str, opener: str, closer: str, end: int) -> int:
    """Return where the mark that closes at `end` opens, -1 where it does not. Of marks that differ others may nest."""
    if opener == closer:
        return text.rfind(opener, 0, end)
    depth = 1
    for at in range(end - 1, -1, -1):
        depth += (text[at] == closer) - (text[at] == opener)
        if depth == 0:
            return at
    return -1

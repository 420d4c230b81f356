"""Claims: numerals and words in prose with the quantity that backs them named in a comment behind.

`权重是 0.8<!--= 指代.w小明 -->，指向**小明**<!--= 指代.answer -->` holds two. `<!--= 免: reason -->` waives: the
numeral before it needs no backing. Markers inside fences, code, formulas and other comments are text. What the
reference means is parsed elsewhere.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from zhixing.markdown.blocks import Kind, Region, scan
from zhixing.markdown.inline import tokens as inline_tokens
from zhixing.markdown.links import Token, TokenKind
from zhixing.numerals.read import ABOUT, Numeral, last_numeral, last_within
from zhixing.problems import Code, Problem
from zhixing.source import Source, Span

WAIVER = "免"
_QUOTES = {"”": "“", "」": "「", "』": "『", "’": "‘", "》": "《", '"': '"'}
_EMPHASIS = ("***", "**", "__", "*", "_")
_WORD = re.compile(r"(?:&#?\w{1,10};|[\w'’-]){1,80}\Z")
_OPENS = re.compile(r"[\s>*+-]{0,40}<!--=")
_LOOK_BACK = 200
_MARKERS = 1000  # how far back, over other markers, a claim may find what it binds


@dataclass(frozen=True, slots=True)
class Word:
    """A word in prose. An emphasised or quoted one is just its text; of a bare one only the end may be meant.

    Chinese does not part words, so before 指向小明<!--= … --> stands 指向小明, and an answer 小明 agrees with its end.
    """

    text: str
    span: Span
    marked: bool

    def says(self, answer: str) -> bool:
        """Tell whether this word is an answer, character references (`&lt;BOS&gt;`) read as what they stand for."""
        said = " ".join(html.unescape(self.text).split())
        answer = " ".join(answer.split())
        return said == answer or (not self.marked and bool(answer) and said.endswith(answer))


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


def find_claims(
    source: Source, regions: tuple[Region, ...] | None = None, tokens: tuple[Token, ...] | None = None
) -> tuple[list[Claim], list[Problem]]:
    """Return every claim of a note in order, and a problem for each marker that binds nothing.

    `regions` and `tokens` are the note's own, given where they are known already.
    """
    regions = scan(source.text) if regions is None else regions
    tokens = inline_tokens(source.text, regions) if tokens is None else tokens
    finder = _Finder(source, regions, tokens, {token.span.end: token for token in tokens})
    claims, problems = [], [problem for region in regions for problem in finder.in_html(region)]
    for region, marker in finder.markers():
        claim = finder.claim(region, marker) if region.kind is Kind.TEXT else None
        if claim:
            claims.append(claim)
        else:
            problems.append(finder.misplaced(region, marker))
    return claims, sorted(problems, key=lambda problem: problem.order)


@dataclass(frozen=True, slots=True)
class _Finder:
    source: Source
    regions: tuple[Region, ...]
    tokens: tuple[Token, ...]
    ending: dict[int, Token]

    @property
    def text(self) -> str:
        return self.source.text

    def markers(self) -> list[tuple[Region, Token]]:
        """Return the markers with the region that each stands in."""
        markers = [t for t in self.tokens if t.kind is TokenKind.HTML_COMMENT and t.content.of(self.text)[:1] == "="]
        found, place = [], 0
        for marker in markers:
            while self.regions[place].span.end <= marker.span.start:
                place += 1
            found.append((self.regions[place], marker))
        return found

    def claim(self, region: Region, marker: Token) -> Claim | None:
        """Return the claim that a marker in running text makes, None where it names or binds nothing."""
        said = marker.content.of(self.text)[1:].strip()
        before = self._before(region, marker.span.start)
        word = self._word(before)
        bound = self._numeral(before, word) or word
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

    def _before(self, region: Region, offset: int) -> Span:
        """Return the text of the line before a marker, without spaces and other markers at its end."""
        line = region.lines[max(0, bisect_right(region.lines, Span(offset, len(self.text))) - 1)]
        end = offset
        while end > max(line.start, offset - _MARKERS):
            comment = self._ending(end, TokenKind.HTML_COMMENT)
            if comment is None and self.text[end - 1] not in " \t":
                break
            end = comment.span.start if comment else end - 1
        return Span(max(line.start, end - _LOOK_BACK), end)

    def _numeral(self, before: Span, word: Word | None) -> Numeral | None:
        math = self._ending(before.end, TokenKind.MATH)
        if math:
            return last_within(self.text, math.content)
        inner = word.span if word and word.marked else before
        one = last_numeral(self.text, inner.end)
        if one is None or one.span.start < inner.start:
            return None
        # In an emphasised 统一 the last character is no figure; 词 3 may be, which the quantity decides.
        alone = ABOUT.sub("", self.text[inner.start : one.span.start]).strip() == ""
        return one if inner is before or alone or any(c.isdecimal() for c in one.text) else None

    def _ending(self, end: int, *kinds: TokenKind) -> Token | None:
        token = self.ending.get(end)
        return token if token and token.kind in kinds else None

    def _word(self, before: Span) -> Word | None:
        spelled = (TokenKind.CODE, TokenKind.HIGHLIGHT, TokenKind.LINK, TokenKind.WIKILINK)
        token = self._ending(before.end, *spelled)
        if token and token.kind is TokenKind.WIKILINK and token.wikilink:
            return Word(token.wikilink.display or token.wikilink.path, token.content, marked=True)
        if token:
            return Word(token.content.of(self.text), token.content, marked=True)
        return self._marked(before) or self._bare(before)

    def _marked(self, before: Span) -> Word | None:
        """Return an emphasised or quoted word that ends here."""
        text = before.of(self.text)
        closer = next((mark for mark in (*_EMPHASIS, *_QUOTES) if text.endswith(mark)), "")
        opening = text.rfind(_QUOTES.get(closer, closer), 0, len(text) - len(closer)) if closer else -1
        if opening < 0:
            return None
        start = before.start + opening + len(_QUOTES.get(closer, closer))
        inner = Span(start, before.end - len(closer))
        return Word(inner.of(self.text), inner, marked=True) if inner.of(self.text).strip() else None

    def _bare(self, before: Span) -> Word | None:
        match = _WORD.search(before.of(self.text))
        if match is None:
            return None
        return Word(match[0], Span(before.start + match.start(), before.end), marked=False)

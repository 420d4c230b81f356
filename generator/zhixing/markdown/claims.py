"""Claims: numerals and words in prose with the quantity that backs them named in a comment behind.

`权重是 0.8<!--= 指代.w小明 -->，指向**小明**<!--= 指代.answer -->` holds two. `<!--= 免: reason -->` waives: the
numeral before it needs no backing. A marker where none is read (in a formula, in frontmatter, misspelt, unclosed) is a
problem; in code and in other comments it is text, unless it names an example. What the reference means is parsed
elsewhere.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from zhixing.markdown.blocks import Kind, Region
from zhixing.markdown.escapes import ENTITY, ESCAPE, unescape
from zhixing.markdown.links import NESTING, Token, TokenKind
from zhixing.markdown.reading import Reading
from zhixing.numerals.bound import Fragment, is_widened, may_follow, read_bound, read_in_formula
from zhixing.numerals.read import ABOUT, Numeral, numerals
from zhixing.problems import Code, Problem
from zhixing.source import Span, Spans

WAIVER = "免"
_QUOTES = {"”": "“", "」": "「", "』": "『", "’": "‘", "》": "《", '\\"': '\\"', '"': '"'}
_WORD = re.compile(rf"(?:{ENTITY}|{ESCAPE}|[\w'’-]){{1,80}}\Z")
_OPENS = re.compile(r"[\s>*+-]{0,40}<!--\s{0,3}[=＝]")
# What is meant as a marker; `<!-- === -->` is a line drawn in a comment.
_MEANT = re.compile(r"\s{0,3}[=＝](?![=＝])")
_LOOKS_LIKE = re.compile(r"<[!！](?:--|—|–)\s{0,3}[=＝](?![=＝])")
_REFERENCE = re.compile(r"\s{0,3}[=＝]?\s{0,3}([^\W_][\w-]{0,60}\.[^\W\d][\w.]{0,60}(?:\[[^\]\n]{0,100}\])?)\s{0,3}")
_DEFAULT = re.compile(r"\s*<!--\s*zhixing:example(?:\s+([^\s>]+))?\s*-->\s*")
_TAG = re.compile(r"(/?)([A-Za-z][A-Za-z0-9-]*)")
_WITH_CONTENT = frozenset({TokenKind.CODE, TokenKind.HIGHLIGHT, TokenKind.LINK, TokenKind.WIKILINK})
_LOOK_BACK = 200
_DEEPEST = 8  # so many marks around one word
_NEAR = 40
_UNIT = 24  # no unit with what surrounds it is longer
_SHOWN = 60
_IN_FORMULA = (
    "A claim stands inside a formula, which shows its marker to every reader",
    "Put it behind the closing $; it binds the last number of the formula",
)
_MARKERS = 1000  # how far back, over other markers, a claim may find what it binds


@dataclass(frozen=True, slots=True)
class ClaimedWord:
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
    - `bound`: the numeral just before the marker, else what holds a number that cannot be read whole, else the word
      there; None only for a waiver of nothing in particular.
    - `waived`: the reason given for a waiver, else "".
    - `word`: the words there even where they are a numeral, since a label may look like one (词3).
    - `near`: where a word is bound, the last number before it on the line, "" where there is none.
    """

    reference: str
    span: Span
    bound: Numeral | ClaimedWord | Fragment | None
    waived: str = ""
    word: ClaimedWord | None = None
    near: str = ""


@dataclass(frozen=True, slots=True)
class Stray:
    """Something in code or in a comment that is a marker if the example exists that `reference` seems to name."""

    reference: str
    span: Span
    in_code: bool


@dataclass(frozen=True, slots=True)
class Default:
    """`<!-- zhixing:example id -->`: from here on the example of claims that name none; "" ends an earlier one."""

    example: str
    span: Span


@dataclass(frozen=True, slots=True)
class Claims:
    """What a note claims: its claims in order, those of empty markers apart, and what may be or concerns a claim."""

    named: tuple[Claim, ...]
    empty: tuple[Claim, ...]
    strays: tuple[Stray, ...]
    defaults: Spans[Default]
    problems: tuple[Problem, ...]


def find_claims(reading: Reading) -> Claims:
    """Return the claims of a note, with a problem for each marker that binds nothing or is written wrong."""
    if "<!" not in reading.text and "<！" not in reading.text:
        return Claims((), (), (), Spans(()), ())
    finder = _Finder(reading)
    named, empty = [], []
    problems = [problem for region in reading.regions for problem in finder.misplaced_in(region)]
    for marker in finder.markers():
        region = reading.at(marker.span.start)
        claim = finder.claim(marker) if region.kind is Kind.TEXT else None
        if claim and (claim.reference or claim.waived):
            named.append(claim)
        else:
            empty += [claim] if claim else []
            problems.append(finder.misplaced(region, marker))
    problems = sorted(problems, key=lambda problem: problem.order)
    return Claims(tuple(named), tuple(empty), tuple(finder.strays()), Spans(finder.defaults()), tuple(problems))


class _Finder:
    """Finds the claims of one note."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.source = reading.source
        self.text = reading.text

    def markers(self) -> list[Token]:
        """Return the markers in running text, in order, those with a stray space or a wide = included."""
        comments = (token for token in self.reading.tokens if token.kind is TokenKind.HTML_COMMENT)
        return [token for token in comments if _MEANT.match(self.text, token.content.start, token.content.end)]

    def claim(self, marker: Token) -> Claim | None:
        """Return the claim that a marker in running text makes, None where it is misspelt or binds nothing."""
        content = marker.content.of(self.text)
        said = content[1:].strip()
        if content[0] != "=" or "<!--" in content:
            return None
        before = self._before(marker.span.start)
        marks = self._marks(before)
        word = self._word(before, marks)
        numeral = self._numeral(marks[-1] if marks else before, marker, marked=bool(marks))
        numeral = numeral or self._marked_numeral(before, marker)
        bound = numeral or word
        near = self._near(before) if bound is word and said else ""
        waiver = re.match(rf"{WAIVER}\s*[:：]\s*", said)
        if waiver:
            return Claim("", marker.span, bound, said[waiver.end() :], word) if said[waiver.end() :] else None
        return Claim(said, marker.span, bound, "", word, near) if said != WAIVER and bound else None

    def _near(self, before: Span) -> str:
        """Return the last number of the running text before a place, "" where none is near."""
        passed = bisect_right(self._ends, before.end)
        start = max(before.start, before.end - _NEAR, self._ends[passed - 1] if passed else 0)
        cut = start == before.end - _NEAR
        found = [one for one in numerals(self.text, Span(start, before.end)) if one.span.start > start or not cut]
        return found[-1].text if found else ""

    def misplaced(self, region: Region, marker: Token) -> Problem:
        """Return why a marker is no claim."""
        if region.kind is Kind.HEADING:
            what = "A claim stands in a heading, where its comment would become part of links to it"
            return self.source.problem(Code.CLAIM_UNBOUND, marker.span, what, "State the figure in the text below")
        content = marker.content.of(self.text)
        if content[0] != "=":
            what = "The marker of a claim begins with `<!--=`, with no space and an ASCII ="
            return self.source.problem(Code.CLAIM_UNBOUND, marker.span, what, f"Write <!--= {self._named(content)} -->")
        if "<!--" in content:
            what = "The marker of a claim is closed only by the next one's -->"
            return self.source.problem(Code.CLAIM_UNBOUND, marker.span, what, "End each marker with -->")
        said = content[1:].strip()
        if not said:
            what = "A claim names no quantity"
            fix = "Name one: <!--= quantity -->, or let `zhixing regenerate --bind` find it"
            return self.source.problem(Code.CLAIM_UNBOUND, marker.span, what, fix)
        if said.startswith(WAIVER):
            what, fix = "A waiver gives no reason", f"Write <!--= {WAIVER}: reason -->"
            return self.source.problem(Code.CLAIM_UNBOUND, marker.span, what, fix)
        near = self._near(self._before(marker.span.start))
        what = "There is no number or word right before this claim"
        fix = (
            f"Put it right behind what it backs: {near}<!--= {said} -->"
            if near
            else "Put it right behind what it backs"
        )
        return self.source.problem(Code.CLAIM_UNBOUND, marker.span, what, fix)

    def _named(self, content: str) -> str:
        return content.strip(" \t=＝")[:_SHOWN] or "quantity"

    def misplaced_in(self, region: Region) -> Iterator[Problem]:
        """Yield a problem for each marker of a region that is no comment in running text."""
        if region.kind is Kind.FRONTMATTER:
            what, fix = "A claim stands in the frontmatter, where nothing is prose", "State the figure in the text"
            yield from self._looking_alike(region.content, what, fix)
        elif region.kind is Kind.MATH:
            yield from self._looking_alike(region.content, *_IN_FORMULA)
        elif region.kind is Kind.HTML or (region.kind is Kind.COMMENT and _OPENS.match(region.span.of(self.text))):
            yield from self._in_html(region)
        elif region.kind is Kind.TEXT:
            yield from self._unread(region)

    def _looking_alike(self, span: Span, what: str, fix: str) -> Iterator[Problem]:
        for found in _LOOKS_LIKE.finditer(self.text, span.start, span.end):
            yield self.source.problem(Code.CLAIM_UNBOUND, found.start(), what, fix)

    def _unread(self, region: Region) -> Iterator[Problem]:
        """Yield a problem for each marker in running text that is in a formula, or no comment as it is written."""
        for found in _LOOKS_LIKE.finditer(self.text, region.span.start, region.span.end):
            around = self.reading.token(found.start())
            if around and around.kind is TokenKind.MATH:
                yield self.source.problem(Code.CLAIM_UNBOUND, found.start(), *_IN_FORMULA)
            elif (around is None or around.kind in NESTING) and self.text[found.start() - 1 : found.start()] != "\\":
                what = "The marker of a claim is not written as <!--= … -->, or never closed"
                fix = "Write <!--= quantity --> right behind what it backs"
                yield self.source.problem(Code.CLAIM_UNBOUND, found.start(), what, fix)

    def _in_html(self, region: Region) -> Iterator[Problem]:
        """Yield a problem for each marker in HTML: a line that begins with a comment or a tag is not prose."""
        start = self.text.find("<!--", region.span.start, region.span.end)
        while start >= 0 and (end := self.text.find("-->", start + 4, region.span.end)) >= 0:
            if _MEANT.match(self.text, start + 4, end):
                what = "A claim stands in a line that begins with HTML, which Markdown does not read as prose"
                fix = "Put it behind the number or word that it backs, in a line that begins with words"
                yield self.source.problem(Code.CLAIM_UNBOUND, start, what, fix)
            start = self.text.find("<!--", end + 3, region.span.end)

    def strays(self) -> Iterator[Stray]:
        """Yield what would be a marker elsewhere: `<!-- id.name -->` in running text, `<!--= id.name -->` in code."""
        for token in self.reading.tokens:
            if token.kind is TokenKind.HTML_COMMENT and "=" not in token.content.of(self.text)[:1]:
                if found := _REFERENCE.fullmatch(self.text, token.content.start, token.content.end):
                    yield Stray(found[1], token.span, in_code=False)
            elif token.kind is TokenKind.CODE:
                yield from self._in_code(token.content)
        for region in self.reading.regions:
            if region.kind in (Kind.FENCE, Kind.INDENTED):
                yield from self._in_code(region.content)

    def _in_code(self, span: Span) -> Iterator[Stray]:
        for marker in _LOOKS_LIKE.finditer(self.text, span.start, span.end):
            if found := _REFERENCE.match(self.text, marker.end(), span.end):
                yield Stray(found[1], Span(marker.start(), found.end()), in_code=True)

    def defaults(self) -> Iterator[Default]:
        """Yield the lines that say which example the claims below name."""
        for region in self.reading.regions:
            if region.kind is Kind.HTML and (found := _DEFAULT.fullmatch(region.span.of(self.text))):
                yield Default(found[1] or "", region.span)

    def _before(self, offset: int) -> Span:
        """Return the text of the line before a marker, without spaces and other markers at its end."""
        line = self.reading.line(offset)
        end = offset
        while end > max(line.start, offset - _MARKERS):
            comment = self._ending(end, TokenKind.HTML_COMMENT)
            if comment is None and self.text[end - 1] not in " \t\u00a0\u202f\u2009":
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

    def _word(self, before: Span, marks: list[Span]) -> ClaimedWord | None:
        if marks:
            *around, inner = (self.reading.plain(self._with_target(mark)) for mark in marks)
            return ClaimedWord(inner, marks[-1], marked=True, within=tuple(around))
        match = _WORD.search(before.of(self.text))
        span = Span(before.start + match.start(), before.end) if match else None
        return ClaimedWord(unescape(span.of(self.text)), span, marked=False) if span else None

    def _with_target(self, mark: Span) -> Span:
        """Return all of a wikilink or of code whose content `mark` is, so that it is read as what it is."""
        token = self.reading.token(mark.start - 1)
        spelled = token is not None and token.content == mark and token.kind in {TokenKind.CODE, TokenKind.WIKILINK}
        return token.span if token and spelled else mark

    def _numeral(self, inner: Span, marker: Token, *, marked: bool) -> Numeral | Fragment | None:
        """Return the numeral at the end of `inner`, or the last one of the formula there."""
        math = self._ending(inner.end, TokenKind.MATH)
        one = read_in_formula(self.text, math.content) if math else self._in_prose(inner, marked=marked)
        return one.as_about() if isinstance(one, Numeral) and is_widened(self.text, marker.span.end) else one

    def _marked_numeral(self, before: Span, marker: Token) -> Numeral | Fragment | None:
        """Return the numeral in a mark or formula with a unit behind it: `**3.5** kg`."""
        for end in range(before.end - 1, max(before.start, before.end - _UNIT), -1):
            token = self._ending(end, *_WITH_CONTENT, TokenKind.HTML, TokenKind.MATH)
            if (token or end in self._emphasised or self.text[end - 1] in _QUOTES) and may_follow(
                self.text, end, before.end
            ):
                around = Span(before.start, end)
                marks = self._marks(around)
                return self._numeral(marks[-1] if marks else around, marker, marked=bool(marks))
        return None

    def _in_prose(self, inner: Span, *, marked: bool) -> Numeral | Fragment | None:
        passed = bisect_right(self._ends, inner.end)
        whole_from = self._ends[passed - 1] if passed and self._ends[passed - 1] < inner.end else inner.start
        one = read_bound(self.text, inner, max(whole_from, inner.start))
        if one is None:
            return None
        # In an emphasised 统一 the last character is no figure; 词 3 may be, which the quantity decides.
        alone = ABOUT.sub("", self.text[inner.start : one.span.start]).strip() == ""
        return one if not marked or alone or any(c.isdecimal() for c in one.text) else None

    @cached_property
    def _ends(self) -> list[int]:
        return sorted(self._endings)


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

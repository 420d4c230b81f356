"""One reading of a text: its blocks, its inline tokens, its emphasis, and what a reader sees of any part of it.

Each of these is computed when it is first asked for, and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from zhixing.markdown.blocks import PROSE, Kind, Region, scan
from zhixing.markdown.dialect import OBSIDIAN, Dialect
from zhixing.markdown.emphasis import Cut, Emphasis, Seen, emphasis, find_cuts, join_words, see
from zhixing.markdown.escapes import ENTITY
from zhixing.markdown.generated import MARK, Generated, read_generated
from zhixing.markdown.inline import body_of, tokens
from zhixing.markdown.links import Token
from zhixing.problems import Problem
from zhixing.source import Source, Span, Spans

# A sentence reaches at most this many characters to each side of a place: a paragraph may be one sentence.
_SIDE = 120
# How a line begins that is not yet its first sentence: a callout's kind, a footnote's label; in a list a task's box.
_HEAD = re.compile(r"\[![^\]\n]{1,60}\][+-]?[ \t]*|\[\^[^\s\[\]]{1,60}\]:[ \t]*")
_BOX = re.compile(r"\[[^\]\r\n]\][ \t]+")
# What ends a sentence, or a table's cell. The `;` of a character reference and the `|` of `\|` do not.
_STOP = re.compile(rf"{ENTITY}|\\\||(?P<stop>[。！？!?；;]+[”’」』）)]*|\.(?=\s)|\|)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The part of a line around a place that ends with the sentence or, where `cut_before` or `cut_after`, earlier."""

    span: Span
    cut_before: bool
    cut_after: bool


@dataclass(frozen=True)
class Reading:
    """A text and what it says, in order of places."""

    source: Source
    dialect: Dialect = field(default=OBSIDIAN, kw_only=True)

    @property
    def text(self) -> str:
        """The text itself."""
        return self.source.text

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """The blocks, and the blank lines between them; they cover the text without a gap."""
        return scan(self.text, self.dialect)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The inline tokens, an outer one before those inside it."""
        return tokens(self.text, self.regions, self.dialect)

    @cached_property
    def declaring(self) -> tuple[Region, ...]:
        """The fenced blocks of YAML, in which examples and lists are declared."""
        return tuple(one for one in self.regions if one.kind is Kind.FENCE and one.info.split()[:1] == ["yaml"])

    @cached_property
    def emphasis(self) -> Spans[Emphasis]:
        """The emphasis in all headings and paragraphs."""
        prose = (region for region in self.regions if region.kind in PROSE)
        found = (emphasis(*body_of(self.text, region), self.within(region.span)) for region in prose)
        return Spans(pair for pairs in found for pair in pairs)

    @property
    def generated(self) -> Spans[Generated]:
        """What the tool wrote into the text."""
        return self._generated[0]

    @property
    def generated_problems(self) -> tuple[Problem, ...]:
        """What is wrong with the markers of generated regions. While there is anything, nothing may be written."""
        return self._generated[1]

    @cached_property
    def _generated(self) -> tuple[Spans[Generated], tuple[Problem, ...]]:
        if MARK not in self.text:
            return Spans(()), ()
        found, problems = read_generated(self.source, self.regions)
        return Spans(found), tuple(problems)

    def forget(self) -> None:
        """Drop the readings that take most memory; who asks for them again waits for another reading."""
        for name in ("regions", "tokens", "emphasis", "_regions", "_tokens", "_lines", "_cuts"):
            self.__dict__.pop(name, None)

    def at(self, offset: int) -> Region:
        """Return the region that an offset lies in, the last one at the end of the text.

        Raises IndexError for an empty text, which has no regions.
        """
        return self._regions.items[self._regions.index(offset)]

    def token(self, offset: int) -> Token | None:
        """Return the innermost token around an offset."""
        return self._tokens.at(offset)

    def within(self, span: Span) -> tuple[Token, ...]:
        """Return the tokens that begin inside a span."""
        return self._tokens.within(span)

    def line(self, offset: int) -> Span:
        """Return the line of running text around an offset, without container markers; outside of prose the region."""
        line = self._lines.at(offset)
        return self.at(offset).span if line is None else line

    def see(self, span: Span) -> Iterator[Seen]:
        """Yield what a reader sees of a part of a region: links by their texts, no emphasis, no comments."""
        reaching = self._cuts.at(span.start - 1)
        first = (reaching,) if reaching and reaching.span.end > span.start else ()
        return see(self.text, span, (*first, *self._cuts.within(span)))

    def plain(self, span: Span) -> str:
        """Return the words that a reader sees of a part of a region."""
        return join_words(self.see(span))

    def sentence(self, span: Span) -> Sentence:
        """Return the sentence around a span of running text, within its line."""
        line = self._without_head(self.line(span.start), span)
        reach = self._reach(Span(max(line.start, span.start - _SIDE), min(line.end, span.end + _SIDE)))
        stops = [stop.end() for stop in _STOP.finditer(self.text, reach.start, reach.end) if self._is_stop(stop)]
        start = max((stop for stop in stops if stop <= span.start), default=reach.start)
        end = min((stop for stop in stops if stop >= span.end), default=reach.end)
        return Sentence(Span(start, end), start == reach.start > line.start, end == reach.end < line.end)

    def _without_head(self, line: Span, span: Span) -> Span:
        region = self.at(line.start)
        box = region.begins_item and region.lines[0] == line
        head = (_BOX if box else _HEAD).match(self.text, line.start, line.end)
        return Span(head.end() if head and head.end() <= span.start else line.start, line.end)

    def _reach(self, span: Span) -> Span:
        """Return a span without the tokens that it would cut in two."""
        first, last = self._cuts.at(span.start), self._cuts.at(span.end)
        return Span(
            first.span.end if first and first.span.start < span.start else span.start,
            last.span.start if last else span.end,
        )

    def _is_stop(self, found: re.Match[str]) -> bool:
        return found["stop"] is not None and not self._cuts.covers(found.start())

    @cached_property
    def _regions(self) -> Spans[Region]:
        return Spans(self.regions)

    @cached_property
    def _tokens(self) -> Spans[Token]:
        return Spans(self.tokens)

    @cached_property
    def _lines(self) -> Spans[Span]:
        return Spans(line for region in self.regions if region.kind in PROSE for line in region.lines)

    @cached_property
    def _cuts(self) -> Spans[Cut]:
        return Spans(find_cuts(self.text, self.tokens, self.emphasis.items))

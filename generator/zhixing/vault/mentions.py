"""Unlinked mentions: a note's name, title or alias in another note's prose, where no link stands.

What counts, where Obsidian's help is silent ("any unlinked occurrence of the name"):

- running text only: no code, formula, link, comment, tag, address or property; and no heading, since a link in it would
  become part of every link to it;
- case does not matter. Letters of scripts that part words by spaces match whole words only: `art` is not in `smart`,
  nor `query` in `multi-query`. Chinese, Japanese, Korean and Thai match anywhere, so 用Emacs写 mentions Emacs;
- part of a work's title, in italics or 《》, is no mention: *Attention Is All You Need*;
- from left to right the longest name wins, be it the note's own: 注意力 is not mentioned in 多头注意力. Names of one
  character, of nothing but digits and signs, and `index` are left out.

Sources: Obsidian help, "Backlinks", "Outgoing links" and "Aliases".
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from zhixing.markdown.blocks import Kind
from zhixing.markdown.emphasis import plain
from zhixing.markdown.inline import prose
from zhixing.markdown.links import NESTING, Token, TokenKind
from zhixing.source import Span
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault

# The sentence around a place in a note, as a reader sees it.

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


LONGEST = 100
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f"
    r"\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
# A letter, digit or accent of a script that parts words by spaces.
_SPACED = rf"(?:[^\W{_UNSPACED}]|[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff])"
_WITHIN_WORD = re.compile(rf"(?<={_SPACED})(?={_SPACED})")
_TITLE = re.compile(r"(?<![*\\])\*(?![*\s])[^*\n]{1,300}(?<!\s)\*(?!\*)|《[^》\n]{1,300}》")

Hidden = Callable[[Note], Collection[Span]]


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in `source` whose text is a name of `target`, another note, and no link."""

    source: Note
    target: Note
    span: Span


def _nothing(_: Note) -> Collection[Span]:
    """Hide nothing."""
    return ()


def mentions(vault: Vault, hidden: Hidden = _nothing, notes: Iterable[Note] | None = None) -> Iterator[Mention]:
    """Yield the unlinked mentions in `notes` (all, where none are given), in the order of notes and places.

    A name that several notes share is a mention of each. `hidden` returns spans of a note that are nobody's prose.
    The time it takes grows with the text, whatever the number of names.
    """
    names = _Names(vault)
    for note in vault.notes.values() if notes is None else notes:
        for span, targets in _in_note(note, names, hidden(note)):
            yield from (Mention(note, vault.notes[path], span) for path in targets)


def _in_note(note: Note, names: _Names, hidden: Collection[Span]) -> Iterator[tuple[Span, list[PurePosixPath]]]:
    text = lowered(note.source.text)
    covered = sorted(hidden)
    for part in _prose(note):
        titles = [Span(found.start() + 1, found.end() - 1) for found in _TITLE.finditer(text, part.start, part.end)]
        for span, targets in names.find(text, part):
            title = _around(titles, span)
            if note.path not in targets and _around(covered, span) is None and title in (None, span):
                yield span, targets


def _around(spans: list[Span], inner: Span) -> Span | None:
    """Return the one of sorted spans that another begins in."""
    place = bisect_right(spans, inner.start, key=lambda span: span.start) - 1
    return spans[place] if place >= 0 and inner.start in spans[place] else None


def _prose(note: Note) -> Iterator[Span]:
    """Yield the running text of a note, without headings and without the text of links."""
    text = note.source.text
    regions = tuple(region for region in note.regions if region.kind is Kind.TEXT)
    links = [token.content for token in note.tokens if token.kind is TokenKind.LINK]
    ends: list[int] = []
    for link in links:  # a link may lie in a footnote in a link's text: what counts is where the outermost ends
        ends.append(max(link.end, ends[-1] if ends else 0))
    starts = [link.start for link in links]
    for span in prose(text, regions, note.tokens):
        place = bisect_right(starts, span.start) - 1
        if place < 0 or ends[place] < span.end:
            yield span


class _Names:
    """The names of a vault's notes, to be found in a text."""

    def __init__(self, vault: Vault) -> None:
        self.owners: dict[str, list[PurePosixPath]] = {}
        for path, note in vault.notes.items():
            for key in dict.fromkeys(form for name in _called(note) for form in _forms(name)):
                self.owners.setdefault(key, []).append(path)
        self.lengths: dict[str, list[int]] = {}
        for key in sorted(self.owners, key=len, reverse=True):
            if len(key) not in (known := self.lengths.setdefault(key[:2], [])):
                known.append(len(key))
        self.starts = _starts(self.owners)

    def find(self, text: str, span: Span) -> Iterator[tuple[Span, list[PurePosixPath]]]:
        """Yield the names in a part of a lowered text from left to right, the longest at each place."""
        at = span.start
        while self.starts and (found := self.starts.search(text, at, span.end)):
            at = found.start()
            end = self._longest(text, at, span.end)
            if end:
                yield Span(at, end), self.owners[text[at:end]]
            at = end or at + 1

    def _longest(self, text: str, start: int, stop: int) -> int:
        """Return where the longest name that begins at `start` ends, 0 where none does."""
        for length in self.lengths.get(text[start : start + 2], ()):
            end = start + length
            if end <= stop and text[start:end] in self.owners and not _WITHIN_WORD.match(text, end):
                return end
        return 0


def _called(note: Note) -> Iterator[str]:
    yield from (name for name in (note.name, note.title) if name.lower() != "index")
    yield from note.aliases


def _forms(name: str) -> Iterator[str]:
    """Yield a name as texts may write it: composed and decomposed (é as one character or two)."""
    if 1 < len(name.strip()) <= LONGEST and any(one.isalpha() for one in name):
        for form in ("NFC", "NFD"):
            yield lowered(unicodedata.normalize(form, name.strip()))


def _starts(names: Collection[str]) -> re.Pattern[str] | None:
    """Return the pattern of where a name may begin: at a first character of one, but not within a word."""
    firsts = "".join(sorted({re.escape(name[0]) for name in names}))
    # A hyphen joins: in multi-query no word begins behind it.
    word = rf"(?={_SPACED})(?<!{_SPACED})(?<!{_SPACED}-)"
    return re.compile(rf"(?:{word}|(?!{_SPACED}))[{firsts}]") if firsts else None


def lowered(text: str) -> str:
    """Return a text in lower case, of the same length."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c if len(c.lower()) != 1 else c.lower() for c in text)

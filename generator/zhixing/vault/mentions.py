"""Unlinked mentions: a note's name, title or alias in another note's prose, outside of links.

What counts, where Obsidian's help is silent ("any unlinked occurrence of the name"):

- running text only: no code, formula, link, comment, tag, address or property; and no heading, since a link in it would
  become part of every link to it;
- case does not matter. Letters of scripts that part words by spaces match whole words only: `art` is not in `smart`,
  nor `query` in `multi-query`. Chinese, Japanese, Korean and Thai match anywhere, so 用Emacs写 mentions Emacs;
- part of a work's title, in italics or 《》, is no mention: *Attention Is All You Need*;
- from left to right the longest name wins, even the note's own: 注意力 is not mentioned in 多头注意力. Names of one
  character, of nothing but digits and signs, and `index` are left out.

Sources: Obsidian help, "Backlinks", "Outgoing links" and "Aliases".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from zhixing.markdown.blocks import Kind
from zhixing.markdown.inline import prose
from zhixing.markdown.links import TokenKind
from zhixing.source import Span, Spans
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault


def read_sentence(note: Note, span: Span) -> str:
    """Return the sentence that holds a span of running text, as a reader sees it; `…` where it is cut."""
    sentence = note.sentence(span)
    words = note.plain(sentence.span).strip("| ")
    return f"{'…' * sentence.cut_before}{words}{'…' * sentence.cut_after}"


LONGEST = 100
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f"
    r"\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
# A letter, digit or accent of a script that parts words by spaces.
_SPACED = rf"(?:[^\W{_UNSPACED}]|[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff])"
_WITHIN_WORD = re.compile(rf"(?<={_SPACED})(?={_SPACED})")
_TITLE = re.compile(r"(?<=《)[^》\n]{1,300}(?=》)")
_LONGEST_TITLE = 300

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

    A name that several notes share is a mention of each. `hidden` returns the spans of a note to leave out.
    The time it takes grows with the text, whatever the number of names.
    """
    names = _Names(vault)
    for note in vault.notes.values() if notes is None else notes:
        for span, targets in _in_note(note, names, hidden(note)):
            yield from (Mention(note, vault.notes[path], span) for path in targets)


def _in_note(note: Note, names: _Names, hidden: Collection[Span]) -> Iterator[tuple[Span, list[PurePosixPath]]]:
    text = lowered(note.source.text)
    covered = Spans(hidden)
    titles = Spans(_titles(note))
    for part in _prose(note):
        for span, targets in names.find(text, part):
            title = titles.at(span.start)
            if note.path not in targets and not covered.covers(span.start) and title in (None, span):
                yield span, targets


def _titles(note: Note) -> Iterator[Span]:
    """Yield the titles of works in a note: what stands in italics or in 《》."""
    yield from (Span(*found.span()) for found in _TITLE.finditer(note.text))
    for pair in note.emphasis.items:
        if pair.kind == "em" and pair.content.end - pair.content.start <= _LONGEST_TITLE:
            yield _without_marks(note.text, pair.content)


def _without_marks(text: str, span: Span) -> Span:
    """Return a span without marks of further emphasis at its ends."""
    inside = span.of(text)
    return Span(span.start + len(inside) - len(inside.lstrip("*_~=")), span.start + len(inside.rstrip("*_~=")))


def _prose(note: Note) -> Iterator[Span]:
    """Yield the running text of a note, without headings and without the text of links."""
    text = note.source.text
    regions = tuple(region for region in note.regions if region.kind is Kind.TEXT)
    links = Spans(token.content for token in note.tokens if token.kind is TokenKind.LINK)
    for span in prose(text, regions, note.tokens):
        if not links.covers(span.start):
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

"""Numbers and words of prose with the examples that back them, and examples that prose calls by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar
from weakref import WeakKeyDictionary

from zhixing.claims.places import in_formula
from zhixing.claims.report import Judged
from zhixing.compose import Results
from zhixing.language.book import example_of
from zhixing.language.errors import ExampleError
from zhixing.language.names import normal_name
from zhixing.numerals.read import Numeral
from zhixing.numerals.rewrite import rewrite
from zhixing.page.faults import Faults
from zhixing.page.targets import example_id
from zhixing.page.tree import Backed, Checked, Claim, Inline, Mention, Place, Text
from zhixing.page.words import resolve_escapes
from zhixing.source import Span
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault

# A unit, a bracket or another marker may stand between a number and its marker: so many pieces are looked at.
_REACH = 6
# A numeral without decimals accepts values within this of its own.
_EXACT = 2e-6
NAMED = re.compile(r"""(?:例子|示例|\b[Ee]xample )(?:“([^”\n]{1,60})”|「([^」\n]{1,60})」|"([^"\n]{1,60})")""")
Piece = TypeVar("Piece")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the number or word of a claim is written, and what backs it."""

    span: Span
    backed: Backed


_Places = Mapping[str, tuple[bool, Place | None]]
_MARKS: WeakKeyDictionary[Note, tuple[tuple[Judged, ...], bool, _Places, Mapping[int, Mark]]] = WeakKeyDictionary()
"""What backs the claims of a note, with what that rests on: its claims, whether faults show, where examples stand."""


class Examples:
    """The examples of a vault as pages refer to them. Those of hidden notes are left out: pages do not name them."""

    def __init__(self, vault: Vault, results: Results, *, faults: Faults | None) -> None:
        self.vault = vault
        self.results = results
        self.faults = faults
        self._marks: dict[int, tuple[Note, Mapping[int, Mark]]] = {}

    def place(self, name: str) -> Place | None:
        """Return where an example stands, None where no page shows it."""
        path = self.results.homes.get(name)
        note = self.vault.notes.get(path) if path else None
        return Place(note.path, example_id(name)) if note is not None and note.published else None

    def named(self, written: str) -> Place | None:
        """Return where the example stands that prose calls so."""
        try:
            return self.place(normal_name(written))
        except ExampleError:
            return None

    def marks(self, note: Note) -> Mapping[int, Mark]:
        """Return what backs the claims of a note, by the offset of the claim's marker.

        A claim that does not hold is left out, unless the page is to show what does not hold (`faults`).
        """
        if id(note) not in self._marks:
            self._marks[id(note)] = note, self._find_marks(note)
        return self._marks[id(note)][1]

    def _find_marks(self, note: Note) -> Mapping[int, Mark]:
        """Return what backs the claims of a note: as it was for an earlier page where that is the same."""
        judged = self.results.judged(note)
        names = {one.failed or example_of(one.claim.reference) for one in judged}
        places = {name: (name in self.results.homes, self.place(name)) for name in names}
        known = _MARKS.get(note)
        if known is None or known[0] is not judged or known[1:3] != (self.faults is not None, places):
            marks = {one.claim.span.start: mark for one in judged if (mark := self._mark(note, one))}
            known = _MARKS[note] = judged, self.faults is not None, places, marks
        return known[3]

    def _mark(self, note: Note, judged: Judged) -> Mark | None:
        claim, value = judged.claim, judged.computed
        name = judged.failed or example_of(claim.reference)
        hidden = name in self.results.homes and self.place(name) is None
        if (
            claim.bound is None
            or hidden
            or (judged.code and self.faults is None)
            or (value is None and not judged.code)
        ):
            return None
        fault = judged.code.slug if judged.code else ""
        # What cannot be computed may name an example of a hidden note.
        expression = claim.reference.partition(".")[2] if self.place(name) and value is not None else ""
        numeral = claim.bound if isinstance(claim.bound, Numeral) else None
        exact = judged.text if value is None or value.on else exact_text(float(value.values))
        backed = Backed(
            name if self.place(name) else "",
            expression,
            exact if value is not None else "",
            _held(numeral),
            numeral.places if numeral and numeral.places is not None else -1,
            self.place(name),
            fault,
            _right(note, judged, numeral) if fault else "",
        )
        return Mark(claim.bound.span, backed)


def _held(numeral: Numeral | None) -> str:
    """Return how a claim is held: as the number itself, within its digits, as about right, or as a word."""
    if numeral is None:
        return "word"
    if numeral.about:
        return "about"
    return "exact" if numeral.tolerance < _EXACT and numeral.places is None else "digits"


def exact_text(value: float) -> str:
    """Return a value with all its digits, as few as name it; scripts read it as a number."""
    return repr(value).removesuffix(".0")


def _right(note: Note, judged: Judged, numeral: Numeral | None) -> str:
    """Return what would be written where a claim is wrong, "" where nothing was computed."""
    if judged.computed is None:
        return ""
    if numeral is None or judged.computed.on:
        return judged.text
    return rewrite(numeral, float(judged.computed.values), latex=in_formula(note, numeral.span))


def mark_checked(pieces: Sequence[Piece], marks: Mapping[int, Mark], text: str) -> list[Piece | Inline]:
    """Return running text in which what a claim binds is marked with what backs it."""
    found: list[Piece | Inline] = []
    for piece in pieces:
        found.append(piece)
        mark = marks.get(piece.span.start) if isinstance(piece, Claim) else None
        if mark:
            _mark_before(found, mark, text)
    return found


def _mark_before(found: list[Piece | Inline], mark: Mark, text: str) -> None:
    """Mark the piece that a claim behind it binds; one that several claims bind is marked once."""
    for at in range(len(found) - 2, max(len(found) - _REACH, 0) - 1, -1):
        piece = found[at]
        if isinstance(piece, Inline) and piece.span.start <= mark.span.start and mark.span.end <= piece.span.end:
            if not isinstance(piece, Checked):
                found[at : at + 1] = _split(piece, mark, text)
            return


def _split(piece: Inline, mark: Mark, text: str) -> list[Inline]:
    """Return a piece with what a claim binds in it marked: of words that alone, of all else the whole."""
    if not isinstance(piece, Text):
        return [Checked(piece.span, (piece,), mark.backed)]
    cuts = (piece.span.start, mark.span.start, mark.span.end, piece.span.end)
    before, inside, after = (Text(Span(*cut), resolve_escapes(Span(*cut).of(text))) for cut in pairwise(cuts))
    parts: list[Inline] = [before, Checked(mark.span, (inside,), mark.backed), after]
    return [part for part in parts if part.span.start < part.span.end]


def mark_mentions(words: Text, written: str, examples: Examples) -> list[Inline]:
    """Return words, those in quotes that call an example by its name (例子“水果”) as a mention of it."""
    parts: list[Inline] = []
    at = 0
    for found in NAMED.finditer(written):
        place = examples.named(found[found.lastindex or 0])
        if place:
            start, end = found.span(found.lastindex or 0)
            parts += _text(words, written, at, start)
            name = Span(words.span.start + start, words.span.start + end)
            parts.append(Mention(name, place, (Text(name, resolve_escapes(written[start:end])),)))
            at = end
    return [*parts, *_text(words, written, at, len(written))] if at else [words]


def _text(words: Text, written: str, start: int, end: int) -> Iterator[Text]:
    if start < end:
        yield Text(Span(words.span.start + start, words.span.start + end), resolve_escapes(written[start:end]))


__all__ = ["Examples", "Mark", "exact_text", "mark_checked", "mark_mentions"]

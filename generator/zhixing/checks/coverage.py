"""Coverage: which numerals in prose are claims, which are waived, and which nothing backs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from zhixing.checks.template import Template
from zhixing.markdown.blocks import Kind
from zhixing.markdown.inline import prose
from zhixing.numerals.read import Numeral, numerals
from zhixing.problems import Code, Problem
from zhixing.source import Span, Spans
from zhixing.vault.note import Note


@dataclass(frozen=True, slots=True)
class Counts:
    """How many numbers and words are claims, how many are waived, and how many are neither."""

    claims: int
    waived: int
    unmarked: int

    @property
    def counted(self) -> int:
        """All that counts."""
        return self.claims + self.waived + self.unmarked

    @property
    def share(self) -> float:
        """Claims among all that counts; 1 for a note without numerals."""
        return self.claims / self.counted if self.counted else 1.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many numbers and words of a note are claims, how many are waived, and the numerals that are neither."""

    claims: int
    waived: int
    unmarked: tuple[Numeral, ...]

    @property
    def counts(self) -> Counts:
        """The numbers alone."""
        return Counts(self.claims, self.waived, len(self.unmarked))


def coverage(note: Note, template: Template | None = None) -> Coverage:
    """Return a note's coverage. Headings, generated regions and sections of references do not count."""
    bound = Spans(claim.bound.span for claim in note.claims if claim.bound)
    generated = (one.span for one in note.generated.items)
    outside = Spans([*_headings(note), *generated, *_references(note, template)])
    counted = [
        one
        for span in prose(note.text, note.regions, note.tokens)
        if not outside.covers(span.start)
        for one in numerals(note.text, span)
    ]
    # A claim may bind a numeral that begins inside another (a sign or 约 read differently).
    unmarked = tuple(one for one in counted if not bound.within(one.span))
    waived = sum(not claim.reference for claim in note.claims)
    return Coverage(len(note.claims) - waived, waived, unmarked)


def _headings(note: Note) -> list[Span]:
    return [region.span for region in note.regions if region.kind is Kind.HEADING]


def _references(note: Note, template: Template | None) -> list[Span]:
    """Return the sections that hold references and dates, as the note's template marks them."""
    titles = template.references if template else frozenset()
    starts = [heading for heading in note.headings if heading.level == 2]
    ends = [*(heading.span.start for heading in starts[1:]), len(note.source.text)]
    return [Span(h.span.start, end) for h, end in zip(starts, ends, strict=False) if h.text in titles]


def total(parts: Iterable[Counts]) -> Counts:
    """Return the counts of several notes together."""
    every = list(parts)
    claims, waived = sum(one.claims for one in every), sum(one.waived for one in every)
    return Counts(claims, waived, sum(one.unmarked for one in every))


def coverage_problems(note: Note, found: Coverage) -> list[Problem]:
    """Return a problem for each numeral that is neither a claim nor waived."""
    what = "{} is backed by nothing"
    fix = "Name what computes it: <!--= example.quantity -->, or waive it: <!--= 免: reason -->"
    return [note.source.problem(Code.CLAIM_MISSING, one.span, what.format(one.text), fix) for one in found.unmarked]


def coverage_of(notes: Mapping[PurePosixPath, Note], templates: Mapping[str, Template]) -> dict[str, Coverage]:
    """Return the coverage of each note by its path."""
    return {str(note.path): coverage(note, templates.get(note.type)) for note in notes.values()}

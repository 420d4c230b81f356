"""The page of the state of a vault while it is served: how many numbers are backed, and the problems by note."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from zhixing.checks.coverage import Counts, coverage, total
from zhixing.checks.template import Template
from zhixing.page.faults import Faults
from zhixing.page.titles import title
from zhixing.page.tree import (
    NOWHERE,
    Block,
    Break,
    Code,
    Document,
    Heading,
    Inline,
    Item,
    Link,
    List,
    Paragraph,
    Place,
    Table,
    Text,
)
from zhixing.problems import BETWEEN_BACKTICKS, Problem, visible
from zhixing.site.incremental.changed import digest
from zhixing.site.incremental.kept_notes import digest_note
from zhixing.site.shown import Shown
from zhixing.vault.note import Note
from zhixing.vault.store import Store
from zhixing.wording.model import Wording

PAGE = PurePosixPath("zhixing-state.md")
# So many problems of a note are listed; the terminal has them all.
_MOST = 30
_KIND, _KEY = "counts", b""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the page says of a note, and what that rests on."""

    note: Note
    template: Template | None
    counts: Counts
    problems: tuple[Problem, ...]
    section: tuple[Block, ...]
    row: Row


Row = tuple[tuple[Inline, ...], ...]


@dataclass
class StateNotes:
    """What the page of the state says of notes: made once for a note, however often the site is built.

    `store` keeps the counts of each note for another process: counting numerals takes longer than all else that a
    served site asks of a note that has not changed. They hold for what `_name_asked` returns. It is None where nothing
    is kept.
    """

    store: Store | None = None
    _known: dict[PurePosixPath, _Known] = field(default_factory=dict)
    _kept: dict[str, tuple[str, Counts]] | None = None
    _is_saved: bool = True

    def find(self, shown: Shown, faults: Faults, notes: Iterable[Note]) -> list[_Known]:
        """Return what the page says of these notes, in their order."""
        before, now = self._known, {}
        for note in notes:
            path, problems = note.path, faults.problems.get(note.path, ())
            template, known = shown.templates.get(note.type), before.get(path)
            if known is None or known.note is not note or known.template != template:
                now[path] = _read(note, template, self._count(note, template), problems, shown.vault.wording)
            elif known.problems != problems:
                now[path] = _read(note, template, known.counts, problems, shown.vault.wording)
            else:
                now[path] = known
        self._known = now
        return [*now.values()]

    def _count(self, note: Note, template: Template | None) -> Counts:
        """Return the counts of a note, counted only where they are not kept."""
        if self._kept is None:
            self._kept = _read_kept(self.store)
        path, asked = str(note.path), _name_asked(note, template)
        found = self._kept.get(path)
        if found is None or found[0] != asked:
            found = self._kept[path] = asked, coverage(note, template).counts
            self._is_saved = False
        return found[1]

    def save(self) -> None:
        """Keep the counts of the notes that the page is about."""
        if self.store is not None and self._kept is not None and not self._is_saved:
            kept = {path: found for path, found in self._kept.items() if PurePosixPath(path) in self._known}
            rows = {path: [asked, one.claims, one.waived, one.unmarked] for path, (asked, one) in kept.items()}
            self.store.update(_KIND, {_KEY: json.dumps(rows, separators=(",", ":")).encode()})
            self._is_saved = True


def _name_asked(note: Note, template: Template | None) -> str:
    """Return a digest of all that decides over the counts of a note."""
    return digest([digest_note(note), *sorted(template.references if template else ())]).hex()


def _read_kept(store: Store | None) -> dict[str, tuple[str, Counts]]:
    try:
        rows: Mapping[str, tuple[str, int, int, int]] = json.loads((store and store.get(_KIND, _KEY)) or b"{}")
        return {path: (asked, Counts(claims, waived, left)) for path, (asked, claims, waived, left) in rows.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def state_page(shown: Shown, faults: Faults, notes: Iterable[Note], known: StateNotes | None = None) -> Document:
    """Return the page of the state of a vault: a row for each note that states numbers, and the problems by note."""
    words = shown.vault.wording
    every = (known or StateNotes()).find(shown, faults, notes)
    wrong = [one for one in every if one.problems]
    summary = total(one.counts for one in every)
    said = words.state_summary.format(
        notes=len(every),
        examples=len(shown.results.book.runs),
        count=sum(len(one.problems) for one in wrong),
        wrong=len(wrong),
        share=_percent(summary),
    )
    blocks: list[Block] = [_heading(1, "", words.state), Paragraph(NOWHERE, (_text(said),))]
    for number, one in enumerate(wrong, 1):
        blocks += [_heading(2, f"state-{number}", "", _link(one.note), _text(f" · {len(one.problems)}")), *one.section]
    blocks += [_heading(2, "state-notes", words.numbers_backed), _table(every, words)]
    return Document(PAGE, tuple(blocks), wording=words)


def _read(
    note: Note, template: Template | None, found: Counts, problems: tuple[Problem, ...], words: Wording
) -> _Known:
    listed = List(NOWHERE, tuple(_problem(one, words) for one in problems[:_MOST]), tight=False)
    numbers = (found.claims, found.waived, found.unmarked, len(problems))
    cells: list[Inline] = [_link(note), *(_text(str(number)) for number in numbers), _text(_percent(found))]
    row = tuple((cell,) for cell in cells)
    return _Known(note, template, found, problems, (listed,) if problems else (), row)


def _table(every: Iterable[_Known], words: Wording) -> Table:
    """Return the notes that state numbers: the most that nothing backs first, then the most problems."""
    counted = [one for one in every if one.counts.counted]
    counted.sort(key=lambda one: (-one.counts.unmarked, -len(one.problems), str(one.note.path)))
    head = tuple((_text(name),) for name in words.state_head)
    return Table(NOWHERE, ("left", *["right"] * 5), (head, *(one.row for one in counted)))


def _problem(problem: Problem, words: Wording) -> Item:
    meaning = words.problems.get(problem.code.slug, problem.code.meaning)
    at = words.at_line.format(line=problem.line, column=problem.column)
    place = (_text(meaning), Break(NOWHERE), _text(f"{at}{words.colon}"), Code(NOWHERE, problem.code.slug), _text(" "))
    return Item(NOWHERE, (Paragraph(NOWHERE, (*place, *_sentences(problem))),))


def _sentences(problem: Problem) -> Iterator[Inline]:
    """Yield a problem's sentences; what stands between backticks, as commands do, is code."""
    for number, piece in enumerate(BETWEEN_BACKTICKS.split(visible(problem.sentences))):
        yield Code(NOWHERE, piece) if number % 2 else _text(piece)


def _percent(found: Counts) -> str:
    return f"{found.share:.0%}"


def _heading(level: int, anchor: str, text: str, *pieces: Inline) -> Heading:
    return Heading(NOWHERE, level, anchor, pieces or (_text(text),))


def _link(note: Note) -> Link:
    return Link(NOWHERE, Place(note.path), (_text(title(note)),))


def _text(text: str) -> Text:
    return Text(NOWHERE, text)

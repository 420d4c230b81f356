"""The page of the state of a vault while it is served: how many numbers are backed, and the problems by note."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from weakref import WeakKeyDictionary

from zhixing.checks.coverage import Coverage, coverage, total
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
from zhixing.problems import Problem, visible
from zhixing.site.shown import Shown
from zhixing.vault.note import Note
from zhixing.wording.model import Wording

PAGE = PurePosixPath("zhixing-state.md")
# So many problems of a note are listed; the terminal has them all.
_MOST = 30
_COVERAGE: WeakKeyDictionary[Note, Coverage] = WeakKeyDictionary()


def state_page(shown: Shown, faults: Faults, notes: Sequence[Note]) -> Document:
    """Return the page of the state of a vault: a row for each note that states numbers, and the problems by note."""
    words = shown.vault.wording
    covered = {note: _coverage_of(shown, note) for note in notes}
    wrong = [note for note in notes if faults.problems.get(note.path)]
    every = total(covered.values())
    count = sum(len(faults.problems[note.path]) for note in wrong)
    said = words.state_summary.format(
        notes=len(notes), examples=len(shown.results.book.runs), count=count, wrong=len(wrong), share=_percent(every)
    )
    blocks: list[Block] = [_heading(1, "", words.state), Paragraph(NOWHERE, (_text(said),))]
    for number, note in enumerate(wrong, 1):
        problems = faults.problems[note.path]
        blocks.append(_heading(2, f"state-{number}", "", _link(note), _text(f" · {len(problems)}")))
        blocks.append(List(NOWHERE, tuple(_problem(one, words) for one in problems[:_MOST]), tight=False))
    blocks += [_heading(2, "state-notes", words.numbers_backed), _table(covered, faults, words)]
    return Document(PAGE, tuple(blocks), wording=words)


def _coverage_of(shown: Shown, note: Note) -> Coverage:
    """Return a note's coverage, worked out once for a note however often the site is built."""
    if note not in _COVERAGE:
        _COVERAGE[note] = coverage(note, shown.templates.get(note.type))
    return _COVERAGE[note]


def _table(covered: dict[Note, Coverage], faults: Faults, words: Wording) -> Table:
    """Return the notes that state numbers, those with the most that nothing backs first."""
    counted = [(note, found) for note, found in covered.items() if found.counted]
    counted.sort(key=lambda pair: (-len(pair[1].unmarked), str(pair[0].path)))
    rows = [tuple((_text(name),) for name in words.state_head)]
    for note, found in counted:
        numbers = (found.claims, found.waived, len(found.unmarked), len(faults.problems.get(note.path, ())))
        cells: list[tuple[Inline, ...]] = [(_link(note),), *((_text(str(number)),) for number in numbers)]
        rows.append((*cells, (_text(_percent(found)),)))  # type: ignore[arg-type]
    return Table(NOWHERE, ("left", *["right"] * 5), tuple(rows))


def _problem(problem: Problem, words: Wording) -> Item:
    meaning = words.problems.get(problem.code.slug, problem.code.meaning)
    at = words.at_line.format(line=problem.line, column=problem.column)
    pieces = (
        _text(meaning),
        Break(NOWHERE),
        _text(f"{at}{words.colon}"),
        Code(NOWHERE, problem.code.slug),
        _text(f" {visible(problem.sentences)}"),
    )
    return Item(NOWHERE, (Paragraph(NOWHERE, pieces),))


def _percent(found: Coverage) -> str:
    return f"{found.share:.0%}"


def _heading(level: int, anchor: str, text: str, *pieces: Inline) -> Heading:
    return Heading(NOWHERE, level, anchor, pieces or (_text(text),))


def _link(note: Note) -> Link:
    return Link(NOWHERE, Place(note.path), (_text(title(note)),))


def _text(text: str) -> Text:
    return Text(NOWHERE, text)

"""`requires` is a true order: along the path no term of the shipped notes comes before its note, except as a link.

Held for what a note teaches: its definition and its explanation. Variants, comparisons and references may look ahead.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from zhixing.vault.graph import edges, levels
from zhixing.vault.load import load
from zhixing.vault.mentions import mentions
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault

ROOT = Path(__file__).parent.parent
LOOKS_AHEAD = ("常见变体", "具体例子", "相关概念")


@pytest.fixture(scope="module")
def vault() -> Vault:
    return load(ROOT / "notes")


def end_of_teaching(note: Note) -> int:
    """Return where a note stops teaching: at its variants, or at the first section behind them."""
    ends = (heading.span.start for heading in note.headings if heading.text in LOOKS_AHEAD)
    return min(ends, default=len(note.source.text))


def steps(vault: Vault) -> dict[PurePosixPath, int]:
    """Return the step of the path on which each concept note stands."""
    concepts = [note for note in vault.notes.values() if note.type == "concept"]
    return {note.path: number for number, notes in enumerate(levels(vault, concepts)) for note in notes}


def first_links(vault: Vault) -> dict[tuple[PurePosixPath, PurePosixPath], int]:
    """Return where the text of a note first links to another."""
    found: dict[tuple[PurePosixPath, PurePosixPath], int] = {}
    for edge in edges(vault):
        if edge.resolution.note is not None and not edge.link.field:
            found.setdefault((edge.source.path, edge.resolution.note.path), edge.span.start)
    return found


def test_no_term_is_used_before_its_note(vault: Vault) -> None:
    step, linked = steps(vault), first_links(vault)
    early = [
        f"{note.name}:{note.source.position(one.span.start)[0]}: {one.span.of(note.source.text)}, of {one.target.name}"
        for note in map(vault.notes.__getitem__, step)
        for one in mentions(vault, notes=[note])
        if step.get(one.target.path, -1) > step[note.path]
        and one.span.start < end_of_teaching(note)
        and linked.get((note.path, one.target.path), one.span.start) >= one.span.start
    ]

    assert early == []


def test_every_concept_is_on_the_path(vault: Vault) -> None:
    assert {note.path for note in vault.notes.values() if note.type == "concept"} == steps(vault).keys()

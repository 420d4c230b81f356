"""What is read of a note comes back from JSON as it was read."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest

from zhixing.markdown.dialect import OBSIDIAN, Dialect
from zhixing.source import Source, Spans
from zhixing.vault.note import Note, read_note
from zhixing.vault.note_data import dump_reading, load_reading

ROOT = Path(__file__).parents[2]
EVERYTHING = Dialect(attributes=True, boxes=True, tabs=True, icons=True, snippets=True, siblings_first=True, hooks=True)
ASKED = (
    *("title", "type", "status", "date", "aliases", "tags", "published", "permalink", "links", "headings", "blocks"),
    *("problems", "generated_problems", "footnote_calls", "footnotes", "claim_problems", "requires", "related"),
)


def texts() -> list[str]:
    notes = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "notes").rglob("*.md"))]
    files = sorted((ROOT / "tests" / "cases").glob("*.md"))
    return [*notes, *(path.read_text(encoding="utf-8") for path in files)]


def copy(note: Note) -> Note:
    """Return the note as another process has it that took what was dumped of it."""
    other = read_note(note.source, note.path, marked_only=note.marked_only, dialect=note.dialect)
    load_reading(other, json.loads(json.dumps(dump_reading(note))))
    return other


def facts(note: Note) -> dict[str, str]:
    found: dict[str, object] = {name: getattr(note, name) for name in ASKED}
    found |= {name: sorted(getattr(note, name)) for name in ("html_ids", "made_anchors")}
    claims = note.all_claims
    found["generated"] = note.generated.items
    found["claims"] = (claims.named, claims.empty, claims.strays, claims.defaults.items, claims.problems)
    found["declaring"] = note.declaring
    return {name: repr(value) for name, value in found.items()}  # a number may be no number


@pytest.mark.parametrize("dialect", [OBSIDIAN, EVERYTHING], ids=["obsidian", "mkdocs"])
def test_a_note_comes_back_as_it_was_read(dialect: Dialect, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = [read_note(Source("甲.md", text), PurePosixPath("甲.md"), dialect=dialect) for text in texts()]
    read = [facts(note) for note in notes]
    assert any("Claim(" in one["claims"] for one in read)
    others = [copy(note) for note in notes]
    monkeypatch.setattr("zhixing.markdown.reading.scan", lambda *_: pytest.fail("the note is read again"))
    assert [facts(other) for other in others] == read
    assert all(isinstance(other.generated, Spans) for other in others)


@pytest.mark.parametrize("data", [[], [[]] * 15, ["x"] * 15, [None] * 15])
def test_other_data_leave_a_note_as_it_is(data: list[object]) -> None:
    note = read_note(Source("甲.md", "# 甲\n\n[[乙]]\n"), PurePosixPath("甲.md"))
    with pytest.raises((ValueError, TypeError, KeyError)):
        load_reading(note, data)
    assert [link.path for link in note.links] == ["乙"]

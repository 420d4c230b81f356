"""The page of the state: counts of numerals that an earlier process kept are those that are counted anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_vaults import vault_of
from zhixing.checks import coverage
from zhixing.checks.template import Template
from zhixing.compose import results
from zhixing.page.faults import Faults
from zhixing.page.markdown import write_markdown
from zhixing.page.public import private_of
from zhixing.site import state
from zhixing.site.shown import Shown
from zhixing.site.state import StateNotes, state_page
from zhixing.vault.note import Note
from zhixing.vault.store import Store

NOTES = {"甲.md": "---\ntype: 概念\n---\n\n共 3 个。\n\n## 参考\n\n1998 年。\n", "乙.md": "有 4 个与 5 个。\n"}
REFERENCES = Template("概念", (), (), example=False, references=frozenset({"参考"}))


def show(notes: dict[str, str], *templates: Template) -> Shown:
    vault = vault_of(notes)
    found = results(vault)
    held_to = {one.type: one for one in templates}
    return Shown(vault, found, {}, {}, (), vault, private_of(vault, found), templates=held_to)


def write(shown: Shown, known: StateNotes) -> str:
    """Return the page, and keep the counts, as a process does that ends then."""
    page = write_markdown(state_page(shown, Faults({}), [*shown.vault.notes.values()], known))
    known.save()
    return page


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The notes whose numerals were counted."""
    found: list[str] = []

    def count(note: Note, template: Template | None) -> coverage.Coverage:
        found.append(str(note.path))
        return coverage.coverage(note, template)

    monkeypatch.setattr(state, "coverage", count)
    return found


def test_only_what_has_changed_is_counted_again(tmp_path: Path, counted: list[str]) -> None:
    kept = tmp_path / "store"
    edited = {**NOTES, "乙.md": "有 4 个、5 个与 6 个。\n"}
    for shown, again in (
        (show(NOTES), ["甲.md", "乙.md"]),
        (show(NOTES), []),
        (show(edited), ["乙.md"]),
        (show(edited, REFERENCES), ["甲.md"]),
        (show(edited, REFERENCES), []),
    ):
        page = write(shown, StateNotes(Store(kept)))
        assert sorted(counted) == sorted(again)
        assert page == write(shown, StateNotes())
        counted.clear()


@pytest.mark.parametrize("entry", [b"[]", b"{", b"1", b"\xff", b'{"a": 1}', '{"甲.md": ["", 1, 2]}'.encode()])
def test_what_is_no_count_is_ignored(tmp_path: Path, entry: bytes) -> None:
    store, shown = Store(tmp_path / "store"), show(NOTES)
    store.update("counts", {b"": entry})
    assert write(shown, StateNotes(store)) == write(shown, StateNotes())

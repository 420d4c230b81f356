"""Forms of runs that another process kept: as they are found anew, and found anew where the run is another."""

from __future__ import annotations

from pathlib import Path

import pytest

from shell import vault
from zhixing.compose import Memory, results
from zhixing.language import numpy_code as programs
from zhixing.language.model import Run
from zhixing.language.numpy_code import numpy_code
from zhixing.site.live import live_data
from zhixing.vault.load import load
from zhixing.vault.store import Store

NOTES = Path(__file__).resolve().parents[2] / "notes"
EXAMPLE = "```yaml example\nid: 甲\ngiven: {a: 2}\ncompute: {x: a * 3}\nexpect: {x: 6}\n```\n\n答案是 6<!--= x -->。\n"
LARGE = (
    "```yaml example\nid: 大\naxes: {行: 30000}\ncompute:\n  v[行]: 行 * 2\n  s: sum(v)\nexpect: {s: 899970000}\n```\n"
)


def look(notes: Path, store: Path) -> dict[str, object]:
    """Return the forms of a vault's examples, as a process of its own finds them."""
    memory = Memory(Store(store))
    vault = load(notes)
    found = results(vault, memory=memory)
    forms: dict[str, object] = {name: (one.numpy, one.live) for name, one in found.bodies.items()}
    forms["·site"] = {name: one.text for name, one in live_data(found, vault.notes.values()).items()}
    memory.runs.kept.save()
    return forms


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The examples whose programs were made, in turn."""
    names: list[str] = []

    def count(run: Run) -> str | None:
        names.append(run.example.id)
        return numpy_code(run)

    monkeypatch.setattr(programs, "numpy_code", count)
    return names


def test_all_forms_of_the_notes_are_as_they_were(tmp_path: Path, made: list[str]) -> None:
    first = look(NOTES, tmp_path / "store")
    made.clear()
    assert look(NOTES, tmp_path / "store") == first
    assert made == []
    assert len(first) > 300


def test_an_edit_makes_its_forms_anew(tmp_path: Path, made: list[str]) -> None:
    notes = vault(tmp_path / "a", 甲=EXAMPLE, 大=LARGE) / "notes"
    first = look(notes, tmp_path / "store")
    file = notes / "甲.md"
    file.write_text(
        EXAMPLE.replace("a: 2", "a: 4").replace("x: 6", "x: 12").replace("是 6<", "是 12<"), encoding="utf-8"
    )
    made.clear()
    second = look(notes, tmp_path / "store")
    assert made == ["甲"]
    assert second["甲"] != first["甲"]
    assert second["大"] == first["大"]
    assert second == look(notes, tmp_path / "empty")


def test_another_claim_is_computed_with_the_same_run(tmp_path: Path) -> None:
    notes = vault(tmp_path / "a", 甲=EXAMPLE) / "notes"
    first = look(notes, tmp_path / "store")
    (notes / "甲.md").write_text(f"{EXAMPLE}\n加一得 7<!--= x + 1 -->。\n", encoding="utf-8")
    second = look(notes, tmp_path / "store")
    assert second["甲"] == first["甲"]
    assert second["·site"] != first["·site"]
    assert second == look(notes, tmp_path / "empty")


@pytest.mark.parametrize("entry", [b"", b"[", b"[1]", b'["a","b"]', b'[["a"]]', b"[[1,2]]", b"[" * 100_000])
def test_a_form_that_says_something_else_is_found_anew(tmp_path: Path, entry: bytes) -> None:
    notes = vault(tmp_path / "a", 甲=EXAMPLE) / "notes"
    first = look(notes, tmp_path / "store")
    store = Store(tmp_path / "store")
    for kind in ("numpy", "live", "prose"):
        keys = store.get_all(kind)
        assert keys
        store.update(kind, dict.fromkeys(keys, entry))
    assert look(notes, tmp_path / "store") == first


def test_nothing_is_kept_once_arrays_were_computed_again_too_often(tmp_path: Path) -> None:
    notes = vault(tmp_path / "a", 甲=EXAMPLE) / "notes"
    memory = Memory(Store(tmp_path / "store"))
    found = results(load(notes), memory=memory)
    memory.runs.shelf.refused = True
    assert found.bodies["甲"].numpy
    memory.runs.kept.save()
    assert not Store(tmp_path / "store").get_all("numpy")

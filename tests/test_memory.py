"""Computing again only what changed: the same results, fewer runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from shell import vault
from zhixing import compose
from zhixing.language import runs
from zhixing.language.run import run_example
from zhixing.vault.load import load
from zhixing.vault.note import Note

BASE = "```yaml example\nid: 甲\ngiven: {a: 2}\ncompute: {x: a * 3}\nexpect: {x: 6}\n```\n"
USER = "```yaml example\nid: 乙\nuses: {x: 甲.x}\ncompute: {y: x + 1}\nexpect: {y: 7}\n```\n"
APART = "```yaml example\nid: 丙\ncompute: {z: 1 + 1}\nexpect: {z: 2}\n```\n"


def test_only_what_changed_runs_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = vault(tmp_path, 甲=BASE, 乙=USER, 丙=APART) / "notes"
    ran: list[str] = []

    def counted(example, *rest):  # type: ignore[no-untyped-def]  # it is run_example's own signature
        ran.append(example.id)
        return run_example(example, *rest)

    monkeypatch.setattr(runs, "run_example", counted)
    memory = compose.Memory()

    first = compose.results(load(notes), memory=memory)
    compose.results(load(notes), memory=memory)
    (notes / "甲.md").write_text(BASE.replace("a: 2", "a: 3"), encoding="utf-8")
    third = compose.results(load(notes), memory=memory)

    assert ran[:3] == ["丙", "甲", "乙"]
    assert ran[3:] == ["甲", "乙"]
    assert third.bodies["丙"] is first.bodies["丙"]
    assert [p.code.slug for p in third.problems] == ["expect-failed", "expect-failed"]
    fresh = compose.results(load(notes))
    assert {name: body.markdown for name, body in fresh.bodies.items()} == {
        name: body.markdown for name, body in third.bodies.items()
    }


VARIED = "```yaml example\nid: 丁\nof: 甲\nwith: {a: 5}\nexpect: {x: 15}\n```\n"


def test_only_what_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = vault(tmp_path, 甲=BASE, 乙=USER, 丁=VARIED) / "notes"
    read: list[str] = []

    def counted(note: Note, *rest):  # type: ignore[no-untyped-def]  # it is _read's own signature
        read.append(note.name)
        return read_block(note, *rest)

    read_block = runs._read
    monkeypatch.setattr(runs, "_read", counted)
    memory = compose.Memory()
    first = load(notes)
    compose.results(first, memory=memory)
    read.clear()

    again = load(notes, first)
    compose.results(again, memory=memory)
    assert read == []

    (notes / "乙.md").write_text("字\n\n" + USER, encoding="utf-8")
    third = load(notes, again)
    compose.results(third, memory=memory)
    assert read == ["乙"]

    read.clear()
    (notes / "甲.md").write_text(BASE.replace("a * 3", "a * 4"), encoding="utf-8")
    found = compose.results(load(notes, third), memory=memory)
    assert read == ["甲", "丁"]
    assert found.problems == compose.results(load(notes)).problems != ()


def test_a_variation_is_read_again_when_what_it_varies_appears(tmp_path: Path) -> None:
    notes = vault(tmp_path, 丁=VARIED) / "notes"
    memory = compose.Memory()
    first = load(notes)
    alone = compose.results(first, memory=memory)
    (notes / "甲.md").write_text(BASE, encoding="utf-8")

    found = compose.results(load(notes, first), memory=memory)

    assert "丁" not in alone.book.runs
    assert found.book.runs["丁"].quantities["x"].values == 15


def test_what_is_said_of_an_unknown_example_names_those_that_there_are_now(tmp_path: Path) -> None:
    project = vault(tmp_path, 乙=USER)
    memory = compose.Memory()
    compose.results(load(project / "notes"), memory=memory)
    (project / "notes" / "丙.md").write_text(APART, encoding="utf-8")

    second = compose.results(load(project / "notes"), memory=memory)

    assert second.problems == compose.results(load(project / "notes")).problems


def test_what_is_written_behind_an_example_has_it_neither_read_nor_run_again(tmp_path: Path) -> None:
    notes = vault(tmp_path, 甲=BASE, 乙=USER.replace("expect: {y: 7}", "expect: {y: 8}")) / "notes"
    memory = compose.Memory()
    first = load(notes)
    before = compose.results(first, memory=memory)
    for path in notes.glob("*.md"):
        path.write_text(path.read_text(encoding="utf-8") + "字\n", encoding="utf-8")

    after = compose.results(load(notes, first), memory=memory)

    assert all(after.book.runs[name] is before.book.runs[name] for name in ("甲", "乙"))
    assert {one.note.source.text[-2:] for one in after.book.declared} == {"字\n"}
    assert [problem.line for problem in after.problems] == [5]
    assert after.problems == compose.results(load(notes)).problems


def test_what_is_written_into_an_open_example_at_the_end_is_read(tmp_path: Path) -> None:
    notes = vault(tmp_path, 甲=BASE.removesuffix("```\n")) / "notes"
    memory = compose.Memory()
    first = load(notes)
    compose.results(first, memory=memory)
    (notes / "甲.md").write_text(BASE.removesuffix("```\n") + "show: [{table: [x]}]\n", encoding="utf-8")

    after = compose.results(load(notes, first), memory=memory)

    assert after.bodies["甲"] == compose.results(load(notes)).bodies["甲"]

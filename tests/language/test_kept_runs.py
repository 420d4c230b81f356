"""Runs that another process kept: equal to those that run, and run again where what they rest on is another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from shell import vault
from zhixing import compose
from zhixing.compose import Memory, Results
from zhixing.language import kept_runs, runs
from zhixing.language.budget import Pool
from zhixing.language.kept_runs import MAX_ALL_NUMBERS, MAX_NUMBERS, RUN, SHOWN, KeptRuns, decode_run, encode_run, pack
from zhixing.language.model import Outcome, Quantity, Run
from zhixing.language.read import read_example
from zhixing.language.run import run_example
from zhixing.language.runs import run_all
from zhixing.source import Source, Span
from zhixing.vault.load import load
from zhixing.vault.store import Store
from zhixing.wording.en import WORDING

NOTES = Path(__file__).resolve().parents[2] / "notes"
BASE = (
    "```yaml example\nid: 甲\ngiven: {a: 2}\ncompute: {x: a * 3}\nexpect: {x: 6}\nshow: [formula: x, table: x]\n```\n"
)
USER = "```yaml example\nid: 乙\nuses: {x: 甲.x}\ncompute: {y: x + 1}\nexpect: {y: 7}\n```\n"
VARIED = "```yaml example\nid: 丁\nof: 甲\nwith: {a: 5}\nexpect: {x: 15}\n```\n"
FILE = """\
```yaml example
id: 丙
axes: {行: 2}
given:
  v[行]: {file: 数.csv}
compute: {s: sum(v)}
expect: {s: 3}
```
"""
FIELD = """\
```yaml example
id: 戊
axes: {行: 30000}
compute:
  v[行]: 行 * 2
  s: sum(v)
expect: {s: 899970000}
```
"""
WRONG = "```yaml example\nid: 己\ncompute: {x: 1 + 1}\nexpect: {x: 3}\n```\n"


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The examples that ran, in turn."""
    names: list[str] = []

    def counted(example, *rest):  # type: ignore[no-untyped-def]  # it is run_example's own signature
        names.append(example.id)
        return run_example(example, *rest)

    monkeypatch.setattr(runs, "run_example", counted)
    return names


def look(notes: Path, store: Path) -> Results:
    """Return the results of a vault, as a process of its own finds them."""
    return compose.results(load(notes), memory=Memory(Store(store)))


def shown(found: Results) -> object:
    bodies = {name: (body.markdown, dict(body.figures)) for name, body in found.bodies.items()}
    return bodies, found.problems, {name: run.work for name, run in found.book.runs.items()}


def worked_run(text: str) -> Run:
    source = Source("例.md", text)
    example, _ = read_example(source, Span(0, len(text)))
    assert example
    return run_example(example, source, {})[0]


def facts(quantity: Quantity | None) -> object:
    if quantity is None:
        return None
    values = quantity.values
    strides = [stride for stride, size in zip(values.strides, values.shape, strict=True) if size > 1]
    return values.dtype, values.shape, strides, values.tobytes(), quantity.dimensions, quantity.on


def judged(outcomes: tuple[Outcome, ...]) -> object:
    """Return what outcomes say; of what was computed, which is only printed, the numbers in any order in memory."""
    return [(replace(one, computed=None), one.computed and one.computed.values.tolist()) for one in outcomes]


def test_every_run_of_the_notes_is_as_it_was() -> None:
    kept = 0
    for name, run in run_all(load(NOTES)).runs.items():
        entry = encode_run(run)
        assert entry, name
        found = decode_run(entry, run.example, run.wording)
        assert found
        kept += len(found.run.quantities)
        assert list(found.sizes) == list(run.quantities)
        assert_equal(found.run, pack(run))
    assert kept > 3_000


def assert_equal(found: Run, run: Run) -> None:
    for name, quantity in found.quantities.items():
        assert facts(quantity) == facts(run.quantities[name]), name
    assert (found.axes, found.forms, found.work) == (run.axes, run.forms, run.work)
    assert found.example == run.example
    assert judged(found.outcomes) == judged(run.outcomes)
    assert [judged(one.outcomes) for one in found.said] == [judged(one.outcomes) for one in run.said]


def test_another_process_runs_nothing(tmp_path: Path, ran: list[str]) -> None:
    notes = vault(tmp_path / "a", 甲=BASE, 乙=USER, 丁=VARIED, 丙=FILE, 戊=FIELD) / "notes"
    (notes / "数.csv").write_text("1,2\n", encoding="utf-8")
    first = look(notes, tmp_path / "store")
    assert sorted(ran) == sorted(["甲", "乙", "丁", "丙", "戊"])
    ran.clear()
    second = look(notes, tmp_path / "store")
    assert ran == []
    assert shown(second) == shown(first) == shown(compose.results(load(notes)))


@pytest.mark.parametrize(
    ("name", "before", "after", "again"),
    [
        ("甲", "a: 2", "a: 3", ["丁", "乙", "甲"]),
        ("甲", "", "前文\n\n", []),
        ("乙", "x + 1", "x + 2", ["乙"]),
        ("丁", "a: 5", "a: 6", ["丁"]),
        ("数", "1,2", "1,3", ["丙"]),
    ],
)
def test_what_rests_on_an_edit_runs_again(
    tmp_path: Path, ran: list[str], name: str, before: str, after: str, again: list[str]
) -> None:
    notes = vault(tmp_path / "a", 甲=BASE, 乙=USER, 丁=VARIED, 丙=FILE) / "notes"
    (notes / "数.csv").write_text("1,2\n", encoding="utf-8")
    look(notes, tmp_path / "store")
    file = notes / ("数.csv" if name == "数" else f"{name}.md")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(before, after, 1) if before else after + text, encoding="utf-8")
    ran.clear()
    found = look(notes, tmp_path / "store")
    assert sorted(ran) == again
    assert shown(found) == shown(compose.results(load(notes)))


def test_words_of_another_language_are_rendered_anew(tmp_path: Path, ran: list[str]) -> None:
    notes = vault(tmp_path / "a", 甲=BASE) / "notes"
    look(notes, tmp_path / "store")
    ran.clear()
    memory = Memory(Store(tmp_path / "store"))
    loaded = replace(load(notes), wording=WORDING)
    assert shown(compose.results(loaded, memory=memory)) == shown(compose.results(loaded))
    assert ran == ["甲", "甲"]


def test_what_went_wrong_is_found_again(tmp_path: Path, ran: list[str]) -> None:
    notes = vault(tmp_path / "a", 己=WRONG) / "notes"
    first = look(notes, tmp_path / "store")
    second = look(notes, tmp_path / "store")
    assert ran == ["己", "己"]
    assert first.problems == second.problems != ()


def test_a_large_array_is_computed_when_it_is_asked_for(tmp_path: Path, ran: list[str]) -> None:
    notes = vault(tmp_path / "a", 戊=FIELD) / "notes"
    look(notes, tmp_path / "store")
    ran.clear()
    run = look(notes, tmp_path / "store").book.runs["戊"]
    assert float(run.quantities["s"].values) == 899970000
    assert ran == []
    values = run.quantities["v"].values
    assert values.size > MAX_NUMBERS
    assert np.array_equal(values, np.arange(30000) * 2)
    assert ran == ["戊"]


@pytest.mark.parametrize(("module", "name"), [(runs, "pool_of_runs"), (compose, "pool_of_showing")])
def test_what_costs_more_than_is_left_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str
) -> None:
    notes = vault(tmp_path / "a", 甲=BASE, 戊=FIELD) / "notes"
    look(notes, tmp_path / "store")
    monkeypatch.setattr(module, name, lambda *_: Pool(0))
    found = look(notes, tmp_path / "store")
    assert shown(found) == shown(compose.results(load(notes)))
    cut = {name for name, run in found.book.runs.items() if run.cut or found.rendered[name].cut}
    assert cut == ({"戊"} if module is runs else {"甲", "戊"})


def test_of_many_arrays_the_smallest_are_kept() -> None:
    sizes = {name: MAX_NUMBERS - at for at, name in enumerate("abcd")}
    axes = "".join(f"  {name}轴: {size}\n" for name, size in sizes.items())
    steps = "".join(f"  {name}[{name}轴]: {name}轴 * 2\n" for name in sizes)
    run = worked_run(f"id: 多\naxes:\n{axes}compute:\n{steps}")
    entry = encode_run(run)
    assert entry
    kept = decode_run(entry, run.example, run.wording)
    assert kept
    assert kept.sizes == sizes
    assert list(kept.run.quantities) == ["b", "c", "d"]
    assert sum(sizes.values()) > MAX_ALL_NUMBERS


def test_an_entry_that_says_something_else_is_ignored(tmp_path: Path, ran: list[str]) -> None:
    notes = vault(tmp_path / "a", 甲=BASE) / "notes"
    first = look(notes, tmp_path / "store")
    run = first.book.runs["甲"]
    (entry,) = Store(tmp_path / "store").get_all(RUN).values()
    for place in range(0, len(entry), 3):
        for other in (
            entry[:place],
            entry[:place] + b"\x00" + entry[place + 1 :],
            entry[:place] + b"[" + entry[place:],
        ):
            decode_run(other, run.example, run.wording)
    for value in (b"", b"{}", b"[1]", b"\xff" * 9, b"null", b'["", {}, 1, 2]'):
        ran.clear()
        for kind in (RUN, SHOWN):
            store = Store(tmp_path / "store")
            store.update(kind, dict.fromkeys(store.get_all(kind), value))
        assert shown(look(notes, tmp_path / "store")) == shown(first)
        assert ran == ["甲"]


def test_entries_are_written_together_once_many_bytes_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_runs, "_MAX_WAITING", 25)
    store = Store(tmp_path / "store")
    kept = KeptRuns(store)
    for kind, key, entry in ((RUN, b"1", b"x" * 10), (SHOWN, b"1", b"x" * 10), (RUN, b"1", b"y" * 12)):
        kept.put(kind, key, entry)
    assert not store.get_all(RUN)
    kept.put(RUN, b"2", b"x" * 10)
    assert store.get_all(RUN) == {b"1": b"y" * 12, b"2": b"x" * 10}
    assert store.get_all(SHOWN) == {b"1": b"x" * 10}
    kept.put(RUN, b"3", b"x" * 20)
    assert store.get(RUN, b"3") is None
    kept.save()
    assert store.get(RUN, b"3") == b"x" * 20


def test_the_newest_entries_stay(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.update("run", {bytes([number]): b"x" * 10 for number in range(9)})
    store.update("run", {b"new": b"x" * 10}, most_bytes=35)
    store.update("other", {b"": b"x" * 100})
    assert sorted(store.get_all("run")) == [b"\x07", b"\x08", b"new"]
    assert store.get("other", b"")

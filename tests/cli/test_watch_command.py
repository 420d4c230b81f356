"""`zhixing watch`: results follow saves, and nothing that anybody saves is lost."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pytest

from shell import contents, inside, vault, zhixing
from zhixing import compose
from zhixing.checks.check_links import check_links
from zhixing.checks.report import render_report
from zhixing.cli import wake as waking
from zhixing.cli import watch as watching
from zhixing.cli.wake import Wake
from zhixing.cli.watch import Interrupts, Session
from zhixing.problems import Code, Problem
from zhixing.source import Source
from zhixing.vault.load import find_project, load_project
from zhixing.vault.note import read_note
from zhixing.vault.vault import Vault

NOTE = "# 笔记\n\n```yaml example\nid: 甲\ngiven: {a: 2}\ncompute: {x: a * 3}\n```\n\n后文。\n"
PATIENCE = 60
"""Seconds after which a test gives up on what a moment suffices for."""


def session_of(project: Path) -> Session:
    found = find_project(project)
    return Session(project / "notes", found, load_project(found), Interrupts())


@contextmanager
def looking(folder: Path, **notes: str) -> Iterator[tuple[Session, Path]]:
    """Yield a session that has begun, and the vault's folder."""
    project = vault(folder, **notes)
    with inside(project):
        session = session_of(project)
        session.begin()
        yield session, project / "notes"


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def rename_over(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


SAVES = [write, rename_over]


@pytest.mark.parametrize("save", SAVES)
def test_results_follow_a_save(tmp_path: Path, save: Callable[[Path, str], None]) -> None:
    with looking(tmp_path, 笔=NOTE, 他=NOTE.replace("甲", "乙")) as (session, notes):
        assert "| x | 6 |" in read(notes / "笔.md")
        other = read(notes / "他.md")

        save(notes / "笔.md", read(notes / "笔.md").replace("a: 2", "a: 5"))
        session.look()

        assert "| x | 15 |" in read(notes / "笔.md")
        assert read(notes / "他.md") == other


def test_one_save_plans_one_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {f"笔{number}": NOTE.replace("甲", f"例{number}") for number in range(5)}
    with looking(tmp_path, **texts) as (session, notes):
        session.look()
        planned: list[str] = []
        plan_note = compose._plan_note

        def counted(one, note, *rest, **named):  # type: ignore[no-untyped-def]  # it is _plan_note's own signature
            planned.append(note.name)
            return plan_note(one, note, *rest, **named)

        monkeypatch.setattr(compose, "_plan_note", counted)
        session.look()
        assert planned == []

        write(notes / "笔3.md", read(notes / "笔3.md") + "字\n")
        session.look()
        assert planned == ["笔3"]


def test_a_figure_that_is_deleted_is_drawn_again(tmp_path: Path) -> None:
    drawn = NOTE.replace(
        "compute: {x: a * 3}", "axes: {键: [猫, 狗]}\ncompute: {'x[键]': '[a, 1]'}\nshow: [{heatmap: x}]"
    )
    with looking(tmp_path, 笔=drawn) as (session, notes):
        (figure,) = (notes / "_figures").iterdir()
        text = read(figure)
        figure.unlink()
        session.look()
        assert read(figure) == text


def test_an_edit_by_hand_is_refused_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with looking(tmp_path, 笔=NOTE) as (session, notes):
        edited = read(notes / "笔.md").replace("| x | 6 |", "| x | 7 |")
        write(notes / "笔.md", edited)
        session.look()
        assert capsys.readouterr().out.count("region-edited") == 1

        for number in range(3):
            edited = f"第 {number} 行\n\n{edited}"
            write(notes / "笔.md", edited)
            session.look()
        assert capsys.readouterr().out == ""
        assert read(notes / "笔.md") == edited

        write(notes / "笔.md", edited.replace("| x | 7 |", "| x | 6 |"))
        session.look()
        write(notes / "笔.md", edited)
        session.look()
        assert capsys.readouterr().out.count("region-edited") == 1


def test_what_is_saved_while_it_computes_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with looking(tmp_path, 笔=NOTE) as (session, notes):
        plan_again = compose.plan_again
        newer = read(notes / "笔.md").replace("a: 2", "a: 8")

        def and_save(*words):  # type: ignore[no-untyped-def]  # it is plan_again's own signature
            planned = plan_again(*words)
            write(notes / "笔.md", newer)
            return planned

        write(notes / "笔.md", read(notes / "笔.md").replace("a: 2", "a: 5"))
        capsys.readouterr()
        with monkeypatch.context() as patched:
            patched.setattr(compose, "plan_again", and_save)
            session.look()
        assert read(notes / "笔.md") == newer
        assert session.retry
        assert capsys.readouterr().out == ""

        session.look()
        assert "| x | 24 |" in read(notes / "笔.md")
        assert session.retry is None


def test_renames_deletions_folders_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    with looking(tmp_path, 笔=NOTE) as (session, notes):
        (notes / "夹").mkdir()
        (notes / "笔.md").rename(notes / "夹" / "名.md")
        write(notes / "夹" / "名.md", read(notes / "夹" / "名.md").replace("a: 2", "a: 3"))
        session.look()
        assert "| x | 9 |" in read(notes / "夹" / "名.md")

        good = (notes / "夹" / "名.md").read_bytes()
        (notes / "夹" / "名.md").write_bytes(good[:-2])
        session.look()
        assert (notes / "夹" / "名.md").read_bytes() == good[:-2]
        (notes / "夹" / "名.md").write_bytes(good)
        session.look()
        assert (notes / "夹" / "名.md").read_bytes() == good

        (notes / "夹" / "名.md").unlink()
        (notes / "夹").rmdir()
        session.look()
        write(notes / "新.md", NOTE)
        session.look()
        assert "| x | 6 |" in read(notes / "新.md")


def test_the_folder_of_notes_may_go_and_come_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with looking(tmp_path, 笔=NOTE) as (session, notes):
        capsys.readouterr()
        notes.rename(tmp_path / "away")
        session.look()
        session.look()
        assert capsys.readouterr().out.count("There is no such folder") == 1

        (tmp_path / "away").rename(notes)
        write(notes / "笔.md", read(notes / "笔.md").replace("a: 2", "a: 4"))
        session.look()
        assert "| x | 12 |" in read(notes / "笔.md")


def test_a_half_written_note_gets_no_results(tmp_path: Path) -> None:
    with looking(tmp_path, 笔=NOTE) as (session, notes):
        whole = read(notes / "笔.md").replace("a: 2", "a: 9")
        for length in range(0, len(whole), 7):
            write(notes / "笔.md", whole[:length])
            with (notes / "笔.md").open("a", encoding="utf-8") as writing:
                session.look()
                writing.write(whole[length:])
            assert read(notes / "笔.md") == whole
        session.look()
        assert "| x | 27 |" in read(notes / "笔.md")


# The report.


WRONG = "# 错\n\n## 一节\n\n见 [[没有#这节]] 与 [[笔#没有]]。\n\n## 二节\n\n![[没有.png]]\n"


@contextmanager
def reporting(folder: Path, **notes: str) -> Iterator[tuple[Session, Path]]:
    """Yield a session that keeps a report and has begun, and the report's path."""
    project = vault(folder, **notes)
    with inside(project):
        session = session_of(project)
        session.reports = True
        session.begin()
        yield session, project / "notes" / "检查.md"


def go_on(session: Session) -> None:
    """Let a session look, and write its report when nothing changes any more."""
    session.go_on(changed=True)
    while session.pause:
        session.go_on(changed=False)


def test_the_report_leads_to_what_fails(tmp_path: Path) -> None:
    with reporting(tmp_path, 笔=NOTE, 错=WRONG) as (session, place):
        text = read(place)
        assert text.startswith("---\npublish: false\n---\n")
        assert "## [[错|错]]" in text
        assert "[[错#一节|一节]] · 第 5 行" in text
        assert "[[错#二节|二节]] · 第 9 行" in text
        assert "`link-heading`" in text
        assert "region-stale" not in text
        shown = read_note(Source("检查.md", text), PurePosixPath("检查.md"))
        assert len(shown.links) >= 4
        both = Vault(place.parent, {**session.vault.notes, shown.path: shown}, session.vault.files)
        assert {one.code for one in check_links(both) if one.path == "检查.md"} <= {Code.ORPHAN}

        go_on(session)
        assert read(place) == text
        write(place.with_name("错.md"), "# 好\n")
        go_on(session)
        assert "没有要改的" in read(place)
        assert "[[" not in read(place)


def test_the_report_is_no_note_of_the_vault(tmp_path: Path) -> None:
    with reporting(tmp_path, 笔=NOTE, 错=WRONG) as (session, place):
        before = zhixing(tmp_path, "check", "--json").stdout
        write(place.with_name("错.md"), WRONG.replace("一节", "改名"))
        loaded = load_project(session.project)
        assert PurePosixPath("检查.md") not in {*loaded.notes, *loaded.files}
        assert "检查" not in zhixing(tmp_path, "graph", "--json").stdout
        place.unlink()
        write(place.with_name("错.md"), WRONG)
        assert zhixing(tmp_path, "check", "--json").stdout == before
        write(place, "# 检查\n\n我自己的笔记。\n")
        assert PurePosixPath("检查.md") in load_project(session.project).notes


@pytest.mark.parametrize("own", ["# 我的笔记\n", ""])
def test_a_report_edited_by_hand_or_a_note_of_its_name_is_left_alone_and_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], own: str
) -> None:
    with reporting(tmp_path, 笔=NOTE, 错=WRONG) as (session, place):
        text = own or read(place) + "\n我的话。\n"
        write(place, text)
        for number in range(3):
            write(place.with_name("错.md"), f"{WRONG}\n[[没有{number}#节]]\n[[笔#没有{number}]]\n")
            go_on(session)
        assert read(place) == text
        assert capsys.readouterr().out.count("file-edited") == 1


def test_a_report_in_english_has_its_english_name(tmp_path: Path) -> None:
    project = vault(tmp_path, 错=WRONG)
    write(project / "mkdocs.yml", "site_name: x\ndocs_dir: notes\ntheme: {name: material, language: en}\n")
    with reporting(tmp_path / "none"), inside(project):
        session = session_of(project)
        session.reports = True
        session.begin()
    assert "line 5, column" in read(project / "notes" / "Problems.md")


def test_what_a_message_says_makes_no_link_in_the_report() -> None:
    problem = Problem("夹/a|b.md", 3, 1, Code.LINK_NOTE, "There is no [[x]] #tag `code` $a$ %%c%%", "Write <b> ^id")
    text = render_report(Vault(Path(), {}, ()), [problem])
    shown = read_note(Source("检查.md", text), PurePosixPath("检查.md"))
    assert not shown.links
    assert not [token for token in shown.tokens if token.kind.name in {"TAG", "MATH", "COMMENT", "BLOCK_ID"}]


# Waiting.


@pytest.mark.parametrize("told", [True, False])
def test_it_wakes_for_whatever_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, told: bool) -> None:
    project = vault(tmp_path, 笔=NOTE)
    notes = project / "notes"
    if not told:
        monkeypatch.setattr("watchdog.observers.api.BaseObserver.start", refuse)
    changes: list[Callable[[], object]] = [
        lambda: write(notes / "笔.md", "一"),
        lambda: rename_over(notes / "笔.md", "二二"),
        lambda: (notes / "笔.md").rename(notes / "名.md"),
        (notes / "夹").mkdir,
        lambda: write(notes / "夹" / "里.md", "三"),
        lambda: write(notes / "夹" / "里.md", "四四"),
        (notes / "名.md").unlink,
        lambda: write(project / "mkdocs.yml", "site_name: 改\ndocs_dir: notes\n"),
    ]
    with Wake(find_project(project)) as wake:
        assert wake.is_told is told
        while wake.wait(0 if told else 2 * waking._POLL_UNTOLD):
            pass
        for change in changes:
            thread = threading.Timer(0.05, change)
            thread.start()
            assert wake.wait(PATIENCE)
            thread.join()


def refuse(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_it_wakes_in_a_folder_that_took_the_place_of_another(tmp_path: Path) -> None:
    project = vault(tmp_path, 笔=NOTE)
    with Wake(find_project(project)) as wake:
        (project / "notes").rename(project / "old")
        assert wake.wait(PATIENCE)
        vault(tmp_path, 新=NOTE)
        while not (wake.wait(PATIENCE) and wake.is_told and wake._watched == wake._identity()):
            pass
        write(project / "notes" / "新.md", "字")
        assert wake.wait(PATIENCE)


def test_reading_and_hidden_files_wake_nobody(tmp_path: Path) -> None:
    project = vault(tmp_path, 笔=NOTE)
    hidden = project / "notes" / ".obsidian"
    hidden.mkdir()
    with Wake(find_project(project)) as wake:
        write(hidden / "workspace.json", "{}")
        read(project / "notes" / "笔.md")
        assert not wake._changed.wait(0.3)
        write(project / "notes" / "笔.md", "字")
        assert wake._changed.wait(PATIENCE)


# Interrupts.


def test_an_interrupt_waits_until_a_file_is_written() -> None:
    done = []
    with Interrupts() as interrupts, pytest.raises(KeyboardInterrupt):  # noqa: PT012  # where it is raised is the point
        with interrupts.held():
            signal.raise_signal(signal.SIGINT)
            done.append("written")
        done.append("not reached")
    assert done == ["written"]


def test_an_interrupt_comes_at_once_otherwise() -> None:
    with Interrupts(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)


# The whole, in a process of its own.


@contextmanager
def watched(project: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the watch on a project in a process of its own, until the end of the block."""
    command = [sys.executable, "-c", "from zhixing.cli import main; main()", "watch"]
    output = (project / "output").open("w", encoding="utf-8")
    with output, subprocess.Popen(command, cwd=project, stdout=output, stderr=output, text=True) as process:
        try:
            wait_until(lambda: "Watching" in read(project / "output"), process)
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert process.poll() is None, "the watch has ended"
        assert time.monotonic() < until, "nothing came of it"
        time.sleep(0.005)


_REGION = re.compile(r"\s*<!-- zhixing:begin .*?<!-- zhixing:end [^>]*-->\s*", re.DOTALL)


def typed(text: str) -> str:
    """Return what of a note its author typed."""
    return _REGION.sub("\n\n", text)


def typed_note(strokes: int, given: int) -> str:
    keys = "".join(chr(0x4E00 + stroke % 500) for stroke in range(strokes))
    return NOTE.replace("a: 2", f"a: {given}").replace("后文。", f"后文：{keys}").replace("```\n\n", "```\n\n\n")


@pytest.mark.slow
def test_no_keystroke_is_lost(tmp_path: Path) -> None:
    rounds = int(os.environ.get("KEYSTROKES", "50"))
    rng = random.Random(rounds)
    project = vault(tmp_path, 笔=typed_note(0, 0))
    note = project / "notes" / "笔.md"
    with watched(project) as process:
        for stroke in range(1, rounds + 1):
            text = typed_note(stroke, rng.randrange(1000))
            if rng.random() < 0.5:
                # An editor that read the results types around them.
                results = _REGION.search(read(note))
                text = text.replace("```\n\n\n", f"```{results[0]}") if results else text
            rng.choice([write, rename_over, type_slowly])(note, text)
            time.sleep(rng.choice([0, 0.001, 0.01, 0.03, 0.1, 0.25]))
            wait_until(lambda: typed(read(note)).split() == typed(text).split(), process)  # noqa: B023  # called at once
        result = 3 * int(str(re.search(r"a: (\d+)", text)[1]))  # type: ignore[index]  # every text has it
        wait_until(lambda: f"| x | {result} |" in read(note), process)
        assert typed(read(note)).split() == typed(text).split()
    assert process.returncode == 0
    assert "Traceback" not in read(project / "output")


def type_slowly(path: Path, text: str) -> None:
    """Save into the file in several parts."""
    with path.open("w", encoding="utf-8") as file:
        for at in range(0, len(text), 40):
            file.write(text[at : at + 40])
            file.flush()


@pytest.mark.slow
def test_ctrl_c_leaves_whole_files(tmp_path: Path) -> None:
    project = vault(tmp_path, **{f"笔{number}": NOTE.replace("甲", f"例{number}") for number in range(30)})
    expected = {**contents(project / "notes")}
    with watched(project) as process:
        for number in range(30):
            write(project / "notes" / f"笔{number}.md", NOTE.replace("甲", f"例{number}").replace("a: 2", "a: 7"))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    left = contents(project / "notes")
    assert left.keys() == expected.keys()
    for number in range(30):
        text = left[f"笔{number}.md"].decode()
        assert typed(text).split() == NOTE.replace("甲", f"例{number}").replace("a: 2", "a: 7").split()
    assert zhixing(project, "regenerate").exit_code == 0
    assert zhixing(project, "regenerate", "--check").exit_code == 0


def test_help_shows_an_example(tmp_path: Path) -> None:
    assert "zhixing watch" in zhixing(tmp_path, "watch", "--help").output
    assert watching.watch.name == "watch"

"""A file is replaced whole, or it is as it was."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import NoReturn

import pytest

from zhixing.problems import Code
from zhixing.weave import writer
from zhixing.weave.writer import WriteError, write

NOTE = PurePosixPath("注.md")


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / NOTE).write_bytes("旧\r\n".encode())
    return tmp_path / "vault"


def refusal(vault: Path, path: PurePosixPath = NOTE, *, before: str | None = "旧\r\n") -> Code:
    with pytest.raises(WriteError) as raised:
        write(vault, path, "新", before=before)
    assert raised.value.problem.path == str(path)
    return raised.value.problem.code


def leftovers(vault: Path) -> list[str]:
    return [path.name for path in vault.rglob("*") if path.name.startswith(".")]


def test_a_file_is_replaced_byte_for_byte(vault: Path) -> None:
    write(vault, NOTE, "\ufeff新\r\n", before="旧\r\n")

    assert (vault / NOTE).read_bytes() == "\ufeff新\r\n".encode()
    assert leftovers(vault) == []


def test_folders_are_made_and_new_files_have_the_usual_mode(vault: Path) -> None:
    write(vault, PurePosixPath("_figures/a/b.svg"), "<svg/>", before=None)

    made = vault / "_figures" / "a" / "b.svg"
    umask = os.umask(0)
    os.umask(umask)
    assert made.read_text() == "<svg/>"
    assert stat.S_IMODE(made.stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("mode", [0o640, 0o755, 0o600])
def test_permissions_are_kept(vault: Path, mode: int) -> None:
    (vault / NOTE).chmod(mode)

    write(vault, NOTE, "新", before="旧\r\n")

    assert stat.S_IMODE((vault / NOTE).stat().st_mode) == mode


def test_a_newer_save_is_never_overwritten(vault: Path) -> None:
    assert refusal(vault, before="更旧") is Code.FILE_CHANGED
    assert refusal(vault, before=None) is Code.FILE_CHANGED
    assert refusal(vault, PurePosixPath("没有.md"), before="旧") is Code.FILE_CHANGED
    assert (vault / NOTE).read_bytes() == "旧\r\n".encode()


def test_a_save_while_the_new_text_is_written_is_kept(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill = writer._fill

    def fill_slowly(temporary: Path, content: Iterable[bytes]) -> str:
        digest = fill(temporary, content)
        (vault / NOTE).write_text("刚存的")
        return digest

    monkeypatch.setattr(writer, "_fill", fill_slowly)

    assert refusal(vault) is Code.FILE_CHANGED
    assert (vault / NOTE).read_text() == "刚存的"
    assert leftovers(vault) == []


def test_modes_that_forbid_writing_bind_root_too(vault: Path) -> None:
    (vault / NOTE).chmod(0o444)
    assert refusal(vault) is Code.FILE_UNWRITABLE
    (vault / NOTE).chmod(0o644)
    vault.chmod(0o555)
    assert refusal(vault) is Code.FILE_UNWRITABLE
    assert refusal(vault, PurePosixPath("_figures/a.svg"), before=None) is Code.FILE_UNWRITABLE
    vault.chmod(0o755)
    assert (vault / NOTE).read_bytes() == "旧\r\n".encode()
    assert not (vault / "_figures").exists()


def test_a_symbolic_link_is_followed_inside_the_vault(vault: Path) -> None:
    (vault / "真.md").write_text("旧")
    (vault / "链.md").symlink_to("真.md")

    write(vault, PurePosixPath("链.md"), "新", before="旧")

    assert (vault / "链.md").is_symlink()
    assert (vault / "真.md").read_text() == "新"


def test_nothing_outside_the_vault_is_written(vault: Path) -> None:
    outside = vault.parent / "外.md"
    outside.write_text("旧")
    (vault / "链.md").symlink_to(outside)
    (vault / "夹").symlink_to(vault.parent)

    for path in ("链.md", "夹/外.md", "../外.md", "夹/新.md"):
        before = None if path.endswith("新.md") else "旧"
        assert refusal(vault, PurePosixPath(path), before=before) is Code.FILE_UNWRITABLE
    assert outside.read_text() == "旧"
    assert not (vault.parent / "新.md").exists()


def test_a_folder_is_no_file(vault: Path) -> None:
    (vault / "夹.md").mkdir()

    assert refusal(vault, PurePosixPath("夹.md"), before=None) is Code.FILE_UNWRITABLE


def fail(*_: object, **__: object) -> NoReturn:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "break_it",
    [
        lambda patch: patch.setattr(os, "fsync", fail),
        lambda patch: patch.setattr(os, "open", fail),
        lambda patch: patch.setattr(Path, "chmod", fail),
        lambda patch: patch.setattr(Path, "rename", fail),
        lambda patch: patch.setattr(Path, "open", fail),
        lambda patch: patch.setattr(writer, "_rename", fail),
        lambda patch: (patch.setattr(writer, "_renameat2", lambda: None), patch.setattr(Path, "replace", fail)),
    ],
)
def test_a_failure_at_any_call_leaves_the_old_file_and_no_other(
    vault: Path, break_it: Callable[[pytest.MonkeyPatch], object]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        break_it(patch)
        with pytest.raises(WriteError, match="No space left"):
            write(vault, NOTE, "新", before="旧\r\n")

    assert (vault / NOTE).read_bytes() == "旧\r\n".encode()
    assert leftovers(vault) == []


def test_a_temporary_file_is_never_more_readable_than_its_target(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (vault / NOTE).chmod(0o600)
    fill, system_open = writer._fill, os.open
    modes: list[int] = []

    def fill_and_look(temporary: Path, content: Iterable[bytes]) -> str:
        assert temporary.stat().st_size == 0
        modes.append(stat.S_IMODE(temporary.stat().st_mode))
        return fill(temporary, content)

    def open_and_look(path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            modes.append(mode)
        return system_open(path, flags, mode)

    monkeypatch.setattr(writer, "_fill", fill_and_look)
    monkeypatch.setattr(os, "open", open_and_look)
    write(vault, NOTE, "新", before="旧\r\n")

    assert modes == [0o600, 0o600]


def between(monkeypatch: pytest.MonkeyPatch, *saves: Callable[[], object]) -> None:
    """Do something just before each of the first renames of the writer."""
    rename, waiting = writer._rename, list(saves)

    def rename_later(path: Path, target: Path, flags: int) -> bool:
        if waiting:
            waiting.pop(0)()
        return rename(path, target, flags)

    monkeypatch.setattr(writer, "_rename", rename_later)


def save(file: Path, text: str) -> Callable[[], object]:
    """Return what an editor does that saves by renaming."""

    def saved() -> None:
        other = file.with_name("编辑器")
        other.write_text(text)
        other.replace(file)

    return saved


exchanges = pytest.mark.skipif(writer._renameat2() is None, reason="this system cannot exchange two names")


@exchanges
def test_a_save_between_the_comparison_and_the_swap_is_kept(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    between(monkeypatch, save(vault / NOTE, "刚存的"))

    assert refusal(vault) is Code.FILE_CHANGED
    assert (vault / NOTE).read_text() == "刚存的"
    assert leftovers(vault) == []


@exchanges
def test_an_interrupt_right_after_the_swap_loses_no_save(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> bool:
        raise KeyboardInterrupt

    between(monkeypatch, save(vault / NOTE, "刚存的"))
    monkeypatch.setattr(writer, "_holds", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(vault, NOTE, "新", before="旧\r\n")

    (left,) = leftovers(vault)
    assert (vault / left).read_text() == "刚存的"
    (problem,) = writer.remove_leftovers(vault)
    assert problem.path == left


@exchanges
def test_two_saves_around_the_swap_are_both_kept(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    between(monkeypatch, save(vault / NOTE, "第一存"), save(vault / NOTE, "第二存"))

    assert refusal(vault) is Code.FILE_CHANGED
    assert (vault / NOTE).read_text() == "第二存"
    (left,) = leftovers(vault)
    assert (vault / left).read_text() == "第一存"
    (problem,) = writer.remove_leftovers(vault)
    assert problem.path == left
    assert leftovers(vault) == [left]


@exchanges
@pytest.mark.parametrize("moments", ["1", "2", "3", "12", "13", "23", "123"])
def test_the_last_save_of_an_editor_that_renames_is_on_the_disk(
    vault: Path, monkeypatch: pytest.MonkeyPatch, moments: str
) -> None:
    saved: list[str] = []

    def save_at(moment: str) -> Callable[[], None]:
        def saving() -> None:
            save(vault / NOTE, f"第{moment}存")()
            saved.append(f"第{moment}存")

        return saving if moment in moments else lambda: None

    between(monkeypatch, *(save_at(moment) for moment in "123"))
    with contextlib.suppress(WriteError):
        write(vault, NOTE, "新", before="旧\r\n")

    texts = [(vault / name).read_text() for name in (str(NOTE), *leftovers(vault))]
    if saved:  # the writer renames once where nobody saved by then
        assert saved[-1] in texts
        assert "新" not in texts
    else:
        assert texts == ["新"]


@exchanges
def test_a_new_file_takes_nobodys_place(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    between(monkeypatch, save(vault / "新.md", "别人的"))

    assert refusal(vault, PurePosixPath("新.md"), before=None) is Code.FILE_CHANGED
    assert (vault / "新.md").read_text() == "别人的"
    assert leftovers(vault) == []


@exchanges
def test_a_file_that_somebody_is_writing_is_left_to_them(vault: Path) -> None:
    with (vault / NOTE).open("a", encoding="utf-8") as editor:
        assert refusal(vault) is Code.FILE_CHANGED
        editor.write("再写")
    assert (vault / NOTE).read_bytes() == "旧\r\n再写".encode()
    with (vault / NOTE).open("rb"):  # somebody who reads it does no harm
        write(vault, NOTE, "新", before="旧\r\n再写")


def test_a_system_that_cannot_exchange_writes_as_before(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_renameat2", lambda: None)

    write(vault, NOTE, "新", before="旧\r\n")
    write(vault, PurePosixPath("又.md"), "新", before=None)

    assert (vault / NOTE).read_text() == (vault / "又.md").read_text() == "新"
    assert leftovers(vault) == []


def test_extended_attributes_are_kept(vault: Path) -> None:
    if not hasattr(os, "setxattr"):
        pytest.skip("this system has none, or Python cannot set them")
    try:
        os.setxattr(vault / NOTE, "user.tags", "红".encode())
    except OSError:
        pytest.skip("this disk takes none")

    write(vault, NOTE, "新", before="旧\r\n")

    assert os.getxattr(vault / NOTE, "user.tags") == "红".encode()


def test_the_loss_of_a_hard_link_is_said(vault: Path) -> None:
    (vault / "别名.md").hardlink_to(vault / NOTE)

    (problem,) = write(vault, NOTE, "新", before="旧\r\n")

    assert str(problem) == (
        "注.md:1:1: file-detached: The file has 2 names (hard links); this one has the new text, the others keep the"
        " old. Link the other names anew."
    )
    assert (vault / "别名.md").read_bytes() == "旧\r\n".encode()
    assert write(vault, NOTE, "再", before="新") == ()


def test_what_killed_runs_left_is_removed_and_what_is_not_theirs_stays(vault: Path) -> None:
    (vault / "夹" / ".藏").mkdir(parents=True)
    token, digest = "0" * 16, writer.digest(["旧".encode()])[:16]
    old = vault / f".zhixing-{token}.tmp"
    old.write_text("半")
    replaced = vault / "夹" / f".zhixing-1-{digest}-{token}.tmp"
    replaced.write_text("旧")
    (vault / "夹" / "半.tmp").write_text("半")
    never = vault / "夹" / f".zhixing-{(vault / '夹' / '半.tmp').stat().st_ino}-{digest}-{token}.tmp"
    (vault / "夹" / "半.tmp").rename(never)
    newer = vault / f".zhixing-1-{digest}-{token}.tmp"
    newer.write_text("别人刚存的")
    hidden = vault / "夹" / ".藏" / old.name
    hidden.write_text("半")
    link = vault / f".zhixing-{'1' * 16}.tmp"
    link.symlink_to(NOTE)

    problems = writer.remove_leftovers(vault)

    assert [problem.path for problem in problems] == [newer.name]
    assert not any(path.exists() for path in (old, replaced, never))
    assert all(path.exists() for path in (newer, hidden, link, vault / NOTE))


def test_what_another_run_is_writing_is_left_to_it(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill = writer._fill

    def fill_while_another_run_begins(temporary: Path, content: Iterable[bytes]) -> str:
        assert writer.remove_leftovers(vault) == []
        return fill(temporary, content)

    monkeypatch.setattr(writer, "_fill", fill_while_another_run_begins)
    write(vault, NOTE, "新", before="旧\r\n")

    assert (vault / NOTE).read_text() == "新"


LOOP = """
import sys
from pathlib import Path
from zhixing.weave.writer import write
texts = ["甲" * 700_000, "乙" * 700_000]
print("ready", flush=True)
while True:
    write(Path(sys.argv[1]), Path("大.md"), texts[1], before=texts[0])
    texts.reverse()
"""


def test_a_kill_at_any_moment_leaves_a_whole_file(vault: Path) -> None:
    whole = {"甲" * 700_000, "乙" * 700_000}
    for delay in range(6):
        (vault / "大.md").write_text("甲" * 700_000, encoding="utf-8")
        loop = subprocess.Popen([sys.executable, "-c", LOOP, str(vault)], stdout=subprocess.PIPE)
        assert loop.stdout
        loop.stdout.readline()
        time.sleep(0.007 * delay)
        loop.send_signal(signal.SIGKILL)
        loop.wait()
        loop.stdout.close()
        assert (vault / "大.md").read_text(encoding="utf-8") in whole
        assert writer.remove_leftovers(vault) == []
        assert leftovers(vault) == []


APPEND = """
import sys, time
for number in range(1500):
    with open(sys.argv[1], "a") as file:
        file.write(f"{number}\\n")
    time.sleep(0.001)
"""


@exchanges
def test_no_line_of_a_program_that_keeps_appending_is_lost(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # as many writes as can be
    file = vault / NOTE
    file.write_text("")
    appender = subprocess.Popen([sys.executable, "-c", APPEND, str(file)])
    written = 0
    while appender.poll() is None:
        before = file.read_text()
        with contextlib.suppress(WriteError):
            write(vault, NOTE, f"{before}w\n", before=before)
            written += 1
    assert written
    # Where it appended to the old text and to the new one within one swap, one of the two is kept beside the file.
    kept = [line for name in (str(NOTE), *leftovers(vault)) for line in (vault / name).read_text().splitlines()]
    assert {line for line in kept if line != "w"} == {str(number) for number in range(1500)}

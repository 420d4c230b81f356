"""A file is replaced whole, or it is as it was."""

from __future__ import annotations

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

    def fill_slowly(temporary: Path, content: Iterable[bytes], target: Path) -> None:
        fill(temporary, content, target)
        target.write_text("刚存的")

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
        lambda patch: patch.setattr(Path, "replace", fail),
        lambda patch: patch.setattr(os, "fdopen", fail),
    ],
)
def test_a_failure_at_any_call_leaves_the_old_file_and_no_other(
    vault: Path, break_it: Callable[[pytest.MonkeyPatch], None]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        break_it(patch)
        with pytest.raises(WriteError, match="No space left"):
            write(vault, NOTE, "新", before="旧\r\n")

    assert (vault / NOTE).read_bytes() == "旧\r\n".encode()
    assert leftovers(vault) == []


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

"""What is kept between runs: private, safe when killed or damaged, shared, bounded, and never in the way."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from zhixing.vault import store
from zhixing.vault.store import Store, cache_folder, open_store

WRITER = """
import sys
from pathlib import Path
from zhixing.vault.store import Store
kept, name = Store(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
for number in range(int(sys.argv[3])):
    kept.update("pair", {f"{name}a".encode(): b"%d" % number * 5000, f"{name}b".encode(): b"%d" % number * 5000})
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "zhixing"


def opened(vault: Path, purpose: str = "check") -> Store:
    vault.mkdir(exist_ok=True)
    found = open_store(vault, purpose)
    assert found
    return found


def writer(path: Path, name: str, rounds: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", WRITER, str(path), name, str(rounds)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def test_values_last_and_others_cannot_read_them(home: Path, tmp_path: Path) -> None:
    opened(tmp_path / "甲").update("note", {b"a": b"1", b"b": b"2"})
    opened(tmp_path / "甲").update("note", {b"a": None})

    assert opened(tmp_path / "甲").get_all("note") == {b"b": b"2"}
    assert opened(tmp_path / "甲").get("other", b"b") is None
    assert opened(tmp_path / "乙").get("note", b"b") is None
    assert home.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in home.iterdir()} == {0o600}


def test_the_newest_of_a_kind_stay(tmp_path: Path) -> None:
    kept = opened(tmp_path / "甲")
    for number in range(5):
        kept.update("outcome", {b"%d" % number: b""}, most=2)

    assert kept.get_all("outcome") == {b"3": b"", b"4": b""}


def test_another_version_drops_what_was_kept(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path / "甲").update("note", {b"a": b"1"})
    opened(tmp_path / "甲", "site").update("note", {b"a": b"2"})
    monkeypatch.setattr(store, "version_digest", lambda: "0" * 32)

    assert opened(tmp_path / "甲").get("note", b"a") is None
    assert [path.name.partition("-")[0] for path in home.iterdir()] == ["site"]


def test_the_version_is_that_of_every_source_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.setattr("zhixing.__file__", str(tmp_path / "__init__.py"))
    digests = []
    for text in ("a = 1", "a = 2", "a = 1"):
        (tmp_path / "part.py").write_text(text, encoding="utf-8")
        store.version_digest.cache_clear()
        digests.append(store.version_digest())
    store.version_digest.cache_clear()

    assert digests[0] == digests[2] != digests[1]


def test_stores_used_longest_ago_are_removed(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for age, name in enumerate("甲乙丙丁"):
        kept = opened(tmp_path / name)
        kept.update("note", {b"a": bytes(50_000)})
        os.utime(kept.path, (age * 100, age * 100))
    monkeypatch.setattr(store, "MAX_BYTES", 150_000)

    kept = opened(tmp_path / "戊")

    assert len(list(home.iterdir())) == 2
    assert opened(tmp_path / "丁").get("note", b"a")
    assert kept.get("note", b"a") is None


@pytest.mark.parametrize("damage", [b"no database", b"", bytes(5000)])
def test_a_damaged_file_is_ignored_and_made_anew(tmp_path: Path, damage: bytes) -> None:
    opened(tmp_path / "甲").update("note", {b"a": b"1"})
    opened(tmp_path / "甲").path.write_bytes(damage)

    assert opened(tmp_path / "甲").get("note", b"a") is None
    opened(tmp_path / "甲").update("note", {b"a": b"1"})
    opened(tmp_path / "甲").update("note", {b"a": b"2"})
    assert opened(tmp_path / "甲").get("note", b"a") == b"2"


def test_no_damaged_value_is_returned(tmp_path: Path) -> None:
    kept, value = opened(tmp_path / "甲"), bytes(range(256)) * 40
    kept.update("note", {b"%d" % number: value for number in range(20)})
    whole = kept.path.read_bytes()
    for at in range(0, len(whole), 997):
        kept.path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        assert set(kept.get_all("note").values()) <= {value}
        kept.path.write_bytes(whole[:at])
        assert set(kept.get_all("note").values()) <= {value}


def test_another_program_s_database_is_replaced_or_ignored(tmp_path: Path) -> None:
    path = opened(tmp_path / "甲").path
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE entries (kind TEXT)")
    connection.close()

    opened(tmp_path / "甲").update("note", {b"a": b"1"})
    assert opened(tmp_path / "甲").get("note", b"a") is None


def test_a_killed_process_leaves_all_of_a_write_or_nothing(tmp_path: Path) -> None:
    kept = opened(tmp_path / "甲")
    for wait in (0.01, 0.02, 0.04, 0.08):
        process = writer(kept.path, "", 100_000)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(wait)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        found = kept.get_all("pair")
        assert found.get(b"a") == found.get(b"b")
    kept.update("pair", {b"a": b"1"})
    assert kept.get("pair", b"a") == b"1"


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    kept = opened(tmp_path / "甲")
    processes = [writer(kept.path, name, 40) for name in "xy"]

    assert [(process.communicate(), process.returncode)[1] for process in processes] == [0, 0]
    assert kept.get_all("pair") == dict.fromkeys((b"xa", b"xb", b"ya", b"yb"), b"39" * 5000)


def test_without_a_folder_of_its_own_nothing_is_kept(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.parent.mkdir()
    home.write_text("a file", encoding="utf-8")
    assert cache_folder() is None
    home.unlink()
    home.symlink_to(tmp_path)
    assert cache_folder() is None
    assert open_store(tmp_path, "check") is None
    home.unlink()
    # Inside the vault it would be published with it.
    assert open_store(tmp_path, "check") is None
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert cache_folder() is None


def test_a_file_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    path = opened(tmp_path / "甲").path
    path.mkdir()

    opened(tmp_path / "甲").update("note", {b"a": b"1"})
    assert opened(tmp_path / "甲").get("note", b"a") is None

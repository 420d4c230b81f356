"""Notes are read again where they may have changed, and only there."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from zhixing.vault import load as loading
from zhixing.vault import stamps
from zhixing.vault.load import Stamps, load
from zhixing.vault.vault import Vault


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the notes that are read, as long as the test runs."""
    names: list[str] = []
    read_bytes: Callable[[Path], bytes] = loading._Loader._bytes

    def counted(path: Path) -> bytes:
        names.append(path.stem)
        return read_bytes(path)

    monkeypatch.setattr(loading._Loader, "_bytes", staticmethod(counted))
    return names


def test_only_what_changed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: list[str]) -> None:
    monkeypatch.setattr(stamps, "_TICK", -1)
    for name in "甲乙丙":
        (tmp_path / f"{name}.md").write_text(name, encoding="utf-8")
    known: Stamps = {}
    first = load(tmp_path, stamps=known)
    assert sorted(read) == sorted("甲乙丙")

    read.clear()
    (tmp_path / "乙.md").write_text("改了的", encoding="utf-8")
    second = load(tmp_path, first, stamps=known)
    assert read == ["乙"]
    assert second.notes[PurePosixPath("甲.md")] is first.notes[PurePosixPath("甲.md")]
    assert second.notes[PurePosixPath("乙.md")].source.text == "改了的"


def test_what_changed_a_moment_ago_is_read_again(tmp_path: Path, read: list[str]) -> None:
    (tmp_path / "甲.md").write_text("一", encoding="utf-8")
    known: Stamps = {}
    first = load(tmp_path, stamps=known)
    load(tmp_path, first, stamps=known)
    assert read == ["甲", "甲"]


@pytest.mark.parametrize("seed", range(8))
def test_a_vault_loaded_by_stamps_is_the_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(stamps, "_TICK", -1)
    rng = random.Random(seed)
    known: Stamps = {}
    vault: Vault | None = None
    for length in range(60):
        change(tmp_path, rng, length)
        vault = load(tmp_path, vault, stamps=known)
        clean = load(tmp_path)
        assert {path: note.source for path, note in vault.notes.items()} == {
            path: note.source for path, note in clean.notes.items()
        }
        assert (vault.files, vault.problems) == (clean.files, clean.problems)


def change(folder: Path, rng: random.Random, length: int) -> None:
    """Change one of a few files: each text has a length of its own, as the times of two writes may be the same."""
    path = folder / f"{rng.randrange(4)}.md"
    match rng.randrange(6):
        case 0:
            path.unlink(missing_ok=True)
        case 1 if path.exists():
            path.rename(folder / f"{rng.randrange(4)}.md")
        case 2:
            path.write_bytes(b"\xff" * (length + 1))
        case 3:
            other = folder / "其他"
            other.write_text("字" * (length + 1), encoding="utf-8")
            other.replace(path)
        case _:
            path.write_text("字" * (length + 1), encoding="utf-8")

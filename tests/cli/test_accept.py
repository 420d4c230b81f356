"""`regenerate --accept`: what it overwrites is limited, shown, and kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

import shell
from shell import contents, vault, zhixing
from small_vaults import DECLARED

OTHER = DECLARED.replace("id: 水果", "id: 果水")


def edit(note: Path) -> None:
    text = note.read_text(encoding="utf-8")
    assert "| apple | 0.6 |" in text
    note.write_text(text.replace("| apple | 0.6 |", "| apple | 七 |"), encoding="utf-8")


@pytest.fixture
def state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for what commands keep for their user."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setattr(shell, "STATE", str(folder))
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A vault of two notes with three examples, the results of each edited by hand."""
    made = vault(tmp_path, 甲=f"{DECLARED}\n{OTHER}", 乙=DECLARED.replace("id: 水果", "id: 乙例"))
    assert zhixing(made, "regenerate").exit_code == 0
    edit(made / "notes" / "甲.md")
    edit(made / "notes" / "乙.md")
    return made


def edited(project: Path) -> list[int]:
    return [(project / "notes" / f"{name}.md").read_text(encoding="utf-8").count("七") for name in "甲乙"]


def test_all_is_taken_shown_and_kept(project: Path, state_folder: Path) -> None:
    before = contents(project)

    ran = zhixing(project, "regenerate", "--accept")

    assert ran.exit_code == 0
    assert edited(project) == [0, 0]
    assert ran.stdout.count("-| apple | 七 |") == 3
    assert ran.stdout.count("+| apple | 0.6 |") == 3
    kept = sorted(path for path in state_folder.rglob("*.md"))
    assert [path.read_bytes() for path in kept] == [before["notes/乙.md"], before["notes/甲.md"]]
    assert all(f"kept what was edited by hand in {path}\n" in ran.stderr for path in kept)
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert stat.S_IMODE(kept[0].parent.stat().st_mode) == 0o700


def test_it_is_limited_to_notes(project: Path) -> None:
    assert zhixing(project, "regenerate", "notes/乙.md", "--accept").exit_code == 0
    assert edited(project) == [2, 0]


def test_it_is_limited_to_ids(project: Path, state_folder: Path) -> None:
    ran = zhixing(project, "regenerate", "--accept", "--id", "果水")

    assert ran.exit_code == 1  # the others are still edited by hand
    assert "'水果' were edited by hand" in ran.stdout
    assert edited(project) == [1, 1]
    assert len(list(state_folder.rglob("*.md"))) == 1


@pytest.mark.parametrize("words", [("--id", "果水"), ("--accept", "--id", "没有")])
def test_an_id_alone_or_unknown_is_refused(project: Path, words: tuple[str, ...]) -> None:
    before = contents(project)

    assert zhixing(project, "regenerate", *words).exit_code == 2
    assert contents(project) == before


def test_nothing_is_kept_where_nothing_is_written(project: Path, state_folder: Path) -> None:
    before = contents(project)

    ran = zhixing(project, "regenerate", "--accept", "--diff")

    assert "-| apple | 七 |" in ran.stdout
    assert contents(project) == before
    assert list(state_folder.iterdir()) == []


def test_what_cannot_be_kept_is_not_overwritten(project: Path, state_folder: Path) -> None:
    (state_folder / "zhixing").write_text("in the way", encoding="utf-8")

    ran = zhixing(project, "regenerate", "--accept")

    assert ran.exit_code == 1
    assert "notes/甲.md:1:1: file-unwritable: What was edited by hand cannot be kept in " in ran.stdout
    assert edited(project) == [2, 1]


@pytest.mark.parametrize("words", [(), ("--accept",)])
def test_nothing_generated_is_written_through_a_link(project: Path, words: tuple[str, ...]) -> None:
    (project / "notes" / "丙.md").write_text("我的笔记\n", encoding="utf-8")
    figure = project / "notes" / "_figures" / "水果.w.svg"
    figure.unlink()
    figure.symlink_to("../丙.md")

    ran = zhixing(project, "regenerate", *words)

    assert ran.exit_code == 1
    assert "notes/_figures/水果.w.svg:1:1: " in ran.stdout
    assert (project / "notes" / "丙.md").read_text(encoding="utf-8") == "我的笔记\n"
    assert figure.is_symlink()


def test_nothing_generated_is_written_into_a_linked_folder(project: Path) -> None:
    figures = project / "notes" / "_figures"
    figures.rename(project / "notes" / "别处")
    figures.symlink_to("别处")
    (project / "notes" / "别处" / "水果.w.svg").unlink()

    ran = zhixing(project, "regenerate")

    assert "notes/_figures/水果.w.svg:1:1: file-unwritable: A generated file belongs here" in ran.stdout
    assert not (project / "notes" / "别处" / "水果.w.svg").exists()


def test_what_a_killed_run_left_is_removed(project: Path) -> None:
    left = project / "notes" / f".zhixing-{'0' * 16}.tmp"
    left.write_text("半", encoding="utf-8")

    zhixing(project, "regenerate", "--check")
    assert left.exists()
    zhixing(project, "regenerate")
    assert not left.exists()

"""`zhixing export markdown`: what it writes, what it leaves alone, and what it refuses."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from shell import contents, vault, zhixing
from zhixing.cli import folder as folders
from zhixing.compose import Results, results
from zhixing.vault.vault import Vault
from zhixing.weave.writer import digest, parts, write_bytes

MANIFEST = ".zhixing-export.json"
NOTES = {
    "甲": "---\ntags: [一/二]\n---\n见 [[乙#节|那里]]，![[图.svg]]\n",
    "乙": "## 节\n\n<img src='附件/声 音.mp3'> [[甲]]\n",
    "隐": "---\npublished: false\n---\n![[秘密.png]]\n",
}
PAGES = {"甲.md", "乙.md", "tags/index.md", "tags/一.md", "tags/一/二.md"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A vault of three notes, one of them not published, and three attachments."""
    made = vault(tmp_path / "project", **NOTES)
    (made / "notes" / "附件").mkdir()
    for name in ("图.svg", "声 音.mp3", "秘密.png", "无人用.png"):
        (made / "notes" / "附件" / name).write_bytes(b"\xff" + name.encode())
    return made


def export(project: Path, *, to: str = "../out") -> tuple[int, str]:
    done = zhixing(project, "export", "markdown", to)
    return done.exit_code, done.stdout


def exported(project: Path) -> set[str]:
    return set(contents(project.parent / "out")) - {MANIFEST}


def times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (folder, *folder.rglob("*"))}


def test_published_notes_are_written_with_what_they_show(project: Path) -> None:
    before = contents(project)

    assert export(project) == (0, "")

    assert exported(project) == {*PAGES, "附件/图.svg", "附件/声 音.mp3"}
    out = project.parent / "out"
    assert (out / "甲.md").read_text(encoding="utf-8") == (
        "---\ntitle: 甲\ntags:\n- 一/二\n---\n\n# 甲\n\n见 [那里](乙.md#节)，![图](附件/图.svg)\n"
    )
    assert (out / "附件" / "图.svg").read_bytes() == b"\xff\xe5\x9b\xbe.svg"
    assert contents(project) == before


def test_a_second_run_writes_nothing(project: Path) -> None:
    export(project)
    out = project.parent / "out"
    before = times(out)

    done = zhixing(project, "export", "markdown", str(out))

    assert (done.exit_code, done.stdout) == (0, "")
    assert "0 files written, 0 removed" in done.stderr
    assert times(out) == before


def test_a_second_run_writes_what_changed_and_removes_what_is_gone(project: Path) -> None:
    export(project)
    (project.parent / "out" / "我的.css").write_text("a {}")
    (project.parent / "out" / "tags" / "我的.md").write_text("我的")
    (project / "notes" / "甲.md").write_text("改\n", encoding="utf-8")

    done = zhixing(project, "export", "markdown", "../out")

    assert "1 file written, 4 removed" in done.stderr
    assert exported(project) == {"甲.md", "乙.md", "附件/声 音.mp3", "我的.css", "tags/我的.md"}
    assert not (project.parent / "out" / "tags" / "一").exists()
    (project / "notes" / "甲.md").write_text(NOTES["甲"], encoding="utf-8")
    assert export(project) == (0, "")
    assert exported(project) >= PAGES


def test_what_was_edited_by_hand_stops_a_run_before_it_writes(project: Path) -> None:
    export(project)
    out = project.parent / "out"
    (out / "甲.md").write_text("我改的", encoding="utf-8")
    (out / "丙.md").write_text("我的", encoding="utf-8")
    (project / "notes" / "丙.md").write_text("新\n", encoding="utf-8")
    (project / "notes" / "乙.md").write_text("改\n", encoding="utf-8")
    before = contents(out)

    status, said = export(project)

    assert status == 1
    assert said == (
        "../out/丙.md:1:1: export-edited: The export did not write this file, and it is in the way."
        " Move it, or export into another folder.\n"
        "../out/甲.md:1:1: export-edited: The file was edited after it was exported."
        " Take the edit over into the vault and delete this file.\n"
    )
    assert contents(out) == before
    (out / "甲.md").unlink()
    (out / "丙.md").unlink()
    assert export(project) == (0, "")
    assert "# 甲" in (out / "甲.md").read_text(encoding="utf-8")


def test_an_edited_page_of_a_note_that_is_gone_is_kept(project: Path) -> None:
    export(project)
    (project.parent / "out" / "乙.md").write_text("我改的", encoding="utf-8")
    (project / "notes" / "乙.md").unlink()

    assert export(project)[0] == 1
    assert (project.parent / "out" / "乙.md").read_text(encoding="utf-8") == "我改的"


def test_a_run_cut_short_goes_on(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(project)
    for name in ("甲", "乙"):
        (project / "notes" / f"{name}.md").write_text("先改成这样\n", encoding="utf-8")

    def cut_short(root: Path, path: Path, content: Iterable[bytes], *, before: str | None) -> None:
        write_bytes(root, path, content, before=before)
        raise KeyboardInterrupt

    monkeypatch.setattr(folders, "write_bytes", cut_short)
    zhixing(project, "export", "markdown", "../out")
    monkeypatch.undo()
    (project / "notes" / "甲.md").write_text("后来又改\n", encoding="utf-8")
    (project / "notes" / "乙.md").write_text("后来又改\n", encoding="utf-8")

    assert export(project) == (0, "")

    assert exported(project) == {"甲.md", "乙.md"}
    known = json.loads((project.parent / "out" / MANIFEST).read_text(encoding="utf-8"))["files"]
    assert all(len(digests) == 1 for digests in known.values())


def test_a_file_that_cannot_be_written_is_named_and_the_others_are_written(project: Path) -> None:
    export(project)
    (project.parent / "out" / "甲.md").chmod(0o444)
    for name in ("甲", "乙"):
        (project / "notes" / f"{name}.md").write_text("改\n", encoding="utf-8")

    status, said = export(project)

    assert status == 1
    assert said.startswith("../out/甲.md:1:1: file-unwritable: The file's mode forbids writing.")
    assert (project.parent / "out" / "乙.md").read_text(encoding="utf-8").endswith("改\n")
    (project.parent / "out" / "甲.md").chmod(0o644)
    assert export(project) == (0, "")


@pytest.mark.parametrize("to", ["notes", "notes/出", ".", "..", "notes/甲.md/出"])
def test_the_vault_and_what_holds_it_are_refused(project: Path, to: str) -> None:
    before = contents(project)

    status, said = export(project, to=to)

    assert status == 1
    assert (
        f"{to}:1:1: export-folder: The vault's own folder, one inside it or one above it cannot take an export." in said
    )
    assert contents(project) == before


def test_a_link_to_the_vault_is_refused(project: Path) -> None:
    (project.parent / "out").symlink_to(project / "notes")

    assert "export-folder" in export(project)[1]


def test_a_folder_of_others_is_refused(project: Path) -> None:
    out = project.parent / "out"
    (out / ".git").mkdir(parents=True)
    (out / "我的.md").write_text("我的", encoding="utf-8")

    status, said = export(project)

    assert (status, said) == (
        1,
        "../out:1:1: export-folder: The folder holds what no export wrote: '我的.md'."
        " Name a new or empty folder outside the vault.\n",
    )
    (out / "我的.md").unlink()
    assert export(project) == (0, "")


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "[" * 9999, '{"version": 2, "files": {}}', '{"version": 1, "files": 3}'),
        '{"version": 1, "files": {"\\ud800": ["x"]}}',
    ],
)
def test_a_manifest_that_cannot_be_read_is_refused(project: Path, text: str) -> None:
    export(project)
    (project.parent / "out" / MANIFEST).write_text(text, encoding="utf-8")
    before = contents(project.parent / "out")

    status, said = export(project)

    assert status == 1
    assert f"../out/{MANIFEST}:1:1: export-folder: The export's manifest cannot be read." in said
    assert contents(project.parent / "out") == before


def test_a_manifest_of_somebody_else_removes_nothing_outside(project: Path) -> None:
    out, precious = project.parent / "out", project.parent / "宝.md"
    precious.write_text("宝", encoding="utf-8")
    out.mkdir()
    names = {"../宝.md": [digest(["宝".encode()])], str(precious): [digest(["宝".encode()])]}
    (out / MANIFEST).write_text(json.dumps({"version": 1, "files": names}), encoding="utf-8")

    status, said = export(project)

    assert status == 1
    assert "It leads outside the vault" in said
    assert precious.read_text(encoding="utf-8") == "宝"


def test_links_in_the_folder_are_not_followed(project: Path) -> None:
    export(project)
    out, precious = project.parent / "out", project.parent / "宝.md"
    precious.write_bytes((out / "甲.md").read_bytes())
    (out / "甲.md").unlink()
    (out / "甲.md").symlink_to(precious)

    status, said = export(project)

    assert status == 1
    assert "../out/甲.md:1:1: export-edited" in said


def test_no_file_outside_the_vault_is_copied(project: Path) -> None:
    secret = project.parent / "秘.png"
    secret.write_text("秘")
    (project / "notes" / "链.png").symlink_to(secret)
    (project / "notes" / "内.png").symlink_to("附件/图.svg")
    (project / "notes" / "甲.md").write_text("![[链.png]] ![](../秘.png) ![[内.png]]\n", encoding="utf-8")

    export(project)

    assert not {name for name in exported(project) if "链" in name or "秘" in name}
    assert (project.parent / "out" / "内.png").read_bytes() == b"\xff\xe5\x9b\xbe.svg"
    assert not (project.parent / "out" / "内.png").is_symlink()


def test_an_attachment_that_cannot_be_read_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> Iterator[bytes]:
        if path.name == "图.svg":
            raise PermissionError(13, "Permission denied")
        return parts(path)

    monkeypatch.setattr(folders, "parts", refused)

    status, said = export(project)

    assert status == 1
    assert said.startswith("notes/附件/图.svg:1:1: file-unreadable: The file cannot be read: Permission denied.")
    assert {*PAGES, "附件/声 音.mp3"} == exported(project)


def test_an_attachment_that_becomes_a_link_out_of_the_vault_is_not_copied(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, secret = project / "notes" / "附件" / "图.svg", project.parent / "秘"
    secret.write_text("秘")

    def swap(loaded: Vault, tell: Callable[[int, int], None]) -> Results:
        picture.unlink()
        picture.symlink_to(secret)
        return results(loaded, tell)

    monkeypatch.setattr(sys.modules["zhixing.cli.export"], "results", swap)

    status, said = export(project)

    assert status == 1
    assert "notes/附件/图.svg:1:1: file-unreadable: The file cannot be read: it leads out of the vault." in said
    assert "附件/图.svg" not in exported(project)


def test_a_folder_that_cannot_be_made_is_named(project: Path) -> None:
    (project.parent / "file").write_text("")

    status, said = export(project, to="../file/out")

    assert status == 1
    assert "../file/out" in said


def test_export_alone_explains_itself(project: Path) -> None:
    said = zhixing(project, "export")

    assert said.exit_code == 2
    assert "zhixing export markdown" in said.output.partition("Example:")[2]
    assert "markdown" in said.output.partition("Commands:")[2]
    shown = zhixing(project, "export", "markdown", "--help")
    assert "zhixing export markdown" in shown.stdout.partition("Example:")[2]


def test_write_errors_of_the_manifest_are_told(project: Path) -> None:
    (project.parent / "out" / MANIFEST).mkdir(parents=True)

    status, said = export(project)

    assert status == 1
    assert MANIFEST in said

"""Loading: the only reader of notes, which reads nothing else and gives up on nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile import guard
from zhixing.vault.load import MAX_LINES, MAX_NOTE_BYTES, ProjectError, _Loader, find_project, load
from zhixing.vault.resolve import Found, resolve
from zhixing.vault.vault import Vault


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def shown(vault: Vault) -> list[str]:
    return [str(problem) for problem in vault.problems]


def test_notes_and_other_files_in_order_and_nothing_hidden(tmp_path: Path) -> None:
    names = ["b.md", "a.md", "夹/丙.md", "夹/图.png", "夹/x.MD", "表.csv"]
    write(tmp_path, dict.fromkeys([*names, ".obsidian/app.md", "夹/.trash/y.md", ".z.md"], "文"))
    vault = load(tmp_path)
    assert [str(path) for path in vault.notes] == ["a.md", "b.md", "夹/x.MD", "夹/丙.md"]
    assert [str(path) for path in vault.files] == ["夹/图.png", "表.csv"]
    assert [line.split(":")[0] for line in shown(vault)] == ["夹/x.MD"]  # MkDocs knows no such note
    assert vault.notes[next(iter(vault.notes))].source.path == "a.md"


def test_bytes_are_kept(tmp_path: Path) -> None:
    text = "\ufeff---\r\na: 1\r\n---\r\n文\r甲\u2028\x00"
    write(tmp_path, {"a.md": text})
    (note,) = load(tmp_path).notes.values()
    assert note.source.text == text
    assert note.frontmatter.fields["a"].value == "1"


def test_names_are_compared_in_one_unicode_form_but_kept(tmp_path: Path) -> None:
    write(tmp_path, {"Cafe\u0301.md": "文"})
    ((path, note),) = load(tmp_path).notes.items()
    assert (str(path), note.name) == ("Cafe\u0301.md", "Caf\u00e9")


def test_what_is_no_utf8_is_told_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "甲\n乙x".encode() + b"\xff\n", "b.md": "文", "c.md": "中文".encode("gbk")})
    vault = load(tmp_path)
    assert [str(path) for path in vault.notes] == ["b.md"]
    assert shown(vault) == [
        "a.md:2:3: file-not-utf8: The note is not UTF-8: byte 8 is 0xff. Save it as UTF-8.",
        "c.md:1:1: file-not-utf8: The note is not UTF-8: byte 0 is 0xd6. Save it as UTF-8.",
    ]


def test_a_file_or_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.md": "文", "夹/b.md": "文", "c.md": "文"})
    closed = {tmp_path / "a.md", tmp_path / "夹"}

    # Modes do not keep root out, so the refusal is made here.
    def refuse(call: Callable[..., object]) -> Callable[..., object]:
        def refusing(path: Path, *more: int) -> object:
            if Path(path) in closed:
                raise PermissionError(13, "Permission denied")
            return call(path, *more)

        return refusing

    monkeypatch.setattr("os.open", refuse(os.open))
    monkeypatch.setattr("os.scandir", refuse(os.scandir))
    vault = load(tmp_path)
    assert [str(path) for path in vault.notes] == ["c.md"]
    assert [line.split(". ")[0] for line in shown(vault)] == [
        "a.md:1:1: file-unreadable: The note cannot be read: Permission denied",
        "夹/:1:1: file-unreadable: The folder cannot be read: Permission denied",
    ]


@pytest.mark.slow
def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    lines = b"\n" * (MAX_LINES + 1)
    write(
        tmp_path, {"a.md": b"a" * (MAX_NOTE_BYTES + 1), "b.md": b"a" * MAX_NOTE_BYTES, "c.md": lines, "d.md": lines[1:]}
    )
    with guard():
        vault = load(tmp_path)
    assert [str(path) for path in vault.notes] == ["b.md", "d.md"]
    what = "file-unreadable: The note has more than 5 MB or 200,000 lines and is left alone"
    assert [line.split(".", 2)[1] for line in shown(vault)] == [f"md:1:1: {what}"] * 2


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_a_line_end_of_two_characters_is_one(tmp_path: Path, end: bytes) -> None:
    write(tmp_path, {"a.md": end * 100_001, "b.md": end * MAX_LINES, "c.md": end * (MAX_LINES + 1)})
    with guard():
        assert [str(path) for path in load(tmp_path).notes] == ["a.md", "b.md"]


def test_symbolic_links_are_followed_inside_the_vault_only(tmp_path: Path) -> None:
    root = tmp_path / "vault"
    write(tmp_path, {"vault/a.md": "甲", "vault/.h/b.md": "乙", "secret.md": "密", "secret/c.md": "密"})
    for name, target in {
        "in.md": root / "a.md",
        "out.md": tmp_path / "secret.md",
        "hidden.md": root / ".h/b.md",
        "folder": tmp_path / "secret",
        "inside": root,
        "gone.md": root / "nothing",
        "round.md": root / "round.md",
    }.items():
        (root / name).symlink_to(target)
    vault = load(root)
    assert [str(path) for path in vault.notes] == ["a.md", "in.md"]
    assert not vault.files
    assert [line.split(":")[0] for line in shown(vault)] == [
        "folder", "gone.md", "hidden.md", "inside", "out.md", "round.md",
    ]  # fmt: skip
    assert "密" not in "".join(note.source.text for note in vault.notes.values())


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "文"})
    os.mkfifo(tmp_path / "b.md")
    with guard():
        assert [str(path) for path in load(tmp_path).notes] == ["a.md"]
        with pytest.raises(OSError, match="no regular file"):  # it took the place of a note just now
            _Loader._bytes(tmp_path / "b.md")


def test_a_file_name_that_is_no_text(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(bytes(tmp_path) + b"/a\xff.md")).write_text("文", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    (line,) = shown(load(tmp_path))
    assert line == "a\ufffd.md:1:1: file-unreadable: The file's name is not UTF-8. Rename it."


def test_what_has_not_changed_is_not_read_anew(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "[[b]]", "b.md": "# 题", "c.md": "文"})
    before = load(tmp_path)
    write(tmp_path, {"b.md": "# 新"})
    (tmp_path / "c.md").rename(tmp_path / "d.md")
    after = load(tmp_path, before)
    assert [str(path) for path in after.notes] == ["a.md", "b.md", "d.md"]
    assert [path.stem for path, note in after.notes.items() if note is before.notes.get(path)] == ["a"]
    assert after.notes == load(tmp_path).notes


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        load(tmp_path / "nothing")


def test_a_hostile_vault_opens(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "[[" * 50_000, "b.md": "> " * 50_000, "c.md": "---\n" + "[" * 50_000 + "\n---\n"})
    write(tmp_path, {"/".join("d" for _ in range(100)) + "/e.md": "文", f"{'n' * 200}.md": "---\na: *b\n---\n"})
    with guard():
        vault = load(tmp_path)
    assert len(vault.notes) == 5


@pytest.mark.parametrize("folder", ["模板", "/模板/", "模板/", "模板/."])
def test_templates_are_files_that_links_find_and_no_notes(tmp_path: Path, folder: str) -> None:
    settings = json.dumps({"folder": folder, "dateFormat": "YYYY"})
    template = "---\ndate: {{date}}\n---\n[[{{title}}]]"
    write(
        tmp_path,
        {".obsidian/templates.json": settings, "模板/日记.md": template, "模板/深/x.md": "", "a.md": "[[日记]]"},
    )

    vault = load(tmp_path)

    assert [str(path) for path in vault.notes] == ["a.md"]
    assert [str(path) for path in vault.files] == ["模板/日记.md", "模板/深/x.md"]
    (note,) = vault.notes.values()
    found = resolve(vault, note, note.links[0])
    assert (found.kind, str(found.file)) == (Found.FILE, "模板/日记.md")


@pytest.mark.parametrize(
    "settings",
    [
        "",
        "{",
        "[]",
        '{"folder": 1}',
        '{"folder": ""}',
        '{"folder": "/"}',
        '{"folder": ".."}',
        '{"folder": "../notes"}',
        "[" * 100_000,
    ],
)
def test_settings_that_name_no_folder_of_templates_hide_nothing(tmp_path: Path, settings: str) -> None:
    write(tmp_path, {".obsidian/templates.json": settings, "a.md": "", "模板/b.md": ""})

    vault = load(tmp_path)

    assert vault.templates is None
    assert len(vault.notes) == 2


def test_a_configuration_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    config = tmp_path / "mkdocs.yml"
    with config.open("wb") as file:
        file.truncate(1_500_000_000)

    with guard(), pytest.raises(ProjectError, match="more than 1 MB"):
        find_project(tmp_path)

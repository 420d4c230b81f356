"""`zhixing init`: a new vault says one thing wrong on purpose; a vault that is there keeps every byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shell import contents, zhixing
from zhixing.markdown.yaml import PROJECT, Mapping, read_yaml
from zhixing.source import Source, Span
from zhixing.wording.languages import language_codes


def write(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}\n" if name.endswith(".json") else "文\n", encoding="utf-8")
    return folder


def added(folder: Path, before: dict[str, bytes]) -> list[str]:
    after = contents(folder)
    assert {name: after.get(name) for name in before} == before
    return sorted(after.keys() - before)


@pytest.mark.parametrize("language", language_codes())
def test_a_new_vault_has_one_problem_and_its_fix(tmp_path: Path, language: str) -> None:
    told = zhixing(tmp_path, "init", "我的笔记", "--language", language)
    vault = tmp_path / "我的笔记"

    assert told.exit_code == 0
    assert told.stdout.splitlines() == [f"我的笔记/{name}" for name in told_files(told.stdout, vault)]
    checked = zhixing(vault, "check")
    assert checked.exit_code == 1
    assert checked.stdout.count("\n") == 1
    assert "is 2, not 3. Fix the prose, or the example it rests on.\n" in checked.stdout
    before = contents(vault)
    zhixing(vault, "regenerate")
    assert added(vault, before) == []

    note = vault / checked.stdout.partition(":")[0]
    note.write_text(note.read_text(encoding="utf-8").replace(" 3<!--=", " 2<!--="), encoding="utf-8")
    again = zhixing(vault, "check")
    assert (again.exit_code, again.stdout) == (0, "")


def told_files(stdout: str, vault: Path) -> list[str]:
    """Return the files of a vault in the order in which they were told."""
    told = [line.partition("/")[2] for line in stdout.splitlines()]
    assert sorted(told) == sorted(contents(vault))
    return told


@pytest.mark.parametrize("language", language_codes())
def test_a_new_note_of_a_new_vault_has_its_template_and_no_error(tmp_path: Path, language: str) -> None:
    zhixing(tmp_path, "init", "vault", "--language", language)
    vault = tmp_path / "vault"

    assert zhixing(vault, "new", "甲").exit_code == 0
    assert len(list((vault / "templates").glob("*.md"))) == 1
    told = zhixing(vault, "check", "notes/甲.md", "--quiet")
    assert "error" not in told.stdout
    assert ("## 定义" in (vault / "notes" / "甲.md").read_text(encoding="utf-8")) == (language == "zh")


@pytest.mark.parametrize(("language", "folder"), [("zh", "模板"), ("en", "templates")])
def test_obsidian_finds_the_template_of_a_new_vault(tmp_path: Path, language: str, folder: str) -> None:
    zhixing(tmp_path, "init", "vault", "--language", language)
    notes = tmp_path / "vault" / "notes"

    settings = json.loads((notes / ".obsidian" / "templates.json").read_text(encoding="utf-8"))
    assert settings == {"folder": folder, "dateFormat": "YYYY-MM-DD", "timeFormat": "HH:mm"}
    (template,) = (notes / folder).iterdir()
    text = template.read_text(encoding="utf-8")
    assert 'title: "{{title}}"' in text
    assert 'date: "{{date}}"' in text
    assert "{{ " not in text
    assert zhixing(tmp_path / "vault", "regenerate").stderr.startswith("0 files written")
    # Inserted by Obsidian, it is a note like that of `zhixing new`.
    inserted = (
        text.replace("{{title}}", "甲").replace("{{date}}", "2026-01-02").replace("{{time:", "").replace("}}", "")
    )
    (notes / "甲.md").write_text(inserted, encoding="utf-8")
    assert "error" not in zhixing(tmp_path / "vault", "check", "notes/甲.md", "--quiet").stdout


def test_a_vault_is_started_once(tmp_path: Path) -> None:
    zhixing(tmp_path, "init")
    before = contents(tmp_path)

    told = zhixing(tmp_path, "init", "--yes")

    assert (told.exit_code, told.stdout) == (0, "")
    assert "No file is missing" in told.stderr
    assert added(tmp_path, before) == []


def test_a_repository_without_notes_takes_a_new_vault(tmp_path: Path) -> None:
    before = contents(write(tmp_path, "README.md", "LICENSE", ".gitignore", ".git/config"))

    assert zhixing(tmp_path, "init", "--yes").exit_code == 0

    new = added(tmp_path, before)
    assert new[0] == "mkdocs.yml"
    assert "notes/index.md" in new


@pytest.mark.parametrize(
    ("there", "named", "notes", "new"),
    [
        # A vault of Obsidian: MkDocs wants its mkdocs.yml beside the folder of notes.
        (["库/.obsidian/app.json", "库/甲.md"], "库", "库", ["mkdocs.yml", "库/index.md"]),
        (["库/.obsidian/app.json", "库/甲.md", "库/README.md"], "库", "库", ["mkdocs.yml"]),
        (["库/.obsidian/app.json", "库/甲.md"], ".", "库", ["mkdocs.yml", "库/index.md"]),
        # A folder of notes that no program made, with folders of its own.
        (["库/甲.md", "库/a/乙.md", "库/b/丙.md"], "库", "库", ["mkdocs.yml", "库/index.md"]),
        (["quartz.config.ts", "content/甲.md", "content/index.md", "docs/a.md"], ".", "content", ["mkdocs.yml"]),
        (["docs/index.md", "README.md"], ".", "docs", ["mkdocs.yml"]),
    ],
)
def test_a_vault_that_is_there_gets_what_it_lacks(
    tmp_path: Path, there: list[str], named: str, notes: str, new: list[str]
) -> None:
    before = contents(write(tmp_path, *there))

    shown = zhixing(tmp_path, "init", named)
    assert shown.exit_code == 2
    assert sorted(shown.stdout.splitlines()) == new
    assert "Say --yes to add them" in shown.stderr
    assert added(tmp_path, before) == []

    assert zhixing(tmp_path, "init", named, "--yes").exit_code == 0
    assert added(tmp_path, before) == new
    assert scalar(tmp_path / "mkdocs.yml", "docs_dir") == notes
    assert zhixing(tmp_path, "check").stdout.count("config-invalid") == 0


def scalar(file: Path, key: str) -> str:
    source = Source(str(file), file.read_text(encoding="utf-8"))
    root, problems = read_yaml(source, Span(0, len(source.text)), PROJECT)
    assert isinstance(root, Mapping)
    assert problems == []
    return getattr(root.get(key), "text", "")


def test_a_vault_of_mkdocs_keeps_its_settings(tmp_path: Path) -> None:
    write(tmp_path, "docs/甲.md")
    (tmp_path / "mkdocs.yml").write_text("site_name: 试\ntheme: readthedocs\n", encoding="utf-8")
    before = contents(tmp_path)

    assert zhixing(tmp_path / "docs", "init", "--yes").exit_code == 0

    assert added(tmp_path, before) == ["docs/index.md"]


def test_a_name_that_yaml_would_read_otherwise_is_quoted(tmp_path: Path) -> None:
    for name in ("no", "a: b # c", 'quo"te', "反\\斜"):
        zhixing(tmp_path, "init", name)
        assert scalar(tmp_path / name / "mkdocs.yml", "site_name") == name


def test_a_link_that_leads_nowhere_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / ".gitignore").symlink_to("nowhere")

    assert zhixing(tmp_path, "init", "vault", "--yes").exit_code == 0

    assert (tmp_path / "vault" / ".gitignore").is_symlink()
    assert not (tmp_path / "vault" / "nowhere").exists()


def test_a_broken_mkdocs_yml_is_told_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text("docs_dir: [\n", encoding="utf-8")
    before = contents(tmp_path)

    told = zhixing(tmp_path, "init", "--yes")

    assert told.exit_code == 2
    assert "mkdocs.yml:1:11: config-invalid: This “[” is never closed." in told.stdout
    assert added(tmp_path, before) == []


def test_a_folder_that_forbids_writing_is_told(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir(mode=0o555)

    told = zhixing(tmp_path, "init", "vault")

    assert told.exit_code == 1
    assert "file-unwritable" in told.stdout
    assert list((tmp_path / "vault").iterdir()) == []


def test_a_mkdocs_yml_without_the_plugin_is_told_what_to_add(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("文\n", encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text("site_name: 站\ntheme: material\nplugins:\n  - search\n", encoding="utf-8")
    before = contents(tmp_path)

    told = zhixing(tmp_path, "init")

    assert told.stdout.startswith("mkdocs.yml:4:1: setup-plugin: ")
    assert "Add the line `  - zhixing`" in told.stdout
    assert contents(tmp_path) == before

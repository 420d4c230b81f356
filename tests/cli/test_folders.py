"""Every command works in a folder of notes that nobody configured."""

from __future__ import annotations

from pathlib import Path

import pytest

from shell import contents, zhixing

EXAMPLE = "# 和\n\n```yaml example\nid: 和\ncompute: {x: 1 + 1}\nexpect: {x: 2}\nshow:\n  - derivation: x\n```\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("regenerate", "--check"),
        ("graph",),
        ("mutate",),
        ("export", "markdown", "../out"),
        ("new", "甲"),
    ],
    ids=" ".join,
)
def test_an_empty_folder_is_no_error_of_configuration(tmp_path: Path, words: tuple[str, ...]) -> None:
    told = zhixing(tmp_path, *words)

    assert told.exit_code == 0, told.output
    assert "config-invalid" not in told.output


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("run", "和"),
        ("regenerate",),
        ("graph",),
        ("graph", "和"),
        ("mutate",),
        ("export", "markdown", "../out"),
        ("new", "甲"),
    ],
    ids=" ".join,
)
def test_every_command_works_on_the_working_folder_and_says_which_it_is(tmp_path: Path, words: tuple[str, ...]) -> None:
    told = zhixing(write(tmp_path, {"和.md": EXAMPLE}), *words)

    assert told.exit_code in ({3} if words == ("check",) else {0}), told.output
    assert told.stderr.count(f"No mkdocs.yml here or above; the notes are those in {tmp_path}\n") == 1


def test_the_nearest_vault_of_obsidian_is_taken_from_a_folder_inside_it(tmp_path: Path) -> None:
    write(tmp_path, {"外.md": "文\n", "库/.obsidian/app.json": "{}"})
    write(tmp_path, {"库/甲.md": "见 [[乙]]。\n", "库/里/乙.md": "文\n"})

    told = zhixing(tmp_path / "库" / "里", "check")

    assert told.exit_code == 0
    assert f"the notes are those in {tmp_path / '库'}\n" in told.stderr
    assert "2 notes" in told.stderr
    assert "link-stub" not in told.stdout


def test_mkdocs_yml_comes_before_a_vault_of_obsidian(tmp_path: Path) -> None:
    write(tmp_path, {"mkdocs.yml": "docs_dir: notes\n", "notes/.obsidian/app.json": "{}", "notes/甲.md": "文\n"})

    told = zhixing(tmp_path / "notes", "check")

    assert "mkdocs.yml" not in told.stderr
    assert "1 notes" in told.stderr


def test_nothing_is_said_where_the_folder_was_named(tmp_path: Path) -> None:
    write(tmp_path, {"和.md": EXAMPLE})

    assert "here or above" not in zhixing(tmp_path.parent, "check", "--vault", str(tmp_path)).stderr
    assert "here or above" not in zhixing(tmp_path.parent, "--vault", str(tmp_path), "check").stderr


def test_reading_commands_write_nothing_there(tmp_path: Path) -> None:
    before = contents(write(tmp_path, {"和.md": EXAMPLE}))

    for words in (("check",), ("graph",), ("run", "和"), ("regenerate", "--check"), ("mutate",)):
        zhixing(tmp_path, *words)

    assert contents(tmp_path) == before

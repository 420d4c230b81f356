"""The README's promises: what it shows is what is computed, its commands exist, and both languages say the same."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import click
import pytest

from shell import vault, zhixing
from zhixing.cli import main

ROOT = Path(__file__).parent.parent
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")


def blocks(text: str) -> list[str]:
    """Return the indented code blocks."""
    found = re.findall(r"(?:(?:^ {4}.*|^)\n)+", text, re.MULTILINE)
    return [textwrap.dedent(block).strip("\n") for block in found if block.strip()]


def shown(beginning: str) -> str:
    return next(block for block in blocks(ENGLISH) if block.startswith(beginning))


def test_the_example_gives_what_is_shown(tmp_path: Path) -> None:
    declared, claim = shown("```yaml example"), shown("fruit")
    project = vault(tmp_path, 字典=f"{declared}\n\n{claim}\n")

    assert zhixing(project, "regenerate").exit_code == 0

    note = project / "notes" / "字典.md"
    text = note.read_text(encoding="utf-8")
    assert shown("<!-- zhixing:begin") in text
    note.write_text(text.replace("banana: 5", "banana: 7"), encoding="utf-8")
    checked = zhixing(project, "check", "--quiet")
    assert checked.exit_code == 1
    assert checked.stdout.strip("\n") == shown("notes/字典.md")


def test_both_languages_have_the_same_code_but_for_comments() -> None:
    def bare(text: str) -> list[str]:
        return [re.sub(r"\s+#.*", "", block) for block in blocks(text)]

    # Each language starts a vault of its own.
    assert [block.replace("init 我的笔记", "init my-notes --language en") for block in bare(CHINESE)] == bare(ENGLISH)
    assert [line.count("#") for line in re.findall(r"^#+ ", CHINESE, re.MULTILINE)] == [
        line.count("#") for line in re.findall(r"^#+ ", ENGLISH, re.MULTILINE)
    ]


def commands(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """Return every command by its words; of a group, those below it."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found |= commands(command, f"{name} ") if isinstance(command, click.Group) else {f"{before}{name}": command}
    return found


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["English", "Chinese"])
def test_every_command_and_option_is_documented_and_exists(text: str) -> None:
    assert isinstance(main, click.Group)
    known = commands(main)
    rows = {row[1]: row[0] for row in re.finditer(r"^\| `zhixing ([a-z]+(?: [a-z]+)?).*", text, re.MULTILINE)}
    assert set(rows) == set(known)
    for name, command in known.items():
        options = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"`(--[a-z-]+)", rows[name])) <= options


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["English", "Chinese"])
def test_links_and_make_targets_exist(text: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make ([a-z]+)", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE) or target == "see", target
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (ROOT / link).exists(), link


def test_the_plain_commands_are_those_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    pip = shown("python3 -m venv")

    for words in ("--require-hashes --requirement requirements.txt", "--no-deps --no-build-isolation --editable ."):
        assert words in makefile
        assert words in pip
    for command in ("zhixing regenerate", "zhixing check", "mkdocs build --strict", "pytest"):
        assert command in pip
        assert f"$(BIN)/{command}" in makefile

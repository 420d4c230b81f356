"""The command line as a whole: its help, and options that stand before the command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from shell import vault, zhixing
from zhixing.cli import main

COMMANDS = main.list_commands(click.Context(main))


def test_help_imports_nothing_that_takes_long() -> None:
    program = "import sys, zhixing.cli; zhixing.cli.main(['--help'], standalone_mode=False); print(*sys.modules)"

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert "regenerate" in told
    assert not {"numpy", "jinja2", "yaml", "zhixing.compose"} & set(told.splitlines()[-1].split())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_the_command_says_of_itself(name: str) -> None:
    command = main.get_command(click.Context(main), name)

    assert command.name == name
    told = " ".join(zhixing(Path.cwd(), "--help").stdout.split())
    assert f"{name} {command.get_short_help_str(200)}" in told


def test_an_unknown_command_is_met_with_a_near_name(tmp_path: Path) -> None:
    told = zhixing(vault(tmp_path), "chek")

    assert told.exit_code == 2
    assert "There is no command 'chek'. Did you mean 'check' or 'schema'?" in told.stderr


def test_the_vault_may_be_named_before_the_command(tmp_path: Path) -> None:
    here, there = vault(tmp_path / "here", 甲="好\n"), vault(tmp_path / "there", 乙="见 [[无]]。\n")
    notes = str(there / "notes")

    before = zhixing(here, "--vault", notes, "check")
    behind = zhixing(here, "check", "--vault", notes)
    nearer = zhixing(here, "--vault", str(here / "notes"), "check", "--vault", notes)

    assert "乙.md:1:3: link-stub" in before.stdout
    assert before.stdout == behind.stdout == nearer.stdout

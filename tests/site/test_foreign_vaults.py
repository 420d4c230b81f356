"""Three small vaults as others keep them: documentation of MkDocs, a garden of Quartz, ten years of Obsidian.

What `check` says of each, and what each of its pages is, stand in the cases. Nothing in them is changed by any command.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path, PurePosixPath

import pytest
from note_page import to_html

from casefile import CASES, Case, cases, read_cases
from shell import contents, zhixing
from zhixing.compose import Results, results
from zhixing.page import read_page
from zhixing.vault.load import find_project, load_project
from zhixing.vault.vault import Vault

FOLDER = Path(__file__).parent.parent / "vaults/foreign"
VAULTS = ("mkdocs", "quartz", "decade")


@cache
def read(name: str) -> tuple[Vault, Results]:
    vault = load_project(find_project(FOLDER / name, FOLDER / name))
    return vault, results(vault)


def render(name: str, path: str) -> str:
    """Return the page of a note, or that there is none."""
    vault, found = read(name)
    note = vault.notes[PurePosixPath(path)]
    if not note.published:
        return "no page\n"
    return f"{to_html(read_page(vault, note, found)).rstrip()}\n"


@pytest.mark.parametrize("case", cases("foreign-vaults.md"))
def test_case(tmp_path: Path, case: Case) -> None:
    name, what = case.given.strip().split(" ", 1)
    if what == "check":
        project = shutil.copytree(FOLDER / name, tmp_path / name)
        case.check(zhixing(project, "check", "--all").stdout)
    else:
        case.check(render(name, what))


def test_every_note_and_every_vault_has_its_case() -> None:
    told = {case.given.strip() for case in read_cases(CASES / "foreign-vaults.md")}
    assert told == {f"{name} {path}" for name in VAULTS for path in ("check", *read(name)[0].notes)}


@pytest.mark.parametrize("name", VAULTS)
def test_no_command_changes_a_byte(tmp_path: Path, name: str) -> None:
    project = shutil.copytree(FOLDER / name, tmp_path / name)
    before = contents(project)
    for command in (["regenerate"], ["check"], ["graph"], ["check", "--diff"]):
        zhixing(project, *command)
    assert contents(project) == before

"""Known problems pass and new ones fail: by a baseline file, and since a revision of a git repository."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from shell import contents, vault, zhixing

ONE = "# 甲\n\n[没有](没有.md)\n"
MISSING = "notes/甲.md:3:1: link-note:"


def lines(folder: Path, *words: str) -> list[str]:
    """Return where `check` finds errors and warnings, and their codes."""
    told = zhixing(folder, "check", "--quiet", "--only", "link-note,link-heading", *words)
    return [line.split(": ")[0] for line in told.stdout.splitlines()]


def test_what_a_baseline_lists_passes_wherever_it_moves(tmp_path: Path) -> None:
    folder = vault(tmp_path, 甲=ONE, 乙="乙\n")
    written = zhixing(folder, "check", "--write-baseline", "known.txt")
    (folder / "notes" / "甲.md").write_text("# 甲\n\n\n\n又一行\n\n[没有](没有.md)\n", encoding="utf-8")

    told = zhixing(folder, "check", "--baseline", "known.txt")

    assert written.exit_code == 0
    assert "甲.md: link-note: " in (folder / "known.txt").read_text(encoding="utf-8")
    assert (told.exit_code, told.stdout) == (0, "")
    assert "known from known.txt\n" in told.stderr


@pytest.mark.parametrize(
    "text",
    ["[没有](没有.md)\n\n[没有](没有.md)\n", "[没有](没有.md)\n\n[也没有](也没有.md)\n"],
    ids=["the same again", "another"],
)
def test_more_than_a_baseline_lists_fails(tmp_path: Path, text: str) -> None:
    folder = vault(tmp_path, 甲="[没有](没有.md)\n")
    zhixing(folder, "check", "--write-baseline", "known.txt")
    (folder / "notes" / "甲.md").write_text(text, encoding="utf-8")

    assert zhixing(folder, "check", "--baseline", "known.txt").exit_code == 1
    assert lines(folder, "--baseline", "known.txt") == ["notes/甲.md:3:1"]


def test_what_is_gone_is_counted(tmp_path: Path) -> None:
    folder = vault(tmp_path, 甲=ONE)
    zhixing(folder, "check", "--only", "link-note", "--write-baseline", "known.txt")
    (folder / "notes" / "甲.md").write_text("# 甲\n", encoding="utf-8")

    told = zhixing(folder, "check", "--only", "link-note", "--baseline", "known.txt")

    assert "0 known from known.txt, 1 gone: list what is left with --write-baseline known.txt\n" in told.stderr


def test_a_baseline_is_the_same_wherever_the_command_runs(tmp_path: Path) -> None:
    folder = vault(tmp_path, 甲=ONE)
    zhixing(folder, "check", "--write-baseline", "known.txt")
    first = (folder / "known.txt").read_bytes()
    zhixing(folder / "notes", "check", "--write-baseline", "../known.txt")

    assert (folder / "known.txt").read_bytes() == first


def test_no_baseline_is_an_error_with_its_fix(tmp_path: Path) -> None:
    told = zhixing(vault(tmp_path, 甲=ONE), "check", "--baseline", "none.txt")

    assert told.exit_code == 2
    assert "There is no baseline 'none.txt'. Write it with: zhixing check --write-baseline none.txt" in told.stderr


# Since a revision.


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., None]:
    def run(*words: str) -> None:
        who = ["-c", "user.name=甲", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    return run


@pytest.fixture
def repository(tmp_path: Path, git: Callable[..., None]) -> Path:
    folder = vault(tmp_path, 甲=ONE, 乙="# 乙\n\n## 节\n", 丙="[[乙#节]]\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    return folder


def test_only_what_is_new_since_a_revision_fails(repository: Path, git: Callable[..., None]) -> None:
    """Also in a note that did not change: its heading's is another now."""
    (repository / "notes" / "乙.md").write_text("# 乙\n\n## 另一节\n", encoding="utf-8")

    assert lines(repository) == ["notes/丙.md:1:1", "notes/甲.md:3:1"]
    assert lines(repository, "--since", "HEAD") == ["notes/丙.md:1:1"]
    git("commit", "-qam", "second")
    assert lines(repository, "--since", "HEAD") == []
    assert lines(repository, "--since", "HEAD~1") == ["notes/丙.md:1:1"]


def test_looking_back_writes_nothing(repository: Path) -> None:
    before = contents(repository)
    zhixing(repository, "check", "--since", "HEAD")

    assert contents(repository) == before


@pytest.mark.parametrize("revision", ["none", "--help", "HEAD:notes", ""])
def test_no_such_revision_is_an_error(repository: Path, revision: str) -> None:
    told = zhixing(repository, "check", f"--since={revision}")

    assert told.exit_code == 2
    assert "--since: " in told.stderr


def test_outside_of_a_repository(tmp_path: Path) -> None:
    told = zhixing(vault(tmp_path, 甲=ONE), "check", "--since", "HEAD")

    assert told.exit_code == 2
    assert "--since: " in told.stderr
    assert "not a git repository" in told.stderr


def test_no_program_of_the_repository_runs(repository: Path, git: Callable[..., None]) -> None:
    """A vault may come with a repository whose configuration names programs."""
    ran = repository / "ran"
    program = f"touch {ran}; cat"
    for name in ("filter.x.smudge", "filter.x.clean", "core.fsmonitor", "core.sshCommand", "diff.external"):
        git("config", name, program)
    (repository / ".gitattributes").write_text("*.md filter=x diff=x export-ignore\n", encoding="utf-8")

    assert lines(repository, "--since", "HEAD") == []
    assert not ran.exists()


def test_links_and_odd_names_of_a_revision(repository: Path, git: Callable[..., None]) -> None:
    (repository / "notes" / "名 字\n行.md").write_text("[没有](没有.md)\n", encoding="utf-8")
    (repository / "notes" / "out.md").symlink_to("/etc/passwd")
    git("add", ".")
    git("commit", "-qm", "odd")

    assert lines(repository, "--since", "HEAD") == []

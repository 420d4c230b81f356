"""Diffs that commands show: steering characters written out, and what is shown is what is written."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shell import contents, vault, zhixing
from zhixing.cli.changes import unified_diff

STALE = "```yaml example\nid: 例\ncompute: {x: 1}\nexpect: {x: 1}\n```\n\n"


@pytest.mark.parametrize("words", [("check", "--diff"), ("check", "--fix"), ("regenerate", "--fix-claims")])
def test_a_diff_steers_no_terminal(tmp_path: Path, words: tuple[str, ...]) -> None:
    project = vault(tmp_path, 甲=f"{STALE}\x1b[2J\r红 [[yi]] 是 2<!--= 例.x -->。\n", Yi="[[甲]]\t\n")

    shown = zhixing(project, *words).stdout_bytes.decode()

    assert "\x1b" not in shown
    assert "\r" not in shown
    assert "\\x1b[2J\\r红" in shown


def test_a_diff_can_be_applied_and_gives_what_is_written(tmp_path: Path) -> None:
    texts = {"甲": "[[yi]]\t字\r\n文\r\n", "丙": "\ufeff[[yi]]", "Yi": "[[甲]] [[丙]]\n"}
    project = vault(tmp_path / "a", **texts)
    copy = vault(tmp_path / "b", **texts)
    patch = shutil.which("patch")
    if patch is None:
        pytest.skip("needs patch")

    diff, _, _ = zhixing(project, "check", "--diff").stdout_bytes.partition("notes/丙.md:".encode())
    fixed = zhixing(project, "check", "--fix")
    subprocess.run([patch, "-p0", "--binary"], cwd=copy, input=diff, check=True, capture_output=True)

    assert fixed.exit_code == 0
    assert contents(copy) == contents(project)
    assert (project / "notes" / "甲.md").read_bytes() == "[[Yi|yi]]\t字\r\n文\r\n".encode()


def test_data_stays_data(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="[[yi]] [[没有]]\n", Yi="[[甲]]\n")

    fixed = zhixing(project, "check", "--fix", "--json")

    assert [one["code"] for one in json.loads(fixed.stdout)] == ["link-stub"]
    assert "+[[Yi|yi]] [[没有]]" in fixed.stderr


def test_only_the_named_notes_are_fixed_and_one_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="[[yi]]\n", 乙="[[yi]]\n", Yi="[[甲]] [[乙]] [[yi]]\n")
    locked = project / "notes" / "乙.md"
    locked.chmod(0o444)

    fixed = zhixing(project, "check", "notes/甲.md", "notes/乙.md", "--fix")

    assert fixed.exit_code == 1
    assert "notes/乙.md:1:1: file-unwritable: The file's mode forbids writing." in fixed.stdout
    assert "notes/乙.md:1:1: link-case:" in fixed.stdout
    assert [(project / "notes" / f"{name}.md").read_text(encoding="utf-8") for name in ("甲", "乙")] == [
        "[[Yi|yi]]\n",
        "[[yi]]\n",
    ]
    assert "[[yi]]" in (project / "notes" / "Yi.md").read_text(encoding="utf-8")


def test_claims_in_boxes_of_mkdocs_are_fixed_and_filled(tmp_path: Path) -> None:
    example = "```yaml example\nid: 例\ncompute: {x: 1 / 2}\nexpect: {x: 0.5}\n```\n"
    box = "!!! note\n\n    一半是 0.7<!--= 例.x -->，也就是 0.5<!--= -->。\n"
    project = vault(tmp_path, 甲=f"{example}\n{box}")
    with (project / "mkdocs.yml").open("a", encoding="utf-8") as settings:
        settings.write("markdown_extensions: [admonition]\n")

    zhixing(project, "regenerate", "--fix-claims", "--bind")

    text = (project / "notes" / "甲.md").read_text(encoding="utf-8")
    assert "    一半是 0.5<!--= 例.x -->，也就是 0.5<!--= x -->。\n" in text
    assert "claim" not in zhixing(project, "check").stdout


def applied(before: str, diff: str) -> str:
    """Return a text with a unified diff applied, holding each line that the diff says is there against it."""
    old, new, at = re.findall(r"[^\n]*\n|[^\n]+", before), list[str](), 0
    lines = diff.replace("\n\\ No newline at end of file\n", "\0\n").split("\n")[2:-1]
    for line in (f"{line}\n".replace("\0\n", "") for line in lines):
        head = re.match(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line)
        if head:
            start = int(head[1]) - (head[2] != "0")
            new, at = [*new, *old[at:start]], start
            assert len(new) == int(head[3]) - (head[4] != "0")
        elif line[0] != "+":
            assert old[at] == line[1:]
            at += 1
        new += [line[1:]] if not head and line[0] != "-" else []
    return "".join([*new, *old[at:]])


TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n"]), max_size=30).map("".join)


@settings(deadline=None, max_examples=200)
@given(TEXTS, TEXTS, st.sampled_from(["", "d"]), st.sampled_from(["", "d"]))
def test_a_diff_leads_from_one_text_to_the_other(before: str, after: str, end: str, other: str) -> None:
    assert applied(before + end, "".join(unified_diff(before + end, after + other, "n"))) == after + other


@pytest.mark.parametrize("more", [0, 1])
def test_a_long_note_that_changes_in_every_other_line_hangs_nothing(more: int) -> None:
    before = "".join(f"{number}\n" for number in range(20_000))
    after = "".join(f"{number}{'x' * (number % 2)}\n" for number in range(20_000)) + "y\n" * more
    assert applied(before, "".join(unified_diff(before, after, "n"))) == after

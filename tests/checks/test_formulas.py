"""`zhixing check` says which formulas a page cannot show, where the converter is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from shell import vault, zhixing
from zhixing.checks import formulas

TEXT = "一 $a$ 二 $b + \\bad$\n"


def test_check_reports_what_a_page_cannot_show(tmp_path: Path) -> None:
    told = zhixing(vault(tmp_path, 甲=TEXT), "check", "--only", "formula-unreadable")

    assert told.stdout.startswith("notes/甲.md:1:14: formula-unreadable: The formula cannot be read: ")
    assert told.stdout.endswith("The page shows its source; see the list of LaTeX commands.\n")


def test_without_the_converter_only_what_nothing_can_read_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formulas, "has_converter", lambda: False)
    told = zhixing(vault(tmp_path, 甲=TEXT, 乙=f"${'x' * 10_001}$\n"), "check", "--only", "formula-unreadable")

    assert [line.split(": ")[0] for line in told.stdout.splitlines()] == ["notes/乙.md:1:2"]

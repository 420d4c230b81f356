"""`zhixing experiment`: the same files from the same seed, and nothing of the user's written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from shell import contents, zhixing
from zhixing.experiments import learned


def test_files_are_written_once_and_others_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(learned.EXPERIMENTS, "反转", lambda: {"W": "1,2\n", "b": "3\n"})

    first, again = zhixing(tmp_path, "experiment", "反转", "附件"), zhixing(tmp_path, "experiment", "反转", "附件")
    assert (first.stderr, again.stderr) == ("2 files written\n", "0 files written\n")
    assert contents(tmp_path) == {"附件/反转/W.csv": b"1,2\n", "附件/反转/b.csv": b"3\n"}

    (tmp_path / "附件" / "反转" / "W.csv").write_text("我的\n", encoding="utf-8")
    third = zhixing(tmp_path, "experiment", "反转", "附件")
    assert third.exit_code == 1
    assert third.stdout == (
        "附件/反转/W.csv:1:1: file-edited: The file holds other numbers than this experiment gives. "
        "Move it, or name another folder.\n"
    )
    assert contents(tmp_path)["附件/反转/W.csv"] == "我的\n".encode()

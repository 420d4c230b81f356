"""What `check` says of links, and what `check --fix` writes: whole messages, whole diffs."""

from __future__ import annotations

from pathlib import Path

import pytest

from casefile import Case, cases
from shell import contents, vault, zhixing


def written(folder: Path, notes: str) -> Path:
    """Write the files of a case, each below a line `=== path`."""
    project = vault(folder)
    for part in notes.split("=== ")[1:]:
        name, _, text = part.partition("\n")
        path = project / "notes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return project


@pytest.mark.parametrize("case", cases("link-checks.md"))
def test_check(tmp_path: Path, case: Case) -> None:
    case.check(zhixing(written(tmp_path, case.given), "check").stdout)


@pytest.mark.parametrize("case", cases("link-fixes.md"))
def test_fix(tmp_path: Path, case: Case) -> None:
    """--diff shows what --fix writes; a second --fix writes nothing; what is told afterwards is what then stands."""
    project = written(tmp_path, case.given)
    before = contents(project)

    plain = zhixing(project, "check")
    looked = zhixing(project, "check", "--diff")
    assert contents(project) == before
    fixed = zhixing(project, "check", "--fix")
    after = contents(project)
    checked = zhixing(project, "check")

    case.check(fixed.stdout)
    assert fixed.exit_code == checked.exit_code
    diff = fixed.stdout.removesuffix(checked.stdout)
    assert looked.stdout == diff + plain.stdout
    assert looked.exit_code == (plain.exit_code or (3 if diff else 0))
    assert (after == before) == (diff == "")
    assert zhixing(project, "check", "--fix").stdout == checked.stdout
    assert contents(project) == after

"""What examples show, as Markdown."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from worked import run

from casefile import Case, cases
from zhixing.show import templates
from zhixing.show.body import body


@pytest.mark.parametrize("case", [*cases("tables.md"), *cases("inputs.md")])
def test_case(case: Case) -> None:
    shown = body(run(case.given))

    assert shown is not None
    case.check(f"{shown.markdown}\n")
    for block in shown.markdown.split("\n\n"):
        rows = [row.removeprefix("> ") for row in block.splitlines() if row.removeprefix("> ").startswith("|")]
        if rows:
            # No label brings a pipe of its own, and CommonMark with tables sees a table of just these rows.
            assert len({row.count("|") for row in rows}) == 1
            assert MarkdownIt("gfm-like", {"linkify": False}).render("\n".join(rows)).count("<tr>") == len(rows) - 1


def test_the_largest_table_that_is_whole() -> None:
    shown = body(run("id: 大\naxes: {n: 16, m: 12}\ncompute:\n  x[n, m]: n + m\nshow:\n  - table: x\n"))

    assert shown is not None
    assert "…" not in shown.markdown


def test_an_installation_without_its_templates_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "_SHIPPED", (tmp_path / "a", tmp_path / "b"))

    with pytest.raises(FileNotFoundError, match=r"not in .*a and not in .*b\. Install zhixing anew"):
        templates.shipped_templates()

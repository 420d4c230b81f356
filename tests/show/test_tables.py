"""What examples show, as Markdown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from worked import run

from casefile import Case, cases
from zhixing.language.model import Format
from zhixing.show import templates
from zhixing.show.body import body
from zhixing.show.numbers import number
from zhixing.show.tables import align_points


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


FORMATS = st.sampled_from([Format(), Format(percent=True), Format(thousands=True, unit="元"), Format(2, unit="$")])


@given(st.lists(st.floats(-1e8, 1e8) | st.integers(-9, 9) | st.just(0.5), min_size=1, max_size=6), FORMATS)
def test_the_points_of_a_column_stand_one_below_the_other(values: list[float], form: Format) -> None:
    texts = [number(float(value), form=form) for value in values]
    aligned = align_points(texts)
    assert [one.rstrip("\u2007\u2008") for one in aligned] == texts
    plain = [one for one in aligned if "×" not in one]
    behind = {len(one) - len(re.split(r"(?<=\d)(?![\d,])", one)[0]) for one in plain}
    assert len(behind) <= 1


def test_labels_and_powers_of_ten_stay_as_they_are() -> None:
    column = ["0.5", "4.2×10⁻¹⁸", "猫", "1", "…", "a.b"]
    assert align_points(column) == ["0.5", "4.2×10⁻¹⁸", "猫", "1\u2008\u2007", "…", "a.b"]

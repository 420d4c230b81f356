"""Data files: what an example may be given from a file of the vault, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhixing.language import data
from zhixing.language.runs import RunMemory, run_all
from zhixing.vault.load import load

EXAMPLE = """```yaml example
id: 例
axes: {{行: 2, 列: 3}}
given:
  W{axes}: {{file: {path}}}
compute:
  total: sum(W)
```
"""


def problems_of(folder: Path, axes: str = "[行, 列]", path: str = "附件/W.csv") -> list[str]:
    (folder / "例.md").write_text(EXAMPLE.format(axes=axes, path=path), encoding="utf-8")
    return [f"{one.code.value}: {one.what}" for one in run_all(load(folder)).problems]


def write(folder: Path, text: str, path: str = "附件/W.csv") -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8")


def test_numbers_come_from_a_file(tmp_path: Path) -> None:
    write(tmp_path, "1, 2,3\n-4,0.5,1e-2\n")
    assert problems_of(tmp_path) == []
    run = run_all(load(tmp_path)).runs["例"]
    assert run.quantities["W"].values.tolist() == [[1, 2, 3], [-4, 0.5, 0.01]]
    assert run.quantities["total"].values == pytest.approx(2.51)


def test_numbers_of_one_axis_may_stand_in_a_column(tmp_path: Path) -> None:
    write(tmp_path, "1\n2\n3\n")
    assert problems_of(tmp_path, "[列]") == []


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    write(tmp_path, "1,2,3\n4,5,6\n")
    problems_of(tmp_path)
    memory = RunMemory()
    first = run_all(load(tmp_path), memory=memory).runs["例"]
    assert run_all(load(tmp_path), memory=memory).runs["例"] is first
    write(tmp_path, "1,2,3\n4,5,7\n")
    assert run_all(load(tmp_path), memory=memory).runs["例"].quantities["total"].values == 22


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2\n3,4\n5,6\n", "附件/W.csv has 3 lines of 2 numbers; 2×3 is declared"),
        ("1,2,3\n4,5\n", "附件/W.csv:2: a line of 2 numbers below one of 3"),
        ("1,2,3\n4,nan,6\n", "附件/W.csv:2: 'nan' is no number"),
        ("1,2,3\n4,__import__('os'),6\n", "\"__import__('os')\" is no number"),
        ("", "附件/W.csv has 0 lines of 0 numbers; 2×3 is declared"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, text)
    (problem,) = problems_of(tmp_path)
    assert said in problem


def test_a_file_outside_is_no_file_of_the_vault(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    write(tmp_path, "1,2,3\n4,5,6\n", "W.csv")
    write(vault, "1,2,3\n4,5,6\n", ".hidden/W.csv")
    (vault / "link.csv").symlink_to(tmp_path / "W.csv")
    for path in ("../W.csv", str(tmp_path / "W.csv"), ".hidden/W.csv", "link.csv", "附件/../../W.csv", "例.md"):
        (problem,) = problems_of(vault, path=path)
        assert "The vault has no data file" in problem


def test_data_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "MAX_CHARACTERS", 12)
    write(tmp_path, "1,2,3\n4,5,6\n")
    assert problems_of(tmp_path) == []
    write(tmp_path, "1,2,3\n4,5,6.0\n")
    (problem,) = problems_of(tmp_path)
    assert "no UTF-8 text of at most 12 characters" in problem
    monkeypatch.setattr(data, "MAX_CHARACTERS", 100)
    monkeypatch.setattr(data, "MAX_TOTAL", 13)
    (problem,) = problems_of(tmp_path)
    assert "The data files of this vault have more than 13 characters" in problem


def test_a_file_stands_alone(tmp_path: Path) -> None:
    write(tmp_path, "1,2,3\n4,5,6\n")
    (problem,) = problems_of(tmp_path, path="附件/W.csv, seed: 7")
    assert "`file:` stands alone" in problem
    (problem,) = problems_of(tmp_path, path="附件/V.csv")
    assert "The vault has no data file '附件/V.csv'" in problem

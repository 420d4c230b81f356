"""From a note to its results and back: what changes, what is refused, what is reported."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shell import contents, vault, zhixing

ROOT = Path(__file__).parent.parent.parent
FRUIT = """# 水果

```yaml example
id: 水果
axes:
  键: [apple, banana, chair]
given:
  scores[键]: {apple: log(0.6), banana: log(0.4), chair: -inf}
  V[键]: {apple: 10, banana: 5, chair: 2}
compute:
  weights[键]: softmax(scores)
  value: weights @ V
expect:
  value: 8
show:
  - table: [weights]
  - derivation: value
  - heatmap: weights
```

查到的是 8<!--= 水果.value -->。
"""


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of the shipped project."""
    for name in ("notes", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    return tmp_path


@pytest.fixture
def fruit(tmp_path: Path) -> Path:
    """A vault of one note, regenerated."""
    project = vault(tmp_path, 水果=FRUIT)
    assert zhixing(project, "regenerate").exit_code == 0
    return project


@pytest.mark.slow
def test_a_changed_given_changes_what_rests_on_it_and_is_reported(shipped: Path) -> None:
    note = shipped / "notes" / "注意力" / "查询、键与值.md"
    assert zhixing(shipped, "regenerate").exit_code == 0
    before = contents(shipped)
    text = note.read_text(encoding="utf-8")
    assert text.count("banana: 5, chair: 2}") == 1
    note.write_text(text.replace("banana: 5, chair: 2}", "banana: 7, chair: 2}"), encoding="utf-8")

    regenerated = zhixing(shipped, "regenerate")

    assert regenerated.exit_code == 1
    changed = {name for name, content in contents(shipped).items() if before.get(name) != content}
    assert changed == {"notes/注意力/查询、键与值.md"}
    assert "= 8.8" in note.read_text(encoding="utf-8")
    checked = zhixing(shipped, "check", "notes/注意力/查询、键与值.md", "--quiet")
    assert checked.exit_code == 1
    line = next(n for n, one in enumerate(note.read_text(encoding="utf-8").split("\n"), 1) if one == "  value: 8")
    assert f"notes/注意力/查询、键与值.md:{line}:10: expect-failed: value is 8.8, not 8." in checked.stdout
    assert "claim-wrong: 水果查找.value is 8.8, not 8." in checked.stdout

    note.write_text(
        note.read_text(encoding="utf-8").replace("banana: 7, chair: 2}", "banana: 5, chair: 2}"), encoding="utf-8"
    )
    assert zhixing(shipped, "regenerate").exit_code == 0
    assert contents(shipped) == before


def test_a_second_run_writes_nothing(fruit: Path) -> None:
    before = contents(fruit)
    times = {path: path.stat().st_mtime_ns for path in fruit.rglob("*")}

    again = zhixing(fruit, "regenerate")

    assert (again.exit_code, again.stdout) == (0, "")
    assert contents(fruit) == before
    assert {path: path.stat().st_mtime_ns for path in fruit.rglob("*")} == times


def test_an_edited_region_is_refused_until_accepted(fruit: Path) -> None:
    note = fruit / "notes" / "水果.md"
    text = note.read_text(encoding="utf-8")
    edited = text.replace("| apple | 0.6 |", "| apple | 0.7 |")
    assert edited != text
    note.write_text(edited, encoding="utf-8")

    refused = zhixing(fruit, "regenerate")

    line = edited[: edited.index("| apple | 0.7 |")].count("\n") + 1
    assert refused.exit_code == 1
    assert refused.stdout == (
        f"notes/水果.md:{line}:1: region-edited: The results of '水果' were edited by hand."
        " Undo the edit, or take what was computed with `zhixing regenerate --accept`.\n"
    )
    assert note.read_text(encoding="utf-8") == edited
    assert zhixing(fruit, "regenerate", "--accept").exit_code == 0
    assert note.read_text(encoding="utf-8") == text


def test_an_edited_figure_is_refused_and_a_missing_one_drawn(fruit: Path) -> None:
    figure = fruit / "notes" / "_figures" / "水果.weights.svg"
    drawn = figure.read_text(encoding="utf-8")
    figure.write_text(drawn.replace("</svg>", "<!-- mine --></svg>"), encoding="utf-8")
    assert "figure-edited" in zhixing(fruit, "regenerate").stdout

    figure.unlink()
    assert zhixing(fruit, "regenerate", "--check").exit_code == 3
    assert not figure.exists()
    assert zhixing(fruit, "regenerate").exit_code == 0
    assert figure.read_text(encoding="utf-8") == drawn


def test_check_and_diff_write_nothing(tmp_path: Path) -> None:
    project = vault(tmp_path, 水果=FRUIT)
    before = contents(project)

    stale = zhixing(project, "regenerate", "--check")
    diff = zhixing(project, "regenerate", "--diff")

    assert (stale.exit_code, diff.exit_code) == (3, 3)
    assert "+\\mathrm{value} = 0.6 \\cdot 10 + 0.4 \\cdot 5 + 0 \\cdot 2 = 8" in diff.stdout
    assert contents(project) == before


def test_claims_are_fixed_in_their_digits_alone(fruit: Path) -> None:
    note = fruit / "notes" / "水果.md"
    wrong = note.read_text(encoding="utf-8").replace("查到的是 8<", "查到的是 9<")
    note.write_text(wrong, encoding="utf-8")

    fixed = zhixing(fruit, "regenerate", "--fix-claims")

    assert fixed.exit_code == 0
    assert "-查到的是 9<!--= 水果.value -->。\n+查到的是 8<!--= 水果.value -->。\n" in fixed.stdout
    assert note.read_text(encoding="utf-8") == wrong.replace("查到的是 9<", "查到的是 8<")


def test_line_ends_and_byte_order_mark_are_kept(tmp_path: Path) -> None:
    project = vault(tmp_path, 水果="\ufeff" + FRUIT.replace("\n", "\r\n"))

    assert zhixing(project, "regenerate").exit_code == 0

    written = (project / "notes" / "水果.md").read_bytes()
    assert written.startswith("\ufeff".encode())
    assert written.count(b"\n") == written.count(b"\r\n")


def test_a_folder_without_mkdocs_yml_is_a_vault(tmp_path: Path) -> None:
    (tmp_path / "笔记").mkdir()
    (tmp_path / "笔记" / "水果.md").write_text(FRUIT, encoding="utf-8")

    assert zhixing(tmp_path, "regenerate", "--vault", "笔记").exit_code == 0
    assert zhixing(tmp_path, "check", "--vault", "笔记", "--quiet").stdout == ""
    above = zhixing(tmp_path, "check", "--quiet")
    assert (above.exit_code, above.stdout) == (0, "")
    assert "No mkdocs.yml here or above; the notes are those in" in above.stderr


def test_a_new_note_runs_as_it_is(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="见 [[乙]]。\n")
    shutil.copytree(ROOT / "templates", project / "templates")

    assert zhixing(project, "new", "余弦，相似度（A）", "--folder", "数学").exit_code == 0
    assert zhixing(project, "new", "--missing").exit_code == 0

    assert (project / "notes" / "数学" / "余弦，相似度（A）.md").exists()
    assert (project / "notes" / "乙.md").exists()
    assert zhixing(project, "regenerate").exit_code == 0
    assert zhixing(project, "check").exit_code == 0
    clash = zhixing(project, "new", "乙")
    assert clash.exit_code == 1
    assert "name-clash" in clash.stdout


def test_run_prints_each_step(fruit: Path) -> None:
    ran = zhixing(fruit, "run", "水果")

    assert ran.exit_code == 0
    assert "value = weights @ V\n  8\n" in ran.stdout
    assert "✓ value" in ran.stdout
    unknown = zhixing(fruit, "run", "水里")
    assert unknown.exit_code == 1
    assert "Did you mean '水果'?" in unknown.stderr


@pytest.mark.parametrize("command", ["new", "run", "regenerate", "check", "graph", "mutate", "export"])
def test_help_shows_an_example(tmp_path: Path, command: str) -> None:
    shown = zhixing(tmp_path, command, "--help")

    assert shown.exit_code == 0
    assert f"zhixing {command}" in shown.stdout.partition("Example:")[2]

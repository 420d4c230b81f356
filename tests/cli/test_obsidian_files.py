"""What commands write for Obsidian: a declared map, the templates, a map on request; and that hand edits stay."""

from __future__ import annotations

import json
from pathlib import Path

from canvas_spec import breaches
from shell import contents, vault, zhixing

MAP = "```yaml list\nid: 图\nof: map\n```\n"
TEMPLATE = """---
title: "{{ title }}"
type: concept
date: {{ date }}
---

## 定义

## 文献 {# references #}

```yaml example
id: "{{ id }}"
compute: {x: 1}
```
"""
FILLED = """---
# 由 templates/概念.md 生成，要改请改那里 zhixing:file d5e8b7bc
title: "{{title}}"
type: concept
date: "{{date}}"
---

## 定义

## 文献

```yaml example
id: "例{{date:YYYYMMDD}}-{{time:HHmmss}}"
compute: {x: 1}
```
"""


def with_templates(folder: Path, settings: str = '{"folder": "模板"}') -> Path:
    project = vault(folder, 甲="文，见 [[概念]]\n")
    (project / "templates").mkdir()
    (project / "templates" / "概念.md").write_text(TEMPLATE, encoding="utf-8")
    (project / "templates" / "表.md").write_text("没有类型", encoding="utf-8")
    (project / "notes" / ".obsidian").mkdir()
    (project / "notes" / ".obsidian" / "templates.json").write_text(settings, encoding="utf-8")
    return project


def test_a_declared_map_is_written_beside_its_note_and_kept_fresh(tmp_path: Path) -> None:
    project = vault(tmp_path, 乙="---\nrequires: 甲\n---\n", 甲="")
    (project / "notes" / "夹").mkdir()
    (project / "notes" / "夹" / "页.md").write_text(MAP, encoding="utf-8")
    canvas = project / "notes" / "夹" / "图.canvas"

    assert zhixing(project, "check").exit_code == 3
    assert zhixing(project, "regenerate").exit_code == 0
    assert breaches(canvas.read_text(encoding="utf-8")) == []
    before = contents(project)
    assert zhixing(project, "regenerate").exit_code == 0
    assert contents(project) == before
    assert zhixing(project, "check", "--quiet").output.startswith("3 notes, 0 examples: 0 errors, 0 warnings")
    assert "[[图.canvas|图]]" in (project / "notes" / "夹" / "页.md").read_text(encoding="utf-8")

    (project / "notes" / "丙.md").write_text("---\nrequires: 乙\n---\n", encoding="utf-8")
    stale = zhixing(project, "check", "notes/夹")
    assert stale.exit_code == 3
    assert "notes/夹/图.canvas:1:1: file-stale: The file is not what would be generated now." in stale.output
    assert zhixing(project, "regenerate", "notes/甲.md").exit_code == 0
    assert canvas.read_bytes() == before["notes/夹/图.canvas"]
    assert zhixing(project, "regenerate", "notes/夹").exit_code == 0
    assert "丙.md" in canvas.read_text(encoding="utf-8")


def test_moved_cards_are_not_lost(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="", 页=MAP)
    canvas = project / "notes" / "图.canvas"
    zhixing(project, "regenerate")
    data = json.loads(canvas.read_text(encoding="utf-8"))
    data["nodes"][-1]["x"] += 20
    moved = json.dumps(data)
    canvas.write_text(moved, encoding="utf-8")
    (project / "notes" / "乙.md").write_text("---\nrequires: 甲\n---\n", encoding="utf-8")

    refused = zhixing(project, "regenerate")
    assert refused.exit_code == 1
    assert "notes/图.canvas:1:1: file-edited: This generated file was edited by hand" in refused.output
    assert canvas.read_text(encoding="utf-8") == moved
    assert zhixing(project, "regenerate", "--accept").exit_code == 0
    assert "乙.md" in canvas.read_text(encoding="utf-8")


def test_note_templates_are_put_where_obsidian_looks_for_templates(tmp_path: Path) -> None:
    project = with_templates(tmp_path)
    written = project / "notes" / "模板" / "概念.md"

    assert zhixing(project, "regenerate", "notes/甲.md").exit_code == 0
    assert not written.exists()
    assert zhixing(project, "check").exit_code == 3
    assert zhixing(project, "regenerate").exit_code == 0
    assert written.read_text(encoding="utf-8") == FILLED
    assert [path.name for path in written.parent.iterdir()] == ["概念.md"]
    fresh = zhixing(project, "check")
    assert fresh.exit_code == 0
    assert fresh.output.startswith("notes/甲.md:1:1: orphan")
    assert "1 notes, 0 examples: 0 errors, 0 warnings, 2 for information" in fresh.output

    (project / "templates" / "概念.md").write_text(TEMPLATE + "\n## 后来\n", encoding="utf-8")
    assert zhixing(project, "regenerate", "--check").exit_code == 3
    assert zhixing(project, "regenerate").exit_code == 0
    assert written.read_text(encoding="utf-8").endswith("## 后来\n")
    written.write_text(FILLED.replace("定义", "我的"), encoding="utf-8")
    assert zhixing(project, "regenerate").exit_code == 1
    assert "我的" in written.read_text(encoding="utf-8")


def test_a_filled_in_template_is_a_note_that_runs(tmp_path: Path) -> None:
    project = with_templates(tmp_path)
    zhixing(project, "regenerate")
    text = (project / "notes" / "模板" / "概念.md").read_text(encoding="utf-8")
    for variable, value in {
        "{{title}}": "查询、键", "{{date}}": "2026-11-21",
        "{{date:YYYYMMDD}}": "20261121", "{{time:HHmmss}}": "043512",
    }.items():  # fmt: skip
        text = text.replace(variable, value)
    (project / "notes" / "查询、键.md").write_text(text, encoding="utf-8")

    assert "{{" not in text
    assert zhixing(project, "run", "例20261121-043512").exit_code == 0
    # What is missing is what the author has still to write.
    assert "frontmatter" not in zhixing(project, "check").output


def test_without_a_folder_for_them_or_in_the_very_folder_no_templates_are_written(tmp_path: Path) -> None:
    project = with_templates(tmp_path / "a", settings='{"folder": ""}')
    assert zhixing(project, "regenerate").exit_code == 0
    assert sorted(path.name for path in (project / "notes").iterdir()) == [".obsidian", "甲.md"]

    notes = with_templates(tmp_path / "b", settings='{"folder": "templates"}') / "notes"
    (notes.parent / "templates").rename(notes / "templates")
    (notes.parent / "mkdocs.yml").unlink()
    before = contents(notes)
    assert zhixing(notes, "regenerate", "--vault", ".").exit_code == 0
    assert contents(notes) == before


def test_a_template_that_cannot_be_filled_in_is_a_problem(tmp_path: Path) -> None:
    project = with_templates(tmp_path)
    (project / "templates" / "概念.md").write_text(TEMPLATE + "{% for x in y %}", encoding="utf-8")

    assert "config-invalid" in zhixing(project, "check").output


def test_export_draws_what_is_asked_for_and_spares_hand_edits(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="[[乙]]", 乙="---\ntype: concept\n---\n", 丙="[[甲]]")
    first = zhixing(project, "export", "canvas", "notes/地图.canvas")
    assert (first.exit_code, first.output) == (0, "3 notes, 2 links\n")
    canvas = project / "notes" / "地图.canvas"
    written = canvas.read_text(encoding="utf-8")
    assert breaches(written) == []

    assert zhixing(project, "export", "canvas", "notes/地图.canvas", "甲", "乙").output == "2 notes, 1 links\n"
    canvas.write_text(written.replace('"x":0', '"x":7'), encoding="utf-8")
    refused = zhixing(project, "export", "canvas", "notes/地图.canvas")
    assert refused.exit_code == 1
    assert "Choose another name, or write over it with --accept." in refused.output
    assert '"x":7' in canvas.read_text(encoding="utf-8")
    assert zhixing(project, "export", "canvas", "notes/地图.canvas", "--accept").exit_code == 0
    assert canvas.read_text(encoding="utf-8") == written

    assert zhixing(project, "export", "canvas", "one.canvas", "--type", "concept").output == "1 notes, 0 links\n"
    none = zhixing(project, "export", "canvas", "x.canvas", "--type", "page")
    assert (none.exit_code, "There is no note of type 'page' to draw." in none.output) == (2, True)

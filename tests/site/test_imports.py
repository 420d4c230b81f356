"""What a build imports: nothing that computes in a vault without examples, since to import it takes long."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from shell import vault

CONFIG = "site_name: 站\nsite_url: https://a.org/\ndocs_dir: notes\ntheme: {name: material}\nplugins: [zhixing]\n"
BUILD = """
import sys
from mkdocs.__main__ import cli
try:
    cli(sys.argv[1:])
finally:
    print(*sys.modules)
"""
COMPUTING = {
    "numpy",
    "zhixing.core",
    "zhixing.language.expression",
    "zhixing.language.model",
    "zhixing.language.runs",
    "zhixing.show.body",
    "zhixing.show.live",
    "zhixing.claims.judge",
}
EXAMPLE = "# 乙\n\n```yaml example\nid: 乙\ngiven: {a: 2}\ncompute: {x: a * 3}\nexpect: {x: 6}\n```\n"
LIST = "# 目录\n\n```yaml list\nid: 目录\nof: notes\n```\n"


def modules_of(project: Path, *words: str) -> set[str]:
    """Build a site in a process of its own; return the modules that it imported."""
    command = [sys.executable, "-c", BUILD, "build", "--quiet", *words]
    told = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout
    return set(told.splitlines()[-1].split())


def make_project(folder: Path, **notes: str) -> Path:
    project = vault(folder, **notes)
    (project / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    return project


def test_a_vault_without_examples_is_built_without_what_computes(tmp_path: Path) -> None:
    project = make_project(tmp_path / "a", 甲="# 甲\n\n见 [[目录]]，$x^2$。\n", 目录=LIST)

    cold, first = modules_of(project), modules_of(project, "--dirty")
    (project / "notes" / "甲.md").write_text("# 甲\n\n见 [[目录]]，$x^2$。又一句。\n", encoding="utf-8")
    edited = modules_of(project, "--dirty")

    assert [sorted(COMPUTING & found) for found in (cold, first, edited)] == [[], [], []]
    assert "zhixing.numerals.patterns" not in edited
    assert "又一句" in (project / "site" / "甲" / "index.html").read_text(encoding="utf-8")


def test_an_example_is_computed_where_there_was_none(tmp_path: Path) -> None:
    project = make_project(tmp_path / "a", 甲="# 甲\n\n文。\n")
    modules_of(project, "--dirty")
    (project / "notes" / "乙.md").write_text(EXAMPLE, encoding="utf-8")

    assert modules_of(project, "--dirty") >= COMPUTING - {"zhixing.claims.judge"}
    assert "<td" in (project / "site" / "乙" / "index.html").read_text(encoding="utf-8")

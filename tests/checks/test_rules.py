"""Templates, names, links: one case a rule, with the whole message."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from casefile import Case, cases
from shell import vault, zhixing

TEMPLATE = """---
title: "{{ title }}"
type: concept
tags: []
---

## 定义

### 核心

## 例子

```yaml example
id: {{ id }}
compute: {x: 1}
```

## 文献 {# references #}

## 问答 {# optional #}
"""


@pytest.mark.parametrize("case", cases("rules.md"))
def test_rules(tmp_path: Path, case: Case) -> None:
    """A case's input is one or more notes, each below a line `=== path`."""
    project = vault(tmp_path)
    (project / "templates").mkdir()
    (project / "templates" / "概念.md").write_text(TEMPLATE, encoding="utf-8")
    for part in case.given.split("=== ")[1:]:
        name, _, text = part.partition("\n")
        path = project / "notes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    checked = zhixing(project, "check")

    lines = [line for line in checked.stdout.splitlines(keepends=True) if "region-stale" not in line]
    case.check("".join(lines))


def test_problems_as_json_and_as_annotations(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="![[没有]]\n")

    data = zhixing(project, "check", "--json").stdout
    notes = zhixing(project, "check", "--format", "github").stdout

    assert '"code": "link-note",\n    "severity": "error"' in data
    assert "::error file=notes/甲.md,line=1,col=1,title=link-note::There is no note '没有'. Fix" in notes


def test_coverage_can_fail_a_check(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲="有 3 个。\n", 乙="[[甲]]\n")

    assert zhixing(project, "check", "--coverage").exit_code == 0
    short = zhixing(project, "check", "--coverage", "--min", "50", "--badge", str(project / "b.svg"))
    assert short.exit_code == 1
    assert "notes/甲.md:1:3: claim-missing: 3 is backed by nothing." in short.stdout
    assert ">0%<" in (project / "b.svg").read_text(encoding="utf-8")
    shutil.rmtree(project)

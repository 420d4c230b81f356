"""On the site: templates of Obsidian are nowhere, links lead to the map of a canvas and to the page of a base."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import COMMAND, run, search_text

pytestmark = pytest.mark.slow

HOME = """[[日记]] ![[日记]] [日](模板/日记.md) [[图.canvas]] ![[图.canvas]] [[表.base|一览]]

```yaml list
id: 图
of: map
```
"""


def test_templates_are_nowhere_and_canvases_are_files_and_bases_have_pages(tmp_path: Path) -> None:
    files = {
        "mkdocs.yml": "site_name: 试\ndocs_dir: notes\nplugins: [search, zhixing]\ntheme: {name: material}\n",
        "notes/.obsidian/templates.json": '{"folder": "模板"}',
        "notes/模板/日记.md": "---\ndate: {{date}}\n---\n藏着的词 [[{{title}}]]\n",
        "notes/模板/深/周记.md": "藏着的词\n",
        "notes/index.md": HOME,
        "notes/表.base": "views:\n  - type: table\n    name: 表\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    written = run(COMMAND, "regenerate", cwd=tmp_path)
    assert written.returncode == 0, written.stdout + written.stderr
    built = run(sys.executable, "-m", "mkdocs", "build", "--strict", cwd=tmp_path)
    assert built.returncode == 0, built.stdout + built.stderr

    site = tmp_path / "site"
    assert not (site / "模板").exists()
    assert "藏着的词" not in search_text(site)
    assert {path.name for path in site.iterdir()} >= {"图.canvas", "表.base"}
    page = (site / "index.html").read_text(encoding="utf-8")
    body = page.partition("<article")[2].partition("</article")[0]
    assert "藏着的词" not in page
    assert "[[" not in body.partition("<pre")[0]
    assert body.count('href="./#zx-map-') == 3
    assert body.count('href="%E8%A1%A8-base/"') == 1
    assert "%E6%A8%A1%E6%9D%BF" not in body
    assert "模板/" not in body

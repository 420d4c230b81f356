"""What a build leaves out of a site, `check` says too."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from conftest import run

from shell import zhixing

pytestmark = pytest.mark.slow

FILES = {
    "index.md": "文", "README.md": "别的", "a/README.md": "文", "b/index.md": "---\ndate: 2026-01-02\n---\n文",
    "b/README.md": "---\npublish: false\n---\n",
    "evil.xml": "<a/>", "图.svgz": "", "feed.xml.md": "---\ndate: 2026-01-02\n---\n文", "sitemap.xml.md": "文",
    "search/search_index.json": "{}", "search.md": "文 <title/>", "X.MD": "文", "c.markdown": "文", "c.md": "$\\foo$",
    "d.md": "---\npermalink: /c/\n---\n[[c#没有]]", "e.md": "---\npublish: maybe\n---\n",
}  # fmt: skip
SITE = """site_name: 站
site_url: https://own.example/
docs_dir: notes
theme: {name: material}
plugins:
  - zhixing: {addresses: permalink}
"""
LINE = re.compile(r"notes/[^:]+:\d+:\d+: [a-z0-9-]+: .*")


def test_check_reports_what_a_build_warns_of(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / "notes" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "notes" / name).write_text(text, encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(SITE, encoding="utf-8")

    done = run(sys.executable, "-m", "mkdocs", "build", cwd=tmp_path)
    checked = set(LINE.findall(zhixing(tmp_path, "check", "--all").stdout))

    assert done.returncode == 0, done.stderr
    warned = set(LINE.findall("\n".join(line for line in done.stderr.splitlines() if line.startswith("WARNING"))))
    assert len(warned) >= 13
    assert warned - checked == set()
    assert "文" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert (tmp_path / "site" / "feed.xml").is_file()
    assert [line for line in checked if "file-left-out" in line and line not in warned] == []


def test_without_a_site_nothing_is_left_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text("文", encoding="utf-8")
    (tmp_path / "README.md").write_text("文", encoding="utf-8")
    (tmp_path / "a.xml").write_text("<a/>", encoding="utf-8")
    assert "file-left-out" not in zhixing(tmp_path, "check", "--all").stdout

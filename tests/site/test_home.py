"""A vault without a home page gets one, and folders are called as they are."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from conftest import run

pytestmark = pytest.mark.slow


def build(folder: Path, notes: dict[str, str], settings: str = "") -> Path:
    for name, text in notes.items():
        (folder / "notes" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "notes" / name).write_text(text, encoding="utf-8")
    config = f"site_name: 我的 <b>\ndocs_dir: notes\ntheme: {{name: material}}\nplugins: [zhixing]\n{settings}"
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    built = run(sys.executable, "-m", "mkdocs", "build", "--strict", cwd=folder)
    assert built.returncode == 0, built.stderr
    return folder / "site"


NOTES = {
    "乙.md": "文\n",
    "10-Obsidian/甲.md": "文\n",
    "10-Obsidian/_system/丙.md": "文\n",
    "flomo101/丁.md": "文\n",
    "藏/戊.md": "---\npublish: false\n---\n文\n",
}


def test_a_home_page_lists_folders_and_notes_and_folders_keep_their_names(tmp_path: Path) -> None:
    page = (build(tmp_path, NOTES) / "index.html").read_text(encoding="utf-8")
    article = page.partition("<article")[2].partition("</article")[0]

    assert "<h1>我的 &lt;b&gt;</h1>" in article
    assert re.findall(r'href="([^"#]+)"', article) == [
        "%E4%B9%99/", "10-Obsidian/_system/%E4%B8%99/", "10-Obsidian/%E7%94%B2/", "flomo101/%E4%B8%81/"
    ]  # fmt: skip
    assert "10-Obsidian · 2" in article
    assert "藏" not in page
    navigation = page.partition("<nav")[2].partition("<article")[0]
    words = {" ".join(found.split()) for found in re.findall(r">([^<>]+)<", navigation)}
    assert {"首页", "10-Obsidian", "_system", "flomo101"} <= words
    assert not {"10 Obsidian", "system", "Flomo101"} & words


@pytest.mark.parametrize("home", ["index.md", "README.md"])
def test_a_home_page_of_the_vaults_own_stays(tmp_path: Path, home: str) -> None:
    page = (build(tmp_path, {**NOTES, home: "自己的首页\n"}) / "index.html").read_text(encoding="utf-8")

    assert "自己的首页" in page
    assert "10-Obsidian · 2" not in page


def test_a_home_page_beside_a_navigation_of_the_owners(tmp_path: Path) -> None:
    site = build(tmp_path, NOTES, "nav: [乙.md]\n")

    assert "10-Obsidian · 2" in (site / "index.html").read_text(encoding="utf-8")

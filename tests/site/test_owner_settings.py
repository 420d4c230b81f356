"""What a vault's owner sets in mkdocs.yml acts on its site as it does on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import run

pytestmark = pytest.mark.slow

NOTES = {
    "index.md": "---\npublish: true\ntags: [一]\nauthor: 张三\nuid: 'xyzzy'\n---\n见 [[不说]] 与 [[开]]。\n",
    "开.md": "---\npublish: true\n---\n公开的话\n",
    "不说.md": "没有说过的话\n",
}
COMMAND = (sys.executable, "-m", "mkdocs", "build")


def build(folder: Path, settings: str) -> tuple[str, str]:
    """Build a site; return all its text, and what the build said."""
    (folder / "notes").mkdir(exist_ok=True)
    for name, text in NOTES.items():
        (folder / "notes" / name).write_text(text, encoding="utf-8")
    config = f"site_name: 试\ndocs_dir: notes\ntheme:\n  name: material\nplugins:\n  - zhixing: {settings}\n"
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    built = run(*COMMAND, cwd=folder)
    assert built.returncode == 0, built.stderr
    pages = sorted((folder / "site").rglob("*.html"))
    return "\n".join(page.read_text(encoding="utf-8") for page in pages), built.stderr


def test_only_marked_notes_and_only_named_properties_are_on_the_site(tmp_path: Path) -> None:
    text, said = build(tmp_path, "{publish: marked, properties: [author], problems: {link-unshown: warning}}")

    assert "公开的话" in text
    assert "没有说过的话" not in text
    assert not (tmp_path / "site" / "不说").exists()
    assert "张三" in text
    assert "xyzzy" not in text
    assert 'class="tag"' not in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "notes/index.md:7:3: link-unshown: " in said


def test_a_setting_that_is_misspelt_hides_and_says_so(tmp_path: Path) -> None:
    text, said = build(tmp_path, "{publsh: marked}")

    assert "公开的话" in text
    assert "没有说过的话" not in text
    assert "config-invalid: There is no setting 'publsh'. Did you mean 'publish'?" in said


def test_without_settings_all_is_shown(tmp_path: Path) -> None:
    text, said = build(tmp_path, "{}")

    assert "没有说过的话" in text
    assert "xyzzy" in text
    assert "link-unshown" not in said
    assert 'class="tag"' in text

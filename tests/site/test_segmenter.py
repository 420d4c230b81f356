"""The segmenter's cache lies where nobody else can put one first."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zhixing.site import segmenter

pytestmark = pytest.mark.slow


def test_a_cache_that_somebody_put_into_the_shared_folder_is_not_loaded(tmp_path: Path) -> None:
    for name in ("shared", "cache", "notes"):
        (tmp_path / name).mkdir()
    (tmp_path / "shared" / "jieba.cache").write_bytes(marshal.dumps(({"多头注意力机制": 9}, 9)))
    (tmp_path / "notes" / "index.md").write_text("# 多头注意力\n\n多头注意力机制\n", encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: 试\ndocs_dir: notes\nplugins: [search, zhixing]\n"
        "theme: {name: material, font: false, language: zh}\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path / "shared"), "XDG_CACHE_HOME": str(tmp_path / "cache")}

    subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q"], cwd=tmp_path, env=environment, check=True)

    index = json.loads((tmp_path / "site" / "search" / "search_index.json").read_text(encoding="utf-8"))
    assert any("多头\u200b注意力" in entry["title"] for entry in index["docs"])
    assert [path.name for path in (tmp_path / "cache").rglob("*.cache")] == ["jieba.cache"]


def test_a_folder_that_others_can_write_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = segmenter.private_folder()
    assert folder == tmp_path / "zhixing" / "jieba"
    folder.chmod(0o777)

    other = segmenter.private_folder()

    assert other != folder
    assert not other.stat().st_mode & 0o077
    (tmp_path / "zhixing" / "jieba").rmdir()
    (tmp_path / "zhixing" / "jieba").symlink_to(tmp_path)
    assert segmenter.private_folder() == other

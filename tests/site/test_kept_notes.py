"""What a process read of notes is kept for the next one: after an edit only what has changed is read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from served_site import read_site
from test_dirty import build_site

from zhixing.markdown import blocks
from zhixing.markdown.blocks import Region
from zhixing.markdown.dialect import Dialect
from zhixing.vault.store import INDEX, open_store

CONFIG = "site_name: 库\ndocs_dir: notes\ntheme: {name: material, font: false}\nplugins: [zhixing]\n"
NOTES = {
    "index.md": "# 首页\n\n见[[甲]]。\n",
    "甲.md": "---\ntags: [数]\n---\n\n# 甲\n\n说到[[乙]]与[[丙#节]]。\n",
    "乙.md": "# 乙\n\n回到[[甲]]。 ^b1\n",
    "丙.md": "# 丙\n\n## 节\n\n三<!--= 免: 例外 -->个。\n",
}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    (tmp_path / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    for name, text in NOTES.items():
        (tmp_path / "notes" / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def texts_read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The texts whose blocks were read."""
    found: set[str] = set()

    def note_and_scan(text: str, dialect: Dialect) -> tuple[Region, ...]:
        found.add(text)
        return blocks.scan(text, dialect)

    monkeypatch.setattr("zhixing.markdown.reading.scan", note_and_scan)
    return found


def test_only_what_changed_and_the_pages_that_quote_it_are_read(project: Path, texts_read: set[str]) -> None:
    build_site(project, project / "site", dirty=True)
    assert texts_read >= set(NOTES.values())
    texts_read.clear()
    edited = NOTES["乙.md"].replace("回到", "再回到")
    (project / "notes" / "乙.md").write_text(edited, encoding="utf-8")
    assert build_site(project, project / "site", dirty=True) == {"乙.md", "甲.md"}
    # The site's picture is that of its home, whose properties are read.
    assert texts_read & {*NOTES.values(), edited} == {edited, NOTES["甲.md"], NOTES["index.md"]}


def entries(kind: str) -> list[bytes]:
    """Return what may stand in the place of an entry: other JSON, other data in the same form, no JSON."""
    other = json.dumps(["", "", [[]] * 15, [], []]).encode()
    return {"other": [b"{}", b"[]", b"1", b'["x", "y"]', other], "none": [b"", b"[", b"\xff\xfe", b"\x80" * 9]}[kind]


@pytest.mark.parametrize("kind", ["other", "none"])
def test_entries_that_are_none_are_ignored(project: Path, kind: str) -> None:
    build_site(project, project / "site", dirty=True)
    store = open_store(project / "notes", INDEX)
    assert store is not None
    for entry in entries(kind):
        store.update("note", dict.fromkeys(store.get_all("note"), entry))
        (project / "notes" / "甲.md").write_text(f"{NOTES['甲.md']}\n{len(entry)}\n", encoding="utf-8")
        build_site(project, project / "site", dirty=True)
    build_site(project, project / "clean", dirty=False)
    assert read_site(project / "site") == read_site(project / "clean")


def test_entries_of_notes_that_are_gone_go(project: Path) -> None:
    build_site(project, project / "site", dirty=True)
    (project / "notes" / "丙.md").unlink()
    build_site(project, project / "site", dirty=True)
    store = open_store(project / "notes", INDEX)
    assert store is not None
    assert {key.decode() for key in store.get_all("note")} == NOTES.keys() - {"丙.md"}

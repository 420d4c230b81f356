"""`mkdocs build --dirty`, each time as a new process: what changed is built, and the site is that of a clean build."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from edits import CONFIG, Author, add_text
from mkdocs.commands.build import build
from mkdocs.config.defaults import MkDocsConfig
from served_site import ServedSite, load, read_site

from zhixing.site.builder import SiteBuilder

ROUNDS = int(os.environ.get("ROUNDS", "30")) // 3
SEED = int(os.environ.get("ROUNDS_FROM", "1"))
NOTES = int(os.environ.get("ROUNDS_NOTES", "10"))
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture
def author(tmp_path: Path) -> Author:
    return Author(tmp_path / "project", SEED, NOTES)


def build_site(project: Path, site: Path, *, dirty: bool) -> set[str]:
    """Build as a new process does; return the pages that were built."""
    settings, plugin = load(project, site, {})
    settings.plugins.on_startup(command="build", dirty=dirty)
    build(settings, dirty=dirty)
    settings.plugins.on_shutdown()
    changed = plugin.builder.incremental.changed
    return set(plugin.builder.incremental.signatures) if changed is None else set(changed)


def test_random_edits_between_dirty_builds_give_what_a_clean_build_gives(
    author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    build_site(author.project, site, dirty=True)
    fewer = 0
    for number in range(ROUNDS):
        edits = [author.edit() for _ in range(author.random.choice([1, 1, 2]))]
        built = build_site(author.project, site, dirty=True)
        with monkeypatch.context() as patch:
            patch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache{number}"))
            build_site(author.project, tmp_path / f"clean{number}", dirty=False)
        ours, theirs = read_site(site), read_site(tmp_path / f"clean{number}")
        assert [path for path in ours.keys() | theirs.keys() if ours.get(path) != theirs.get(path)] == [], edits
        fewer += len(built) < len(author.notes())
    assert fewer


def test_nothing_is_built_where_nothing_changed(author: Author, tmp_path: Path) -> None:
    build_site(author.project, tmp_path / "site", dirty=True)
    assert build_site(author.project, tmp_path / "site", dirty=True) == set()


def problems_told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == "mkdocs.plugins.zhixing"]


def test_of_an_unchanged_vault_nothing_is_read_but_its_problems_are_told(
    author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    author.write(author.vault / "错.md", "# 错\n\n[[没有这篇]]\n")
    (author.vault / "图.png").write_bytes(b"\x89PNG one")
    build_site(author.project, tmp_path / "site", dirty=True)
    told, before = problems_told(caplog), read_site(tmp_path / "site")
    assert told
    caplog.clear()
    with monkeypatch.context() as patch:
        patch.setattr(SiteBuilder, "load_vault", lambda *_: pytest.fail("the vault is read"))
        build_site(author.project, tmp_path / "site", dirty=True)
    assert problems_told(caplog) == told
    assert read_site(tmp_path / "site") == before
    # Pictures are not read, so the time of their change decides.
    (author.vault / "图.png").write_bytes(b"\x89PNG two")
    build_site(author.project, tmp_path / "site", dirty=True)
    assert (tmp_path / "site" / "图.png").read_bytes() == b"\x89PNG two"


def test_an_edit_during_a_build_is_seen_by_the_next(
    author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = author.notes()[0]
    before = note.read_text(encoding="utf-8")
    load_vault = SiteBuilder.load_vault

    def load_edited(self: SiteBuilder, config: MkDocsConfig) -> None:
        author.write(note, f"{before}\n\n只在这时。\n")
        load_vault(self, config)

    with monkeypatch.context() as patch:
        patch.setattr(SiteBuilder, "load_vault", load_edited)
        build_site(author.project, tmp_path / "site", dirty=True)
    author.write(note, before)
    build_site(author.project, tmp_path / "site", dirty=True)
    assert [path for path, data in read_site(tmp_path / "site").items() if "只在这时".encode() in data] == []


def test_a_site_that_something_else_wrote_is_built_anew(author: Author, tmp_path: Path) -> None:
    site = tmp_path / "site"
    every = build_site(author.project, site, dirty=True)
    before = author.notes()[0].read_text(encoding="utf-8")
    add_text(author, author.notes()[0])
    build_site(author.project, site, dirty=False)
    author.write(author.notes()[0], before)
    assert build_site(author.project, site, dirty=True) == every
    (site / "index.html").write_text("changed", encoding="utf-8")
    (site / "alien.html").write_text("added", encoding="utf-8")
    assert build_site(author.project, site, dirty=True) == every
    assert not (site / "alien.html").exists()
    shutil.rmtree(site)
    assert build_site(author.project, site, dirty=True) == every


def test_a_note_that_becomes_hidden_is_gone(author: Author, tmp_path: Path) -> None:
    site = tmp_path / "site"
    author.write(author.vault / "秘.md", "---\ntitle: 机密\naliases: [暗号]\n---\n\n# 机密\n\n隐语。见[[笔记1]]。\n")
    build_site(author.project, site, dirty=True)
    author.change(author.vault / "秘.md", "^title", "publish: false\ntitle")
    build_site(author.project, site, dirty=True)
    words = [word.encode() for word in ("机密", "暗号", "隐语")]
    assert [path for path, data in read_site(site).items() if any(word in data for word in words)] == []


def test_with_other_plugins_everything_is_built(author: Author, tmp_path: Path) -> None:
    author.write(author.project / "mkdocs.yml", f"{CONFIG}  - search\n".replace("material", "mkdocs"))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "old.html").write_text("of an earlier build", encoding="utf-8")
    build_site(author.project, tmp_path / "site", dirty=True)
    build_site(author.project, tmp_path / "clean", dirty=False)
    # The theme writes the time of the build into its first page.
    assert read_site(tmp_path / "site").keys() == read_site(tmp_path / "clean").keys()


def test_serving_with_dirty_is_serving(author: Author, tmp_path: Path) -> None:
    served, note = ServedSite(author.project, tmp_path / "site", dirty=True), author.notes()[0]
    author.change(author.vault / "index.md", "首页", "新首页")
    served.save()
    add_text(author, note)
    served.save()
    assert served.whole == 1
    clean = ServedSite(author.project, tmp_path / "clean")
    assert read_site(served.site) == read_site(clean.site)
    served.close()
    clean.close()

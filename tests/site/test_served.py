"""A server that is started again builds only what has changed since, and its site is that of a clean build."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from edits import Author, add_text
from served_site import ServedSite, build_clean, read_site

from zhixing.vault.store import cache_folder

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
ROUNDS = int(os.environ.get("ROUNDS", "30")) // 5
SEED = int(os.environ.get("ROUNDS_FROM", "3"))
HIDDEN = "---\ntitle: 机密\naliases: [暗号]\n---\n\n# 机密\n\n隐语。见[[笔记1]]。\n"


@pytest.fixture
def author(tmp_path: Path) -> Author:
    return Author(tmp_path / "project", SEED, 10)


def serve(author: Author, folder: Path) -> ServedSite:
    folder.mkdir(parents=True, exist_ok=True)
    return ServedSite(author.project, folder, kept=True)


def clean(author: Author, folder: Path) -> dict[str, bytes]:
    build_clean(author.project, folder)
    return read_site(folder)


def test_random_edits_while_no_server_runs_give_what_a_clean_build_gives(author: Author, tmp_path: Path) -> None:
    served = serve(author, tmp_path / "first")
    every = served.pages_built()
    add_text(author, author.notes()[0])
    served.save()
    served.close()
    assert list((tmp_path / "first").iterdir()) == []
    for number in range(ROUNDS):
        author.edit()
        served = serve(author, tmp_path / f"again{number}")
        assert read_site(served.site) == clean(author, tmp_path / f"clean{number}"), number
        served.close()
    served = serve(author, tmp_path / "unchanged")
    assert served.pages_built() < every / 2
    add_text(author, author.notes()[1])
    served.save()
    assert served.whole == 1
    assert read_site(served.site) == clean(author, tmp_path / "last")
    served.close()


def test_a_note_that_became_hidden_is_gone(author: Author, tmp_path: Path) -> None:
    author.write(author.vault / "秘.md", HIDDEN)
    serve(author, tmp_path / "first").close()
    author.change(author.vault / "秘.md", "^title", "publish: false\ntitle")
    served = serve(author, tmp_path / "again")
    words = [word.encode() for word in ("机密", "暗号", "隐语")]
    assert [path for path, data in read_site(served.site).items() if any(word in data for word in words)] == []
    served.close()


def test_of_two_servers_the_second_has_a_folder_of_its_own(author: Author, tmp_path: Path) -> None:
    first, second = serve(author, tmp_path / "first"), serve(author, tmp_path / "second")
    assert (tmp_path / "first").is_symlink()
    assert not (tmp_path / "second").is_symlink()
    assert read_site(first.site) == read_site(second.site)
    second.close()
    first.close()


def test_a_server_that_was_killed_leaves_nothing_that_the_next_believes(author: Author, tmp_path: Path) -> None:
    served = serve(author, tmp_path / "first")
    served.close()
    served = serve(author, tmp_path / "killed")
    add_text(author, author.notes()[0])
    served.save()
    served.plugin.builder.incremental.later.begin()  # what was to be kept in a pause is not
    assert served.plugin.builder.incremental.folder
    served.plugin.builder.incremental.folder.take_away()
    served.plugin.docs.close()
    again = serve(author, tmp_path / "again")
    assert again.plugin.builder.incremental.changed is None
    assert read_site(again.site) == clean(author, tmp_path / "clean")
    again.close()


def test_a_folder_that_something_else_wrote_into_is_built_anew(author: Author, tmp_path: Path) -> None:
    serve(author, tmp_path / "first").close()
    cache = cache_folder()
    assert cache is not None
    pages = list(cache.glob("served-*/index.html"))
    assert pages
    for page in pages:
        page.write_text("changed", encoding="utf-8")
    served = serve(author, tmp_path / "again")
    assert read_site(served.site) == clean(author, tmp_path / "clean")
    served.close()

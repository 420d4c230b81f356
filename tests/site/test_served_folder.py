"""Folders of served sites that are kept: how many, of which vaults, and what a server leaves where its site stood."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from zhixing.site.incremental.served import _MOST, ServedFolder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="nothing is kept there")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "zhixing"


def make(tmp_path: Path, name: str) -> tuple[Path, Path]:
    """Return a vault and an empty folder for its site."""
    vault, site = tmp_path / name, tmp_path / f"{name}-site"
    vault.mkdir()
    site.mkdir()
    return vault, site


def serve(vault: Path, site: Path) -> Path:
    """Serve a site and stop; return where it is kept."""
    folder = ServedFolder()
    place = folder.put(vault, site)
    folder.take_away()
    assert place
    return place


def kept(cache: Path) -> list[Path]:
    return sorted((path for path in cache.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)


def test_a_site_stands_in_its_kept_folder_until_it_is_taken_away(tmp_path: Path, cache: Path) -> None:
    vault, site = make(tmp_path, "a")
    folder = ServedFolder()
    place = folder.put(vault, site)
    assert place == kept(cache)[0]
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    (site / "index.html").write_text("页", encoding="utf-8")
    assert (place / "index.html").is_file()
    folder.take_away()
    assert not site.is_symlink()
    assert list(site.iterdir()) == []
    again = ServedFolder()
    assert again.put(vault, site) == place
    assert (site / "index.html").is_file()
    again.take_away()


def test_only_the_sites_served_last_are_kept_and_those_in_use(tmp_path: Path, cache: Path) -> None:
    used = ServedFolder()
    first = used.put(*make(tmp_path, "first"))
    assert first
    os.utime(first, (1, 1))
    made = [make(tmp_path, f"v{number}") for number in range(_MOST + 2)]
    places = []
    for number, one in enumerate(made):
        places.append(serve(*one))
        os.utime(places[-1], (10 + number, 10 + number))
    assert kept(cache) == [first, *places[2:]]
    assert serve(*made[2]) == places[2]
    os.utime(places[2], (100, 100))  # two that are served within a tick of the disk's clock have one time
    last = serve(*make(tmp_path, "last"))
    assert kept(cache) == [first, *places[4:], places[2], last]
    used.take_away()


def test_nothing_is_kept_within_the_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault, site = make(tmp_path, "a")
    monkeypatch.setenv("XDG_CACHE_HOME", str(vault / ".cache"))
    assert ServedFolder().put(vault, site) is None
    assert not site.is_symlink()


def test_a_folder_that_cannot_become_a_link_is_left_as_it_was(tmp_path: Path, cache: Path) -> None:
    vault, site = make(tmp_path, "a")
    (site / "x").touch()
    assert ServedFolder().put(vault, site) is None
    assert [path.name for path in site.iterdir()] == ["x"]
    (site / "x").unlink()
    folder = ServedFolder()
    assert folder.put(vault, site) == kept(cache)[0], "the lock was given back"
    folder.take_away()

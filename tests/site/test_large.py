"""A large vault: what is read of a note is dropped when it is checked, and the site is that of any other vault."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import VAULT
from edits import Author
from mkdocs.commands.build import build
from served_site import load, read_site

from zhixing.page import Document
from zhixing.site import shown
from zhixing.vault.note import Note

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


def build_site(project: Path, site: Path, *, dirty: bool = False) -> dict[str, bytes]:
    """Return the bytes of the site that a build from nothing makes."""
    settings, _ = load(project, site, {})
    settings.plugins.on_startup(command="build", dirty=dirty)
    build(settings, dirty=dirty)
    settings.plugins.on_shutdown()
    return read_site(site)


def hold_readings(notes: list[Note]) -> int:
    """Return of how many notes the blocks are kept."""
    return sum("regions" in vars(note) for note in notes)


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("made", ["edited", "basic"])
def test_a_large_vault_gives_the_same_bytes(  # with another plugin, too, that must find the text of each page
    made: str, alone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    if made == "edited":
        Author(project, 3, 10)
    else:
        shutil.copytree(VAULT, project)
    if not alone:
        config = project / "mkdocs.yml"
        settings = config.read_text(encoding="utf-8").replace("\nplugins:\n", "\nplugins:\n  - search\n")
        config.write_text(settings, encoding="utf-8")
    small = build_site(project, tmp_path / "small")
    monkeypatch.setattr(shown, "LARGE", 0)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for dirty in (False, True):
        large = build_site(project, tmp_path / f"large{dirty}", dirty=dirty)
        assert [path for path in small.keys() | large.keys() if small.get(path) != large.get(path)] == []


@pytest.mark.parametrize("dirty", [False, True])
def test_few_notes_of_a_large_vault_are_read_at_a_time(
    dirty: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    Author(project, 3, 30)
    settings, plugin = load(project, tmp_path / "site", {})
    held: list[int] = []
    make_page = shown.Shown.page

    def count(self: shown.Shown, *given: Any, **more: Any) -> Document:
        held.append(hold_readings(list(self.vault.notes.values())))
        return make_page(self, *given, **more)

    monkeypatch.setattr(shown, "LARGE", 0)
    monkeypatch.setattr(shown.Shown, "page", count)
    settings.plugins.on_startup(command="build", dirty=dirty)
    build(settings, dirty=dirty)
    settings.plugins.on_shutdown()
    assert len(held) >= 30
    assert max(held) < 10
    assert hold_readings(list(plugin.builder.vault.shown.vault.notes.values())) < 10

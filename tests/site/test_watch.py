"""A saved file is noticed at once, however an editor saves it; without the system's notices a little later."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileSystemEvent, FileSystemEventHandler

from zhixing.site import watch

NEVER, LONG = 600.0, 60.0


class Changes(FileSystemEventHandler):
    """Notes that a file changed, as MkDocs does."""

    def __init__(self) -> None:
        self.seen = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if not event.is_directory:
            self.seen.set()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    docs = tmp_path / "docs"
    (docs / "里").mkdir(parents=True)
    (docs / "里" / "甲.md").write_text("甲", encoding="utf-8")
    return docs


@pytest.fixture
def changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Changes]:
    monkeypatch.setattr(watch, "_INTERVAL", NEVER)
    found = Changes()
    observer = watch.WakingObserver()
    observer.schedule(found, str(folder), recursive=True)
    observer.start()
    yield found
    observer.stop()
    observer.join()


def write(folder: Path) -> None:
    (folder / "里" / "甲.md").write_text("甲乙", encoding="utf-8")


def replace(folder: Path) -> None:
    (folder / "里" / "甲.tmp").write_text("丙", encoding="utf-8")
    (folder / "里" / "甲.tmp").replace(folder / "里" / "甲.md")


def create(folder: Path) -> None:
    (folder / "新").mkdir()
    (folder / "新" / "乙.md").write_text("乙", encoding="utf-8")


def remove(folder: Path) -> None:
    (folder / "里").rename(folder.parent / "外")


@pytest.mark.parametrize("change", [write, replace, create, remove])
def test_a_change_is_noticed_at_once(folder: Path, changes: Changes, change: object) -> None:
    assert callable(change)
    change(folder)
    assert changes.seen.wait(LONG)


def test_reading_is_no_change(folder: Path, changes: Changes) -> None:
    (folder / "里" / "甲.md").read_text(encoding="utf-8")
    assert not changes.seen.wait(1)


def test_a_change_is_noticed_where_the_system_tells_of_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError("inotify watch limit reached")

    monkeypatch.setattr(watch, "Observer", refuse)
    found = Changes()
    observer = watch.WakingObserver()
    observer.schedule(found, str(folder), recursive=True)
    observer.start()
    write(folder)
    assert found.seen.wait(LONG)
    observer.stop()
    observer.join()


def test_a_server_goes_on_watching_what_it_watched(folder: Path) -> None:
    server = LiveReloadServer(lambda: None, "127.0.0.1", 0, str(folder))
    server.watch(str(folder))
    server.watch(str(folder / "里"), recursive=False)
    server.watch(str(folder / "里"), recursive=False)
    watch.watch_closely(server)
    assert server._watched_paths == {str(folder): 1, str(folder / "里"): 2}
    assert [server._watch_refs[str(path)].is_recursive for path in (folder, folder / "里")] == [True, False]
    assert isinstance(server.observer, watch.WakingObserver)
    server.server_close()

"""How much work a save is while a vault is served: function calls and seconds of CPU, and what takes most of them.

    python -m benchmarks.serve.calls                          # the vault of this repository
    python -m benchmarks.serve.calls --notes 1000 --top 40
    python -m benchmarks.serve.calls --kind title         # another edit than a paragraph more; "all" for all of them

Calls are counted by cProfile, in a process that builds as `mkdocs serve` does and serves nothing. Unlike seconds they
are nearly the same on any machine, whatever else runs there.
"""

from __future__ import annotations

import argparse
import cProfile
import logging
import pstats
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.serve.__main__ import make_project
from benchmarks.serve.kinds import EXAMPLE, KINDS, save
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer

from zhixing.site.incremental.browsers import Browsers

URL = "http://127.0.0.1:8000/"
# A file that changed in the last two seconds is read again; an author's pauses are longer.
PAUSE = 2.1


def main() -> None:
    """Print what a save takes."""
    parser = argparse.ArgumentParser(description="The work of a save")
    parser.add_argument("--notes", type=int, default=0, help="of a generated vault; 0 is that of this repository")
    parser.add_argument("--kind", choices=(*KINDS, "all"), default="text", help="what is edited (default: %(default)s)")
    parser.add_argument("--times", type=int, default=3, help="how many saves are counted (default: %(default)s)")
    parser.add_argument("--top", type=int, default=0, help="print so many functions that take most")
    parser.add_argument("--by", default="cumulative", help="what they are sorted by (default: %(default)s)")
    parser.add_argument("--note", default="", help="the note that is saved, by its path; one in the middle by default")
    given = parser.parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="zhixing-calls-") as folder:
        make_project(Path(folder), given.notes)
        note = _find_note(Path(folder, "notes"), given.note)
        text = _have_example(note)
        build, close = _serve(Path(folder))
        released = _record_releases()
        # The first save after a start does more than others.
        save("text", note, text, "first")
        build()
        for kind in KINDS if given.kind == "all" else [given.kind]:
            _report(kind, *_measure(kind, note, text, build, released, given.times), given)
        close()


def _record_releases() -> list[float]:
    """Return a list that gets the seconds of CPU spent so far when browsers reload before a build ends."""
    released: list[float] = []
    release = Browsers.release

    def record(browsers: Browsers, outdated: Iterable[str]) -> None:
        released.append(time.process_time())
        release(browsers, outdated)

    Browsers.release = record  # type: ignore[method-assign]  # a build has no hook for it
    return released


def _report(
    kind: str, seconds: list[float], shown: list[float], profile: cProfile.Profile, given: argparse.Namespace
) -> None:
    stats = pstats.Stats(profile)
    calls = sum(row[1] for row in stats.stats.values()) // given.times  # type: ignore[attr-defined]  # untyped
    unprofiled = f"median {statistics.median(seconds):.3f} s, most {max(seconds):.3f} s of CPU unprofiled"
    unprofiled += f"; {statistics.median(shown):.3f} s to the page"
    print(f"a save ({kind}): {calls:,} calls, {unprofiled}", flush=True)
    if given.top:
        stats.sort_stats(given.by).print_stats(given.top)


def _have_example(note: Path) -> str:
    """Return the text of a note that has an example; one is added where it has none."""
    text = note.read_text(encoding="utf-8")
    if "\ngiven:\n" not in text:
        text += EXAMPLE
        note.write_text(text, encoding="utf-8")
    return text


def _find_note(folder: Path, named: str) -> Path:
    paths = sorted(folder.rglob("*.md"))
    return folder / named if named else paths[len(paths) // 2]


def _measure(
    kind: str, note: Path, text: str, build: Callable[[], None], released: list[float], times: int
) -> tuple[list[float], list[float], cProfile.Profile]:
    """Build after saves of a kind, with and without counting, in turn.

    Return the seconds without, those until browsers reload, and the counts.
    """
    profile = cProfile.Profile()
    seconds, shown = [], []
    for number in range(2 * times):
        if kind in ("new note", "deleted note"):
            other = "new note" if kind == "deleted note" else "deleted note"
            _go_back(other, note, text, build)
        time.sleep(PAUSE)
        save(kind, note, text, f"timed-{number + 91}-")
        began = time.process_time()
        if number % 2:
            profile.runcall(build)
        else:
            released.clear()
            build()
            seconds.append(time.process_time() - began)
            shown.append(released[0] - began if released else seconds[-1])
    note.write_text(text, encoding="utf-8")
    build()
    return seconds, shown, profile


def _go_back(kind: str, note: Path, text: str, build: Callable[[], None]) -> None:
    """Have the new note there, or not there."""
    if note.with_name("新笔记.md").exists() == (kind == "deleted note"):
        save(kind, note, text, "before")
        build()


def _serve(project: Path) -> tuple[Callable[[], None], Callable[[], object]]:
    """Build a project as `mkdocs serve` does; return what a save calls, and what ends it."""
    site = tempfile.mkdtemp(prefix="site-", dir=project)

    def load() -> MkDocsConfig:
        config = load_config(config_file=str(project / "mkdocs.yml"), site_dir=site)
        config.site_url = URL
        return config

    def builder(config: MkDocsConfig | None = None) -> None:
        build(config or load(), serve_url=URL)

    config = load()
    config.plugins.on_startup(command="serve", dirty=False)
    builder(config)
    server = LiveReloadServer(builder=builder, host="127.0.0.1", port=8000, root=site, mount_path="/")
    server.watch(config.docs_dir)
    server = config.plugins.on_serve(server, config=config, builder=builder)
    return server.builder, config.plugins.on_shutdown


if __name__ == "__main__":
    main()

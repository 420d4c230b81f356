"""How long `mkdocs serve` takes from a save to the page that shows it.

    python -m benchmarks.serve                       # the vault of this repository
    python -m benchmarks.serve --notes 1000 --times 9

A copy of the vault is served by its plain command. A paragraph is written at the end of a note and its page is asked
for until the paragraph is there. Then ten saves follow one another at once, and a save falls into the build of another.
Exit status 1 where a goal of README.md is missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.vaults.gen_vault import Generator

ROOT = Path(__file__).parents[2]
SEED = 20240601
CONFIG = """\
site_name: serve
docs_dir: notes
theme: {name: material, font: false, language: zh, features: [navigation.prune]}
plugins: [zhixing]
"""
# At most so many seconds from a save to its page, up to so many notes.
GOALS = ((100, 0.3), (1_000, 0.5), (10_000, 2.0))
BURST = 10
# Between saves an author types, and the server writes the index of its search.
PAUSE = 3
LONGEST = 900


@dataclass(frozen=True, slots=True)
class Served:
    """A vault that is being served: a note of it, and the address of the note's page."""

    note: Path
    url: str

    def page(self) -> str:
        """Return the page as it is now, "" where nothing answers."""
        try:
            with urllib.request.urlopen(self.url, timeout=LONGEST) as answer:  # noqa: S310  # our own server
                return str(answer.read().decode("utf-8", "replace"))
        except OSError:
            return ""

    def wait_for(self, text: str) -> float:
        """Return the seconds until the page says a text."""
        began = time.perf_counter()
        while text not in self.page():
            if time.perf_counter() - began > LONGEST:
                raise SystemExit(f"the page does not say {text!r}")
            time.sleep(0.01)
        return time.perf_counter() - began


def main() -> None:
    """Print the times, and exit with status 1 where one is over its goal."""
    parser = argparse.ArgumentParser(description="From a save to its page")
    parser.add_argument("--notes", type=int, default=0, help="of a generated vault; 0 is that of this repository")
    parser.add_argument("--times", type=int, default=7, help="how many saves are timed (default: %(default)s)")
    given = parser.parse_args()
    # Servers are ended by Ctrl-C, which what a shell starts in the background ignores, and its children with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="zhixing-serve-") as folder:
        count = make_project(Path(folder), given.notes)
        port = find_port()
        with serve(Path(folder), port) as (_, started):
            time.sleep(2 * PAUSE)
        with serve(Path(folder), port) as (served, again):
            print(f"{count} notes: first start {started:.1f} s, another start {again:.1f} s")
            late = measure(
                served, given.times, next((goal for most, goal in GOALS if (given.notes or count) <= most), LONGEST)
            )
    sys.exit(late)


def make_project(folder: Path, notes: int) -> int:
    """Make a project to serve in a folder; return how many notes it has."""
    if notes:
        Generator(folder / "notes", notes, SEED, 0.01).write_all()
        (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    else:
        shutil.copy(ROOT / "mkdocs.yml", folder)
        for name in ("notes", "templates"):
            shutil.copytree(ROOT / name, folder / name)
    return sum(1 for _ in (folder / "notes").rglob("*.md"))


def find_port() -> int:
    """Return a port that is free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serve(folder: Path, port: int) -> Iterator[tuple[Served, float]]:
    """Serve a project; yield a note of it, and the seconds until its page was there."""
    paths = sorted((folder / "notes").rglob("*.md"))
    note = paths[len(paths) // 2]
    place = note.relative_to(folder / "notes").with_suffix("").as_posix()
    served = Served(note, f"http://127.0.0.1:{port}/{urllib.parse.quote(place)}/")
    command = [sys.executable, "-m", "mkdocs", "serve", "--quiet", "-a", f"127.0.0.1:{port}"]
    began = time.perf_counter()
    server = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        while not served.page():
            if server.poll() is not None or time.perf_counter() - began > LONGEST:
                raise SystemExit(f"the server did not come up (exit status {server.poll()})")
            time.sleep(0.05)
        yield served, time.perf_counter() - began
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.wait()


def measure(served: Served, times: int, goal: float) -> bool:
    """Time saves one by one, a burst of them, and a save during a build; return whether one is over the goal."""
    text = served.note.read_text(encoding="utf-8")
    time.sleep(PAUSE)
    seen = []
    for number in range(times):
        served.note.write_text(f"{text}\n\nmark-{number}-\n", encoding="utf-8")
        seen.append(served.wait_for(f"mark-{number}-"))
        time.sleep(PAUSE)
    for number in range(BURST):
        served.note.write_text(f"{text}\n\nburst-{number}-\n", encoding="utf-8")
    burst = served.wait_for(f"burst-{BURST - 1}-")
    time.sleep(PAUSE)
    served.note.write_text(f"{text}\n\nfirst\n", encoding="utf-8")
    time.sleep(max(0.02, statistics.median(seen) * 0.7))
    served.note.write_text(f"{text}\n\nsecond-\n", encoding="utf-8")
    during = served.wait_for("second-")
    served.note.write_text(text, encoding="utf-8")
    print(f"save to page: median {statistics.median(seen):.2f} s, slowest {max(seen):.2f} s (goal {goal} s)")
    print(f"last of {BURST} saves: {burst:.2f} s; a save during a build: {during:.2f} s")
    return statistics.median(seen) > goal


if __name__ == "__main__":
    main()

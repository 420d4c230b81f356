"""What `zhixing check` and `zhixing regenerate` take: the first time, with nothing changed, and after one edit.

    python -m benchmarks.index [--notes 1000,10000] [--examples 1000] [--own] [--keep DIR]

Vaults are generated; with `--own` a copy of the notes of this repository is measured, too. What runs keep goes into a
folder of their own. Each figure is one run of the command: processor time of all its threads, time on the clock, and
the most memory that it held. 0 leaves a part out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.vaults.gen_vault import Generator

ROOT = Path(__file__).parents[2]
SEED = 20240601
CONFIG = "site_name: index\ndocs_dir: vault\nplugins: [zhixing]\n"
SETTLED = 3.5
"""Seconds after which a file counts as one that was not changed just now."""
EXAMPLE = """\
# 例 {number}

正文，见 [[例 {next}]]。

```yaml example
id: 例{number}
axes:
  键: [甲, 乙, 丙]
given:
  s[键]: [{number}, 2, 3]
compute:
  w[键]: softmax(s)
show:
  - table: [s, w]
expect:
  sum(w): 1
```
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took: seconds of processor time and on the clock, and MiB of memory."""

    processor: float
    clock: float
    memory: float

    def __str__(self) -> str:
        return f"{self.processor:8.2f} {self.clock:8.2f} {self.memory:8.0f}"


def run(folder: Path, *words: str) -> Cost:
    """Run `zhixing WORDS` in a folder, with a cache of its own. Raises RuntimeError where it breaks off."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", "from zhixing.cli import main; main()", *words],
        cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    told = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 3) or b"Traceback" in told:
        raise RuntimeError(told.decode(errors="replace"))
    memory = used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - begun, memory)


def edit(folder: Path) -> None:
    """Write a sentence and a link into a note in the middle of the vault."""
    notes = sorted((folder / "vault").rglob("*.md"))
    with notes[len(notes) // 2].open("a", encoding="utf-8") as file:
        file.write(f"\n又一句，见 [[{notes[0].stem}]]。\n")


def measure(folder: Path, *words: str) -> Iterator[tuple[str, Cost]]:
    """Yield what a command takes: cold, warm, and after an edit of one note."""
    time.sleep(SETTLED)
    yield "cold", run(folder, *words)
    yield "warm", run(folder, *words)
    edit(folder)
    yield "one note changed", run(folder, *words)
    yield "without a cache", run(folder, *words, "--no-cache")


def write_notes(folder: Path, count: int) -> None:
    """Write a vault of linked notes without examples."""
    Generator(folder / "vault", count, SEED, 0.01).write_all()
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")


def write_examples(folder: Path, count: int) -> None:
    """Write a vault of notes with an example each, and their results."""
    (folder / "vault").mkdir(parents=True)
    for number in range(count):
        text = EXAMPLE.format(number=number, next=(number + 1) % count)
        (folder / "vault" / f"例 {number}.md").write_text(text, encoding="utf-8")
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    run(folder, "regenerate")
    run(folder, "regenerate", "--no-cache")


def copy_notes(folder: Path, _count: int) -> None:
    """Copy the notes of this repository."""
    shutil.copytree(ROOT / "notes", folder / "vault")
    shutil.copytree(ROOT / "templates", folder / "templates")
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")


def report(name: str, keep: Path | None, write: Callable[[Path, int], None], count: int, *words: str) -> None:
    """Print what a command takes in a vault."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = (keep or Path(temporary)) / name
        if not folder.exists():
            folder.mkdir(parents=True)
            write(folder, count)
        for state, cost in measure(folder, *words):
            print(f"{name:<20} {state:<18} {cost}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", default="1000,10000")
    parser.add_argument("--examples", type=int, default=1000)
    parser.add_argument("--own", action="store_true")
    parser.add_argument("--keep", type=Path)
    wanted = parser.parse_args()
    print(f"{'':<39} {'CPU s':>8} {'clock s':>8} {'MiB':>8}")
    for count in (int(one) for one in wanted.notes.split(",") if int(one)):
        report(f"check {count}", wanted.keep, write_notes, count, "check")
    if wanted.own:
        report("check of our notes", wanted.keep, copy_notes, 0, "check")
    if wanted.examples:
        report(f"regenerate {wanted.examples}", wanted.keep, write_examples, wanted.examples, "regenerate")


if __name__ == "__main__":
    main()

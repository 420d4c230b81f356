"""How long `zhixing watch` takes from a save to the results in the note, and what it costs while nobody saves.

    python -m benchmarks.watch                     # a generated vault of 1,000 notes with an example each
    python -m benchmarks.watch --notes 10000 --times 9

A number that an example is given is changed in one note, by writing into the file and by renaming over it in turn, and
the note is read until its results are those of the new number. Exit status 1 where the goal of README.md is missed.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.vaults.gen_vault import Generator

SEED = 20240601
GOAL = 0.3
GOAL_UP_TO = 1_000
IDLE = 10.0
SETTLED = 5.0
LONGEST = 600
EXAMPLE = """
```yaml example
id: 例{number}
axes:
  键: [猫, 狗, 鱼]
given:
  s[键]: [1, {number}, log(0.6)]
  n: {number}
compute:
  w[键]: softmax(s)
  double: 2 * n
show:
  - table: [double]
  - heatmap: w
```
"""


def make_vault(folder: Path, count: int) -> list[Path]:
    """Write a vault with an example in each note; return the notes."""
    generator = Generator(folder, count, SEED, 0.01)
    generator.write_all()
    notes = sorted(path for path in folder.rglob("*.md") if path.name != "index.md")
    for number, note in enumerate(notes):
        with note.open("a", encoding="utf-8") as file:
            file.write(EXAMPLE.format(number=number))
    return notes


def save(note: Path, text: str, *, rename: bool) -> None:
    """Save as an editor does: into the file, or by renaming another file over it."""
    place = note.with_suffix(".part") if rename else note
    place.write_text(text, encoding="utf-8")
    if rename:
        place.replace(note)


def wait_for(note: Path, result: str) -> float:
    """Return the seconds until a note has a result."""
    began = time.perf_counter()
    while result not in note.read_text(encoding="utf-8"):
        if time.perf_counter() - began > LONGEST:
            raise SystemExit(f"{note} has no {result}")
        time.sleep(0.002)
    return time.perf_counter() - began


def time_saves(note: Path, times: int) -> list[float]:
    """Return the seconds from each save to the results of the number that it gave."""
    taken = []
    for number in range(times):
        given = 1_001 + number
        text = note.read_text(encoding="utf-8")
        changed = re.sub(r"^  n: \d+", f"  n: {given}", text, flags=re.MULTILINE)
        save(note, changed, rename=number % 2 == 1)
        taken.append(wait_for(note, f"| {2 * given} |"))
        # Past the burst, so that each save is one by itself.
        time.sleep(1)
    return taken


def spent(process: subprocess.Popen[str]) -> float:
    """Return the seconds of CPU that a process has spent; 0 where the system has no /proc."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: subprocess.Popen[str]) -> int:
    """Return the megabytes that a process takes at most; 0 where the system has no /proc."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def measure(folder: Path, count: int, times: int) -> list[float]:
    """Run the watch on a vault, print its figures and return the seconds of each save."""
    notes = make_vault(folder, count)
    began = time.perf_counter()
    command = [sys.executable, "-c", "from zhixing.cli import main; main()", "watch", "--vault", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            while "Watching" not in (line := process.stdout.readline()):
                if not line:
                    raise SystemExit("the watch did not start")
            print(f"{count} notes: first results {time.perf_counter() - began:.1f} s")
            time.sleep(SETTLED)
            before = spent(process)
            taken = time_saves(notes[len(notes) // 2], times)
            each = (spent(process) - before) / times
            time.sleep(SETTLED)
            before = spent(process)
            time.sleep(IDLE)
            idle = (spent(process) - before) / IDLE
            print(f"save to results: median {statistics.median(taken):.2f} s, longest {max(taken):.2f} s of {times}")
            print(f"{each:.2f} s of CPU for each save; idle {idle:.1%} of a processor; at most {memory(process)} MiB")
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=1_000)
    parser.add_argument("--times", type=int, default=8)
    given = parser.parse_args()
    # As in benchmarks.serve: Ctrl-C would be ignored in the background of a shell.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="zhixing-watch-") as folder:
        taken = measure(Path(folder, "notes"), given.notes, given.times)
    sys.exit(given.notes <= GOAL_UP_TO and statistics.median(taken) > GOAL)


if __name__ == "__main__":
    main()

"""What vaults made to do harm take of time and memory, and what they did: each in a process of its own, with limits.

    python -m benchmarks.hostile [--bytes 1000000] [--every 1] [--seconds 10] [--gigabytes 1]

Exit status 1 where a vault took more, ended the process, or wrote outside its folder.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hostile.attacks import Make, attacks

from zhixing.cli import main as zhixing

COMMANDS = (["check"], ["regenerate", "--check"])
SHOWN = 15
TRACE = "traceback.txt"
FAILED = 99


@dataclass(frozen=True)
class Outcome:
    """What an attack took: processor time, memory, and how it ended ("" where as it should)."""

    name: str
    seconds: float
    megabytes: float
    bad: str


def attempt(name: str, make: Make, size: int, seconds: int, gigabytes: float) -> Outcome:
    """Write a vault, run the commands on it, and return what that took."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        notes = project / "notes"
        notes.mkdir(parents=True)
        (project / "mkdocs.yml").write_text("site_name: x\ndocs_dir: notes\n", encoding="utf-8")
        make(notes, size)
        child = os.fork()
        if child == 0:
            _run(project, seconds, gigabytes)
        _, status, usage = os.wait4(child, 0)
        told = _told(project / TRACE)
        left = sorted(path.name for path in Path(folder).iterdir()) + sorted(path.name for path in project.iterdir())
    taken = usage.ru_utime + usage.ru_stime
    megabytes = usage.ru_maxrss / 1000
    return Outcome(name, taken, megabytes, _bad(status, taken, megabytes, left, seconds, gigabytes) + told)


def _told(trace: Path) -> str:
    """Return the last line of a traceback, "" where there is none, and remove it."""
    if not trace.exists():
        return ""
    last = trace.read_text(encoding="utf-8").strip().splitlines()[-1]
    trace.unlink()
    return last


def _bad(status: int, taken: float, megabytes: float, left: Sequence[str], seconds: int, gigabytes: float) -> str:
    if left != ["project", "mkdocs.yml", "notes"]:
        return f"wrote {left}"
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    if os.WEXITSTATUS(status) == FAILED:
        return "traceback: "
    return "time" if taken > seconds else "memory" if megabytes > gigabytes * 1000 else ""


def _run(project: Path, seconds: int, gigabytes: float) -> None:
    """Run the commands in this process, with limits, and end it."""
    status = 0
    resource.setrlimit(resource.RLIMIT_CPU, (seconds * 2, seconds * 2))
    memory = int(gigabytes * 4e9)  # of addresses; what is counted is what is used
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.alarm(seconds * 10)  # a wait takes no processor time
    os.chdir(project)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    try:
        for command in COMMANDS:
            with suppress(SystemExit):
                zhixing(command, standalone_mode=False)
    except BaseException:  # noqa: BLE001  # whatever it is, it is what the attack was for
        (project / TRACE).write_text(traceback.format_exc(), encoding="utf-8")
        status = FAILED
    os._exit(status)


def main() -> int:
    """Run the attacks and print the slowest and the largest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", type=int, default=1_000_000)
    parser.add_argument("--every", type=int, default=1, help="run one in so many")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--gigabytes", type=float, default=1)
    given = parser.parse_args()
    begun = time.perf_counter()
    chosen = list(attacks())[:: given.every]
    outcomes = []
    for number, (name, make) in enumerate(chosen):
        print(f"\r{number + 1}/{len(chosen)} {name[:40]:40}", end="", file=sys.stderr, flush=True)
        outcomes.append(attempt(name, make, given.bytes, given.seconds, given.gigabytes))
    print(file=sys.stderr)
    print(f"{len(outcomes)} attacks of {given.bytes:,} bytes in {time.perf_counter() - begun:.0f} s")
    for title, key in (("slowest", "seconds"), ("largest", "megabytes")):
        print(f"\n{title}")
        for one in sorted(outcomes, key=lambda one: -getattr(one, key))[:SHOWN]:
            print(f"{one.seconds:8.1f} s {one.megabytes:8.0f} MB  {one.bad:12} {one.name}")
    bad = [one for one in outcomes if one.bad]
    print(f"\n{len(bad)} beyond the limits")
    for one in bad:
        print(f"{one.seconds:8.1f} s {one.megabytes:8.0f} MB  {one.bad:12} {one.name}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())

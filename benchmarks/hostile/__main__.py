"""What vaults made to do harm take of time and memory, and what they did: each in a process of its own, with limits.

    python -m benchmarks.hostile [WORD …] [--bytes 1000000] [--every 1] [--from 0] [--seconds 10] [--gigabytes 1]
                                 [--only check|build] [--minutes 60]

Each vault is checked and regenerated (dry), and in another process its site is built; a WORD chooses the attacks whose
name holds it. Exit status 1 where a vault took more, ended the process, wrote outside its folder, or cost the site.
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
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hostile.attacks import Make, attacks
from mkdocs.__main__ import cli as mkdocs

from zhixing.cli import main as zhixing
from zhixing.site import plugin as _plugin  # noqa: F401  # what each build needs is imported once

COMMANDS = (["check"], ["regenerate", "--check"])
CHECK, BUILD = "check", "build"
SETTINGS = {
    CHECK: "site_name: x\ndocs_dir: notes\n",
    BUILD: "site_name: x\ndocs_dir: notes\ntheme: {name: material}\nplugins: [search, zhixing]\n",
}
ORDINARY = "ordinary.md"
"""A note that nothing is wrong with: where it has no page, the attack cost the site."""
PAGE = "site/ordinary/index.html"
SHOWN = 15
TRACE = "traceback.txt"
FAILED = 99


@dataclass(frozen=True)
class Outcome:
    """What an attack took of a command: processor time, memory, and how it ended ("" where as it should)."""

    name: str
    command: str
    seconds: float
    megabytes: float
    bad: str


def attempt(name: str, make: Make, size: int, seconds: int, gigabytes: float, command: str = CHECK) -> Outcome:
    """Write a vault, check it or build its site, and return what that took."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        notes = project / "notes"
        notes.mkdir(parents=True)
        (project / "mkdocs.yml").write_text(SETTINGS[command], encoding="utf-8")
        (notes / ORDINARY).write_text("# An ordinary note\n", encoding="utf-8")
        make(notes, size)
        child = os.fork()
        if child == 0:
            _run(project, seconds, gigabytes, command)
        _, status, usage = os.wait4(child, 0)
        told = _told(project / TRACE)
        bad = _written(Path(folder)) or _ended(status) or (_lost(project) if command == BUILD else "")
    taken, megabytes = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000
    beyond = "time" if taken > seconds else "memory" if megabytes > gigabytes * 1000 else ""
    return Outcome(name, command, taken, megabytes, (bad or beyond) + told)


def _told(trace: Path) -> str:
    """Return the last line of a traceback, "" where there is none, and remove it."""
    if not trace.exists():
        return ""
    last = trace.read_text(encoding="utf-8").strip().splitlines()[-1]
    trace.unlink()
    return last


def _written(folder: Path) -> str:
    """Return what was written outside the places of a vault and its site."""
    left = {path.name for path in (*folder.iterdir(), *(folder / "project").iterdir())}
    beside = sorted(left - {"project", "mkdocs.yml", "notes", "site", ".site.zhixing-building"})
    return f"wrote {beside}" if beside else ""


def _ended(status: int) -> str:
    """Return how a process ended, "" for as it should."""
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return "traceback: " if os.WEXITSTATUS(status) == FAILED else ""


def _lost(project: Path) -> str:
    """Return what a site lacks where a bad file cost the others their pages."""
    page = project / PAGE
    return "" if page.exists() and "An ordinary note" in page.read_text(encoding="utf-8") else "no site"


def _run(project: Path, seconds: int, gigabytes: float, command: str) -> None:
    """Run the commands in this process, with limits, and end it."""
    status = 0
    resource.setrlimit(resource.RLIMIT_CPU, (seconds * 2, seconds * 2))
    memory = int(gigabytes * 4e9)  # of addresses; what is counted is what is used
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.alarm(seconds * 30)  # a wait takes no processor time
    os.chdir(project)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    try:
        if command == BUILD:
            mkdocs(["build", "--quiet"], standalone_mode=False)
        else:
            _check()
    except BaseException:  # noqa: BLE001  # whatever it is, it is what the attack was for
        (project / TRACE).write_text(traceback.format_exc(), encoding="utf-8")
        status = FAILED
    os._exit(status)


def _check() -> None:
    for command in COMMANDS:
        with suppress(SystemExit):
            zhixing(command, standalone_mode=False)


def main() -> int:
    """Run the attacks and print the slowest and the largest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="WORD")
    parser.add_argument("--bytes", type=int, default=1_000_000)
    parser.add_argument("--every", type=int, default=1, help="run one in so many")
    parser.add_argument("--from", type=int, default=0, dest="first", help="pass over so many")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--only", choices=[CHECK, BUILD])
    parser.add_argument("--minutes", type=float, default=24 * 60, help="begin no attack later")
    given = parser.parse_args()
    begun = time.perf_counter()
    commands = [given.only] if given.only else [CHECK, BUILD]
    chosen = [one for one in attacks() if not given.words or any(word in one[0] for word in given.words)]
    chosen = chosen[given.first :: given.every]
    outcomes: list[Outcome] = []
    for number, (name, make) in enumerate(chosen):
        if time.perf_counter() - begun > given.minutes * 60:
            break
        print(f"\r{number + 1}/{len(chosen)} {name[:40]:40}", end="", file=sys.stderr, flush=True)
        limits = given.seconds, given.gigabytes
        done = [attempt(name, make, given.bytes, *limits, command) for command in commands]
        for one in (one for one in done if one.bad):
            print(
                f"\n{one.command}: {one.seconds:.1f} s, {one.megabytes:.0f} MB: {one.bad}", file=sys.stderr, flush=True
            )
        outcomes += done
    print(file=sys.stderr)
    _print(outcomes, f"of {given.bytes:,} bytes in {time.perf_counter() - begun:.0f} s")
    return any(one.bad for one in outcomes)


def _print(outcomes: Sequence[Outcome], how: str) -> None:
    """Print the slowest and the largest attacks, each with both commands, and those beyond the limits."""
    table: dict[str, dict[str, Outcome]] = {}
    for one in outcomes:
        table.setdefault(one.name, {})[one.command] = one
    print(f"{len(table)} attacks {how}")
    for title, key in (("slowest", "seconds"), ("largest", "megabytes")):
        ordered = sorted(table.values(), key=lambda row: -max(getattr(one, key) for one in row.values()))
        _print_table(title, ordered[:SHOWN])
    bad = [row for row in table.values() if any(one.bad for one in row.values())]
    _print_table(f"{len(bad)} beyond the limits", bad)


def _print_table(title: str, rows: Sequence[Mapping[str, Outcome]]) -> None:
    print(f"\n{title}\n{'check':>22}{'build':>24}")
    for row in rows:
        cells = (f"{one.seconds:8.1f} s {one.megabytes:8.0f} MB  " if (one := row.get(kind)) else " " * 24
                 for kind in (CHECK, BUILD))  # fmt: skip
        ends = dict.fromkeys(one.bad for one in row.values() if one.bad)
        print(f"{''.join(cells)}{next(iter(row.values())).name}  {' '.join(ends)}".rstrip())


if __name__ == "__main__":
    sys.exit(main())

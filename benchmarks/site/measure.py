"""Running a command and measuring it; what a site on the disk takes."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost: seconds by the clock, CPU seconds with its children, and megabytes at most."""

    seconds: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Size:
    """What a site takes: megabytes and files, and of its pages their number and the median kilobytes of HTML."""

    megabytes: float
    files: int
    pages: int
    page: float


class FailedError(Exception):
    """A command ended with another status than expected; the text is what it said last."""


def run(
    command: Sequence[str | Path],
    folder: Path,
    settings: Mapping[str, str] | None = None,
    *,
    expect: Sequence[int] = (0,),
) -> Cost:
    """Return the cost of a command. Raises FailedError where its status is none of `expect`."""
    log = folder / "output.log"
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command], cwd=folder, env={**os.environ, **(settings or {})}, stdout=output,
            stderr=output,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in expect:
        raise FailedError(log.read_text(encoding="utf-8", errors="replace")[-400:])
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def weigh(site: Path) -> Size:
    """Return what a site takes on the disk."""
    files = {path: path.stat().st_size for path in site.rglob("*") if path.is_file()}
    pages = [size for path, size in files.items() if path.suffix == ".html" and not _is_redirect(path)]
    return Size(sum(files.values()) / 1e6, len(files), len(pages), statistics.median(pages) / 1e3)


def _is_redirect(page: Path) -> bool:
    """Return whether a page only leads to another one, as those at former names of notes do."""
    return b'http-equiv="refresh"' in page.read_bytes()[:2000]

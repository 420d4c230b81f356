"""What `zhixing check` and `zhixing regenerate` cost: at first, with nothing changed, and with one note changed."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.site.measure import Cost, run
from benchmarks.watch.__main__ import make_vault

ZHIXING = (sys.executable, "-c", "from zhixing.cli import main; main()")
# What changed within the last two seconds is read again whatever its times say.
SETTLED = 2.5


def measure_commands(folder: Path, count: int) -> dict[str, Cost]:
    """Return the cost of each command on a vault of so many notes with an example each."""
    vault = folder / "notes"
    notes = make_vault(vault, count)
    with tempfile.TemporaryDirectory(prefix="cache-", dir=folder) as cache:
        settings = {"XDG_CACHE_HOME": cache, "LOCALAPPDATA": cache}

        def cost(*words: str) -> Cost:
            return run([*ZHIXING, *words, "--vault", str(vault)], folder, settings, expect=(0, 1, 3))

        found = {"regenerate, first": cost("regenerate")}
        _settle(vault)
        cost("regenerate")
        found["regenerate, nothing changed"] = cost("regenerate")
        found["check, first"] = cost("check", "--quiet")
        found["check, nothing changed"] = cost("check", "--quiet")
        _change(notes[count // 2])
        found["check, one note changed"] = cost("check", "--quiet")
        found["regenerate, one note changed"] = cost("regenerate")
    return found


def _change(note: Path) -> None:
    with note.open("a", encoding="utf-8") as file:
        file.write("\n又一句。\n")


def _settle(vault: Path) -> None:
    newest = max(Path(folder, name).stat().st_ctime for folder, _, names in os.walk(vault) for name in names)
    time.sleep(max(0, newest + SETTLED - time.time()))

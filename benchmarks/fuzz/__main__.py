"""Coverage-guided fuzzing of the readers and writers: whatever is typed ends in problems, never in an exception.

    python -m benchmarks.fuzz [NAME …] [--seconds 600]

Needs atheris (`pip install -e '.[fuzz]'`). Each target runs in a process of its own, from the cases of the tests. What
made one fail is kept in `.fuzz/NAME/`, which a further run starts from. Exit status 1 where one failed, or took more
than ten seconds or two gigabytes for one input.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.fuzz.targets import TARGETS

FOLDER = Path(".fuzz")
CASES = Path("tests/cases")
NOTES = Path("notes")
EXAMPLE = re.compile(r"^```yaml example\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
LENGTH = 4_000
SECONDS_EACH = 10
MEGABYTES = 2_000


def main() -> None:
    """Fuzz each target for a while and say which failed."""
    parser = argparse.ArgumentParser(description="Fuzz the readers and writers")
    parser.add_argument("names", nargs="*", choices=[*TARGETS, []], metavar="NAME", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=600, help="for each target (default: %(default)s)")
    given = parser.parse_args()
    failed = [name for name in given.names or TARGETS if not fuzz(name, given.seconds)]
    print(f"failed: {', '.join(failed) or 'none'}")
    sys.exit(bool(failed))


def fuzz(name: str, seconds: int) -> bool:
    """Run one target in a process of its own; return whether nothing made it fail."""
    found = FOLDER / name
    found.mkdir(parents=True, exist_ok=True)
    seeds = _write_seeds(FOLDER / "seeds" / name, SEEDS.get(name, _texts)())
    limits = [f"-max_total_time={seconds}", f"-max_len={LENGTH}", f"-timeout={SECONDS_EACH}"]
    limits += [f"-rss_limit_mb={MEGABYTES}", f"-artifact_prefix={found}/failed-", "-print_final_stats=1"]
    command = [sys.executable, "-m", "benchmarks.fuzz.run", name, *limits, str(found), str(seeds)]
    return subprocess.run(command, check=False).returncode == 0  # our own module


def _write_seeds(folder: Path, texts: Iterable[str]) -> Path:
    """Write texts as files of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts):
        (folder / str(number)).write_text(text, encoding="utf-8")
    return folder


def _texts() -> Iterator[str]:
    """Yield what the cases of the tests are given, and the notes' paragraphs."""
    for path in sorted(CASES.glob("*.md")):
        yield from path.read_text(encoding="utf-8").split("\n.\n")[1::2]
    for path in sorted(NOTES.rglob("*.md")):
        yield from path.read_text(encoding="utf-8").split("\n\n")


def _examples() -> Iterator[str]:
    """Yield the examples of the cases and of the notes."""
    for path in (*sorted(CASES.glob("*.md")), *sorted(NOTES.rglob("*.md"))):
        yield from EXAMPLE.findall(path.read_text(encoding="utf-8"))


def _expressions() -> Iterator[str]:
    """Yield what stands behind names in the examples."""
    for example in _examples():
        yield from filter(None, (line.partition(": ")[2] for line in example.splitlines()))


SEEDS = {"language": _examples, "expression": _expressions}


if __name__ == "__main__":
    main()

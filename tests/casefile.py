"""Readable test cases: a title, a dot, an input, a dot, what is expected, a dot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

Case = tuple[int, str, str, str]


def read_cases(path: Path) -> Iterator[Case]:
    """Yield the line, title, input and expected text of each case. A lone `.` on a line ends each part.

    Raises ValueError where the last dot is missing.
    """
    parts: list[list[str]] = [[]]
    start = 1
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(keepends=True), 1):
        if line.rstrip("\r\n") != ".":
            parts[-1].append(line)
        elif len(parts) < 3:
            parts.append([])
        else:
            title, given, expected = ("".join(part) for part in parts)
            yield start, title.strip(), given, expected
            parts, start = [[]], number + 1
    if any("".join(part).strip() for part in parts):
        message = f"{path}:{start}: the case that begins here lacks its last dot"
        raise ValueError(message)

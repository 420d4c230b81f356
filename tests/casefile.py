"""Readable test cases: a title, a dot, an input, a dot, what is expected, a dot.

`pytest --regen` writes what the tests got in place of what their cases expect, so that a diff can be read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One case of a file; `line` is where its title begins."""

    path: Path
    line: int
    title: str
    given: str
    expected: str

    def check(self, got: str) -> str:
        """Assert that `got` is what the case expects, and return it. With `--regen` the case expects it from now on."""
        if _Regeneration.new is None:
            assert got == self.expected, f"{self.path.name}:{self.line}: {self.title}"
        else:
            _Regeneration.new.setdefault(self.path, {})[self.line] = got
        return got


class _Regeneration:
    """The new expected texts, by file and line; None where cases are compared."""

    new: dict[Path, dict[int, str]] | None = None


def is_regenerating() -> bool:
    """Return whether tests are to write what they get, in place of comparing it."""
    return _Regeneration.new is not None


def read_cases(path: Path) -> Iterator[Case]:
    """Yield the cases of a file. A lone `.` on a line ends each part.

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
            yield Case(path, start, title.strip(), given, expected)
            parts, start = [[]], number + 1
    if any("".join(part).strip() for part in parts):
        message = f"{path}:{start}: the case that begins here lacks its last dot"
        raise ValueError(message)


def cases(name: str) -> list[object]:
    """Return the cases of a file of `tests/cases` as parameters of a test, named after their titles."""
    return [pytest.param(case, id=f"{case.line}-{case.title}") for case in read_cases(CASES / name)]


def with_expected(text: str, new: Mapping[int, str]) -> str:
    """Return the text of a case file whose cases at these lines expect other texts.

    Raises ValueError for a text that could not be read back: with a lone dot, or without a line end.
    """
    written: list[str] = []
    dots, start, expected = 0, 1, ""
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        dot = line.rstrip("\r\n") == "."
        if dots == 2 and not dot:
            expected += line
            continue
        if dots == 2:
            written.append(_readable(new.get(start, expected)))
            expected, start = "", number + 1
        written.append(line)
        dots = (dots + dot) % 3
    return "".join(written)


def _readable(text: str) -> str:
    if (text and not text.endswith("\n")) or any(line.strip("\r\n") == "." for line in text.splitlines()):
        raise ValueError(f"No case can expect this text: {text[-200:]!r}")
    return text


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regen", action="store_true", help="Let the cases of tests/cases expect what the tests get.")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--regen"):
        if os.environ.get("CI"):
            raise pytest.UsageError("--regen is not for CI: there the cases decide.")
        if config.getoption("numprocesses", None):
            raise pytest.UsageError("--regen needs one process: leave out -n.")
        _Regeneration.new = {}


def pytest_unconfigure() -> None:
    for path, new in (_Regeneration.new or {}).items():
        text = path.read_text(encoding="utf-8")
        path.write_text(with_expected(text, new), encoding="utf-8", newline="\n")

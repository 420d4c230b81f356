"""Split a note into regions. Lossless: the regions joined are the text."""

from __future__ import annotations

from zhixing.problems import Problem
from zhixing.source import Source
from zhixing.text.regions import Kind, Region

__all__ = ["Kind", "Region", "scan", "scan_problems"]


def scan(text: str) -> tuple[Region, ...]:
    """Return the regions of a note, without gaps: `"".join(r.span.of(text) for r in scan(text)) == text`."""
    raise NotImplementedError


def scan_problems(source: Source, regions: tuple[Region, ...]) -> list[Problem]:
    """Return a problem for each fence and each comment that is never closed."""
    raise NotImplementedError

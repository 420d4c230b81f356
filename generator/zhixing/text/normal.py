"""The one normal form in which a generated region is compared, so that editors may realign and respace it."""

from __future__ import annotations


def normal(text: str) -> str:
    """Return `text` with LF, table cells trimmed, runs of spaces collapsed and no space between CJK and ASCII."""
    raise NotImplementedError

"""The eight digits that tell whether somebody edited what the tool wrote, and the verdicts that follow."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256

DIGITS = 8


class Verdict(StrEnum):
    """What is to be done with something generated.

    FRESH: it is what is computed now. MISSING: it is not there yet. STALE: it is what the tool once wrote. EDITED:
    somebody changed it by hand.
    """

    FRESH = "fresh"
    MISSING = "missing"
    STALE = "stale"
    EDITED = "edited"


def checksum(text: str) -> str:
    """Return the first eight hexadecimal digits of a text's SHA-256."""
    return sha256(text.encode(errors="replace")).hexdigest()[:DIGITS]


def judge(found: str, computed: str, mark: str) -> Verdict:
    """Return the verdict on a text found where another is computed, both in normal form, under the checksum `mark`."""
    if found == computed:
        return Verdict.FRESH
    return Verdict.STALE if checksum(found) == mark else Verdict.EDITED

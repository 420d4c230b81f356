"""What becomes of a whole file that is generated, by its verdict, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zhixing.problems import Code, Problem
from zhixing.source import Source
from zhixing.weave.checksum import Verdict
from zhixing.weave.regions import Woven

_REGENERATE = "Run `zhixing regenerate`"


@dataclass(frozen=True, slots=True)
class Telling:
    """How a kind of file is spoken of: where it is missing, stale, or edited by hand."""

    missing: str
    stale: str
    edited: str
    mend: str
    stale_code: Code
    edited_code: Code


def settled(source: Source, verdict: Verdict, computed: str, telling: Telling, *, accept: bool) -> Woven:
    """Return what a file should hold: what it has where it is fresh, or edited and `accept` is not set."""
    keep = verdict is Verdict.FRESH or (verdict is Verdict.EDITED and not accept)
    problems = tuple(_problems(source, verdict, telling, accept=accept))
    return Woven(source.text if keep else computed, {source.path: verdict}, problems)


def _problems(source: Source, verdict: Verdict, telling: Telling, *, accept: bool) -> Iterator[Problem]:
    if verdict is Verdict.MISSING:
        yield source.problem(telling.stale_code, 0, telling.missing, _REGENERATE)
    elif verdict is Verdict.STALE:
        yield source.problem(telling.stale_code, 0, telling.stale, _REGENERATE)
    elif verdict is Verdict.EDITED and not accept:
        yield source.problem(telling.edited_code, 0, telling.edited, telling.mend)

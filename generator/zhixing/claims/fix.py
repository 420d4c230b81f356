"""Fixes of claims: the digits of a numeral that is wrong, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zhixing.claims.judge import judge_all
from zhixing.language.model import Run
from zhixing.numerals.read import Numeral
from zhixing.numerals.rewrite import rewrite
from zhixing.source import Span
from zhixing.vault.note import Note
from zhixing.weave.edits import Edit, apply_edits


def fix_numerals(note: Note, runs: Mapping[str, Run]) -> str:
    """Return a note's text with each wrong numeral written anew, in its own manner and precision."""
    return apply_edits(note.source.text, _edits(note, runs))


def _edits(note: Note, runs: Mapping[str, Run]) -> Iterator[Edit]:
    seen: set[Span] = set()
    for judged in judge_all(note.claims, runs):
        bound, computed = judged.claim.bound, judged.computed
        if computed is None or computed.on or not isinstance(bound, Numeral):
            continue
        # The first claim on a numeral decides: a second that disagrees would have it back in the next run.
        first = bound.span not in seen
        seen.add(bound.span)
        if first and judged.code is not None:
            yield Edit(bound.span, rewrite(bound, float(computed.values)))

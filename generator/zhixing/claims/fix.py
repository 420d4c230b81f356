"""Fixes of claims: the digits of a numeral that is wrong, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from zhixing.claims.backing import Backing
from zhixing.claims.judge import judge_note
from zhixing.claims.places import in_formula
from zhixing.markdown.claims import Claim
from zhixing.numerals.read import Numeral
from zhixing.numerals.rewrite import rewrite
from zhixing.source import Source, Span
from zhixing.vault.note import Note, read_note
from zhixing.weave.edits import Edit, apply_edits


def fix_numerals(note: Note, backing: Backing) -> str:
    """Return a note's text with each wrong numeral written anew, in its own manner and precision.

    The text is read again: a numeral that would say something else where it stands (`-3` behind a bracket, which is 3
    taken away) is left as it is, and stays a problem.
    """
    edits = _edits(note, backing)
    while edits:
        text = apply_edits(note.source.text, edits.values())
        misread = _misread(note, text, edits, backing)
        if not misread:
            return text
        edits = {number: edit for number, edit in edits.items() if number not in misread}
    return note.source.text


def _edits(note: Note, backing: Backing) -> dict[int, Edit]:
    """Return the edits of a note's numerals by the number of the claim, waivers not counted."""
    seen: set[Span] = set()
    edits: dict[int, Edit] = {}
    for number, judged in enumerate(judge_note(note, backing)):
        claim = judged.claim
        if judged.computed is None or judged.computed.on or not isinstance(claim.bound, Numeral):
            continue
        # The first claim on a numeral decides: a second that disagrees would have it back in the next run.
        first = claim.bound.span not in seen
        seen.add(claim.bound.span)
        if first and judged.code is not None:
            new = rewrite(claim.bound, float(judged.computed.values), latex=in_formula(note, claim.bound.span))
            edits[number] = Edit(claim.bound.span, new)
    return edits


def _misread(note: Note, text: str, edits: Mapping[int, Edit], backing: Backing) -> set[int]:
    """Return the edits after which a note's claims do not say what they should: all, where other claims changed."""
    again = list(judge_note(read_note(Source(note.source.path, text), note.path, dialect=note.dialect), backing))
    before = [claim for claim in note.claims if claim.reference]
    if len(again) != len(before):
        return {*edits}
    written = {edit.span for edit in edits.values()}
    pairs = zip(before, (judged.claim for judged in again), strict=True)
    if any(_text(old) != _text(new) for old, new in pairs if _span(old) not in written):
        return {*edits}
    return {number for number in edits if again[number].code is not None}


def _text(claim: Claim) -> str:
    return claim.bound.text if claim.bound else ""


def _span(claim: Claim) -> Span | None:
    return claim.bound.span if claim.bound else None

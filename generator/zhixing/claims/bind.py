"""Empty markers (`0.88<!--=-->`): filled with the one quantity of the note's examples that prints so."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from zhixing.claims.backing import Backing
from zhixing.claims.judge import judge, judge_note
from zhixing.claims.refer import default_example, full_reference
from zhixing.language.errors import ExampleError
from zhixing.language.expect import label_of
from zhixing.language.model import Dimension, Quantity, Run
from zhixing.markdown.claims import Claim
from zhixing.numerals.bound import Fragment
from zhixing.numerals.read import Numeral
from zhixing.problems import Code, Problem
from zhixing.source import Source
from zhixing.vault.note import Note, read_note
from zhixing.weave.edits import Edit, apply_edits

_MOST_ENTRIES = 10_000
"""A quantity with more entries is not searched."""
_MOST_MARKERS = 1000
"""So many markers of a note are filled at a time."""
_LISTED = 6


def bind_markers(note: Note, backing: Backing) -> tuple[str, list[Problem]]:
    """Return a note's text with each empty marker filled, and a problem for each that fits none or several."""
    edits: list[Edit] = []
    problems: list[Problem] = []
    for claim in note.all_claims.empty[:_MOST_MARKERS]:
        found = find_candidates(claim, note, backing)
        if len(found) == 1:
            edits.append(Edit(claim.span, f"<!--= {found[0]} -->"))
        else:
            problems.append(_undecided(note, claim, found))
    text = apply_edits(note.source.text, edits)
    if edits and not _reads_back(note, text, len(edits), backing):
        return note.source.text, problems
    return text, problems


def find_candidates(claim: Claim, note: Note, backing: Backing) -> list[str]:
    """Return the references, as short as they can be, of all that prints as what stands before an empty marker."""
    default = default_example(claim.span, note)
    names = (default,) if default else backing.own.get(note.path, ())
    found = []
    for name in names:
        run = backing.runs.get(name)
        for reference in _fitting(claim, run) if run else ():
            full = f"{name}.{reference}"
            if judge(replace(claim, reference=full), backing.runs).code is None:
                found.append(_shortest(reference, full, claim, note, backing))
    return found


def _shortest(reference: str, full: str, claim: Claim, note: Note, backing: Backing) -> str:
    try:
        return reference if full_reference(reference, claim.span, note, backing) == full else full
    except ExampleError:
        return full


def _fitting(claim: Claim, run: Run) -> Iterator[str]:
    """Yield the entries of an example's own quantities that a claim may mean."""
    for name, quantity in run.quantities.items():
        if name not in run.example.uses and quantity.values.size <= _MOST_ENTRIES:
            for place, value in zip(_places(quantity), quantity.values.ravel().tolist(), strict=True):
                if _fits(claim, float(value), quantity, run):
                    yield name + _index(quantity, place, run)


def _places(quantity: Quantity) -> Iterator[tuple[int, ...]]:
    return product(*(range(size) for size in quantity.values.shape))


def _fits(claim: Claim, value: float, quantity: Quantity, run: Run) -> bool:
    axes = [run.example.axes[one.axis] for one in quantity.on if one.axis in run.example.axes]
    if axes and axes[0].labels:
        return claim.word is not None and math.isfinite(value) and claim.word.says(label_of(int(value), axes))
    return isinstance(claim.bound, Numeral) and claim.bound.accepts(value)


def _index(quantity: Quantity, place: tuple[int, ...], run: Run) -> str:
    parts = [_entry(dimension, at, run) for dimension, at in zip(quantity.dimensions, place, strict=True)]
    return f"[{', '.join(parts)}]" if parts else ""


def _entry(dimension: Dimension, at: int, run: Run) -> str:
    """Return how an index names a place: by its label where that is a text, else by its position."""
    axis = run.example.axes.get(dimension.axis)
    position = at if dimension.positions is None else dimension.positions[at]
    if axis and axis.labels and not axis.numbers and not set('"\\') & set(axis.label(position)):
        return f'"{axis.label(position)}"'
    return str(at)


def _undecided(note: Note, claim: Claim, found: list[str]) -> Problem:
    """Return why an empty marker was not filled."""
    written = claim.bound.text if claim.bound else ""
    at = claim.bound.span if claim.bound else claim.span
    if isinstance(claim.bound, Fragment):
        what, fix = f"{written!r} is not read as one number", claim.bound.fix
    elif found:
        listed = ", ".join(found[:_LISTED]) + (", …" if len(found) > _LISTED else "")
        what, fix = (
            f"{written} is {len(found)} quantities: {listed}",
            f"Name the one that is meant: <!--= {found[0]} -->",
        )
    else:
        what = f"No quantity of this note's examples is {written}"
        fix = "Name one of another note: <!--= example.quantity -->, or fix the prose"
    return note.source.problem(Code.CLAIM_UNBOUND, at, what, fix)


def _reads_back(note: Note, text: str, filled: int, backing: Backing) -> bool:
    """Return whether a text with so many markers filled has that many claims more, none of them new and wrong."""
    again = read_note(Source(note.source.path, text), note.path, dialect=note.dialect)
    wrong = [sum(judged.code is not None for judged in judge_note(one, backing)) for one in (note, again)]
    return len(again.claims) == len(note.claims) + filled and wrong[0] == wrong[1]

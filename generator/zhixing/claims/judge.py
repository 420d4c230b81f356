"""Claims: each number and word in prose that names its quantity, held against the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from zhixing.claims.backing import Backing
from zhixing.claims.refer import FailedExampleError, full_claim
from zhixing.claims.report import Judged
from zhixing.language.book import example_of
from zhixing.language.budget import Budget
from zhixing.language.errors import ExampleError
from zhixing.language.expect import label_of
from zhixing.language.model import Quantity, Run
from zhixing.language.runs import refer
from zhixing.markdown.claims import Claim
from zhixing.numerals.bound import Fragment
from zhixing.numerals.read import Numeral
from zhixing.problems import Code
from zhixing.vault.note import Note


def judge_note(note: Note, backing: Backing, budget: Budget | None = None) -> Iterator[Judged]:
    """Hold each claim of a note that is no waiver against the runs, in order."""
    for claim in note.claims:
        if claim.reference:
            try:
                full = full_claim(claim, note, backing)
            except FailedExampleError as error:
                yield Judged(claim, None, error.what, Code.CLAIM_UNKNOWN, error.fix, error.example)
            except ExampleError as error:
                yield Judged(claim, None, error.what, Code.CLAIM_UNKNOWN, error.fix)
            else:
                judged = judge(full, backing.runs, budget)
                name = example_of(full.reference)
                failed = name if judged.computed is None and name in backing.failed else ""
                yield replace(judged, failed=failed)


def judge_all(claims: Iterable[Claim], runs: Mapping[str, Run], budget: Budget | None = None) -> Iterator[Judged]:
    """Hold claims that name their example, waivers left out, against runs."""
    return (judge(claim, runs, budget) for claim in claims if claim.reference)


def judge(claim: Claim, runs: Mapping[str, Run], budget: Budget | None = None) -> Judged:
    """Hold a claim against the runs, at its printed precision."""
    try:
        run, quantity = refer(claim.reference, claim.span, runs, budget)
    except ExampleError as error:
        return Judged(claim, None, error.what, Code.CLAIM_UNKNOWN, error.fix)
    if quantity.dimensions:
        what = f"{claim.reference} has {quantity.values.size} entries; a claim names one"
        return Judged(claim, None, what, Code.CLAIM_UNKNOWN, f"Index it: {claim.reference}[0]")
    return _compare(claim, run, quantity)


def _compare(claim: Claim, run: Run, quantity: Quantity) -> Judged:
    axes = [run.example.axes[dimension.axis] for dimension in quantity.on if dimension.axis in run.example.axes]
    value = float(quantity.values)
    labelled = bool(axes) and bool(axes[0].labels)
    text = label_of(int(value), axes) if labelled else f"{value:.10g}"
    if claim.word and labelled and claim.word.says(text):
        return Judged(claim, quantity, text)
    if labelled:
        return Judged(claim, quantity, text, Code.CLAIM_FLIPPED)
    if isinstance(claim.bound, Numeral):
        return Judged(claim, quantity, text, _difference(claim.bound, value))
    fix = claim.bound.fix if isinstance(claim.bound, Fragment) else _advice(claim)
    return Judged(claim, quantity, text, Code.CLAIM_UNBOUND, fix)


def _advice(claim: Claim) -> str:
    """Return what to do where a word stands before the marker and a number is wanted."""
    if claim.near:
        return f"Put the marker right behind the number: {claim.near}<!--= {claim.reference} -->"
    return "Write the number right before the marker"


def _difference(numeral: Numeral, value: float) -> Code | None:
    """Return how a numeral is wrong: not at all, in its last digit, in its sign, or altogether."""
    if numeral.accepts(value):
        return None
    if numeral.value * value < 0:
        return Code.CLAIM_FLIPPED
    return Code.CLAIM_ROUNDED if _is_slip(numeral, value) else Code.CLAIM_WRONG


def _is_slip(numeral: Numeral, value: float) -> bool:
    """Return whether a numeral is a value cut off or rounded the wrong way: the next one on its last digit.

    What is called about right needs no slip, and what is off by half of the value or more is none.
    """
    off = abs(numeral.value - value)
    return not numeral.about and off < 2 * numeral.tolerance * (1 - 1e-9) and off <= abs(value) / 2

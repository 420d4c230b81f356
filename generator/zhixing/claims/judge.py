"""Claims: each number and word in prose that names its quantity, held against the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from zhixing.language.budget import Budget
from zhixing.language.expect import label_of
from zhixing.language.model import ExampleError, Quantity, Run
from zhixing.language.runs import refer
from zhixing.markdown.claims import Claim, Word
from zhixing.numerals.read import Numeral
from zhixing.problems import Code, Problem
from zhixing.source import Source
from zhixing.vault.note import Note

# What sources say: a statement that the computation confirms is reported, since the note lists it as doubtful.

SHOWN = 60
_FIX = "Nothing needs fixing; a list of `confirmed` shows it"


def check_says(run: Run, source: Source) -> Iterator[Problem]:
    """Yield the statements of sources that the computation bears out; history, which cites a paper, is left out."""
    for said in run.said:
        if said.outcomes and said.agrees:
            text = " ".join(said.says.text.split())
            text = f"{text[:SHOWN]}…" if len(text) > SHOWN else text
            source_named = f"Document {said.says.document.strip()}" if said.says.document.strip() else "A source"
            what = f"{source_named} says {text!r}, and the computation agrees"
            yield source.problem(Code.SAYS_AGREES, said.says.span, what, _FIX)


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with what was computed in its place. `code` is None where the claim holds."""

    claim: Claim
    computed: Quantity | None
    text: str
    code: Code | None = None
    fix: str = ""


def check_claims(note: Note, runs: Mapping[str, Run], budget: Budget | None = None) -> Iterator[Problem]:
    """Yield a problem for each claim of a note that does not hold. `budget` is what all claims may cost."""
    yield from note.claim_problems
    for judged in judge_all(note.claims, runs, budget):
        if judged.code:
            yield _problem(note, judged)


def judge_all(claims: Iterable[Claim], runs: Mapping[str, Run], budget: Budget | None = None) -> Iterator[Judged]:
    """Hold each claim that is no waiver against the runs."""
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
    if isinstance(claim.bound, Numeral) and not labelled:
        return Judged(claim, quantity, text, _difference(claim.bound, value))
    return Judged(claim, quantity, text, Code.CLAIM_FLIPPED)


def _difference(numeral: Numeral, value: float) -> Code | None:
    """Return how a numeral is wrong: not at all, in its last digit, in its sign, or altogether."""
    if numeral.accepts(value):
        return None
    if numeral.value * value < 0:
        return Code.CLAIM_FLIPPED
    return Code.CLAIM_ROUNDED if abs(numeral.value - value) <= 3 * numeral.tolerance else Code.CLAIM_WRONG


def _problem(note: Note, judged: Judged) -> Problem:
    claim, code = judged.claim, judged.code or Code.CLAIM_WRONG
    if judged.computed is None:
        return note.source.problem(code, claim.span, judged.text, judged.fix)
    written = claim.bound.text if isinstance(claim.bound, Numeral | Word) else ""
    what = f"{claim.reference} is {judged.text}, not {written}"
    at = claim.bound.span if claim.bound else claim.span
    return note.source.problem(code, at, what, "Fix the prose, or the example it rests on")

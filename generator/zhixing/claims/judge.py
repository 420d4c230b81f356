"""Claims: each number and word in prose that names its quantity, held against the run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from zhixing.claims.refer import Backing, FailedExampleError, full_claim
from zhixing.language.budget import Budget
from zhixing.language.expect import label_of
from zhixing.language.model import ExampleError, Quantity, Run, Said
from zhixing.language.runs import Declared, example_of, refer
from zhixing.markdown.claims import Claim
from zhixing.numerals.bound import Fragment
from zhixing.numerals.read import Numeral
from zhixing.problems import Code, Problem
from zhixing.source import Source
from zhixing.vault.note import Note

# What sources say: a statement that the computation confirms is reported, since the note lists it as doubtful.

SHOWN = 60
_LINES = 8
_FIX = "Nothing needs fixing; a list of `confirmed` shows it"


def check_says(run: Run, source: Source) -> Iterator[Problem]:
    """Yield the statements of sources that are bare of what is true instead, or have it though they are right.

    Those that the computation bears out are information, unless inputs were chosen so that they come out; history,
    which cites a paper, is none of them.
    """
    for said in run.said:
        text = " ".join(said.says.text.split())
        text = f"{text[:SHOWN]}…" if len(text) > SHOWN else text
        source_named = f"Document {said.says.document.strip()}" if said.says.document.strip() else "A source"
        if fault := _fault_of(said):
            what, fix = fault
            yield source.problem(Code.SAYS_INCOMPLETE, said.says.span, f"{source_named} says {text!r}, {what}", fix)
        elif said.outcomes and not said.wrong and not said.says.chosen:
            what = f"{source_named} says {text!r}, and the computation agrees"
            yield source.problem(Code.SAYS_AGREES, said.says.span, what, _FIX)


def _fault_of(said: Said) -> tuple[str, str] | None:
    """Return what is missing from a statement or too much in it, and how to fix that; None for one that is whole."""
    denied = "which a paper denies" if said.says.cites else "which the computation denies"
    if said.wrong and said.says.chosen:
        return f"{denied}, though its inputs were chosen so that it comes out", "Remove `chosen:`, or fix the inputs"
    if said.wrong and not said.says.instead:
        return f"{denied}, and nothing says what is true", "Add `instead:`, one sentence that says it"
    if not said.wrong and said.says.instead:
        return "and the computation agrees, so nothing is true instead", "Remove `instead:`"
    return None


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with what was computed in its place. `code` is None where the claim holds.

    `failed` is the example that failed and left the claim unchecked, "" for none.
    """

    claim: Claim
    computed: Quantity | None
    text: str
    code: Code | None = None
    fix: str = ""
    failed: str = ""


def check_claims(note: Note, backing: Backing, judged_claims: Iterable[Judged] | None = None) -> Iterator[Problem]:
    """Yield a problem for each claim of a note that does not hold; `judged_claims` are those of `judge_note`."""
    yield from note.claim_problems
    yield from _strays(note, backing)
    unchecked: dict[str, list[Claim]] = defaultdict(list)
    for judged in judge_note(note, backing) if judged_claims is None else judged_claims:
        if judged.failed:
            unchecked[judged.failed].append(judged.claim)
        elif judged.code:
            yield _problem(note, judged)
    for name, claims in unchecked.items():
        yield _unchecked(note, backing.failed[name], claims)


def _strays(note: Note, backing: Backing) -> Iterator[Problem]:
    """Yield a problem for each thing in code or a comment that names an example as a marker does."""
    for stray in note.all_claims.strays:
        if backing.knows(example_of(stray.reference)):
            what = "A claim stands in code, where its marker is text" if stray.in_code else "This comment is no claim"
            fix = f"Write it in running text: <!--= {stray.reference} -->"
            yield note.source.problem(Code.CLAIM_UNBOUND, stray.span, what, fix)


def _unchecked(note: Note, failed: Declared, claims: Sequence[Claim]) -> Problem:
    """Return the one problem for all claims on an example that failed: in its own note below it."""
    own = failed.note.path == note.path
    line = failed.note.source.position(failed.fence.span.start)[0]
    where = "" if own else f" in {failed.note.source.path}:{line}"
    lines = list(dict.fromkeys(str(note.source.position(claim.span.start)[0]) for claim in claims))
    listed = ", ".join(lines[:_LINES]) + (", …" if len(lines) > _LINES else "")
    what = f"The example {failed.name!r}{where} failed, so the claims on it are not checked (line {listed})"
    at = failed.fence.span.end - 1 if own else claims[0].span
    return note.source.problem(Code.CLAIM_UNKNOWN, at, what, "Fix the example first")


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


def _problem(note: Note, judged: Judged) -> Problem:
    claim, code = judged.claim, judged.code or Code.CLAIM_WRONG
    if judged.computed is None:
        return note.source.problem(code, claim.span, judged.text, judged.fix)
    written = claim.bound.text if claim.bound else ""
    what = f"{claim.reference} is {judged.text}, not {written}"
    if isinstance(claim.bound, Fragment):
        what = f"{claim.reference} is {judged.text}, and {written!r} is not read as one number"
    elif code is Code.CLAIM_UNBOUND:
        what = f"{claim.reference} is {judged.text}, and {written!r} is no number"
    at = claim.bound.span if claim.bound else claim.span
    return note.source.problem(code, at, what, judged.fix or "Fix the prose, or the example it rests on")

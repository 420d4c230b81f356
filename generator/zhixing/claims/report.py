"""What is wrong with claims and with sources' statements, as problems; they were held against the runs before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhixing.claims.backing import Backing
from zhixing.language.book import Declared, example_of
from zhixing.markdown.claims import Claim
from zhixing.numerals.bound import Fragment
from zhixing.problems import Code, Problem
from zhixing.source import Source
from zhixing.vault.note import Note

if TYPE_CHECKING:
    from zhixing.language.model import Quantity, Run, Said

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


def check_claims(note: Note, backing: Backing, judged_claims: Iterable[Judged]) -> Iterator[Problem]:
    """Yield a problem for each claim of a note that does not hold; `judged_claims` are those of `judge_note`."""
    yield from note.claim_problems
    yield from _strays(note, backing)
    unchecked: dict[str, list[Claim]] = defaultdict(list)
    for judged in judged_claims:
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

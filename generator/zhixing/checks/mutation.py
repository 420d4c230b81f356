"""Mutation testing of examples: how many changes their expectations and the claims on them would notice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from zhixing.claims.backing import Backing
from zhixing.claims.judge import judge_all, judge_note
from zhixing.language.book import Book, Declared, example_of
from zhixing.language.model import Example, Run
from zhixing.language.mutants import Mutant, given_mutants, restates_given, step_mutants
from zhixing.language.run import run_example
from zhixing.markdown.claims import Claim
from zhixing.problems import Problem
from zhixing.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Score:
    """The mutants of one example: how many were tried and noticed, for givens and steps, and the unnoticed ones."""

    declared: Declared
    givens: int
    givens_noticed: int
    steps: int
    steps_noticed: int
    unnoticed: tuple[Mutant, ...]


@dataclass(frozen=True, slots=True)
class _Bench:
    """The context that mutants run in: the original runs, the users of each example, and the claims on it."""

    book: Book
    by_id: Mapping[str, Declared]
    claims: Mapping[str, list[Claim]]
    users: Mapping[str, list[str]]

    def notices(self, mutant: Mutant, one: Declared) -> bool:
        """Return whether an expectation or a claim fails when the mutant replaces its example."""
        runs = dict(self.book.runs)
        for example, declared in self._run_order(mutant.example, one):
            run, problems = run_example(_without_restatements(example), declared.note.source, runs)
            if problems or self._changes_verdicts(run):
                return True
            runs[example.id] = run
            if any(judged.code for judged in judge_all(self.claims.get(example.id, []), runs)):
                return True
        return False

    def _run_order(self, mutant: Example, one: Declared) -> Iterator[tuple[Example, Declared]]:
        """Yield the mutant and, after it, the examples that use it, directly or through others."""
        yield mutant, one
        waiting, seen = list(self.users.get(mutant.id, ())), {mutant.id}
        while waiting:
            name = waiting.pop(0)
            user = self.by_id[name]
            if name not in seen and user.example:
                seen.add(name)
                yield user.example, user
                waiting += self.users.get(name, ())

    def _changes_verdicts(self, run: Run) -> bool:
        """Return whether a source's statement agrees now and did not before, or the reverse."""
        before = self.book.runs[run.example.id].said
        return [said.agrees for said in run.said] != [said.agrees for said in before]


def mutate(
    vault: Vault, book: Book, chosen: Callable[[Declared], bool], progress: Callable[[int, int], None]
) -> list[Score]:
    """Return the score of each example that `chosen` picks and that runs without problems."""
    bench = _bench(vault, book)
    troubled: dict[str, list[Problem]] = defaultdict(list)
    for problem in book.problems:
        troubled[problem.path].append(problem)
    sound = (one for one in bench.by_id.values() if not any(map(one.contains, troubled[one.note.source.path])))
    picked = [one for one in sound if chosen(one)]
    scores = []
    for done, one in enumerate(picked):
        progress(done, len(picked))
        scores.append(_score(bench, one))
    return scores


def _score(bench: _Bench, one: Declared) -> Score:
    example = one.example
    mutants: Sequence[Mutant] = [*given_mutants(example), *step_mutants(example)] if example else []
    unnoticed = tuple(mutant for mutant in mutants if not bench.notices(mutant, one))
    givens, missed = sum(mutant.given for mutant in mutants), sum(mutant.given for mutant in unnoticed)
    steps = len(mutants) - givens
    return Score(one, givens, givens - missed, steps, steps - (len(unnoticed) - missed), unnoticed)


def _bench(vault: Vault, book: Book) -> _Bench:
    by_id: dict[str, Declared] = {}
    for one in book.declared:
        if one.example and one.example.id in book.runs:
            by_id.setdefault(one.example.id, one)  # a duplicate has no run
    claims: dict[str, list[Claim]] = defaultdict(list)
    backing = Backing.of(book)
    for note in vault.notes.values():
        # A claim that is wrong already would "notice" every change.
        for judged in judge_note(note, backing):
            if judged.code is None:
                claims[example_of(judged.claim.reference)].append(judged.claim)
    return _Bench(book, by_id, claims, users_of(book))


def users_of(book: Book) -> dict[str, list[str]]:
    """Return for each example the examples that use one of its quantities."""
    users: dict[str, list[str]] = defaultdict(list)
    for one in book.declared:
        for reference in one.example.uses.values() if one.example else ():
            users[reference.partition(".")[0]].append(one.example.id if one.example else "")
    return users


def _without_restatements(example: Example) -> Example:
    kept = tuple(item for item in example.expectations if not restates_given(item, example))
    return replace(example, expectations=kept)

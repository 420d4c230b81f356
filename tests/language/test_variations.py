"""Variations: an example run again with changes, from another note, with every problem at its place."""

from __future__ import annotations

import pytest

from casefile import Case, cases
from small_vaults import vault_of
from zhixing import compose
from zhixing.checks.mutation import mutate
from zhixing.compose import Memory, Results
from zhixing.language.runs import run_all

BASE = """```yaml example
id: 水果查找
axes:
  键: [apple, banana, chair]
  维: 2
given:
  scores[键]: {apple: log(0.6), banana: log(0.4), chair: -inf}
  V[键]: {apple: 10, banana: 5, chair: 2}
  X[键, 维]: [[1, 0], [0, 1], [1, 1]]
  T: 1
  zero[维]: 0
compute:
  scaled[键]: scores / T
  weights[键]: softmax(scaled)
  value: weights @ V
  inverse: 1 / (V["apple"] - 9)
  rest: sqrt(V["chair"] - 1)
  dearest: argmax(V)
expect:
  weights: [0.6, 0.4, 0]
  value: 8
```

```yaml example
id: 坏了
given: {b: 2}
compute:
  a: nothing * b
```
"""


def found_in(text: str) -> tuple[Results, list[str]]:
    vault = vault_of({"例.md": BASE, "习题.md": text})
    found = compose.results(vault)
    problems = compose.check(vault, found, compose.plan(vault, found), {})
    mine = sorted((one for one in problems if one.path == "习题.md"), key=lambda one: one.order)
    return found, [f"{one}\n" for one in mine if one.code.slug not in ("region-stale", "orphan")]


@pytest.mark.parametrize("case", cases("variations.md"))
def test_case(case: Case) -> None:
    found, problems = found_in(case.given)

    varied = [name for name, run in found.book.runs.items() if run.example.variation]
    bodies = [found.bodies[name].markdown for name in varied if name in found.bodies]
    case.check("".join([*(f"{text}\n" for text in bodies), *problems]))


VARIATION = """```yaml example
id: 换价
of: 水果查找
with:
  V["banana"]: 7
  scaled: scores / 2
```

"""


def test_the_example_that_is_varied_stays_as_it_was() -> None:
    found, _ = found_in(VARIATION)

    assert float(found.book.runs["水果查找"].quantities["value"].values) == 8
    assert list(found.book.runs["换价"].quantities["V"].values) == [10, 7, 2]


def test_a_changed_number_and_a_changed_step_are_mutated_and_the_claim_on_the_answer_notices() -> None:
    vault = vault_of({"例.md": BASE, "习题.md": f"{VARIATION}8.65<!--= 换价.value -->。\n"})
    scores = mutate(vault, run_all(vault), lambda one: one.name == "换价", lambda _done, _total: None)
    silent = vault_of({"例.md": BASE, "习题.md": VARIATION})
    unheard = mutate(silent, run_all(silent), lambda one: one.name == "换价", lambda _done, _total: None)

    assert [(score.givens, score.givens_noticed) for score in scores] == [(1, 1)]
    assert [(score.givens, score.givens_noticed) for score in unheard] == [(1, 0)]
    assert [mutant.span.of(VARIATION) for mutant in unheard[0].unnoticed if not mutant.given] == ["scores / 2"]
    assert scores[0].steps == scores[0].steps_noticed == 2


def test_numbers_that_are_as_they_were_are_not_mutated_again() -> None:
    text = "```yaml example\nid: 换价\nof: 水果查找\nwith:\n  V: [10, 7, 2]\n  X[1]: [0, 3]\n```\n"
    vault = vault_of({"例.md": BASE, "习题.md": text})
    (score,) = mutate(vault, run_all(vault), lambda one: one.name == "换价", lambda _done, _total: None)

    assert score.givens == 2
    assert [mutant.span.of(text) for mutant in score.unnoticed] == ["7", "3"]


def test_a_variation_runs_anew_when_the_note_of_its_example_changes() -> None:
    memory = Memory()
    before = compose.results(vault_of({"例.md": BASE, "习题.md": VARIATION}), memory=memory)
    changed = BASE.replace("apple: 10", "apple: 20")
    after = compose.results(vault_of({"例.md": changed, "习题.md": VARIATION}), memory=memory)

    assert list(before.book.runs["换价"].quantities["V"].values) == [10, 7, 2]
    assert list(after.book.runs["换价"].quantities["V"].values) == [20, 7, 2]

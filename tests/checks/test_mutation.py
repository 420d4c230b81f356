"""Mutation: a number that something pins is noticed, one that nothing pins is named."""

from __future__ import annotations

from pathlib import PurePosixPath

from zhixing.checks.dependents import dependents
from zhixing.checks.mutation import Score, mutate
from zhixing.language.runs import run_all
from zhixing.source import Source
from zhixing.vault.note import read_note
from zhixing.vault.vault import Vault


def vault(**texts: str) -> Vault:
    notes = [read_note(Source(f"{name}.md", text), PurePosixPath(f"{name}.md")) for name, text in texts.items()]
    return Vault(root=None, notes={note.path: note for note in notes}, files=())  # type: ignore[arg-type]  # no disk here


def scores(**texts: str) -> list[Score]:
    made = vault(**texts)
    return mutate(made, run_all(made), lambda _: True, lambda _done, _total: None)


def block(expect: str, prose: str = "") -> str:
    return f"""```yaml example
id: 和
axes: {{项: 2}}
given:
  a[项]: [1, 0]
  b: -inf
compute:
  total: sum(a)
  low: maximum(b, -5)
expect:
{expect}
```

{prose}
"""


def unnoticed(score: Score) -> list[str]:
    return [mutant.what for mutant in score.unnoticed if mutant.given]


def test_what_an_expectation_pins_is_noticed() -> None:
    (score,) = scores(甲=block("  total: 1\n  low: -5\n"))

    assert (score.givens, score.givens_noticed) == (3, 3)


def test_an_expectation_that_restates_a_given_does_not_count() -> None:
    (score,) = scores(甲=block("  a: [1, 0]\n  low: -5\n"))

    assert unnoticed(score) == ["a[0]", "a[1]"]


def test_a_claim_in_another_note_notices() -> None:
    (score,) = scores(甲=block("  low: -5\n"), 乙="和是 1<!--= 和.total -->。\n")

    assert unnoticed(score) == []


def test_steps_that_nothing_pins_are_named() -> None:
    (score,) = scores(甲=block("  total: 1\n"))

    assert "low: its sign" in [mutant.what for mutant in score.unnoticed]
    assert "total: its sign" not in [mutant.what for mutant in score.unnoticed]


OPTIONS = """```yaml example
id: 掩
axes: {词: 2, 键: 词, 维: 1}
given: {"x[词, 维]": [[1], [2]]}
compute:
  y[词, 维]: attention(x, x, x, causal=1, scale=2).output
expect: {"y[%d]": [%s]}
```
"""


def test_an_option_that_nothing_pins_is_named() -> None:
    (first,), (last,) = scores(甲=OPTIONS % (0, 1)), scores(甲=OPTIONS % (1, 1.98201))

    assert "y: scale= is left out" in [mutant.what for mutant in first.unnoticed]
    assert "y: causal= is left out" not in [mutant.what for mutant in first.unnoticed]
    assert "y: scale= is left out" not in [mutant.what for mutant in last.unnoticed]
    assert "y: causal= is left out" in [mutant.what for mutant in last.unnoticed]


def test_an_example_that_uses_another_notices_for_it() -> None:
    user = "```yaml example\nid: 用\nuses: {t: 和.total}\ncompute: {x: 2 * t}\nexpect: {x: 2}\n```\n"

    found = {
        score.declared.example.id: score for score in scores(甲=block("  low: -5\n"), 乙=user) if score.declared.example
    }

    assert unnoticed(found["和"]) == []


def test_dependents_are_those_that_claim_use_or_embed() -> None:
    made = vault(
        甲=block("  low: -5\n"),
        乙="和是 1<!--= 和.total -->。\n",
        丙="```yaml example\nid: 用\nuses: {t: 和.total}\ncompute: {x: 2 * t}\nexpect: {x: 2}\n```\n",
        丁="![[甲]]\n",
        戊="[[甲]]\n",
    )

    found = dependents(made, run_all(made))

    assert found["和"] == {PurePosixPath(f"{name}.md") for name in "乙丙丁"}

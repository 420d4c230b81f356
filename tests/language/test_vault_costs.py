"""What all examples of a vault may cost together: their arrays are kept within a bound, their work is counted."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from shell import vault
from zhixing import compose
from zhixing.language import budget, shelf
from zhixing.language.budget import Share
from zhixing.language.model import Run
from zhixing.show import body
from zhixing.show.bodies import Rendered
from zhixing.show.body import render
from zhixing.vault.load import load

LARGE = """```yaml example
id: {name}
axes: {{i: 3000, j: 3000}}
compute:
  A[i, j]: i*j
  B[i, j]: i+j
  C[i, j]: i-j
```

"""
SEEDED = """```yaml example
id: {name}
axes: {{i: 3000, j: 3000}}
given:
  A[i, j]: {{normal: 1, seed: 1}}
  B[i, j]: {{normal: 1, seed: 2}}
  C[i, j]: 1
```

"""
RELATED = """```yaml example
id: 甲
axes: {i: 50, j: 40}
compute:
  A[i, j]: i * j
  s: sum(A)
show:
- table: [A]
- derivation: A[2, 3]
```

```yaml example
id: 乙
axes: {k: 60}
uses: {A: 甲.A}
compute:
  B[k]: k * 2
  C[j]: A[2] + A[3]
  t: sum(C)
expect: {t: 999}
show:
- table: [B]
```

```yaml example
id: 丙
uses: {C: 乙.C, s: 甲.s}
compute: {u: sum(C) + s}
```

和是 955500<!--= 甲.s -->，某项是 6<!--= 甲.A[2, 3] -->，又是 4<!--= 乙.B[2] -->。
"""
SCRIPT = """
import sys
from pathlib import Path
from zhixing import compose
from zhixing.vault.load import load
found = compose.results(load(Path(sys.argv[1])))
print(sum(not run.cut for run in found.book.runs.values()), len(found.problems))
"""


def found_in(notes: Path, memory: compose.Memory | None = None) -> tuple[list[str], dict[str, str]]:
    """Return a vault's problems and what its examples show."""
    loaded = load(notes)
    found = compose.results(loaded, memory=memory)
    problems = compose.check(loaded, found, compose.plan(loaded, found), {})
    return sorted(map(str, problems)), {name: body.markdown for name, body in found.bodies.items()}


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (3 * 2**29, 3 * 2**29))


@pytest.mark.slow
@pytest.mark.parametrize(("block", "ran"), [(LARGE, 20), (SEEDED, 7)])
def test_many_large_examples_take_a_bounded_memory(tmp_path: Path, block: str, ran: int) -> None:
    """Address space, of which NumPy and its threads reserve a third before anything is read."""
    notes = vault(tmp_path, 大="".join(block.format(name=f"e{place}") for place in range(20))) / "notes"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(notes)],
        capture_output=True,
        check=False,
        preexec_fn=_limited,
        env={"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": ":".join(sys.path)},
    )

    assert done.returncode == 0, done.stderr.decode()[-500:]
    assert done.stdout.split() == [b"%d" % count for count in (ran, 20 - ran)]


def test_runs_that_are_computed_again_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = vault(tmp_path, 题=RELATED) / "notes"
    expected = found_in(notes)
    computed: list[int] = []
    monkeypatch.setattr(shelf, "MAX_KEPT", 0)
    monkeypatch.setattr(shelf, "SMALL", 0)
    monkeypatch.setattr(shelf.Shelf, "allow_again", lambda _shelf, operations: computed.append(operations))

    assert found_in(notes) == expected
    assert computed
    assert "t is 3900, not 999" in "".join(expected[0])


def test_what_is_computed_again_too_often_is_refused_at_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = vault(tmp_path, 题=RELATED) / "notes"
    monkeypatch.setattr(shelf, "MAX_KEPT", 0)
    monkeypatch.setattr(shelf, "SMALL", 0)
    monkeypatch.setattr("zhixing.language.runs.LOOKS", 0)
    problems, _ = found_in(notes)

    refused = [problem for problem in problems if "too often" in problem]
    assert [problem.split(": ")[:2] for problem in refused] == [
        ["题.md:22:11", "example-cost"],
        ["题.md:31:53", "claim-unknown"],
    ]


def test_what_examples_use_of_one_another_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = vault(tmp_path, 题=RELATED) / "notes"
    monkeypatch.setattr(shelf, "MAX_USED", 1_999)
    problems, _ = found_in(notes)

    assert [problem for problem in problems if "use of one another" in problem] == [
        "题.md:15:11: example-cost: The quantities that examples use of one another hold more than 1,999 numbers. "
        "Use smaller axes, or compute what is used in one example."
    ]


DEAR = "```yaml example\nid: {name}\naxes: {{n: 100000}}\ncompute:\n  s: sum(sin(n))\n```\n\n"
CHEAP = "```yaml example\nid: 小\ncompute:\n  s: 1 + 1\n```\n"


def test_all_examples_share_a_pool_of_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An example that is dear for its length is refused once the others have used the pool up; a cheap one never is."""
    monkeypatch.setattr(budget, "ALLOWANCE", 10_000)
    monkeypatch.setattr(budget, "SHARED_RUNNING", Share(13_000_000, 0))
    notes = vault(tmp_path, 题="".join(DEAR.format(name=f"e{place}") for place in range(4)) + CHEAP) / "notes"
    problems, bodies = found_in(notes)
    refused = [problem for problem in problems if "together" in problem]

    assert [problem.split(":")[:2] for problem in refused] == [["题.md", "26"]]
    assert refused[0].split(": ", 2)[1] == "example-cost"
    assert sorted(bodies) == ["e0", "e1", "e2", "小"]


def test_a_refused_example_runs_once_the_pool_allows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "ALLOWANCE", 10_000)
    monkeypatch.setattr(budget, "SHARED_RUNNING", Share(13_000_000, 0))
    notes = vault(tmp_path, 题="".join(DEAR.format(name=f"e{place}") for place in range(4))) / "notes"
    memory = compose.Memory()
    first = found_in(notes, memory)
    again = found_in(notes, memory)
    (notes / "题.md").write_text("".join(DEAR.format(name=f"e{place}") for place in range(1, 4)), encoding="utf-8")
    freed = found_in(notes, memory)

    assert first == again
    assert sorted(freed[1]) == ["e1", "e2", "e3"]
    assert freed == found_in(notes)


LONG = """```yaml example
id: 长
axes: {k: 3000000}
compute:
  y[k]: k*2
  z: sum(y)
show:
- derivation: z
- derivation: y
- derivation: y @ y
```
"""


def test_a_sum_too_long_to_be_derived_is_refused_at_its_place(tmp_path: Path) -> None:
    problems, bodies = found_in(vault(tmp_path, 题=LONG) / "notes")
    refused = [problem.partition(": ") for problem in problems if "example-cost" in problem]

    assert [place for place, _, _ in refused] == ["题.md:10:3", "题.md:8:3"]
    assert {what for _, _, what in refused} == {
        "example-cost: What this example shows takes more than 60,000,000 operations. "
        "Use smaller axes, or split the example."
    }
    assert not bodies


def test_what_is_shown_again_and_again_is_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "SHOWING", 0)
    block = "```yaml example\nid: 例\naxes: {k: 9}\ncompute:\n  z: sum(k)\nshow:\n" + "- derivation: z\n" * 9 + "```\n"
    problems, _ = found_in(vault(tmp_path, 题=block) / "notes")
    refused = [problem.split(":")[1] for problem in problems if "What this example shows takes more than" in problem]

    assert refused == ["10", "11", "12", "13", "14", "15", "7", "8", "9"]


def test_claims_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "SHARED_CLAIMING", Share(2_000_000, 100))
    block = "```yaml example\nid: 例\naxes: {k: 100000}\ncompute:\n  z: 1 + 1\n```\n\n"
    claims = "".join("最大 99999<!--= 例.max(k) -->。\n\n" for _ in range(9))
    problems, _ = found_in(vault(tmp_path, 甲=block, 乙=claims) / "notes")
    refused = [problem for problem in problems if "What is claimed in this vault takes more than" in problem]

    assert 3 < len(refused) < 9


def test_what_examples_show_is_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing costs by what is written: figures are dear even where their numbers are not."""
    monkeypatch.setattr(budget, "ALLOWANCE", 0)
    monkeypatch.setattr(budget, "SHARED_SHOWING", Share(3 * budget.CHARACTER_WORK * 10_000, 0))
    block = (
        "```yaml example\nid: {name}\naxes: {{k: 9, j: 9}}\ncompute:\n  y[k, j]: k * j\nshow:\n- heatmap: y\n```\n\n"
    )
    notes = vault(tmp_path, 题="".join(block.format(name=f"e{place}") for place in range(9))) / "notes"
    memory = compose.Memory()
    problems, bodies = found_in(notes, memory)
    refused = [problem.split(":")[1] for problem in problems if "together; none are left" in problem]

    assert 0 < len(bodies) < 9
    assert refused == sorted(str(7 + 9 * place) for place in range(len(bodies), 9))
    assert (problems, bodies) == found_in(notes, memory)
    (notes / "题.md").write_text(block.format(name="e8"), encoding="utf-8")
    assert found_in(notes, memory) == found_in(notes)
    assert list(found_in(notes, memory)[1]) == ["e8"]


def test_what_was_cut_short_is_rendered_again_only_where_the_pool_has_more_or_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "ALLOWANCE", 0)
    monkeypatch.setattr(budget, "SHARED_SHOWING", Share(3 * budget.CHARACTER_WORK * 10_000, 0))
    block = "```yaml example\nid: {name}\naxes: {{k: 9}}\ncompute:\n  y[k]: k * {by}\nshow:\n- heatmap: y\n```\n\n"
    texts = {name: block.format(name=name, by=1) for name in "abcdefghi"}
    notes, memory = vault(tmp_path, **texts) / "notes", compose.Memory()
    before = found_in(notes, memory)
    rendered: list[str] = []

    def record(run: Run, limit: int | None = None) -> Rendered:
        rendered.append(run.example.id)
        return render(run, limit)

    monkeypatch.setattr(body, "render", record)
    assert 0 < len(before[1]) < 9
    assert found_in(notes, memory) == before
    assert rendered == []
    (notes / "a.md").unlink()
    after = found_in(notes, memory)
    assert "a" not in rendered
    assert rendered
    assert after == found_in(notes)


def test_a_vault_may_show_the_more_the_longer_its_notes_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "SHARED_SHOWING", Share(0, 1_000))
    block = "```yaml example\nid: {name}\naxes: {{k: 2}}\ncompute:\n  y[k]: k * 1\nshow:\n- heatmap: y\n```\n"
    text = "正文。" * 1_000
    texts = {name: f"{text}\n\n{block.format(name=name)}" for name in "abcdefghi"}

    long_enough, shown = found_in(vault(tmp_path / "长", **texts) / "notes")
    monkeypatch.setattr(budget, "SHARED_SHOWING", Share(0, 0))
    refused, _ = found_in(vault(tmp_path / "同", **texts) / "notes")

    assert [problem for problem in long_enough if "example-cost" in problem] == []
    assert len(shown) == 9
    assert any("together; none are left" in problem for problem in refused)

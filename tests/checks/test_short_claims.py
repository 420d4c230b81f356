"""Claims that leave out their example, claims on examples that failed, and empty markers that are filled."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from casefile import Case, cases
from shell import vault, zhixing
from zhixing.claims.backing import Backing
from zhixing.claims.bind import bind_markers
from zhixing.claims.judge import judge_note
from zhixing.claims.report import check_claims
from zhixing.language.runs import run_all
from zhixing.source import Source
from zhixing.vault.note import Note, read_note
from zhixing.vault.vault import Vault


def read(text: str) -> tuple[Note, Backing, list[str]]:
    note = read_note(Source("甲.md", text), PurePosixPath("甲.md"))
    book = run_all(Vault(Path(), {note.path: note}, ()))
    return note, Backing.of(book), [str(problem) for problem in book.problems]


@pytest.mark.parametrize("case", cases("short-claims.md"))
def test_claims_without_an_example(case: Case) -> None:
    note, backing, problems = read(case.given)
    found = sorted(check_claims(note, backing, judge_note(note, backing)), key=lambda one: one.order)

    case.check("".join(f"{line}\n" for line in [*problems, *map(str, found)]))


BIND = """```yaml example
id: 甲
axes: {词: [小明, 小红]}
given:
  scores[词]: [3, 1]
compute:
  weights[词]: softmax(scores)
  total: sum(scores)
  answer: argmax(weights)
expect: {total: 4}
```

"""


@pytest.mark.parametrize(
    ("prose", "bound"),
    [
        ("权重 0.88<!--=-->。", '权重 0.88<!--= weights["小明"] -->。'),
        ("共 4<!--= -->。", "共 4<!--= total -->。"),
        ("指向**小明**<!--=-->。", "指向**小明**<!--= answer -->。"),
        ("共约 4.2<!--=-->。", "共约 4.2<!--=-->。"),
        ("| 甲 | 3<!--=--> |\n| --- | --- |\n", '| 甲 | 3<!--= scores["小明"] --> |\n| --- | --- |\n'),
    ],
)
def test_an_empty_marker_takes_the_one_quantity_that_prints_so(prose: str, bound: str) -> None:
    note, backing, _ = read(BIND + prose)
    text, problems = bind_markers(note, backing)

    assert text == BIND + bound
    assert (problems == []) == (prose != bound)
    again = read(text)[0]
    assert list(check_claims(again, backing, judge_note(again, backing))) == [] or problems


def test_several_quantities_that_print_so_are_named() -> None:
    note, backing, _ = read(BIND.replace("[3, 1]", "[3, 3]") + "是 3<!--=-->，又 7<!--=-->。")
    text, problems = bind_markers(note, backing)

    assert text == note.text
    assert [str(one) for one in problems] == [
        '甲.md:13:3: claim-unbound: 3 is 2 quantities: scores["小明"], scores["小红"]. '
        'Name the one that is meant: <!--= scores["小明"] -->.',
        "甲.md:13:15: claim-unbound: No quantity of this note's examples is 7. "
        "Name one of another note: <!--= example.quantity -->, or fix the prose.",
    ]


def test_bind_at_the_command_line(tmp_path: Path) -> None:
    project = vault(tmp_path, 甲=f"{BIND}共 4<!--=-->，又 5<!--=-->。\n")
    note = project / "notes" / "甲.md"

    looked = zhixing(project, "regenerate", "--bind", "--check")
    assert looked.exit_code == 1
    assert "4<!--=-->" in note.read_text(encoding="utf-8")

    zhixing(project, "regenerate", "--bind")
    assert "共 4<!--= total -->，又 5<!--=-->。" in note.read_text(encoding="utf-8")

"""Who may see a note: everybody, unless its frontmatter says no or does not say it plainly."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from casefile import CASES, Case, read_cases
from hidden_heads import DOUBTFUL, PLAIN, SHOWN
from hostile import guard
from zhixing.problems import Code
from zhixing.source import Source
from zhixing.vault.note import Note, read_note


def note(text: str) -> Note:
    return read_note(Source("n.md", text), PurePosixPath("n.md"))


@pytest.mark.parametrize("case", list(read_cases(CASES / "public.md")), ids=str)
def test_case(case: Case) -> None:
    found = note(case.given)
    case.check("".join(f"{line}\n" for line in [f"shown: {found.published}", *found.problems]))


@pytest.mark.parametrize("head", PLAIN)
def test_a_plain_property_hides_a_note(head: str) -> None:
    found = note(f"{head}文\n")
    assert not found.published
    assert found.problems == ()


@pytest.mark.parametrize("head", DOUBTFUL)
def test_what_is_in_doubt_hides_a_note_and_says_so(head: str) -> None:
    found = note(f"{head}文\n")
    assert not found.published
    (said,) = [problem for problem in found.problems if problem.code is Code.NOTE_HIDDEN]
    assert said.line <= head.count("\n") + 1
    assert said.what.endswith("so this note is not shown")
    assert said.fix


@pytest.mark.parametrize("head", SHOWN)
def test_other_notes_are_shown(head: str) -> None:
    found = note(f"{head}文\n")
    assert found.published
    assert Code.NOTE_HIDDEN not in {problem.code for problem in found.problems}


@pytest.mark.parametrize(
    "piece", ["\n", " ", "--\n", "---\n", "publish\n", '"publish" ', "publish \t", "\ufeff", "draft\n\n"]
)
def test_looking_for_properties_stays_linear(piece: str) -> None:
    with guard():
        note("---\n" + piece * (60_000 // len(piece)))
        note(piece * (60_000 // len(piece)))


def test_heads_are_many() -> None:
    assert len(set(DOUBTFUL)) >= 60

"""What to read before what: steps, circles, and chains as long as a vault."""

from __future__ import annotations

import sys
from pathlib import PurePosixPath

from zhixing.source import Source
from zhixing.vault.graph import circles, levels
from zhixing.vault.note import read_note
from zhixing.vault.vault import Vault


def vault(**needs: str) -> Vault:
    """Return a vault of notes that require others, named in one string."""
    texts = {
        name: "---\nrequires: [" + ", ".join(f'"[[{need}]]"' for need in wanted.split()) + "]\n---\n"
        for name, wanted in needs.items()
    }
    notes = [read_note(Source(f"{name}.md", text), PurePosixPath(f"{name}.md")) for name, text in texts.items()]
    return Vault(root=None, notes={note.path: note for note in notes}, files=())  # type: ignore[arg-type]  # no disk here


def named(groups: object) -> list[list[str]]:
    return [[note.name for note in group] for group in groups]  # type: ignore[attr-defined]  # lists of notes


def test_each_note_stands_in_the_first_step_after_all_it_requires() -> None:
    made = vault(a="", b="a", c="a b", d="", e="d c d")

    assert named(levels(made, list(made.notes.values()))) == [["a", "d"], ["b"], ["c"], ["e"]]


def test_what_is_not_chosen_is_not_waited_for() -> None:
    made = vault(a="", b="a", c="b")

    assert named(levels(made, [note for note in made.notes.values() if note.name != "a"])) == [["b"], ["c"]]


def test_circles_are_named_once_and_left_out() -> None:
    made = vault(a="b", b="a", c="c", d="", e="a")

    assert named(circles(made)) == [["a", "b"], ["c"]]
    assert named(levels(made, list(made.notes.values()))) == [["d"]]


def test_a_long_chain_costs_a_step_for_each_note() -> None:
    made = vault(**{f"n{i:04}": f"n{i - 1:04}" if i else "" for i in range(1500)})
    lines = 0

    def count(frame: object, event: str, _: object) -> object:
        nonlocal lines
        lines += event == "line" and "order.py" in frame.f_code.co_filename  # type: ignore[attr-defined]  # a frame
        return count

    list(circles(made))
    before = sys.gettrace()
    sys.settrace(count)  # type: ignore[arg-type]  # it is a tracer
    try:
        assert len(levels(made, list(made.notes.values()))) == 1500
        assert list(circles(made)) == []
    finally:
        sys.settrace(before)
    assert lines < 100 * 1500

"""What to read before what: the order that `requires` gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

from zhixing.vault.note import Note
from zhixing.vault.resolve import resolve
from zhixing.vault.vault import Vault


def requirements(vault: Vault) -> dict[PurePosixPath, list[PurePosixPath]]:
    """Return for each note the notes that it requires, unknown ones left out."""
    return {
        path: [found.path for link in note.requires if (found := resolve(vault, note, link).note) is not None]
        for path, note in vault.notes.items()
    }


def levels(vault: Vault, notes: Sequence[Note]) -> list[list[Note]]:
    """Return notes in steps: each note in the first step after all it requires. Notes of a circle are left out."""
    chosen = {note.path: note for note in notes}
    place = {path: number for number, path in enumerate(vault.notes)}
    sorter = TopologicalSorter(
        {
            path: [need for need in needs if need in chosen]
            for path, needs in requirements(vault).items()
            if path in chosen
        }
    )
    with suppress(CycleError):  # what no circle holds back is sorted all the same
        sorter.prepare()
    steps: list[list[Note]] = []
    while ready := sorter.get_ready():
        steps.append([chosen[path] for path in sorted(ready, key=place.__getitem__)])
        sorter.done(*ready)
    return steps


def circles(vault: Vault) -> Iterator[list[Note]]:
    """Yield each circle of notes that require one another, once."""
    needs = requirements(vault)
    state: dict[PurePosixPath, int] = {}
    for start in needs:
        stack = [(start, iter(needs[start]))] if start not in state else []
        state.setdefault(start, 1)
        while stack:
            path, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[path] = 2
                stack.pop()
            elif state.get(following) == 1:
                trail = [one for one, _ in stack]
                yield [vault.notes[one] for one in trail[trail.index(following) :]]
            elif following not in state:
                state[following] = 1
                stack.append((following, iter(needs[following])))

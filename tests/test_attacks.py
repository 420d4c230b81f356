"""Vaults made to do harm are checked within bounds: a sample of those in benchmarks/hostile."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.hostile import __main__ as hostile
from benchmarks.hostile.attacks import Make, attacks

ATTACKS = dict(attacks())
FILES = [name for name in ATTACKS if " " not in name]
SAMPLE = [*list(ATTACKS)[::29], *(name for name in FILES if not name.startswith(("many-", "names-", "examples-")))]
SIZE = 20_000


def nothing(folder: Path, _: int) -> None:
    (folder / "a.md").write_text("text\n", encoding="utf-8")


def test_there_are_hundreds_and_no_two_have_one_name() -> None:
    assert len(list(attacks())) == len(ATTACKS) >= 600


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(SAMPLE)))
def test_it_is_checked_within_bounds(name: str) -> None:
    outcome = hostile.attempt(name, ATTACKS[name], SIZE, 10, 1)

    assert outcome.bad == ""


def spin(*_: object, **__: object) -> None:
    while True:
        pass


def allocate(*_: object, **__: object) -> None:
    bytes(range(256)) * 2_400_000


def fail(*_: object, **__: object) -> None:
    raise ValueError("kaputt")


def write_outside(*_: object, **__: object) -> None:
    Path("../owned").write_text("x", encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("does", "bad"),
    # What is allocated is too much, and in a process that has much already, so are its addresses.
    [
        (spin, "SIG"),
        (allocate, ("memory", "traceback: MemoryError")),
        (fail, "traceback: ValueError: kaputt"),
        (write_outside, "wrote ['owned'"),
    ],
)
def test_what_goes_beyond_the_bounds_is_seen(
    does: object, bad: str | tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make: Make = nothing
    monkeypatch.setattr(hostile, "zhixing", does)

    outcome = hostile.attempt("x", make, 10, 1, 0.5)

    assert outcome.bad.startswith(bad)

"""What nobody waits for is done in a pause, and not at all once another build has begun."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zhixing.site import later


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "_PAUSE", 0.05)


def test_the_last_piece_of_work_is_done() -> None:
    done: list[str] = []
    work = later.Later()
    for name in ("one", "two"):
        work.begin()
        work.do(lambda name=name: lambda: done.append(name))  # type: ignore[misc]  # a lambda's default has no type
    work.wait()
    assert done == ["two"]


def test_what_a_build_overtakes_is_not_written() -> None:
    done: list[str] = []
    work = later.Later()

    def prepare() -> Callable[[], None]:
        work.begin()
        return lambda: done.append("late")

    work.do(prepare)
    timer = work._timer
    assert timer is not None
    timer.join()
    assert done == []

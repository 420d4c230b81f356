"""Work that is put off is done in a pause, and only for the last build."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from zhixing.site.incremental import later


@pytest.fixture(autouse=True)
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "_PAUSE", 0.05)


def steps(done: list[int], *numbers: int) -> Iterator[None]:
    for number in numbers:
        done.append(number)
        yield


def test_the_work_of_a_build_is_done_in_a_pause() -> None:
    done: list[int] = []
    work = later.Later()
    work.do(lambda: steps(done, 1))
    work.wait()
    assert done == [1]


def test_a_build_that_begins_before_leaves_it_out() -> None:
    done: list[int] = []
    work = later.Later()
    work.do(lambda: steps(done, 1))
    work.begin()
    work.do(lambda: steps(done, 2))
    work.wait()
    assert done == [2]


def test_a_build_waits_only_for_the_step_under_way() -> None:
    done: list[int] = []
    work, begun = later.Later(), threading.Event()

    def slow() -> Iterator[None]:
        begun.set()
        yield from steps(done, *range(100_000_000))

    work.do(slow)
    begun.wait()
    work.begin()
    count = len(done)
    work.do(lambda: steps(done, -1))
    work.wait()
    assert done[count:] == [-1]

"""Work that is put off is done in a pause, and only for the last build."""

from __future__ import annotations

import pytest

from zhixing.site.incremental import later


@pytest.fixture(autouse=True)
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "_PAUSE", 0.05)


def test_the_work_of_a_build_is_done_in_a_pause() -> None:
    done: list[int] = []
    work = later.Later()
    work.do(lambda: done.append(1))
    work.wait()
    assert done == [1]


def test_a_build_that_begins_before_leaves_it_out() -> None:
    done: list[int] = []
    work = later.Later()
    work.do(lambda: done.append(1))
    work.begin()
    work.do(lambda: done.append(2))
    work.wait()
    assert done == [2]

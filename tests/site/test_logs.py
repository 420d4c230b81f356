"""What a served vault's author is told: all at first, of many problems an overview, later only what is new."""

from __future__ import annotations

import logging

import pytest
from mkdocs.plugins import get_plugin_logger

from zhixing.problems import Code, Problem
from zhixing.site.logs import Teller


def missing(number: int, code: Code = Code.LINK_NOTE) -> Problem:
    return Problem("甲.md", number, 1, code, f"There is no note {number}", "Write it")


@pytest.fixture
def teller(caplog: pytest.LogCaptureFixture) -> Teller:
    caplog.set_level(logging.DEBUG, logger="mkdocs.plugins.zhixing")
    return Teller(get_plugin_logger("zhixing"))


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return the levels and messages since the last time."""
    records = [(record.levelname, record.getMessage()) for record in caplog.records]
    caplog.clear()
    return records


def test_a_problem_is_told_once(teller: Teller, caplog: pytest.LogCaptureFixture) -> None:
    teller.tell([missing(2), missing(1), missing(3, Code.LINK_STUB)])
    first = told(caplog)
    teller.tell([missing(1), missing(4), missing(3, Code.LINK_STUB)])
    second = told(caplog)
    teller.tell([])

    assert [(level, text.split(": ")[1]) for level, text in first] == [
        ("WARNING", "甲.md:1:1"), ("WARNING", "甲.md:2:1"), ("DEBUG", "甲.md:3:1"),
    ]  # fmt: skip
    assert second == [
        ("WARNING", f"zhixing: {missing(4)}"),
        ("INFO", "zhixing: 1 as before. All problems: zhixing check"),
    ]
    assert told(caplog) == []


def test_what_comes_back_is_told_again(teller: Teller, caplog: pytest.LogCaptureFixture) -> None:
    for problems in ([missing(1)], [], [missing(1)]):
        teller.tell(problems)

    assert len(told(caplog)) == 2


def test_of_many_problems_there_is_an_overview(teller: Teller, caplog: pytest.LogCaptureFixture) -> None:
    """It is one warning, so that a strict build fails as it does on a single problem."""
    teller.tell([missing(number) for number in range(4000)])
    [(level, text)] = told(caplog)

    assert level == "WARNING"
    assert text.startswith("zhixing: 4000 problems\n甲.md:")
    assert "3990 more: zhixing check --all --only link-note" in text

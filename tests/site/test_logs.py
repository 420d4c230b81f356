"""What a build tells: all problems at first, of many an overview, later only what is new; and how far it is."""

from __future__ import annotations

import io
import logging

import pytest
from mkdocs.plugins import get_plugin_logger

from zhixing.problems import Code, Problem
from zhixing.site.logs import FEW_PAGES, PROGRESS, PageProgress, Teller, write_visibly


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


class Terminal(io.StringIO):
    """A terminal, on which a line may be cleared and written again."""

    def isatty(self) -> bool:
        return True

    @property
    def line(self) -> str:
        """What stands in the last line."""
        return self.getvalue().rpartition("\x1b[K")[2]


def test_a_long_build_says_how_far_it_is() -> None:
    terminal = Terminal()
    bar = PageProgress(terminal)
    bar.begin(400)
    lines = []
    for _ in range(800):
        bar.step()
        lines.append(terminal.line)

    assert [lines[0], lines[120], lines[399], lines[449], lines[-1]] == [
        "Reading pages: 1 of 400",
        "Reading pages: 100 of 400",
        "Reading pages: 400 of 400",
        "Writing pages: 50 of 400",
        "Writing pages: 400 of 400",
    ]
    bar.clear()
    assert terminal.line == ""


@pytest.mark.parametrize(("pages", "out"), [(FEW_PAGES, Terminal()), (4_000, io.StringIO())])
def test_a_short_build_and_a_file_get_no_line(pages: int, out: io.StringIO) -> None:
    bar = PageProgress(out)
    bar.begin(pages)
    bar.step()
    bar.clear()

    assert out.getvalue() == ""


def test_a_message_takes_the_line_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    log = logging.getLogger("mkdocs")
    handler = logging.StreamHandler(terminal)
    log.addHandler(handler)
    monkeypatch.setattr(PROGRESS, "out", terminal)
    try:
        write_visibly()
        PROGRESS.begin(4_000)
        PROGRESS.step()
        get_plugin_logger("zhixing").warning("this")
    finally:
        log.removeHandler(handler)

    assert terminal.line == "zhixing: this\n"

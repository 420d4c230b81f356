"""Figure files are judged as regions are."""

from __future__ import annotations

from zhixing.problems import Code
from zhixing.source import Source
from zhixing.weave.figures import seal_figure, unused_figures, weave_figure
from zhixing.weave.regions import Verdict

NEW, OLD = "<svg>\n<title>新</title>\n</svg>\n", "<svg>\n<title>旧</title>\n</svg>\n"


def test_a_first_figure_is_drawn_and_then_left_alone() -> None:
    first = weave_figure(Source("a.svg", ""), NEW)
    again = weave_figure(Source("a.svg", first.text), NEW)

    assert first.text.startswith(NEW)
    assert [p.code for p in first.problems] == [Code.FIGURE_STALE]
    assert (again.text, again.problems, again.verdicts) == (first.text, (), {"a.svg": Verdict.FRESH})


def test_line_ends_changed_by_a_checkout_are_no_edit() -> None:
    crlf = seal_figure(NEW).replace("\n", "\r\n")

    assert weave_figure(Source("a.svg", crlf), NEW).text == crlf
    assert weave_figure(Source("a.svg", seal_figure(OLD).replace("\n", "\r\n")), NEW).text == seal_figure(NEW)


def test_a_stale_figure_is_redrawn() -> None:
    woven = weave_figure(Source("a.svg", seal_figure(OLD)), NEW)

    assert woven.text == seal_figure(NEW)
    assert [p.code for p in woven.problems] == [Code.FIGURE_STALE]


def test_an_edited_or_foreign_figure_is_refused_unless_accepted() -> None:
    for text in (seal_figure(OLD).replace("旧", "改"), OLD, seal_figure(OLD) + "<!-- 注 -->\n"):
        refused = weave_figure(Source("a.svg", text), NEW)
        assert refused.text == text
        assert [p.code for p in refused.problems] == [Code.FIGURE_EDITED]
        assert weave_figure(Source("a.svg", text), NEW, accept=True).text == seal_figure(NEW)


def test_only_generated_figures_can_be_unused() -> None:
    assert [p.code for p in unused_figures(Source("a.svg", seal_figure(OLD)))] == [Code.FIGURE_UNUSED]
    assert list(unused_figures(Source("a.svg", OLD))) == []

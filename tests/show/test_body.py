"""Everything an example shows, in order, and what is said where it cannot be shown."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worked import run

from zhixing.language.read import read_example
from zhixing.language.run import run_example
from zhixing.show.body import body, figure_name, render
from zhixing.source import Source, Span

EVERYTHING = """id: 水果
axes: {键: [apple, banana, chair], T: [1, 2]}
given:
  scores[键]: [log(0.6), log(0.4), -inf]
  V[键]: [10, 5, 2]
compute:
  weights[键]: softmax(scores)
  value: weights @ V
  w[T, 键]: softmax(scores / T, axis=键)
show:
  - formula: weights
  - table: value
  - derivation: value
  - plot: w
    log: x
  - heatmap: w
  - heatmap: weights
"""


def test_everything_stands_in_the_order_asked_for() -> None:
    shown = body(run(EVERYTHING))

    assert shown is not None
    blocks = shown.markdown.split("\n\n")
    assert [block[:4] for block in blocks] == ["**已知", "| 键 ", "$$\n\\", "| 量 ", "$$\n\\", "![w|", "![w|", "![we"]
    assert r"\operatorname{softmax}" in blocks[2]
    assert "= 8" in blocks[4]
    assert list(shown.figures) == ["水果.w.plot.svg", "水果.w.svg", "水果.weights.svg"]
    assert all(f"(_figures/{name})" in shown.markdown for name in shown.figures)
    assert body(run(EVERYTHING)) == shown


PARTS = """id: 单
axes: {键: [甲, 乙]}
given:
  a: 2
  v[键]: [1, 3]
compute:
  b: a + 1
  s[键]: v * b
show:
  - inputs: v
  - table: s
  - table: [b, s]
  - table: s - v
  - formula: s
"""


def test_single_results_are_what_shows_them_alone_else_a_table_or_a_line() -> None:
    shown = body(run(PARTS))

    assert shown is not None
    given, table, _, _, formula = (item.span.of(shown.markdown) for item in shown.items)
    assert formula == "$$\ns = v b\n$$"
    assert shown.single("s") == f"{table}\n\n{formula}"
    assert shown.single("b") == "b = 3"
    assert shown.single("v") == "| 键 | v |\n| --- | ---: |\n| 甲 | 1 |\n| 乙 | 3 |"
    assert shown.single("v") != given
    assert shown.single("无") == ""


def test_places_of_results_are_where_they_are_first_shown() -> None:
    shown = body(run(PARTS))

    assert shown is not None
    first = {name: shown.markdown[at:].partition("\n")[0] for name, at in shown.places.items()}
    assert first == {"v": "**已知**", "s": "| 键 | s |", "b": "| 量 | 值 |"}


def test_figures_keep_apart_where_a_disk_knows_no_capitals() -> None:
    shown = body(
        run("id: x\naxes: {a: 2}\ngiven:\n  Q[a]: [1, 2]\n  q[a]: [3, 4]\nshow:\n  - heatmap: q\n  - heatmap: Q\n")
    )

    assert shown is not None
    assert list(shown.figures) == ["x.q.svg", "x.Q-2.svg"]


@pytest.mark.parametrize(
    ("symbol", "drawn"),
    [(r"\text{损失}", "损失"), ("损失", "损失"), ("α", "α"), (r"\text{转过的 }q", "v"), (r"\lVert v\rVert", "v")],
)
def test_figures_name_a_quantity_by_words_but_not_by_a_formula(symbol: str, drawn: str) -> None:
    shown = body(
        run(f"id: x\naxes: {{a: 2}}\ngiven:\n  v[a]: [1, 2]\nsymbols: {{v: '{symbol}'}}\nshow:\n  - plot: v\n")
    )

    assert shown is not None
    assert f"![{drawn}|420]" in shown.markdown
    assert f"<title>{drawn} " in shown.figures["x.v.plot.svg"]


def test_a_run_that_failed_shows_nothing() -> None:
    text = (
        "id: x\naxes: {a: 2, b: 3}\ngiven:\n  v[a]: [1, 2]\n  w[b]: [1, 2, 3]\n"
        "compute:\n  bad: v @ w\nshow:\n  - table: v\n"
    )
    source = Source("例.md", text)
    example, _ = read_example(source, Span(0, len(text)))
    assert example
    failed, problems = run_example(example, source, {})

    assert problems
    assert body(failed) is None
    assert render(failed).problems(source) == [], "the step's own problem says it"


def test_what_cannot_be_shown_is_a_problem_at_its_line() -> None:
    text = (
        "id: x\naxes: {a: 2, b: 3}\ngiven:\n  v[a]: [1, 2]\n  w[b]: [1, 2, 3]\n  n: 1\n"
        "show:\n  - table: v\n  - plot: [v, w]\n  - heatmap: n\n  - formula: v\n  - table: v[5]\n"
    )
    done = run(text)

    problems = render(done).problems(Source("例.md", text))

    assert body(done) is None
    assert [(p.line, str(p.code)) for p in problems] == [
        (9, "example-axes"), (10, "example-axes"), (11, "example-name"), (12, "example-value"),
    ]  # fmt: skip


def test_an_input_that_is_not_given_is_a_problem() -> None:
    text = (
        "id: x\naxes: {a: 2}\ngiven:\n  value[a]: [1, 2]\ncompute:\n  twice[a]: value * 2\n"
        "show:\n  - inputs: valeu\n  - inputs: twice\n  - inputs: value[0]\n"
    )
    problems = render(run(text)).problems(Source("例.md", text))

    assert [str(problem) for problem in problems] == [
        "例.md:8:13: example-name: 'valeu' is not given in this example. Did you mean 'value'?",
        "例.md:9:13: example-name: 'twice' is not given in this example. Show what is computed with `table:`.",
        "例.md:10:13: example-name: 'value[0]' is not given in this example. Did you mean 'value'?",
    ]


NAMES = st.text(max_size=200)


@settings(deadline=None)
@given(NAMES, NAMES)
def test_file_names_are_safe_and_distinct(one: str, other: str) -> None:
    name = figure_name(one)

    assert len(name.encode()) <= 120
    assert name.endswith(".svg")
    assert not name.startswith(".")
    assert PurePosixPath(name).name == name
    assert all(character.isalnum() or character in "._-" for character in name)
    assert name == unicodedata.normalize("NFC", name)
    if unicodedata.normalize("NFC", one) != unicodedata.normalize("NFC", other):
        assert name != figure_name(other)


SENTENCES = {
    "先看分数，再看权重": "先看分数，再看权重",
    "'- [[别处]] **重** <b>'": "&#45; &#91;&#91;别处]] &#42;&#42;重&#42;&#42; &lt;b&gt;",
    "'1. 一'": "1&#46; 一",
    "'# 题'": "&#35; 题",
    "'---'": "&#45;--",
    "'x_1 = 2 $y$'": "x_1 = 2 &#36;y&#36;",
    "3.5 千克": "3&#46;5 千克",
}


def test_sentences_stand_between_as_plain_text() -> None:
    for written, expected in SENTENCES.items():
        shown = body(
            run(
                f"id: 例\ngiven: {{a: 2}}\nshow:\n  - table: a\n  - text: {written}\n  - formula: b\n"
                "compute:\n  b: a + 1\n"
            )
        )
        assert shown is not None
        assert shown.markdown.split("\n\n")[1] == expected

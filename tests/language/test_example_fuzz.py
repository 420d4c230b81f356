"""Whatever is typed ends in problems, never in an exception, and every problem stands inside the block."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worked_examples import run

from casefile import CASES, read_cases
from zhixing.language import budget
from zhixing.language.words import FUNCTIONS, WORDS
from zhixing.language.words.word import Mechanism
from zhixing.problems import Problem

DRAFTS = [case.given for case in read_cases(CASES / "drafts.md")]
MARKS = [
    *"()[]{}:,;.|>#&*!%@`'\"\\-+=<>~^/ \n\t：，“”（）²ᵀ😀\u2028\x00",
    *("\r\n", "    ", "- ", "  each ", "each t:", "start:", "holds:", "uses: {q: 例.x}", "{is: 1, within: 5%}"),
    *("{normal: 1, seed: 7}", "{text: a b, of: 词}", "axis=", "**", "//", "==", " and ", " not ", "lambda x: x"),
    *("词", "键", "t", "0", "-1", "1e999", "999999999999", "0.5", "None", "True", ".T", "[0]", "[:, None]", '["a"]'),
]
MECHANISMS = sorted(name for name, word in FUNCTIONS.items() if isinstance(word.function, Mechanism))
PIECES = st.sampled_from([*sorted(WORDS), *MARKS])


@pytest.fixture(autouse=True, scope="module")
def small_budget() -> object:
    """Bound each run, so that thousands can be tried."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget, "MAX_WORK", 40_000_000)
        patch.setattr(budget, "MAX_ELEMENTS", 200_000)
        patch.setattr(budget, "MAX_STORED", 600_000)
        yield


def check(block: str, problems: list[Problem]) -> None:
    lines = block.split("\n")
    for problem in problems:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert len(str(problem)) < 2000
        assert problem.fix


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Return a draft with a few stretches removed, doubled, replaced or taken from another draft."""
    text = draw(st.sampled_from(DRAFTS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        kind = draw(st.sampled_from(["drop", "double", "put", "graft"]))
        other = draw(st.sampled_from(DRAFTS))
        at = draw(st.integers(0, len(other)))
        piece = {
            "drop": "",
            "double": text[start:end] * 2,
            "put": draw(PIECES),
            "graft": other[at : at + end - start + 5],
        }[kind]
        text = text[:start] + piece + text[end:]
    return text


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(mutated())
def test_running_a_mutated_draft_never_raises(block: str) -> None:
    done, problems = run(block)
    check(block, problems)
    assert done or problems


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200) | st.lists(PIECES, max_size=40).map("".join))
def test_reading_anything_never_raises(text: str) -> None:
    _, problems = run(text)
    check(text, problems)


HEAD = """id: 例
axes: {词: [a, b, c], 键: 词, t: 4, n: 3, T: [1, 2.5, -3]}
given:
  w[词]: [1, 2, 3]
  x[t]: [1, -2, 3, 0]
  M[词, n]: [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
  U[n, n]: 0.5
  s: 2
start: {h: 1}
compute:
  r: attention(M, M, M, mask=键 <= 词)
"""
ATOMS = st.sampled_from([*"wxMUsr词键tnThz01", "r.weights", "-1", "0.5", "[1, 2, 3]", '"a"'])
ITEMS = st.sampled_from([":", "1:", ":2", "::-1", "None", "t - 1", "t"])
PLAIN = st.sampled_from(sorted(WORDS - set(MECHANISMS)))


def _grown(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "@", "<", "==", "and", "or"])
    axes = st.sampled_from(["", ", axis=词", ", axis=n", ", axis=[词, n]", ", axis=t", ", axis=键"])
    return st.one_of(
        st.tuples(parts, operators, parts).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(st.sampled_from(["-", "not "]), parts).map(lambda p: f"({p[0]}{p[1]})"),
        st.tuples(PLAIN, parts, axes).map(lambda p: f"{p[0]}({p[1]}{p[2]})"),
        st.tuples(st.sampled_from(MECHANISMS), st.lists(parts, max_size=5)).map(lambda p: f"{p[0]}({', '.join(p[1])})"),
        st.tuples(
            parts,
            st.lists(parts | ITEMS, min_size=1, max_size=3),
        ).map(lambda p: f"{p[0]}[{', '.join(p[1])}]"),
        st.tuples(parts, parts, parts).map(lambda p: f"where({', '.join(p)})"),
        parts.map(lambda p: f"{p}.T"),
    )


EXPRESSIONS = st.recursive(ATOMS, _grown, max_leaves=6)


@pytest.mark.slow
@settings(deadline=None, max_examples=400)
@given(EXPRESSIONS, EXPRESSIONS, EXPRESSIONS)
def test_evaluating_any_expression_never_raises(one: str, two: str, three: str) -> None:
    quoted = [text.replace("'", "''") for text in (one, two, three)]
    block = (
        f"{HEAD}  y: '{quoted[0]}'\n  each t:\n    h: '{quoted[1]}'\n  z[词, n]: '{quoted[2]}'\n"
        f"expect:\n  '{quoted[0]}': 1\n  holds:\n    - '{quoted[1]}'\n"
    )
    done, problems = run(block)
    check(block, problems)
    for quantity in done.quantities.values() if done else ():
        assert quantity.values.ndim == len(quantity.dimensions)
        assert quantity.values.dtype.kind == "f"

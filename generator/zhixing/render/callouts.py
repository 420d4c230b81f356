"""What a source states beside what was computed, as an Obsidian callout in Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np

from zhixing.examples import ExampleError, evaluate
from zhixing.examples.latex import example_latex
from zhixing.examples.model import Array, Expectation, Expression, Outcome, Printed, Quantity, Run, Said
from zhixing.render import escape
from zhixing.render.environment import environment
from zhixing.render.labels import entry, inline_formula, labels, markdown_name

MOST_VALUES = 12
_MOST_SIDES = 4
_WRONG: dict[type[ast.cmpop], Callable[[Array], Array]] = {
    ast.Gt: np.negative,
    ast.GtE: np.negative,
    ast.Lt: np.positive,
    ast.LtE: np.positive,
    ast.NotEq: lambda difference: -np.abs(difference),
}
"""How far a difference, left less right, is on the wrong side of a comparison; of equality, its size."""
_COMPARED = ("成立", "不成立")


def callout(run: Run, said: Said) -> str:
    """Return what a source states as a callout: a warning where the computation or a cited paper is against it.

    Each claim has a row with what the source gives and what was computed.
    """
    wrong = bool(said.says.cites) or not said.agrees
    lines = [f"来源说：{_prose(said.says.text)}"]
    if said.says.cites:
        lines.append(f"依据：{_prose(said.says.cites)}")
    if said.outcomes:
        rows = [_row(run, outcome) for outcome in said.outcomes]
        template = environment().get_template("tables/table.md")
        rule = ["---"] * 3
        lines += ["", *template.render(header=["断言", "来源", "计算"], rule=rule, rows=rows).splitlines()]
    head = f"[!warning] 来源有误：{document_name(said)}" if wrong else f"[!info] 与来源一致：{document_name(said)}"
    return "\n".join(f"> {line}".rstrip() for line in (head, *lines))


def document_name(said: Said) -> str:
    """Return the document's name; a link to a note stays one, a bare number is a document's."""
    name = " ".join(said.says.document.split())
    if re.fullmatch(r"\[\[[^\[\]|#^\\`]+\]\]", name):
        return name
    return f"文档 {name}" if name.isdecimal() else escape.markdown(name)


def summary(run: Run, said: Said) -> str:
    """Return in one line what speaks against a source's statement, or bears it out: a paper, or what was computed."""
    facts = [_prose(said.says.cites)] if said.says.cites else []
    for outcome in said.outcomes:
        if said.agrees or not outcome.holds:
            name, _, computed = _row(run, outcome)
            facts.append(f"{name}：{computed}" if isinstance(outcome.claim, Expression) else f"{name} = {computed}")
    return "；".join(facts)


def _prose(text: str) -> str:
    """Return text as a sentence on one line."""
    text = " ".join(text.split())
    return escape.markdown(text if text.endswith(tuple("。！？.!?…")) else f"{text}。")


def _row(run: Run, outcome: Outcome) -> list[str]:
    if isinstance(outcome.claim, Expectation):
        name = markdown_name(run.example, outcome.claim.target)
        return [name, escape.markdown(_expected(outcome.claim)), _computed(run, outcome.computed)]
    statement = inline_formula(example_latex(run.example, outcome.claim.tree))
    sides = "" if outcome.holds else _sides(run, outcome.claim)
    return [statement, _COMPARED[0], _COMPARED[not outcome.holds] + sides]


def _expected(claim: Expectation) -> str:
    return _listed(printed.text for printed in _leaves(claim.values))


def _leaves(values: object) -> Iterator[Printed]:
    if isinstance(values, Printed):
        yield values
    elif isinstance(values, tuple):
        for value in values:
            yield from _leaves(value)


def _computed(run: Run, quantity: Quantity | None) -> str:
    if quantity is None:
        return "算不出"
    texts = (entry(quantity, float(value), run.example.axes) for value in quantity.values.flat)
    return escape.markdown(_listed(texts))


def _listed(texts: Iterator[str]) -> str:
    first = list(islice(texts, MOST_VALUES + 1))
    return "，".join([*first[:MOST_VALUES], "…"] if len(first) > MOST_VALUES else first)


def _sides(run: Run, claim: Expression) -> str:
    """Return the two sides of a comparison that does not hold, in parentheses; of long ones where they differ most."""
    if not isinstance(claim.tree, ast.Compare) or len(claim.tree.comparators) != 1:
        return ""
    try:
        left, right = (evaluate(run, side) for side in (claim.tree.left, claim.tree.comparators[0]))
    except ExampleError:
        # A label as one side has no value of its own.
        return ""
    where = ""
    if left.values.size > _MOST_SIDES and right.dimensions in ((), left.dimensions):
        where, left, right = _worst(run, claim.tree.ops[0], left, right)
    return f"（{where}左边 {_computed(run, left)}；右边 {_computed(run, right)}）"


def _worst(run: Run, operator: ast.cmpop, left: Quantity, right: Quantity) -> tuple[str, Quantity, Quantity]:
    """Return the entry at which a comparison is most wrong, by its labels, and what each side has there."""
    with np.errstate(invalid="ignore"):
        difference = np.asarray(left.values - right.values, dtype=np.float64)
    gaps = np.nan_to_num(_WRONG.get(type(operator), np.abs)(difference), nan=np.inf)
    place = np.unravel_index(int(np.argmax(gaps)), gaps.shape)
    heads = [
        labels(dimension, size, run.example.axes)[at]
        for dimension, size, at in zip(left.dimensions, left.values.shape, place, strict=True)
    ]
    ends = [Quantity(np.asarray(q.values[place] if q.dimensions else q.values), (), q.on) for q in (left, right)]
    return f"{escape.markdown('，'.join(heads))} 处", ends[0], ends[1]

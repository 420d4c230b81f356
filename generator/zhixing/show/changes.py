"""What a variation changes in the example that it varies, as a line of Markdown."""

from __future__ import annotations

from itertools import islice

from zhixing.language.latex import latex
from zhixing.language.model import Change, Expression, Quantity, Run
from zhixing.language.nodes import indexed_base, quantity_name
from zhixing.language.run import evaluate
from zhixing.show.escape import escape_markdown
from zhixing.show.labels import entry, format_of, inline_formula, markdown_name

MOST_VALUES = 12


def changes(run: Run) -> str:
    """Return the changes of a variation, each with what it was before; "" for an example that is none.

    Nothing else is shown of a variation unless it says so: its results are the answer of an exercise.
    """
    variation = run.example.variation
    if variation is None:
        return ""
    words = run.wording
    lines = (_line(run, change) for change in variation.changes)
    return words.pair(f"**{words.changed}**", words.semicolon.join(lines))


def _line(run: Run, change: Change) -> str:
    name = markdown_name(run, change.target)
    line = f"{name} = {_now(run, change)}"
    return line if change.before is None else line + run.wording.before.format(value=_text(run, change, change.before))


def _now(run: Run, change: Change) -> str:
    if not isinstance(change.before, Expression):
        return _text(run, change, evaluate(run, change.target.tree))
    name = quantity_name(indexed_base(change.target.tree))
    return _text(run, change, next(step.expression for step in run.example.steps if step.name.name == name))


def _text(run: Run, change: Change, value: Quantity | Expression) -> str:
    """Return values as a list, an expression as a formula."""
    if isinstance(value, Expression):
        return inline_formula(latex(run, value.tree))
    form = format_of(run.example, change.target)
    texts = [entry(value, float(one), run.example.axes, form) for one in islice(value.values.flat, MOST_VALUES + 1)]
    texts[MOST_VALUES:] = ["…"] * (len(texts) > MOST_VALUES)
    return escape_markdown(run.wording.comma.join(texts))

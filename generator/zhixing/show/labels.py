"""Labels of axes, entries of quantities as text, and names as symbols."""

from __future__ import annotations

import re
from collections.abc import Mapping

from zhixing.language.expect import label_of
from zhixing.language.latex import latex
from zhixing.language.model import Axis, Dimension, Example, Expression, Format, Quantity, Run
from zhixing.language.nodes import Field, Name, Transpose, indexed_base, quantity_name, text_of
from zhixing.show.escape import escape_markdown
from zhixing.show.numbers import PLAIN, number
from zhixing.wording.model import Wording

Axes = Mapping[str, Axis]

_TEXT = re.compile(r"\\text\{([^{}\\]+)\}")
"""A symbol that is words and no formula."""


def axis_heading(dimension: Dimension, wording: Wording) -> str:
    """Return the heading of a dimension: its axis's name, or a word for its positions."""
    return dimension.axis or wording.position


def corner(down: str, across: str) -> str:
    """Return the corner of a matrix: the axis of its rows and the axis of its columns."""
    return f"{down}↓ {across}→"


def labels(dimension: Dimension, size: int, axes: Axes) -> tuple[str, ...]:
    """Return the labels of a dimension's positions, or the positions where it has no labels.

    Labels that are numbers have the minus and the powers of ten of every other number.
    """
    texts = tuple(dimension.label(place, axes) for place in range(size))
    if dimension.axis not in axes or not axes[dimension.axis].numbers:
        return texts
    values = axes[dimension.axis].numbers
    powers = ("e" in text.lower() for text in texts)
    return tuple(
        number(values[dimension.position(place)], 10) if power else text.replace("-", "−")
        for place, (text, power) in enumerate(zip(texts, powers, strict=True))
    )


def entry(quantity: Quantity, value: float, axes: Axes, form: Format = PLAIN) -> str:
    """Return one entry as plain text: a number, or the label where the quantity's values are positions."""
    if not quantity.on or value != value or any(d.axis not in axes for d in quantity.on):  # noqa: PLR0124 # NaN
        return number(value, form=form)
    return label_of(int(value), [axes[d.axis] for d in quantity.on])


def symbol(example: Example, expression: Expression) -> str:
    """Return the LaTeX of a name in `symbols:`, or nothing."""
    return example.symbols.get(text_of(expression.tree), "") if is_name(expression) else ""


def format_of(example: Example, expression: Expression) -> Format:
    """Return the format of the quantity that an expression names, perhaps indexed; a plain one of any other."""
    return example.format_of(quantity_name(indexed_base(expression.tree)))


def is_name(expression: Expression) -> bool:
    """Return whether an expression is a quantity's name, such as `weights` or `a.weights`."""
    return isinstance(expression.tree, Name | Field | Transpose)


def markdown_name(run: Run, expression: Expression) -> str:
    """Return a quantity's name for a table: as written, or a formula where it has a symbol or is more than a name."""
    own = symbol(run.example, expression)
    if is_name(expression) and not own:
        return escape_markdown(expression.text)
    return inline_formula(own or latex(run, expression.tree))


def inline_formula(latex: str) -> str:
    """Return LaTeX as a formula within a line. Its pipes are spelled out, since they would end a table's cell."""
    safe = re.sub(r"\\\||\|", lambda bar: r"\Vert " if len(bar[0]) > 1 else r"\vert ", latex)
    return f"${' '.join(safe.split())}$"


def plain_name(example: Example, expression: Expression) -> str:
    r"""Return a quantity's name for a figure: as written, but by a symbol that is one word or `\text{…}`."""
    latex = symbol(example, expression)
    words = _TEXT.fullmatch(latex)
    return words[1].strip() if words else latex if latex.isalnum() else expression.text

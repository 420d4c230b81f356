"""Plans of derivations as data for the script of the site: `site/assets/live-derivations.js` prints them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from zhixing.language.latex_tree import Digits, Scripted, label
from zhixing.language.model import Expression, Format, Quantity, Run
from zhixing.language.nodes import Field, Index, Name, Node, indexed_base, quantity_name, text_of, walk
from zhixing.language.tree_data import Data
from zhixing.show.derivation import BEFORE, Line, result_latex
from zhixing.show.numbers import PLAIN
from zhixing.show.plan import Combination, Constant, Entry, Literal, Plan, Statistic

MOST_LABELS = 60
"""The most labels that an entry which is a position may have."""

MOST_PARTS = 5_000
"""The most parts of a line's plan as data, which has a part as often as it stands in the plan."""


class NotFollowedError(Exception):
    """A derivation that other numbers would change in more than its numbers."""


@dataclass
class PlanEncoder:
    """Writes the lines of an example's derivations.

    `leaves` are the expressions whose entries stand in them, in the order of their numbers.
    """

    run: Run
    leaves: list[Expression] = field(default_factory=list)
    parts: int = 0
    _numbers: dict[str, int] = field(default_factory=dict)

    def lines(self, reference: Expression, planned: Sequence[Line]) -> list[Data]:
        """Return the lines of a derivation as data.

        Raises:
            NotFollowedError: which entries stand in it depends on numbers, or it has no numbers of its own.
        """
        name = quantity_name(indexed_base(reference.tree)).partition(".")[0]
        steps = (step.expression.tree for step in self.run.example.steps if step.name.name == name)
        indexed = [node for tree in steps for node in _indices(tree) if not isinstance(node.base, Name | Field)]
        if any(self.picks(node) for node in (*_indices(reference.tree), *indexed)):
            raise NotFollowedError
        known = len(self.leaves)
        try:
            return [self.line(line) for line in planned]
        except NotFollowedError:
            self._forget(known)
            raise

    def _forget(self, known: int) -> None:
        """Drop the leaves behind so many, which the browser would compute and nothing would show."""
        for leaf in self.leaves[known:]:
            del self._numbers[leaf.text]
        del self.leaves[known:]

    def picks(self, node: Index) -> bool:
        """Return whether an index is computed."""
        names = {part.name for item in node.items for part in walk(item) if isinstance(part, Name)}
        return any(name in self.run.quantities for name in names)

    def line(self, line: Line) -> Data:
        """Return a line as data: its plan, the format of its result, and the labels where that is a position."""
        if "=" in line.left:
            raise NotFollowedError
        self.parts = 0
        unit = label(line.form.unit).text if line.form.unit else ""
        labels = list[Data](self.labels(line.quantity)) if line.quantity.on else None
        return {"plan": self.plan(line.plan), "format": encode_format(line.form), "labels": labels, "unit": unit}

    def labels(self, quantity: Quantity) -> Iterable[str]:
        """Return what stands for each position that an entry may be."""
        sizes = [self.run.example.axes[one.axis].size for one in quantity.on if one.axis in self.run.example.axes]
        if len(sizes) < len(quantity.on) or prod(sizes) > MOST_LABELS:
            raise NotFollowedError
        return (result_latex(self.run, quantity, float(at)) for at in range(prod(sizes)))

    def plan(self, plan: Plan) -> Data:
        """Return a plan as data."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise NotFollowedError
        match plan:
            case Entry():
                return self.entry(plan)
            case Constant(value):
                return ["constant", value]
            case Literal(term):
                own = term.piece
                bare = isinstance(own, Digits) and not own.scaled
                flags: Data = {"level": int(own.level), "scripted": isinstance(own, Scripted), "bare": bare}
                return ["literal", own.text, term.value, flags]
            case Statistic(word, entries):
                return ["statistic", word, [self.entry(one) for one in entries]]
            case Combination(kind, parts, word, marks, own):
                told: Data = {"word": word, "marks": list(marks), "own": own} if word or marks else own
                return [kind.value, told, *map(self.plan, parts)]

    def entry(self, entry: Entry) -> Data:
        """Return an entry as data: the number of its expression, and its place in C order."""
        if any(isinstance(part, Name) and part.name.startswith(BEFORE) for part in walk(entry.node)):
            raise NotFollowedError
        text = text_of(entry.node)
        if text not in self._numbers:
            self._numbers[text] = len(self.leaves)
            self.leaves.append(Expression(text, entry.node, self.run.example.span))
        place = int(np.ravel_multi_index(entry.at, entry.shape)) if entry.at else 0
        return ["entry", self._numbers[text], place, encode_format(entry.form)]


def _indices(tree: Node) -> list[Index]:
    return [node for node in walk(tree) if isinstance(node, Index)]


def encode_format(form: Format) -> Data:
    """Return a format as data, None for none."""
    return [form.digits, form.percent, form.thousands, form.unit] if form != PLAIN else None

"""Everything that an example shows, as the Markdown of its region and the figures that it embeds."""

from __future__ import annotations

import ast
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from zhixing.examples import ExampleError, evaluate
from zhixing.examples.latex import formula
from zhixing.examples.model import Derivation, Expression, Formula, Heatmap, Plot, Run, Show, Step, Table
from zhixing.problems import Code, Problem
from zhixing.render import escape
from zhixing.render.callouts import callout
from zhixing.render.derivation import derivation
from zhixing.render.figure import Figure
from zhixing.render.heatmap_layout import heatmap
from zhixing.render.labels import plain_name
from zhixing.render.masked import masked
from zhixing.render.plot_layout import plot
from zhixing.render.tables import table
from zhixing.source import Source

FIGURES = "_figures"
"""The folder beside a note that holds its figures."""

_LONGEST_NAME = 120
"""Of a figure's file name, in bytes of UTF-8: file systems take 255, and some encode what is not ASCII."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a run shows: Markdown without blank lines around it, and SVG texts by file name."""

    markdown: str
    figures: Mapping[str, str]


def body(run: Run) -> Body | None:
    """Return what a run shows: what `show:` asks for, in order, then what its sources say.

    An example without `show:` shows a table of what it expects. None where a step or something shown could not be
    computed: half a result is no result, and what stands in the note stays.
    """
    if not complete(run):
        return None
    writer = _Writer(run)
    try:
        blocks = [writer.block(show) for show in _shown(run)]
    except ExampleError:
        return None
    blocks += [callout(run, said) for said in run.said]
    return Body("\n\n".join(blocks), MappingProxyType(writer.figures))


def show_problems(run: Run, source: Source) -> list[Problem]:
    """Return a problem for each thing that `show:` asks for and that cannot be shown, where every step was computed."""
    if not complete(run):
        return []
    writer = _Writer(run)
    problems = []
    for show in _shown(run):
        try:
            writer.block(show)
        except ExampleError as error:
            problems.append(source.problem(error.code, show.span, error.what, error.mend))
    return problems


def complete(run: Run) -> bool:
    """Tell whether every step of a run was computed."""
    roots = {name.partition(".")[0] for name in run.quantities}
    return all(step.name.name in roots for step in run.example.steps)


def _shown(run: Run) -> tuple[Show, ...]:
    """Return what is shown: what `show:` asks for, else a table of the quantities expected, else of the last step."""
    example = run.example
    if example.show:
        return example.show
    names = {ast.unparse(tree): tree for e in example.expectations for tree in [_base(e.target.tree)]}
    if not names and example.steps:
        last = example.steps[-1].name.name
        # Of several results, the last is the one that the others lead to.
        name = [name for name in run.quantities if name == last or name.startswith(f"{last}.")][-1]
        names = {name: ast.parse(name, mode="eval").body}
    expressions = tuple(Expression(name, tree, example.span) for name, tree in names.items())
    return (Table(expressions, example.span),) if expressions else ()


def _base(tree: ast.expr) -> ast.expr:
    """Return the quantity that an index is taken of."""
    while isinstance(tree, ast.Subscript):
        tree = tree.value
    return tree


class _Writer:
    """Writes the blocks of one run, and collects the figures that they embed."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.figures: dict[str, str] = {}

    def block(self, show: Show) -> str:
        """Return the Markdown of one thing shown.

        Raises:
            ExampleError: it cannot be evaluated, or is not fit to be shown so.
        """
        if isinstance(show, Table):
            return table(self.run, show.quantities)
        if isinstance(show, Formula):
            return _display(formula(self.run.example, _step(self.run, show.quantity)))
        if isinstance(show, Derivation):
            return _display(derivation(self.run, show.quantity))
        if isinstance(show, Heatmap):
            return self._embed(show.quantity, self._heatmap(show), "")
        return self._embed(show.quantities[0], self._plot(show), ".plot")

    def _heatmap(self, show: Heatmap) -> Figure:
        quantity = evaluate(self.run, show.quantity.tree)
        if not 1 <= len(quantity.dimensions) <= 3 or not quantity.values.size:
            what = f"{show.quantity.text} has {len(quantity.dimensions)} axes, a heat map one to three"
            raise ExampleError(Code.EXAMPLE_AXES, what, "Index it, or show it in a table")
        name = plain_name(self.run.example, show.quantity)
        return heatmap(name, quantity, self.run.example.axes, masked(self.run, show.quantity.tree, quantity))

    def _plot(self, show: Plot) -> Figure:
        example = self.run.example
        named = [(plain_name(example, one), evaluate(self.run, one.tree)) for one in show.quantities]
        against = show.against
        base = (plain_name(example, against), evaluate(self.run, against.tree)) if against else None
        return plot(named, example.axes, base, show.log)

    def _embed(self, quantity: Expression, figure: Figure, kind: str) -> str:
        name = self._file_name(f"{self.run.example.id}.{quantity.text}{kind}")
        self.figures[name] = figure.svg
        alt = escape.markdown(plain_name(self.run.example, quantity))
        return f"![{alt}|{figure.width}]({FIGURES}/{name})"

    def _file_name(self, wanted: str) -> str:
        """Return a name that no other figure of this run has, on disks that know no capitals either (Q and q)."""
        taken = {name.casefold() for name in self.figures}
        name, count = figure_name(wanted), 1
        while name.casefold() in taken:
            count += 1
            name = figure_name(f"{wanted}-{count}")
        return name


def figure_name(wanted: str) -> str:
    """Return a safe file name for a figure, of at most 120 bytes: NFC, letters, digits, `.`, `_` and `-`.

    Where something had to be left out, a few digits of a hash keep names apart.
    """
    wanted = unicodedata.normalize("NFC", wanted)
    plain = re.sub(r"[^\w.-]+", "_", wanted).strip("._") or "figure"
    if plain == wanted and len(plain.encode()) + 4 <= _LONGEST_NAME:
        return f"{plain}.svg"
    mark = hashlib.sha256(wanted.encode(errors="replace")).hexdigest()[:8]
    kept = plain.encode()[: _LONGEST_NAME - 13].decode(errors="ignore")
    return f"{kept}-{mark}.svg"


def _display(latex: str) -> str:
    lines = [line for line in latex.splitlines() if line.strip()]
    return "\n".join(["$$", *lines, "$$"])


def _step(run: Run, quantity: Expression) -> Step:
    name = ast.unparse(quantity.tree).partition(".")[0]
    steps: Iterator[Step] = (step for step in run.example.steps if step.name.name == name)
    step = next(steps, None)
    if step is None:
        what = f"{quantity.text} is not computed by a step"
        raise ExampleError(Code.EXAMPLE_NAME, what, "Show the formula of a name under `compute:`")
    return step

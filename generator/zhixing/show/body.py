"""Everything that an example shows, as the Markdown of its region and the figures that it embeds."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from types import MappingProxyType

import numpy as np

from zhixing.language.budget import budget_of_showing
from zhixing.language.errors import ExampleError
from zhixing.language.latex import definition, formula, latex
from zhixing.language.model import (
    Array,
    Derivation,
    Expectation,
    Expression,
    Format,
    Formula,
    Heatmap,
    Inputs,
    Outcome,
    Plot,
    Printed,
    Quantity,
    Remark,
    Run,
    Said,
    Show,
    Step,
    Steps,
    Table,
)
from zhixing.language.nodes import Compare, Comparison, text_of
from zhixing.language.run import evaluate
from zhixing.problems import Code
from zhixing.show.bodies import Body, Item, Rendered
from zhixing.show.changes import changes
from zhixing.show.derivation import derivation
from zhixing.show.escape import escape_markdown, escape_paragraph
from zhixing.show.flow import flow
from zhixing.show.heatmap import find_masked, heatmap
from zhixing.show.inputs import inputs
from zhixing.show.labels import entry, format_of, inline_formula, labels, markdown_name, plain_name
from zhixing.show.numbers import PLAIN
from zhixing.show.plot import Look, plot
from zhixing.show.shows import find_shows
from zhixing.show.sources import anchor, document_name, sentence
from zhixing.show.svg import Figure
from zhixing.show.tables import table
from zhixing.show.templates import environment
from zhixing.source import Span
from zhixing.wording.model import Wording

# Statements of sources beside the computed results, as Obsidian callouts.

MOST_VALUES = 12
_MOST_SIDES = 4
_WRONG: Mapping[Comparison, Callable[[Array], Array]] = {
    ">": np.negative,
    ">=": np.negative,
    "<": np.positive,
    "<=": np.positive,
    "!=": lambda difference: -np.abs(difference),
}
"""How far a difference, left less right, is on the wrong side of a comparison; of equality, its size."""


def callout(run: Run, said: Said) -> str:
    """Return a source's statement as a callout: a warning if the computation or a cited paper contradicts it.

    What is true instead follows, and each claim has a row with the source's value and the computed one. Below stands
    the name by which lists link to the callout.

    Raises:
        ExampleError: an expression in what is true instead cannot be computed.
    """
    words = run.wording
    parts = [_sentences(run, said), *_rows(run, said)]
    name = document_name(said, words)
    verdict = words.source_wrong if said.wrong else words.source_consistent if said.says.chosen else words.source_agrees
    head = f"[!{'warning' if said.wrong else 'info'}] {verdict.format(document=name)}"
    lines = [head, *"\n\n".join(parts).splitlines()]
    quoted = "\n".join(f"> {line}".rstrip() for line in lines)
    return f"{quoted}\n\n^{anchor(run, said)}"


def _sentences(run: Run, said: Said) -> str:
    """Return what the source says, what is true instead or which inputs were chosen, and the paper, as paragraphs."""
    words, says = run.wording, said.says
    parts = [words.source_says.format(text=sentence(says.text, words))]
    parts += [words.source_instead.format(text=instead(run, said))] if says.instead else []
    parts += [words.source_chosen.format(text=sentence(says.chosen, words))] if says.chosen else []
    parts += [words.source_cites.format(text=sentence(says.cites, words))] if says.cites else []
    return "\n\n".join(parts)


def _rows(run: Run, said: Said) -> list[str]:
    """Return a table of the claims: the source's value and the computed one; none for history."""
    if not said.outcomes:
        return []
    words, rows = run.wording, [_row(run, outcome) for outcome in said.outcomes]
    header = [words.claimed, words.by_source, words.computed]
    template = environment().get_template("tables/table.md")
    return [template.render(header=header, rule=["---"] * 3, rows=rows).rstrip("\n")]


def instead(run: Run, said: Said) -> str:
    """Return what is true instead of a statement, as Markdown, with the computed values in their places.

    Raises:
        ExampleError: an expression in it cannot be computed.
    """
    return sentence(
        "".join(part if isinstance(part, str) else _value_of(run, part) for part in said.says.instead), run.wording
    )


def _value_of(run: Run, part: Expression) -> str:
    quantity, form = evaluate(run, part.tree), format_of(run.example, part)
    texts = (entry(quantity, float(value), run.example.axes, form) for value in quantity.values.flat)
    return _list_texts(texts, run.wording)


def _row(run: Run, outcome: Outcome) -> list[str]:
    if isinstance(outcome.claim, Expectation):
        name = markdown_name(run, outcome.claim.target)
        form = format_of(run.example, outcome.claim.target)
        # Where both differ, decimals that the format leaves out could hide it.
        form = form if outcome.holds else replace(form, digits=None)
        return [
            name,
            escape_markdown(_describe_expected(outcome.claim, run.wording)),
            _describe_computed(run, outcome.computed, form),
        ]
    statement = inline_formula(latex(run, outcome.claim.tree))
    sides = "" if outcome.holds else _describe_sides(run, outcome.claim)
    words = run.wording
    return [statement, words.holds, (words.holds if outcome.holds else words.fails) + sides]


def _describe_expected(claim: Expectation, words: Wording) -> str:
    return _list_texts((printed.text for printed in _leaves(claim.values)), words)


def _leaves(values: object) -> Iterator[Printed]:
    if isinstance(values, Printed):
        yield values
    elif isinstance(values, tuple):
        for value in values:
            yield from _leaves(value)


def _describe_computed(run: Run, quantity: Quantity | None, form: Format = PLAIN) -> str:
    if quantity is None:
        return run.wording.not_computed
    texts = (entry(quantity, float(value), run.example.axes, form) for value in quantity.values.flat)
    return escape_markdown(_list_texts(texts, run.wording))


def _list_texts(texts: Iterator[str], words: Wording) -> str:
    first = list(islice(texts, MOST_VALUES + 1))
    return words.comma.join([*first[:MOST_VALUES], "…"] if len(first) > MOST_VALUES else first)


def _describe_sides(run: Run, claim: Expression) -> str:
    """Return the two sides of a comparison that does not hold, in parentheses; of long ones where they differ most."""
    if not isinstance(claim.tree, Compare) or len(claim.tree.operators) != 1:
        return ""
    try:
        left, right = (evaluate(run, side) for side in claim.tree.sides)
    except ExampleError:
        # A label as one side has no value of its own.
        return ""
    where = ""
    if left.values.size > _MOST_SIDES and right.dimensions in ((), left.dimensions):
        where, left, right = _find_worst(run, claim.tree.operators[0], left, right)
    sides = {"left": _describe_computed(run, left), "right": _describe_computed(run, right)}
    return run.wording.sides.format(where=where, **sides)


def _find_worst(run: Run, operator: Comparison, left: Quantity, right: Quantity) -> tuple[str, Quantity, Quantity]:
    """Return the entry with the largest error of a comparison, by its labels, and both values there."""
    with np.errstate(invalid="ignore"):
        difference = np.asarray(left.values - right.values, dtype=np.float64)
    gaps = np.nan_to_num(_WRONG.get(operator, np.abs)(difference), nan=np.inf)
    place = np.unravel_index(int(np.argmax(gaps)), gaps.shape)
    heads = [
        labels(dimension, size, run.example.axes)[at]
        for dimension, size, at in zip(left.dimensions, left.values.shape, place, strict=True)
    ]
    ends = [Quantity(np.asarray(q.values[place] if q.dimensions else q.values), (), q.on) for q in (left, right)]
    where = run.wording.at_entry.format(labels=escape_markdown(run.wording.comma.join(heads)))
    return where, ends[0], ends[1]


"""A name that can stand in a link and be an id on a page."""

FIGURES = "_figures"
"""The folder beside a note that holds its figures."""

_LONGEST_NAME = 120
"""The longest name of a figure, in bytes of UTF-8: file systems allow 255, and some encode non-ASCII letters."""


def body(run: Run) -> Body | None:
    """Return the rendered results of a run, as `render` does."""
    return render(run).body


def render(run: Run, limit: int | None = None) -> Rendered:
    """Return the rendered results of a run: what is given, the items of `show:` in order, the statements of sources.

    An example without `show:` shows a table of its expectations. There is no body if a step or an item could not be
    computed: then the region in the note stays as it is. `limit` is how many operations showing it may take.
    """
    if not is_complete(run):
        return Rendered(None)
    writer = _Writer(run, limit)
    blocks: list[tuple[str, Show | None]] = [(changes(run), None)]
    errors: list[tuple[Span, ExampleError]] = []
    for show in find_shows(run):
        try:
            blocks.append((writer.block(show), show))
        except ExampleError as error:
            errors.append((error.span or show.span, error))
        if writer.budget.cut:
            break
    for said in run.said:
        try:
            blocks.append((callout(run, said), None))
        except ExampleError as error:
            errors.append((error.span or said.says.span, error))
    made = None if errors else _join(run, blocks, writer.figures)
    return Rendered(made, tuple(errors), writer.budget.used + writer.budget.written, writer.budget.cut)


def _join(run: Run, blocks: Sequence[tuple[str, Show | None]], figures: dict[str, str]) -> Body:
    """Return the body that blocks make, each with what it shows."""
    items: list[Item] = []
    at = 0
    for block, show in blocks:
        if block and show and (names := _find_names(show)):
            items.append(Item(Span(at, at + len(block)), names, isinstance(show, Inputs)))
        at += len(block) + 2 if block else 0
    markdown = "\n\n".join(block for block, _ in blocks if block)
    return Body(markdown, MappingProxyType(figures), run, tuple(items))


def _find_names(show: Show) -> tuple[str, ...]:
    """Return the names of the quantities that an item shows."""
    match show:
        case Inputs() | Table() | Plot() | Steps():
            quantities = show.quantities
        case Formula() | Derivation() | Heatmap():
            quantities = (show.quantity,)
        case _:
            quantities = ()
    return tuple(text_of(one.tree) for one in quantities)


def is_complete(run: Run) -> bool:
    """Return whether every step of a run was computed."""
    roots = {name.partition(".")[0] for name in run.quantities}
    return all(step.name.name in roots for step in run.example.steps)


class _Writer:
    """Writes the blocks of one run, and collects the figures that they embed."""

    def __init__(self, run: Run, limit: int | None) -> None:
        self.run = run
        self.figures: dict[str, str] = {}
        self.budget = budget_of_showing(run.example.span.end - run.example.span.start, run.work, limit)
        self.evaluate = partial(evaluate, budget=self.budget)

    def block(self, show: Show) -> str:
        """Return the Markdown of one thing shown.

        Raises:
            ExampleError: it cannot be evaluated, or is not fit to be shown so.
        """
        figures = len(self.figures)
        self.budget.begin(drawn=isinstance(show, Heatmap | Plot))
        text = self._block(show)
        self.budget.write(len(text) + sum(map(len, list(self.figures.values())[figures:])))
        return text

    def _block(self, show: Show) -> str:
        match show:
            case Remark():
                text = escape_paragraph(show.text)
            case Inputs():
                text = inputs(self.run, show.quantities, self.evaluate) if show.quantities else ""
            case Table():
                text = table(self.run, show.quantities, self.evaluate, show.format)
            case Formula():
                text = _display(self._formula(show.quantity))
            case Derivation():
                text = _display(derivation(self.run, show.quantity, self.evaluate, self.budget))
            case Heatmap():
                text = self._embed(show.quantity, self._heatmap(show), "")
            case Plot():
                text = self._embed(show.quantities[0], self._plot(show), f".{show.drawn.value}")
            case Steps():
                text = self._embed(show.quantities[-1], flow(self.run, show.quantities, self.evaluate), ".steps")
        return text

    def _formula(self, quantity: Expression) -> str:
        """Return the formula of a step, or of a function that the example defines."""
        name = text_of(quantity.tree)
        defined = next((one for one in self.run.example.definitions if one.name == name), None)
        return definition(self.run, defined) if defined else formula(self.run, _step(self.run, quantity))

    def _heatmap(self, show: Heatmap) -> Figure:
        quantity = self.evaluate(self.run, show.quantity.tree)
        if not 1 <= len(quantity.dimensions) <= 3 or not quantity.values.size:
            what = f"{show.quantity.text} has {len(quantity.dimensions)} axes, a heat map one to three"
            raise ExampleError(Code.EXAMPLE_AXES, what, "Index it, or show it in a table")
        name = plain_name(self.run.example, show.quantity)
        hidden = find_masked(self.run, show.quantity.tree, quantity, self.evaluate)
        form = (show.format or PLAIN).before(format_of(self.run.example, show.quantity))
        return heatmap(name, quantity, self.run.example.axes, hidden, form, self.run.wording)

    def _plot(self, show: Plot) -> Figure:
        example = self.run.example
        named = [(plain_name(example, one), self.evaluate(self.run, one.tree)) for one in show.quantities]
        against = show.against
        base = (plain_name(example, against), self.evaluate(self.run, against.tree)) if against else None
        forms = [(show.format or PLAIN).before(format_of(example, one)) for one in show.quantities]
        up = forms[0] if all(form == forms[0] for form in forms) else PLAIN
        across = format_of(example, against) if against else PLAIN
        return plot(named, example.axes, base, show.log, self.run.wording, Look(show.drawn, up, across))

    def _embed(self, quantity: Expression, figure: Figure, kind: str) -> str:
        name = self._file_name(f"{self.run.example.id}.{quantity.text}{kind}")
        self.figures[name] = figure.svg
        alt = escape_markdown(plain_name(self.run.example, quantity))
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
    name = text_of(quantity.tree).partition(".")[0]
    steps: Iterator[Step] = (step for step in run.example.steps if step.name.name == name)
    step = next(steps, None)
    if step is None:
        what = f"{quantity.text} is not computed by a step"
        raise ExampleError(Code.EXAMPLE_NAME, what, "Show the formula of a name under `compute:`")
    return step

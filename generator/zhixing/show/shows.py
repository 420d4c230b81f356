"""Which items a run shows where its example says so, and where it does not."""

from __future__ import annotations

from zhixing.language.model import Expression, Run, Show, Table
from zhixing.language.nodes import indexed_base, name_node, text_of
from zhixing.show.inputs import default_inputs


def find_shows(run: Run) -> tuple[Show, ...]:
    """Return the items to show: what is given, and then what `show:` says or else the results."""
    given = default_inputs(run)
    results = () if run.example.variation else _find_results(run)
    return (*([given] if given else []), *(run.example.show or results))


def _find_results(run: Run) -> tuple[Show, ...]:
    """Return what to show where `show:` does not say: a table of the expected quantities, else of the last step."""
    example = run.example
    names = {text_of(tree): tree for e in example.expectations for tree in [indexed_base(e.target.tree)]}
    if not names and example.steps:
        last = example.steps[-1].name.name
        # Without expectations, the last step is the result.
        name = [name for name in run.quantities if name == last or name.startswith(f"{last}.")][-1]
        names = {name: name_node(name, example.span)}
    expressions = tuple(Expression(name, tree, example.span) for name, tree in names.items())
    return (Table(expressions, example.span),) if expressions else ()

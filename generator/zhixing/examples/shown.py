"""Reading what an example shows."""

from __future__ import annotations

from collections.abc import Callable

from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Derivation, Expression, Formula, Heatmap, Plot, Show, Table
from zhixing.examples.nodes import Mapping, Node, Scalar, Sequence
from zhixing.problems import Code, did_you_mean

KINDS = ("table", "formula", "derivation", "heatmap", "plot")
ReadExpression = Callable[[Node], Expression | None]


def read_show(node: Node, read: ReadExpression) -> Show | None:
    """Read one item of `show:`, such as `table: [scores, weights]` or `plot: error`.

    Raises:
        ExampleError: it is of no known kind, or names nothing.
    """
    if not isinstance(node, Mapping) or not node.items:
        raise ExampleError(Code.EXAMPLE_VALUE, "What is shown has a kind", "Write `- table: [a, b]`").at_span(node.span)
    kind, value = node.items[0]
    if kind.text not in KINDS:
        mend = did_you_mean(kind.text, KINDS) or f"Known: {', '.join(KINDS)}"
        raise ExampleError(Code.EXAMPLE_KEY, f"Nothing can be shown as {kind.text!r}", mend).at_span(kind.span)
    options = _options(node, kind.text)
    quantities = _quantities(value, read)
    if not quantities:
        return None
    if kind.text == "table":
        return Table(quantities, node.span)
    if kind.text == "plot":
        against = read(options["against"]) if "against" in options else None
        return Plot(quantities, against, _log(options.get("log")), node.span)
    if len(quantities) > 1:
        what = f"A {kind.text} shows one quantity"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write a line for each").at_span(value.span)
    return _SINGLE[kind.text](quantities[0], node.span)


_SINGLE: dict[str, type[Formula | Derivation | Heatmap]] = {
    "formula": Formula,
    "derivation": Derivation,
    "heatmap": Heatmap,
}


def _options(node: Mapping, kind: str) -> dict[str, Node]:
    known = ("against", "log") if kind == "plot" else ()
    for key, _ in node.items[1:]:
        if key.text not in known:
            mend = did_you_mean(key.text, known) or "Begin a new line with “- ”"
            raise ExampleError(Code.EXAMPLE_KEY, f"`{kind}:` has no option {key.text!r}", mend).at_span(key.span)
    return {key.text: value for key, value in node.items[1:]}


def _quantities(node: Node, read: ReadExpression) -> tuple[Expression, ...]:
    """Read one reference, or a list of them."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(expression for item in items if (expression := read(item)) is not None)


def _log(node: Node | None) -> frozenset[str]:
    if node is None:
        return frozenset()
    items = node.items if isinstance(node, Sequence) else (node,)
    names = frozenset(item.text if isinstance(item, Scalar) else "" for item in items)
    if not names <= {"x", "y"}:
        what = "`log:` names axes other than x and y"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write [x, y]").at_span(node.span)
    return names

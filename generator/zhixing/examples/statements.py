"""Reading what an example expects and what sources say: values, and statements under `holds:`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from zhixing.examples.expected import read_expectations
from zhixing.examples.model import Expectation, Expression, Says, Show
from zhixing.examples.nodes import Mapping, Node, Scalar
from zhixing.examples.reading import Reading
from zhixing.examples.shown import read_show
from zhixing.problems import Code

_SAYS = ("document", "text", "claims", "cites")
Claims = tuple[tuple[Expectation, ...], tuple[Expression, ...]]


def read_expect(node: Node | None, reading: Reading, what: str = "`expect:`") -> Claims:
    """Read values by name, and the statements under `holds:`."""
    expectations: list[Expectation] = []
    holds: list[Expression] = []
    for key, value in reading.pairs(node, what):
        if key.text == "holds":
            read = (reading.expression(item) for item in reading.items(value, "`holds:`"))
            holds += [statement for statement in read if statement]
        elif target := reading.expression(key):
            found = reading.attempt(value.span, partial(read_expectations, target, value, key.span))
            expectations += found or []
    return tuple(expectations), tuple(holds)


def read_shows(node: Node | None, reading: Reading) -> Iterator[Show]:
    """Read `show:`."""
    for item in reading.items(node, "`show:`", "Write lines like `- table: [a, b]`"):
        shown = reading.attempt(item.span, partial(read_show, item, reading.expression))
        if shown:
            yield shown


def read_says(node: Node | None, reading: Reading) -> Iterator[Says]:
    """Read `says:`."""
    for item in reading.items(node, "`says:`", "Begin each statement with “- document: ”"):
        if isinstance(item, Mapping):
            yield _saying(item, reading)
        else:
            reading.wanted(item, "A statement is no mapping", "Write document, text and claims")


def _saying(node: Mapping, reading: Reading) -> Says:
    texts = {key.text: value.text.strip() for key, value in node.items if isinstance(value, Scalar)}
    reading.keys(node, _SAYS, "`says:`")
    if not texts.get("document") or not texts.get("text") or not (texts.get("cites") or node.get("claims")):
        what = "A statement needs document, text, and claims or cites"
        reading.report(node.span, Code.EXAMPLE_KEY, what, "Say who states what, and in which figures")
    expectations, holds = read_expect(node.get("claims"), reading, "`claims:`")
    return Says(
        texts.get("document", ""), texts.get("text", ""), expectations, holds, texts.get("cites", ""), node.span
    )

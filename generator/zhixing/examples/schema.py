"""Reading an example: from the YAML of its block to typed declarations, with every problem and its place."""

from __future__ import annotations

import re
import unicodedata

from zhixing.examples.declarations import read_axes
from zhixing.examples.model import Example
from zhixing.examples.nodes import Mapping, Scalar
from zhixing.examples.reading import Reading
from zhixing.examples.sections import Sections
from zhixing.examples.statements import read_expect, read_says, read_shows
from zhixing.examples.twins import raised_character
from zhixing.examples.yaml_tree import read_yaml
from zhixing.problems import Code, Problem
from zhixing.source import Source, Span

KEYS = ("id", "axes", "uses", "given", "start", "compute", "symbols", "expect", "show", "says")
MAX_ID = 60
_ID = re.compile(r"[^\W_][\w\-]*")


def read_example(source: Source, content: Span) -> tuple[Example | None, list[Problem]]:
    """Read the example declared in a block. Where anything in it is wrong, the example is None."""
    node, problems = read_yaml(source, content)
    if node is None or problems:
        return None, problems
    reading = Reading(source)
    if not isinstance(node, Mapping):
        reading.wanted(node, "The block is not a mapping of keys to values", "Begin with `id: NAME`")
        return None, reading.problems
    example = _read(node, reading)
    return (None if reading.problems else example), sorted(reading.problems, key=lambda problem: problem.order)


def _read(node: Mapping, reading: Reading) -> Example:
    """Read every section; each may rest on those before it."""
    reading.keys(node, KEYS, "An example")
    identifier = _identifier(node, reading)
    read_axes(node.get("axes"), reading)
    sections = Sections(reading)
    uses, uses_spans = sections.uses(node.get("uses"))
    given = tuple(sections.given(node.get("given")))
    steps = tuple(sections.steps(node.get("compute")))
    start = tuple(sections.start(node.get("start"), steps))
    symbols = dict(sections.symbols(node.get("symbols")))
    expectations, holds = read_expect(node.get("expect"), reading)
    says = tuple(read_says(node.get("says"), reading))
    show = tuple(read_shows(node.get("show"), reading))
    return Example(
        identifier, reading.axes, uses, given, start, steps, symbols, expectations, holds, says, show, node.span,
        uses_spans,
    )  # fmt: skip


def _identifier(node: Mapping, reading: Reading) -> str:
    found = node.get("id")
    if not isinstance(found, Scalar) or not found.text.strip():
        at = found.span if found else node.span
        reading.report(at, Code.EXAMPLE_KEY, "The example has no id", "Begin with `id: NAME`")
        return ""
    name = unicodedata.normalize("NFKC", found.text.strip())
    if len(name) > MAX_ID or not _ID.fullmatch(name) or any(raised_character(one) for one in found.text):
        mend = f"Use letters, Chinese characters, digits, - and _, at most {MAX_ID}"
        reading.report(found.span, Code.EXAMPLE_NAME, f"{found.text.strip()[:MAX_ID]!r} cannot be an id", mend)
    return name

"""Reading and running a block of text, as the tests of this room need it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from zhixing.language.expect import label_of
from zhixing.language.model import Array, Example, Quantity, Run
from zhixing.language.read import read_example
from zhixing.language.run import run_example
from zhixing.problems import Problem
from zhixing.source import Source, Span

# Of larger arrays the ends and the range are shown.
MOST_ENTRIES = 64


def read(block: str) -> tuple[Example | None, list[Problem]]:
    return read_example(Source("例.md", block), Span(0, len(block)))


def run(block: str, others: Mapping[str, Run] | None = None) -> tuple[Run | None, list[Problem]]:
    source = Source("例.md", block)
    example, problems = read_example(source, Span(0, len(block)))
    if example is None:
        return None, problems
    done, more = run_example(example, source, others or {})
    return done, sorted([*problems, *more], key=lambda problem: problem.order)


def good_run(block: str, others: Mapping[str, Run] | None = None) -> Run:
    done, problems = run(block, others)
    assert done, "\n".join(map(str, problems))
    assert not problems, "\n".join(map(str, problems))
    return done


def messages(block: str) -> str:
    _, problems = run(block)
    return "".join(f"{problem}\n" for problem in problems)


def shown_run(block: str) -> str:
    """Return each computed quantity on a line, with its axes and its values or labels."""
    return computed(good_run(block))


def computed(done: Run) -> str:
    return "".join(f"{_shown(name, quantity, done)}\n" for name, quantity in done.quantities.items())


def _shown(name: str, quantity: Quantity, done: Run) -> str:
    axes = f"[{', '.join(axis or '·' for axis in quantity.axes)}]" if quantity.dimensions else ""
    dtype = "" if quantity.values.dtype == np.float64 else f" {quantity.values.dtype}"
    if quantity.values.size <= MOST_ENTRIES:
        return f"{name}{axes}{dtype} = {_entries(quantity.values, quantity, done)}"
    first, last = (_entries(entry, quantity, done) for entry in quantity.values.reshape(-1)[[0, -1]])
    if quantity.on:
        return f"{name}{axes}{dtype} = {first}, …, {last}"
    low, high = np.nanmin(quantity.values), np.nanmax(quantity.values)
    sizes = "×".join(map(str, quantity.values.shape))
    return f"{name}{axes}{dtype} = {first}, …, {last}: {sizes} entries from {low:.6g} to {high:.6g}"


def _entries(values: Array, quantity: Quantity, done: Run) -> str:
    if values.ndim:
        return f"[{', '.join(_entries(part, quantity, done) for part in values)}]"
    if quantity.on:
        return label_of(int(values), [done.example.axes[dimension.axis] for dimension in quantity.on])
    # What is smaller is rounding, which differs from machine to machine.
    return f"{float(values) if abs(values) > 1e-15 else 0:.6g}"

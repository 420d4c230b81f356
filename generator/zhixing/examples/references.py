"""Quantities named from outside their example: `指代.weights["小明"]` in prose, in a claim or in an embed."""

from __future__ import annotations

from collections.abc import Mapping

from zhixing.examples.errors import ExampleError
from zhixing.examples.expression import parse_expression
from zhixing.examples.model import Quantity, Run
from zhixing.examples.run import evaluate
from zhixing.examples.twins import ascii_twin, normal_name
from zhixing.problems import Code, did_you_mean
from zhixing.source import Span


def example_of(reference: str) -> str:
    """Return the id of the example that a reference names."""
    return normal_name(ascii_twin(reference).partition(".")[0].strip())


def refer(reference: str, span: Span, runs: Mapping[str, Run]) -> tuple[Run, Quantity]:
    """Return the run and the quantity that a reference such as `指代.w小明` names.

    Raises:
        ExampleError: there is no such example or quantity, or it was not computed.
    """
    name = example_of(reference)
    _, dot, rest = reference.partition(".")
    if name not in runs:
        mend = did_you_mean(name, runs) or "Name an example by its id, then a quantity: 指代.weights"
        raise ExampleError(Code.CLAIM_UNKNOWN, f"No example {name!r} ran", mend)
    run = runs[name]
    if not dot or not rest.strip():
        mend = f"Write {name}.NAME; it computes {', '.join(run.quantities)}"
        raise ExampleError(Code.CLAIM_UNKNOWN, f"{reference!r} names no quantity", mend)
    try:
        return run, evaluate(run, parse_expression(rest.strip(), span).tree)
    except ExampleError as error:
        raise ExampleError(Code.CLAIM_UNKNOWN, f"{reference}: {error.what}", error.mend) from None

"""Expressions that prose says values of, as data for a reader's browser."""

from __future__ import annotations

import json
from collections.abc import Iterable

from zhixing.language.errors import ExampleError
from zhixing.language.expression import parse_expression
from zhixing.language.lower import NotLoweredError
from zhixing.language.model import Expression, Run
from zhixing.language.tree_data import Data, encode_expressions
from zhixing.source import Span


def encode_prose(run: Run, claims: Iterable[str]) -> Data:
    """Return expressions as data, by their texts; those that the script could not compute are left out."""
    axes: dict[str, Data] = {}
    trees: dict[str, Data] = {}
    for text in claims:
        try:
            own, (trees[text],) = encode_expressions(run, [_parse(text)])
        except (NotLoweredError, ExampleError):
            continue
        axes |= {json.dumps(one): one for one in own}
    return {"axes": list(axes.values()), "trees": trees}


def _parse(text: str) -> Expression:
    return Expression(text, parse_expression(text, Span(0, 0)).tree, Span(0, 0))

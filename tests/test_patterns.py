"""Regular expressions mean the same in every Python that the project supports.

Before 3.11.5 a possessive repetition of a group kept what its last, failing round had taken (gh-106052), so that
`(?:a|b(?=c))*+b` did not match `aab`. An atomic group inside, `(?:(?>…))*+`, gives it back in all of them.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import zhixing


def modules() -> list[str]:
    found = pkgutil.walk_packages(zhixing.__path__, "zhixing.")
    return sorted(module.name for module in found if not module.name.endswith("__main__"))


def patterns(name: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    for variable, value in vars(importlib.import_module(name)).items():
        if isinstance(value, re.Pattern):
            yield variable, value


def alternatives(body: Any) -> list[Any]:
    items = list(body)
    if len(items) == 1 and items[0][0] is sre.BRANCH:
        return list(items[0][1][1])
    return [items]


def is_one_character(alternative: Any) -> bool:
    """Return whether an alternative fails before it takes anything, but for a backslash at the end of a text."""
    items = list(alternative)
    if items and items[0] == (sre.LITERAL, ord("\\")):
        items = items[1:]
    return len(items) == 1 and items[0][0] in {sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY}


def repeats(tree: Any) -> Iterator[Any]:
    """Yield the body of each possessive repetition, at any depth."""
    for operation, value in tree:
        if operation is sre.POSSESSIVE_REPEAT:
            yield value[2]
        for part in value if isinstance(value, Iterable) else ():
            for inner in part if isinstance(part, list) else [part]:
                if isinstance(inner, _parser.SubPattern):
                    yield from repeats(inner)
        if isinstance(value, _parser.SubPattern):
            yield from repeats(value)


def faults(pattern: re.Pattern[str]) -> list[str]:
    bodies = [alternatives(body) for body in repeats(_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))]
    return [
        str(alternative)
        for body in bodies
        for alternative in body
        if not is_one_character(alternative) and [item[0] for item in alternative] != [sre.ATOMIC_GROUP]
    ]


@pytest.mark.parametrize("name", modules())
def test_what_a_failing_round_took_is_given_back(name: str) -> None:
    assert {variable: found for variable, pattern in patterns(name) if (found := faults(pattern))} == {}


def test_a_repetition_that_may_fail_late_is_found() -> None:
    assert faults(re.compile(r"x(?P<y>(?:a|b(?=c))*+)b"))
    assert faults(re.compile(r"(?=(?:\|-+)++)|z"))
    assert not faults(re.compile(r"(?:\\.|[^\\$])++(?:(?>a|b(?=c)))*+b[^x]*+"))

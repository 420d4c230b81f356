"""LaTeX to MathML, so that no script has to run in a reader's browser, and `check` knows what a page cannot show.

The converter comes with the extra `site`. Its stack ends, and the process with it, so it is not given a formula that is
longer or deeper than it can take.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from zhixing.show.mathml_commands import MACROS
from zhixing.show.mathml_dialect import adapt

if TYPE_CHECKING:
    from math_core import LatexToMathML

MAX_LENGTH = 10_000
MAX_DEPTH = 100
_STEP = re.compile(r"\\(?:left|begin)(?![A-Za-z])|\\(?:right|end)(?![A-Za-z])|\\[A-Za-z]+|\\.|[{}]", re.DOTALL)
_OPENS = frozenset({"{", r"\left", r"\begin"})
_CLOSES = frozenset({"}", r"\right", r"\end"})
_REASON = re.compile(r"(\d+): (.*)", re.DOTALL)


class FormulaError(ValueError):
    """A formula that cannot be read: why, and at which of its characters."""

    def __init__(self, why: str, offset: int) -> None:
        super().__init__(why)
        self.offset = offset


def find_excess(latex: str) -> str:
    """Return in what a formula is too long or too deep; "" where it is not."""
    if len(latex) > MAX_LENGTH:
        return f"it has more than {MAX_LENGTH:,} characters"
    if len(latex) <= MAX_DEPTH:
        return ""
    depth = 0
    for step in _STEP.findall(latex):
        depth += (step in _OPENS) - (step in _CLOSES)
        if depth > MAX_DEPTH:
            return f"it is nested more than {MAX_DEPTH} deep"
    return ""


@cache
def has_converter() -> bool:
    """Return whether the converter is installed."""
    return find_spec("math_core") is not None


@lru_cache(maxsize=20_000)
def mathml(latex: str, *, display: bool) -> str:
    """Return a formula as MathML. Raises FormulaError where it cannot be read."""
    from math_core import LatexError  # noqa: PLC0415  # not installed with the command line alone

    excess = find_excess(latex)
    if excess:
        raise FormulaError(excess, 0)
    adapted = adapt(latex, display=display)
    try:
        return _converter().convert_with_local_state(adapted, displaystyle=display)
    except LatexError as error:
        reason = _REASON.match(str(error))
        place = find_place(latex, adapted, int(reason[1])) if reason else 0
        raise FormulaError(reason[2] if reason else str(error), place) from error


def find_place(latex: str, adapted: str, offset: int) -> int:
    """Return where in a formula stands what is at an offset of the formula that was made of it.

    It is found by counting: the third `\\frac` of the one is the third of the other. What is not there has no place
    of its own, and the formula's beginning is returned.
    """
    found = _STEP.match(adapted, offset) or re.compile(r"(?s).").match(adapted, offset)
    if latex == adapted or found is None:
        return min(offset, len(latex))
    at = -1
    for _ in range(adapted.count(found[0], 0, offset) + 1):
        at = latex.find(found[0], at + 1)
        if at < 0:
            return 0
    return at


@cache
def _converter() -> LatexToMathML:
    from math_core import LatexToMathML  # noqa: PLC0415  # the same

    return LatexToMathML(fancy_error=False, macros=MACROS)

"""LaTeX to MathML, once, while the site is built: no script has to run in the reader's browser."""

from __future__ import annotations

import html
import re
from functools import cache, lru_cache

from math_core import LatexError, LatexToMathML

from zhixing.checks.formulas import find_excess, formulas
from zhixing.problems import Code, Problem
from zhixing.site.math_dialect import MACROS, adapt
from zhixing.vault.note import Note

_WORDS = re.compile(r"<math><mtext>([^<]*)</mtext></math>")
_REASON = re.compile(r"(\d+): (.*)", re.DOTALL)


class FormulaError(ValueError):
    """A formula that cannot be read: why, and at which of its characters."""

    def __init__(self, why: str, offset: int) -> None:
        super().__init__(why)
        self.offset = offset


@lru_cache(maxsize=20_000)
def mathml(latex: str, *, display: bool) -> str:
    """Return a formula as MathML. Raises FormulaError where it cannot be read."""
    excess = find_excess(latex)
    if excess:
        raise FormulaError(excess, 0)
    try:
        return _converter().convert_with_local_state(adapt(latex, display=display), displaystyle=display)
    except LatexError as error:
        reason = _REASON.match(str(error))
        raise FormulaError(reason[2] if reason else str(error), int(reason[1]) if reason else 0) from error


@cache
def _converter() -> LatexToMathML:
    return LatexToMathML(fancy_error=False, macros=MACROS)


def formula(latex: str, display: bool) -> str:  # a page's `Edge` calls it so
    """Return a formula as HTML; one that cannot be read stays as its source, marked."""
    latex = latex.strip()
    try:
        shown = mathml(latex, display=display)
    except FormulaError as error:
        title = html.escape(str(error))
        shown = f'<code class="formula-source" title="{title}">{html.escape(latex)}</code>'
    if display:
        return f'<div class="formula" tabindex="0">{shown}</div>'
    # Words alone are no formula: screen readers do not take such a formula for the text of a table's head.
    words = _WORDS.fullmatch(shown)
    return words[1] if words else shown


def formula_problems(note: Note) -> list[Problem]:
    """Return a problem for each formula of a note that cannot be read, at the character where reading stopped."""
    problems = []
    for span, display in formulas(note):
        latex = span.of(note.source.text)
        if find_excess(latex.strip()):  # a problem of the note, whether it is on a site or not
            continue
        try:
            mathml(latex.strip(), display=display)
        except FormulaError as error:
            blank = len(latex) - len(latex.lstrip())
            at = min(span.start + blank + error.offset, max(span.end - 1, span.start))
            what, fix = (
                f"The formula cannot be read: {error}",
                "The page shows its source; see the list of LaTeX commands",
            )
            problems.append(note.source.problem(Code.FORMULA_UNREADABLE, at, what, fix))
    return problems

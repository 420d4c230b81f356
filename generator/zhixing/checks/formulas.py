"""Formulas that no page can show: too long, too deep, or with a command that the converter does not know."""

from __future__ import annotations

from collections.abc import Iterator

from zhixing.markdown.blocks import Kind
from zhixing.markdown.inline import TokenKind
from zhixing.problems import Code, Problem
from zhixing.show.mathml import FormulaError, find_excess, has_converter, mathml
from zhixing.source import Span
from zhixing.vault.note import Note

_LIST = "The page shows its source; see the list of LaTeX commands"


def formulas(note: Note) -> Iterator[tuple[Span, bool]]:
    """Yield each formula of a note, and whether it stands on a line of its own."""
    for token in note.tokens:
        if token.kind is TokenKind.MATH:
            yield token.content, token.display
    for region in note.regions:
        if region.kind is Kind.MATH and region.depth == 0:
            yield region.content, True


def check_formulas(note: Note) -> Iterator[Problem]:
    """Yield a problem for each formula of a note that a page cannot show, at the character where reading stopped."""
    for span, display in formulas(note):
        latex = span.of(note.source.text)
        excess = find_excess(latex.strip())
        if excess:
            fix = "Split it; the page shows its source"
            yield note.source.problem(Code.FORMULA_UNREADABLE, span, f"The formula is not read: {excess}", fix)
        elif has_converter():
            yield from _check_commands(note, span, latex, display=display)


def _check_commands(note: Note, span: Span, latex: str, *, display: bool) -> Iterator[Problem]:
    try:
        mathml(latex.strip(), display=display)
    except FormulaError as error:
        blank = len(latex) - len(latex.lstrip())
        at = min(span.start + blank + error.offset, max(span.end - 1, span.start))
        yield note.source.problem(Code.FORMULA_UNREADABLE, at, f"The formula cannot be read: {error}", _LIST)

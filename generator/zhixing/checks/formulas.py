"""Formulas that are longer or deeper than a reader of LaTeX can take: its stack ends, and the process with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zhixing.markdown.blocks import Kind
from zhixing.markdown.inline import TokenKind
from zhixing.problems import Code, Problem
from zhixing.source import Span
from zhixing.vault.note import Note

MAX_LENGTH = 10_000
MAX_DEPTH = 100
_STEP = re.compile(r"\\(?:left|begin)(?![A-Za-z])|\\(?:right|end)(?![A-Za-z])|\\[A-Za-z]+|\\.|[{}]", re.DOTALL)
_OPENS = frozenset({"{", r"\left", r"\begin"})
_CLOSES = frozenset({"}", r"\right", r"\end"})


def formulas(note: Note) -> Iterator[tuple[Span, bool]]:
    """Yield each formula of a note, and whether it stands on a line of its own."""
    for token in note.tokens:
        if token.kind is TokenKind.MATH:
            yield token.content, token.display
    for region in note.regions:
        if region.kind is Kind.MATH and region.depth == 0:
            yield region.content, True


def check_formulas(note: Note) -> Iterator[Problem]:
    """Yield a problem for each formula of a note that is too long or too deep to be read."""
    for span, _ in formulas(note):
        excess = find_excess(span.of(note.source.text).strip())
        if excess:
            fix = "Split it; the page shows its source"
            yield note.source.problem(Code.FORMULA_UNREADABLE, span, f"The formula is not read: {excess}", fix)


def find_excess(latex: str) -> str:
    """Return in what a formula is too long or too deep; "" where it is not."""
    if len(latex) > MAX_LENGTH:
        return f"it has more than {MAX_LENGTH:,} characters"
    depth = 0
    for step in _STEP.findall(latex):
        depth += (step in _OPENS) - (step in _CLOSES)
        if depth > MAX_DEPTH:
            return f"it is nested more than {MAX_DEPTH} deep"
    return ""

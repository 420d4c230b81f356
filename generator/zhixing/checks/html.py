"""Checks of the HTML that authors write: tags that a page shows as written, since they would swallow it."""

from __future__ import annotations

from collections.abc import Iterator

from zhixing.markdown.raw_text import find_unclosed
from zhixing.problems import Code, Problem
from zhixing.vault.note import Note


def check_html(note: Note) -> Iterator[Problem]:
    """Yield a problem for each tag that a browser would take everything below for the text of."""
    for span in find_unclosed(note):
        tag = " ".join(span.of(note.source.text).split())[:60]
        what = f"The tag {tag} is never closed, so the page shows it as written"
        fix = "Write it in backticks to name it, or close it with a tag of its own"
        yield note.source.problem(Code.HTML_UNCLOSED, span, what, fix)

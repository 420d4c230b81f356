"""Checks of a note by itself, for which no other note need be read and nothing be run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zhixing.checks.blocks import check_blocks
from zhixing.checks.formulas import check_formulas
from zhixing.checks.html import check_html
from zhixing.checks.names import check_properties
from zhixing.checks.template import Template, check_template
from zhixing.problems import Problem
from zhixing.vault.note import Note


def check_own(note: Note, templates: Mapping[str, Template]) -> Iterator[Problem]:
    """Yield the problems of a note's blocks, formulas, HTML and properties, and what its template asks for."""
    yield from note.problems
    yield from check_template(note, templates)
    yield from check_blocks(note)
    yield from check_formulas(note)
    yield from check_html(note)
    yield from check_properties(note)

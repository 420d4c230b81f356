"""The report: a note that lists the problems of a vault, with links to where they stand.

It is written into the vault, so that an author in Obsidian sees what fails without a terminal. Its frontmatter says
that it is not to be published, and the loader passes over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import PurePosixPath

from zhixing.markdown.generated import SEAL
from zhixing.problems import Problem, Severity
from zhixing.show.escape import escape_paragraph
from zhixing.vault.note import Heading, Note
from zhixing.vault.vault import Vault

MOST = 500
"""So many problems are listed; more would be read by nobody."""
# In a wikilink these would end the name, or begin a heading, a block or a label.
_NO_LINK = re.compile(r"[\[\]|#^\\]|%%|[\x00-\x1f]")


def render_report(vault: Vault, problems: Iterable[Problem]) -> str:
    """Return the report on a vault's problems, those that are mere information left out; with room for its checksum."""
    words = vault.wording
    found = sorted({one for one in problems if one.severity is not Severity.INFO}, key=lambda one: one.order)
    head = f"---\npublish: false\n---\n<!-- {words.report_generated} {SEAL} -->\n\n# {words.report}\n"
    files = len({one.path for one in found})
    summary = words.report_summary.format(files=files, count=len(found)) if found else words.report_none
    parts = [head, f"{summary}\n", *_sections(vault, found[:MOST])]
    if len(found) > MOST:
        parts.append(f"{words.report_more.format(count=len(found) - MOST)}\n")
    return "\n".join(parts)


def _sections(vault: Vault, problems: Iterable[Problem]) -> Iterator[str]:
    for path, inside in groupby(problems, key=lambda one: one.path):
        note = vault.notes.get(PurePosixPath(path))
        lines = "\n".join(_line(vault, note, one) for one in inside)
        yield f"## {_link(path, note)}\n\n{lines}\n"


def _line(vault: Vault, note: Note | None, problem: Problem) -> str:
    """Return a problem as an item: where it stands, what it means in the vault's language, and the whole message."""
    words = vault.wording
    at = words.at_line.format(line=problem.line, column=problem.column)
    heading = _heading_link(vault, note, problem) if note else ""
    place = f"{heading} · {at}" if heading else at
    meaning = escape_paragraph(words.problems.get(problem.code.slug, problem.code.meaning))
    return f"- {place}{words.colon}{meaning} `{problem.code.slug}`\n  {escape_paragraph(problem.sentences)}"


def _link(path: str, note: Note | None) -> str:
    """Return a link to a note by its path, or the path of what is no note or cannot be linked."""
    place = str(PurePosixPath(path).with_suffix(""))
    if note is None or _NO_LINK.search(f"{place}{note.name}"):
        return escape_paragraph(path)
    return f"[[{place}|{note.name}]]"


def _heading_link(vault: Vault, note: Note, problem: Problem) -> str:
    """Return a link to the heading above a problem; "" where a link would not find it."""
    heading = _heading_above(note, problem.line)
    place = str(note.path.with_suffix(""))
    if heading is None or heading.raw != heading.text or _NO_LINK.search(f"{place}{heading.raw}"):
        return ""
    found = vault.places(note).heading((heading.raw,))
    return f"[[{place}#{heading.raw}|{heading.raw}]]" if found is heading else ""


def _heading_above(note: Note, line: int) -> Heading | None:
    above = (one for one in reversed(note.headings) if note.source.position(one.span.start)[0] <= line)
    return next(above, None)

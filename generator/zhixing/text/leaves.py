"""Blocks that hold no other block: how each begins on a line, and how the ones that run over lines go on.

A draft is a region while it is read. `begin` and `go_on` know lines and drafts; the scanner knows where a block stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from zhixing.source import Span
from zhixing.text import starts
from zhixing.text.containers import CODE_INDENT
from zhixing.text.lines import Line
from zhixing.text.regions import Kind, Region

PAIRS = {"$$": Kind.MATH, "%%": Kind.COMMENT}
MARKS = {kind: mark for mark, kind in PAIRS.items()}


@dataclass(slots=True)
class Draft:
    """A region that may still grow: while `open`, the next line may belong to it.

    `opening` and `indent` are those of a fence; `ends` is the pattern that ends an HTML block; `odd` holds the marks of
    which a paragraph has an odd number so far, so that one at the start of its next line closes.
    """

    kind: Kind
    open: bool = False
    start: int = 0
    prefix: str = ""
    depth: int = 0
    content: Span | None = None
    lines: list[Span] = field(default_factory=list)
    info: str = ""
    level: int = 0
    closed: bool = True
    opening: str = ""
    indent: int = 0
    ends: re.Pattern[str] | None = None
    odd: frozenset[str] = frozenset()

    def region(self, end: int) -> Region:
        """Return the region, which reaches to the start of the next one."""
        span = Span(self.start, end)
        lines = tuple(self.lines)
        content = self.content or span
        return Region(self.kind, span, content, lines, self.prefix, self.info, self.level, self.closed, self.depth)


def begin(line: Line, indent: int, paragraph: Draft | None, last: Mapping[str, int]) -> Draft | None:
    """Return the draft of the block that begins here, None for running text.

    `paragraph` is the one that the block would interrupt; `last` says where the last `$$` and `%%` of the text stand.
    """
    character = line.character
    if character == "#":
        return _heading(line)
    if character in "`~":
        return _fence(line, indent)
    if character == "<":
        return _html(line, paragraph)
    if character in "$%":
        return _pair(line, paragraph, last)
    if character in "*-_" and starts.match(starts.RULE, line):
        return Draft(Kind.RULE)
    return None


def _heading(line: Line) -> Draft | None:
    found = starts.heading(line)
    if found is None:
        return None
    level, start, end = found
    return Draft(Kind.HEADING, level=level, content=Span(start, end), lines=[Span(start, end)])


def _fence(line: Line, indent: int) -> Draft | None:
    found = starts.fence(line)
    if found is None:
        return None
    opening, info = found
    return Draft(
        Kind.FENCE,
        open=True,
        opening=opening,
        info=info,
        indent=indent,
        content=Span(line.stop, line.stop),
        closed=False,
    )


def _html(line: Line, paragraph: Draft | None) -> Draft | None:
    ends = starts.html_block(line, interrupts=paragraph is not None)
    if ends is None:
        return None
    draft = Draft(Kind.HTML, open=True, ends=ends, closed=ends is starts.BLANK)
    _go_on_html(draft, line)
    return draft


def _pair(line: Line, paragraph: Draft | None, last: Mapping[str, int]) -> Draft | None:
    mark = line.text[line.offset : line.offset + 2]
    if mark not in PAIRS or (paragraph is not None and mark in paragraph.odd):
        return None
    inside = line.offset + 2
    closing = line.text.find(mark, inside, line.end)
    rest = line.text[closing + 2 : line.end].strip(" \t")
    if closing == inside or (closing >= 0 and rest):
        return None  # `$$$$`, or a formula or comment that begins a line of running text
    if closing < 0 and mark == "$$" and last[mark] < line.stop:
        return None
    draft = Draft(PAIRS[mark], open=True, content=Span(inside, inside), closed=False)
    line.read(2)
    _go_on_pair(draft, line)
    return draft


def go_on(draft: Draft, line: Line) -> bool:
    """Give an open fence, formula, comment or HTML block its next line; False if it ended before that line.

    Behind the mark that closes a formula or comment, the line is left to be read as text.
    """
    if draft.kind is Kind.FENCE:
        _go_on_fence(draft, line)
    elif draft.kind is Kind.HTML:
        if draft.ends is starts.BLANK and line.blank:
            draft.open = False
            return False
        _go_on_html(draft, line)
    else:
        _go_on_pair(draft, line)
    return True


def _go_on_fence(draft: Draft, line: Line) -> None:
    start = draft.content.start if draft.content else line.start
    if line.indent(CODE_INDENT) < CODE_INDENT and starts.closes(line, draft.opening):
        draft.content = Span(start, line.start)
        draft.open, draft.closed = False, True
        return
    line.skip(draft.indent)
    draft.lines.append(Span(line.offset, line.stop))
    draft.content = Span(start, line.stop)


def _go_on_html(draft: Draft, line: Line) -> None:
    draft.lines.append(Span(line.offset, line.stop))
    if (
        draft.ends is not starts.BLANK
        and draft.ends is not None
        and draft.ends.search(line.text, line.offset, line.end)
    ):
        draft.open, draft.closed = False, True


def _go_on_pair(draft: Draft, line: Line) -> None:
    start = draft.content.start if draft.content else line.offset
    mark = MARKS[draft.kind]
    closing = line.text.find(mark, line.offset, line.end)
    end = line.stop if closing < 0 else closing
    draft.lines.append(Span(line.offset, end))
    draft.content = Span(start, end)
    if closing >= 0:
        line.read(closing + len(mark) - line.offset)
        draft.open, draft.closed = False, True

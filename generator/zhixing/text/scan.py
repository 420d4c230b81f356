"""Split a note into regions. Lossless: the regions joined are the text.

The block structure is CommonMark's: each line first continues the open containers (quotes, callouts, list items), then
may open new ones, and what is left of it belongs to one block. Obsidian adds frontmatter, `$$` formulas, `%%` comments.
"""

from __future__ import annotations

import re

from zhixing.problems import Code, Problem
from zhixing.source import Source, Span
from zhixing.text import starts
from zhixing.text.containers import CODE_INDENT, DEPTH, Containers
from zhixing.text.leaves import PAIRS, Draft, begin, go_on
from zhixing.text.lines import Line, lines
from zhixing.text.regions import Kind, Region

__all__ = ["Kind", "Region", "scan", "scan_problems"]

_FRONTMATTER = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\r|\n)")
_FRONTMATTER_END = re.compile(r"(?<=[\r\n])---[ \t]*(?:\r\n|\r|\n|\Z)")
_OPENING = re.compile(r"\ufeff?[ \t]*+(`++|~++|%%|<!--)")
_ENDS = {"%%": "%%", "<!--": "-->"}
_VERBATIM = frozenset({Kind.FENCE, Kind.HTML, *PAIRS.values()})
_MARKERS = frozenset(" \t>-+*0123456789")  # what a container's marker begins with
# A line outside containers that begins with another character can only be running text.
_SPECIAL = _MARKERS | frozenset("#`~<$%=_")


def scan(text: str) -> tuple[Region, ...]:
    """Return the regions of a note, without gaps: `"".join(r.span.of(text) for r in scan(text)) == text`."""
    return _Scanner(text).scan()


def scan_problems(source: Source, regions: tuple[Region, ...]) -> list[Problem]:
    """Return a problem for each fence and each comment that is never closed."""
    found = []
    for region in regions:
        opening = None if region.closed else _OPENING.match(source.text, region.span.start + len(region.prefix))
        if opening is not None:
            found.append(_unclosed(source, opening[1], opening.start(1)))
    return found


def _unclosed(source: Source, mark: str, at: int) -> Problem:
    if mark in _ENDS:
        what = f"The comment that opens here with `{mark}` is never closed"
        return source.problem(Code.COMMENT_UNCLOSED, at, what, f"Close it with `{_ENDS[mark]}`")
    what = "The fence that opens here is never closed"
    return source.problem(Code.FENCE_UNCLOSED, at, what, f"Close it with a line of {mark} alone")


class _Scanner:
    """Reads the lines of a text in order and collects drafts. `leaf` is the block that the next line may continue."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.drafts: list[Draft] = []
        self.containers = Containers()
        self.leaf: Draft | None = None
        self.last = {mark: text.rfind(mark) for mark in PAIRS}

    def scan(self) -> tuple[Region, ...]:
        for line in lines(self.text, self._frontmatter()):
            self._line(line)
        ends = [*(draft.start for draft in self.drafts[1:]), len(self.text)]
        return tuple(draft.region(end) for draft, end in zip(self.drafts, ends, strict=False))

    def _frontmatter(self) -> int:
        """Take the frontmatter, if there is any; return where the rest begins."""
        opening = _FRONTMATTER.match(self.text)
        closing = _FRONTMATTER_END.search(self.text, opening.end()) if opening else None
        if opening is None or closing is None:
            return 0
        inside = [Span(line.start, line.stop) for line in lines(self.text, opening.end(), closing.start())]
        self.drafts.append(Draft(Kind.FRONTMATTER, content=Span(opening.end(), closing.start()), lines=inside))
        return closing.end()

    @property
    def _paragraph(self) -> Draft | None:
        return self.leaf if self.leaf is not None and self.leaf.kind is Kind.TEXT else None

    def _line(self, line: Line) -> None:
        if not self.containers and self.leaf is self._paragraph:
            if line.blank:
                self._blank(line)
                return
            if line.text[line.offset] not in _SPECIAL:
                self._text(line)
                return
        depth = self.containers.go_on(line)
        if self._verbatim(line, depth):
            return
        depth = self._enter(line, depth)
        if line.blank:
            self._leave(depth)
            self._blank(line)
        elif not self._block(line, depth):
            if self._paragraph is None:  # else it may be lazy: go on with a paragraph but leave out its containers
                self._leave(depth)
            self._text(line)

    def _verbatim(self, line: Line, depth: int) -> bool:
        """Give the line to an open fence, formula, comment or HTML block; False if there is none or it ended before."""
        leaf = self.leaf
        if leaf is None or leaf.kind not in _VERBATIM:
            return False
        if depth == len(self.containers) and go_on(leaf, line):
            self._after(leaf, line)
            return True
        self.leaf = None
        return False

    def _after(self, leaf: Draft, line: Line) -> None:
        """Go on behind a line of a block: it may be over, and text may follow the mark that closes it."""
        self.leaf = leaf if leaf.open else None
        if not leaf.open and leaf.kind in PAIRS.values() and not line.blank:
            self._text(line, start=line.offset)

    def _enter(self, line: Line, depth: int) -> int:
        """Open the containers that begin on this line; return how many it stands in."""
        while depth < DEPTH and line.character in _MARKERS:
            interrupts = depth == len(self.containers) and self._paragraph is not None
            width = self.containers.begins(line, interrupts=interrupts)
            if width is None:
                break
            self._leave(depth)
            self.leaf = None
            self.containers.enter(width, line)
            depth += 1
        return depth

    def _leave(self, depth: int) -> None:
        """Close the containers that the line does not continue, and the block inside them."""
        if depth < len(self.containers):
            self.containers.leave(depth)
            self.leaf = None

    def _place(self, draft: Draft, start: int, inside: int) -> None:
        """Add a draft whose line begins at `start`, its containers' markers reaching to `inside`."""
        draft.start = start
        draft.prefix = self.text[start:inside].lstrip("\ufeff")
        draft.depth = len(self.containers)
        self.drafts.append(draft)

    def _blank(self, line: Line) -> None:
        leaf = self.leaf if self.leaf is not None and self.leaf.kind is Kind.INDENTED else None
        if leaf is not None:
            line.skip(CODE_INDENT)
        prefix = self.text[line.start : line.offset].strip(" \t\ufeff")
        previous = self.drafts[-1] if self.drafts else None
        if previous is None or previous.kind is not Kind.BLANK or bool(previous.prefix) != bool(prefix):
            previous = Draft(Kind.BLANK)
            self._place(previous, line.start, line.offset if prefix else line.start)
        previous.lines.append(Span(line.offset, line.stop))
        self.leaf = leaf

    def _text(self, line: Line, start: int | None = None) -> None:
        paragraph = self._paragraph
        if paragraph is None:
            self.leaf = paragraph = Draft(Kind.TEXT, open=True)
            self._place(paragraph, line.start if start is None else start, line.offset)
        paragraph.lines.append(Span(line.offset, line.stop))
        for mark in PAIRS:
            if line.text.count(mark, line.offset, line.end) % 2:
                paragraph.odd ^= {mark}

    def _block(self, line: Line, depth: int) -> bool:
        """Begin the block that starts here, unless it is running text; tell whether one does."""
        indent = line.indent(CODE_INDENT)
        if indent >= CODE_INDENT:
            return self._paragraph is None and self._indented(line, depth)
        before = line.offset, line.column
        line.skip(indent)
        paragraph = self._paragraph
        if paragraph is not None and depth == len(self.containers) and self._underline(paragraph, line):
            return True
        draft = begin(line, indent, paragraph, self.last)
        if draft is None:
            line.offset, line.column = before
            return False
        self._leave(depth)
        self._place(draft, line.start, before[0])
        self._after(draft, line)
        return True

    def _indented(self, line: Line, depth: int) -> bool:
        self._leave(depth)
        inside, leaf = line.offset, self.leaf
        line.skip(CODE_INDENT)
        if leaf is None:
            self.leaf = leaf = Draft(Kind.INDENTED, open=True)
            self._place(leaf, line.start, inside)
        elif self.drafts[-1] is not leaf:  # the blank lines between two chunks of code are part of it
            leaf.lines += self.drafts.pop().lines
        leaf.lines.append(Span(line.offset, line.stop))
        return True

    def _underline(self, paragraph: Draft, line: Line) -> bool:
        """Turn a paragraph into a heading if this line underlines it."""
        found = starts.match(starts.UNDERLINE, line)
        if found is None:
            return False
        start = paragraph.lines[0].start
        text = self.text[start : paragraph.lines[-1].end]
        start += len(text) - len(text.lstrip())
        paragraph.kind, paragraph.level = Kind.HEADING, 1 if found[1][0] == "=" else 2
        paragraph.content = Span(start, start + len(text.strip()))
        self.leaf = None
        return True

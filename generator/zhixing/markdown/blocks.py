"""Split a note into regions. Lossless: the regions joined are the text.

The block structure is CommonMark's: each line first continues the open containers (quotes, callouts, list items), then
may open new ones, and what is left of it belongs to one block. Obsidian adds frontmatter, `$$` formulas, `%%` comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from zhixing.markdown import block_patterns
from zhixing.markdown.dialect import BOX_INDENT, BOX_MARKS, OBSIDIAN, Dialect, read_box
from zhixing.markdown.lines import Line, end_of_line, next_line, split_lines
from zhixing.problems import Code, Problem
from zhixing.source import Source, Span, make_span

# What a note's text divides into: the regions that the scanner returns.


class Kind(StrEnum):
    """The kinds of region. Links, tags and claims stand in HEADING and TEXT only."""

    FRONTMATTER = "frontmatter"
    HEADING = "heading"
    FENCE = "fence"
    INDENTED = "indented"
    MATH = "math"
    COMMENT = "comment"
    HTML = "html"
    RULE = "rule"
    TEXT = "text"
    BLANK = "blank"


PROSE = frozenset({Kind.HEADING, Kind.TEXT})


class Region(NamedTuple):
    """One block of a note, or the blank lines between two. Regions follow one another without a gap.

    - `span`: the whole lines, container markers (`> `, `- `) and line ends included.
    - `content`: what the delimiters enclose: a fence's lines between its fences, a formula between its `$$`, YAML
      between its `---`, a heading's text. Equal to `span` where there are no delimiters.
    - `lines`: the lines of `content` one by one, without container markers and the indent of a fence, with line ends.
      In a callout or a list the text of a fence is these spans joined, not `content`.
    - `prefix`: the container markers before the first line, as written (`> `, `  1. `), "" outside containers.
    - `info`: what stands behind an opening fence (`yaml example`), stripped.
    - `level`: 1 to 6 for a heading, else 0.
    - `closed`: False for a fence, formula or comment that ends because its container or the note does.
    - `depth`: how many containers (quotes, callouts, list items) it stands in.
    """

    kind: Kind
    span: Span
    content: Span
    lines: tuple[Span, ...] = ()
    prefix: str = ""
    info: str = ""
    level: int = 0
    closed: bool = True
    depth: int = 0

    @property
    def begins_item(self) -> bool:
        """Whether a list item begins with it."""
        return block_patterns.ENDS_IN_ITEM.search(self.prefix) is not None


# Blocks that hold no other block: how each begins on a line, and how the ones that run over lines go on.
# A draft is a region while it is read. `begin` and `go_on` know lines and drafts; the scanner knows where a block
# stands.

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
        span, lines = Span(self.start, end), tuple(self.lines)
        content = self.content or span
        return Region(self.kind, span, content, lines, self.prefix, self.info, self.level, self.closed, self.depth)


def begin(line: Line, indent: int, paragraph: Draft | None, last: Mapping[str, int]) -> Draft | None:
    """Return the draft of the block that begins here, None for running text.

    `paragraph` is the one that the block would interrupt; `last` says where the last `$$` and `%%` of the text stand.
    """
    character = line.character
    if character == "#":
        return _heading(line.text, line.offset, line.end)
    if character in "`~":
        return _fence(line, indent)
    if character == "<":
        return _html(line, paragraph)
    if character in "$%":
        return _pair(line, paragraph, last)
    if character in "*-_" and block_patterns.match(block_patterns.RULE, line):
        return Draft(Kind.RULE)
    return None


def _heading(text: str, start: int, end: int) -> Draft | None:
    found = block_patterns.heading(text, start, end)
    if found is None:
        return None
    level, start, end = found
    return Draft(Kind.HEADING, level=level, content=Span(start, end), lines=[Span(start, end)])


def _fence(line: Line, indent: int) -> Draft | None:
    found = block_patterns.fence(line)
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
    ends = block_patterns.html_block(line, interrupts=paragraph is not None)
    if ends is None:
        return None
    draft = Draft(Kind.HTML, open=True, ends=ends, closed=ends is block_patterns.BLANK)
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
        if draft.ends is block_patterns.BLANK and line.blank:
            draft.open = False
            return False
        _go_on_html(draft, line)
    else:
        _go_on_pair(draft, line)
    return True


def _go_on_fence(draft: Draft, line: Line) -> None:
    start = draft.content.start if draft.content else line.start
    if line.indent(CODE_INDENT) < CODE_INDENT and block_patterns.closes(line, draft.opening):
        draft.content = Span(start, line.start)
        draft.open, draft.closed = False, True
        return
    line.skip(draft.indent)
    draft.lines.append(Span(line.offset, line.stop))
    draft.content = Span(start, line.stop)


def _go_on_html(draft: Draft, line: Line) -> None:
    draft.lines.append(Span(line.offset, line.stop))
    if (
        draft.ends is not block_patterns.BLANK
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


# Quotes (callouts among them) and list items: which go on in the next line, and which begin on it.

# Deeper ones are read as text, so that a note of nothing but `>` stays linear.
DEPTH = 50
CODE_INDENT = 4
_QUOTE = 0
_BOX = -1


class Containers:
    """The containers that are open.

    `widths` has one for each, outermost first: `_QUOTE`, `_BOX`, or the width of an item's indentation.
    """

    def __init__(self, dialect: Dialect = OBSIDIAN) -> None:
        self._dialect = dialect
        self.widths: list[int] = []
        self.bare = -1  # the index of an item that began, on the line before, with nothing behind its marker

    def __len__(self) -> int:
        return len(self.widths)

    def go_on(self, line: Line) -> int:
        """Read the markers of the open containers; return how many of them the line continues."""
        bare, self.bare = self.bare, -1
        for index, width in enumerate(self.widths):
            if width == _QUOTE:
                if not _read_quote(line):
                    return index
            elif width == _BOX:
                if not line.blank and line.indent(BOX_INDENT) < BOX_INDENT:
                    return index
                line.skip(BOX_INDENT)
            elif line.blank:
                if index == bare:
                    return index
            elif line.indent(width) < width:
                return index
            else:
                line.skip(width)
        return len(self.widths)

    def ends_box(self, depth: int) -> bool:
        """Return whether a box is among the containers that a line which continues `depth` of them does not."""
        return _BOX in self.widths[depth:]

    def leave(self, depth: int) -> None:
        """Close all but the outer `depth`."""
        del self.widths[depth:]

    def begins(self, line: Line, *, interrupts: bool) -> int | None:
        """Read the marker of a container that begins here; return it for `enter`, or None."""
        if line.blank or line.indent(CODE_INDENT) >= CODE_INDENT:
            return None
        if self._dialect.has_boxes and _skip_box_head(line, self._dialect):
            return _BOX
        return _QUOTE if _read_quote(line) else _read_item(line, interrupts=interrupts)

    def enter(self, width: int, line: Line) -> None:
        """Open a container whose marker has just been read."""
        self.widths.append(width)
        self.bare = len(self.widths) - 1 if width > _QUOTE and line.blank else -1


def _read_quote(line: Line) -> bool:
    before = line.offset, line.column
    indent = line.indent(CODE_INDENT)
    line.skip(indent)
    if indent >= CODE_INDENT or line.character != ">":
        line.offset, line.column = before
        return False
    line.read(1)
    line.skip(1)
    return True


def _skip_box_head(line: Line, dialect: Dialect) -> bool:
    """Read the first line of a box of MkDocs, whose title is no running text of the note's; tell whether one begins."""
    before = line.offset, line.column
    line.skip(CODE_INDENT - 1)
    head = read_box(line.text, line.offset, dialect, line.end)
    if head is None:
        line.offset, line.column = before
        return False
    line.read(head.end - line.offset)
    return True


def _read_item(line: Line, *, interrupts: bool) -> int | None:
    before = line.offset, line.column
    indent = line.indent(CODE_INDENT)
    line.skip(indent)
    length = block_patterns.marker(line, interrupts=interrupts)
    if not length:
        line.offset, line.column = before
        return None
    line.read(length)
    gap = line.indent(CODE_INDENT + 1)
    # What is indented further than four behind the marker is code inside the item.
    gap = gap if 0 < gap <= CODE_INDENT and not line.blank else 1
    line.skip(gap)
    return indent + length + gap


__all__ = ["Kind", "Region", "find_frontmatter", "scan", "scan_problems"]

_FRONTMATTER = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\r|\n)")
_FRONTMATTER_END = re.compile(r"(?<=[\r\n])---[ \t]*(?:\r\n|\r|\n|\Z)")
_OPENING = re.compile(r"\ufeff?[ \t]*+(`++|~++|%%|<!--)")
_ENDS = {"%%": "%%", "<!--": "-->"}
_VERBATIM = frozenset({Kind.FENCE, Kind.HTML, *PAIRS.values()})
_MARKERS = frozenset(" \t>-+*0123456789")  # what a container's marker begins with
# A line outside containers that begins with another character can only be running text.
_SPECIAL = _MARKERS | frozenset("#`~<$%=_\ufeff")
_QUOTED = re.compile(r"> ?(?=\S)")
_ENTRY = re.compile(r"(?:[-+*]|(\d{1,9})[.)]) (?=\S)")


# Blocks that are closed where they stand: no later line goes on with them or makes something else of them. They are
# nearly all of most notes, and one pattern finds such a block in a quarter of the time that `_Scanner` takes for its
# lines. What the pattern does not match is read line by line.

_HEADING, _ITEM, _QUOTES, _FORMULA, _CODE = 5, 7, 9, 11, 15
"""The groups of the empty lines behind these blocks, always the last that take part; behind a paragraph it is 2."""
# What looks like the beginning of a block and is text: `**a**`, `2024 a`, `#tag`, `$x$`.
_TEXT_AFTER_ALL = r"\*++[^\s*]|_++[^\s_]|-[^\s-]|[0-9]++(?![0-9.)])|\#++[^\s\#]|`{1,2}(?!`)|\$(?!\$)|%(?!%)"


def _compile_closed(special: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of a closed block at the margin and of the empty lines behind it.

    It is a paragraph, a heading, a list item of one line, a quote, a formula, or code. `special` are the characters
    with which a line may begin that is more than text.
    """
    odd = re.escape("".join(sorted(special)))
    begin = rf"(?:[^{odd}\s]|{_TEXT_AFTER_ALL})"
    end = r"(?:\r?\n|\Z)"
    bullet, number = rf"[-+*][ ](?={begin})", rf"[0-9]{{1,9}}[.)][ ](?={begin})"
    # What is indented may go on with a list item, and a line of spaces belongs to the empty lines before it.
    empty = r"(?:(?>\r?\n))++(?![ \t])"
    apart = rf"({empty}|(?!\r?\n))"
    closing = rf"{empty}|(?=\#{{1,6}}[ \t]|\Z"
    return re.compile(
        rf"((?:(?>(?:[^{odd}\r\n]|{_TEXT_AFTER_ALL})[^\r\n]*+{end}))++)({closing}|{bullet}))"
        rf"|(\#{{1,6}})[ \t]++([^\s\#](?:[^\r\n\#]*[^\s\#])?){end}{apart}"
        rf"|({bullet}|{number})[^\r\n]++{end}({closing}|{bullet}|{number}))"
        rf"|((?:(?>>[ ]?(?:{begin}[^\r\n]*+)?{end}))++)({closing}))"
        rf"|\$\$(\r?\n(?:(?>[^\r\n$]*+\r?\n))*+)\$\${end}{apart}"
        rf"|(`{{3,}})([^`\r\n]*+)\r?\n((?:(?>[^`\r\n]*+\r?\n))*+)\12[ \t]*+{end}{apart}"
    )


_CLOSED, _CLOSED_WITH_BOXES = _compile_closed(_SPECIAL), _compile_closed(_SPECIAL | BOX_MARKS)


def _read_closed(found: re.Match[str], kind: int) -> tuple[Region, ...]:
    """Return the regions of a closed block, without the empty lines behind it, which are the group `kind`."""
    text, start, end = found.string, found.start(), found.start(kind)
    span = make_span((start, end))
    if kind == _HEADING:
        content = make_span(found.span(4))
        return (Region(Kind.HEADING, span, content, (content,), level=found.end(3) - start),)
    if kind == _ITEM:
        inside = found.end(6)
        return (Region(Kind.TEXT, span, span, (make_span((inside, end)),), text[start:inside], depth=1),)
    if kind == _QUOTES:
        return tuple(_read_quotes(text, span))
    if kind == _FORMULA:
        content = make_span(found.span(10))
        # The last line is that of the closing mark, with nothing before it.
        lines = *split_lines(text, *content), make_span((content.end, content.end))
        return (Region(Kind.MATH, span, content, lines),)
    if kind == _CODE:
        content = make_span(found.span(14))
        return (Region(Kind.FENCE, span, content, split_lines(text, *content), info=found[13].strip()),)
    lines = (span,) if text.find("\n", start, end - 1) < 0 else split_lines(text, start, end)
    return (Region(Kind.TEXT, span, span, lines),)


def _read_quotes(text: str, span: Span) -> Iterator[Region]:
    """Yield the paragraphs of a quote, and the empty lines between them."""
    whole_lines = split_lines(text, *span)
    lines = [(line, line.start + (2 if text.startswith("> ", line.start) else 1)) for line in whole_lines]
    for blank, group in groupby(lines, key=lambda one: not text[one[1] : one[0].end].strip("\r\n")):
        own = list(group)
        whole = Span(own[0][0].start, own[-1][0].end)
        inside = tuple(Span(begin, line.end) for line, begin in own)
        kind = Kind.BLANK if blank else Kind.TEXT
        yield Region(kind, whole, whole, inside, text[whole.start : inside[0].start], depth=1)


def scan(text: str, dialect: Dialect = OBSIDIAN) -> tuple[Region, ...]:
    """Return the regions of a note, without gaps: `"".join(r.span.of(text) for r in scan(text)) == text`."""
    return _Scanner(text, dialect).scan()


def find_frontmatter(text: str) -> tuple[Span, Span] | None:
    """Return the frontmatter of a note, and what stands between its two lines of hyphens; None where it has none."""
    opening = _FRONTMATTER.match(text)
    closing = _FRONTMATTER_END.search(text, opening.end()) if opening else None
    if opening is None or closing is None:
        return None
    return Span(0, closing.end()), Span(opening.end(), closing.start())


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

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        boxes = BOX_MARKS if dialect.has_boxes else frozenset()
        self.special, self.markers = _SPECIAL | boxes, _MARKERS | boxes
        self.closed = _CLOSED_WITH_BOXES if boxes else _CLOSED
        self.regions: list[Region] = []
        self.drafts: list[Draft] = []
        self.containers = Containers(dialect)
        self.widths = self.containers.widths
        self.leaf: Draft | None = None
        self.last = {mark: text.rfind(mark) for mark in PAIRS}
        self.marks = [(mark, last) for mark, last in self.last.items() if last >= 0]

    def scan(self) -> tuple[Region, ...]:
        at, end = self._frontmatter(), len(self.text)
        while at < end:
            at = self._read_closed(at) if self._is_between() else at
            if at < end:
                stop = next_line(self.text, at)
                if not self._read_simple(at, stop):
                    self._line(Line(self.text, at, stop))
                at = stop
        self._end_drafts(end)
        return tuple(self.regions)

    def _end_drafts(self, end: int) -> None:
        """Make regions of the drafts, the last of which reaches to `end`."""
        ends = [*(draft.start for draft in self.drafts[1:]), end]
        self.regions += [draft.region(end) for draft, end in zip(self.drafts, ends, strict=False)]
        self.drafts = []

    def _is_between(self) -> bool:
        """Return whether no block is open, and no container but items of lists."""
        return self.leaf is None and self.containers.bare < 0 and (not self.widths or min(self.widths) > _QUOTE)

    def _read_closed(self, start: int) -> int:
        """Read the closed blocks that begin at `start`; return where the first line behind them begins."""
        at, found, match = start, None, self.closed.match
        while one := match(self.text, at):
            if found is None:
                self._end_drafts(at)
            found, kind, at = one, one.lastindex or 0, one.end()
            self.regions += _read_closed(found, kind)
            begin = found.start(kind)
            if begin < at:
                span = make_span((begin, at))
                lines = (span,) if at - begin == 1 else split_lines(self.text, begin, at)
                self.regions.append(Region(Kind.BLANK, span, span, lines, depth=1 if kind == _ITEM else 0))
        if found:
            self.widths[:] = [found.end(6) - found.start()] if found.lastindex == _ITEM else []
        return at

    def _frontmatter(self) -> int:
        """Take the frontmatter, if there is any; return where the rest begins."""
        found = find_frontmatter(self.text)
        if found is None:
            return 0
        whole, inside = found
        lines = list(split_lines(self.text, *inside))
        self.drafts.append(Draft(Kind.FRONTMATTER, content=inside, lines=lines))
        return whole.end

    @property
    def _paragraph(self) -> Draft | None:
        return self.leaf if self.leaf is not None and self.leaf.kind is Kind.TEXT else None

    # Most lines begin at the margin. What they are is clear from their first characters, where no block is open that
    # might go on; `_line` reads these lines in the same way, and takes four times as long.

    def _read_simple(self, start: int, stop: int) -> bool:
        """Read an empty line, or one at the margin that is a heading or text of a paragraph; False for all others."""
        first = self.text[start]
        if self.leaf is not None and self.leaf.kind is not Kind.TEXT:
            return False
        if first == ">":
            return self._read_quoted(start, stop)
        if self.widths and min(self.widths) <= _QUOTE:  # not only list items are open
            return False
        if first in "\r\n":
            return self._read_empty(start, stop)
        if first in self.markers:
            return self._read_entry(start, stop)
        begins = first == "#" and self._read_heading(start, stop)
        return begins or ((first == "#" or first not in self.special) and self._read_running(start, stop))

    def _read_quoted(self, start: int, stop: int) -> bool:
        """Read a line of text in a quote at the margin."""
        found = _QUOTED.match(self.text, start, stop)
        if found is None or self.text[found.end()] in self.special or self.widths not in ([], [_QUOTE]):
            return False
        if not self.widths:
            self.leaf = None
            self.widths.append(_QUOTE)
        self._add_text(start, found.end(), stop)
        return True

    def _read_entry(self, start: int, stop: int) -> bool:
        """Read the first line of a list item at the margin that begins with text."""
        found = _ENTRY.match(self.text, start, stop)
        if found is None or self.text[found.end()] in self.special:
            return False
        if self.leaf is not None and not self.widths and found[1] and int(found[1]) != 1:
            return False  # a number in running text
        self._leave(0)
        self.leaf, self.containers.bare = None, -1
        self.widths.append(found.end() - start)
        self._add_text(start, found.end(), stop)
        return True

    def _read_running(self, start: int, stop: int) -> bool:
        if self.leaf is None:
            self._leave(0)
        self.containers.bare = -1
        self._add_text(start, start, stop)
        return True

    def _read_empty(self, start: int, stop: int) -> bool:
        if self.containers.bare >= 0:
            return False
        self._add_blank(start, start, stop, "")
        self.leaf = None
        return True

    def _read_heading(self, start: int, stop: int) -> bool:
        draft = _heading(self.text, start, end_of_line(self.text, start, stop))
        if draft is None:
            return False
        self._leave(0)
        self.leaf, self.containers.bare = None, -1
        self._place(draft, start, start)
        return True

    def _line(self, line: Line) -> None:
        depth = self.containers.go_on(line)
        if self.containers.ends_box(depth):  # no line behind a box goes on with what is in it
            self._leave(depth)
        if self._verbatim(line, depth):
            return
        depth = self._enter(line, depth)
        if line.blank:
            self._leave(depth)
            self._blank(line)
        elif line.character not in self.special or not self._block(line, depth):
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
        while depth < DEPTH and line.character in self.markers:
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
        if depth < len(self.widths):
            self.containers.leave(depth)
            self.leaf = None

    def _place(self, draft: Draft, start: int, inside: int) -> None:
        """Add a draft whose line begins at `start`, its containers' markers reaching to `inside`."""
        draft.start = start
        if start < inside:
            draft.prefix = self.text[start:inside].lstrip("\ufeff")
        draft.depth = len(self.widths)
        self.drafts.append(draft)

    def _blank(self, line: Line) -> None:
        leaf = self.leaf if self.leaf is not None and self.leaf.kind is Kind.INDENTED else None
        if leaf is not None:
            line.skip(CODE_INDENT)
        self._add_blank(line.start, line.offset, line.stop, self.text[line.start : line.offset].strip(" \t\ufeff"))
        self.leaf = leaf

    def _add_blank(self, start: int, inside: int, stop: int, prefix: str) -> None:
        """Add a blank line to those before it; lines of other containers than theirs are apart."""
        previous = self.drafts[-1] if self.drafts else None
        if previous is None or previous.kind is not Kind.BLANK or bool(previous.prefix) != bool(prefix):
            previous = Draft(Kind.BLANK)
            self._place(previous, start, inside if prefix else start)
        previous.lines.append(Span(inside, stop))

    def _text(self, line: Line, start: int | None = None) -> None:
        self._add_text(line.start if start is None else start, line.offset, line.stop)

    def _add_text(self, start: int, inside: int, stop: int) -> None:
        """Add a line to the paragraph, or begin one; its text stands from `inside` on."""
        paragraph = self.leaf
        if paragraph is None or paragraph.kind is not Kind.TEXT:
            self.leaf = paragraph = Draft(Kind.TEXT, open=True)
            self._place(paragraph, start, inside)
        paragraph.lines.append(Span(inside, stop))
        for mark, last in self.marks:
            if last >= inside and self.text.count(mark, inside, stop) % 2:
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
        found = block_patterns.match(block_patterns.UNDERLINE, line)
        if found is None:
            return False
        start = paragraph.lines[0].start
        text = self.text[start : paragraph.lines[-1].end]
        start += len(text) - len(text.lstrip())
        paragraph.kind, paragraph.level = Kind.HEADING, 1 if found[1][0] == "=" else 2
        paragraph.content = Span(start, start + len(text.strip()))
        self.leaf = None
        return True

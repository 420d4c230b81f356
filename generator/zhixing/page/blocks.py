"""The blocks of a part of a note, read by markdown-it with every place kept.

The text that markdown-it reads is as long as the note's: what is a token to us (a link, a formula, code) is covered by
letters, so that no `|` or `-` in it looks like a table or a list, and every offset is one in the note. Blocks that
CommonMark does not know (formulas, comments, generated regions) are told to the parser by their places.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, code, heading, lheading, paragraph, table
from markdown_it.token import Token as BlockToken
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from zhixing.markdown.blocks import DEPTH, PROSE, Region
from zhixing.markdown.dialect import BOX_INDENT, BOX_MARKS, OBSIDIAN, Dialect, read_box
from zhixing.markdown.links import Token, TokenKind
from zhixing.source import Span

_Rule = Callable[[StateBlock, int, int, bool], bool]
# Stands for a token, so that the line goes on as running text.
_COVER = "x"
# Stands for space before running text that the parser would take for code: it indents nothing, and is trimmed off.
_SPACE = "\f"
_INDENT = re.compile(r"[ \t]*")
_CODE = re.compile(r"(?: {4}| {0,3}\t)[ \t]*+")
# What a block may end without a blank line between.
_BEFORE = ["paragraph", "reference", "blockquote", "list"]
# The first characters of blocks that are no paragraph, of those that a single line can be.
_BEGINNINGS = frozenset("#>`~<[|*_+-0123456789")
_TEXTS = frozenset({"inline", "code_block"})
_BARE_LABEL = re.compile(r"[ \t]*+\[\^[^\s\]]++\]:[ \t]*+$", re.MULTILINE)
_NOWHERE = Span(0, 0)
_ITEM = re.compile(r"(?:[*+-]|[0-9]{1,9}[.)])(?:[ \t]|$)")
_MARKER = re.compile(r"[ \t]*+(?=[>+*-]|[0-9]+[.)])")


@dataclass(frozen=True, slots=True)
class Opaque:
    """A block that markdown-it does not read: where it stands, and whatever it means to who told of it.

    `begin` is where it begins on its first line, behind the markers of its containers.
    """

    span: Span
    begin: int
    meaning: object


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a note to be read: the note's text as `cover` returns it, the place, and the opaque blocks in it.

    `hanging` says that it may be indented as a whole, as an item of a list is; `terms` reads lists of definitions.
    `dialect` is that of the note.
    """

    covered: str
    span: Span
    opaque: Sequence[Opaque] = ()
    hanging: bool = False
    terms: bool = False
    dialect: Dialect = OBSIDIAN


class Piece(NamedTuple):
    """A token of markdown-it's with its place in the note; `lines` are the parts of lines of running text.

    The opening token of a paragraph or heading has its text's; those of a cell or a term are at its token `inline`.
    `meaning` is that of an opaque block, whose type is `opaque`. A page has hundreds, and a tuple is made fastest.
    """

    type: str
    span: Span
    token: BlockToken
    lines: tuple[Span, ...] = ()
    meaning: object = None


def read_blocks(part: Part) -> list[Piece]:
    """Return the block tokens of a part of a note, nested by their `_open` and `_close`."""
    reading = _Reading(part)
    parser = _parser(terms=part.terms, boxes=part.dialect.has_boxes)
    state = _State(reading.text.replace("\0", "\ufffd"), parser, {"reading": reading}, [])
    if state.src:
        parser.block.tokenize(state, 0, state.lineMax)
    return [reading.piece(token) for token in state.tokens]


def cover(text: str, regions: Sequence[Region], tokens: Sequence[Token]) -> str:
    """Return a text of the same length in which markdown-it sees the blocks that the scanner sees, and no tokens."""
    cuts = sorted([*_covered_tokens(text, tokens), *_covered_lines(text, regions)])
    parts: list[str] = []
    at = 0
    for begin, end, letter in cuts:
        if end > at:
            start = max(begin, at)
            parts += [text[at:start], _filled(text[start:end]) if letter == _COVER else letter * (end - start)]
            at = end
    covered = "".join([*parts, text[at:]])
    return covered.replace("\r\n", " \n").replace("\r", "\n") if "\r" in covered else covered


def _filled(text: str) -> str:
    """Return letters in place of a text, but for its line ends and what containers have at the start of a line."""
    first, *rest = re.split(r"((?:\r\n|\r|\n)[ \t>]*)", text)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return _COVER * len(first) + "".join(end + _COVER * len(line) for end, line in pairs)


def _covered_tokens(text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    passed = 0
    for token in tokens:
        if token.span.start < passed:
            continue
        if token.kind is TokenKind.HIGHLIGHT:
            yield token.span.start, token.content.start, _COVER
            yield token.content.end, token.span.end, _COVER
        elif token.kind is not TokenKind.FOOTNOTE or not text.startswith(":", token.span.end):
            passed = token.span.end
            yield token.span.start, token.span.end, _COVER


def _covered_lines(text: str, regions: Sequence[Region]) -> Iterator[tuple[int, int, str]]:
    """Yield what stands before running text and would begin another block to markdown-it."""
    for region in regions:
        if region.kind not in PROSE:
            continue
        first = region.lines[0] if region.lines else None
        # What stands below a footnote's bare label is indented to be the footnote's.
        if first and _BARE_LABEL.match(text, first.start, first.end):
            continue
        for number, line in enumerate(region.lines):
            if number and (found := _CODE.match(text, line.start, line.end)):
                yield line.start, found.end(), _SPACE
            elif region.depth >= DEPTH and (found := _MARKER.match(text, line.start, line.end)):
                yield found.end(), found.end() + 1, _COVER


@dataclass(slots=True)
class _Reading:
    """A part of a note while it is read: its text without its margin, and where each line begins in it and the note."""

    part: Part
    text: str = ""
    starts: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    margins: list[int] = field(default_factory=list)
    opaque: dict[int, tuple[Opaque, int]] = field(default_factory=dict)
    begins: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        covered, span = self.part.covered, self.part.span
        lines = span.of(covered).split("\n")
        margin = _INDENT.match(lines[0]) if self.part.hanging else None
        width = margin.end() if margin else 0
        kept, at, length = [], span.start, 0
        for line in lines:
            cut = min(width, len(line) - len(line.lstrip(" \t"))) if width else 0
            self.starts.append(length)
            self.places.append(at + cut)
            self.margins.append(at)
            kept.append(line[cut:])
            length += len(line) - cut + 1
            at += len(line) + 1
        self.text = "\n".join(kept)
        for one in self.part.opaque:
            first = self._line(one.span.start)
            ends = covered.count("\n", one.span.start, one.span.end)
            self.opaque[first] = one, max(1, ends)
            if ends and covered[one.span.end - 1] != "\n":
                self._cut(first + ends, one.span.end)

    def _line(self, place: int) -> int:
        """Return the line that a place of the note lies in."""
        return max(0, bisect_right(self.margins, place) - 1)

    def _cut(self, line: int, end: int) -> None:
        """Let the running text of a line begin behind the block that ends on it."""
        start = self.starts[line]
        stop = start + end - self.places[line]
        behind = _INDENT.match(self.text, stop)
        stop = behind.end() if behind else stop
        self.text = f"{self.text[:start]}{_SPACE * (stop - start)}{self.text[stop:]}"
        self.begins[line] = end

    def span(self, first: int, last: int) -> Span:
        """Return the place of whole lines, the last one left out."""
        end = self.places[last] if last < len(self.places) else self.part.span.end
        return Span(self.places[first], max(self.places[first], end))

    def place(self, line: int, start: int, end: int) -> Span:
        """Return the place in the note of a part of the text that lies in a line."""
        by = self.places[line] - self.starts[line]
        start = max(start + by, self.begins.get(line, 0))
        return Span(start, max(start, end + by))

    def piece(self, token: BlockToken) -> Piece:
        """Return a token with its place."""
        span = self.span(*token.map) if token.map else _NOWHERE
        if not token.meta:  # as of nearly all: they open or close a block
            return Piece(token.type, span, token)
        return Piece(token.type, span, token, token.meta.get("lines", ()), token.meta.get("meaning"))


# What nobody asks for: a page has thousands.
_LEFT_OUT = frozenset(
    f"{kind}_{end}"
    for kind, ends in {
        "paragraph": ["close"], "heading": ["close"], "th": ["close"], "td": ["open", "close"],
        "tr": ["close"], "thead": ["open", "close"], "tbody": ["open", "close"],
    }.items()
    for end in ends
)  # fmt: skip


class _State(StateBlock):
    """The state of markdown-it's parser, which keeps no tokens that nobody asks for."""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> BlockToken:
        """Add a token, and return it. One that is left out is counted and returned, too."""
        if ttype not in _LEFT_OUT:
            return super().push(ttype, tag, nesting)
        self.level += nesting
        return _NOBODYS


_NOBODYS = BlockToken("", "", 0)
"""What stands for tokens that are left out: rules write into it, and nobody reads it."""


@cache
def _parser(*, terms: bool, boxes: bool = False) -> MarkdownIt:
    # Links are read before; what is nested deeper than the limit is lost, so no text may nest that deep (`DEPTH`).
    parser = MarkdownIt("commonmark", {"maxNesting": 2 * DEPTH + 10})
    parser.enable("table").use(footnote_plugin, inline=False, move_to_end=False)
    rules = parser.block.ruler
    if terms:
        parser.use(deflist_plugin)
        rules.at(
            "deflist",
            _with_lines(next(rule.fn for rule in rules.__rules__ if rule.name == "deflist"), _locate_lines),
            {"alt": _BEFORE[:3]},
        )
    else:
        rules.before("table", "alone", _read_alone)
    if boxes:
        rules.before("table" if terms else "alone", "box", _read_box, {"alt": _BEFORE})
    rules.before("table", "opaque", _read_opaque, {"alt": _BEFORE})
    rules.at("table", _with_lines(table, _locate_cells), {"alt": _BEFORE[:2]})
    rules.at("code", _with_lines(code, _locate_lines))
    rules.at("heading", _read_heading, {"alt": _BEFORE[:3]})
    rules.at("lheading", _with_own_lines(lheading, _lines_of))
    rules.at("paragraph", _with_own_lines(paragraph, _lines_of))
    return parser.disable("reference")


def _read_alone(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """Read a paragraph or heading of one line where neither its first character nor the next line allows another block.

    Most are such; the other rules need not be asked. What a definition explains may be such a line too, so this is no
    rule where lists of definitions are read.
    """
    reading: _Reading = state.env["reading"]
    first = state.src[state.bMarks[line] + state.tShift[line]]
    if (first in _BEGINNINGS and first != "#") or line in reading.opaque or state.is_code_block(line):
        return False
    if not _ends_paragraph(state, line + 1):
        return False
    if first != "#" or not _read_heading(state, line, end, silent):
        _push_paragraph(state, line)
    return True


def _ends_paragraph(state: StateBlock, line: int) -> bool:
    """Return whether a line is blank, or begins the next item of the list around the paragraph above it."""
    if line >= state.lineMax or state.isEmpty(line):
        return True
    indent = state.sCount[line]
    if not 0 <= indent < state.blkIndent or indent - state.listIndent >= 4:
        return False
    return bool(_ITEM.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line]))


def _push_paragraph(state: StateBlock, line: int) -> None:
    """Add the tokens of a paragraph of one line."""
    opening = state.push("paragraph_open", "p", 1)
    opening.map = [line, line + 1]
    opening.meta["lines"] = _lines_of(state, opening)
    state.push("paragraph_close", "p", -1)
    state.line = line + 1


def _read_opaque(state: StateBlock, line: int, _: int, silent: bool) -> bool:
    """Read a block that somebody told of, if one begins on a line."""
    reading: _Reading = state.env["reading"]
    found = reading.opaque.get(line)
    if found is None or reading.place(line, state.bMarks[line] + state.tShift[line], 0).start < found[0].begin:
        return False
    if not silent:
        one, lines = found
        token = state.push("opaque", "", 0)
        token.map = [line, line + lines]
        token.meta = {"meaning": one.meaning}
        state.line = line + lines
    return True


def _read_box(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a box of MkDocs: the line that names it, and the blocks below it that are indented by four."""
    reading: _Reading = state.env["reading"]
    begin = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or state.src[begin : begin + 1] not in BOX_MARKS:
        return False
    head = read_box(state.src, begin, reading.part.dialect, state.eMarks[start])
    if head is None or silent:
        return head is not None
    last = start + 1
    for line in range(start + 1, end):
        if not state.isEmpty(line):
            if state.sCount[line] < state.blkIndent + BOX_INDENT:
                break
            last = line + 1
    _nest(state, start, last, {"head": head, "lines": (reading.place(start, *head.title),)})
    return True


def _nest(state: StateBlock, start: int, last: int, meta: dict[str, object]) -> None:
    """Read the blocks inside a box, whose first line is `start`."""
    before = state.lineMax, state.blkIndent, state.parentType
    opening = state.push("box_open", "div", 1)
    opening.map, opening.meta = [start, last], meta
    state.lineMax, state.blkIndent, state.parentType = last, state.blkIndent + BOX_INDENT, "blockquote"
    state.md.block.tokenize(state, start + 1, last)
    state.push("box_close", "div", -1)
    state.lineMax, state.blkIndent, state.parentType = before
    state.line = last


def _with_lines(rule: _Rule, locate: Callable[[StateBlock, Sequence[BlockToken]], None]) -> _Rule:
    """Return a block rule that also notes where the running text of its blocks stands."""

    def read(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        known = len(state.tokens)
        if not rule(state, start, end, silent):
            return False
        locate(state, [token for token in state.tokens[known:] if token.type in _TEXTS and "lines" not in token.meta])
        return True

    return read


def _with_own_lines(rule: _Rule, locate: Callable[[StateBlock, BlockToken], tuple[Span, ...]]) -> _Rule:
    """Return the rule of a block of nothing but running text, whose opening token also says where that stands."""

    def read(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if not rule(state, start, end, silent):
            return False
        if not silent:
            inline = state.tokens.pop()
            state.tokens[-1].meta["lines"] = locate(state, inline)
        return True

    return read


def _locate_lines(state: StateBlock, inlines: Sequence[BlockToken]) -> None:
    for token in inlines:
        token.meta["lines"] = _lines_of(state, token)


def _lines_of(state: StateBlock, token: BlockToken) -> tuple[Span, ...]:
    """Return the places of the lines of a token."""
    reading: _Reading = state.env["reading"]
    first, last = token.map or [0, 1]
    lines = range(first, max(last, first + 1))
    return tuple([reading.place(line, state.bMarks[line] + state.tShift[line], state.eMarks[line]) for line in lines])


def _heading_line(state: StateBlock, inline: BlockToken) -> tuple[Span, ...]:
    """Return the place of the text of a heading, whose opening token is the last one."""
    reading: _Reading = state.env["reading"]
    line = inline.map[0] if inline.map else 0
    start = state.bMarks[line] + state.tShift[line]
    at = state.src.find(inline.content, start + len(state.tokens[-1].markup))
    return (reading.place(line, at, at + len(inline.content)),)


_read_heading = _with_own_lines(heading, _heading_line)


def _locate_cells(state: StateBlock, inlines: Sequence[BlockToken]) -> None:
    reading: _Reading = state.env["reading"]
    cells: list[Span] = []
    known = -1
    column = 0
    for token in inlines:
        line = token.map[0] if token.map else 0
        if line != known:
            known, column = line, 0
            cells = _cells(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])
        if column < len(cells):
            token.meta["lines"] = (reading.place(line, cells[column].start, cells[column].end),)
        column += 1


def _cells(text: str, start: int, end: int) -> list[Span]:
    """Return the cells of a row of a table, as markdown-it splits it."""
    bars = [start - 1, *(found.start() for found in _BAR.finditer(text, start, end)), end]
    cells = [_trimmed(text, left + 1, right) for left, right in pairwise(bars)]
    if cells and not text[start : bars[1]].strip():
        cells.pop(0)
    if cells and not text[bars[-2] + 1 : end].strip():
        cells.pop()
    return cells


_BAR = re.compile(r"(?<!\\)\|")
_ALIGNING = re.compile("[\u2007\u2008]")
"""Spaces behind a number that align its point with those of the numbers above and below."""


def _trimmed(text: str, start: int, end: int) -> Span:
    """Return where a cell's text stands, with the spaces behind it that align numbers."""
    part = _ALIGNING.sub(".", text[start:end])
    return Span(start + len(part) - len(part.lstrip()), max(start, end - len(part) + len(part.rstrip())))

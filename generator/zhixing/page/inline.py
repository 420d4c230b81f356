"""Running text as pieces of a page: our tokens, the emphasis between them, and words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from zhixing.markdown.blocks import Kind
from zhixing.markdown.dialect import read_id
from zhixing.markdown.emphasis import MARKS, emphasis, plain
from zhixing.markdown.emphasis import Emphasis as Delimited
from zhixing.markdown.inline import Token, TokenKind, tokens
from zhixing.markdown.links import NESTING, default_text
from zhixing.markdown.raw_text import is_swallowing
from zhixing.page import links
from zhixing.page.checked import mark_checked, mark_mentions
from zhixing.page.context import EmbedScope
from zhixing.page.html_text import closing_tags
from zhixing.page.links import display
from zhixing.page.media import fragment, is_shown, picture_size
from zhixing.page.plugins import find_left_out, is_inline_query
from zhixing.page.tags import Tag as NamedTag
from zhixing.page.targets import own_name
from zhixing.page.tree import (
    Anchor,
    Block,
    Break,
    Claim,
    Code,
    Embed,
    Emphasis,
    FootnoteCall,
    Formula,
    Inline,
    InlineHtml,
    Link,
    List,
    Math,
    Media,
    Paragraph,
    Place,
    Stub,
    Table,
    Tag,
    Text,
    is_block,
)
from zhixing.page.words import resolve_escapes
from zhixing.source import Span
from zhixing.vault.note import Link as NoteLink
from zhixing.vault.resolve import Found, Resolution, resolve, tag_address
from zhixing.wording.model import Wording

# Emphasis and links nested deeper are shown as they are written.
_DEPTH = 40
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_TRAILING_BACKSLASH = re.compile(r"(?<!\\)(?:\\\\)*(\\)\Z")
# A table's cells end at a bar, escaped or not, in a formula too.
_BAR = re.compile(r"\\?\|")
_VERTICAL = r"\\vert "
_CONTINUED = re.compile(r"\s*\n[ \t>]*")
_CLAIM = "="

EmbedNote = Callable[[EmbedScope, Resolution, NoteLink, Span], Block]
# What stands in running text, and the blocks that part it.
Mixed = Inline | Block


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A token, or the text between two delimiters, that the running text between is read around."""

    start: int
    end: int
    inside: Span
    token: Token | None = None
    kind: str = ""


class InlineReader:
    """Reads the running text of one note.

    `links` are its links by their offset, `noted` the labels of its footnotes. `embed` reads an embedded note, section
    or block.
    """

    def __init__(
        self, scope: EmbedScope, links: Mapping[int, NoteLink], noted: frozenset[str], embed: EmbedNote
    ) -> None:
        self.scope = scope
        self.text = scope.note.source.text
        self.embed = embed
        self.marks = scope.page.examples.marks(scope.note)
        self._noted = noted
        self._links = links

    def paragraph(self, lines: Sequence[Span]) -> list[Block]:
        """Return running text as blocks: paragraphs, and the formulas and embedded notes that part them."""
        blocks: list[Block] = []
        for part in _parted(_Line(self, lines, whole=True).read()):
            if is_block(part):
                blocks.append(part)
            elif kept := _closed(_without_empty_lines(part)):
                blocks.append(Paragraph(_around(kept), kept))
        return blocks

    def line(self, lines: Sequence[Span], *, cell: bool = False) -> tuple[Inline, ...]:
        """Return running text that no block can part: of a heading, a title, or the cell of a table."""
        if not lines:
            return ()
        found = [one for one in _Line(self, lines, cell=cell).read() if not is_block(one)]
        return _closed(_trimmed(found)) if found else ()

    def is_noted(self, label: str) -> bool:
        """Return whether the note defines a footnote."""
        return label in self._noted

    def resolved(self, token: Token) -> tuple[NoteLink | None, Resolution | None]:
        """Return a token's link and where it points; no resolution where it leaves the vault."""
        link = self._links.get(token.span.start)
        if link is None or link.url:
            return link, None
        return link, resolve(self.scope.page.vault, self.scope.note, link)


class _Line:
    """Reads one stretch of running text. `whole` says that blocks may part it, `cell` that it is a table's cell."""

    def __init__(self, reader: InlineReader, lines: Sequence[Span], *, whole: bool = False, cell: bool = False) -> None:
        self.reader = reader
        self.scope = reader.scope
        self.text = reader.text
        self.lines = lines
        self.begins = [line.start for line in lines]
        self.whole = whole
        self.cell = cell
        self.in_link = False
        self.marks = reader.marks
        self.span = Span(lines[0].start, lines[-1].end)
        self.stretches = self._stretches()
        self.next = 0

    def read(self) -> list[Mixed]:
        """Return the pieces of all of it."""
        return self._read(self.span)

    def _stretches(self) -> list[_Stretch]:
        held = [token for token in self.scope.note.within(self.span) if token.span.end <= self.span.end]
        found = [_Stretch(one.span.start, one.span.end, one.content, one) for one in held]
        for pair in self._emphasis(held):
            inside = Span(pair.opening.end, pair.closing.start)
            found.append(_Stretch(pair.opening.start, pair.closing.end, inside, kind=pair.kind))
        return _bounded(sorted(found, key=lambda one: (one.start, -one.end))) if found else []

    def _emphasis(self, held: Sequence[Token]) -> Iterable[Delimited]:
        """Return the emphasis in the text; that of a cell, or of a part of a region, reaches no further."""
        if not MARKS.search(self.text, *self.span):
            return ()
        region = self.scope.note.at(self.span.start)
        if not self.cell and len(region.lines) == len(self.lines) and region.lines[0].start in {*self.begins}:
            return self.scope.note.emphasis.within(self.span)
        body, at = [], self.span.start
        for line in self.lines:
            body += [" " * (line.start - at), line.of(self.text)]
            at = line.end
        return emphasis("".join(body), self.span.start, held)

    def _read(self, span: Span) -> list[Mixed]:
        pieces: list[Mixed] = []
        at = span.start
        while self.next < len(self.stretches) and self.stretches[self.next].start < span.end:
            one = self.stretches[self.next]
            self.next += 1
            if one.start >= at:
                pieces += self._words(at, one.start)
                pieces += self._stretch(one)
                at = one.end
        pieces += self._words(at, span.end)
        return mark_checked(pieces, self.marks, self.text) if self.marks else pieces

    def _inside(self, span: Span) -> tuple[Inline, ...]:
        """Return what a link or emphasis holds: no blocks."""
        whole, self.whole = self.whole, False
        found = self._read(span)
        self.whole = whole
        return tuple(one for one in found if not is_block(one))

    def _stretch(self, one: _Stretch) -> Sequence[Mixed]:
        if one.token is None:
            return [Emphasis(Span(one.start, one.end), one.kind, self._inside(one.inside))]
        return _READERS[one.token.kind](self, one.token)

    def _words(self, start: int, end: int) -> list[Inline]:
        """Return the words of a part that holds no token, and the line ends in it."""
        if start >= end:
            return []
        first = max(0, bisect_right(self.begins, start) - 1)
        found: list[Inline] = []
        for number in range(first, len(self.lines)):
            line = self.lines[number]
            if number > first and start < line.start <= end:
                found.append(Break(Span(self.lines[number - 1].end, line.start)))
            if line.start >= end:
                break
            left, right = max(start, line.start), min(end, line.end)
            if left < right:
                found += self._in_line(Span(left, right), line)
        return found

    def _in_line(self, span: Span, line: Span) -> Sequence[Inline]:
        """Return the words of a part of a line, without the space at its ends and the backslash that breaks it."""
        start, written = span.start, span.of(self.text)
        if start == line.start:
            bare = written.lstrip(" \t\f")
            start += len(written) - len(bare)
            written = bare
        if span.end == line.end:
            written = written.rstrip(" \t\f\r\n")
            if line is not self.lines[-1] and (backslash := _TRAILING_BACKSLASH.search(written)):
                written = written[: backslash.start(1)]
        if not written:
            return ()
        if left_out := find_left_out(written):
            return tuple(self._around(start, written, left_out))
        words = Text(Span(start, start + len(written)), resolve_escapes(written))
        return (words,) if self.in_link else mark_mentions(words, written, self.scope.page.examples)

    def _around(self, start: int, written: str, left_out: list[tuple[int, int, str]]) -> Iterator[Inline]:
        """Yield words, and in their places the parts that another tool would replace."""
        at = 0
        for begin, end, tool in [*left_out, (len(written), len(written), "")]:
            if begin > at:
                yield Text(Span(start + at, start + begin), resolve_escapes(written[at:begin]))
            if end > begin:
                yield self._left_out(tool, Text(Span(start + begin, start + end), written[begin:end]))
            at = end

    # One method for each kind of token.

    def _code(self, token: Token) -> Sequence[Mixed]:
        code = _CONTINUED.sub(" ", token.content.of(self.text).replace("\r", ""))
        if len(code) > 2 and code[0] == code[-1] == " " and code.strip():
            code = code[1:-1]
        # A table's cells escape the bar in code too, and code shows the backslash.
        shown = Code(token.span, code.replace("\\|", "|") if self.cell else code)
        return [self._left_out("Dataview", shown)] if is_inline_query(code) else [shown]

    def _left_out(self, tool: str, shown: Inline) -> Stub:
        """Return a part that another tool would replace, marked, with a title that says so."""
        return Stub(shown.span, self._wording.needs_tool_here.format(tool=tool), (shown,))

    def _math(self, token: Token) -> Sequence[Mixed]:
        latex = _CONTINUED.sub("\n" if token.display else " ", token.content.of(self.text).replace("\r", "")).strip()
        if not latex:
            return [self._as_written(token)]
        if token.display and self.whole:
            return [Formula(token.span, latex)]
        return [Math(token.span, _BAR.sub(_VERTICAL, latex.replace("\n", " ")).strip() if self.cell else latex)]

    def _nothing(self, _: Token) -> Sequence[Mixed]:
        return []

    def _extension(self, token: Token) -> Sequence[Mixed]:
        """Return the anchor that a list of attributes makes; a heading has its own."""
        name = read_id(token.span.of(self.text))
        in_heading = self.scope.note.at(token.span.start).kind is Kind.HEADING
        return [Anchor(token.span, own_name(name))] if name and not in_heading and not self.scope.embedded else []

    def _comment(self, token: Token) -> Sequence[Mixed]:
        written = token.content.of(self.text)
        return [Claim(token.span, written[1:].strip())] if written.startswith(_CLAIM) else []

    def _html(self, token: Token) -> Sequence[Mixed]:
        html = _CONTINUED.sub(" ", token.span.of(self.text).replace("\r", ""))
        rest = self.text[token.span.end : self.span.end]
        if is_swallowing(html, rest):
            return [self._as_written(token)]
        return [InlineHtml(token.span, self.scope.page.private.clean(html, self.scope.note.path))]

    def _highlight(self, token: Token) -> Sequence[Mixed]:
        return [Emphasis(token.span, "mark", self._inside(token.content))]

    def _tag(self, token: Token) -> Sequence[Mixed]:
        name = token.content.of(self.text)
        known = None if self.in_link else self._find_tag(name)
        return [Tag(token.span, name, Place(known.path) if known else None)]

    def _find_tag(self, name: str) -> NamedTag | None:
        """Return a tag that has a page, None for every other."""
        return self.scope.page.tags.find(name) if self.scope.page.tags else None

    def _footnote(self, token: Token) -> Sequence[Mixed]:
        label = token.content.of(self.text)
        if not self.reader.is_noted(label):
            return [self._as_written(token)]
        return [FootnoteCall(token.span, self.scope.label(label))]

    def _inline_note(self, token: Token) -> Sequence[Mixed]:
        label = self.scope.page.new_label()
        inside = self._inside(token.content)
        self.scope.page.note_inline(label, token.span, inside)
        return [FootnoteCall(token.span, label)]

    def _url(self, token: Token) -> Sequence[Mixed]:
        inside = token.target or token.span
        url = inside.of(self.text)
        return [Link(token.span, url if ":" in url else f"mailto:{url}", (Text(inside, url),))]

    def _link(self, token: Token) -> Sequence[Mixed]:
        before, self.in_link = self.in_link, True  # a link holds no links
        inside = self._inside(token.content)
        self.in_link = before
        link, resolution = self.reader.resolved(token)
        if link is None or resolution is None:
            return [Link(token.span, link.url if link else "", inside, self._title(token))]
        tag = self._find_tag(tag_address(link.path)) if resolution.kind is Found.EXTERNAL else None
        to = Place(tag.path) if tag else self._place(resolution, link)
        if to is None:
            return [Stub(token.span, self._reason(resolution, link), inside)]
        return [Link(token.span, to, inside, self._title(token))]

    def _title(self, token: Token) -> str:
        written = " ".join((token.title.of(self.text) if token.title else "").split())
        return resolve_escapes(written)

    @property
    def _wording(self) -> Wording:
        return self.scope.page.vault.wording

    def _image(self, token: Token) -> Sequence[Mixed]:
        alt, size = picture_size(token.content.of(self.text))
        alt = " ".join(resolve_escapes(plain(alt, Span(0, len(alt)), tokens(alt) if "[" in alt else ())).split())
        link, resolution = self.reader.resolved(token)
        if link is None or resolution is None:
            return [Media(token.span, link.url if link else "", alt, size, self._title(token))]
        if resolution.kind is Found.NOTE:
            return [self._embedded(token, resolution, link)]
        if self._is_private(resolution, link):
            return [self._withheld(token, alt)]
        # A result's figure need not be on disk yet; any other picture must.
        if resolution.file is None and self.scope.declares:
            return [Stub(token.span, self._wording.no_file, (Text(token.content, alt or link.path),))]
        file = resolution.file or self.scope.note.path.parent / link.path
        to = Place(file, fragment(link.headings))
        if resolution.file and not is_shown(file):
            link_to = Link(token.span, to, (Text(token.content, alt or file.name),))
            return [self._base(token.span, file, link) or link_to]
        return [Media(token.span, to, alt, size, self._title(token))]

    def _wikilink(self, token: Token) -> Sequence[Mixed]:
        link, resolution = self.reader.resolved(token)
        if link is None or resolution is None:
            return [self._as_written(token)]
        text = (Text(token.content, display(link)),)
        to = self._place(resolution, link)
        return [Link(token.span, to, text) if to else Stub(token.span, self._reason(resolution, link), text)]

    def _embed(self, token: Token) -> Sequence[Mixed]:
        link, resolution = self.reader.resolved(token)
        if link is None or resolution is None:
            return [self._as_written(token)]
        if resolution.kind is Found.NOTE:
            return [self._embedded(token, resolution, link)]
        if self._is_private(resolution, link):
            return [self._withheld(token, link.display)]
        text = (Text(token.content, display(link)),)
        to = self._place(resolution, link)
        if resolution.file is None or to is None:
            missing = resolution.file is None and PurePosixPath(link.path).suffix
            return [Stub(token.span, self._wording.no_file if missing else self._reason(resolution, link), text)]
        if not is_shown(resolution.file):
            return [self._base(token.span, resolution.file, link) or Link(token.span, to, text)]
        size = (token.wikilink.size if token.wikilink else None) or (0, 0)
        return [Media(token.span, to, link.display or resolution.file.stem, size)]

    def _embedded(self, token: Token, resolution: Resolution, link: NoteLink) -> Mixed:
        """Return an embedded note; a link to it where no block can stand."""
        if self.whole:
            return self.reader.embed(self.scope, resolution, link, token.span)
        if self._is_private(resolution, link):
            return self._withheld(token, link.display)
        text = (Text(token.content, display(link)),)
        to = self._place(resolution, link)
        return Link(token.span, to, text) if to else Stub(token.span, self._reason(resolution, link), text)

    def _base(self, span: Span, path: PurePosixPath, link: NoteLink) -> Embed | None:
        """Return an embedded view of a base; None where no block can stand, and for what the page has no room for."""
        page, view = self.scope.page, "#".join(link.headings)
        shown = page.bases.show_view(self.scope.note, path, view) if page.bases and self.whole else None
        cells = count_cells(shown or ())
        if shown is None or cells > page.cells:
            return None
        page.cells -= cells
        text = Text(span, default_text(path.stem, link.headings, ""))
        return Embed(span, path, Link(span, Place(path), (text,)), shown)

    def _is_private(self, resolution: Resolution, link: NoteLink) -> bool:
        """Return whether a link leads to what belongs to hidden notes, or would if it were on the disk."""
        private = self.scope.page.private
        if resolution.note is not None:
            return not resolution.note.published
        if resolution.file is not None:
            return resolution.file in private.files
        return private.is_named(link.path, self.scope.note.path)

    def _place(self, resolution: Resolution, link: NoteLink) -> Place | None:
        return (
            None
            if self._is_private(resolution, link)
            else links.place(resolution, link, self.scope.page.results.bodies)
        )

    def _reason(self, resolution: Resolution, link: NoteLink) -> str:
        hidden_file = resolution.note is None and self._is_private(resolution, link)
        return self._wording.file_not_shown if hidden_file else links.reason(resolution, self._wording)

    def _withheld(self, token: Token, words: str) -> Stub:
        """Return what stands in place of an embed that nobody may see: the words of its author's, not its target."""
        return Stub(token.span, self._wording.file_not_shown, (Text(token.content, words or self._wording.withheld),))

    def _as_written(self, token: Token) -> Text:
        return Text(token.span, _CONTINUED.sub(" ", token.span.of(self.text)))


_READERS: dict[TokenKind, Callable[[_Line, Token], Sequence[Mixed]]] = {
    TokenKind.CODE: _Line._code,
    TokenKind.MATH: _Line._math,
    TokenKind.COMMENT: _Line._nothing,
    TokenKind.HTML_COMMENT: _Line._comment,
    TokenKind.HTML: _Line._html,
    TokenKind.WIKILINK: _Line._wikilink,
    TokenKind.EMBED: _Line._embed,
    TokenKind.LINK: _Line._link,
    TokenKind.IMAGE: _Line._image,
    TokenKind.URL: _Line._url,
    TokenKind.HIGHLIGHT: _Line._highlight,
    TokenKind.TAG: _Line._tag,
    TokenKind.BLOCK_ID: _Line._nothing,  # its anchor stands where its block begins
    TokenKind.FOOTNOTE: _Line._footnote,
    TokenKind.INLINE_NOTE: _Line._inline_note,
    TokenKind.EXTENSION: _Line._extension,
    TokenKind.DEFINITION: _Line._nothing,  # links by reference are written out
}


def _bounded(stretches: list[_Stretch]) -> list[_Stretch]:
    """Return the stretches that are nested no deeper than a page can hold."""
    kept: list[_Stretch] = []
    around: list[int] = []
    for one in stretches:
        while around and around[-1] <= one.start:
            around.pop()
        if len(around) < _DEPTH:
            kept.append(one)
            if one.token is None or one.token.kind in NESTING:
                around.append(one.end)
    return kept


def _parted(pieces: Sequence[Mixed]) -> Iterator[Block | list[Inline]]:
    """Yield the blocks among pieces, and the runs of pieces between them."""
    run: list[Inline] = []
    for piece in pieces:
        if is_block(piece):
            yield run
            yield piece
            run = []
        else:
            run.append(piece)
    yield run


def _without_empty_lines(pieces: Sequence[Inline]) -> list[Inline]:
    """Return pieces without lines that show nothing: those of definitions and comments, and those at both ends."""
    lines: list[list[Inline]] = [[]]
    breaks: list[Break] = []
    for piece in pieces:
        if isinstance(piece, Break):
            breaks.append(piece)
            lines.append([])
        else:
            lines[-1].append(piece)
    kept: list[Inline] = []
    shown = False
    for number, line in enumerate(lines):
        if any(not _is_empty(piece) for piece in line):
            kept += [breaks[number - 1], *line] if shown else line
            shown = True
        else:
            kept += [piece for piece in line if isinstance(piece, Claim)]
    return _trimmed(kept) if shown else []


def count_cells(blocks: Sequence[Block]) -> int:
    """Return how many cells of tables and items of lists stand in blocks, those of lists in lists left out."""
    tables = sum(len(one.rows) * len(one.rows[0]) for one in blocks if isinstance(one, Table))
    return tables + sum(len(one.items) for one in blocks if isinstance(one, List))


_BLANKS = (" ", "\t")


def _trimmed(pieces: list[Inline]) -> list[Inline]:
    """Return pieces without the space at their ends, which a token that shows nothing has left there."""
    if isinstance(first := pieces[0], Text) and first.text.startswith(_BLANKS):
        pieces[0] = replace(first, text=first.text.lstrip(" \t"))
    if isinstance(last := pieces[-1], Text) and last.text.endswith(_BLANKS):
        pieces[-1] = replace(last, text=last.text.rstrip(" \t"))
    return pieces


def _is_empty(piece: Inline) -> bool:
    return isinstance(piece, Claim) or (isinstance(piece, Text) and not piece.text.strip(" \t\f\r\n"))


def _closed(pieces: Sequence[Inline]) -> tuple[Inline, ...]:
    """Return pieces with the tags that close what they leave open: in Obsidian, too, no tag reaches past its block."""
    tags = "".join(piece.html for piece in pieces if isinstance(piece, InlineHtml))
    if not tags:
        return tuple(pieces)
    end = Span(pieces[-1].span.end, pieces[-1].span.end)
    return (*pieces, *(InlineHtml(end, tag) for tag in closing_tags(tags)))


def _around(pieces: Sequence[Inline]) -> Span:
    return Span(pieces[0].span.start, pieces[-1].span.end)

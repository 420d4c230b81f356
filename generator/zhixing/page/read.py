"""A note as a page: its blocks with what its examples show now, and the notes that it embeds."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from zhixing.compose import ResultBlock, Results
from zhixing.language.book import example_of
from zhixing.markdown.blocks import PROSE, Kind, Region
from zhixing.markdown.dialect import BoxHead
from zhixing.markdown.emphasis import plain
from zhixing.markdown.fences import EXAMPLE, LIST
from zhixing.markdown.generated import Generated, markers
from zhixing.markdown.inline import TokenKind, tokens
from zhixing.markdown.links import default_text
from zhixing.markdown.raw_text import closed_below
from zhixing.markdown.slugs import anchors as slugs_of
from zhixing.page.blocks import Opaque, Part, Piece, cover, read_blocks
from zhixing.page.callouts import Head, kind_of, read_head
from zhixing.page.checked import Examples
from zhixing.page.context import MAX_NESTED, EmbedScope, Page, ShowBase
from zhixing.page.faults import Faults
from zhixing.page.html_text import without_comments
from zhixing.page.inline import InlineReader
from zhixing.page.links import place
from zhixing.page.plugins import BASE, DRAWING, QUERY, Admonition, plugin_of, read_admonition, tool_of
from zhixing.page.public import Private, private_of
from zhixing.page.symbols import write_symbols
from zhixing.page.tags import Tags
from zhixing.page.targets import block_id, element_id, example_id
from zhixing.page.tree import (
    NOWHERE,
    Anchor,
    Block,
    Callout,
    Code,
    CodeBlock,
    Document,
    Embed,
    Emphasis,
    Example,
    Figure,
    Footnote,
    Formula,
    Heading,
    HtmlBlock,
    Inline,
    Item,
    Link,
    List,
    Media,
    Paragraph,
    Place,
    Quote,
    Rule,
    Tab,
    Table,
    Tabs,
    Terms,
    Text,
    walk,
)
from zhixing.show.bodies import Body
from zhixing.source import Source, Span
from zhixing.vault.embeds import MAX_DEPTH, cost_of, embed_limits, shown_spans
from zhixing.vault.note import Block as NoteBlock
from zhixing.vault.note import Link as NoteLink
from zhixing.vault.note import Note, read_note
from zhixing.vault.resolve import Resolution
from zhixing.vault.vault import Vault

if TYPE_CHECKING:
    from zhixing.language.model import Run

# The theme's styles cover this many.
MAX_TABS = 20
# What every reader takes for the name of a block's language.
_LANGUAGE = re.compile(r"[\w#.+-]+")
_TASK = re.compile(r"\[(\S| )\](?=\s)")


def read_page(
    vault: Vault,
    note: Note,
    results: Results,
    tags: Tags | None = None,
    *,
    terms: bool = False,
    faults: Faults | None = None,
    private: Private | None = None,
    bases: ShowBase | None = None,
) -> Document:
    """Return a note's page, without its frontmatter; tags lead to their pages, if they have any.

    Nothing `private` is named on it but by words of its author's; without it, it is found here.

    What the vault's examples and lists show now stands in place of what the note has on disk, with the block that
    declares an example. With `faults` the page says what does not hold. Pure: the same vault, note and results, the
    same page.
    """
    examples = Examples(vault, results, faults=faults)
    private = private_of(vault, results) if private is None else private
    page = Page(
        vault, note, results, examples, private, embed_limits(vault).limits.get(note.path, 0), tags, terms, bases
    )
    scope = EmbedScope(page, note, chain=((note.path, ""),))
    blocks = _NoteReader(scope).read([Span(0, len(note.source.text))])
    if DRAWING in note.frontmatter.fields:
        blocks = (quiet_box(vault.wording.needs_drawing), *blocks)
    defined = {one.label: one for one in reversed([*_footnotes_of(blocks)])} if page.has_footnotes else {}
    return Document(note.path, blocks, {**page.footnotes, **defined}, vault.wording)


def read_markdown(page: Page, text: str) -> tuple[Block, ...]:
    """Return Markdown that is no note, as a card of a canvas holds it, as blocks of a page.

    Its headings are none of the page's, as those of embedded notes.
    """
    page.embeds += 1
    source = Source(page.note.source.path, f"\n{text}")  # no text begins with frontmatter
    scope = EmbedScope(
        page, read_note(source, page.note.path, dialect=page.vault.settings.dialect), page.embeds, declares=False
    )
    return _NoteReader(scope).read([Span(0, len(source.text))])


def _footnotes_of(blocks: tuple[Block, ...]) -> Iterator[Footnote]:
    return (one for one in walk(blocks) if isinstance(one, Footnote))


@dataclass(frozen=True, slots=True)
class _Shown:
    """What an opaque block means: the example or list whose result stands there."""

    id: str


@dataclass(frozen=True, slots=True)
class _Failed:
    """What an opaque block means: an example that could not be read or computed."""

    block: ResultBlock


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is worked out once of a note, however many of its parts are embedded on however many pages.

    `covered` is its text for markdown-it, `links` are by their offset, `slugs` by that of their heading; `noted` are
    the labels of its footnotes, `begun` the names in its markers.
    """

    covered: str
    links: Mapping[int, NoteLink]
    slugs: Mapping[int, str]
    noted: frozenset[str]
    begun: frozenset[str]


_FACTS: WeakKeyDictionary[Note, _Facts] = WeakKeyDictionary()


def _facts_of(note: Note) -> _Facts:
    if note not in _FACTS:
        text = note.source.text
        found = (token for token in note.tokens if token.kind is TokenKind.FOOTNOTE)
        _FACTS[note] = _Facts(
            covered=cover(text, note.regions, note.tokens),
            links={link.span.start: link for link in note.links if not link.field},
            slugs={heading.span.start: heading.slug for heading in note.headings},
            noted=frozenset(token.content.of(text) for token in found if text.startswith(":", token.span.end)),
            begun=frozenset(marker.name for marker in markers(note.text, note.regions)),
        )
    return _FACTS[note]


def forget_reading(note: Note) -> None:
    """Drop what takes most memory of a note whose page is finished; it is read again when something asks for it."""
    _FACTS.pop(note, None)
    note.forget()


class _NoteReader:
    """Reads one note, the page's own or an embedded one."""

    def __init__(self, scope: EmbedScope) -> None:
        self.scope = scope
        self.note = scope.note
        self.text = self.note.source.text
        facts = _facts_of(self.note)
        self.inline = InlineReader(scope, facts.links, facts.noted, embed)
        self.covered = facts.covered
        self.slugs = facts.slugs
        self.results = _Results(scope)
        self.anchors: dict[int, list[Anchor]] = {}
        for block in self.note.blocks if not scope.embedded else ():
            self.anchors.setdefault(block.span.start, []).append(Anchor(block.span, block_id(block.id)))
        self.placed: dict[int, list[Anchor]] = {}
        self.run: Run | None = None
        self.pieces: list[Piece] = []
        self.at = 0
        self.depth = scope.depth

    def read(self, spans: Sequence[Span]) -> tuple[Block, ...]:
        """Return the blocks of parts of the note, one after another."""
        return tuple(block for span in spans for block in self._part(span))

    def _part(self, span: Span) -> list[Block]:
        begin = next((one.span.end for one in self.note.regions[:1] if one.kind is Kind.FRONTMATTER), 0)
        span = Span(max(span.start, begin), max(span.end, begin))
        self.pieces = read_blocks(
            Part(
                self.covered,
                span,
                self.results.opaque(span),
                self.scope.embedded,
                self.scope.page.terms,
                self.note.dialect,
            )
        )
        self.at = 0
        return self._blocks("")

    def _blocks(self, closing: str) -> list[Block]:
        """Return the blocks up to the piece that closes their container, which is passed over."""
        blocks: list[Block] = []
        while self.at < len(self.pieces):
            piece = self.pieces[self.at]
            self.at += 1
            if piece.type == closing:
                break
            blocks += self._block(piece)
        return blocks

    def _block(self, piece: Piece) -> Sequence[Block]:
        read = _READERS.get(piece.type)
        if read is None:
            return ()
        anchors = self._anchors(piece) if piece.type in _ANCHORED else []
        apart = [Paragraph(one.span, (replace(one, alone=True),)) for one in anchors]
        if piece.type != "table_open" and piece.span.start in self.placed:
            placed = (replace(one, alone=True) for one in self.placed.pop(piece.span.start))
            apart.append(Paragraph(NOWHERE, tuple(placed)))
        return [*apart, *read(self, piece)]

    def _anchors(self, piece: Piece) -> list[Anchor]:
        """Return the anchors of the blocks that begin where a piece does, each once."""
        return self.anchors.pop(self.note.at(piece.span.start).span.start, []) if self.anchors else []

    def _inside(self, closing: str) -> tuple[Block, ...]:
        self.depth += 1
        blocks = tuple(self._blocks(closing))
        self.depth -= 1
        return blocks

    def _line(self) -> Piece:
        """Return the running text of a term, and pass over the piece that closes it."""
        self.at += 2
        return self.pieces[self.at - 2]

    # One method for each kind of block, named as markdown-it names it.

    def _paragraph(self, piece: Piece) -> Sequence[Block]:
        anchors = self._anchors(piece)
        if self.inline.scope.depth != self.depth:
            self.inline.scope = replace(self.scope, depth=self.depth)
        lines = piece.lines
        if tool := self._find_tool(lines):
            return [*(Paragraph(one.span, (replace(one, alone=True),)) for one in anchors), self._foreign(tool, lines)]
        blocks = self.inline.paragraph(lines)
        if blocks and isinstance(first := blocks[0], Paragraph) and anchors:
            blocks[0] = Paragraph(first.span, (*anchors, *first.children))
        elif anchors:
            blocks = [*(Paragraph(one.span, (replace(one, alone=True),)) for one in anchors), *blocks]
        return [_figured(block) for block in blocks]

    def _find_tool(self, lines: Sequence[Span]) -> str:
        """Return the tool that replaces a paragraph, "" for text."""
        # The first characters of nearly all paragraphs show that they are text.
        first = self.text[lines[0].start : lines[0].start + 2] if lines else ""
        if first != "{{" and not (self.note.dialect.snippets and "-" in first):
            return ""
        return tool_of("\n".join(line.of(self.text).rstrip() for line in lines), self.note.dialect)

    def _foreign(self, tool: str, lines: Sequence[Span]) -> Callout:
        """Return the box that stands for a paragraph which another tool replaces."""
        text = "".join(f"{line.of(self.text).rstrip()}\n" for line in lines)
        code = CodeBlock(Span(lines[0].start, lines[-1].end), text, "")
        return quiet_box(self.scope.page.vault.wording.needs_tool.format(tool=tool), code)

    def _heading(self, piece: Piece) -> Sequence[Block]:
        anchors = self._anchors(piece)
        region = self.note.at(piece.span.start)
        embedded = self.scope.embedded
        slug = "" if embedded else element_id(self.slugs.get(region.span.start, ""))
        text = (*anchors, *self.inline.line(piece.lines))
        return [Heading(piece.span, int(piece.token.tag[1]), slug, text, embedded)]

    def _code(self, piece: Piece) -> Sequence[Block]:
        text = piece.token.content.replace(" \n", "\n") if "\r" in self.text else piece.token.content
        language = _LANGUAGE.match(piece.token.info.strip())
        code = CodeBlock(piece.span, text, language[0] if language else "")
        bases = self.scope.page.bases
        if bases and code.language == BASE:
            return bases.show_block(self.note, text)
        admonition = read_admonition(code.language, text) if self.depth < MAX_NESTED else None
        return [self._admonition(code, admonition) if admonition else self._explained(code)]

    def _admonition(self, code: CodeBlock, said: Admonition) -> Callout:
        """Return a block of the plugin Admonition as a callout; what it holds is read as Markdown."""
        page = self.scope.page
        page.embeds += 1
        source = Source(self.note.source.path, f"\n{said.text}")  # no text begins with frontmatter
        inside = read_note(source, self.note.path, dialect=self.note.dialect)
        scope = EmbedScope(page, inside, page.embeds, self.scope.chain, declares=False, depth=self.depth + 1)
        blocks = _NoteReader(scope).read([Span(0, len(source.text))])
        return Callout(code.span, said.kind, (Text(NOWHERE, said.title),), blocks, said.fold)

    def _explained(self, code: CodeBlock) -> Block:
        """Return a block of code; what a plugin would show stands in a folded box that says so."""
        words, plugin = self.scope.page.vault.wording, plugin_of(code.language)
        if plugin:
            return quiet_box(words.needs_plugin.format(plugin=plugin), code)
        return quiet_box(words.needs_search, code) if code.language == QUERY else code

    def _indented(self, piece: Piece) -> Sequence[Block]:
        # No token stands in what the scanner takes for code: to it, the item or the formula ended later.
        if any(token.kind is not TokenKind.DEFINITION for token in self.note.within(piece.span)):
            return self.inline.paragraph(piece.lines)
        return self._code(piece)

    def _rule(self, piece: Piece) -> Sequence[Block]:
        return [Rule(piece.span)]

    def _html(self, piece: Piece) -> Sequence[Block]:
        written = without_comments(piece.token.content, closed_below(self.note, piece.span.end))
        html = self.scope.page.private.clean(written, self.note.path)
        return [HtmlBlock(piece.span, html)] if html.strip() else ()

    def _opaque(self, piece: Piece) -> Sequence[Block]:
        meaning = piece.meaning
        if isinstance(meaning, Region):
            return self._formula(meaning)
        if isinstance(meaning, _Failed):
            return [self.results.read_failed(meaning.block)]
        return [self.results.read(meaning.id, piece.span)] if isinstance(meaning, _Shown) else ()

    def _formula(self, region: Region) -> Sequence[Block]:
        if region.kind is not Kind.MATH:
            return ()
        latex = "".join(line.of(self.text) for line in region.lines) or region.content.of(self.text)
        if not latex.strip():
            return [Paragraph(region.span, (Text(region.span, region.span.of(self.text).strip()),))]
        return [Formula(region.span, latex.replace("\r", "").strip())]

    def _quote(self, piece: Piece) -> Sequence[Block]:
        head = self._head()
        if head is None:
            return [Quote(piece.span, self._inside("blockquote_close"))]
        shown, lines, rest = head
        self.at += 1
        words = self.inline.line(lines)
        title = words or (Text(NOWHERE, shown.name),)
        text = self.inline.paragraph(rest) if rest else []
        inside = self._inside("blockquote_close")
        return [Callout(piece.span, shown.kind, title, (*text, *inside), shown.fold, shown.level, shown.classes)]

    def _box(self, piece: Piece) -> Sequence[Block]:
        """Return a box of MkDocs as a callout; a tab with those that follow it."""
        head: BoxHead = piece.token.meta["head"]
        if not head.kind:
            return [self._tabs(piece)]
        title = self._box_title(piece, head) or head.kind.title()
        inside = self._inside("box_close")
        return [Callout(piece.span, kind_of(head.kind), (Text(NOWHERE, title),), inside, head.fold)]

    def _box_title(self, piece: Piece, head: BoxHead) -> str:
        written = piece.lines[0].of(self.text) if head.title[0] >= 0 else ""
        return plain(written, Span(0, len(written)), tokens(written, dialect=self.note.dialect)).strip()

    def _tabs(self, piece: Piece) -> Tabs:
        """Return the tabs that begin with one: those below it, up to one that begins anew or one too many."""
        found = [self._tab(piece)]
        while len(found) < MAX_TABS and self.at < len(self.pieces):
            head = self.pieces[self.at].token.meta.get("head") if self.pieces[self.at].type == "box_open" else None
            if not isinstance(head, BoxHead) or head.kind or head.fold:
                break
            self.at += 1
            found.append(self._tab(self.pieces[self.at - 1]))
        return Tabs(Span(piece.span.start, found[-1].span.end), tuple(found))

    def _tab(self, piece: Piece) -> Tab:
        label = self._box_title(piece, piece.token.meta["head"])
        return Tab(piece.span, label, self._inside("box_close"))

    def _head(self) -> tuple[Head, list[Span], tuple[Span, ...]] | None:
        """Return the head of the callout that a quote begins, the place of its title, and the lines below it."""
        first = self.pieces[self.at]
        if first.type != "paragraph_open" or not first.lines:
            return None
        line, *rest = first.lines
        head = read_head(line.of(self.text))
        if head is None or any(token.span.start == line.start for token in self.note.within(line)):
            return None
        inside = Span(line.start + head.title.start, line.start + head.title.end)
        return head, [inside] if inside.start < inside.end else [], tuple(rest)

    def _list(self, piece: Piece) -> Sequence[Block]:
        closing = piece.type.replace("_open", "_close")
        items: list[Item] = []
        tight = self._is_tight(piece.token.level)
        while self.pieces[self.at].type != closing:
            opening = self.pieces[self.at]
            self.at += 1
            done = self._task(self.pieces[self.at]) if self.pieces[self.at].type == "paragraph_open" else None
            items.append(Item(opening.span, self._inside("list_item_close"), done))
        self.at += 1
        start = int(piece.token.attrs.get("start", 1)) if piece.type == "ordered_list_open" else None
        return [List(piece.span, tuple(items), start, tight)]

    def _is_tight(self, level: int) -> bool:
        """Return whether the list of a level that begins here has no space between its items.

        The parser then hides the paragraphs of the items; there are further paragraphs in lists in them.
        """
        inside = takewhile(lambda piece: piece.token.level > level, islice(self.pieces, self.at, None))
        own = (one for one in inside if one.type == "paragraph_open" and one.token.level == level + 2)
        first = next(own, None)
        return first is None or first.token.hidden

    def _task(self, paragraph: Piece) -> bool | None:
        """Return whether the task that an item begins with is done, None for no task; its box is passed over."""
        first = paragraph.lines[0]
        box = _TASK.match(self.text, first.start, first.end)
        if box is None:
            return None
        lines = (Span(box.end(), first.end), *paragraph.lines[1:])
        self.pieces[self.at] = paragraph._replace(lines=lines)
        return box[1] != " "

    def _table(self, piece: Piece) -> Sequence[Block]:
        anchors = [*self._anchors(piece), *self.placed.pop(piece.span.start, [])]
        rows: list[list[tuple[Inline, ...]]] = []
        alignments: list[str] = []
        while (part := self.pieces[self.at]).type != "table_close":
            self.at += 1
            if part.type == "tr_open":
                rows.append([])
            elif part.type == "th_open":
                alignments.append(str(part.token.attrs.get("style", "")).rpartition(":")[2])
            elif part.type == "inline":
                rows[-1].append(self.inline.line(part.lines, cell=True))
        self.at += 1
        heads = _count_heads(alignments) if self.run else None
        if self.run and heads:
            write_symbols(self.run, rows)
        rows[0][0] = (*anchors, *rows[0][0])
        return [Table(piece.span, tuple(alignments), tuple(tuple(row) for row in rows), heads)]

    def _footnote(self, piece: Piece) -> Sequence[Block]:
        label = self.scope.label(str(piece.token.meta["label"]))
        self.scope.page.has_footnotes = True
        return [Footnote(piece.span, label, self._inside("footnote_reference_close"))]

    def _terms(self, piece: Piece) -> Sequence[Block]:
        entries: list[tuple[tuple[Inline, ...], tuple[tuple[Block, ...], ...]]] = []
        while (part := self.pieces[self.at]).type != "dl_close":
            self.at += 1
            if part.type == "dt_open":
                line = self._line()
                entries.append((self.inline.line(line.lines), ()))
            elif part.type == "dd_open":
                term, meanings = entries[-1]
                entries[-1] = term, (*meanings, self._inside("dd_close"))
        self.at += 1
        return [Terms(piece.span, tuple(entries))]


_READERS: dict[str, Callable[[_NoteReader, Piece], Sequence[Block]]] = {
    "paragraph_open": _NoteReader._paragraph,
    "heading_open": _NoteReader._heading,
    "fence": _NoteReader._code,
    "code_block": _NoteReader._indented,
    "hr": _NoteReader._rule,
    "html_block": _NoteReader._html,
    "opaque": _NoteReader._opaque,
    "blockquote_open": _NoteReader._quote,
    "bullet_list_open": _NoteReader._list,
    "ordered_list_open": _NoteReader._list,
    "table_open": _NoteReader._table,
    "footnote_reference_open": _NoteReader._footnote,
    "dl_open": _NoteReader._terms,
    "box_open": _NoteReader._box,
}
# Blocks before which an anchor stands in a paragraph of its own; in others it stands at the start of their text.
_ANCHORED = frozenset({"fence", "code_block", "hr", "html_block", "opaque", "blockquote_open"})


def _count_heads(alignments: Sequence[str]) -> int:
    """Return how many columns of a table of results are heads of rows: those that stand before the numbers."""
    return alignments.index("right") if "right" in alignments else 0


def _anchors_of(example: str, body: Body) -> dict[int, list[Anchor]]:
    """Return the anchors of single results of an example, by where they stand in what it shows."""
    anchors: dict[int, list[Anchor]] = {}
    for name, at in body.places.items():
        anchors.setdefault(at, []).append(Anchor(NOWHERE, example_id(f"{example}.{name}")))
    return anchors


def _head_of(block: Paragraph) -> tuple[Inline, ...]:
    """Return the words of a paragraph that begins with bold ones, () for another."""
    first = block.children[0] if block.children else None
    if not isinstance(first, Emphasis) or first.kind != "strong":
        return ()
    return (*first.children, *block.children[1:])


def _figured(block: Block) -> Block:
    """Return a paragraph of nothing but a picture as a figure."""
    if isinstance(block, Paragraph) and len(block.children) == 1 and isinstance(media := block.children[0], Media):
        return Figure(block.span, media)
    return block


class _Results:
    """What the examples and lists that a note declares show now."""

    def __init__(self, scope: EmbedScope) -> None:
        self.scope = scope
        self.note = scope.note
        # Where markers do not pair, what is on disk stays as it is.
        woven = () if self.note.generated_problems else self.note.generated.items
        self.woven = {one.span.start: one for one in woven if one.id in scope.page.results.bodies}
        self.begun = _facts_of(scope.note).begun
        own = scope.page.results.blocks.get(self.note.path, ()) if scope.declares else ()
        self.declared = {block.fence.span.start: block.id for block in own}
        self.fences = {block.id: block.fence for block in own}
        self.heads = [heading.slug for heading in self.note.headings]
        self.failed: dict[int, ResultBlock] = {}
        self.lost: dict[int, Generated] = {}
        if scope.page.examples.faults is not None:
            bodies = scope.page.results.bodies
            examples = (block for block in own if block.fence.info.split() == EXAMPLE)
            self.failed = {block.fence.span.start: block for block in examples if block.id not in bodies}
            self.lost = {one.span.start: one for one in woven if one.span.start not in self.woven}

    def opaque(self, span: Span) -> list[Opaque]:
        """Return the blocks in a part of the note that Markdown does not know: results, formulas, comments."""
        found: list[Opaque] = []
        passed = span.start
        first = bisect_left(self.note.regions, span.start, key=lambda region: region.span.start)
        for region in islice(self.note.regions, first, None):
            if region.span.start >= span.end:
                break
            if region.span.start < passed or region.kind in PROSE:
                continue
            one = self._opaque(region)
            if one is not None:
                found.append(one)
                passed = one.span.end
        return found

    def _opaque(self, region: Region) -> Opaque | None:
        begin = region.span.start + len(region.prefix)
        if region.kind in {Kind.MATH, Kind.COMMENT}:
            return Opaque(region.span, begin, region)
        if region.kind is Kind.HTML and (one := self.woven.get(region.span.start)):
            return Opaque(one.span, begin, _Shown(one.id))
        if region.kind is Kind.HTML and (one := self.lost.get(region.span.start)):
            return Opaque(one.span, begin, None)  # results of an earlier run are not the example's own
        return self._declaring(region, begin) if region.kind is Kind.FENCE else None

    def _declaring(self, region: Region, begin: int) -> Opaque | None:
        """Return what stands in place of a fenced block, if it declares an example or a list."""
        if block := self.failed.get(region.span.start):
            return Opaque(region.span, begin, _Failed(block))
        if region.span.start not in self.declared:
            return None
        name = self.declared[region.span.start]
        if any(one.id == name for one in self.woven.values()):
            return Opaque(region.span, begin, None)
        shown = name in self.scope.page.results.bodies and name not in self.begun
        return Opaque(region.span, begin, _Shown(name)) if shown else None

    def read(self, name: str, span: Span) -> Example:
        """Return what an example shows now, with the block that declares it."""
        result = self.scope.page.results.bodies[name]
        shown = result.markdown
        body = read_note(Source(self.note.source.path, shown), self.note.path)
        scope = replace(self.scope, note=body, declares=False)
        reader = _NoteReader(scope)
        reader.run = result.run
        reader.placed = {} if self.scope.embedded else _anchors_of(name, result)
        blocks = reader.read([Span(0, len(shown))])
        if (fence := self.fences.get(name)) is not None and fence.info.split() == LIST:
            blocks = self._with_headings(blocks, span)
        program = CodeBlock(NOWHERE, result.numpy, "python") if result.numpy else None
        anchor = "" if self.scope.embedded else example_id(name)
        region = self.fences.get(name)
        if region is None or region.info.split() != EXAMPLE:
            return Example(span, name, blocks, None, program, anchor)
        faults = self.scope.page.examples.faults
        spans = dict.fromkeys((region.span, span))
        notices = faults.notices(self.note, spans, failed=False) if faults else ()
        live = result.live.name if result.live and not self._uses_hidden(result) else ""
        return Example(span, name, blocks, self._declared(region), program, anchor, notices, live=live)

    def _uses_hidden(self, result: Body) -> bool:
        """Return whether an example starts from numbers of an example that no page shows."""
        uses = result.run.example.uses.values() if result.run else ()
        return any(self.scope.page.examples.place(example_of(one)) is None for one in uses)

    def _with_headings(self, blocks: tuple[Block, ...], at: Span) -> tuple[Block, ...]:
        """Return a list whose bold lines are headings below the one that the list stands under.

        In the note they cannot be headings: a heading inside a region means that the region's end was lost.
        """
        before = [heading.level for heading in self.note.headings if heading.span.start < at.start]
        level = (before[-1] if before else 1) + 1
        bold = {block: head for block in blocks if isinstance(block, Paragraph) and (head := _head_of(block))}
        texts = ["".join(one.text for one in walk(head) if isinstance(one, Text | Code)) for head in bold.values()]
        slugs = slugs_of([*self.heads, *texts])[len(self.heads) :]
        self.heads += texts
        # A group says how many it holds; what stands in groups has no more than a name.
        inside = level + any(len(block.children) > 1 for block in bold)
        made = {
            block: self._heading(block.span, level if len(block.children) > 1 else inside, slug, head)
            for (block, head), slug in zip(bold.items(), slugs, strict=True)
        }
        return tuple(made[block] if isinstance(block, Paragraph) and block in made else block for block in blocks)

    def _heading(self, span: Span, level: int, slug: str, words: tuple[Inline, ...]) -> Heading:
        embedded = self.scope.embedded
        return Heading(span, min(level, 6), "" if embedded else element_id(slug), words, embedded)

    def read_failed(self, block: ResultBlock) -> Example:
        """Return what is wrong with an example that shows nothing, and the block that declares it."""
        faults, region = self.scope.page.examples.faults, block.fence
        notices = faults.notices(self.note, [region.span], failed=True) if faults else ()
        anchor = example_id(block.id) if block.id and not self.scope.embedded else ""
        return Example(region.span, block.name, (), self._declared(region), None, anchor, notices, failed=True)

    def _declared(self, region: Region) -> CodeBlock:
        text = "".join(line.of(self.note.source.text) for line in region.lines)
        return CodeBlock(region.span, text.replace("\r\n", "\n"), "yaml")


# Notes, sections and blocks shown inside another note.


def embed(scope: EmbedScope, resolution: Resolution, link: NoteLink, span: Span) -> Block:
    """Return an embedded note; where it cannot be shown a callout says why.

    There is no such place, it would stand in itself, or there is more than a page should hold.
    """
    note, page = resolution.note, scope.page
    words = page.vault.wording
    if note is not None and not note.published:
        return _message(span, "failure", words.not_shown)
    if note is None:
        return _message(span, "failure", words.no_embed.format(path=link.path))
    single = _single_block(page, resolution)
    shown = _single(page, single) if single else ""
    if resolution.heading_missing or resolution.block_missing or (single and not shown):
        missing = default_text("", link.headings, link.block)
        return _message(span, "failure", words.nothing_in_note.format(note=note.title, place=missing))
    anchor = resolution.block.id if resolution.block else resolution.heading.slug if resolution.heading else ""
    if (note.path, anchor) in scope.chain:
        names = [page.vault.notes[path].title for path, _ in scope.chain]
        return _message(span, "warning", words.embed_circle.format(way=" → ".join([*names, note.title])))
    headings = tuple(plain(one, Span(0, len(one)), tokens(one)) for one in link.headings)
    headings += (words.example_title.format(name=single.id),) if single else ()
    text = Text(span, default_text(note.title, headings, ""))
    title = Link(span, place(resolution, link, page.results.bodies) or Place(note.path), (text,))
    spans = shown_spans(page.vault, note, resolution)
    cost = cost_of(spans)
    if len(scope.chain) > MAX_DEPTH or scope.depth > MAX_NESTED or cost > page.left:
        return Callout(span, "warning", (Text(span, words.embed_too_much), title))
    page.embeds += 1
    page.left -= cost
    inner = EmbedScope(page, note, page.embeds, (*scope.chain, (note.path, anchor)), depth=scope.depth + 1)
    if single:
        inner = replace(inner, note=read_note(Source(note.source.path, shown), note.path), declares=False)
        spans = (Span(0, len(shown)),)
    reader = _NoteReader(inner)
    reader.run = page.results.bodies[single.id].run if single else None
    blocks = reader.read(spans)
    return Embed(span, note.path, title, blocks)


def _single_block(page: Page, resolution: Resolution) -> NoteBlock | None:
    """Return the single result that a link names, None where it names none or nothing is known of its example.

    Where nothing is known of the example, the page shows all results that are in its note.
    """
    block, results = resolution.block, page.results
    known = block and (block.id in results.bodies or block.id in results.homes)
    return block if block and block.part and known else None


def _single(page: Page, block: NoteBlock) -> str:
    """Return one result of an example as Markdown, "" where there is none."""
    body = page.results.bodies.get(block.id)
    return body.single(block.part) if body else ""


def quiet_box(title: str, code: CodeBlock | None = None) -> Callout:
    """Return a box that says why something is not shown, with its source, folded."""
    inside = (replace(code, language=""),) if code else ()
    return Callout(code.span if code else NOWHERE, "quote", (Text(NOWHERE, title),), inside, "-" if code else "")


def _message(span: Span, kind: str, text: str) -> Callout:
    return Callout(span, kind, (Text(span, " ".join(text.split())),))

"""A page's tree as HTML.

The writer escapes all that it writes. What an author wrote as HTML is the one thing in a page that is not trusted: a
page that has any goes through `Edge.clean` as a whole, in which our own ids and classes are known by a mark that no
author can know, and finished pieces (formulas, players) stay outside as slots.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import PurePosixPath

from zhixing.page import targets
from zhixing.page.arrows import draw_arrows
from zhixing.page.callouts import KINDS
from zhixing.page.media import is_file_name, is_remote_media, player
from zhixing.page.tree import (
    Anchor,
    Block,
    Board,
    Break,
    Callout,
    Card,
    Checked,
    Claim,
    Code,
    CodeBlock,
    Document,
    Embed,
    Emphasis,
    Example,
    Figure,
    Footnote,
    FootnoteCall,
    Formula,
    Heading,
    HtmlBlock,
    Inline,
    InlineHtml,
    Item,
    Link,
    List,
    Math,
    Media,
    Mention,
    Notice,
    Paragraph,
    Place,
    Quote,
    Rule,
    Stub,
    Table,
    Tabs,
    Tag,
    Terms,
    Text,
    walk,
)
from zhixing.problems import BETWEEN_BACKTICKS, visible
from zhixing.vault.note import SCHEMES
from zhixing.vault.remote import NO_REMOTE, Remote

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BLANKS = re.compile(r"\s+|<[^<>]*>")
_BLANK = re.compile(r"[\x00-\x20\x7f]")
# What is a link itself, so that no link stands around it.
_LINKING = Link | Tag | FootnoteCall | Mention | Media
# What an author wrote as HTML.
_FOREIGN = frozenset({InlineHtml, HtmlBlock})
# Tags that authors may write on a page before further ones are shown as text: to clean elements in elements takes time
# by the square of their number. Those that end by themselves do not count.
_MOST_TAGS = 10_000
_COUNTED = re.compile(r"<(?!/?(?:td|th|tr|tbody|thead|li|dt|dd|p|br|hr|img)\b)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][\d:]+)?", re.ASCII)
_SLOT = re.compile(r'<slot name="([0-9]+)"></slot>')


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page's HTML needs of those who show it.

    - `address`: where a place of the vault is, seen from the page; "" for what is not shown.
    - `formula`: LaTeX as HTML, in a line or (True) alone; `code`: a block of code and its language as HTML.
    - `clean`: a page in which authors wrote HTML, without what may not be shown; its second argument is our mark.
    - `permalinks`: whether headings carry a link to themselves.
    - `words`: running text outside links, escaped for HTML, as HTML with the links that its words alone make.
    - `described`: what a generated figure shows, in words; "" for other files.
    - `remote`: what of other hosts a page shows. `trusted`: whether ids of authors stay as they are written.
    """

    address: Callable[[Place], str]
    formula: Callable[[str, bool], str]
    code: Callable[[str, str], str]
    clean: Callable[[str, str], str]
    permalinks: bool = True
    words: Callable[[str], str] = str
    described: Callable[[PurePosixPath], str] = lambda _: ""
    remote: Remote = NO_REMOTE
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading as the table of contents has it: its title is HTML."""

    level: int
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Html:
    """A page as HTML, its headings in order, and the number of places on it that do not hold (`fault:1`, …)."""

    body: str
    contents: tuple[Entry, ...]
    faults: int = 0


def write_html(document: Document, edge: Surroundings) -> Html:
    """Return a page as HTML that holds nothing which runs."""
    nodes = walk((document.blocks, tuple(document.footnotes.values())))
    foreign = not _FOREIGN.isdisjoint(map(type, nodes))
    writer = _Writer(document, edge, secrets.token_hex(8) if foreign else "")
    body = f"{writer.blocks(document.blocks)}{writer.footnotes()}"
    if foreign:
        body = _SLOT.sub(lambda slot: writer.slots[int(slot[1])], edge.clean(body, writer.mark))
    return Html(body, tuple(writer.contents), writer.faults)


@dataclass(slots=True)
class _Writer:
    """Writes one page. `mark` stands before each id and class of ours while there is HTML of others around them."""

    document: Document
    edge: Surroundings
    mark: str
    in_link: bool = False
    faults: int = 0
    slots: list[str] = field(default_factory=list)
    contents: list[Entry] = field(default_factory=list)
    called: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    tags: int = 0
    sets: int = 0

    def blocks(self, blocks: Sequence[Block]) -> str:
        """Return blocks, each on lines of its own."""
        return "".join([self.block(block) for block in blocks])

    def block(self, block: Block) -> str:
        """Return a block with a line end."""
        written: str = _BLOCKS[type(block)](self, block)
        return written

    def line(self, pieces: Sequence[Inline]) -> str:
        """Return running text."""
        return "".join([self.piece(piece) for piece in pieces])

    def piece(self, piece: Inline) -> str:
        """Return one piece of running text."""
        written: str = _INLINES[type(piece)](self, piece)
        return written

    def _slot(self, html: str) -> str:
        """Return finished HTML, or what stands for it while the page is cleaned."""
        if not self.mark:
            return html
        self.slots.append(html)
        return f'<slot name="{self.mark}{len(self.slots) - 1}"></slot>'

    def _class(self, *names: str) -> str:
        return f' class="{self.mark}{escape(" ".join(name for name in names if name))}"'

    def _id(self, name: str) -> str:
        return f' id="{self.mark}{escape(name)}"'

    def _title(self, text: str) -> str:
        # A theme may show titles as HTML.
        return f' title="{escape(text.replace("<", "‹"))}"' if text else ""

    def _to(self, to: Place | str) -> str:
        """Return an address as an attribute's value, "" where there is none that may be followed."""
        if isinstance(to, Place):
            return escape(self.edge.address(to))
        scheme = _SCHEME.match(_BLANK.sub("", to))
        return "" if scheme and scheme[1].lower() not in SCHEMES else escape(targets.url(to))

    # Running text.

    def _text(self, piece: Text) -> str:
        text = escape(piece.text, quote=False)
        return text if self.in_link else self.edge.words(text)

    def _break(self, _: Break) -> str:
        return "<br>\n"

    def _emphasis(self, piece: Emphasis) -> str:
        return f"<{piece.kind}>{self.line(piece.children)}</{piece.kind}>"

    def _code(self, piece: Code) -> str:
        return f"<code>{escape(piece.text, quote=False)}</code>"

    def _math(self, piece: Math) -> str:
        return self._slot(self.edge.formula(piece.latex, False))

    def _link(self, piece: Link) -> str:
        before, self.in_link = self.in_link, True
        inside, to = self.line(piece.children), self._to(piece.to)
        self.in_link = before
        if not to and isinstance(piece.to, Place):
            return self._stub(Stub(piece.span, self.document.wording.not_shown, piece.children))
        href = f' href="{to}"' if to or not piece.to else ""
        return f"<a{href}{self._title(piece.title)}>{inside}</a>"

    def _stub(self, piece: Stub) -> str:
        return f'<em{self._class("stub")} title="{piece.reason}">{self.line(piece.children)}</em>'

    def _media(self, piece: Media) -> str:
        drawn = self.edge.described(piece.source.path) if isinstance(piece.source, Place) else ""
        source, alt = self._to(piece.source), escape(drawn or piece.alt)
        far = isinstance(piece.source, str) and bool(piece.source)
        if far and not is_remote_media(str(piece.source), self.edge.remote):
            href = f' href="{source}"' if source else ""
            link = f'<a class="remote"{href} rel="noopener noreferrer">{alt or escape(str(piece.source))}</a>'
            return self._slot(link)
        if not source and piece.source:
            return f'<em{self._class("stub")} title="{self.document.wording.no_file}">{alt}</em>'
        width, height = (str(size) if size else "" for size in piece.size)
        if played := player(source, alt, width, height, "none" if far else "metadata"):
            return self._slot(played)
        sizes = "".join(f' {name}="{value}"' for name, value in (("height", height), ("width", width)) if value)
        asked = ' loading="lazy" referrerpolicy="no-referrer"' if far else ' loading="lazy"'
        return self._slot(f'<img alt="{alt}" src="{source}"{self._title(piece.title)}{sizes}{asked}>')

    def _tag(self, piece: Tag) -> str:
        name = f"#{escape(piece.name, quote=False)}"
        to = self._to(piece.page) if piece.page else ""
        link = f'<a href="{to}">{name}</a>' if to else name
        return f"<span{self._class('tag')}>{link}</span>"

    def _call(self, piece: FootnoteCall) -> str:
        label = piece.label
        if label not in self.document.footnotes:
            return escape(f"[^{label}]", quote=False)
        number = self._number(label)
        self.called[label] = time = self.called.get(label, 0) + 1
        link = f'<a{self._class("footnote-ref")} href="#{escape(_note(label))}">{number}</a>'
        return f"<sup{self._id(_call(label, time))}>{link}</sup>"

    def _claim(self, _: Claim) -> str:
        return ""

    def _checked(self, piece: Checked) -> str:
        """Return a checked number with what backs it, as a link to the example where no link stands around or in it."""
        inside, backed = self.line(piece.children), piece.backed
        held = list(walk(piece.children))
        if any(isinstance(one, InlineHtml) for one in held):
            return inside
        linked = self.in_link or any(isinstance(one, _LINKING) for one in held)
        to = self._to(backed.to) if backed.to and not linked else ""
        tag, href = ("a", f' href="{to}"') if to else ("span", "")
        told = {"example": backed.example, "expression": backed.expression, "value": backed.value, "held": backed.held}
        told |= {"digits": str(backed.digits) if backed.digits >= 0 else ""}
        told |= {"fault": backed.fault, "right": backed.right}
        # A browser gives a link no name for the formula in it.
        name = next((one.latex for one in held if isinstance(one, Math)), "") if to else ""
        href += f' aria-label="{escape(name)}"' if name else ""
        classes = self._class("zx-number", "zx-wrong" if backed.fault else "")
        fault = self._next_fault() if backed.fault else ""
        return f"<{tag}{classes}{fault}{href}{self._data(told)}>{inside}</{tag}>"

    def _next_fault(self) -> str:
        """Return the id of the next place that does not hold, as an attribute."""
        self.faults += 1
        return self._id(f"fault:{self.faults}")

    def _data(self, told: Mapping[str, str]) -> str:
        """Return what scripts are told of an element, as attributes; what is empty is left out."""
        return "".join([f' data-{name}="{self.mark}{escape(value)}"' for name, value in told.items() if value])

    def _mention(self, piece: Mention) -> str:
        inside, to = self.line(piece.children), "" if self.in_link else self._to(piece.to)
        return f'<a href="{to}">{inside}</a>' if to else inside

    def _anchor(self, piece: Anchor) -> str:
        name = targets.given_name(piece.id) if self.edge.trusted else piece.id
        return f"<span{self._class('block', 'alone' if piece.alone else '')}{self._id(name)}></span>"

    def _inline_html(self, piece: InlineHtml) -> str:
        return self._foreign(piece.html)

    def _foreign(self, html: str) -> str:
        """Return HTML of an author's, as text what is beyond the tags that a page may have."""
        kept = _MOST_TAGS - self.tags
        for number, found in enumerate(_COUNTED.finditer(html)):
            if number >= kept:
                self.tags = _MOST_TAGS
                return html[: found.start()] + html[found.start() :].replace("<", "&lt;")
            self.tags += 1
        return html

    # Blocks.

    def _heading(self, block: Heading) -> str:
        text = self.line(block.children)
        if block.embedded:
            return f"<p><strong{self._class('heading')}>{text}</strong></p>\n"
        if not block.id:
            return f"<h{block.level}>{text}</h{block.level}>\n"
        self.contents.append(Entry(block.level, block.id, self._words(block.children)))
        title = escape(self.document.wording.permalink)
        href = escape(f"#{targets.encode(block.id)}")
        link = f'<a{self._class("headerlink")} href="{href}" title="{title}">¶</a>' if self.edge.permalinks else ""
        return f"<h{block.level}{self._id(block.id)}>{text}{link}</h{block.level}>\n"

    def _words(self, pieces: Sequence[Inline]) -> str:
        """Return what the table of contents shows of running text, as HTML: words, code and formulas."""
        parts = []
        for piece in pieces:
            if isinstance(piece, Text | Code):
                parts.append(escape(piece.text, quote=False))
            elif isinstance(piece, Break):
                parts.append(" ")
            elif isinstance(piece, Math):
                parts.append(self.edge.formula(piece.latex, False))
            elif isinstance(piece, Emphasis | Link | Stub | Checked | Mention):
                parts.append(self._words(piece.children))
            elif isinstance(piece, Tag):
                parts.append(f"#{escape(piece.name, quote=False)}")
        return "".join(parts)

    def _paragraph(self, block: Paragraph) -> str:
        return f"<p>{self.line(block.children)}</p>\n"

    def _figure(self, block: Figure) -> str:
        media, shown = block.media, self._media(block.media)
        if not media.source or "<img" not in (self.slots[-1] if self.mark and self.slots else shown):
            return f"<p>{shown}</p>\n"
        caption = f"<figcaption>{escape(media.alt, quote=False)}</figcaption>" if _is_caption(media) else ""
        return f"<figure>{shown}{caption}</figure>\n"

    def _quote(self, block: Quote) -> str:
        return f"<blockquote>\n{self.blocks(block.children)}</blockquote>\n"

    def _callout(self, block: Callout) -> str:
        kind = block.kind if block.kind in KINDS else targets.own_name(block.kind)
        classes = [kind, *(targets.own_name(name) for name in block.classes)]
        if block.fold:
            title, inside = self._fold_title(block), self.blocks(block.children)
            opened = ' open="open"' if block.fold == "+" else ""
            return f"<details{self._class(*classes)}{opened}>\n<summary>{title}</summary>\n{inside}</details>\n"
        title, inside = self.line(block.title), self.blocks(block.children)
        tag = f"h{block.level}" if block.level else "p"
        head = f"<{tag}{self._class('admonition-title')}>{title}</{tag}>"
        return f"<div{self._class('admonition', *classes)}>\n{head}\n{inside}</div>\n"

    def _fold_title(self, block: Callout) -> str:
        """Return the title of a folded callout. It is a button: only what its author linked is a link."""
        before, self.in_link = self.in_link, True
        title = self.line(block.title)
        self.in_link = before
        return title

    def _list(self, block: List) -> str:
        tag = "ul" if block.start is None else "ol"
        start = f' start="{block.start}"' if block.start not in {None, 1} else ""
        tasks = self._class("task-list") if any(item.done is not None for item in block.items) else ""
        items = "".join([self._item(item, tight=block.tight) for item in block.items])
        return f"<{tag}{tasks}{start}>\n{items}</{tag}>\n"

    def _item(self, item: Item, *, tight: bool) -> str:
        box = self._box(done=item.done) if item.done is not None else ""
        parts = []
        for number, block in enumerate(item.children):
            before = "" if number else box
            if isinstance(block, Paragraph) and tight:
                end = "\n" if number + 1 < len(item.children) else ""
                parts.append(f"{before}{self.line(block.children)}{end}")
            elif isinstance(block, Paragraph):
                parts.append(f"{'' if number else chr(10)}<p>{before}{self.line(block.children)}</p>\n")
            else:
                parts.append(f"{'' if number else chr(10)}{before}{self.block(block)}")
        head = self._class("task-list-item") if item.done is not None else ""
        return f"<li{head}>{''.join(parts) or box}</li>\n"

    def _box(self, *, done: bool) -> str:
        words = self.document.wording
        ticked, said = (' checked=""', words.task_done) if done else ("", words.task_open)
        mark = f"<span{self._class('task-list-indicator')}></span>"
        box = f'<input type="checkbox" disabled=""{ticked} aria-label="{said}">{mark}'
        return f"<label{self._class('task-list-control')}>{box}</label> "

    def _table(self, block: Table, names: Sequence[str] = ()) -> str:
        """Return a table. With the `names` of its columns each cell says its own, for screens that are too narrow."""
        head = self._row(block.rows[0], block, len(block.alignments))
        rows = [self._row(row, block, block.heads or 0, names) for row in block.rows[1:]]
        body = f"<tbody>\n{''.join(rows)}</tbody>\n" if rows else ""
        told = self._data({"rows": "notes" if block.of_notes else ""})
        return f"<table{told}>\n<thead>\n{head}</thead>\n{body}</table>\n"

    def _row(self, row: Sequence[tuple[Inline, ...]], table: Table, heads: int, names: Sequence[str] = ()) -> str:
        """Return a row whose first cells are heads: of columns in the table's first row, else of the row itself."""
        cells = []
        scope = "" if table.heads is None else ' scope="col"' if row is table.rows[0] else ' scope="row"'
        for number, (cell, alignment) in enumerate(zip(row, table.alignments, strict=True)):
            style = f' style="text-align:{alignment}"' if alignment else ""
            label = f' data-label="{names[number]}"' if names else ""
            tag, said = ("th", scope) if number < heads and (cell or row is table.rows[0]) else ("td", "")
            shown = self._head(cell) if tag == "th" else self.line(cell)
            date = self._class("zx-date") if table.of_notes and _DATE.fullmatch(shown) else ""
            cells.append(f"<{tag}{said}{date}{style}{label}>{shown}</{tag}>\n")
        return f"<tr>\n{''.join(cells)}</tr>\n"

    def _head(self, cell: Sequence[Inline]) -> str:
        """Return the head of a row or column; a formula that stands alone in it gets a name for assistive tools."""
        if not all(isinstance(one, Math | Anchor) for one in cell):
            return self.line(cell)
        return "".join([self._named(one) if isinstance(one, Math) else self.piece(one) for one in cell])

    def _named(self, piece: Math) -> str:
        formula = self.edge.formula(piece.latex, False)
        name = escape(unescape(_TAG.sub("", formula)))
        if name and "aria-label=" not in formula:
            formula = formula.replace("<math", f'<math aria-label="{name}"', 1)
        return self._slot(formula)

    def _code_block(self, block: CodeBlock) -> str:
        if block.language == "mermaid":
            return f"<pre{self._class('mermaid')}><code>{escape(block.text.rstrip(), quote=False)}</code></pre>\n"
        return f"{self._slot(self.edge.code(block.text, block.language))}\n"

    def _formula(self, block: Formula) -> str:
        return f"{self._slot(self.edge.formula(block.latex, True))}\n"

    def _rule(self, _: Rule) -> str:
        return "<hr>\n"

    def _html_block(self, block: HtmlBlock) -> str:
        html = self._foreign(block.html)
        return html if html.endswith("\n") else f"{html}\n"

    def _nothing(self, _: Footnote) -> str:
        return ""

    def _embed(self, block: Embed) -> str:
        head = f"<p{self._class('admonition-title')}>{self._link(block.title)}</p>"
        return f"<div{self._class('admonition', 'embed')}>\n{head}\n{self.blocks(block.children)}</div>\n"

    def _example(self, block: Example) -> str:
        words = self.document.wording
        folded = ((words.source_code, block.declared), (words.numpy_code, block.program))
        name = block.id and f"{words.colon}{block.id}"
        parts = [self._folded(f"{title}{name}", code, opened=block.failed) for title, code in folded if code]
        shown = self._live(block) if block.declared else self._listed(block.children)
        inside = f"{self._notices(block)}{shown}{''.join(parts)}"
        if block.declared is None:
            anchor = f"<span{self._class('block', 'alone')}{self._id(block.anchor)}></span>" if block.anchor else ""
            return f"{anchor}{inside}"
        title = escape(self._example_name(block), quote=False)
        href = f' href="{escape(f"#{targets.encode(block.anchor)}")}"' if block.anchor else ""
        told = f' role="{self.mark}group" aria-label="{escape(self._example_name(block))}"'
        begin = f"<div{self._class('zx-example')}{self._id(block.anchor) if block.anchor else ''}{told}"
        head = f"<p{self._class('zx-example-title')}><a{href}>{title}</a></p>"
        return f"{begin}{self._data({'example': block.id})}>\n{head}\n{inside}</div>\n"

    def _live(self, block: Example) -> str:
        """Return what an example shows; a class says where the data are with which a script computes it again."""
        shown = self._results(block.children)
        return f"<div{self._class('zx-live', f'zx-live-{block.live}')}>\n{shown}</div>\n" if block.live else shown

    def _results(self, blocks: Sequence[Block]) -> str:
        """Return results; tables that follow one another stand side by side where there is room."""
        parts = []
        for row in _rows_of_tables(blocks):
            shown = [self.blocks(one) for one in row]
            if len(row) > 1:
                shown = [f"<div>\n{one}</div>\n" if len(row[at]) > 1 else one for at, one in enumerate(shown)]
                shown = [f"<div{self._class('zx-row')}>\n", *shown, "</div>\n"]
            parts += shown
        return "".join(parts)

    def _listed(self, blocks: Sequence[Block]) -> str:
        """Return what a list shows: the rows of its tables stand below each other where the screen is narrow."""
        return "".join([self._cards(block) if isinstance(block, Table) else self.block(block) for block in blocks])

    def _cards(self, block: Table) -> str:
        names = [escape(_BLANKS.sub(" ", self._words(cell))) for cell in block.rows[0]]
        return f"<div{self._class('zx-cards')}>\n{self._table(block, names)}</div>\n"

    def _example_name(self, block: Example) -> str:
        """Return what an example is called."""
        words = self.document.wording
        return words.example_title.format(name=block.id) if block.id else words.example_unnamed

    def _notices(self, block: Example) -> str:
        """Return what is wrong with an example, as a callout; what is wrong only in the note's text is said briefly."""
        words = self.document.wording
        wrong = [self._notice(one) for one in block.notices if one.kind == "failed"]
        name = self._example_name(block)
        parts = []
        if wrong or block.failed:
            title = (words.example_failed if block.failed else words.example_faulty).format(example=name)
            head = f"<p{self._class('admonition-title')}>{escape(title, quote=False)}</p>"
            listed = f"<ul>\n{''.join(wrong)}</ul>\n" if wrong else ""
            fault, classes = self._next_fault(), self._class("admonition", "failure", "zx-fault")
            parts.append(f"<div{classes}{fault}>\n{head}\n{listed}</div>\n")
        told = {"stale": words.results_stale, "edited": words.results_edited}
        kinds = dict.fromkeys(one.kind for one in block.notices if one.kind in told)
        for kind in kinds:
            fault = self._next_fault() if kind == "edited" else ""
            parts += [f"<p{self._class('zx-state')}{fault}>{told[kind]}</p>\n"]
        return "".join(parts)

    def _notice(self, notice: Notice) -> str:
        """Return one problem: its kind in the reader's language, its place, and the message as it is printed."""
        words = self.document.wording
        meaning = words.problems.get(notice.code.slug, notice.code.meaning)
        at = words.at_line.format(line=notice.line, column=notice.column)
        message = BETWEEN_BACKTICKS.sub(r"<code>\1</code>", escape(visible(notice.message), quote=False))
        small = f'<small>{at}{words.colon}<code>{notice.code}</code> <span lang="en">{message}</span></small>'
        return f"<li>{escape(meaning, quote=False)}<br>{small}</li>\n"

    def _folded(self, title: str, code: CodeBlock, *, opened: bool = False) -> str:
        summary = f"<summary>{escape(title, quote=False)}</summary>"
        shown = ' open="open"' if opened else ""
        return f"<details{self._class('source')}{shown}>\n{summary}\n{self._code_block(code)}</details>\n"

    def _tabs(self, block: Tabs) -> str:
        """Return tabs as the theme shows them, without a script: buttons, of which one is chosen, and their blocks.

        The theme's script draws a line below the chosen one in the sets that say how many tabs they have.
        """
        self.sets += 1
        name, told = f"__tabbed_{self.sets}", self._data({"tabs": f"{self.sets}:{len(block.tabs)}"})
        numbered = [(f"{name}_{number}", one) for number, one in enumerate(block.tabs, 1)]
        ids = [own for own, _ in numbered]
        inputs = "".join(
            [f'<input type="radio" name="{name}" id="{one}"{" checked" * (one == ids[0])}>' for one in ids]
        )
        labels = "".join([f'<label for="{own}">{escape(one.label, quote=False)}</label>' for own, one in numbered])
        head = self._slot(f'{inputs}<div class="tabbed-labels">{labels}</div>')
        shown = [f"<div{self._class('tabbed-block')}>\n{self.blocks(one.children)}</div>\n" for one in block.tabs]
        body = f"<div{self._class('tabbed-content')}>\n{''.join(shown)}</div>\n"
        return f"<div{self._class('tabbed-set', 'tabbed-alternate')}{told}>{head}\n{body}</div>\n"

    def _board(self, block: Board) -> str:
        """Return a canvas: a field that scrolls, in which cards lie; styles make a list of it on narrow screens."""
        cards = "".join([self._card(card) for card in block.cards])
        arrows = self._slot(draw_arrows(block.arrows, block.size)) if block.arrows else ""
        field = f'<div{self._class("zx-field")} style="width:{block.size[0]}px;height:{block.size[1]}px">'
        told = f' role="{self.mark}group" tabindex="{self.mark}0" aria-label="{escape(self.document.path.stem)}"'
        return f"<div{self._class('zx-canvas')}{told}>\n{field}\n{arrows}{cards}</div>\n</div>\n"

    def _card(self, card: Card) -> str:
        x, y, width, height = card.box
        own = f"--zx-color:{card.color};" if len(card.color) > 1 else ""
        style = f"{own}--zx-x:{x};--zx-y:{y};width:{width}px;height:{height}px"
        classes = self._class(
            "zx-node", f"zx-node-{card.type}", f"zx-color-{card.color}" if len(card.color) == 1 else ""
        )
        return f'<div{classes} style="{style}">\n{self.blocks(card.children)}</div>\n'

    def _terms(self, block: Terms) -> str:
        parts = []
        for term, meanings in block.entries:
            parts.append(f"<dt>{self.line(term)}</dt>\n")
            parts += [f"<dd>\n{self.blocks(meaning)}</dd>\n" for meaning in meanings]
        return f"<dl>\n{''.join(parts)}</dl>\n"

    # Footnotes, numbered as they are called; those that nobody calls come last.

    def footnotes(self) -> str:
        """Return the footnotes that stand at the foot of the page."""
        items = [self._note(label) for label in self._labels()]
        if not items:
            return ""
        return f"<div{self._class('footnote')}>\n<hr>\n<ol>\n{''.join(items)}</ol>\n</div>\n"

    def _labels(self) -> Iterator[str]:
        """Yield the labels of footnotes in order; one that is shown may call others."""
        rest = iter(self.document.footnotes)
        at = 0
        while True:
            while at < len(self.order):
                yield self.order[at]
                at += 1
            label = next((one for one in rest if one not in self.numbers), None)
            if label is None:
                return
            self._number(label)

    def _number(self, label: str) -> int:
        """Return the number of a footnote, which it gets when it is first called."""
        if label not in self.numbers:
            self.order.append(label)
            self.numbers[label] = len(self.order)
        return self.numbers[label]

    def _note(self, label: str) -> str:
        inside = self.blocks(self.document.footnotes[label].children)
        back = "".join(self._back(label, time + 1) for time in range(self.called.get(label, 0)))
        if inside.endswith("</p>\n"):
            inside = f"{inside[:-5]}{back}</p>\n"
        elif back:
            inside += f"<p>{back.removeprefix('&nbsp;')}</p>\n"
        return f"<li{self._id(_note(label))}>\n{inside}</li>\n"

    def _back(self, label: str, time: int) -> str:
        title = escape(self.document.wording.back_to_text.format(number=self.numbers[label]))
        href = escape(f"#{_call(label, time)}")
        return f'&nbsp;<a{self._class("footnote-backref")} href="{href}" title="{title}">↩</a>'


def _rows_of_tables(blocks: Sequence[Block]) -> Iterator[list[Sequence[Block]]]:
    """Yield results in order: tables that follow one another together, each with its title, all else alone."""
    row: list[Sequence[Block]] = []
    for at, block in enumerate(blocks):
        if isinstance(block, Table):
            row.append((blocks[at - 1], block) if at and _is_title(blocks[at - 1], block) else (block,))
        elif at + 1 < len(blocks) and _is_title(block, blocks[at + 1]):
            continue
        else:
            yield from ([row] if row else [])
            row = []
            yield [(block,)]
    if row:
        yield row


def _is_title(block: Block, table: Block) -> bool:
    """Return whether a paragraph is the bold title of the table below it, such as the position that it shows."""
    if not isinstance(block, Paragraph) or not isinstance(table, Table) or len(block.children) != 1:
        return False
    bold = block.children[0]
    return isinstance(bold, Emphasis) and bold.kind == "strong" and len(bold.children) == 1 and _is_position(bold)


def _is_position(bold: Emphasis) -> bool:
    text = bold.children[0]
    return isinstance(text, Text) and ("：" in text.text or ": " in text.text)


def _is_caption(media: Media) -> bool:
    """Return whether the text of a picture that stands alone says something to readers."""
    if isinstance(media.source, str):
        return bool(media.alt) and not is_file_name(media.alt)
    # A generated figure has its name drawn in it; a file's own name says nothing to readers.
    path = media.source.path
    return bool(media.alt) and media.alt != path.stem and path.parent.name != "_figures"


def _note(label: str) -> str:
    """Return the id of a footnote."""
    return f"fn:{label}"


def _call(label: str, time: int) -> str:
    """Return the id of a call of a footnote, the first or a further one."""
    return f"fnref{time if time > 1 else ''}:{label}"


_INLINES: dict[type, Callable[..., str]] = {
    Text: _Writer._text,
    Break: _Writer._break,
    Emphasis: _Writer._emphasis,
    Code: _Writer._code,
    Math: _Writer._math,
    Link: _Writer._link,
    Stub: _Writer._stub,
    Media: _Writer._media,
    Tag: _Writer._tag,
    FootnoteCall: _Writer._call,
    Claim: _Writer._claim,
    Checked: _Writer._checked,
    Mention: _Writer._mention,
    Anchor: _Writer._anchor,
    InlineHtml: _Writer._inline_html,
}
_BLOCKS: dict[type, Callable[..., str]] = {
    Heading: _Writer._heading,
    Paragraph: _Writer._paragraph,
    Figure: _Writer._figure,
    Quote: _Writer._quote,
    Callout: _Writer._callout,
    List: _Writer._list,
    Table: _Writer._table,
    CodeBlock: _Writer._code_block,
    Formula: _Writer._formula,
    Rule: _Writer._rule,
    HtmlBlock: _Writer._html_block,
    Footnote: _Writer._nothing,
    Embed: _Writer._embed,
    Example: _Writer._example,
    Tabs: _Writer._tabs,
    Terms: _Writer._terms,
    Board: _Writer._board,
}
